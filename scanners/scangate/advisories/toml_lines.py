"""Parses TOML and finds the lines of its keys and strings; rejects texts on which tomllib would take too long.

tomllib keeps no positions, so they are found in the skeleton of the text, in which strings and comments are blanked out.
The n-th ``[[package]]`` of the skeleton is the n-th package; otherwise (an inline array, a quoted key) its line is unknown.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from scangate.advisories.manifest import AuditGap, MalformedManifestError

# Every alternative matches from its first character on, closed or not, so that no text is scanned twice.
_QUOTED = re.compile(
    r'"""(?:[^"\\]++|\\(?:.|\Z)|""?(?!"))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']++|''?(?!'))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]++|\\(?:[^\n]|$))*+(?:"|$)'
    r"|'[^'\n]*+(?:'|$)"
    r"|#[^\n]*+",
    re.DOTALL | re.MULTILINE,
)
_KEY = re.compile(r"""^[ \t]*+(?:"([^"\\\n]*+)"|'([^'\n]*+)'|([\w-]++))[ \t]*+([=.])""", re.MULTILINE)
_HEADER = re.compile(r"^[ \t]*+\[\[?([^\n]*+)", re.MULTILINE)
# tomllib's time grows with the square of the parts of a dotted key
_DEEP_KEY = re.compile(r"(?:\.[^.\n=,\[\]{}]*+){16}")
_ERROR_LINE = re.compile(r"at line (\d+)")


class Toml:
    """A TOML text: its ``data``, and the lines of its parts. Raises MalformedManifestError if it is not TOML.

    ``entries`` names an array of tables: then a part that is not TOML loses only the entry or table that contains it: an
    AuditGap takes the place of the entry in ``data``, and ``gaps`` are those of other tables.
    """

    def __init__(self, text: str, entries: str = "") -> None:
        self.text = text
        self.data: dict[str, Any] = {}
        self.gaps: list[AuditGap] = []
        try:
            self.data = self._load(0, len(text))
        except MalformedManifestError:
            if not entries or not _entry_header(entries).search(self.skeleton):
                raise
            self._load_parts(entries)

    def _load(self, start: int, end: int) -> dict[str, Any]:
        """Parses a part of the text."""
        first, text = self.line_of_offset(start), self.text[start:end]
        deep = _DEEP_KEY.search(self.skeleton, start, end)
        if deep:
            raise MalformedManifestError("a key of more than 16 parts", self.line_of_offset(deep.start()))
        try:
            return tomllib.loads(text)
        except RecursionError:
            raise MalformedManifestError("nested too deeply", first) from None
        except ValueError as error:
            match = _ERROR_LINE.search(str(error))
            at_end = "at end of document" in str(error)
            line = int(match[1]) if match else text.count("\n") + 1 if at_end else 1
            raise MalformedManifestError("not TOML", first + line - 1) from None

    def _load_parts(self, table: str) -> None:
        """Parses each entry of ``table`` and each other table of the document on its own."""
        other_header = re.compile(rf"^[ \t]*+\[(?!\[?[ \t]*+{table}[ \t]*+[.\]])", re.MULTILINE)
        entries = {match.start() for match in _entry_header(table).finditer(self.skeleton)}
        starts = sorted({0, *entries, *(match.start() for match in other_header.finditer(self.skeleton))})
        self.data[table] = []
        for start, end in pairwise([*starts, len(self.text)]):
            try:
                part = self._load(start, end)
            except MalformedManifestError as error:
                (self.data[table] if start in entries else self.gaps).append(error.gap)
            else:
                self._merge(part, table)

    def _merge(self, part: dict[str, Any], table: str) -> None:
        found = part.pop(table, [])
        self.data[table] += found if isinstance(found, list) else []
        for key, value in part.items():
            before = self.data.get(key)
            self.data[key] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value

    @cached_property
    def skeleton(self) -> str:
        """The text with strings and comments blanked out; length and line breaks are kept."""
        return _QUOTED.sub(_blank_out, self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [match.end() for match in re.finditer("\n", self.text)]

    def line_of_offset(self, offset: int) -> int:
        """The line of an offset in the text."""
        return bisect_right(self._starts, offset) + 1

    def entry_lines(self, table: str, count: int) -> list[int]:
        """The line of each ``[[table]]``, that of its name; all 1 if there are not exactly ``count`` of them."""
        name = re.compile(r"^[ \t]*+(?:(name)[ \t]*+=|\[)", re.MULTILINE)
        offsets: list[int] = []
        for match in _entry_header(table).finditer(self.skeleton):
            inside = name.search(self.skeleton, match.end())
            offsets.append(inside.start(1) if inside and inside[1] else match.end())
        return [self.line_of_offset(offset) for offset in offsets] if len(offsets) == count else [1] * count

    def line_of_text(self, table: str, needle: str) -> int:
        """The line of the string ``needle`` in a table such as ``tool.uv`` or in a subtable; else anywhere; else 1."""
        return self._first(table, self._strings.get(needle, ()))

    def line_of_key(self, table: str, key: str) -> int:
        """The line of ``key = ...`` in a table, or of ``[table.key]``; else of that key anywhere; else 1."""
        return self._first(table, self._keys.get(key, ()))

    def line_of_path(self, keys: Sequence[str]) -> int:
        """The line of the innermost of ``keys``, each in the table of those before it, that has a line of its own; else 1."""
        for depth in range(len(keys), 0, -1):
            if offsets := self._keys.get(keys[depth - 1]):
                return self._first(".".join(keys[: depth - 1]), offsets)
        return 1

    @cached_property
    def _strings(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for match in _QUOTED.finditer(self.text):
            if match[0][0] in "\"'":
                found.setdefault(_unquote(match[0]), []).append(match.start())
        return found

    @cached_property
    def _keys(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for match in _KEY.finditer(self.text):
            if self.skeleton[match.start(4)] == match[4]:
                found.setdefault(match[1] or match[2] or match[3] or "", []).append(match.start(4))
        for offset, name in self._headers:
            found.setdefault(name.rpartition(".")[2], []).append(offset)
        return found

    @cached_property
    def _headers(self) -> list[tuple[int, str]]:
        return [
            (match.start(), _header_name(self.text[match.start(1) : match.end(1)])) for match in _HEADER.finditer(self.skeleton)
        ]

    def _table_at(self, offset: int) -> str:
        number = bisect_right(self._headers, offset, key=lambda header: header[0]) - 1
        return self._headers[number][1] if number >= 0 else ""

    def _first(self, table: str, offsets: Sequence[int]) -> int:
        inside = (offset for offset in offsets if not table or f"{self._table_at(offset)}.".startswith(f"{table}."))
        offset = next(inside, offsets[0] if offsets else None)
        return 1 if offset is None else self.line_of_offset(offset)


def _entry_header(table: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*+\[\[[ \t]*+{table}[ \t]*+\]\]", re.MULTILINE)


def _blank_out(match: re.Match[str]) -> str:
    text = match[0]
    return " " * len(text) if "\n" not in text else "\n".join(" " * len(line) for line in text.split("\n"))


def _unquote(quoted: str) -> str:
    try:
        return str(tomllib.loads(f"x = {quoted}")["x"]) if "\\" in quoted or quoted[:3] in ('"""', "'''") else quoted[1:-1]
    except ValueError:
        return quoted


def _header_name(header: str) -> str:
    """The dotted name in a header, without quotes, blanks and anything after the bracket."""
    return re.sub(r"[\s\"']", "", header.partition("]")[0])
