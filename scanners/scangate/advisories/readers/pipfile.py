"""Reads Pipfile: what a pipenv project declares."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations, ProjectFiles, parse_dependency_table
from scangate.advisories.manifest import AuditGap, MalformedManifestError
from scangate.advisories.toml_lines import Toml
from scangate.model import GapKind

_SETTINGS = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """The dependencies of every category. Raises MalformedManifestError."""
    toml = Toml(files[path])
    project = ProjectFiles(posixpath.dirname(path), files)
    items: list[DeclaredDependency | AuditGap] = []
    for section, packages in toml.data.items():
        if section in _SETTINGS:
            continue
        if not isinstance(packages, dict):
            line = toml.line_of_key("", section)
            items.append(AuditGap(line, GapKind.UNPARSABLE, "malformed: a category is not a table", "fix the line"))
            continue
        for name, value in packages.items():
            items += parse_dependency_table(name, value, toml.line_of_key(section, name), project, bare_is_exact=False)
    return ProjectDeclarations("pipenv lock", tuple(items))


def direct_names(folder: str, files: Mapping[str, str]) -> frozenset[str] | None:
    """The names that the Pipfile of a folder requires; None if there is none or it is malformed."""
    path = posixpath.join(folder, "Pipfile")
    try:
        return frozenset(each.name for each in parse(path, files).dependencies) if path in files else None
    except MalformedManifestError:
        return None
