"""The text of one file as detectors see it, with what several of them need: lines, offsets, parsed documents."""

from __future__ import annotations

import functools
from bisect import bisect_right
from itertools import accumulate

from scangate.secrets.entries import ScalarEntry, read_entries
from scangate.source_text import normalize_newlines

Part = tuple[int, int, int]
"""A part of one line: the line and the first and last column, from 1, end excluded."""


class ScannedText:
    """``path`` is relative to the repository, ``content_type`` is one of the catalog (`content/catalog.py`) or empty,
    and ``text`` has line feeds as its only line ends. An offset counts characters from 0."""

    def __init__(self, path: str, content_type: str, text: str) -> None:
        self.path = path
        self.content_type = content_type
        self.text = normalize_newlines(text)

    @functools.cached_property
    def lower(self) -> str:
        """The text in lower case, with the same offsets: only ASCII letters change."""
        return self.text.lower() if self.text.isascii() else self.text.translate(_ASCII_LOWER)

    @functools.cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return self.text.split("\n")

    @functools.cached_property
    def entries(self) -> tuple[ScalarEntry, ...]:
        """The scalars of a YAML, JSON or TOML document, with their places; none if the text is no document."""
        return read_entries(self.path, self.content_type, self.text)

    @functools.cached_property
    def _entry_starts(self) -> tuple[list[int], list[ScalarEntry]]:
        ordered = sorted(self.entries, key=lambda entry: entry.start)
        return [entry.start for entry in ordered], ordered

    def entry_at(self, offset: int) -> ScalarEntry | None:
        """The scalar of the document at this offset."""
        starts, ordered = self._entry_starts
        index = bisect_right(starts, offset) - 1
        return ordered[index] if index >= 0 and offset <= ordered[index].end else None

    @functools.cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(line) + 1 for line in self.lines), initial=0))

    def line_at(self, offset: int) -> int:
        """The number of the line with this offset, from 1."""
        return bisect_right(self._starts, offset, hi=len(self.lines))

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both from 1."""
        return self._starts[line - 1] + column - 1

    def line_start(self, offset: int) -> int:
        """The offset at which the line with this offset begins."""
        return self._starts[self.line_at(offset) - 1]

    def parts(self, start: int, end: int) -> list[Part]:
        """The range from one offset to another, line by line, without empty parts."""
        found = []
        for number in range(self.line_at(start), self.line_at(max(end - 1, start)) + 1):
            first = self._starts[number - 1]
            left, right = max(start - first, 0), min(end - first, len(self.lines[number - 1]))
            if right > left:
                found.append((number, left + 1, right + 1))
        return found


_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
