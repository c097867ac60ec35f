"""pyproject.toml: what a project declares, in the standard tables and in those of poetry, pdm and uv."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from scangate.advisories.declared import Beside, Declared, Want, is_project, of_requirement, of_table
from scangate.advisories.fault import Malformed
from scangate.advisories.manifest import Hole, Omitted
from scangate.advisories.names import canonical
from scangate.advisories.places import ADDRESS, PATH, REPOSITORY, elsewhere, joined
from scangate.advisories.toml_text import Toml, shaped

__all__ = ["asked", "declared", "says_all"]

BUILD = "needed to build the project, not to run it"
_COMMANDS = {"poetry": "poetry lock", "pdm": "pdm lock", "uv": "uv lock", "": "pip-compile --all-extras pyproject.toml"}


class _Project(msgspec.Struct, rename="kebab"):
    name: str = ""
    dependencies: list[str] = []
    optional_dependencies: dict[str, list[str]] = {}
    dynamic: list[str] = []


class _Build(msgspec.Struct, rename="kebab"):
    requires: list[str] = []
    build_backend: str = ""


class _Group(msgspec.Struct):
    dependencies: dict[str, Any] = {}


class _Poetry(msgspec.Struct, rename="kebab"):
    name: str = ""
    dependencies: dict[str, Any] = {}
    dev_dependencies: dict[str, Any] = {}
    group: dict[str, _Group] = {}


class _Pdm(msgspec.Struct, rename="kebab"):
    dev_dependencies: dict[str, list[str]] = {}


class _Uv(msgspec.Struct, rename="kebab"):
    dev_dependencies: list[str] = []
    sources: dict[str, dict[str, Any] | list[dict[str, Any]]] = {}


class _Files(msgspec.Struct):
    file: str | list[str] = []


class _Dynamic(msgspec.Struct, rename="kebab"):
    dependencies: _Files | None = None
    optional_dependencies: dict[str, _Files] = {}


class _Setuptools(msgspec.Struct):
    dynamic: _Dynamic = msgspec.field(default_factory=_Dynamic)


class _Tool(msgspec.Struct):
    poetry: _Poetry | None = None
    pdm: _Pdm | None = None
    uv: _Uv | None = None
    setuptools: _Setuptools = msgspec.field(default_factory=_Setuptools)


class _File(msgspec.Struct, rename="kebab"):
    project: _Project = msgspec.field(default_factory=_Project)
    build_system: _Build = msgspec.field(default_factory=_Build)
    dependency_groups: dict[str, list[str | dict[str, str]]] = {}
    tool: _Tool = msgspec.field(default_factory=_Tool)


def declared(path: str, files: Mapping[str, str]) -> Declared:
    """All that the file declares. Raises Malformed."""
    toml = Toml(files[path])
    file = shaped(toml, _File)
    folder = posixpath.dirname(path)
    sources = {_spelled(name): source for name, source in (file.tool.uv.sources if file.tool.uv else {}).items()}
    lines = [_sourced(line, sources, folder, files) for line in (*_standard(toml, file), *_poetry(toml, file, folder, files))]
    includes, untold = _dynamic(toml, file, folder, files)
    return Declared(
        _COMMANDS[_keeper(file)],
        (*(line for line in lines if isinstance(line, Want)), *(line for line in untold if isinstance(line, Want))),
        (*(line for line in lines if isinstance(line, Hole)), *(line for line in untold if isinstance(line, Hole))),
        tuple(_build(toml, file)),
        _spelled(file.project.name or (file.tool.poetry.name if file.tool.poetry else "")),
        includes,
        _own_index(toml),
    )


def asked(folder: str, files: Mapping[str, str]) -> tuple[frozenset[str] | None, str]:
    """The names that the pyproject.toml of a folder asks for, and the project's own; None where there is none that can be read."""
    path = posixpath.join(folder, "pyproject.toml")
    if path not in files:
        return None, ""
    try:
        told = declared(path, files)
    except Malformed:
        return None, ""
    return frozenset(want.name for want in told.wants if want.name) or None, told.project


def _own_index(toml: Toml) -> bool:
    """Whether a table of some tool names indexes or other places; every tool calls them something else."""
    tools = toml.data.get("tool", {})
    tables = [tools[name] for name in ("poetry", "pdm", "uv", "hatch", "pip") if isinstance(tools.get(name), dict)]
    return any(re.search("source|index|find-links", key) for table in tables for key in table)


def says_all(folder: str, files: Mapping[str, str]) -> bool:
    """Whether the pyproject.toml of a folder alone tells what its project depends on: then a setup.py beside it tells nothing."""
    path = posixpath.join(folder, "pyproject.toml")
    try:
        toml = Toml(files[path]) if path in files else None
        project = shaped(toml, _File).project if toml is not None else None
    except Malformed:
        return False
    return project is not None and bool(project.name) and "dependencies" not in project.dynamic


