"""The same Python program in another layout: parentheses, blanks, line breaks, names of imports and built-in functions."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType
from typing import Any

from scangate.tools.source_edits import Edit, EditedText, LineStarts

Change = Callable[[bytes], EditedText]

_WRAPPED = (
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.Subscript,
    ast.Constant,
    ast.JoinedStr,
    ast.BinOp,
    ast.List,
    ast.Dict,
    ast.Compare,
)


def _nodes(tree: ast.AST) -> Iterator[Any]:
    """Expressions, but for those within formatted strings."""
    yield tree
    if not isinstance(tree, ast.JoinedStr):
        for child in ast.iter_child_nodes(tree):
            yield from _nodes(child)


def _may_be_wrapped(node: Any) -> bool:
    return isinstance(node, _WRAPPED) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _wrap(opening: bytes, closing: bytes) -> Change:
    def change(data: bytes) -> EditedText:
        lines, edits = LineStarts(data), []
        nodes = [node for node in _nodes(ast.parse(data)) if _may_be_wrapped(node)]
        for node in nodes:
            edits.append(Edit(lines.start(node), lines.start(node), opening))
            edits.append(Edit(lines.end(node), lines.end(node), closing))
        return EditedText(data, edits)

    return change


def _separate(text: bytes) -> Change:
    """Puts ``text`` before parentheses of calls, before indexes and around dots."""

    def change(data: bytes) -> EditedText:
        lines, edits = LineStarts(data), []
        for node in _nodes(ast.parse(data)):
            if isinstance(node, (ast.Call, ast.Subscript, ast.Attribute)):
                end = lines.end(node.func if isinstance(node, ast.Call) else node.value)
                if data[end : end + 1] in (b"(", b"[", b"."):
                    edits.append(Edit(end, end, text))
                if isinstance(node, ast.Attribute) and data[end : end + 1] == b".":
                    edits.append(Edit(end + 1, end + 1, text))
        return EditedText(data, edits)

    return change


def _import_otherwise(data: bytes) -> EditedText:
    """Modules imported behind others, on continued lines, behind a semicolon."""
    lines, edits = LineStarts(data), []
    for node in _nodes(ast.parse(data)):
        if isinstance(node, ast.Import):
            edits.append(Edit(lines.start(node) + 6, lines.start(node) + 6, b" os.path, \\\n"))
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            edits.append(Edit(lines.start(node), lines.start(node), b"import os; "))
            edits.append(Edit(lines.start(node) + 4, lines.start(node) + 4, b" \\\n"))
    return EditedText(data, edits)


def _name_builtins(prefix: bytes, ending: bytes, definition: bytes) -> Change:
    def change(data: bytes) -> EditedText:
        lines, edits = LineStarts(data), []
        for node in _nodes(ast.parse(data)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and hasattr(builtins, node.func.id):
                start, end = lines.start(node.func), lines.end(node.func)
                edits.append(Edit(start, end, prefix + node.func.id.encode() + ending))
        return EditedText(data, [*edits, Edit(len(data), len(data), b"\n" + definition + b"\n")])

    return change


def _rename_builtins(definition: str) -> Change:
    """A name of its own for each built-in function that is called."""

    def change(data: bytes) -> EditedText:
        lines, edits, names = LineStarts(data), [], set()
        for node in _nodes(ast.parse(data)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and is_function(node.func.id):
                names.add(node.func.id)
                edits.append(Edit(lines.start(node.func), lines.start(node.func), b"b_"))
        definitions = "".join("\n" + definition.format(name, name) for name in sorted(names))
        return EditedText(data, [*edits, Edit(len(data), len(data), definitions.encode() + b"\n")])

    return change


def is_function(name: str) -> bool:
    return isinstance(getattr(builtins, name, None), BuiltinFunctionType)


CHANGES: Mapping[str, Change] = {
    "parentheses": _wrap(b"(", b")"),
    "more-parentheses": _wrap(b"( (", b") )"),
    "line-breaks": _wrap(b"(  # (\n\n", b"\n  # )\n )"),
    "blanks": _separate(b" \t"),
    "continued-lines": _separate(b"\\\n "),
    "imports": _import_otherwise,
    "builtins-module": _name_builtins(b"builtins.", b"", b"import builtins"),
    "builtins-alias": _name_builtins(b"(b_).", b"", b"import builtins as b_"),
    "builtins-attribute": _name_builtins(b"__builtins__ .", b"", b""),
    "builtins-item": _name_builtins(b"__builtins__.__dict__['", b"']", b""),
    "builtins-getattr": _name_builtins(b"getattr(__import__('builtins'), '", b"')", b""),
    "builtins-import": _rename_builtins("from builtins import {} as b_{}"),
    "builtins-assignment": _rename_builtins("b_{} = {}"),
}
"""Ways to write a program in another layout that changes nothing for Python; each keeps a map of positions."""
