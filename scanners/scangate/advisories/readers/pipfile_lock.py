"""Pipfile.lock. It holds no graph: what the project asks for itself stands in the Pipfile beside it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.fault import Malformed
from scangate.advisories.json_text import lines_of_keys, parsed
from scangate.advisories.locked import Entry, manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.names import host
from scangate.advisories.places import ADDRESS, PATH, REPOSITORY, is_archive, joined
from scangate.advisories.readers import pipfile

__all__ = ["read"]


class _Source(msgspec.Struct):
    name: str
    url: str


class _Meta(msgspec.Struct):
    sources: list[_Source] = []


class _Package(msgspec.Struct):
    version: str = ""
    markers: str = ""
    extras: list[str] = []
    index: str = ""
    git: str = ""
    hg: str = ""
    svn: str = ""
    bzr: str = ""
    file: str = ""
    path: str = ""


def read(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of every category. Raises Malformed."""
    sections = parsed(files[path])
    if not isinstance(sections, dict) or "_meta" not in sections or "default" not in sections:
        raise Malformed("not what its name says: an object with `_meta` and `default` is missing")
    lines = lines_of_keys(files[path])
    meta = _shaped(sections.pop("_meta"), _Meta, 1)
    hosts = {source.name: host(source.url) for source in meta.sources}
    folder = posixpath.dirname(path)
    entries: list[Entry] = []
    for section, packages in sections.items():
        if not isinstance(packages, dict):
            raise Malformed("not what its name says: a category is no object")
        for name, value in packages.items():
            line = lines.get((section, name), 1)
            entries.append(_entry(name, _shaped(value, _Package, line), line, folder, hosts))
    return manifest(path, entries, pipfile.asked(folder, files) or ())


def _shaped(value: Any, shape: type[Any], line: int) -> Any:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError:
        raise Malformed("not what its name says: an entry has another form", line) from None


def _entry(name: str, package: _Package, line: int, folder: str, hosts: Mapping[str, str]) -> Entry:
    own = bool(package.path) and not is_archive(package.path) and joined(folder, package.path) is not None
    return Entry(
        name,
        package.version.removeprefix("==").removeprefix("="),
        line,
        marker=package.markers,
        extras=tuple(package.extras),
        index=hosts.get(package.index, package.index),
        elsewhere="" if own else _elsewhere(package),
        own=own,
    )


def _elsewhere(package: _Package) -> str:
    if package.git or package.hg or package.svn or package.bzr:
        return REPOSITORY
    if package.file:
        return ADDRESS if "://" in package.file else PATH
    return PATH if package.path else ""
