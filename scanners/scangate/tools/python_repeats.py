"""Repeats expressions as statements of their own where semgrep's data flow analysis does not read them.

It reads neither what is deleted, nor the targets of loops, context managers and starred assignments beyond their names, nor the
types of exceptions, the bases of a class and annotations. Their calls run all the same. A copy has the positions of its
original, so that what is found in it is reported there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from scangate.tools.source_edits import Edit, LineStarts

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_Expressions = Iterable[ast.expr | None]


def repeat_edits(nodes: Sequence[Any], lines: LineStarts) -> list[Edit]:
    """The edits to the source (UTF-8, line feeds) of ``nodes``."""
    if not any(node.__class__ is ast.Call for node in nodes):
        return []
    edits: list[Edit] = []
    for node in nodes:
        unread = _UNREAD.get(node.__class__)
        for expression in filter(_has_call, unread(node)) if unread is not None else ():
            edits += _repeat(expression.value if isinstance(expression, ast.Starred) else expression, node, lines)
    return edits


def _starred(target: ast.expr) -> Iterator[ast.expr]:
    elements = target.elts if isinstance(target, (ast.Tuple, ast.List)) else ()
    for element in elements:
        yield from (element.value,) if isinstance(element, ast.Starred) else _starred(element)


def _annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr | None]:
    arguments = function.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        yield each.annotation if each is not None else None
    yield function.returns


_UNREAD: dict[type[ast.AST], Callable[[Any], _Expressions]] = {
    ast.Delete: lambda node: node.targets,
    ast.AnnAssign: lambda node: (node.target, node.annotation),
    ast.Assign: lambda node: [each for target in node.targets for each in _starred(target)],
    ast.ClassDef: lambda node: (*node.bases, *(keyword.value for keyword in node.keywords)),
    ast.ExceptHandler: lambda node: (node.type,),
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.comprehension), lambda node: (node.target,)),
    **dict.fromkeys((ast.With, ast.AsyncWith), lambda node: [item.optional_vars for item in node.items]),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), lambda node: list(_annotations(node))),
}
"""The expressions of a node that are not read."""


def _has_call(expression: ast.expr | None) -> bool:
    return expression is not None and any(isinstance(node, ast.Call) for node in ast.walk(expression))


def _repeat(expression: Any, node: Any, lines: LineStarts) -> Iterator[Edit]:
    """A copy of a node's expression: ``(copy);`` before a simple statement, ``(copy)`` on a line of its own before another one, or
    ``(copy) or`` before what a comprehension goes over."""
    origin, end = lines.start(expression), lines.end(expression)
    if isinstance(node, ast.comprehension):
        at, before, after = lines.start(node.iter), b"(", b") or "
    else:
        is_inside = isinstance(node, (ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.ExceptHandler))
        at, before, after = _place(node.body[0] if is_inside else node, lines)
    for text, source in ((before, -1), (lines.data[origin:end], origin), (after, -1)):
        yield Edit(at, at, text, source)


def _place(statement: Any, lines: LineStarts) -> tuple[int, bytes, bytes]:
    """Where a copy before a statement is inserted, and what comes before and after it."""
    if not isinstance(statement, (*_DEFINITIONS, ast.Match)) and not hasattr(statement, "body"):
        return lines.start(statement), b"(", b");"
    first = (*getattr(statement, "decorator_list", ()), statement)[0]
    sign = lines.data.rfind(b"@", 0, lines.start(first)) if first is not statement else lines.start(statement)
    line = lines.data.rfind(b"\n", 0, sign) + 1
    return line, lines.data[line:sign] + b"(", b")\n"
