"""Sets what a project declares against what is locked beside it: a range that a lock covers is no gap, one without a lock is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations
from scangate.advisories.manifest import AuditGap, Manifest, Pin, SkippedDependency
from scangate.advisories.origins import WORKSPACE_MEMBER, unauditable_gap
from scangate.model import GapKind

__all__ = ["LockCoverage"]


class LockCoverage:
    """What is locked in a tree: ``locks`` for projects of their folder and for their members, ``lists`` for their folder alone."""

    def __init__(self, locks: Iterable[Manifest], requirements: Iterable[Manifest]) -> None:
        self._locks = _by_folder(locks)
        self._requirements = _by_folder(requirements)

    def uncovered(self, path: str, declared: ProjectDeclarations) -> Manifest:
        """What is left of a project's declarations when those that are locked are taken away."""
        locks, lists = self._locks_for(path, declared.project), self._requirements_for(path)
        locked = _locked_versions(locks, lists)
        lines = [line for want in declared.dependencies for line in _classify(want, declared, locked, bool(locks or lists))]
        pins = dict.fromkeys(line for line in lines if isinstance(line, Pin))
        holes = dict.fromkeys((*declared.gaps, *(line for line in lines if isinstance(line, AuditGap))))
        left_out = dict.fromkeys((*declared.skipped, *(line for line in lines if isinstance(line, SkippedDependency))))
        return Manifest(path, tuple(pins), tuple(holes), tuple(left_out), declared.project)

    def _requirements_for(self, path: str) -> list[Manifest]:
        folder = posixpath.dirname(path)
        folders = (folder, posixpath.join(folder, "requirements"))
        return [each for name in folders for each in self._requirements.get(name, ()) if each.path != path]

    def _locks_for(self, path: str, project: str) -> list[Manifest]:
        folder = posixpath.dirname(path)
        found = [lock for lock in self._locks.get(folder, ()) if not _is_script_lock(lock.path)]
        while project and folder:
            folder = posixpath.dirname(folder)
            found += [lock for lock in self._locks.get(folder, ()) if project in lock.workspace_members]
        return found


def _is_script_lock(path: str) -> bool:
    return path.endswith(".py.lock")


def _by_folder(manifests: Iterable[Manifest]) -> Mapping[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        found.setdefault(posixpath.dirname(manifest.path), []).append(manifest)
    return found


def _locked_versions(locks: Sequence[Manifest], requirements: Sequence[Manifest]) -> dict[str, set[str]]:
    """The versions that are locked, by name; none for a name that a lock itself tells as a hole or left out."""
    found: dict[str, set[str]] = {}
    for lock in locks:
        for name in (*(hole.name for hole in lock.gaps), *(left.name for left in lock.skipped)):
            found.setdefault(name, set())
    for each in (*locks, *requirements):
        for pin in each.pins:
            found.setdefault(pin.name, set()).add(pin.version)
    return found


def _classify(
    dependency: DeclaredDependency, declared: ProjectDeclarations, locked: Mapping[str, set[str]], has_lock: bool
) -> Iterator[Pin | AuditGap | SkippedDependency]:
    hint = f"run `{declared.lock_command}`, and commit what it writes"
    if not dependency.name:
        if not has_lock:
            yield AuditGap(dependency.line, GapKind.UNPINNED, "its dependencies are told by a program, which is not run", hint)
    elif dependency.workspace_member:
        yield SkippedDependency(dependency.name, WORKSPACE_MEMBER, dependency.line)
    elif dependency.version and dependency.version not in locked.get(dependency.name, ()):
        yield Pin(
            dependency.name, dependency.version, dependency.line, direct=True, marker=dependency.marker, extras=dependency.extras
        )
    elif dependency.name not in locked and dependency.name != declared.project:
        if dependency.unauditable:
            yield unauditable_gap(dependency.unauditable, dependency.line, dependency.name)
        elif not dependency.version:
            lock = "no lock beside it has it" if has_lock else "no lock is beside it"
            text = "" if declared.custom_index or has_lock else dependency.requirement
            yield AuditGap(dependency.line, GapKind.UNPINNED, f"declared as a range, and {lock}", hint, dependency.name, text)
