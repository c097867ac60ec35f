"""Reads pdm.lock. The direct dependencies are in the pyproject.toml next to it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import msgspec

from scangate.advisories.lock_entries import LockEntry, build_manifest, check_version, read_entries
from scangate.advisories.manifest import Manifest
from scangate.advisories.origins import Origin, find_origin
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml

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


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    toml = Toml(files[path], "package")
    check_version(toml, "metadata", "lock_version", ("2", "3", "4"))
    entries = read_entries(toml, "package", _Package, _to_entry)
    return build_manifest(path, files, entries, *pyproject.direct_names(posixpath.dirname(path), files))


def _to_entry(package: _Package, line: int) -> LockEntry:
    names = (_NAME.match(text) for text in package.dependencies)
    origin = find_origin(vcs=package.git or package.hg or package.svn, url=package.url, path=package.path)
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(name[1] for name in names if name),
        package.marker,
        tuple(package.extras),
        origin=origin,
        local_path=package.path if origin is Origin.PATH else None,
    )
