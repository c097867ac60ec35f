"""Why a manifest cannot be read, with the line where that is known: readers raise it, the front makes a hole of it."""

from __future__ import annotations

from scangate.advisories.manifest import AuditGap
from scangate.model import GapKind

__all__ = ["REGENERATE_HINT", "MalformedManifestError"]

REGENERATE_HINT = "write the file anew with the tool that keeps it, or exclude it with a reason"


class MalformedManifestError(Exception):
    """The whole file is not what its name says; ``line`` is 1 where the place is not known."""

    def __init__(self, reason: str, line: int = 1, kind: GapKind = GapKind.UNPARSABLE) -> None:
        super().__init__(reason)
        self.gap = AuditGap(max(line, 1), kind, reason, REGENERATE_HINT)
