"""Reads Pipfile.lock. It holds no dependency graph; the direct dependencies are in the Pipfile next to it."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.advisories.declarations import ProjectFiles, find_local_origin
from scangate.advisories.lock_entries import LockEntry, build_manifest, convert_entry
from scangate.advisories.manifest import REGENERATE_HINT, AuditGap, MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, find_origin
from scangate.advisories.package_names import index_host, normalize_or_empty
from scangate.advisories.readers import pipfile
from scangate.model import GapKind

_SYMBOL = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:\n]', re.DOTALL)


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
    sections = _parse_json(files[path])
    if not isinstance(sections, dict) or not sections.keys() & {"_meta", "default"}:
        raise MalformedManifestError("not a Pipfile.lock: no object with `_meta` or `default`")
    lines = _find_key_lines(files[path])
    hosts = _index_hosts(sections.pop("_meta", None))
    folder = posixpath.dirname(path)
    entries: list[LockEntry | AuditGap] = []
    for section, packages in sections.items():
        section_line = lines.get((section, ""), 1)
        if not isinstance(packages, dict):
            reason = "not a Pipfile.lock: a category is not an object"
            entries.append(AuditGap(section_line, GapKind.UNPARSABLE, reason, REGENERATE_HINT))
            continue
        for name, value in packages.items():
            line = lines.get((section, name), section_line)
            package = convert_entry(value, _Package, line)
            if isinstance(package, AuditGap):
                entries.append(msgspec.structs.replace(package, name=normalize_or_empty(name)))
            else:
                entries.append(_to_entry(name, package, line, ProjectFiles(folder, files), hosts))
    return build_manifest(path, entries, pipfile.direct_names(folder, files) or ())


def _index_hosts(meta: Any) -> Mapping[str, str]:
    """The host of each index by its name in the file; a malformed index has none, so its packages count as private."""
    sources = meta.get("sources", []) if isinstance(meta, dict) else []
    converted = (convert_entry(source, _Source, 1) for source in (sources if isinstance(sources, list) else []))
    return {source.name: index_host(source.url) for source in converted if isinstance(source, _Source)}


def _to_entry(name: str, package: _Package, line: int, project: ProjectFiles, hosts: Mapping[str, str]) -> LockEntry:
    url, vcs = package.file if "://" in package.file else "", package.git or package.hg or package.svn or package.bzr
    local_path = package.file or package.path
    origin = find_origin(vcs=vcs, url=url, path=local_path)
    if origin is Origin.PATH:
        origin = find_local_origin(project.folder, local_path, project.files)
    return LockEntry(
        name,
        package.version.removeprefix("==").removeprefix("="),
        line,
        marker=package.markers,
        extras=tuple(package.extras),
        index=hosts.get(package.index, package.index),
        origin=origin,
        workspace_member=bool(local_path) and origin is Origin.INDEX,
    )


def _parse_json(text: str) -> Any:
    """Parses a JSON text. Raises MalformedManifestError with the line."""
    try:
        return _escape_surrogates(json.loads(text))
    except RecursionError:
        raise MalformedManifestError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise MalformedManifestError("not JSON", error.lineno) from None
    except ValueError:
        raise MalformedManifestError("a number with too many digits") from None


def _escape_surrogates(value: Any) -> Any:
    """The JSON value with lone surrogates, which JSON can write and no encoding can, escaped in all of its strings."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_escape_surrogates(each) for each in value]
    if isinstance(value, dict):
        return {_escape_surrogates(key): _escape_surrogates(each) for key, each in value.items()}
    return value


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
            section = _escape_surrogates(json.loads(string))
            found[section, ""] = line
        elif symbol == ":" and depth == 2:
            found[section, _escape_surrogates(json.loads(string))] = line
        else:
            string = symbol
    return found
