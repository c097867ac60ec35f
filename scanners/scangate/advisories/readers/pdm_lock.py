"""pdm.lock. What the project asks for itself stands in the pyproject.toml beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import msgspec

from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.origins import FROM_PATH, FROM_URL, FROM_VCS, is_archive, resolve_path
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml, convert_toml

__all__ = ["parse"]

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
    """Every package of the lock. Raises Malformed."""
    toml = Toml(files[path])
    lock = convert_toml(toml, _Lock, "package")
    if lock.metadata.lock_version.partition(".")[0] not in ("2", "3", "4"):
        raise MalformedManifestError("written in a version of its format that is not known")
    line = toml.entry_lines("package", len(lock.package))
    folder = posixpath.dirname(path)
    entries = [_to_entry(package, line(number), folder) for number, package in enumerate(lock.package)]
    return build_manifest(path, entries, *pyproject.direct_names(folder, files))


def _to_entry(package: _Package, line: int, folder: str) -> LockEntry:
    own = bool(package.path) and not is_archive(package.path) and resolve_path(folder, package.path) is not None
    needs = (_NAME.match(need) for need in package.dependencies)
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(need[1] for need in needs if need),
        package.marker,
        tuple(package.extras),
        unauditable="" if own else _unauditable_reason(package),
        workspace_member=own,
    )


def _unauditable_reason(package: _Package) -> str:
    if package.git or package.hg or package.svn:
        return FROM_VCS
    if package.url:
        return FROM_URL
    return FROM_PATH if package.path else ""
