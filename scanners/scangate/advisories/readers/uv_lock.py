"""Reads uv.lock and the lock files of single scripts. https://docs.astral.sh/uv/concepts/projects/layout/"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, find_origin, is_archive, is_in_tree
from scangate.advisories.package_names import index_host, normalize_or_empty
from scangate.advisories.toml_lines import Toml, convert_toml


class _Dependency(msgspec.Struct):
    name: str


class _Source(msgspec.Struct):
    registry: str = ""
    git: str = ""
    url: str = ""
    path: str = ""
    directory: str = ""
    editable: str = ""
    virtual: str = ""


class _Package(msgspec.Struct, rename="kebab"):
    name: str
    source: _Source
    version: str = ""
    dependencies: list[_Dependency] = []
    optional_dependencies: dict[str, list[_Dependency]] = {}
    dev_dependencies: dict[str, list[_Dependency]] = {}
    resolution_markers: list[str] = []


class _Members(msgspec.Struct):
    members: list[str] = []
    requirements: list[_Dependency] = []  # of a script


class _Lock(msgspec.Struct):
    version: int
    package: list[_Package] = []
    manifest: _Members = msgspec.field(default_factory=_Members)


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file, its projects and workspace members marked as such. Raises MalformedManifestError."""
    toml = Toml(files[path])
    lock = convert_toml(toml, _Lock, "package")
    if lock.version != 1:
        raise MalformedManifestError(f"unsupported lock file version {lock.version}, supported is 1")
    folder = posixpath.dirname(path)
    lines = toml.entry_lines("package", len(lock.package))
    entries = [_to_entry(package, line, folder) for package, line in zip(lock.package, lines, strict=True)]
    script = [dependency.name for dependency in lock.manifest.requirements]
    roots = [package.name for package in lock.package if "." in (package.source.virtual, package.source.editable)]
    return build_manifest(path, entries, script or None, normalize_or_empty(roots[0]) if roots else "")


def _to_entry(package: _Package, line: int, folder: str) -> LockEntry:
    source = package.source
    groups = [package.dependencies, *package.optional_dependencies.values(), *package.dev_dependencies.values()]
    local_path = source.virtual or source.editable or source.directory
    member = is_in_tree(folder, local_path)
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(dependency.name for group in groups for dependency in group),
        " or ".join(package.resolution_markers),
        index=index_host(source.registry),
        origin=Origin.INDEX if member else _origin(source, local_path),
        workspace_member=member,
    )


def _origin(source: _Source, local_path: str) -> Origin:
    archive = source.registry if is_archive(source.registry) else ""
    origin = find_origin(vcs=source.git, url=source.url, path=source.path or local_path or archive)
    return Origin.UNKNOWN if origin is Origin.INDEX and not source.registry else origin
