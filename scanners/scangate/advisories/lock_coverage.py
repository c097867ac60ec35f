"""Compares what a project declares with what is locked: a range that a lock file covers is not a gap, one without a lock is."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations
from scangate.advisories.manifest import AuditGap, Manifest, Pin, SkippedDependency, select
from scangate.advisories.manifest_kinds import lock_kind
from scangate.advisories.origins import Origin, unauditable_gap
from scangate.model import (
    GapKind,
    SkipReason,
)
from scangate.printable import replace_unprintable

MAX_NAMES = 3  # of files in one reason
COMPUTED = "its dependencies are computed by code, which scangate does not run"


class LockCoverage:
    """The locked versions of a tree: ``locks`` hold for a folder and its workspace members, ``requirements`` for a folder and the
    projects that they install; a lock of one of the ``scripts`` for that script only."""

    def __init__(self, locks: Iterable[Manifest], requirements: Iterable[Manifest], scripts: Mapping[str, str]) -> None:
        self._scripts = scripts
        found = list(locks)
        self._script_locks = {lock.path: lock for lock in found if _is_script_lock(lock.path, scripts.values())}
        self._locks = _by_folder(lock for lock in found if lock.path not in self._script_locks)
        self._requirements = _by_folder(requirements)

    def uncovered(
        self,
        path: str,
        declared: ProjectDeclarations,
        includers: Iterable[str] = (),
        projects: Mapping[str, str] = MappingProxyType({}),
    ) -> Manifest:
        """The manifest of a project without the declarations that are locked, by its own locks or those of its ``includers``.

        ``projects`` are the names of all projects of the tree, by their folders.
        """
        covering = [each for name in (path, *sorted(includers)) for each in self._covering(name, declared.project)]
        covering = list({each.path: each for each in covering if each.path != path}.values())
        locked = _locked_versions(covering)
        for folder in (folder for each in covering for folder in each.project_folders):
            locked.setdefault(projects.get(folder, ""), set())
        items: list[object] = []
        for item in declared.items:
            if (
                isinstance(item, DeclaredDependency)
                and item.workspace_member
                and (item.origin is Origin.INDEX or item.name in projects.values())
            ):
                items.append(SkippedDependency(item.name, SkipReason.WORKSPACE_MEMBER, item.line))
            elif isinstance(item, DeclaredDependency):
                items += _classify(item, declared, locked, covering)
            else:
                items.append(item)
        return Manifest(path, select(Pin, items), select(AuditGap, items), select(SkippedDependency, items), declared.project)

    def _covering(self, path: str, project: str) -> list[Manifest]:
        """The lock files first, then the requirements files."""
        if path in self._scripts:
            return [lock] if (lock := self._script_locks.get(f"{self._scripts[path]}.lock")) else []
        folder = posixpath.dirname(path)
        found = self._locks_for(path, project)
        found += [each for name in (folder, posixpath.join(folder, "requirements")) for each in self._requirements.get(name, ())]
        return [*found, *self._installers.get(folder, ())]

    @cached_property
    def _installers(self) -> Mapping[str, list[Manifest]]:
        """The requirements files that install the project of a folder."""
        found: dict[str, list[Manifest]] = {}
        for manifests in self._requirements.values():
            for manifest in manifests:
                for folder in manifest.project_folders:
                    found.setdefault(folder, []).append(manifest)
        return found

    def _locks_for(self, path: str, project: str) -> list[Manifest]:
        folder = posixpath.dirname(path)
        found = list(self._locks.get(folder, ()))
        while project and folder:
            folder = posixpath.dirname(folder)
            found += [lock for lock in self._locks.get(folder, ()) if project in lock.workspace_members]
        return found


def _is_script_lock(path: str, scripts: Collection[str]) -> bool:
    return path.endswith(".py.lock") or path.removesuffix(".lock") in scripts


def _by_folder(manifests: Iterable[Manifest]) -> Mapping[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        found.setdefault(posixpath.dirname(manifest.path), []).append(manifest)
    return found


def _locked_versions(covering: Iterable[Manifest]) -> dict[str, set[str]]:
    """The locked versions by name; an empty set for a name that a lock file itself reports as a gap or skipped."""
    found: dict[str, set[str]] = {}
    for manifest in covering:
        if lock_kind(manifest.path):
            for name in (*(gap.name for gap in manifest.gaps), *(dependency.name for dependency in manifest.skipped)):
                found.setdefault(name, set())
        for pin in manifest.pins:
            found.setdefault(pin.name, set()).add(pin.version)
    return found


def _classify(
    dependency: DeclaredDependency, declared: ProjectDeclarations, locked: Mapping[str, set[str]], covering: Sequence[Manifest]
) -> Iterator[Pin | AuditGap]:
    hint = f"run `{declared.lock_command}`, and commit the file it writes"
    name, line, version = dependency.name, dependency.line, dependency.version
    if not name:
        if not any(each.pins or (lock_kind(each.path) and not each.malformed) for each in covering):
            yield AuditGap(line, GapKind.UNPINNED, dependency.unknown or COMPUTED, hint)
    elif version and version not in locked.get(name, ()):
        yield Pin(name, version, line, direct=True, marker=dependency.marker, extras=dependency.extras)
    elif name not in locked and name != declared.project:
        if dependency.origin is not Origin.INDEX:
            yield unauditable_gap(dependency.origin, line, name)
        elif not version:
            requirement = "" if declared.custom_index or covering else dependency.requirement
            yield AuditGap(line, GapKind.UNPINNED, f"declared as a range, {_describe(covering)}", hint, name, requirement)


def _describe(covering: Sequence[Manifest]) -> str:
    """Which files were searched for a pin."""
    malformed = [each.path for each in covering if each.malformed]
    if malformed:
        return f"and {_list_names(malformed)} cannot be read"
    return (
        f"not pinned in {_list_names([each.path for each in covering])}"
        if covering
        else "and no lock file of its project was scanned"
    )


def _list_names(paths: Sequence[str]) -> str:
    names = [replace_unprintable(path) for path in paths[:MAX_NAMES]]
    return ", ".join(names) + (f" and {len(paths) - MAX_NAMES} more files" if len(paths) > MAX_NAMES else "")
