"""Lays out lines for a terminal: escapes, wraps and cuts text, and never breaks what a reader copies."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from scangate.report import escape

MAX_NAME_LENGTH = 300
MAX_TEXT_LENGTH = 4000
CUT = "..."
MIN_WIDTH = 20
GAP = "  "
"""Between two pieces of a line."""


class Segment(NamedTuple):
    """A piece of a line: escaped text, its style in the words of rich, and the address that it links to, where links are shown."""

    text: str
    style: str = ""
    link: str = ""


Line = tuple[Segment, ...]


def to_text(lines: Iterable[Line]) -> str:
    """The lines without styles and links, and without white space at their ends."""
    return "".join("".join(segment.text for segment in line).rstrip() + "\n" for line in lines)


def name(text: str) -> str:
    """A path or a rule, escaped; it is never wrapped, so that it can be copied."""
    return escape.truncate_middle(escape.ci_log(text), MAX_NAME_LENGTH)


def cells(text: str) -> int:
    """The number of columns that a terminal needs for escaped text: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def cut_end(text: str, width: int) -> str:
    """Escaped text in at most ``width`` columns; a cut is shown as ``...``."""
    if cells(text) <= width:
        return text
    return text[: _fit(text, width - len(CUT))].rstrip() + CUT


def cut_around(text: str, position: int, width: int) -> str:
    """Escaped text in at most ``width`` columns, of which the character at ``position`` (from 0) is one that is shown.

    What is before it stays if it fits; else the position comes after the first third. Cuts are shown as ``...``.
    """
    if cells(text) <= width or position <= width * 2 // 3:
        return cut_end(text, width)
    start = max(0, min(position, len(text)) - width // 3)
    while start and cells(text[start - 1 :]) <= width - len(CUT):
        start -= 1
    return CUT + cut_end(text[start:].lstrip(), width - len(CUT))


def _fit(text: str, width: int) -> int:
    """How many of the first characters fit into ``width`` columns."""
    used = 0
    for number, character in enumerate(text):
        used += _cells_of(character)
        if used > width:
            return number
    return len(text)


def wrap(text: str, width: int, indent: str = "", hang: str | None = None, limit: int = 0) -> list[str]:
    """A sentence as escaped lines of at most ``width`` columns; names with hyphens are not broken.

    ``hang``: the indentation of all lines but the first, by default ``indent``. ``limit``: cut after so many lines; 0: never.
    """
    hang = indent if hang is None else hang
    plain = escape.terminal(text[:MAX_TEXT_LENGTH].replace("\n", " "))
    room = max(width - max(len(indent), len(hang)), MIN_WIDTH)
    lines = _wrap_cells(plain, room)
    if limit and len(lines) > limit:
        lines = [*lines[: limit - 1], cut_end(" ".join(lines[limit - 1 :]), room)]
    # escaped line by line: after wrapping, text from the middle can be at the beginning of a line
    return [f"{hang if number else indent}{escape.ci_log(line)}" for number, line in enumerate(lines)]


def _wrap_cells(text: str, width: int) -> list[str]:
    if cells(text) <= width:
        return [text.rstrip()] if text.strip() else []
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    if text.isascii() or all(cells(line) <= width for line in lines):
        return lines
    return textwrap.wrap(text, max(width // 2, 1), break_on_hyphens=False)


def flow(segments: Sequence[Segment], width: int, hang: str = GAP) -> Iterator[Line]:
    """Segments next to each other, as many as fit into each line; none is broken."""
    line: list[Segment] = []
    used = 0
    for segment in segments:
        size = cells(segment.text)
        if not size:
            continue
        if line and used + len(GAP) + size > width:
            yield tuple(line)
            line, used = [Segment(hang)], len(hang)
        elif line:
            line.append(Segment(GAP))
            used += len(GAP)
        line.append(segment)
        used += size
    if line:
        yield tuple(line)
