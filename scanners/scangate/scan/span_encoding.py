"""Writes what a tool said of a file without quoting the file: each piece of it stands as the place where it is to be found.

A part of a sharded scan leaves its machine before all secrets of the run are known, so it must not hold a word of what was scanned.
Whoever has the same file gets the same text back.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from scangate.scan.masking import MIN_SECRET_LENGTH

__all__ = ["SpanCodec"]

SPANS_KEY = "quote"  # the one key of the object that stands for a text with quotations


class SpanCodec:
    """The text that quotations are taken from: a file's path, a line end, and its content.

    ``quoted`` gives JSON values in which no SHORTEST_VALUE characters in a row are the page's, ``unquoted`` what they stand for.
    """

    def __init__(self, path: str, content: str) -> None:
        self._path = path
        self._text = f"{path}\n{content}"

    @cached_property
    def _positions(self) -> dict[str, int]:
        """Where each run of SHORTEST_VALUE characters stands."""
        text, length = self._text, MIN_SECRET_LENGTH
        return {text[at : at + length]: at for at in range(len(text) - length, -1, -1)}

    def encode(self, value: Any) -> Any:
        """``value``, made of lists, objects and plain values, with its texts written as quotations."""
        if isinstance(value, str):
            return self._encode_text(value)
        if isinstance(value, list | tuple):
            return [self.encode(each) for each in value]
        if isinstance(value, dict):
            return {key: self.encode(each) for key, each in value.items()}
        return value

    def decode(self, value: Any) -> Any:
        """What `quoted` was given; ValueError for a quotation that is not one of this page."""
        if isinstance(value, list):
            return [self.decode(each) for each in value]
        if not isinstance(value, dict):
            return value
        if SPANS_KEY not in value:
            return {key: self.decode(each) for key, each in value.items()}
        if len(value) != 1 or not isinstance(value[SPANS_KEY], list):
            raise ValueError("not a quotation")
        return "".join(map(self._decode_piece, value[SPANS_KEY]))

    def _encode_text(self, text: str) -> Any:
        if len(text) < MIN_SECRET_LENGTH:
            return text
        if text == self._path:
            return {SPANS_KEY: [[0, len(text)]]}  # so common that the page need not be looked through
        pieces: list[Any] = []
        literal = at = 0
        while at <= len(text) - MIN_SECRET_LENGTH:
            place = self._positions.get(text[at : at + MIN_SECRET_LENGTH])
            if place is None:
                at += 1
                continue
            place, length = self._longest_match(text[at:], place)
            pieces += [text[literal:at], [place, length]] if at > literal else [[place, length]]
            literal = at = at + length
        if not pieces:
            return text
        return {SPANS_KEY: [*pieces, text[literal:]] if literal < len(text) else pieces}

    def _longest_match(self, text: str, position: int) -> tuple[int, int]:
        """The longest beginning of ``text`` that the page has, as (place, length); one of SHORTEST_VALUE is at ``place``."""
        length = MIN_SECRET_LENGTH
        while position >= 0:
            found = position
            while text[length : length + 1] == self._text[found + length : found + length + 1] != "":
                length += 1
            position = self._text.find(text[: length + 1], found + 1) if length < len(text) else -1
        return found, length

    def _decode_piece(self, piece: Any) -> str:
        if isinstance(piece, str):
            return piece
        if not isinstance(piece, list) or len(piece) != 2 or not all(type(number) is int for number in piece):
            raise ValueError("not a quotation")
        place, length = piece
        if place < 0 or length < 1 or place + length > len(self._text):
            raise ValueError("a quotation from beyond the end of the file")
        return self._text[place : place + length]
