"""Checks which modules of a package import what; reports every violation as a line with its file and line number."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ImportRules", "Module", "find_violations", "load_modules"]


@dataclass(frozen=True)
class Module:
    """A module of the package: its dotted name without the package's own, its file below the package, its syntax tree."""

    name: str
    file: str
    tree: ast.Module

    def imports(self) -> Iterator[tuple[str, int]]:
        """Each absolute import anywhere in the module with its line; of ``from a import b`` it is ``a.b``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


@dataclass(frozen=True)
class ImportRules:
    """What is allowed. Modules are named without the package; a name includes everything below it.

    layers: per top-level name, what it may import in addition to ``shared``.
    libraries: the only modules that may import a library.
    private: modules that change their process, with the only modules that may import them.
    broad_excepts: the modules that catch every exception; no other may.
    """

    package: str
    shared: Collection[str]
    layers: Mapping[str, Collection[str]]
    libraries: Mapping[str, Collection[str]]
    private: Mapping[str, Collection[str]]
    broad_excepts: Collection[str]


def load_modules(root: Path) -> list[Module]:
    """The modules below ``root``, but for its own ``__init__`` and for packaged data."""
    files = sorted(file for file in root.rglob("*.py") if "_data" not in file.parts and file != root / "__init__.py")
    found = []
    for file in files:
        path = file.relative_to(root)
        name = ".".join(part for part in path.with_suffix("").parts if part != "__init__")
        found.append(Module(name, path.as_posix(), ast.parse(file.read_text("utf-8"))))
    return found


def find_violations(modules: Collection[Module], rules: ImportRules) -> list[str]:
    """Every violation of ``rules``, sorted; empty if there is none."""
    return sorted(line for module in modules for line in _violations(module, rules))


def _violations(module: Module, rules: ImportRules) -> Iterator[str]:
    top = module.name.partition(".")[0]
    if top not in rules.layers:
        yield f"{module.file}:1: {top} is in no layer"
    allowed = {*rules.layers.get(top, ()), *(() if top in rules.shared else rules.shared), "__version__"}
    for name, line in module.imports():
        where = f"{module.file}:{line}"
        ours = name.removeprefix(f"{rules.package}.")
        if ours != name and not _is_within(ours, allowed):
            yield f"{where}: {top} may not import {ours}"
        library = name.partition(".")[0]
        if library in rules.libraries and not _is_within(module.name, rules.libraries[library]):
            yield f"{where}: {library} belongs to {', '.join(sorted(rules.libraries[library]))}"
        for private, importers in rules.private.items():
            if _is_within(ours, {private}) and module.name not in importers:
                yield f"{where}: {private} changes its process; it may be imported by {', '.join(importers) or 'nothing'}"
    if not ast.get_docstring(module.tree):
        yield f"{module.file}:1: has no docstring"
    yield from _syntax_violations(module, rules)


def _syntax_violations(module: Module, rules: ImportRules) -> Iterator[str]:
    broad = [node.lineno for node in ast.walk(module.tree) if isinstance(node, ast.ExceptHandler) and _is_broad(node)]
    if module.name not in rules.broad_excepts:
        yield from (f"{module.file}:{line}: catches every exception" for line in broad)
    elif not broad:
        yield f"{module.file}:1: is listed for a broad except and has none"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{module.file}:{node.lineno}: imports relatively"


def _is_broad(node: ast.ExceptHandler) -> bool:
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(each is None or (isinstance(each, ast.Name) and each.id in {"Exception", "BaseException"}) for each in caught)


def _is_within(name: str, owners: Collection[str]) -> bool:
    return any(name == owner or name.startswith(f"{owner}.") for owner in owners)
