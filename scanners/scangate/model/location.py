"""Where something is: in a scanned file, or in the policy."""

from __future__ import annotations

import msgspec


class Location(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """Where a finding is: ``1 <= line <= end_line``; columns are 0 where the tool reported none."""

    path: str
    line: int = 1
    end_line: int = 1
    column: int = 0
    end_column: int = 0

    def __post_init__(self) -> None:
        if self.line < 1 or self.end_line < self.line:
            raise ValueError(f"not a line range: {self.line}-{self.end_line}")
        if self.column < 0 or self.end_column < 0:
            raise ValueError(f"not a column: {self.column}-{self.end_column}")


class Span(msgspec.Struct, frozen=True, order=True):
    """The position of a secret's characters, for redaction; never the characters themselves."""

    line: int
    column: int
    end_line: int
    end_column: int


class PieceLines(msgspec.Struct, frozen=True, order=True):
    """Lines of a piece of a file, such as a cell of a notebook. ``index``: the number of the piece, from 0."""

    index: int
    line: int
    end_line: int


class PolicyLocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True, omit_defaults=True):
    """Where a policy says something: the path in the document (``budgets.overrides[0].high``), the file and the line.

    ``file`` is empty and ``line`` 0 where no file sets the value and its default applies. A default `PolicyLocation` is no
    location.
    """

    path: str = ""
    file: str = ""
    line: int = 0
