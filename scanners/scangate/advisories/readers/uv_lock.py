"""uv.lock, and the locks of single scripts; of all formats the one that tells most. https://docs.astral.sh/uv/concepts/projects/layout/"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.origins import FROM_PATH, FROM_URL, FROM_VCS, is_archive, resolve_path
from scangate.advisories.package_names import index_host, normalize_name
from scangate.advisories.toml_lines import Toml, convert_toml

__all__ = ["parse"]


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
    """Every package of the lock; its projects and workspace members are told as such. Raises Malformed."""
    toml = Toml(files[path])
    lock = convert_toml(toml, _Lock, "package")
    if lock.version != 1:
        raise MalformedManifestError(f"written in version {lock.version} of its format, and version 1 is what is known")
    line = toml.entry_lines("package", len(lock.package))
    folder = posixpath.dirname(path)
    entries = [_to_entry(package, line(number), folder) for number, package in enumerate(lock.package)]
    script = [need.name for need in lock.manifest.requirements]
    return build_manifest(path, entries, script or None, _root_project(lock))


def _to_entry(package: _Package, line: int, folder: str) -> LockEntry:
    source = package.source
    groups = [package.dependencies, *package.optional_dependencies.values(), *package.dev_dependencies.values()]
    place = source.virtual or source.editable or source.directory
    own = bool(place) and resolve_path(folder, place) is not None
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(need.name for group in groups for need in group),
        " or ".join(package.resolution_markers),
        index=index_host(source.registry),
        unauditable="" if own else _unauditable_reason(source, place),
        workspace_member=own,
    )


def _unauditable_reason(source: _Source, place: str) -> str:
    if source.git:
        return FROM_VCS
    if source.url:
        return FROM_URL
    if source.path or place or (source.registry and is_archive(source.registry)):
        return FROM_PATH
    return "" if source.registry else "comes from a place that is not known"


def _root_project(lock: _Lock) -> str:
    """The project at the root of the lock."""
    roots = [package.name for package in lock.package if "." in (package.source.virtual, package.source.editable)]
    try:
        return normalize_name(roots[0]) if roots else ""
    except ValueError:
        return ""
