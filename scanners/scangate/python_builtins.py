"""Built-in functions under other names: taken from the module ``builtins``, or assigned to a variable.

A rule about ``eval`` has to find ``builtins.eval``, ``getattr(builtins, "eval")``, ``__builtins__["eval"]`` and ``run = eval``.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import BuiltinFunctionType
from typing import Any

__all__ = ["MAY_RENAME_BUILTINS", "builtin_name", "find_builtin_names", "use_builtin_names"]

_MODULES = frozenset({"builtins", "__builtin__"})
_FUNCTIONS = frozenset(name for name in dir(builtins) if isinstance(getattr(builtins, name), BuiltinFunctionType))
MAY_RENAME_BUILTINS = re.compile(rb"builtin|=[ \t(]*(?:" + "|".join(sorted(_FUNCTIONS)).encode() + rb")\b[ \t)]*(?:[;#\n]|\Z)")
"""Found in each source in which a built-in function may have another name."""


def use_builtin_names(tree: ast.Module, text: str) -> ast.Module:
    """``tree``, changed in place: each expression that is a built-in function under another name is that name."""
    if not MAY_RENAME_BUILTINS.search(text.encode("utf-8", "surrogatepass")):
        return tree
    names = find_builtin_names(list(ast.walk(tree)))
    _Renaming(names).visit(tree)
    return tree


def find_builtin_names(nodes: Sequence[Any]) -> dict[str, str]:
    """Names for built-in functions, and (with an empty string) for the module that holds them."""
    names = {"__builtins__": ""}
    bound = Counter[str]()
    for node in nodes:
        kind = node.__class__
        if kind is ast.Import:
            names |= {each.asname or each.name: "" for each in node.names if each.name in _MODULES}
        elif kind is ast.ImportFrom and node.module in _MODULES:
            names |= {each.asname: each.name for each in node.names if each.asname}
        elif kind is ast.arg:
            bound[node.arg] += 1
        elif kind is ast.Name and node.ctx.__class__ is not ast.Load:
            bound[node.id] += 1
    return {**names, **{name: value for name, value in _assigned(nodes, names) if bound[name] == 1}}


def _assigned(nodes: Iterable[Any], names: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The variables that are assigned a built-in function, with its name."""
    for node in nodes:
        if node.__class__ is not ast.Assign:
            continue
        value = node.value
        function = value.id if value.__class__ is ast.Name and value.id in _FUNCTIONS else builtin_name(value, names)
        if function in _FUNCTIONS:
            yield from ((each.id, function) for each in node.targets if isinstance(each, ast.Name))


def builtin_name(node: Any, names: Mapping[str, str]) -> str:
    """The built-in function that ``node`` takes from its module by a constant name, or an empty string."""
    name: object = None
    if isinstance(node, ast.Attribute) and _is_builtin_module(node.value, names):
        name = node.attr
    elif isinstance(node, ast.Subscript) and _is_builtin_module(node.value, names):
        name = getattr(node.slice, "value", None)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) > 1:
        name = getattr(node.args[1], "value", None) if _is_builtin_module(node.args[0], names) else None
    is_function = isinstance(name, str) and name.isidentifier() and not (name.startswith("__") and name != "__import__")
    return str(name) if is_function else ""


def _is_builtin_module(node: Any, names: Mapping[str, str]) -> bool:
    if isinstance(node, ast.Name):
        return names.get(node.id) == ""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        argument = node.args[0]
        if called in ("__import__", "import_module"):
            return isinstance(argument, ast.Constant) and argument.value in _MODULES
        return called == "vars" and _is_builtin_module(argument, names)
    return isinstance(node, ast.Attribute) and node.attr == "__dict__" and _is_builtin_module(node.value, names)


class _Renaming(ast.NodeTransformer):
    """Replaces expressions by the plain names of built-in functions."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit(self, node: ast.AST) -> ast.AST:
        is_read = isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        name = self._plain_name(node) if is_read else ""
        if name:
            return ast.copy_location(ast.Name(name, ast.Load()), node)
        return self.generic_visit(node)

    def _plain_name(self, node: ast.AST) -> str:
        return self._names.get(node.id, "") if isinstance(node, ast.Name) else builtin_name(node, self._names)
