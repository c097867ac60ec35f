"""Pipfile: what a project of pipenv declares."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations, ProjectFiles, parse_dependency_table
from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.manifest import AuditGap
from scangate.advisories.toml_lines import Toml

__all__ = ["direct_names", "parse"]

_SETTINGS = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """The dependencies of every category. Raises Malformed."""
    toml = Toml(files[path])
    beside = ProjectFiles(posixpath.dirname(path), files)
    found: list[DeclaredDependency | AuditGap] = []
    for section, packages in toml.data.items():
        if section in _SETTINGS:
            continue
        if not isinstance(packages, dict):
            raise MalformedManifestError("not what its name says: a category is no table", toml.line_of_key(section, section))
        found += _parse_category(toml, section, packages, beside)
    return ProjectDeclarations(
        "pipenv lock",
        tuple(line for line in found if isinstance(line, DeclaredDependency)),
        tuple(line for line in found if isinstance(line, AuditGap)),
    )


def _parse_category(
    toml: Toml, section: str, packages: Mapping[str, Any], project: ProjectFiles
) -> list[DeclaredDependency | AuditGap]:
    found: list[DeclaredDependency | AuditGap] = []
    for name, value in packages.items():
        found += parse_dependency_table(name, value, toml.line_of_key(section, name), project, bare_is_exact=False)
    return found


def direct_names(folder: str, files: Mapping[str, str]) -> frozenset[str] | None:
    """The names that the Pipfile of a folder asks for; None where there is none that can be read."""
    path = posixpath.join(folder, "Pipfile")
    try:
        return frozenset(want.name for want in parse(path, files).dependencies) if path in files else None
    except MalformedManifestError:
        return None
