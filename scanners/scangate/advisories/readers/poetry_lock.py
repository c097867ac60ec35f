"""Reads poetry.lock, old formats and new. The direct dependencies are in the pyproject.toml next to it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.lock_entries import LockEntry, build_manifest, check_version, read_entries
from scangate.advisories.manifest import Manifest
from scangate.advisories.origins import Origin, is_archive
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml


class _Source(msgspec.Struct):
    type: str = ""
    url: str = ""


class _Package(msgspec.Struct):
    name: str
    version: str
    dependencies: dict[str, Any] = {}
    source: _Source = msgspec.field(default_factory=_Source)
    markers: str | dict[str, str] = ""


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    toml = Toml(files[path], "package")
    check_version(toml, "metadata", "lock-version", ("1", "2"), "1.0")
    entries = read_entries(toml, "package", _Package, _to_entry)
    return build_manifest(path, files, entries, *pyproject.direct_names(posixpath.dirname(path), files))


def _to_entry(package: _Package, line: int) -> LockEntry:
    kind, url = package.source.type, package.source.url
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(package.dependencies),
        package.markers if isinstance(package.markers, str) else "; ".join(sorted(set(package.markers.values()))),
        index=index_host(url) if kind == "legacy" else "",
        origin=_origin(kind, url),
        local_path=url if kind == "directory" and url else None,
    )


def _origin(kind: str, url: str) -> Origin:
    if kind in ("", "legacy"):
        return Origin.INDEX
    if kind == "url":
        return Origin.URL
    return Origin.PATH if kind in ("directory", "file") or is_archive(url) else Origin.VCS
