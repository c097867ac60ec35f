"""Compares what a project declares with what is locked: a range that a lock file covers is not a gap, one without a lock is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations
from scangate.advisories.manifest import AuditGap, Manifest, Pin, SkippedDependency, select
from scangate.advisories.origins import Origin, unauditable_gap
from scangate.model import (
    GapKind,
    SkipReason,
)


class LockCoverage:
    """The locked versions of a tree: ``locks`` hold for a folder and its workspace members, ``requirements`` for a folder only."""

    def __init__(self, locks: Iterable[Manifest], requirements: Iterable[Manifest]) -> None:
        self._locks = _by_folder(locks)
        self._requirements = _by_folder(requirements)

    def uncovered(self, path: str, declared: ProjectDeclarations) -> Manifest:
        """The manifest of a project without the declarations that are locked."""
        locks, requirements = self._locks_for(path, declared.project), self._requirements_for(path)
        locked = _locked_versions(locks, requirements)
        items: list[object] = []
        for item in declared.items:
            if isinstance(item, DeclaredDependency):
                items += _classify(item, declared, locked, bool(locks or requirements))
            else:
                items.append(item)
        return Manifest(path, select(Pin, items), select(AuditGap, items), select(SkippedDependency, items), declared.project)

    def _requirements_for(self, path: str) -> list[Manifest]:
        folder = posixpath.dirname(path)
        folders = (folder, posixpath.join(folder, "requirements"))
        return [each for name in folders for each in self._requirements.get(name, ()) if each.path != path]

    def _locks_for(self, path: str, project: str) -> list[Manifest]:
        folder = posixpath.dirname(path)
        found = [lock for lock in self._locks.get(folder, ()) if not lock.path.endswith(".py.lock")]  # of a single script
        while project and folder:
            folder = posixpath.dirname(folder)
            found += [lock for lock in self._locks.get(folder, ()) if project in lock.workspace_members]
        return found


def _by_folder(manifests: Iterable[Manifest]) -> Mapping[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        found.setdefault(posixpath.dirname(manifest.path), []).append(manifest)
    return found


def _locked_versions(locks: Sequence[Manifest], requirements: Sequence[Manifest]) -> dict[str, set[str]]:
    """The locked versions by name; an empty set for a name that a lock file itself reports as a gap or skipped."""
    found: dict[str, set[str]] = {}
    for lock in locks:
        for name in (*(gap.name for gap in lock.gaps), *(dependency.name for dependency in lock.skipped)):
            found.setdefault(name, set())
    for manifest in (*locks, *requirements):
        for pin in manifest.pins:
            found.setdefault(pin.name, set()).add(pin.version)
    return found


def _classify(
    dependency: DeclaredDependency, declared: ProjectDeclarations, locked: Mapping[str, set[str]], has_lock: bool
) -> Iterator[Pin | AuditGap | SkippedDependency]:
    hint = f"run `{declared.lock_command}`, and commit the file it writes"
    name, line, version = dependency.name, dependency.line, dependency.version
    if not name:
        if not has_lock:
            yield AuditGap(line, GapKind.UNPINNED, "its dependencies are computed by code, which scangate does not run", hint)
    elif dependency.workspace_member:
        yield SkippedDependency(name, SkipReason.WORKSPACE_MEMBER, line)
    elif version and version not in locked.get(name, ()):
        yield Pin(name, version, line, direct=True, marker=dependency.marker, extras=dependency.extras)
    elif name not in locked and name != declared.project:
        if dependency.origin is not Origin.INDEX:
            yield unauditable_gap(dependency.origin, line, name)
        elif not version:
            reason = f"declared as a range, {'not in the lock file' if has_lock else 'no lock file found'}"
            requirement = "" if declared.custom_index or has_lock else dependency.requirement
            yield AuditGap(line, GapKind.UNPINNED, reason, hint, name, requirement)
