"""poetry.lock, in the old formats and the new. What the project asks for itself stands in the pyproject.toml beside it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.origins import FROM_PATH, FROM_URL, FROM_VCS, is_archive, resolve_path
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml, convert_toml

__all__ = ["parse"]


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
    """Every package of the lock. Raises Malformed."""
    toml = Toml(files[path])
    lock = convert_toml(toml, _Lock, "package")
    if lock.metadata.lock_version.partition(".")[0] not in ("1", "2"):
        raise MalformedManifestError("written in a version of its format that is not known")
    line = toml.entry_lines("package", len(lock.package))
    folder = posixpath.dirname(path)
    entries = [_to_entry(package, line(number), folder) for number, package in enumerate(lock.package)]
    return build_manifest(path, entries, *pyproject.direct_names(folder, files))


def _to_entry(package: _Package, line: int, folder: str) -> LockEntry:
    kind, url = package.source.type, package.source.url
    own = kind == "directory" and resolve_path(folder, url) is not None
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(package.dependencies),
        package.markers if isinstance(package.markers, str) else "; ".join(sorted(set(package.markers.values()))),
        index=index_host(url) if kind == "legacy" else "",
        unauditable="" if own else _unauditable_reason(kind, url),
        workspace_member=own,
    )


def _unauditable_reason(kind: str, url: str) -> str:
    if kind in ("", "legacy"):
        return ""
    if kind == "url":
        return FROM_URL
    if kind in ("directory", "file") or is_archive(url):
        return FROM_PATH
    return FROM_VCS
