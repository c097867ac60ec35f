"""Reads pyproject.toml: what a project declares, in the standard tables and in those of poetry, pdm and uv."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
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
from scangate.advisories.manifest import AuditGap, MalformedManifestError, SkippedDependency
from scangate.advisories.origins import Origin, resolve_path, unauditable_gap
from scangate.advisories.package_names import normalize_or_empty
from scangate.advisories.toml_lines import Toml, convert_toml
from scangate.model import SkipReason

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
    """All that the file declares. Raises MalformedManifestError."""
    toml = Toml(files[path])
    file = convert_toml(toml, _File)
    project = ProjectFiles(posixpath.dirname(path), files)
    sources = {normalize_or_empty(name): source for name, source in (file.tool.uv.sources if file.tool.uv else {}).items()}
    items = (*_standard_dependencies(toml, file), *_poetry_dependencies(toml, file, project))
    includes, unknown = _dynamic_files(toml, file, project)
    return ProjectDeclarations(
        _LOCK_COMMANDS[_project_tool(file)],
        (*(_apply_uv_source(item, sources, project) for item in items), *unknown, *_build_requirements(toml, file)),
        normalize_or_empty(file.project.name or (file.tool.poetry.name if file.tool.poetry else "")),
        includes,
        _has_custom_index(toml),
    )


def direct_names(folder: str, files: Mapping[str, str]) -> tuple[frozenset[str] | None, str]:
    """The names that the pyproject.toml of a folder requires, and the project's own; None if there is none or it is malformed."""
    path = posixpath.join(folder, "pyproject.toml")
    if path not in files:
        return None, ""
    try:
        declared = parse(path, files)
    except MalformedManifestError:
        return None, ""
    return frozenset(each.name for each in declared.dependencies if each.name) or None, declared.project


def _has_custom_index(toml: Toml) -> bool:
    """Whether a tool's table names indexes or package locations; every tool has another key for them."""
    tools = toml.data.get("tool", {})
    tables = [tools[name] for name in ("poetry", "pdm", "uv", "hatch", "pip") if isinstance(tools.get(name), dict)]
    return any(re.search("source|index|find-links", key) for table in tables for key in table)


def declares_all(folder: str, files: Mapping[str, str]) -> bool:
    """Whether the pyproject.toml of a folder declares all dependencies, so that a setup.py next to it adds none."""
    path = posixpath.join(folder, "pyproject.toml")
    try:
        project = convert_toml(Toml(files[path]), _File).project if path in files else None
    except MalformedManifestError:
        return False
    return project is not None and bool(project.name) and "dependencies" not in project.dynamic


def _project_tool(file: _File) -> str:
    """The tool that manages the project, by its table or its build backend; empty if unknown."""
    backend = file.build_system.build_backend
    tables = {"poetry": file.tool.poetry, "pdm": file.tool.pdm, "uv": file.tool.uv}
    named = next((name for name, table in tables.items() if table is not None), "")
    return named or next((name for name in tables if backend.startswith((name, f"{name}_", f"{name}."))), "")


def _standard_dependencies(toml: Toml, file: _File) -> Iterator[DeclaredDependency | AuditGap]:
    tables: list[tuple[str, list[str]]] = [("project", file.project.dependencies)]
    tables += [("project.optional-dependencies", texts) for texts in file.project.optional_dependencies.values()]
    groups = file.dependency_groups.values()
    tables += [("dependency-groups", [text for text in group if isinstance(text, str)]) for group in groups]
    tables += [("tool.pdm.dev-dependencies", texts) for texts in (file.tool.pdm or _Pdm()).dev_dependencies.values()]
    tables.append(("tool.uv", (file.tool.uv or _Uv()).dev_dependencies))
    for table, texts in tables:
        for text in texts:
            line = toml.line_of_text(table, text)
            yield unauditable_gap(Origin.PATH, line) if text.startswith("-e ") else parse_dependency(text, line)


def _poetry_dependencies(toml: Toml, file: _File, project: ProjectFiles) -> Iterator[DeclaredDependency | AuditGap]:
    poetry = file.tool.poetry
    if poetry is None:
        return
    tables = {"tool.poetry.dependencies": poetry.dependencies, "tool.poetry.dev-dependencies": poetry.dev_dependencies}
    tables |= {f"tool.poetry.group.{name}.dependencies": group.dependencies for name, group in poetry.group.items()}
    standard = {parse_dependency(text, 1).name for text in file.project.dependencies}
    for table, dependencies in tables.items():
        for name, value in dependencies.items():
            adds_only = isinstance(value, dict) and not value.keys() & {"version", "git", "url", "path", "file"}
            if name != "python" and not (adds_only and normalize_or_empty(name) in standard):
                yield from parse_dependency_table(name, value, toml.line_of_key(table, name), project, bare_is_exact=True)


def _apply_uv_source(
    item: DeclaredDependency | AuditGap, sources: Mapping[str, Any], project: ProjectFiles
) -> DeclaredDependency | AuditGap:
    """A dependency with the origin that ``tool.uv.sources`` sets."""
    source = sources.get(item.name)
    if isinstance(item, AuditGap) or not item.name or not source:
        return item
    merged: dict[str, Any] = {}
    for each in source if isinstance(source, list) else [source]:
        merged |= each
    path = merged.get("path")
    if merged.get("workspace") or (isinstance(path, str) and is_project(resolve_path(project.folder, path), project.files)):
        return msgspec.structs.replace(item, workspace_member=True, version="")
    origins = {"git": Origin.VCS, "url": Origin.URL, "path": Origin.PATH}
    origin = next((origin for key, origin in origins.items() if key in merged), None)
    return msgspec.structs.replace(item, origin=origin, version="") if origin else item


def _dynamic_files(toml: Toml, file: _File, project: ProjectFiles) -> tuple[tuple[str, ...], list[DeclaredDependency]]:
    """The requirements files from which the project takes its dependencies, and an entry for each that no file lists."""
    dynamic, (folder, files) = file.tool.setuptools.dynamic, project
    tables = [*([dynamic.dependencies] if dynamic.dependencies else []), *dynamic.optional_dependencies.values()]
    names = [name for table in tables for name in ([table.file] if isinstance(table.file, str) else table.file)]
    paths = {name: resolve_path(folder, name) for name in names}
    missing = [name for name in names if paths[name] not in files]
    unknown = [DeclaredDependency("", toml.line_of_text("tool.setuptools.dynamic", name)) for name in missing]
    elsewhere = "install_requires" in files.get(posixpath.join(folder, "setup.cfg"), "")
    elsewhere = elsewhere or posixpath.join(folder, "setup.py") in files
    if "dependencies" in file.project.dynamic and not tables and not elsewhere:
        unknown.append(DeclaredDependency("", toml.line_of_key("project", "dynamic")))
    return tuple(path for path in map(paths.get, names) if path is not None and path in files), unknown


def _build_requirements(toml: Toml, file: _File) -> Iterator[SkippedDependency]:
    for text in file.build_system.requires:
        dependency = parse_dependency(text, toml.line_of_text("build-system", text))
        yield SkippedDependency(dependency.name or "build-system", SkipReason.BUILD_REQUIREMENT, dependency.line)
