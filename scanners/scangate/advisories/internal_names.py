"""Skips the packages that the policy calls internal, so that no public service learns their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from scangate.advisories.manifest import AuditGap, Manifest, Pin, SkippedDependency
from scangate.globs import matches
from scangate.model import SkipReason


def skip_internal(manifest: Manifest, internal: Sequence[str]) -> Manifest:
    """The manifest with what matches one of the globs ``internal`` skipped. Raises ValueError for an invalid glob."""
    items: tuple[Pin | AuditGap, ...] = (*manifest.pins, *manifest.gaps)
    skipped = {item for item in items if item.name and is_internal(internal, [item.name])}
    return msgspec.structs.replace(
        manifest,
        pins=tuple(pin for pin in manifest.pins if pin not in skipped),
        gaps=tuple(gap for gap in manifest.gaps if gap not in skipped),
        skipped=(
            *manifest.skipped,
            *(SkippedDependency(item.name, SkipReason.INTERNAL_DEPENDENCY, item.line) for item in items if item in skipped),
        ),
    )


def is_internal(internal: Sequence[str], names: Iterable[str]) -> bool:
    """Whether one of these normalized names matches a glob. Raises ValueError for an invalid glob."""
    patterns = [re.sub(r"[-_.]+", "-", pattern).lower() for pattern in internal]
    return any(matches(pattern, name) for name in names for pattern in patterns)
