"""setup.py: what the call of `setup` says literally. The file is a program and is never run; what it works out is a gap."""

from __future__ import annotations

import ast
import posixpath
import warnings
from collections.abc import Iterator, Mapping

from scangate.advisories.declared import Declared, Want, of_requirement
from scangate.advisories.manifest import Hole
from scangate.advisories.names import canonical
from scangate.advisories.readers import pyproject

__all__ = ["declared"]

LONGEST = 500_000  # characters; a longer one is not written by hand
COMMAND = "pip-compile --all-extras setup.py"
TELLS = ("install_requires", "extras_require")


def declared(path: str, files: Mapping[str, str]) -> Declared:
    """What the call declares, extras included; nothing where a pyproject.toml beside it says all."""
    if pyproject.says_all(posixpath.dirname(path), files):
        return Declared(COMMAND)
    text = files[path]
    tree = _parsed(text)
    if tree is None:
        return Declared(COMMAND, (Want("", 1),))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node.func) == "setup"]
    if not calls:
        return Declared(COMMAND, (Want("", 1),) if "setuptools" in text or "distutils" in text else ())
    lines = [line for call in calls for line in _told(call, _constants(tree))]
    return Declared(
        COMMAND,
        tuple(line for line in lines if isinstance(line, Want)),
        tuple(line for line in lines if isinstance(line, Hole)),
        project=next(filter(None, map(_name, calls)), ""),
        own_index="dependency_links" in text,
    )


def _parsed(text: str) -> ast.Module | None:
    if len(text) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a strange escape in somebody's text is not ours to report
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The names that the file binds once, at its top; whatever else touches a name makes it unknown."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
    bound = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    # a list that is read a second time may be added to there
    return {name: value for name, value in found.items() if bound.count(name) == 1 and used.count(name) == 1}


def _told(call: ast.Call, constants: Mapping[str, ast.expr]) -> Iterator[Want | Hole]:
    for keyword in call.keywords:
        if keyword.arg is None:
            yield Want("", call.lineno)
        elif keyword.arg in TELLS:
            value = keyword.value
            yield from _values(constants.get(value.id, value) if isinstance(value, ast.Name) else value)


def _values(value: ast.expr) -> Iterator[Want | Hole]:
    """The requirements in a literal: a text of lines, a list of texts, or a table of those."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        for text in filter(None, map(str.strip, value.value.splitlines())):
            yield of_requirement(text, value.lineno)
    elif isinstance(value, ast.List | ast.Tuple | ast.Set):
        for each in value.elts:
            yield from _values(each)
    elif isinstance(value, ast.Dict) and all(value.keys):
        for each in value.values:
            yield from _values(each)
    else:
        yield Want("", value.lineno)


def _name(call: ast.Call) -> str:
    for keyword in call.keywords:
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
            try:
                return canonical(str(keyword.value.value))
            except ValueError:
                return ""
    return ""
