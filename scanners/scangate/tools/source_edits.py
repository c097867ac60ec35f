"""Edits a text, and maps positions in the result back to the original."""

from __future__ import annotations

import ast
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple


class Edit(NamedTuple):
    """Replaces the bytes from ``start`` to ``end``; with equal offsets, inserts ``text`` before the byte at ``start``.

    ``origin``: where ``text`` is in the original, if it is a copy; positions in it are mapped to there.
    """

    start: int
    end: int
    text: bytes = b""
    origin: int = -1


class EditedText:
    """``original`` with ``edits``. Deletions may overlap: what several edits delete is deleted once, and their texts are joined."""

    def __init__(self, original: bytes, edits: Iterable[Edit]) -> None:
        self._result_starts: list[int] = []
        self._original_starts: list[int] = []
        self._lengths: list[int] = []
        parts: list[bytes] = []
        done = written = 0
        for edit in sorted(edits, key=lambda edit: edit[:2]):
            if edit.start > done:
                written += self._keep(original, parts, done, edit.start, written)
            if edit.origin >= 0:
                written += self._keep(original, parts, edit.origin, edit.origin + len(edit.text), written)
            else:
                parts.append(edit.text)
                written += len(edit.text)
            done = max(done, edit.end)
        self._keep(original, parts, done, len(original), written)
        self.data = b"".join(parts)

    def _keep(self, original: bytes, parts: list[bytes], start: int, end: int, written: int) -> int:
        self._result_starts.append(written)
        self._original_starts.append(start)
        self._lengths.append(end - start)
        parts.append(original[start:end])
        return end - start

    def original_start(self, offset: int) -> int:
        """The original offset of the byte at ``offset``; of the next byte that was kept, if that one was inserted."""
        index = bisect_right(self._result_starts, offset) - 1
        inside = offset - self._result_starts[index] if index >= 0 else 0
        if index >= 0 and (inside < self._lengths[index] or index == len(self._lengths) - 1):
            return self._original_starts[index] + inside
        return self._original_starts[index + 1]

    def original_end(self, offset: int) -> int:
        """The original offset after the byte before ``offset``; after the last byte kept before it, if that one was inserted."""
        index = bisect_left(self._result_starts, offset) - 1
        if index < 0:
            return 0
        return self._original_starts[index] + min(offset - self._result_starts[index], self._lengths[index])


def chain_root(node: Any) -> Any:
    """What the attributes, calls and indexes of an expression begin with: ``a`` of ``a.b(c)[d]``."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


class LineStarts:
    """Offsets of lines, split at line feeds only."""

    def __init__(self, data: bytes, starts: list[int] | None = None) -> None:
        """``starts``: the offsets, if they are known; the last one is after the end."""
        self.data = data
        self.starts = starts or [0, *itertools.accumulate(len(line) + 1 for line in data.split(b"\n"))]

    def start(self, node: Any) -> int:
        """The offset of a node of the syntax tree."""
        offset: int = self.starts[node.lineno - 1] + node.col_offset
        return offset

    def end(self, node: Any) -> int:
        """The offset after a node of the syntax tree."""
        offset: int = self.starts[node.end_lineno - 1] + node.end_col_offset
        return offset

    def insert_before(self, node: Any, text: bytes) -> Edit:
        """Inserts ``text`` before a node."""
        return Edit(self.start(node), self.start(node), text)

    def replace_node(self, node: Any, text: bytes) -> Edit:
        """Replaces a node."""
        return Edit(self.start(node), self.end(node), text)

    def has_parenthesis(self, node: Any) -> bool:
        """Whether a node begins with a parenthesis of its own, as most tuples do."""
        return self.data[self.start(node) : self.start(node) + 1] == b"("

    def offset(self, line: int, column: int) -> int:
        """The offset of a column in bytes; both count from 1."""
        return min(self.starts[min(line, len(self.starts) - 1) - 1] + column - 1, len(self.data))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column in bytes of an offset, both from 1."""
        line = min(bisect_right(self.starts, offset), len(self.starts) - 1)
        return line, offset - self.starts[line - 1] + 1
