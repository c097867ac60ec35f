"""Reads pixi.toml: the dependencies that pixi installs from PyPI; conda's own packages are one gap if no lock file lists them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from scangate.advisories.conda_packages import conda_gap
from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations, ProjectFiles, parse_dependency_table
from scangate.advisories.manifest import AuditGap
from scangate.advisories.toml_lines import Toml
from scangate.advisories.toml_values import TomlValues

LOCK_FILE = "pixi.lock"
_CONDA_TABLES = ("dependencies", "host-dependencies", "build-dependencies")


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """All that the file declares. Raises MalformedManifestError if it is not TOML."""
    values = TomlValues(Toml(files[path]))
    project = ProjectFiles(posixpath.dirname(path), files)
    items = [*pypi_dependencies(values, (), project), *conda_dependencies(values, (), project)]
    return ProjectDeclarations("pixi lock", (*items, *dict.fromkeys(values.gaps)))


def pypi_dependencies(values: TomlValues, keys: tuple[str, ...], project: ProjectFiles) -> Iterator[DeclaredDependency | AuditGap]:
    """What the tables at ``keys`` declare to be installed from PyPI."""
    for place in _places(values, keys):
        table = ".".join((*place, "pypi-dependencies"))
        for name, value in values.table(*place, "pypi-dependencies").items():
            yield from parse_dependency_table(name, value, values.toml.line_of_key(table, name), project, bare_is_exact=False)


def conda_dependencies(values: TomlValues, keys: tuple[str, ...], project: ProjectFiles) -> Iterator[AuditGap]:
    """One gap for the packages of conda that the tables at ``keys`` declare, unless a lock file lists them."""
    path = posixpath.join(project.folder, "pyproject.toml" if keys else "pixi.toml")
    if posixpath.join(project.folder, LOCK_FILE) in project.files:
        return
    tables = [(*place, name) for place in _places(values, keys) for name in _CONDA_TABLES]
    packages = [(table, name, version) for table in tables for name, version in values.table(*table).items() if name != "python"]
    if packages:
        table, name, _ = packages[0]
        is_pinned = any(str(version).startswith("==") for _, _, version in packages)
        yield conda_gap(path, values.toml.line_of_key(".".join(table), name), len(packages), is_pinned=is_pinned)


def _places(values: TomlValues, keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The tables that may hold tables of dependencies: of the project, its features, and the platforms of each."""
    places = [keys, *((*keys, "feature", name) for name in values.table(*keys, "feature"))]
    return [*places, *((*place, "target", name) for place in places for name in values.table(*place, "target"))]
