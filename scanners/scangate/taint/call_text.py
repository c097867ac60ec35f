"""The text of a file in which calls are written plainly, for conditions of rules that look at text.

Syntax trees do not depend on layout, ``pattern-regex`` does: ``eval (x)``, ``(eval)(x)`` and ``builtins.eval(x)`` are ``eval(x)``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_TO_PARENTHESIS = re.compile(r"(?:[ \t\f\n)]|\\\n|#[^\n]*\n)*\(")
_TO_END = re.compile(r"(?:[ \t\f\n]|\\\n|#[^\n]*\n)*\)")


class Places:
    """The offsets, in characters, of the nodes of a syntax tree in the text that it is of."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        for line in text.split("\n"):  # Python ends lines at no other character
            self._starts.append(self._starts[-1] + len(line) + 1)

    def start(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        """The offset of its first character."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        """The offset after its last character."""
        return self._offset(node.end_lineno or 1, node.end_col_offset or 0)

    def _offset(self, line: int, column: int) -> int:
        """``column``: in UTF-8 bytes."""
        start = self._starts[min(line, len(self._starts) - 1) - 1]
        written = self._text[start : start + column]
        return start + (column if written.isascii() else len(written.encode()[:column].decode("utf-8", "ignore")))


def write_calls_plainly(text: str, tree: ast.Module, places: Places) -> str:
    """``text``, in which the name of each called function, as it is in ``tree``, is directly followed by its parenthesis.

    The result has the length of ``text``, and each name starts where its call does. Where a name is longer than what is written,
    it covers the beginning of the arguments.
    """
    characters: list[str] = []
    for start, end, name in _irregular_calls(text, tree, places):
        characters = characters or list(text)
        written = name.ljust(end - start)
        if start + len(written) <= len(characters):
            characters[start : start + len(written)] = written
    return "".join(characters) if characters else text


def _irregular_calls(text: str, tree: ast.Module, places: Places) -> Iterator[tuple[int, int, str]]:
    """Calls that are not written plainly: start and end of the name with its parenthesis, both if nothing is between them, and
    what to write there."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Name, ast.Attribute)):
            continue
        function = node.func
        start, end = places.start(node), places.end(function)
        name = dotted if (dotted := _dotted_name(function)) else text[places.start(function) : end]
        is_empty = not node.args and not node.keywords
        plain = f"{name}()" if is_empty else f"{name}("
        if text.startswith(plain, start):
            continue
        last = _TO_PARENTHESIS.match(text, end)
        if last is not None and is_empty:
            last = _TO_END.match(text, last.end())
        if last is not None:
            yield start, last.end(), plain


def _dotted_name(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
