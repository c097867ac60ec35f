"""Reads poetry.lock, old formats and new. The direct dependencies are in the pyproject.toml next to it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, is_archive, is_in_tree
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml, convert_toml


class _Source(msgspec.Struct):
    type: str = ""
    url: str = ""


class _Package(msgspec.Struct):
    name: str
    version: str
    dependencies: dict[str, Any] = {}
    source: _Source = msgspec.field(default_factory=_Source)
    markers: str | dict[str, str] = ""


class _Metadata(msgspec.Struct, rename="kebab"):
    lock_version: str = "1.0"


class _Lock(msgspec.Struct):
    metadata: _Metadata
    package: list[_Package] = []


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    toml = Toml(files[path])
    lock = convert_toml(toml, _Lock, "package")
    if lock.metadata.lock_version.partition(".")[0] not in ("1", "2"):
        raise MalformedManifestError("unsupported lock file version")
    folder = posixpath.dirname(path)
    lines = toml.entry_lines("package", len(lock.package))
    entries = [_to_entry(package, line, folder) for package, line in zip(lock.package, lines, strict=True)]
    return build_manifest(path, entries, *pyproject.direct_names(folder, files))


def _to_entry(package: _Package, line: int, folder: str) -> LockEntry:
    kind, url = package.source.type, package.source.url
    member = kind == "directory" and is_in_tree(folder, url)
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(package.dependencies),
        package.markers if isinstance(package.markers, str) else "; ".join(sorted(set(package.markers.values()))),
        index=index_host(url) if kind == "legacy" else "",
        origin=Origin.INDEX if member else _origin(kind, url),
        workspace_member=member,
    )


def _origin(kind: str, url: str) -> Origin:
    if kind in ("", "legacy"):
        return Origin.INDEX
    if kind == "url":
        return Origin.URL
    return Origin.PATH if kind in ("directory", "file") or is_archive(url) else Origin.VCS
