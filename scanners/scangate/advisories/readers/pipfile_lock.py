"""Reads Pipfile.lock. It holds no dependency graph; the direct dependencies are in the Pipfile next to it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scangate.advisories.json_objects import find_key_lines, find_values, parse_json
from scangate.advisories.lock_entries import LockEntry, build_manifest, convert_entry
from scangate.advisories.manifest import REGENERATE_HINT, AuditGap, MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, find_origin
from scangate.advisories.package_names import index_host, normalize_or_empty
from scangate.advisories.readers import pipfile
from scangate.model import GapKind

_WHERE = frozenset({"version", "git", "hg", "svn", "bzr", "file", "path"})  # one of these is in each entry


class _Source(msgspec.Struct):
    name: str
    url: str


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
    direct = pipfile.direct_names(posixpath.dirname(path), files) or ()
    try:
        sections = parse_json(files[path])
    except MalformedManifestError as error:
        entries = list(_recover_entries(files[path]))
        if not entries:
            raise
        return build_manifest(path, files, [*entries, error.gap], direct)
    if not isinstance(sections, dict) or not sections.keys() & {"_meta", "default"}:
        raise MalformedManifestError("not a Pipfile.lock: no object with `_meta` or `default`")
    return build_manifest(path, files, list(_entries(sections, files[path])), direct)


def _entries(sections: dict[str, Any], text: str) -> Iterator[LockEntry | AuditGap]:
    lines = find_key_lines(text)
    meta = sections.pop("_meta", None)
    hosts = _index_hosts(meta.get("sources") if isinstance(meta, dict) else None)
    for section, packages in sections.items():
        section_line = lines.get((section, ""), 1)
        if not isinstance(packages, dict):
            reason = "not a Pipfile.lock: a category is not an object"
            yield AuditGap(section_line, GapKind.UNPARSABLE, reason, REGENERATE_HINT)
            continue
        for name, value in packages.items():
            yield _to_entry(name, value, lines.get((section, name), section_line), hosts)


def _recover_entries(text: str) -> Iterator[LockEntry | AuditGap]:
    """The entries of a file that is not JSON as a whole, for instance because of a merge conflict."""
    values = list(find_values(text, lambda name, value: name == "sources" or _is_entry(value)))
    hosts = _index_hosts(next((value for name, value, _ in values if name == "sources"), None))
    yield from (_to_entry(name, value, line, hosts) for name, value, line in values if _is_entry(value))


def _is_entry(value: Any) -> bool:
    return isinstance(value, dict) and not value.keys().isdisjoint(_WHERE)


def _index_hosts(sources: Any) -> Mapping[str, str]:
    """The host of each index by its name in the file; a malformed index has none, so its packages count as private."""
    converted = (convert_entry(source, _Source, 1) for source in (sources if isinstance(sources, list) else []))
    return {source.name: index_host(source.url) for source in converted if isinstance(source, _Source)}


def _to_entry(name: str, value: Any, line: int, hosts: Mapping[str, str]) -> LockEntry | AuditGap:
    package = convert_entry(value, _Package, line)
    if isinstance(package, AuditGap):
        return msgspec.structs.replace(package, name=normalize_or_empty(name))
    url, vcs = package.file if "://" in package.file else "", package.git or package.hg or package.svn or package.bzr
    local_path = package.file or package.path
    origin = find_origin(vcs=vcs, url=url, path=local_path)
    return LockEntry(
        name,
        package.version.removeprefix("==").removeprefix("="),
        line,
        marker=package.markers,
        extras=tuple(package.extras),
        index=hosts.get(package.index, package.index),
        origin=origin,
        local_path=local_path if origin is Origin.PATH else None,
    )
