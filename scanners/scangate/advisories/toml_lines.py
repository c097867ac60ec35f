"""TOML with its lines: tomllib tells what a file says, this tells where; the text is bounded before tomllib sees it.

tomllib keeps no positions, so they are found in the skeleton of the text: the text without what stands in strings and comments.
The n-th ``[[package]]`` of the skeleton is the n-th package, or else (an inline array, a quoted key) the place is not known.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from scangate.advisories.errors import MalformedManifestError

__all__ = ["Toml", "convert_toml"]

T = TypeVar("T")

# Every alternative matches whatever it begins on, closed or not, so that no text is looked at twice.
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
_ERROR_INDEX = re.compile(r"`\$\.\w+\[(\d+)\]")


class Toml:
    """A TOML text: its ``data``, and where things stand in it. Raises Malformed for what is no TOML."""

    def __init__(self, text: str) -> None:
        self.text = text
        deep = _DEEP_KEY.search(self.skeleton)
        if deep:
            raise MalformedManifestError("a key of more than 16 parts", self.line_of_offset(deep.start()))
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except RecursionError:
            raise MalformedManifestError("nested too deeply") from None
        except ValueError as error:
            place = _ERROR_LINE.search(str(error))
            at_end = "at end of document" in str(error)
            raise MalformedManifestError("not TOML", int(place[1]) if place else text.count("\n") + 1 if at_end else 1) from None

    @cached_property
    def skeleton(self) -> str:
        """The text, of the same length and with the same lines, with blanks for all that stands in quotes and comments."""
        return _QUOTED.sub(_blank_out, self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [match.end() for match in re.finditer("\n", self.text)]

    def line_of_offset(self, place: int) -> int:
        """The line of a place in the text."""
        return bisect_right(self._starts, place) + 1

    def entry_lines(self, table: str, count: int) -> Callable[[int], int]:
        """The line of the n-th ``[[table]]``, that of its name; 1 for all where there are not ``count`` of them."""
        header = re.compile(rf"^[ \t]*+\[\[[ \t]*+{table}[ \t]*+\]\]", re.MULTILINE)
        name = re.compile(r"^[ \t]*+(?:(name)[ \t]*+=|\[)", re.MULTILINE)
        places: list[int] = []
        for match in header.finditer(self.skeleton):
            inside = name.search(self.skeleton, match.end())
            places.append(inside.start(1) if inside and inside[1] else match.end())
        if len(places) != count:
            return lambda _: 1
        return lambda number: self.line_of_offset(places[number])

    def line_of_text(self, table: str, needle: str) -> int:
        """The line of the string ``needle`` in a table such as ``tool.uv`` or in one below it; else of one anywhere; else 1."""
        return self._first(table, self._strings.get(needle, ()))

    def line_of_key(self, table: str, key: str) -> int:
        """The line of ``key = ...`` in a table, or of ``[table.key]``; else of such a key anywhere; else 1."""
        return self._first(table, self._keys.get(key, ()))

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
        for place, name in self._headers:
            found.setdefault(name.rpartition(".")[2], []).append(place)
        return found

    @cached_property
    def _headers(self) -> list[tuple[int, str]]:
        return [
            (match.start(), _header_name(self.text[match.start(1) : match.end(1)])) for match in _HEADER.finditer(self.skeleton)
        ]

    def _table_at(self, place: int) -> str:
        number = bisect_right(self._headers, place, key=lambda header: header[0]) - 1
        return self._headers[number][1] if number >= 0 else ""

    def _first(self, table: str, places: Sequence[int]) -> int:
        inside = (place for place in places if f"{self._table_at(place)}.".startswith(f"{table}."))
        place = next(inside, places[0] if places else None)
        return 1 if place is None else self.line_of_offset(place)


def _blank_out(match: re.Match[str]) -> str:
    text = match[0]
    return " " * len(text) if "\n" not in text else "\n".join(" " * len(line) for line in text.split("\n"))


def _unquote(quoted: str) -> str:
    try:
        return str(tomllib.loads(f"x = {quoted}")["x"]) if "\\" in quoted or quoted[:3] in ('"""', "'''") else quoted[1:-1]
    except ValueError:
        return quoted


def _header_name(header: str) -> str:
    """A header as words with dots between them: quotes, blanks and what follows the brackets are left out."""
    return re.sub(r"[\s\"']", "", header.partition("]")[0])


def convert_toml(toml: Toml, shape: type[T], table: str = "") -> T:
    """The data as a value of ``shape``. Malformed, at the entry of ``table`` that lacks a key or has one of another type."""
    try:
        return msgspec.convert(toml.data, shape)
    except msgspec.ValidationError as error:
        index = _ERROR_INDEX.search(str(error))
        entries = toml.data.get(table)
        line = toml.entry_lines(table, len(entries))(int(index[1])) if index and isinstance(entries, list) else 1
        raise MalformedManifestError(f"not what its name says: {_lowercase_first(str(error))}", line) from None


def _lowercase_first(message: str) -> str:
    return message[0].lower() + message[1:]
