"""Reads yarn.lock, of Yarn 1 (a format of its own) and of later versions (YAML).

https://classic.yarnpkg.com/lang/en/docs/yarn-lock/, https://yarnpkg.com/configuration/manifest
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

import msgspec

from scangate.advisories.ecosystems import NPM
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import REGENERATE_HINT, AuditGap, MalformedManifestError, Manifest
from scangate.advisories.npm_sources import find_index, find_npm_origin
from scangate.advisories.origins import Origin
from scangate.advisories.readers.package_json import FILE, read_wanted
from scangate.model import GapKind

_OUTER = re.compile(r"[^\s#]")
_HEADER = re.compile(r"[^\s#].*:$")
_FIELD = re.compile(r"""  ("?)(version|resolved|resolution)\1:? +("?)(.*)\3$""")
_SECTION = re.compile(r"  (dependencies|optionalDependencies|peerDependencies|dependenciesMeta|peerDependenciesMeta|bin):$")
_REQUIREMENT = re.compile(r"""    ("?)([^"\s]+?)\1:? +("?)(.+?)\3$""")
_RELEASE = re.compile(r"(?P<name>@?[^@]+)@(?P<how>npm|patch|workspace|virtual|[a-z+]+):(?P<rest>.*)", re.DOTALL)
_FOLLOWED = ("dependencies", "optionalDependencies")


class _Entry(msgspec.Struct):
    """An entry: the descriptors that it resolves, each as ``name@range``."""

    descriptors: tuple[str, ...]
    line: int
    version: str = ""
    resolved: str = ""
    resolution: str = ""
    requires: list[tuple[str, str]] = []


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    text = files[path]
    if "yarn lockfile v1" not in text[:500] and "__metadata:" not in text:
        raise MalformedManifestError("not a lock file of Yarn: neither `# yarn lockfile v1` nor `__metadata`")
    lines = text.split("\n")
    entries = [entry for entry in _entries(lines) if entry.descriptors != ("__metadata",)]
    unknown = [number for number, line in enumerate(lines, start=1) if _OUTER.match(line) and not _HEADER.fullmatch(line)]
    gaps = [AuditGap(number, GapKind.UNPARSABLE, "not the beginning of an entry", REGENERATE_HINT) for number in unknown[:1]]
    keys = {descriptor: entry.descriptors[0] for entry in entries for descriptor in entry.descriptors}
    projects = _projects(posixpath.dirname(path), entries, files)
    wanted = {key: development for project in projects for key, development in project.items()}
    roots = {
        _find(name, wanted_range, keys): development for (name, wanted_range), development in sorted(wanted.items(), key=_last)
    }
    return build_locked(path, NPM, [_package(entry, keys, roots) for entry in entries], gaps, has_direct=bool(projects))


def _last(item: tuple[tuple[str, str], bool]) -> bool:
    return not item[1]


def _entries(lines: Sequence[str]) -> Iterator[_Entry]:
    entry: _Entry | None = None
    section = ""
    for number, line in enumerate(lines, start=1):
        if _HEADER.fullmatch(line):
            if entry is not None:
                yield entry
            entry, section = _Entry(tuple(_descriptors(line[:-1])), number), ""
        elif entry is None:
            continue
        elif field := _FIELD.fullmatch(line):
            setattr(entry, field[2], field[4])
            section = ""
        elif match := _SECTION.fullmatch(line):
            section = match[1]
        elif section in _FOLLOWED and (requirement := _REQUIREMENT.fullmatch(line)):
            entry.requires.append((requirement[2], requirement[4]))
        elif not line.startswith("    "):
            section = ""
    if entry is not None:
        yield entry


def _descriptors(header: str) -> Iterator[str]:
    for part in re.sub("[\"']", "", header).split(","):
        yield part.strip()


def _projects(folder: str, entries: Sequence[_Entry], files: Mapping[str, str]) -> list[Mapping[tuple[str, str], bool]]:
    """What the projects declare that the lock file is for: the one in its folder, and the workspaces below."""
    places = {folder}
    for entry in entries:
        release = _RELEASE.fullmatch(entry.resolution)
        if release is not None and release["how"] == "workspace":
            places.add(posixpath.normpath(posixpath.join(folder, release["rest"])).removeprefix("."))
    prefix = f"{folder}/" if folder else ""
    if len(places) == 1:  # Yarn 1 does not list them
        places |= {posixpath.dirname(name) for name in files if name.startswith(prefix) and posixpath.basename(name) == FILE}
    found = (read_wanted(place, files) for place in sorted(places))
    return [each for each in found if each is not None]


def _find(name: str, wanted: str, keys: Mapping[str, str]) -> str:
    """The entry for a dependency; the later versions of Yarn write ``npm:`` before a range."""
    return keys.get(f"{name}@{wanted}") or keys.get(f"{name}@npm:{wanted}") or ""


def _package(entry: _Entry, keys: Mapping[str, str], roots: Mapping[str, bool]) -> LockedPackage:
    key = entry.descriptors[0]
    name, origin, is_member = _identify(entry)
    requires = tuple(filter(None, (_find(*each, keys) for each in entry.requires)))
    development = roots.get(key) or None
    index = find_index(entry.resolved)
    return LockedPackage(key, name, entry.version, entry.line, requires, key in roots, development, index, origin, is_member)


def _identify(entry: _Entry) -> tuple[str, Origin, bool]:
    """Name and origin of what an entry resolves to, and whether it is a project of the tree."""
    release = _RELEASE.fullmatch(entry.resolution)
    if release is not None:
        how = release["how"]
        if how == "patch":  # a release, with changes
            inner = _RELEASE.match(unquote(release["rest"]))
            how = inner["how"] if inner is not None else how
        origin = Origin.INDEX if how in ("npm", "workspace", "virtual") else find_npm_origin(f"{how}:") or Origin.URL
        return release["name"], Origin.URL if origin is Origin.INDEX and how == "http" else origin, how == "workspace"
    descriptor = entry.descriptors[0]
    name, separator, wanted = descriptor[1:].partition("@")
    name = descriptor[:1] + name
    if separator and wanted.startswith("npm:"):  # an alias
        alias, at, _ = wanted[5:].partition("@")
        name = wanted[4:5] + alias if at or alias else name
    source = entry.resolved or wanted
    return name, find_npm_origin(source), False
