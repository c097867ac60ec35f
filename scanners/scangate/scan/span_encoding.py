"""Encodes what a tool reported about a file without quoting the file: pieces of its text become positions in it.

Results of a shard leave their machine before all secrets of the run are known, so they must not contain scanned text. With the
same file the report can be restored.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from scangate.scan.secret_values import MIN_SHARED_LENGTH

SPANS_KEY = "quote"  # the only key of the object that replaces a text
T = TypeVar("T")
MIN_PIECE_LENGTH = MIN_SHARED_LENGTH


class SpanCodec:
    """Replaces text that occurs in a file's path or content by (position, length) in ``path``, a line end, and the lines.

    No MIN_PIECE_LENGTH characters in a row of an encoded value are from the file.
    """

    def __init__(self, path: str, lines: Sequence[str]) -> None:
        self._path = path
        self._text = "\n".join([path, *lines])

    @cached_property
    def _positions(self) -> dict[str, int]:
        """The first position of each run of MIN_PIECE_LENGTH characters."""
        text, length = self._text, MIN_PIECE_LENGTH
        return {text[at : at + length]: at for at in range(len(text) - length, -1, -1)}

    def encode(self, value: object) -> Any:
        """``value``, anything that msgspec can convert, as plain JSON values with its texts replaced."""
        return self._encode(msgspec.to_builtins(value))

    def decode(self, value: Any, type_: type[T]) -> T:
        """The value that was encoded. Raises ValueError for anything else."""
        return convert_exactly(self._decode(value), type_)

    def _encode(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._encode_text(value)
        if isinstance(value, list | tuple):
            return [self._encode(each) for each in value]
        if isinstance(value, dict):
            return {key: self._encode(each) for key, each in value.items()}
        return value

    def _decode(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._decode(each) for each in value]
        if not isinstance(value, dict):
            return value
        if SPANS_KEY not in value:
            return {key: self._decode(each) for key, each in value.items()}
        if len(value) != 1 or not isinstance(value[SPANS_KEY], list):
            raise ValueError("not an encoded text")
        return "".join(map(self._decode_piece, value[SPANS_KEY]))

    def _encode_text(self, text: str) -> Any:
        if len(text) < MIN_PIECE_LENGTH:
            return text
        if text == self._path:
            return {SPANS_KEY: [[0, len(text)]]}  # so common that it has a shortcut
        pieces: list[Any] = []
        literal = at = 0
        while at <= len(text) - MIN_PIECE_LENGTH:
            start = self._positions.get(text[at : at + MIN_PIECE_LENGTH])
            if start is None:
                at += 1
                continue
            position, length = self._longest_match(text[at:], start)
            pieces += [text[literal:at], [position, length]] if at > literal else [[position, length]]
            literal = at = at + length
        if not pieces:
            return text
        return {SPANS_KEY: [*pieces, text[literal:]] if literal < len(text) else pieces}

    def _longest_match(self, text: str, position: int) -> tuple[int, int]:
        """The longest prefix of ``text`` in the file, as (position, length); its first characters are at ``position``."""
        length = MIN_PIECE_LENGTH
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
            raise ValueError("not an encoded text")
        position, length = piece
        if position < 0 or length < 1 or position + length > len(self._text):
            raise ValueError("a position beyond the end of the file")
        return self._text[position : position + length]


def convert_exactly(plain: Any, type_: type[T]) -> T:
    """``plain`` as a ``type_``. Raises ValueError unless it is exactly how the value is written."""
    value = msgspec.convert(plain, type_)
    if canonical_json(msgspec.to_builtins(value)) != canonical_json(plain):
        raise ValueError("it has more content than expected")
    return value


def canonical_json(value: Any) -> str:
    """Compact JSON with sorted keys; unlike msgspec's, it encodes lone surrogates, which tools may report."""
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))
