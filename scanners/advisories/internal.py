"""Names that the policy calls internal: they are left out with that reason, so that nobody outside is ever asked about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from scanners.advisories.manifest import Hole, Manifest, Omitted, Pin
from scanners.globs import matches

__all__ = ["without"]

INTERNAL = "internal, says the policy"


def without(internal: Sequence[str]) -> Callable[[Manifest], Manifest]:
    """Takes what matches one of the globs ``internal`` out of a manifest. Raises ValueError for one that is no glob."""
    patterns = [re.sub(r"[-_.]+", "-", pattern).lower() for pattern in internal]

    def is_internal(line: Pin | Hole) -> bool:
        return bool(line.name) and any(matches(pattern, line.name) for pattern in patterns)

    def sifted(manifest: Manifest) -> Manifest:
        lines: tuple[Pin | Hole, ...] = (*manifest.pins, *manifest.holes)
        told = [line for line in lines if is_internal(line)]
        return msgspec.structs.replace(
            manifest,
            pins=tuple(pin for pin in manifest.pins if not is_internal(pin)),
            holes=tuple(hole for hole in manifest.holes if not is_internal(hole)),
            left_out=(*manifest.left_out, *(Omitted(line.name, INTERNAL, line.line) for line in told)),
        )

    return sifted if patterns else lambda manifest: manifest
