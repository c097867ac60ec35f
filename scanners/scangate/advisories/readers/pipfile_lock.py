"""Reads Pipfile.lock. It holds no dependency graph; the direct dependencies are in the Pipfile next to it."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, find_origin, is_archive, is_in_tree
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pipfile

T = TypeVar("T")
_SYMBOL = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:\n]', re.DOTALL)


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
    """Every package of every category. Raises MalformedManifestError."""
    sections = _parse_json(files[path])
    if not isinstance(sections, dict) or "_meta" not in sections or "default" not in sections:
        raise MalformedManifestError("not a Pipfile.lock: no object with `_meta` and `default`")
    lines = _find_key_lines(files[path])
    meta = _convert(sections.pop("_meta"), _Meta, 1)
    hosts = {source.name: index_host(source.url) for source in meta.sources}
    folder = posixpath.dirname(path)
    entries: list[LockEntry] = []
    for section, packages in sections.items():
        if not isinstance(packages, dict):
            raise MalformedManifestError("not a Pipfile.lock: a category is not an object")
        for name, value in packages.items():
            line = lines.get((section, name), 1)
            entries.append(_to_entry(name, _convert(value, _Package, line), line, folder, hosts))
    return build_manifest(path, entries, pipfile.direct_names(folder, files) or ())


def _convert(value: Any, shape: type[T], line: int) -> T:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError:
        raise MalformedManifestError("not a Pipfile.lock: malformed entry", line) from None


def _to_entry(name: str, package: _Package, line: int, folder: str, hosts: Mapping[str, str]) -> LockEntry:
    member = is_in_tree(folder, package.path) and not is_archive(package.path)
    url, vcs = package.file if "://" in package.file else "", package.git or package.hg or package.svn or package.bzr
    origin = find_origin(vcs=vcs, url=url, path=package.file or package.path)
    return LockEntry(
        name,
        package.version.removeprefix("==").removeprefix("="),
        line,
        marker=package.markers,
        extras=tuple(package.extras),
        index=hosts.get(package.index, package.index),
        origin=Origin.INDEX if member else origin,
        workspace_member=member,
    )


def _parse_json(text: str) -> Any:
    """Parses a JSON text. Raises MalformedManifestError with the line."""
    try:
        return json.loads(text)
    except RecursionError:
        raise MalformedManifestError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise MalformedManifestError("not JSON", error.lineno) from None
    except ValueError:
        raise MalformedManifestError("a number with too many digits") from None


def _find_key_lines(text: str) -> dict[tuple[str, str], int]:
    """The line of each key of each object in the outermost object. Of equal keys the last counts, as in ``json``."""
    found: dict[tuple[str, str], int] = {}
    line, depth, string, section = 1, 0, "", ""
    for symbol in _SYMBOL.findall(text):
        if symbol == "\n":
            line += 1
        elif symbol in "{[":
            depth += 1
        elif symbol in "}]":
            depth -= 1
        elif symbol == ":" and depth == 1:
            section = json.loads(string)
        elif symbol == ":" and depth == 2:
            found[section, json.loads(string)] = line
        else:
            string = symbol
    return found
