"""Reads poetry.lock, old formats and new. The direct dependencies are in the pyproject.toml next to it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.declarations import find_local_origin
from scangate.advisories.lock_entries import LockEntry, build_manifest, convert_entries
from scangate.advisories.manifest import REGENERATE_HINT, UPGRADE_HINT, AuditGap, MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, is_archive
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml
from scangate.model import GapKind


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
    metadata = toml.data.get("metadata")
    version = str(metadata.get("lock-version", "1.0")) if isinstance(metadata, dict) else ""
    if not version:
        toml.gaps.append(AuditGap(1, GapKind.UNPARSABLE, "no version of the lock file's format", REGENERATE_HINT))
    elif version.partition(".")[0] not in ("1", "2"):
        line = toml.line_of_key("metadata", "lock-version")
        raise MalformedManifestError("unsupported lock file version", line, hint=UPGRADE_HINT)
    folder = posixpath.dirname(path)
    packages = convert_entries(toml, "package", _Package)
    entries = [package if isinstance(package, AuditGap) else _to_entry(package, line, folder, files) for package, line in packages]
    return build_manifest(path, entries, *pyproject.direct_names(folder, files))


def _to_entry(package: _Package, line: int, folder: str, files: Mapping[str, str]) -> LockEntry:
    kind, url = package.source.type, package.source.url
    is_folder = kind == "directory" and bool(url)
    origin = find_local_origin(folder, url, files) if is_folder else _origin(kind, url)
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(package.dependencies),
        package.markers if isinstance(package.markers, str) else "; ".join(sorted(set(package.markers.values()))),
        index=index_host(url) if kind == "legacy" else "",
        origin=origin,
        workspace_member=is_folder and origin is Origin.INDEX,
    )


def _origin(kind: str, url: str) -> Origin:
    if kind in ("", "legacy"):
        return Origin.INDEX
    if kind == "url":
        return Origin.URL
    return Origin.PATH if kind in ("directory", "file") or is_archive(url) else Origin.VCS
