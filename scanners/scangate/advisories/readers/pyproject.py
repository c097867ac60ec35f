"""pyproject.toml: what a project declares, in the standard tables and in those of poetry, pdm and uv."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from scangate.advisories.declarations import (
    DeclaredDependency,
    ProjectDeclarations,
    ProjectFiles,
    is_project,
    parse_dependency,
    parse_dependency_table,
)
from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.manifest import AuditGap, SkippedDependency
from scangate.advisories.origins import FROM_PATH, FROM_URL, FROM_VCS, resolve_path, unauditable_gap
from scangate.advisories.package_names import normalize_name
from scangate.advisories.toml_lines import Toml, convert_toml

__all__ = ["declares_all", "direct_names", "parse"]

BUILD_REASON = "needed to build the project, not to run it"
_LOCK_COMMANDS = {"poetry": "poetry lock", "pdm": "pdm lock", "uv": "uv lock", "": "pip-compile --all-extras pyproject.toml"}


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


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """All that the file declares. Raises Malformed."""
    toml = Toml(files[path])
    file = convert_toml(toml, _File)
    folder = posixpath.dirname(path)
    sources = {_normalize_or_empty(name): source for name, source in (file.tool.uv.sources if file.tool.uv else {}).items()}
    lines = [
        _apply_uv_source(line, sources, folder, files)
        for line in (*_standard_dependencies(toml, file), *_poetry_dependencies(toml, file, folder, files))
    ]
    includes, untold = _dynamic_files(toml, file, folder, files)
    return ProjectDeclarations(
        _LOCK_COMMANDS[_project_tool(file)],
        (
            *(line for line in lines if isinstance(line, DeclaredDependency)),
            *(line for line in untold if isinstance(line, DeclaredDependency)),
        ),
        (*(line for line in lines if isinstance(line, AuditGap)), *(line for line in untold if isinstance(line, AuditGap))),
        tuple(_build_requirements(toml, file)),
        _normalize_or_empty(file.project.name or (file.tool.poetry.name if file.tool.poetry else "")),
        includes,
        _has_custom_index(toml),
    )


def direct_names(folder: str, files: Mapping[str, str]) -> tuple[frozenset[str] | None, str]:
    """The names that the pyproject.toml of a folder asks for, and the project's own; None where there is none that can be read."""
    path = posixpath.join(folder, "pyproject.toml")
    if path not in files:
        return None, ""
    try:
        told = parse(path, files)
    except MalformedManifestError:
        return None, ""
    return frozenset(want.name for want in told.dependencies if want.name) or None, told.project


def _has_custom_index(toml: Toml) -> bool:
    """Whether a table of some tool names indexes or other places; every tool calls them something else."""
    tools = toml.data.get("tool", {})
    tables = [tools[name] for name in ("poetry", "pdm", "uv", "hatch", "pip") if isinstance(tools.get(name), dict)]
    return any(re.search("source|index|find-links", key) for table in tables for key in table)


def declares_all(folder: str, files: Mapping[str, str]) -> bool:
    """Whether the pyproject.toml of a folder alone tells what its project depends on: then a setup.py beside it tells nothing."""
    path = posixpath.join(folder, "pyproject.toml")
    try:
        toml = Toml(files[path]) if path in files else None
        project = convert_toml(toml, _File).project if toml is not None else None
    except MalformedManifestError:
        return False
    return project is not None and bool(project.name) and "dependencies" not in project.dynamic


def _project_tool(file: _File) -> str:
    """The tool that keeps the project, by its table or its build backend; empty where none shows."""
    backend = file.build_system.build_backend
    tables = {"poetry": file.tool.poetry, "pdm": file.tool.pdm, "uv": file.tool.uv}
    named = next((name for name, table in tables.items() if table is not None), "")
    return named or next((name for name in tables if backend.startswith((name, f"{name}_", f"{name}."))), "")


