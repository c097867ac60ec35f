"""The dependencies that a project declares: one form for pyproject.toml, setup.cfg, setup.py, Pipfile and requirements.in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from scangate.advisories.manifest import AuditGap, SkippedDependency, select
from scangate.advisories.manifest_kinds import PROJECT_FILES
from scangate.advisories.origins import Origin, is_archive, resolve_path
from scangate.advisories.package_names import exact_version, normalize_name, normalize_version, parse_requirement
from scangate.model import GapKind
from scangate.printable import replace_unprintable

_BARE_VERSION = re.compile(r"v?\d[A-Za-z0-9.+!-]*")
_VCS_PREFIXES = ("git+", "hg+", "svn+", "bzr+", "git:", "git@")
_ORIGIN_KEYS = {"git": Origin.VCS, "hg": Origin.VCS, "svn": Origin.VCS, "bzr": Origin.VCS, "url": Origin.URL}


class DeclaredDependency(msgspec.Struct, frozen=True):
    """One declared dependency; ``version`` is set if only that version is allowed.

    An empty ``name`` means dependencies that only running code would reveal, or are unknown for the reason ``unknown``.
    ``workspace_member``: a project of this tree; with the origin ABSENT, if the tree has one of this name. ``requirement`` is the
    whole in PEP 508 form, if that is how the file writes it.
    """

    name: str
    line: int
    version: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    origin: Origin = Origin.INDEX
    workspace_member: bool = False
    requirement: str = ""
    unknown: str = ""


def missing_file(name: str, line: int) -> DeclaredDependency:
    """The dependencies in a file that the scan does not have."""
    reason = f"its dependencies are in {replace_unprintable(name)}, which is not among the scanned files"
    return DeclaredDependency("", line, unknown=reason)


class ProjectFiles(NamedTuple):
    """The folder of a manifest, and the texts of all manifests of the scan by repository path."""

    folder: str
    files: Mapping[str, str]


class ProjectDeclarations(msgspec.Struct, frozen=True):
    """All that a project declares: ``items`` are dependencies, gaps and skipped dependencies.

    ``lock_command`` locks it; ``includes`` are the requirements files that it names, as repository paths, ``constraints``
    those of them that install nothing. ``custom_index``: the
    file names an additional index or package location, from which any of its dependencies may come.
    """

    lock_command: str
    items: tuple[DeclaredDependency | AuditGap | SkippedDependency, ...] = ()
    project: str = ""
    includes: tuple[str, ...] = ()
    custom_index: bool = False
    constraints: tuple[str, ...] = ()

    @property
    def dependencies(self) -> tuple[DeclaredDependency, ...]:
        """The declared dependencies."""
        return select(DeclaredDependency, self.items)


def parse_dependency(text: str, line: int) -> DeclaredDependency | AuditGap:
    """Parses a PEP 508 dependency."""
    try:
        requirement = parse_requirement(text)
        name = normalize_name(requirement.name)
    except ValueError:
        return AuditGap(line, GapKind.UNPARSABLE, "not a requirement", "fix the line")
    marker, extras = str(requirement.marker or ""), tuple(sorted(requirement.extras))
    if requirement.url:
        return DeclaredDependency(name, line, "", marker, extras, url_origin(requirement.url))
    try:
        return DeclaredDependency(name, line, exact_version(requirement.specifier), marker, extras, requirement=text)
    except ValueError as error:
        return AuditGap(line, GapKind.UNPINNED, str(error), "pin it to one released version", name)


def url_origin(url: str) -> Origin:
    """The origin of a dependency on a URL or path."""
    if url.lower().startswith(_VCS_PREFIXES):
        return Origin.VCS
    return Origin.URL if "://" in url and not url.lower().startswith("file:") else Origin.PATH


def parse_dependency_table(
    name: str, value: Any, line: int, project: ProjectFiles, *, bare_is_exact: bool
) -> Iterator[DeclaredDependency | AuditGap]:
    """Parses a dependency as poetry and pipenv write it: a version, a table, or a list of tables.

    ``bare_is_exact``: `1.2` means `==1.2`.
    """
    for each in value if isinstance(value, list) else [value]:
        table = {"version": each} if isinstance(each, str) else each
        try:
            dependency = _parse_table(normalize_name(name), table, line, project)
            yield msgspec.structs.replace(dependency, version=_pinned_version(dependency.version, bare_is_exact))
        except (ValueError, TypeError, AttributeError):
            yield AuditGap(line, GapKind.UNPARSABLE, "not a dependency", "fix the line")


def _parse_table(name: str, table: Mapping[str, Any], line: int, project: ProjectFiles) -> DeclaredDependency:
    marker, extras = str(table.get("markers", "")), tuple(sorted(map(str, table.get("extras", ()))))
    for key, origin in _ORIGIN_KEYS.items():
        if key in table:
            return DeclaredDependency(name, line, "", marker, extras, origin)
    if "path" in table or "file" in table:
        path = str(table.get("path", table.get("file")))
        if "://" in path:
            return DeclaredDependency(name, line, "", marker, extras, url_origin(path))
        local = find_local_origin(project.folder, path, project.files)
        return DeclaredDependency(name, line, "", marker, extras, local, workspace_member=local is Origin.INDEX)
    return DeclaredDependency(name, line, str(table.get("version", "*")), marker, extras)


def find_local_origin(base: str, path: str, files: Mapping[str, str]) -> Origin:
    """The origin of a local dependency at ``path``, relative to ``base``; INDEX for a project of this tree: it is audited itself.

    The folder of the manifest counts as a project: a lock file lists what its own project requires.
    """
    folder = resolve_path(base, path)
    if folder is None or is_archive(path):
        return Origin.PATH
    return Origin.INDEX if folder == base or is_project(folder, files) else Origin.ABSENT


def is_project(folder: str | None, files: Mapping[str, str]) -> bool:
    """Whether a folder of the tree holds a project whose dependencies are read."""
    return folder is not None and any((f"{folder}/{name}" if folder else name) in files for name in PROJECT_FILES)


def _pinned_version(text: str, bare_is_exact: bool) -> str:
    body = text.strip()
    if body.startswith("==") or (bare_is_exact and body.startswith("=")):
        body = body.lstrip("=").strip()
    elif not bare_is_exact:
        return ""
    return normalize_version(body) if _BARE_VERSION.fullmatch(body) and not body.endswith(".*") else ""
