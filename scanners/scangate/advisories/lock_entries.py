"""From the entries of a lock file to a manifest: the same for every format, once its reader has said what an entry is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from scangate.advisories.dependency_graph import find_roots, shortest_chains
from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.manifest import AuditGap, Manifest, Pin, SkippedDependency
from scangate.advisories.origins import WORKSPACE_MEMBER, unauditable_gap
from scangate.advisories.package_names import normalize_name, normalize_version
from scangate.model import GapKind

__all__ = ["MAX_PACKAGES", "LockEntry", "build_manifest"]

MAX_PACKAGES = 100_000  # packages of one file


class LockEntry(msgspec.Struct, frozen=True):
    """One package of a lock file, as it stands there.

    ``needs``: the names that it asks for. ``elsewhere``: why no advisory can name it, empty for a release. ``own``: it is a project
    of this tree, and ``needs`` are the direct dependencies.
    """

    name: str
    version: str
    line: int
    dependencies: tuple[str, ...] = ()
    marker: str = ""
    extras: tuple[str, ...] = ()
    index: str = ""
    unauditable: str = ""
    workspace_member: bool = False


def build_manifest(path: str, entries: Sequence[LockEntry], direct: Iterable[str] | None = None, project: str = "") -> Manifest:
    """All that a lock file says. ``direct``: the names that its project asks for, None where nothing but the graph tells them."""
    if len(entries) > MAX_PACKAGES:
        raise MalformedManifestError(f"more than {MAX_PACKAGES:,} packages", kind=GapKind.TOO_LARGE)
    edges: dict[str, set[str]] = {}
    for entry in entries:
        if _normalize_or_empty(entry.name):
            edges.setdefault(_normalize_or_empty(entry.name), set()).update(
                filter(None, map(_normalize_or_empty, entry.dependencies))
            )
    own = frozenset(_normalize_or_empty(entry.name) for entry in entries if entry.workspace_member) - {""}
    asked = _direct_names(direct, own, edges)
    found = list(_classify(entries, asked, shortest_chains(asked, edges)))
    return Manifest(
        path,
        pins=_deduplicate(line for line in found if isinstance(line, Pin)),
        gaps=tuple(line for line in found if isinstance(line, AuditGap)),
        skipped=tuple(line for line in found if isinstance(line, SkippedDependency)),
        project=project,
        workspace_members=own,
    )


def _direct_names(direct: Iterable[str] | None, own: frozenset[str], edges: dict[str, set[str]]) -> frozenset[str]:
    if direct is not None:
        return frozenset(map(_normalize_or_empty, direct)) - own
    return (find_roots(edges) | {name for project in own for name in edges[project]}) - own


def _classify(
    entries: Iterable[LockEntry], direct: frozenset[str], chains: dict[str, tuple[str, ...]]
) -> Iterator[Pin | AuditGap | SkippedDependency]:
    for entry in entries:
        try:
            name = normalize_name(entry.name)
        except ValueError as error:
            yield AuditGap(entry.line, GapKind.UNPARSABLE, str(error), "mend the entry")
            continue
        if entry.workspace_member:
            yield SkippedDependency(name, WORKSPACE_MEMBER, entry.line)
        elif entry.unauditable:
            yield unauditable_gap(entry.unauditable, entry.line, name)
        else:
            yield _pin(entry, name, name in direct, chains.get(name, ()))


def _pin(entry: LockEntry, name: str, direct: bool, via: tuple[str, ...]) -> Pin | AuditGap:
    try:
        version = normalize_version(entry.version)
    except ValueError:
        reason = "locked to something that is no version" if entry.version else "locked without a version"
        return AuditGap(entry.line, GapKind.UNPINNED, reason, "lock it again", name)
    return Pin(name, version, entry.line, direct, via, entry.marker, tuple(sorted(entry.extras)), entry.index)


def _deduplicate(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """Each release once: some formats list one a second time for its extras."""
    first: dict[tuple[str, str], Pin] = {}
    for pin in pins:
        first.setdefault((pin.name, pin.version), pin)
    return tuple(first.values())


def _normalize_or_empty(name: str) -> str:
    try:
        return normalize_name(name)
    except ValueError:
        return ""
