"""Names that the policy calls internal: they are left out with that reason, so that nobody outside is ever asked about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from scangate.advisories.manifest import AuditGap, Manifest, Pin, SkippedDependency
from scangate.globs import matches
from scangate.model import INTERNAL

__all__ = ["internal_name_filter", "is_internal"]


def internal_name_filter(internal: Sequence[str]) -> Callable[[Manifest], Manifest]:
    """Takes what matches one of the globs ``internal`` out of a manifest. Raises ValueError for one that is no glob."""
    patterns = _normalize_patterns(internal)

    def is_ours(line: Pin | AuditGap) -> bool:
        return bool(line.name) and any(matches(pattern, line.name) for pattern in patterns)

    def sifted(manifest: Manifest) -> Manifest:
        lines: tuple[Pin | AuditGap, ...] = (*manifest.pins, *manifest.gaps)
        told = [line for line in lines if is_ours(line)]
        return msgspec.structs.replace(
            manifest,
            pins=tuple(pin for pin in manifest.pins if not is_ours(pin)),
            gaps=tuple(hole for hole in manifest.gaps if not is_ours(hole)),
            skipped=(*manifest.skipped, *(SkippedDependency(line.name, INTERNAL, line.line) for line in told)),
        )

    return sifted if patterns else lambda manifest: manifest


def is_internal(internal: Sequence[str], names: Iterable[str]) -> bool:
    """Whether one of these canonical names matches a glob. Raises ValueError for one that is no glob."""
    patterns = _normalize_patterns(internal)
    return any(matches(pattern, name) for name in names for pattern in patterns)


def _normalize_patterns(internal: Sequence[str]) -> list[str]:
    return [re.sub(r"[-_.]+", "-", pattern).lower() for pattern in internal]
