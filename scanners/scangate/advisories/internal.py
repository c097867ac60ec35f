"""Names that the policy calls internal: they are left out with that reason, so that nobody outside is ever asked about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from scangate.advisories.manifest import Hole, Manifest, Omitted, Pin
from scangate.globs import matches
from scangate.model import INTERNAL

__all__ = ["is_internal", "without"]


def without(internal: Sequence[str]) -> Callable[[Manifest], Manifest]:
    """Takes what matches one of the globs ``internal`` out of a manifest. Raises ValueError for one that is no glob."""
    patterns = _patterns(internal)

    def is_ours(line: Pin | Hole) -> bool:
        return bool(line.name) and any(matches(pattern, line.name) for pattern in patterns)

    def sifted(manifest: Manifest) -> Manifest:
        lines: tuple[Pin | Hole, ...] = (*manifest.pins, *manifest.holes)
        told = [line for line in lines if is_ours(line)]
        return msgspec.structs.replace(
            manifest,
            pins=tuple(pin for pin in manifest.pins if not is_ours(pin)),
            holes=tuple(hole for hole in manifest.holes if not is_ours(hole)),
            left_out=(*manifest.left_out, *(Omitted(line.name, INTERNAL, line.line) for line in told)),
        )

    return sifted if patterns else lambda manifest: manifest


def is_internal(internal: Sequence[str], names: Iterable[str]) -> bool:
    """Whether one of these canonical names matches a glob. Raises ValueError for one that is no glob."""
    patterns = _patterns(internal)
    return any(matches(pattern, name) for name in names for pattern in patterns)


def _patterns(internal: Sequence[str]) -> list[str]:
    return [re.sub(r"[-_.]+", "-", pattern).lower() for pattern in internal]
