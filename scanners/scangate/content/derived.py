"""Takes out of a file the pieces that have a content type of their own, with maps of their positions back to the file."""

from __future__ import annotations

import msgspec

from scangate.content.positions import PositionMap
from scangate.model import GapKind


class Piece(msgspec.Struct, frozen=True):
    """A part of a file that is analyzed as a file of its own.

    ``name`` is unique in the file and has the suffix of its type (``cell-3.py``); it stays the same while other parts change, as
    far as the file's structure allows. ``label`` is for messages: ``cell 3``. ``data`` is UTF-8.
    """

    name: str
    label: str
    content_type: str
    data: bytes
    positions: PositionMap

    def to_container(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the file; see `PositionMap.locate`."""
        return self.positions.locate(line, column)


class Problem(msgspec.Struct, frozen=True):
    """A part that could not be taken out: where it is in the file, and why."""

    line: int
    reason: str
    kind: GapKind = GapKind.PARTIAL_PARSE


class Extraction(msgspec.Struct, frozen=True):
    """What a file contains; pieces of pieces are listed as the file's own."""

    pieces: tuple[Piece, ...] = ()
    problems: tuple[Problem, ...] = ()


def has_pieces(content_type: str) -> bool:
    """Whether files of this type can contain pieces; a cheap first check."""
    del content_type
    return False


def extract(path: str, content_type: str, data: bytes) -> Extraction:
    """The pieces of a file of this content type. Never raises."""
    del path, content_type, data
    return Extraction()
