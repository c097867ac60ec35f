"""Reads setup.py: the literal arguments of its call of `setup`. The file is never run; what it computes is a gap."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations, parse_dependency
from scangate.advisories.manifest import AuditGap
from scangate.advisories.package_names import normalize_or_empty
from scangate.advisories.readers import pyproject
from scangate.python_parser import try_to_parse

MAX_LENGTH = 500_000  # characters; a longer file is not written by hand
LOCK_COMMAND = "pip-compile --all-extras setup.py"
NOT_PARSED = "its dependencies are unknown, since it cannot be parsed as Python"
DEPENDENCY_KEYWORDS = ("install_requires", "extras_require")


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """What the call declares, extras included; nothing if a pyproject.toml next to it declares all."""
    if pyproject.declares_all(posixpath.dirname(path), files):
        return ProjectDeclarations(LOCK_COMMAND)
    text = files[path]
    tree = _parse_source(text)
    if tree is None:
        return ProjectDeclarations(LOCK_COMMAND, (DeclaredDependency("", 1, unknown=NOT_PARSED),))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _function_name(node.func) == "setup"]
    if not calls:
        is_setup = "setuptools" in text or "distutils" in text
        return ProjectDeclarations(LOCK_COMMAND, (DeclaredDependency("", 1),) if is_setup else ())
    return ProjectDeclarations(
        LOCK_COMMAND,
        tuple(item for call in calls for item in _call_dependencies(call, _literal_names(tree))),
        project=next(filter(None, map(_project_name, calls)), ""),
        custom_index="dependency_links" in text,
    )


def _parse_source(text: str) -> ast.Module | None:
    return try_to_parse(text) if len(text) <= MAX_LENGTH else None


def _function_name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _literal_names(tree: ast.Module) -> dict[str, ast.expr]:
    """The names that the module assigns once at top level; any other use makes the value of a name unknown."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
    bound = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    # a list that is used a second time may be appended to there
    return {name: value for name, value in found.items() if bound.count(name) == 1 and used.count(name) == 1}


def _call_dependencies(call: ast.Call, literals: Mapping[str, ast.expr]) -> Iterator[DeclaredDependency | AuditGap]:
    for keyword in call.keywords:
        if keyword.arg is None:
            yield DeclaredDependency("", call.lineno)
        elif keyword.arg in DEPENDENCY_KEYWORDS:
            value = keyword.value
            yield from _literal_dependencies(literals.get(value.id, value) if isinstance(value, ast.Name) else value)


def _literal_dependencies(value: ast.expr) -> Iterator[DeclaredDependency | AuditGap]:
    """The requirements in a literal: a string of lines, a list of strings, or a dictionary of these."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        for text in filter(None, map(str.strip, value.value.splitlines())):
            yield parse_dependency(text, value.lineno)
    elif isinstance(value, ast.List | ast.Tuple | ast.Set):
        for each in value.elts:
            yield from _literal_dependencies(each)
    elif isinstance(value, ast.Dict) and all(value.keys):
        for each in value.values:
            yield from _literal_dependencies(each)
    else:
        yield DeclaredDependency("", value.lineno)


def _project_name(call: ast.Call) -> str:
    values = [keyword.value for keyword in call.keywords if keyword.arg == "name"]
    return normalize_or_empty(str(values[0].value)) if values and isinstance(values[0], ast.Constant) else ""
