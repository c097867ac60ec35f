"""Sets what a project declares against what is locked beside it: a range that a lock covers is no gap, one without a lock is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scangate.advisories.declared import Declared, Want
from scangate.advisories.manifest import Hole, Manifest, Omitted, Pin
from scangate.advisories.places import OWN, elsewhere
from scangate.model import GapKind

__all__ = ["Locks"]


class Locks:
    """What is locked in a tree: ``locks`` for projects of their folder and for their members, ``lists`` for their folder alone."""

    def __init__(self, locks: Iterable[Manifest], lists: Iterable[Manifest]) -> None:
        self._locks = _by_folder(locks)
        self._lists = _by_folder(lists)

    def manifest(self, path: str, declared: Declared) -> Manifest:
        """What is left of a project's declarations when those that are locked are taken away."""
        locks, lists = self._locks_of(path, declared.project), self._lists_of(path)
        locked = _versions(locks, lists)
        lines = [line for want in declared.wants for line in _told(want, declared, locked, bool(locks or lists))]
        pins = dict.fromkeys(line for line in lines if isinstance(line, Pin))
        holes = dict.fromkeys((*declared.holes, *(line for line in lines if isinstance(line, Hole))))
        left_out = dict.fromkeys((*declared.left_out, *(line for line in lines if isinstance(line, Omitted))))
        return Manifest(path, tuple(pins), tuple(holes), tuple(left_out), declared.project)

    def _lists_of(self, path: str) -> list[Manifest]:
        folder = posixpath.dirname(path)
        folders = (folder, posixpath.join(folder, "requirements"))
        return [each for name in folders for each in self._lists.get(name, ()) if each.path != path]

    def _locks_of(self, path: str, project: str) -> list[Manifest]:
        folder = posixpath.dirname(path)
        found = [lock for lock in self._locks.get(folder, ()) if not _is_of_script(lock.path)]
        while project and folder:
            folder = posixpath.dirname(folder)
            found += [lock for lock in self._locks.get(folder, ()) if project in lock.own]
        return found


def _is_of_script(path: str) -> bool:
    return path.endswith(".py.lock")


def _by_folder(manifests: Iterable[Manifest]) -> Mapping[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        found.setdefault(posixpath.dirname(manifest.path), []).append(manifest)
    return found


def _versions(locks: Sequence[Manifest], lists: Sequence[Manifest]) -> dict[str, set[str]]:
    """The versions that are locked, by name; none for a name that a lock itself tells as a hole or left out."""
    found: dict[str, set[str]] = {}
    for lock in locks:
        for name in (*(hole.name for hole in lock.holes), *(left.name for left in lock.left_out)):
            found.setdefault(name, set())
    for each in (*locks, *lists):
        for pin in each.pins:
            found.setdefault(pin.name, set()).add(pin.version)
    return found


def _told(want: Want, declared: Declared, locked: Mapping[str, set[str]], has_lock: bool) -> Iterator[Pin | Hole | Omitted]:
    hint = f"run `{declared.command}`, and commit what it writes"
    if not want.name:
        if not has_lock:
            yield Hole(want.line, GapKind.UNPINNED, "its dependencies are told by a program, which is not run", hint)
    elif want.own:
        yield Omitted(want.name, OWN, want.line)
    elif want.version and want.version not in locked.get(want.name, ()):
        yield Pin(want.name, want.version, want.line, direct=True, marker=want.marker, extras=want.extras)
    elif want.name not in locked and want.name != declared.project:
        if want.elsewhere:
            yield elsewhere(want.elsewhere, want.line, want.name)
        elif not want.version:
            lock = "no lock beside it has it" if has_lock else "no lock is beside it"
            text = "" if declared.own_index or has_lock else want.text
            yield Hole(want.line, GapKind.UNPINNED, f"declared as a range, and {lock}", hint, want.name, text)
