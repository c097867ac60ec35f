"""Rewrites newer Python syntax as older syntax of the same length, for semgrep.

semgrep has two parsers for Python. A file with syntax that the first does not know silently goes to the second, with which no
pattern with an f-string matches, nor one that depends on the quotes of a string. The result is only for matching rules: every
expression keeps its position, but the code behaves differently.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from scangate.python_parser import parse_python

NEW_STATEMENTS = re.compile(
    rb"^[ \t]*(?:case\b(?![ \t]*[=.,)])|type[ \t]+\w+[ \t]*[=\[]|@[ \t]|(?:def|class)[ \t]+\w+[ \t]*\[)", re.MULTILINE
)
NEW_STARRED = re.compile(rb"\[(?:[^\n\]*]{0,99},)?[ \t]*\*\w|\*\w+[ \t]*:[ \t]*\*|(?:yield|in)[ \t]+\*")
NEW_WALRUS = re.compile(rb"[\[{][^\n]{0,99}:=|\w\([ \t]*\w+[ \t]*:=")
POSSIBLE_MATMUL = re.compile(rb"[\w)\]]@[\w(\[]")
MATMUL = re.compile(rb"^[^\n\"'#@]*[\w)\]]@[\w(\[]", re.MULTILINE)
"""Matches all files with newer syntax and few others, which need not be parsed."""

CASE = re.compile(rb"[ \t]*case\b")


class Edit(NamedTuple):
    """Replacement bytes of the same length, from ``start`` on."""

    start: int
    text: bytes


class _SourceText:
    """Source bytes, and the offsets of syntax tree nodes in them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._lines = [0]
        for line in data.split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)

    def start(self, node: ast.expr | ast.stmt | ast.pattern) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.pattern) -> int:
        return self._lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def blank(self, start: int, end: int) -> Edit:
        """Replaces the range with spaces; line ends are kept and escaped with a backslash."""
        return Edit(start, re.sub(rb"[^\n]\n", b"\\\n", re.sub(rb"[^\n]", b" ", self.data[start:end])))

    def line(self, at: int) -> int:
        """The offset of the beginning of the line at an offset."""
        return self.data.rfind(b"\n", 0, at) + 1


def downlevel(data: bytes) -> bytes:
    """Rewrites ``data`` (UTF-8, line feeds) for semgrep's first parser; unchanged if not necessary, or not possible."""
    if not _may_have_new_syntax(data):
        return data
    tree = _parse(data)
    if tree is None:
        return data
    text, result = _SourceText(data), bytearray(data)
    try:
        for edit in (edit for node in ast.walk(tree) for edit in _edits(node, text)):
            result[edit.start : edit.start + len(edit.text)] = edit.text
    except LookupError:  # unusual formatting: leave it to the second parser
        return data
    return data if result == data or _parse(bytes(result)) is None else bytes(result)


def _may_have_new_syntax(data: bytes) -> bool:
    """Whether there may be newer syntax; the cheapest checks come first."""
    return bool(
        b" @ " in data
        or b"@=" in data
        or NEW_STARRED.search(data)
        or (b":=" in data and NEW_WALRUS.search(data))
        or NEW_STATEMENTS.search(data)
        or (POSSIBLE_MATMUL.search(data) and MATMUL.search(data))
    )


def _parse(data: bytes) -> ast.Module | None:
    try:
        return parse_python(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _edits(node: ast.AST, text: _SourceText) -> Iterator[Edit]:
    if isinstance(node, ast.Match):
        yield Edit(text.start(node), b"with ")
        yield from (_rewrite_case(case, text) for case in node.cases)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield Edit(_find_after(text, node.left, b"@"), b"*")
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.MatMult):
        yield Edit(_find_after(text, node.target, b"@"), b"*")
    elif isinstance(node, ast.stmt) and type(node).__name__ == "TypeAlias":  # since Python 3.12
        yield Edit(text.start(node), b"_  = ")
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and getattr(node, "type_params", None):
        yield _blank_type_parameters(node, text)
    else:
        yield from (Edit(text.start(star), b" ") for star in _new_starred(node))
        yield from (text.blank(text.start(each), text.start(each.value)) for each in _new_walrus(node))


def _rewrite_case(case: ast.match_case, text: _SourceText) -> Edit:
    """``if(1   ):`` for ``case NAME:``, and ``if         x:`` for ``case NAME if x:``."""
    start = text.line(text.start(case.pattern))
    while start and not CASE.match(text.data, start):
        start = text.line(start - 1)
    word = CASE.match(text.data, start)
    if word is None:
        raise LookupError
    start = word.end() - len("case")
    if case.guard is None:
        end = _find_after(text, case.pattern, b":")
        inner = re.sub(rb"[^\n]", b" ", text.data[start + 4 : end - 1])
        return Edit(start, b"if(1" + inner + b")")
    edit = text.blank(start + 2, _find_after(text, case.pattern, b"if") + 2)
    return Edit(start, b"if" + edit.text)


def _blank_type_parameters(node: Any, text: _SourceText) -> Edit:
    start = text.data.rindex(b"[", 0, text.start(node.type_params[0]))
    return text.blank(start, _find_after(text, node.type_params[-1], b"]") + 1)


def _find_after(text: _SourceText, node: ast.expr | ast.pattern, sign: bytes) -> int:
    """The offset of ``sign`` after ``node``, with only brackets, commas, blanks and comments in between."""
    match = re.compile(rb"(?:[\s(),\]\\]|#[^\n]*)*?" + re.escape(sign)).match(text.data, text.end(node))
    if match is None:
        raise LookupError
    return match.end() - len(sign)


def _new_starred(node: ast.AST) -> Iterator[ast.Starred]:
    """Starred expressions of newer Python: in an index, in what is iterated over or yielded, in an annotation."""
    values: Iterable[ast.AST | None] = ()
    if isinstance(node, ast.arg):
        values = (node.annotation,)
    elif isinstance(node, (ast.Subscript, ast.For, ast.AsyncFor, ast.Yield)):
        values = _elements(getattr(node, {ast.Subscript: "slice", ast.Yield: "value"}.get(type(node), "iter")))
    yield from (value for value in values if isinstance(value, ast.Starred))


def _new_walrus(node: ast.AST) -> Iterator[ast.NamedExpr]:
    """Assignment expressions of newer Python: in an index, in a set, in a generator argument."""
    values: Iterable[ast.AST | None] = ()
    if isinstance(node, ast.Subscript):
        values = _elements(node.slice)
    elif isinstance(node, ast.Set):
        values = node.elts
    elif isinstance(node, ast.GeneratorExp):
        values = (node.elt,)
    yield from (value for value in values if isinstance(value, ast.NamedExpr))


def _elements(value: ast.AST | None) -> Iterable[ast.AST | None]:
    return value.elts if isinstance(value, ast.Tuple) else (value,)
