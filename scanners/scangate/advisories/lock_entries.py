"""Builds a manifest from the entries of a lock file; the readers of all lock formats share it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from scangate.advisories.dependency_graph import find_roots, shortest_chains
from scangate.advisories.manifest import AuditGap, MalformedManifestError, Manifest, Pin, SkippedDependency, select
from scangate.advisories.origins import Origin, unauditable_gap
from scangate.advisories.package_names import normalize_name, normalize_or_empty, normalize_version
from scangate.model import (
    GapKind,
    SkipReason,
)

MAX_PACKAGES = 100_000  # in one file


class LockEntry(msgspec.Struct, frozen=True):
    """One package of a lock file. ``workspace_member``: a project of this tree; its ``dependencies`` are the direct ones."""

    name: str
    version: str
    line: int
    dependencies: tuple[str, ...] = ()
    marker: str = ""
    extras: tuple[str, ...] = ()
    index: str = ""
    origin: Origin = Origin.INDEX
    workspace_member: bool = False


def build_manifest(path: str, entries: Sequence[LockEntry], direct: Iterable[str] | None = None, project: str = "") -> Manifest:
    """The manifest of a lock file. ``direct``: the names that its project requires, None to derive them from the graph."""
    if len(entries) > MAX_PACKAGES:
        raise MalformedManifestError(f"more than {MAX_PACKAGES:,} packages", kind=GapKind.TOO_LARGE)
    edges: dict[str, set[str]] = {}
    for entry in entries:
        if name := normalize_or_empty(entry.name):
            edges.setdefault(name, set()).update(filter(None, map(normalize_or_empty, entry.dependencies)))
    members = frozenset(normalize_or_empty(entry.name) for entry in entries if entry.workspace_member) - {""}
    direct_names = _direct_names(direct, members, edges)
    items = list(_classify(entries, direct_names, shortest_chains(direct_names, edges)))
    releases: dict[tuple[str, str], Pin] = {}
    for pin in select(Pin, items):  # some formats list a release again for its extras
        releases.setdefault((pin.name, pin.version), pin)
    return Manifest(path, tuple(releases.values()), select(AuditGap, items), select(SkippedDependency, items), project, members)


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
