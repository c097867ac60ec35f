"""Builds a manifest from the entries of a lock file; the readers of all lock formats share it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from scangate.advisories.declarations import find_local_origin
from scangate.advisories.dependency_graph import find_roots, shortest_chains
from scangate.advisories.manifest import (
    REGENERATE_HINT,
    UPGRADE_HINT,
    AuditGap,
    MalformedManifestError,
    Manifest,
    Pin,
    SkippedDependency,
    select,
)
from scangate.advisories.origins import Origin, unauditable_gap
from scangate.advisories.package_names import normalize_name, normalize_or_empty, normalize_version
from scangate.advisories.toml_lines import Toml
from scangate.model import (
    GapKind,
    SkipReason,
)

MAX_PACKAGES = 100_000  # in one file
TOO_LARGE_HINT = "split the file, or exclude it with a reason"
T = TypeVar("T")


class LockEntry(msgspec.Struct, frozen=True):
    """One package of a lock file.

    ``local_path``: where it is, relative to the lock file, if it is a file or a folder; `build_manifest` finds out what is there.
    ``workspace_member``: a project of this tree; its ``dependencies`` are the direct ones.
    """

    name: str
    version: str
    line: int
    dependencies: tuple[str, ...] = ()
    marker: str = ""
    extras: tuple[str, ...] = ()
    index: str = ""
    origin: Origin = Origin.INDEX
    local_path: str | None = None
    workspace_member: bool = False


def convert_entry(value: Any, shape: type[T], line: int) -> T | AuditGap:
    """One entry of a lock file as ``shape``; a malformed one is a gap, and the others count."""
    if isinstance(value, AuditGap):
        return value
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        name = value.get("name") if isinstance(value, dict) else ""
        reason = f"malformed entry: {_lowercase_first(str(error))}"
        return AuditGap(
            line, GapKind.UNPARSABLE, reason, REGENERATE_HINT, normalize_or_empty(name) if isinstance(name, str) else ""
        )


def convert_entries(toml: Toml, table: str, shape: type[T]) -> Iterator[tuple[T | AuditGap, int]]:
    """Each ``[[table]]`` of a lock file with its line, and the gaps of other tables. Raises MalformedManifestError for no list."""
    entries = toml.data.get(table, [])
    if not isinstance(entries, list):
        raise MalformedManifestError(f"malformed: `{table}` is not a list", toml.line_of_key("", table))
    for entry, line in zip(entries, toml.entry_lines(table, len(entries)), strict=True):
        yield convert_entry(entry, shape, line), line
    yield from ((gap, gap.line) for gap in toml.gaps)


def read_entries(toml: Toml, table: str, shape: type[T], to_entry: Callable[[T, int], LockEntry]) -> list[LockEntry | AuditGap]:
    """The packages in ``[[table]]`` of a lock file, and a gap for each malformed one. ``to_entry`` is given package and line."""
    found = convert_entries(toml, table, shape)
    return [package if isinstance(package, AuditGap) else to_entry(package, line) for package, line in found]


def check_version(toml: Toml, table: str, key: str, supported: Sequence[str], default: str = "") -> None:
    """Raises MalformedManifestError if the format's version, the part before the dot, is not ``supported``.

    ``table``: empty for the document itself. ``default``: the version of a format whose first files do not name it. Any other file
    without a version gets a gap, and is read.
    """
    values = toml.data.get(table) if table else toml.data
    version = str(values.get(key, default)) if isinstance(values, dict) else ""
    if not version:
        toml.gaps.append(AuditGap(1, GapKind.UNPARSABLE, "no version of the lock file's format", REGENERATE_HINT))
    elif version.partition(".")[0] not in supported:
        reason = f"unsupported lock file version, supported is {' or '.join(supported)}"
        raise MalformedManifestError(reason, toml.line_of_key(table, key), hint=UPGRADE_HINT)


def _lowercase_first(message: str) -> str:
    return message[0].lower() + message[1:]


def build_manifest(
    path: str,
    files: Mapping[str, str],
    read: Sequence[LockEntry | AuditGap],
    direct: Iterable[str] | None = None,
    project: str = "",
) -> Manifest:
    """The manifest of a lock file. ``direct``: the names that its project requires, None to derive them from the graph."""
    if len(read) > MAX_PACKAGES:
        raise MalformedManifestError(f"more than {MAX_PACKAGES:,} packages", kind=GapKind.TOO_LARGE, hint=TOO_LARGE_HINT)
    entries = [_locate(entry, posixpath.dirname(path), files) for entry in select(LockEntry, read)]
    edges: dict[str, set[str]] = {}
    for entry in entries:
        if name := normalize_or_empty(entry.name):
            edges.setdefault(name, set()).update(filter(None, map(normalize_or_empty, entry.dependencies)))
    members = frozenset(normalize_or_empty(entry.name) for entry in entries if entry.workspace_member) - {""}
    direct_names = _direct_names(direct, members, edges)
    items = [*select(AuditGap, read), *_classify(entries, direct_names, shortest_chains(direct_names, edges))]
    releases: dict[tuple[str, str], Pin] = {}
    for pin in select(Pin, items):  # some formats list a release again for its extras
        releases.setdefault((pin.name, pin.version), pin)
    return Manifest(path, tuple(releases.values()), select(AuditGap, items), select(SkippedDependency, items), project, members)


def _locate(entry: LockEntry, folder: str, files: Mapping[str, str]) -> LockEntry:
    """The entry with the origin of what is at its local path."""
    if entry.local_path is None:
        return entry
    origin = find_local_origin(folder, entry.local_path, files)
    return msgspec.structs.replace(entry, origin=origin, workspace_member=origin is Origin.INDEX)


def _direct_names(direct: Iterable[str] | None, members: frozenset[str], edges: Mapping[str, set[str]]) -> frozenset[str]:
    if direct is not None:
        return frozenset(map(normalize_or_empty, direct)) - members
    return (find_roots(edges) | {name for project in members for name in edges[project]}) - members


def _classify(
    entries: Iterable[LockEntry], direct: frozenset[str], chains: Mapping[str, tuple[str, ...]]
) -> Iterator[Pin | AuditGap | SkippedDependency]:
    for entry in entries:
        try:
            name = normalize_name(entry.name)
        except ValueError as error:
            yield AuditGap(entry.line, GapKind.UNPARSABLE, str(error), "fix the entry")
            continue
        if entry.workspace_member:
            yield SkippedDependency(name, SkipReason.WORKSPACE_MEMBER, entry.line)
        elif entry.origin is not Origin.INDEX:
            yield unauditable_gap(entry.origin, entry.line, name)
        else:
            yield _pin(entry, name, name in direct, chains.get(name, ()))


def _pin(entry: LockEntry, name: str, direct: bool, via: tuple[str, ...]) -> Pin | AuditGap:
    try:
        version = normalize_version(entry.version)
    except ValueError:
        reason = "locked to an invalid version" if entry.version else "locked without a version"
        return AuditGap(entry.line, GapKind.UNPINNED, reason, "update the lock file", name)
    return Pin(name, version, entry.line, direct, via, entry.marker, tuple(sorted(entry.extras)), entry.index)
