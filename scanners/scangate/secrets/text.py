"""The text of one file as detectors see it, with what several of them need: lines, offsets, parsed documents."""

from __future__ import annotations

import functools
import re
import string
from bisect import bisect_right
from itertools import accumulate

from scangate.content.catalog import CONTENT_TYPES, rendered_type
from scangate.model import Analysis
from scangate.secrets.entries import ScalarEntry, document_format, read_entries
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
        self._found: dict[str, bool] = {}

    @functools.cached_property
    def lower(self) -> str:
        """The text in lower case, with the same offsets."""
        lowered = self.text.lower()
        return lowered if len(lowered) == len(self.text) else self.text.translate(_ASCII_LOWER)

    def has(self, *words: str) -> bool:
        """Whether one of the ``words``, in lower case, is in the text in lower case. Each is searched for once."""
        for word in words:  # without a generator, as each detector asks this of each file
            found = self._found.get(word)
            if found is None:
                found = self._found[word] = self._contains(word)
            if found:
                return True
        return False

    def _contains(self, word: str) -> bool:
        letters = _longest_letters(word)
        return letters in self._vocabulary and (letters == word or word in self.lower)

    @functools.cached_property
    def _vocabulary(self) -> str:
        """The runs of ASCII letters of the text, each once: many times shorter than the text, so that a word is found quickly."""
        return b" ".join(set(self.lower.encode("ascii", "replace").translate(_LETTERS_ONLY).split())).decode("ascii")

    @functools.cached_property
    def is_program(self) -> bool:
        """Whether this is code in which a value without quotes is an expression. In a script, it is a word of a command."""
        if _SOURCE_MAP.match(self.text):
            return True  # it quotes the programs that it is about
        content_type = CONTENT_TYPES.get(rendered_type(self.content_type))
        return content_type is not None and Analysis.CODE in content_type.analyses and content_type.name not in _SCRIPT_TYPES

    @functools.cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return self.text.split("\n")

    @functools.cached_property
    def is_document(self) -> bool:
        """Whether the text may be a YAML, JSON or TOML document."""
        return document_format(self.path, self.content_type, self.text) is not None

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


_SOURCE_MAP = re.compile(r"\s*\{\s*\"version\":\s*3,")  # https://tc39.es/ecma426/
_SCRIPT_TYPES = frozenset({"shell", "batch", "powershell", "makefile", "fish", "nushell", "just", "bats", "expect"})
_LETTERS = re.compile(r"[a-z]+")
_LETTERS_ONLY = bytes(code if chr(code) in string.ascii_lowercase else ord(" ") for code in range(256))
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@functools.cache
def _longest_letters(word: str) -> str:
    """The longest run of ASCII letters in a word."""
    return max(_LETTERS.findall(word), key=len, default="")
