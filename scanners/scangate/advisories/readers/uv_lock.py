"""uv.lock, and the locks of single scripts; of all formats the one that tells most. https://docs.astral.sh/uv/concepts/projects/layout/"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from scangate.advisories.fault import Malformed
from scangate.advisories.locked import Entry, manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.names import canonical, host
from scangate.advisories.places import ADDRESS, PATH, REPOSITORY, is_archive, joined
from scangate.advisories.toml_text import Toml, shaped

__all__ = ["read"]


class _Need(msgspec.Struct):
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
    dependencies: list[_Need] = []
    optional_dependencies: dict[str, list[_Need]] = {}
    dev_dependencies: dict[str, list[_Need]] = {}
    resolution_markers: list[str] = []


class _Members(msgspec.Struct):
    members: list[str] = []
    requirements: list[_Need] = []  # of a script


class _Lock(msgspec.Struct):
    version: int
    package: list[_Package] = []
    manifest: _Members = msgspec.field(default_factory=_Members)


def read(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock; its projects and workspace members are told as such. Raises Malformed."""
    toml = Toml(files[path])
    lock = shaped(toml, _Lock, "package")
    if lock.version != 1:
        raise Malformed(f"written in version {lock.version} of its format, and version 1 is what is known")
    line = toml.entries("package", len(lock.package))
    folder = posixpath.dirname(path)
    entries = [_entry(package, line(number), folder) for number, package in enumerate(lock.package)]
    script = [need.name for need in lock.manifest.requirements]
    return manifest(path, entries, script or None, _project(lock))


def _entry(package: _Package, line: int, folder: str) -> Entry:
    source = package.source
    groups = [package.dependencies, *package.optional_dependencies.values(), *package.dev_dependencies.values()]
    place = source.virtual or source.editable or source.directory
    own = bool(place) and joined(folder, place) is not None
    return Entry(
        package.name,
        package.version,
        line,
        tuple(need.name for group in groups for need in group),
        " or ".join(package.resolution_markers),
        index=host(source.registry),
        elsewhere="" if own else _elsewhere(source, place),
        own=own,
    )


def _elsewhere(source: _Source, place: str) -> str:
    if source.git:
        return REPOSITORY
    if source.url:
        return ADDRESS
    if source.path or place or (source.registry and is_archive(source.registry)):
        return PATH
    return "" if source.registry else "comes from a place that is not known"


def _project(lock: _Lock) -> str:
    """The project at the root of the lock."""
    roots = [package.name for package in lock.package if "." in (package.source.virtual, package.source.editable)]
    try:
        return canonical(roots[0]) if roots else ""
    except ValueError:
        return ""
