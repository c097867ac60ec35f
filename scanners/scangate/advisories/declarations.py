"""What a project declares, as ranges or pins: one value for pyproject.toml, setup.cfg, Pipfile and requirements.in alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from scangate.advisories.manifest import AuditGap, SkippedDependency
from scangate.advisories.origins import FROM_PATH, FROM_URL, FROM_VCS, is_archive, resolve_path
from scangate.advisories.package_names import exact_version, normalize_name, normalize_version, parse_requirement
from scangate.model import GapKind

__all__ = [
    "PROJECT_FILES",
    "DeclaredDependency",
    "ProjectDeclarations",
    "ProjectFiles",
    "is_project",
    "parse_dependency",
    "parse_dependency_table",
    "url_origin",
]

PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")  # what makes a folder a project whose dependencies are read
_BARE_VERSION = re.compile(r"v?\d[A-Za-z0-9.+!-]*")
_VCS_PREFIXES = ("git+", "hg+", "svn+", "bzr+", "git:", "git@")
_ORIGIN_KEYS = {"git": FROM_VCS, "hg": FROM_VCS, "svn": FROM_VCS, "bzr": FROM_VCS, "url": FROM_URL}


class DeclaredDependency(msgspec.Struct, frozen=True):
    """One dependency as it is declared; ``version`` is set where only that one will do. An empty name: something no file tells.

    ``text`` is the whole as PEP 508 writes it, where that is how it stands in the file.
    """

    name: str
    line: int
    version: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    unauditable: str = ""
    workspace_member: bool = False
    requirement: str = ""


class ProjectFiles(NamedTuple):
    """What a manifest stands among: its folder, and all files of the scan."""

    folder: str
    files: Mapping[str, str]


class ProjectDeclarations(msgspec.Struct, frozen=True):
    """All that a project declares. ``command`` locks it; ``includes`` are requirements files that it names, as repository paths.

    ``own_index``: the file names places beside the usual index, from which any of its dependencies may come.
    """

    lock_command: str
    dependencies: tuple[DeclaredDependency, ...] = ()
    gaps: tuple[AuditGap, ...] = ()
    skipped: tuple[SkippedDependency, ...] = ()
    project: str = ""
    includes: tuple[str, ...] = ()
    custom_index: bool = False


def parse_dependency(text: str, line: int) -> DeclaredDependency | AuditGap:
    """A dependency written as PEP 508 writes it."""
    try:
        told = parse_requirement(text)
        name = normalize_name(told.name)
    except ValueError:
        return AuditGap(line, GapKind.UNPARSABLE, "not a requirement", "mend the line")
    marker, extras = str(told.marker or ""), tuple(sorted(told.extras))
    if told.url:
        return DeclaredDependency(name, line, "", marker, extras, url_origin(told.url))
    try:
        return DeclaredDependency(name, line, exact_version(told.specifier), marker, extras, requirement=text)
    except ValueError as error:
        return AuditGap(line, GapKind.UNPINNED, str(error), "pin it to one released version", name)


def url_origin(url: str) -> str:
    """Why what lies at an address cannot be audited."""
    if url.lower().startswith(_VCS_PREFIXES):
        return FROM_VCS
    return FROM_URL if "://" in url and not url.lower().startswith("file:") else FROM_PATH


def parse_dependency_table(
    name: str, value: Any, line: int, project: ProjectFiles, *, bare_is_exact: bool
) -> Iterator[DeclaredDependency | AuditGap]:
    """A dependency as poetry and pipenv write it: a version, a table, or a list of tables. ``bare``: `1.2` means `==1.2`."""
    for each in value if isinstance(value, list) else [value]:
        told = {"version": each} if isinstance(each, str) else each
        try:
            want = _parse_table(normalize_name(name), told, line, project)
            yield msgspec.structs.replace(want, version=_pinned_version(want.version, bare_is_exact))
        except (ValueError, TypeError, AttributeError):
            yield AuditGap(line, GapKind.UNPARSABLE, "not a dependency", "mend the line")


def _parse_table(name: str, table: Mapping[str, Any], line: int, project: ProjectFiles) -> DeclaredDependency:
    marker, extras = str(table.get("markers", "")), tuple(sorted(map(str, table.get("extras", ()))))
    for key, reason in _ORIGIN_KEYS.items():
        if key in table:
            return DeclaredDependency(name, line, "", marker, extras, reason)
    if "path" in table or "file" in table:
        path = str(table.get("path", table.get("file")))
        if "://" in path:
            return DeclaredDependency(name, line, "", marker, extras, url_origin(path))
        own = not is_archive(path) and is_project(resolve_path(project.folder, path), project.files)
        return DeclaredDependency(name, line, "", marker, extras, "" if own else FROM_PATH, own)
    return DeclaredDependency(name, line, str(table.get("version", "*")), marker, extras)


def is_project(folder: str | None, files: Mapping[str, str]) -> bool:
    """Whether a folder of the tree holds a project whose dependencies are read."""
    return folder is not None and any((f"{folder}/{name}" if folder else name) in files for name in PROJECT_FILES)


def _pinned_version(text: str, bare_is_exact: bool) -> str:
    body = text.strip()
    pinned = (
        body.lstrip("=").strip()
        if body.startswith("==") or (bare_is_exact and body.startswith("="))
        else body
        if bare_is_exact
        else ""
    )
    return normalize_version(pinned) if _BARE_VERSION.fullmatch(pinned) and not pinned.endswith(".*") else ""
