"""A gap: something that should have been analyzed and was not."""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from scangate.model.content import Analysis


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


COVERAGE = "coverage"
"""The ``scanner`` of a NOT_ANALYZED gap: there is none."""


class Gap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that was not analyzed, or not completely.

    ``path`` is None for a gap that is not about one file; ``line`` is 0 for one that is not about one line. ``content_type``,
    ``analysis`` and ``files`` (their number) are set if the gap is about all files of a content type.
    """

    scanner: str
    path: str | None
    kind: GapKind
    reason: str
    line: int = 0
    hint: str = ""
    content_type: str = ""
    analysis: Analysis | None = None
    files: int = 0

    def sort_key(self) -> tuple[Any, ...]:
        """The total order of gaps: by scanner, then by location, then by all else."""
        about = (self.content_type, self.analysis or "", self.files)
        return (self.scanner, self.path or "", self.line, self.kind.value, *about, self.reason, self.path is not None, self.hint)
