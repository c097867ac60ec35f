"""Pipfile.lock. It holds no graph: what the project asks for itself stands in the Pipfile beside it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.json_lines import find_key_lines, parse_json
from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.origins import FROM_PATH, FROM_URL, FROM_VCS, is_archive, resolve_path
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pipfile

__all__ = ["parse"]


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


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of every category. Raises Malformed."""
    sections = parse_json(files[path])
    if not isinstance(sections, dict) or "_meta" not in sections or "default" not in sections:
        raise MalformedManifestError("not what its name says: an object with `_meta` and `default` is missing")
    lines = find_key_lines(files[path])
    meta = _convert(sections.pop("_meta"), _Meta, 1)
    hosts = {source.name: index_host(source.url) for source in meta.sources}
    folder = posixpath.dirname(path)
    entries: list[LockEntry] = []
    for section, packages in sections.items():
        if not isinstance(packages, dict):
            raise MalformedManifestError("not what its name says: a category is no object")
        for name, value in packages.items():
            line = lines.get((section, name), 1)
            entries.append(_to_entry(name, _convert(value, _Package, line), line, folder, hosts))
    return build_manifest(path, entries, pipfile.direct_names(folder, files) or ())


def _convert(value: Any, shape: type[Any], line: int) -> Any:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError:
        raise MalformedManifestError("not what its name says: an entry has another form", line) from None


def _to_entry(name: str, package: _Package, line: int, folder: str, hosts: Mapping[str, str]) -> LockEntry:
    own = bool(package.path) and not is_archive(package.path) and resolve_path(folder, package.path) is not None
    return LockEntry(
        name,
        package.version.removeprefix("==").removeprefix("="),
        line,
        marker=package.markers,
        extras=tuple(package.extras),
        index=hosts.get(package.index, package.index),
        unauditable="" if own else _unauditable_reason(package),
        workspace_member=own,
    )


def _unauditable_reason(package: _Package) -> str:
    if package.git or package.hg or package.svn or package.bzr:
        return FROM_VCS
    if package.file:
        return FROM_URL if "://" in package.file else FROM_PATH
    return FROM_PATH if package.path else ""
