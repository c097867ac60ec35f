"""Writes what a tool said of a file without quoting the file: each piece of it stands as the place where it is to be found.

A part of a sharded scan leaves its machine before all secrets of the run are known, so it must not hold a word of what was scanned.
Whoever has the same file gets the same text back.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from scangate.scan.redact import SHORTEST_VALUE

__all__ = ["Page"]

QUOTE = "quote"  # the one key of the object that stands for a text with quotations


class Page:
    """The text that quotations are taken from: a file's path, a line end, and its content.

    ``quoted`` gives JSON values in which no SHORTEST_VALUE characters in a row are the page's, ``unquoted`` what they stand for.
    """

    def __init__(self, path: str, content: str) -> None:
        self._path = path
        self._text = f"{path}\n{content}"

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each run of SHORTEST_VALUE characters stands."""
        text, length = self._text, SHORTEST_VALUE
        return {text[at : at + length]: at for at in range(len(text) - length, -1, -1)}

    def quoted(self, value: Any) -> Any:
        """``value``, made of lists, objects and plain values, with its texts written as quotations."""
        if isinstance(value, str):
            return self._quoted(value)
        if isinstance(value, list | tuple):
            return [self.quoted(each) for each in value]
        if isinstance(value, dict):
            return {key: self.quoted(each) for key, each in value.items()}
        return value

    def unquoted(self, value: Any) -> Any:
        """What `quoted` was given; ValueError for a quotation that is not one of this page."""
        if isinstance(value, list):
            return [self.unquoted(each) for each in value]
        if not isinstance(value, dict):
            return value
        if QUOTE not in value:
            return {key: self.unquoted(each) for key, each in value.items()}
        if len(value) != 1 or not isinstance(value[QUOTE], list):
            raise ValueError("not a quotation")
        return "".join(map(self._piece, value[QUOTE]))

    def _quoted(self, text: str) -> Any:
        if len(text) < SHORTEST_VALUE:
            return text
        if text == self._path:
            return {QUOTE: [[0, len(text)]]}  # so common that the page need not be looked through
        pieces: list[Any] = []
        literal = at = 0
        while at <= len(text) - SHORTEST_VALUE:
            place = self._places.get(text[at : at + SHORTEST_VALUE])
            if place is None:
                at += 1
                continue
            place, length = self._longest(text[at:], place)
            pieces += [text[literal:at], [place, length]] if at > literal else [[place, length]]
            literal = at = at + length
        if not pieces:
            return text
        return {QUOTE: [*pieces, text[literal:]] if literal < len(text) else pieces}

    def _longest(self, text: str, place: int) -> tuple[int, int]:
        """The longest beginning of ``text`` that the page has, as (place, length); one of SHORTEST_VALUE is at ``place``."""
        length = SHORTEST_VALUE
        while place >= 0:
            found = place
            while text[length : length + 1] == self._text[found + length : found + length + 1] != "":
                length += 1
            place = self._text.find(text[: length + 1], found + 1) if length < len(text) else -1
        return found, length

    def _piece(self, piece: Any) -> str:
        if isinstance(piece, str):
            return piece
        if not isinstance(piece, list) or len(piece) != 2 or not all(type(number) is int for number in piece):
            raise ValueError("not a quotation")
        place, length = piece
        if place < 0 or length < 1 or place + length > len(self._text):
            raise ValueError("a quotation from beyond the end of the file")
        return self._text[place : place + length]
