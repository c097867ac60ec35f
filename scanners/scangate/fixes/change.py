"""A change that fixes findings in one place of a file, and the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scangate.model import Finding
from scangate.tools.source_edits import Edit, EditedText


class Change(msgspec.Struct, frozen=True):
    """Edits of the file ``path`` at ``line`` that fix ``findings``. ``summary``: ``django 3.2.0 -> 3.2.25``."""

    path: str
    line: int
    summary: str
    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...]


class Unfixed(msgspec.Struct, frozen=True):
    """A fix that is known and was not made: what it would be, why it was not, and what to do instead, if that is known."""

    path: str
    line: int
    summary: str
    reason: str
    hint: str = ""


def edit_file(before: bytes, changes: Iterable[Change]) -> bytes:
    """The content of a file after ``changes``."""
    return EditedText(before, [edit for change in changes for edit in change.edits]).data
