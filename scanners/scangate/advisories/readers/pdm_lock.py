"""Reads pdm.lock. The direct dependencies are in the pyproject.toml next to it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import msgspec

from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, find_origin, is_archive, is_in_tree
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml, convert_toml

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


class _Package(msgspec.Struct):
    name: str
    version: str = ""
    dependencies: list[str] = []
    extras: list[str] = []
    marker: str = ""
    git: str = ""
    hg: str = ""
    svn: str = ""
    url: str = ""
    path: str = ""


class _Metadata(msgspec.Struct):
    lock_version: str


class _Lock(msgspec.Struct):
    metadata: _Metadata
    package: list[_Package] = []


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    toml = Toml(files[path])
    lock = convert_toml(toml, _Lock, "package")
    if lock.metadata.lock_version.partition(".")[0] not in ("2", "3", "4"):
        raise MalformedManifestError("unsupported lock file version")
    folder = posixpath.dirname(path)
    lines = toml.entry_lines("package", len(lock.package))
    entries = [_to_entry(package, line, folder) for package, line in zip(lock.package, lines, strict=True)]
    return build_manifest(path, entries, *pyproject.direct_names(folder, files))


def _to_entry(package: _Package, line: int, folder: str) -> LockEntry:
    member = is_in_tree(folder, package.path) and not is_archive(package.path)
    names = (_NAME.match(text) for text in package.dependencies)
    origin = find_origin(vcs=package.git or package.hg or package.svn, url=package.url, path=package.path)
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(name[1] for name in names if name),
        package.marker,
        tuple(package.extras),
        origin=Origin.INDEX if member else origin,
        workspace_member=member,
    )
