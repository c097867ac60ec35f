"""The text of a file in which calls are written plainly, for conditions of rules that look at text.

Syntax trees do not depend on layout, ``pattern-regex`` does: ``eval (x)``, ``(eval)(x)`` and ``builtins.eval(x)`` are ``eval(x)``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_TO_PARENTHESIS = re.compile(r"(?:[ \t\f\n)]|\\\n|#[^\n]*\n)*\(")


def write_calls_plainly(text: str, tree: ast.Module) -> str:
    """``text``, in which the name of each called function, as it is in ``tree``, is directly followed by its parenthesis.

    The result has the length of ``text``, and each name starts where its call does. Where a name is longer than what is written,
    it covers the beginning of the arguments.
    """
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    characters: list[str] = []
    for start, end, name in _irregular_calls(text, tree, starts):
        characters = characters or list(text)
        written = f"{name}(".ljust(end - start)
        if start + len(written) <= len(characters):
            characters[start : start + len(written)] = written
    return "".join(characters) if characters else text


def _irregular_calls(text: str, tree: ast.Module, starts: list[int]) -> Iterator[tuple[int, int, str]]:
    """Start and end of the called name with its parenthesis, and the name, of calls that are not written plainly."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Name, ast.Attribute)):
            continue
        function = node.func
        start = _offset(text, starts, node.lineno, node.col_offset)
        first = _offset(text, starts, function.lineno, function.col_offset)
        end = _offset(text, starts, function.end_lineno or 1, function.end_col_offset or 0)
        name = dotted if (dotted := _dotted_name(function)) else text[first:end]
        if text[start : end + 1] == f"{name}(":
            continue
        parenthesis = _TO_PARENTHESIS.match(text, end)
        if parenthesis is not None:
            yield start, parenthesis.end(), name


def _dotted_name(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _offset(text: str, starts: list[int], line: int, column: int) -> int:
    """The offset in characters of a column in UTF-8 bytes."""
    start = starts[min(line, len(starts) - 1) - 1]
    written = text[start : start + column]
    return start + (column if written.isascii() else len(written.encode()[:column].decode("utf-8", "ignore")))
