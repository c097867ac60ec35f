"""The error that readers raise for a malformed manifest; the caller turns it into a gap."""

from __future__ import annotations

from scangate.advisories.manifest import AuditGap
from scangate.model import GapKind

REGENERATE_HINT = "regenerate the file with the tool that maintains it, or exclude it with a reason"


class MalformedManifestError(Exception):
    """The file does not have the format that its name implies; ``line`` is 1 if unknown."""

    def __init__(self, reason: str, line: int = 1, kind: GapKind = GapKind.UNPARSABLE) -> None:
        super().__init__(reason)
        self.gap = AuditGap(max(line, 1), kind, reason, REGENERATE_HINT)