def _standard_dependencies(toml: Toml, file: _File) -> Iterator[DeclaredDependency | AuditGap]:
    extras, pdm, uv = file.project.optional_dependencies, file.tool.pdm, file.tool.uv
    yield from _requirements(toml, "project", file.project.dependencies)
    for texts in extras.values():
        yield from _requirements(toml, "project.optional-dependencies", texts)
    for group in file.dependency_groups.values():
        yield from _requirements(toml, "dependency-groups", (text for text in group if isinstance(text, str)))
    for texts in pdm.dev_dependencies.values() if pdm else ():
        yield from _requirements(toml, "tool.pdm.dev-dependencies", texts)
    yield from _requirements(toml, "tool.uv", uv.dev_dependencies if uv else ())


def _requirements(toml: Toml, table: str, texts: Iterable[str]) -> Iterator[DeclaredDependency | AuditGap]:
    for text in texts:
        line = toml.line_of_text(table, text)
        yield unauditable_gap(FROM_PATH, line) if text.startswith("-e ") else parse_dependency(text, line)


def _poetry_dependencies(toml: Toml, file: _File, folder: str, files: Mapping[str, str]) -> Iterator[DeclaredDependency | AuditGap]:
    poetry = file.tool.poetry
    if poetry is None:
        return
    tables = {"tool.poetry.dependencies": poetry.dependencies, "tool.poetry.dev-dependencies": poetry.dev_dependencies}
    tables |= {f"tool.poetry.group.{name}.dependencies": group.dependencies for name, group in poetry.group.items()}
    standard = {parse_dependency(text, 1).name for text in file.project.dependencies}
    for table, dependencies in tables.items():
        for name, value in dependencies.items():
            adds_only = isinstance(value, dict) and not value.keys() & {"version", "git", "url", "path", "file"}
            if name == "python" or (adds_only and _normalize_or_empty(name) in standard):
                continue
            yield from parse_dependency_table(
                name, value, toml.line_of_key(table, name), ProjectFiles(folder, files), bare_is_exact=True
            )


def _apply_uv_source(
    line: DeclaredDependency | AuditGap, sources: Mapping[str, Any], folder: str, files: Mapping[str, str]
) -> DeclaredDependency | AuditGap:
    """A dependency with what ``tool.uv.sources`` says of where it comes from."""
    source = sources.get(line.name)
    if isinstance(line, AuditGap) or not line.name or not source:
        return line
    told: dict[str, Any] = {
        key: value for each in (source if isinstance(source, list) else [source]) for key, value in each.items()
    }
    path = told.get("path")
    if told.get("workspace") or (isinstance(path, str) and is_project(resolve_path(folder, path), files)):
        return msgspec.structs.replace(line, workspace_member=True, version="")
    reason = FROM_VCS if "git" in told else FROM_URL if "url" in told else FROM_PATH if "path" in told else ""
    return msgspec.structs.replace(line, unauditable=reason, version="") if reason else line


def _dynamic_files(
    toml: Toml, file: _File, folder: str, files: Mapping[str, str]
) -> tuple[tuple[str, ...], list[DeclaredDependency | AuditGap]]:
    """The requirements files that the project takes its dependencies from, and what no file tells."""
    told = file.tool.setuptools.dynamic
    tables = [*([told.dependencies] if told.dependencies else []), *told.optional_dependencies.values()]
    names = [name for table in tables for name in ([table.file] if isinstance(table.file, str) else table.file)]
    paths = [resolve_path(folder, name) for name in names]
    missing = [name for name, path in zip(names, paths, strict=True) if path is None or path not in files]
    untold: list[DeclaredDependency | AuditGap] = [
        DeclaredDependency("", toml.line_of_text("tool.setuptools.dynamic", name)) for name in missing
    ]
    beside = "install_requires" in files.get(posixpath.join(folder, "setup.cfg"), "")
    beside = beside or posixpath.join(folder, "setup.py") in files
    if "dependencies" in file.project.dynamic and not tables and not beside:
        untold.append(DeclaredDependency("", toml.line_of_key("project", "dynamic")))
    return tuple(path for path in paths if path is not None and path in files), untold


def _build_requirements(toml: Toml, file: _File) -> Iterator[SkippedDependency]:
    for text in file.build_system.requires:
        line = parse_dependency(text, toml.line_of_text("build-system", text))
        yield SkippedDependency(line.name or "build-system", BUILD_REASON, line.line)


def _normalize_or_empty(name: str) -> str:
    try:
        return normalize_name(name)
    except ValueError:
        return ""
