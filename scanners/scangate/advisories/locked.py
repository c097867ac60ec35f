"""From the entries of a lock file to a manifest: the same for every format, once its reader has said what an entry is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from scangate.advisories.fault import Malformed
from scangate.advisories.graph import chains, tops
from scangate.advisories.manifest import Hole, Manifest, Omitted, Pin
from scangate.advisories.names import canonical, release
from scangate.advisories.places import OWN, elsewhere
from scangate.model import GapKind

__all__ = ["LIMIT", "Entry", "manifest"]

LIMIT = 100_000  # packages of one file


class Entry(msgspec.Struct, frozen=True):
    """One package of a lock file, as it stands there.

    ``needs``: the names that it asks for. ``elsewhere``: why no advisory can name it, empty for a release. ``own``: it is a project
    of this tree, and ``needs`` are the direct dependencies.
    """

    name: str
    version: str
    line: int
    needs: tuple[str, ...] = ()
    marker: str = ""
    extras: tuple[str, ...] = ()
    index: str = ""
    elsewhere: str = ""
    own: bool = False


def manifest(path: str, entries: Sequence[Entry], direct: Iterable[str] | None = None, project: str = "") -> Manifest:
    """All that a lock file says. ``direct``: the names that its project asks for, None where nothing but the graph tells them."""
    if len(entries) > LIMIT:
        raise Malformed(f"more than {LIMIT:,} packages", kind=GapKind.TOO_LARGE)
    edges: dict[str, set[str]] = {}
    for entry in entries:
        if _spelled(entry.name):
            edges.setdefault(_spelled(entry.name), set()).update(filter(None, map(_spelled, entry.needs)))
    own = frozenset(_spelled(entry.name) for entry in entries if entry.own) - {""}
    asked = _asked(direct, own, edges)
    found = list(_lines(entries, asked, chains(asked, edges)))
    return Manifest(
        path,
        pins=_distinct(line for line in found if isinstance(line, Pin)),
        holes=tuple(line for line in found if isinstance(line, Hole)),
        left_out=tuple(line for line in found if isinstance(line, Omitted)),
        project=project,
        own=own,
    )


def _asked(direct: Iterable[str] | None, own: frozenset[str], edges: dict[str, set[str]]) -> frozenset[str]:
    if direct is not None:
        return frozenset(map(_spelled, direct)) - own
    return (tops(edges) | {name for project in own for name in edges[project]}) - own


def _lines(entries: Iterable[Entry], asked: frozenset[str], above: dict[str, tuple[str, ...]]) -> Iterator[Pin | Hole | Omitted]:
    for entry in entries:
        try:
            name = canonical(entry.name)
        except ValueError as error:
            yield Hole(entry.line, GapKind.UNPARSABLE, str(error), "mend the entry")
            continue
        if entry.own:
            yield Omitted(name, OWN, entry.line)
        elif entry.elsewhere:
            yield elsewhere(entry.elsewhere, entry.line, name)
        else:
            yield _pin(entry, name, name in asked, above.get(name, ()))


def _pin(entry: Entry, name: str, direct: bool, via: tuple[str, ...]) -> Pin | Hole:
    try:
        version = release(entry.version)
    except ValueError:
        reason = "locked to something that is no version" if entry.version else "locked without a version"
        return Hole(entry.line, GapKind.UNPINNED, reason, "lock it again", name)
    return Pin(name, version, entry.line, direct, via, entry.marker, tuple(sorted(entry.extras)), entry.index)


def _distinct(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """Each release once: some formats list one a second time for its extras."""
    first: dict[tuple[str, str], Pin] = {}
    for pin in pins:
        first.setdefault((pin.name, pin.version), pin)
    return tuple(first.values())


def _spelled(name: str) -> str:
    try:
        return canonical(name)
    except ValueError:
        return ""
