"""Reads pyproject.toml: what a project declares, in the standard tables and in those of poetry, pdm and uv."""

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
    find_local_origin,
    missing_file,
    parse_dependency,
    parse_dependency_table,
)
from scangate.advisories.manifest import AuditGap, MalformedManifestError, SkippedDependency
from scangate.advisories.origins import Origin, resolve_path, unauditable_gap
from scangate.advisories.package_names import normalize_or_empty
from scangate.advisories.readers import pixi
from scangate.advisories.toml_lines import Toml
from scangate.advisories.toml_values import TomlValues
from scangate.model import SkipReason
from scangate.tree_files import TreeFiles

_LOCK_COMMANDS = {
    "poetry": "poetry lock",
    "pdm": "pdm lock",
    "uv": "uv lock",
    "pixi": "pixi lock",
    "rye": "rye lock",
    "": "pip-compile --all-extras pyproject.toml",
}


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """All that the file declares; what is malformed is a gap. Raises MalformedManifestError if it is not TOML."""
    values = TomlValues(Toml(files[path]))
    project = ProjectFiles(posixpath.dirname(path), files)
    items = apply_uv_sources([*_standard_dependencies(values), *_poetry_dependencies(values, project)], values, project)
    items += [
        *pixi.pypi_dependencies(values, ("tool", "pixi"), project),
        *pixi.conda_dependencies(values, ("tool", "pixi"), project),
    ]
    includes, unknown = _dynamic_files(values, project)
    build = list(_build_requirements(values))
    return ProjectDeclarations(
        _LOCK_COMMANDS[_project_tool(values)],
        (*items, *unknown, *build, *dict.fromkeys(values.gaps)),
        normalize_or_empty(values.text("project", "name") or values.text("tool.poetry", "name")),
        includes,
        _has_custom_index(values),
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


def _has_custom_index(values: TomlValues) -> bool:
    """Whether a tool's table names indexes or package locations; every tool has another key for them."""
    tables = [values.table("tool").get(name) for name in ("poetry", "pdm", "uv", "hatch", "pip")]
    return any(re.search("source|index|find-links", key) for table in tables if isinstance(table, dict) for key in table)


def declares_all(folder: str, files: Mapping[str, str]) -> bool:
    """Whether the pyproject.toml of a folder declares all dependencies, so that a setup.py next to it adds none."""
    path = posixpath.join(folder, "pyproject.toml")
    try:
        values = TomlValues(Toml(files[path])) if path in files else None
    except MalformedManifestError:
        return False
    return values is not None and bool(values.text("project", "name")) and "dependencies" not in values.texts("project", "dynamic")


def _project_tool(values: TomlValues) -> str:
    """The tool that manages the project, by its table or its build backend; empty if unknown."""
    backend = values.text("build-system", "build-backend")
    tools = ("poetry", "pdm", "uv", "pixi", "rye")
    named = next((name for name in tools if values.has_table("tool", name)), "")
    return named or next((name for name in tools if backend.startswith((name, f"{name}_", f"{name}."))), "")


def _standard_dependencies(values: TomlValues) -> Iterator[DeclaredDependency | AuditGap]:
    tables = [("project", values.texts("project", "dependencies"))]
    for table in ("project.optional-dependencies", "tool.pdm.dev-dependencies"):
        tables += [(table, values.only_texts(texts, table, name)) for name, texts in values.table(*table.split(".")).items()]
    for name, group in values.table("dependency-groups").items():
        texts = [text for text in group if not isinstance(text, dict)] if isinstance(group, list) else group
        tables.append(("dependency-groups", values.only_texts(texts, "dependency-groups", name)))
    environments = [f"tool.hatch.envs.{name}" for name in values.table("tool", "hatch", "envs") if "." not in name]
    places = [("tool.uv", "dev-dependencies"), ("tool.rye", "dev-dependencies"), ("tool.flit.metadata", "requires")]
    places += [(table, key) for table in environments for key in ("dependencies", "extra-dependencies")]
    tables += [(table, values.texts(table, key)) for table, key in places]
    for table, texts in tables:
        for text in texts:
            line = values.toml.line_of_text(table, text)
            yield unauditable_gap(Origin.PATH, line) if text.startswith("-e ") else parse_dependency(text, line)


def _poetry_dependencies(values: TomlValues, project: ProjectFiles) -> Iterator[DeclaredDependency | AuditGap]:
    groups = values.table("tool", "poetry", "group")
    places = [("dependencies",), ("dev-dependencies",), *(("group", name, "dependencies") for name in groups)]
    standard = {parse_dependency(text, 1).name for text in values.texts("project", "dependencies")}
    for keys in (("tool", "poetry", *place) for place in places):
        table = ".".join(keys)
        for name, value in values.table(*keys).items():
            adds_only = isinstance(value, dict) and not value.keys() & {"version", "git", "url", "path", "file"}
            if name != "python" and not (adds_only and normalize_or_empty(name) in standard):
                yield from parse_dependency_table(name, value, values.toml.line_of_key(table, name), project, bare_is_exact=True)


def apply_uv_sources(
    items: Iterable[DeclaredDependency | AuditGap], values: TomlValues, project: ProjectFiles
) -> list[DeclaredDependency | AuditGap]:
    """The dependencies with the origins that ``tool.uv.sources`` sets."""
    tables = values.table("tool", "uv", "sources")
    sources = {normalize_or_empty(name): source for name, source in tables.items()}
    return [_apply_uv_source(item, sources, project) for item in items]


def _apply_uv_source(
    item: DeclaredDependency | AuditGap, sources: Mapping[str, Any], project: ProjectFiles
) -> DeclaredDependency | AuditGap:
    """A dependency with the origin that ``tool.uv.sources`` sets."""
    source = sources.get(item.name)
    if isinstance(item, AuditGap) or not item.name or not source:
        return item
    merged: dict[str, Any] = {}
    for each in source if isinstance(source, list) else [source]:
        merged |= each if isinstance(each, dict) else {}
    if merged.get("workspace"):
        return msgspec.structs.replace(item, workspace_member=True, origin=Origin.ABSENT, version="")
    if "path" in merged:
        local = find_local_origin(project.folder, str(merged["path"]), project.files)
        return msgspec.structs.replace(item, workspace_member=local is Origin.INDEX, origin=local, version="")
    origin = next((origin for key, origin in (("git", Origin.VCS), ("url", Origin.URL)) if key in merged), None)
    return msgspec.structs.replace(item, origin=origin, version="") if origin else item


def _dynamic_files(values: TomlValues, project: ProjectFiles) -> tuple[tuple[str, ...], list[DeclaredDependency]]:
    """The requirements files from which the project takes its dependencies, and an entry for each that no file lists."""
    toml, (folder, files) = values.toml, project
    dynamic = values.table("tool", "setuptools", "dynamic")
    tables = [*([dynamic["dependencies"]] if "dependencies" in dynamic else [])]
    tables += values.table("tool", "setuptools", "dynamic", "optional-dependencies").values()
    names: list[str] = []
    for table in tables:
        file = table.get("file", []) if isinstance(table, dict) else []
        names += [file] if isinstance(file, str) else values.only_texts(file, "tool.setuptools.dynamic", "file")
    hook = "tool.hatch.metadata.hooks.requirements_txt"  # of the plugin hatch-requirements-txt
    names += [*values.texts(hook, "files"), *filter(None, [values.text(hook, "filename")])]
    tree = TreeFiles(files)
    paths = {name: tree.find(path) if (path := resolve_path(folder, name)) is not None else None for name in names}
    unknown = [missing_file(name, toml.line_of_text("tool.setuptools.dynamic", name)) for name in names if paths[name] is None]
    elsewhere = "install_requires" in files.get(posixpath.join(folder, "setup.cfg"), "")
    elsewhere = elsewhere or posixpath.join(folder, "setup.py") in files
    if "dependencies" in values.texts("project", "dynamic") and not names and not elsewhere:
        unknown.append(DeclaredDependency("", toml.line_of_key("project", "dynamic")))
    return tuple(path for path in paths.values() if path is not None), unknown


def _build_requirements(values: TomlValues) -> Iterator[SkippedDependency]:
    for text in values.texts("build-system", "requires"):
        dependency = parse_dependency(text, values.toml.line_of_text("build-system", text))
        yield SkippedDependency(dependency.name or "build-system", SkipReason.BUILD_REQUIREMENT, dependency.line)
