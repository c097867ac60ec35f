"""Builds a manifest from the packages of a lock file outside Python: with the chains that explain them, and their purpose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from scangate.advisories.dependency_graph import shortest_chains
from scangate.advisories.ecosystems import Ecosystem
from scangate.advisories.lock_entries import MAX_PACKAGES, TOO_LARGE_HINT
from scangate.advisories.manifest import AuditGap, MalformedManifestError, Manifest, Pin, SkippedDependency, select
from scangate.advisories.origins import Origin, unauditable_gap
from scangate.model import GapKind, SkipReason


class LockedPackage(msgspec.Struct, frozen=True):
    """One package of a lock file.

    ``key`` identifies it in its file, and in the ``requires`` of others; several packages may have the same name. ``direct``: the
    project requires it itself. ``development``: None where the file does not say it; then it follows from what requires it.
    ``member``: a project of this tree.
    """

    key: str
    name: str
    version: str
    line: int
    requires: tuple[str, ...] = ()
    direct: bool = False
    development: bool | None = None
    index: str = ""
    origin: Origin = Origin.INDEX
    member: bool = False


def build_locked(
    path: str, ecosystem: Ecosystem, packages: Sequence[LockedPackage], gaps: Iterable[AuditGap] = (), *, has_direct: bool = True
) -> Manifest:
    """The manifest of a lock file. ``has_direct``: whether the packages say what is direct; else those that none requires are."""
    if len(packages) > MAX_PACKAGES:
        raise MalformedManifestError(f"more than {MAX_PACKAGES:,} packages", kind=GapKind.TOO_LARGE, hint=TOO_LARGE_HINT)
    edges = {each.key: each.requires for each in packages}
    if not has_direct:
        required = {key for each in packages for key in each.requires if key != each.key}
        packages = [msgspec.structs.replace(each, direct=each.key not in required and not each.member) for each in packages]
    chains = shortest_chains((each.key for each in packages if each.direct), edges)
    production = _reach((each.key for each in packages if each.direct and not each.development), edges)
    items = [*gaps, *_classify(ecosystem, packages, chains, production)]
    return Manifest(path, _merge(select(Pin, items)), select(AuditGap, items), select(SkippedDependency, items))


def _reach(roots: Iterable[str], edges: Mapping[str, Sequence[str]]) -> set[str]:
    found = set(roots)
    rest = list(found)
    while rest:
        for key in edges.get(rest.pop(), ()):
            if key not in found:
                found.add(key)
                rest.append(key)
    return found


def _classify(
    ecosystem: Ecosystem, packages: Sequence[LockedPackage], chains: Mapping[str, tuple[str, ...]], production: set[str]
) -> Iterator[Pin | AuditGap | SkippedDependency]:
    names = {each.key: each.name for each in packages}
    has_development = any(each.development for each in packages)
    for each in packages:
        try:
            name = ecosystem.normalize(each.name)
        except ValueError:
            yield AuditGap(each.line, GapKind.UNPARSABLE, "not a package name", "fix the entry")
            continue
        if each.member:
            yield SkippedDependency(name, SkipReason.WORKSPACE_MEMBER, each.line)
        elif each.origin is not Origin.INDEX:
            yield unauditable_gap(each.origin, each.line, name)
        elif ecosystem.parse_version(each.version) is None:
            reason = "locked to an invalid version" if each.version else "locked without a version"
            yield AuditGap(each.line, GapKind.UNPINNED, reason, "update the lock file", name)
        else:
            follows = has_development and each.key in chains and each.key not in production
            development = each.development if each.development is not None else follows
            via = () if each.direct else tuple(names[key] for key in chains.get(each.key, ()))
            yield Pin(name, each.version, each.line, each.direct, via, index=each.index, development=development)


def _merge(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """Each release once: at its first line, direct if one is, for production if one is."""
    found: dict[tuple[str, str], Pin] = {}
    for pin in pins:
        before = found.get((pin.name, pin.version))
        if before is not None:
            direct = before.direct or pin.direct
            pin = msgspec.structs.replace(  # noqa: PLW2901
                before,
                direct=direct,
                via=() if direct else before.via or pin.via,
                development=before.development and pin.development,
            )
        found[pin.name, pin.version] = pin
    return tuple(found.values())
