"""Reads package-lock.json and npm-shrinkwrap.json, versions 1 to 3.

https://docs.npmjs.com/cli/v10/configuring-npm/package-lock-json
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from scangate.advisories.ecosystems import NPM
from scangate.advisories.json_objects import find_lines, parse_json, require_object
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import UPGRADE_HINT, MalformedManifestError, Manifest
from scangate.advisories.npm_sources import find_index, find_npm_origin
from scangate.advisories.readers.package_json import DEVELOPMENT, PRODUCTION, read_wanted

_FOLDER = "node_modules/"
_SECTIONS = (*PRODUCTION, "peerDependencies")


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    data = parse_json(files[path])
    if not isinstance(data, dict) or not data.keys() & {"lockfileVersion", "packages", "dependencies", "requires"}:
        raise MalformedManifestError("not a lock file of npm: no object with `packages` or `dependencies`")
    version = data.get("lockfileVersion", 1)
    if version not in (1, 2, 3):
        raise MalformedManifestError("unsupported lock file version, supported is 1 to 3", hint=UPGRADE_HINT)
    packages, dependencies = require_object(data, "packages"), require_object(data, "dependencies")
    wanted = read_wanted(posixpath.dirname(path), files)
    direct = {name for name, _ in wanted} if wanted is not None else set()
    if "packages" not in data:
        return build_locked(path, NPM, list(_read_nested(dependencies, files[path], direct)), has_direct=wanted is not None)
    found = list(_read_packages(packages, find_lines(files[path], 2)))
    if version == 2:  # npm 6 reads `dependencies`, later versions read `packages`
        known = {(each.name, each.version) for each in found} | {(each.name, "") for each in found}
        nested = _read_nested(dependencies, files[path], direct)
        found += [each for each in nested if (each.name, "" if ":" in each.version else each.version) not in known]
    return build_locked(path, NPM, found)


def _read_packages(packages: Mapping[str, Any], lines: Mapping[tuple[str, ...], int]) -> Iterator[LockedPackage]:
    """The packages of versions 2 and 3, which are named by the folder that each is installed in."""
    direct = {
        key
        for place, entry in packages.items()
        if isinstance(entry, dict) and _FOLDER not in f"{place}/"
        for section in (*PRODUCTION, DEVELOPMENT)
        for name in _names(entry.get(section))
        if (key := _resolve(place, name, packages))
    }
    for place, entry in packages.items():
        line = lines.get(("packages", place), 1)
        if not place:
            continue
        if not isinstance(entry, dict):
            yield LockedPackage(place, _name_of(place), "", line)
            continue
        keys = (_resolve(place, name, packages) for section in _SECTIONS for name in _names(entry.get(section)))
        requires = tuple(filter(None, keys))
        name = _text(entry.get("name")) or _name_of(place)
        if entry.get("link") is True:
            target = _text(entry.get("resolved"))
            requires += (target,) if target in packages else ()
        is_member = entry.get("link") is True or _FOLDER not in f"{place}/"
        yield LockedPackage(
            place,
            name,
            _text(entry.get("version")),
            line,
            requires,
            place in direct,
            entry.get("dev") is True,
            find_index(_text(entry.get("resolved"))),
            find_npm_origin(_text(entry.get("resolved"))),
            is_member,
        )


def _resolve(place: str, name: str, packages: Mapping[str, Any]) -> str:
    """The folder that Node.js finds ``name`` in, from ``place``; empty if it is not installed."""
    while True:
        folder = f"{place}/{_FOLDER}{name}" if place else f"{_FOLDER}{name}"
        if folder in packages:
            return folder
        if not place:
            return ""
        above, separator, _ = place.rpartition(f"/{_FOLDER}")
        place = above if separator else ""


def _name_of(place: str) -> str:
    return place.rpartition(_FOLDER)[2]


def _read_nested(dependencies: Any, text: str, direct: set[str]) -> Iterator[LockedPackage]:
    """The packages of version 1: those that are installed below another one are in its own ``dependencies``."""
    entries: dict[tuple[str, ...], Mapping[str, Any]] = {}
    rest: list[tuple[tuple[str, ...], Any]] = [((), dependencies)]
    while rest:
        above, found = rest.pop()
        for name, entry in found.items() if isinstance(found, dict) else ():
            entries[*above, name] = entry if isinstance(entry, dict) else {}
            rest.append(((*above, name), entries[*above, name].get("dependencies")))
    depth = max(map(len, entries), default=0) * 2
    lines = find_lines(text, depth)
    for names, entry in entries.items():
        line = lines.get(tuple(part for name in names for part in ("dependencies", name)), 1)
        keys = (_resolve_nested(names, name, entries) for name in _names(entry.get("requires")))
        name, version = names[-1], _text(entry.get("version"))
        if version.startswith("npm:"):  # an alias
            name, _, version = version.removeprefix("npm:").rpartition("@")
        source = _text(entry.get("resolved")) or (version if ":" in version else "")
        yield LockedPackage(
            "/".join(names),
            name,
            version,
            line,
            tuple(filter(None, keys)),
            len(names) == 1 and names[0] in direct,
            entry.get("dev") is True,
            find_index(source),
            find_npm_origin(version if ":" in version else source),
        )


def _resolve_nested(names: tuple[str, ...], name: str, entries: Mapping[tuple[str, ...], object]) -> str:
    while (*names, name) not in entries:
        if not names:
            return ""
        names = names[:-1]
    return "/".join((*names, name))


def _names(section: Any) -> list[str]:
    return list(section) if isinstance(section, dict) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
