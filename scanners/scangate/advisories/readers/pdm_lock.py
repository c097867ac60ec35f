"""pdm.lock. What the project asks for itself stands in the pyproject.toml beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import msgspec

from scangate.advisories.fault import Malformed
from scangate.advisories.locked import Entry, manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.places import ADDRESS, PATH, REPOSITORY, is_archive, joined
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_text import Toml, shaped

__all__ = ["read"]

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


def read(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock. Raises Malformed."""
    toml = Toml(files[path])
    lock = shaped(toml, _Lock, "package")
    if lock.metadata.lock_version.partition(".")[0] not in ("2", "3", "4"):
        raise Malformed("written in a version of its format that is not known")
    line = toml.entries("package", len(lock.package))
    folder = posixpath.dirname(path)
    entries = [_entry(package, line(number), folder) for number, package in enumerate(lock.package)]
    return manifest(path, entries, *pyproject.asked(folder, files))


def _entry(package: _Package, line: int, folder: str) -> Entry:
    own = bool(package.path) and not is_archive(package.path) and joined(folder, package.path) is not None
    needs = (_NAME.match(need) for need in package.dependencies)
    return Entry(
        package.name,
        package.version,
        line,
        tuple(need[1] for need in needs if need),
        package.marker,
        tuple(package.extras),
        elsewhere="" if own else _elsewhere(package),
        own=own,
    )


def _elsewhere(package: _Package) -> str:
    if package.git or package.hg or package.svn:
        return REPOSITORY
    if package.url:
        return ADDRESS
    return PATH if package.path else ""
