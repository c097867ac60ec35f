"""poetry.lock, in the old formats and the new. What the project asks for itself stands in the pyproject.toml beside it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.fault import Malformed
from scangate.advisories.locked import Entry, manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.names import host
from scangate.advisories.places import ADDRESS, PATH, REPOSITORY, is_archive, joined
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_text import Toml, shaped

__all__ = ["read"]


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


def read(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock. Raises Malformed."""
    toml = Toml(files[path])
    lock = shaped(toml, _Lock, "package")
    if lock.metadata.lock_version.partition(".")[0] not in ("1", "2"):
        raise Malformed("written in a version of its format that is not known")
    line = toml.entries("package", len(lock.package))
    folder = posixpath.dirname(path)
    entries = [_entry(package, line(number), folder) for number, package in enumerate(lock.package)]
    return manifest(path, entries, *pyproject.asked(folder, files))


def _entry(package: _Package, line: int, folder: str) -> Entry:
    kind, url = package.source.type, package.source.url
    own = kind == "directory" and joined(folder, url) is not None
    return Entry(
        package.name,
        package.version,
        line,
        tuple(package.dependencies),
        package.markers if isinstance(package.markers, str) else "; ".join(sorted(set(package.markers.values()))),
        index=host(url) if kind == "legacy" else "",
        elsewhere="" if own else _elsewhere(kind, url),
        own=own,
    )


def _elsewhere(kind: str, url: str) -> str:
    if kind in ("", "legacy"):
        return ""
    if kind == "url":
        return ADDRESS
    if kind in ("directory", "file") or is_archive(url):
        return PATH
    return REPOSITORY