def _keeper(file: _File) -> str:
    """The tool that keeps the project, by its table or its build backend; empty where none shows."""
    backend = file.build_system.build_backend
    tables = {"poetry": file.tool.poetry, "pdm": file.tool.pdm, "uv": file.tool.uv}
    named = next((name for name, table in tables.items() if table is not None), "")
    return named or next((name for name in tables if backend.startswith((name, f"{name}_", f"{name}."))), "")


def _standard(toml: Toml, file: _File) -> Iterator[Want | Hole]:
    extras, pdm, uv = file.project.optional_dependencies, file.tool.pdm, file.tool.uv
    yield from _requirements(toml, "project", file.project.dependencies)
    for texts in extras.values():
        yield from _requirements(toml, "project.optional-dependencies", texts)
    for group in file.dependency_groups.values():
        yield from _requirements(toml, "dependency-groups", (text for text in group if isinstance(text, str)))
    for texts in pdm.dev_dependencies.values() if pdm else ():
        yield from _requirements(toml, "tool.pdm.dev-dependencies", texts)
    yield from _requirements(toml, "tool.uv", uv.dev_dependencies if uv else ())


def _requirements(toml: Toml, table: str, texts: Iterable[str]) -> Iterator[Want | Hole]:
    for text in texts:
        line = toml.line_of_text(table, text)
        yield elsewhere(PATH, line) if text.startswith("-e ") else of_requirement(text, line)


def _poetry(toml: Toml, file: _File, folder: str, files: Mapping[str, str]) -> Iterator[Want | Hole]:
    poetry = file.tool.poetry
    if poetry is None:
        return
    tables = {"tool.poetry.dependencies": poetry.dependencies, "tool.poetry.dev-dependencies": poetry.dev_dependencies}
    tables |= {f"tool.poetry.group.{name}.dependencies": group.dependencies for name, group in poetry.group.items()}
    standard = {of_requirement(text, 1).name for text in file.project.dependencies}
    for table, dependencies in tables.items():
        for name, value in dependencies.items():
            adds_only = isinstance(value, dict) and not value.keys() & {"version", "git", "url", "path", "file"}
            if name == "python" or (adds_only and _spelled(name) in standard):
                continue
            yield from of_table(name, value, toml.line_of_key(table, name), Beside(folder, files), bare=True)


def _sourced(line: Want | Hole, sources: Mapping[str, Any], folder: str, files: Mapping[str, str]) -> Want | Hole:
    """A dependency with what ``tool.uv.sources`` says of where it comes from."""
    source = sources.get(line.name)
    if isinstance(line, Hole) or not line.name or not source:
        return line
    told: dict[str, Any] = {
        key: value for each in (source if isinstance(source, list) else [source]) for key, value in each.items()
    }
    path = told.get("path")
    if told.get("workspace") or (isinstance(path, str) and is_project(joined(folder, path), files)):
        return msgspec.structs.replace(line, own=True, version="")
    reason = REPOSITORY if "git" in told else ADDRESS if "url" in told else PATH if "path" in told else ""
    return msgspec.structs.replace(line, elsewhere=reason, version="") if reason else line


def _dynamic(toml: Toml, file: _File, folder: str, files: Mapping[str, str]) -> tuple[tuple[str, ...], list[Want | Hole]]:
    """The requirements files that the project takes its dependencies from, and what no file tells."""
    told = file.tool.setuptools.dynamic
    tables = [*([told.dependencies] if told.dependencies else []), *told.optional_dependencies.values()]
    names = [name for table in tables for name in ([table.file] if isinstance(table.file, str) else table.file)]
    paths = [joined(folder, name) for name in names]
    missing = [name for name, path in zip(names, paths, strict=True) if path is None or path not in files]
    untold: list[Want | Hole] = [Want("", toml.line_of_text("tool.setuptools.dynamic", name)) for name in missing]
    beside = "install_requires" in files.get(posixpath.join(folder, "setup.cfg"), "")
    beside = beside or posixpath.join(folder, "setup.py") in files
    if "dependencies" in file.project.dynamic and not tables and not beside:
        untold.append(Want("", toml.line_of_key("project", "dynamic")))
    return tuple(path for path in paths if path is not None and path in files), untold


def _build(toml: Toml, file: _File) -> Iterator[Omitted]:
    for text in file.build_system.requires:
        line = of_requirement(text, toml.line_of_text("build-system", text))
        yield Omitted(line.name or "build-system", BUILD, line.line)


def _spelled(name: str) -> str:
    try:
        return canonical(name)
    except ValueError:
        return ""
