"""A gap: something that should have been analyzed and was not."""

from __future__ import annotations

import enum
from typing import Any

import msgspec


class GapKind(enum.Enum):
    """Why something was not analyzed. No bundled policy ever allows the kinds in NEVER_ALLOWED."""

    TOOL_MISSING = "tool-missing"
    CRASH = "crash"
    TIMEOUT = "timeout"
    GARBAGE = "garbage"
    INTERRUPTED = "interrupted"
    NOT_RUN = "not-run"
    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    UNPARSABLE = "unparsable"
    PARTIAL_PARSE = "partial-parse"
    TOO_LARGE = "too-large"
    UNPINNED = "unpinned"
    ADVISORY_UNANSWERED = "advisory-unanswered"
    STALE_STORE = "stale-store"
    STAND_IN = "stand-in"
    ABSENT = "absent"
    NESTED_REPOSITORY = "nested-repository"
    NOT_ANALYZED = "not-analyzed"
    NOT_OPENED = "not-opened"


NEVER_ALLOWED = frozenset(
    {GapKind.TOOL_MISSING, GapKind.CRASH, GapKind.TIMEOUT, GapKind.GARBAGE, GapKind.INTERRUPTED, GapKind.NOT_RUN}
)


class Gap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that was not analyzed, or not completely.

    ``path`` is None for a gap that is not about one file; ``line`` is 0 for one that is not about one line.
    """

    scanner: str
    path: str | None
    kind: GapKind
    reason: str
    line: int = 0
    hint: str = ""

    def sort_key(self) -> tuple[Any, ...]:
        """The total order of gaps: by scanner, then by location, then by all else."""
        return (self.scanner, self.path or "", self.line, self.kind.value, self.reason, self.path is not None, self.hint)
