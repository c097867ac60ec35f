"""Reads pylock.toml, the standard lock file (PEP 751), also where a tool writes it with small deviations from the standard."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.lock_entries import LockEntry, build_manifest, check_version, read_entries
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pipfile, pyproject
from scangate.advisories.toml_lines import Toml


class _Archive(msgspec.Struct):
    url: str = ""


class _Directory(msgspec.Struct):
    path: str = ""


class _Package(msgspec.Struct):
    """What is read of a package; hashes, sizes, dates and the like are not checked."""

    name: str
    version: str = ""
    marker: str = ""
    index: str = ""
    dependencies: list[dict[str, Any]] = []
    vcs: dict[str, Any] | None = None
    directory: _Directory | None = None
    archive: _Archive | None = None


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    toml = Toml(files[path], "packages")
    check_version(toml, "", "lock-version", ("1",), "1.0")
    if "packages" not in toml.data:
        raise MalformedManifestError("not a pylock.toml: no packages")
    folder = posixpath.dirname(path)
    entries = read_entries(toml, "packages", _Package, _to_entry)
    direct, project = pyproject.direct_names(folder, files)
    direct = pipfile.direct_names(folder, files) if direct is None else direct
    has_graph = any(isinstance(entry, LockEntry) and entry.dependencies for entry in entries)
    return build_manifest(path, files, entries, direct if direct is not None or has_graph else (), project)


def _to_entry(package: _Package, line: int) -> LockEntry:
    origin = _origin(package)
    names = (dependency.get("name") for dependency in package.dependencies)
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(name for name in names if isinstance(name, str)),
        package.marker,
        index=index_host(package.index),
        origin=origin,
        local_path=package.directory.path if package.directory is not None and origin is Origin.PATH else None,
    )


def _origin(package: _Package) -> Origin:
    if package.vcs is not None:
        return Origin.VCS
    if package.directory is not None:
        return Origin.PATH
    if package.archive is not None:
        return Origin.URL if package.archive.url else Origin.PATH
    return Origin.INDEX
