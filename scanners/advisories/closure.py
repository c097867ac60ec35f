"""Which manifests are read in each other's light: what is kept of one holds as long as none of its group has changed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from scanners.advisories.manifests import is_lock, is_manifest, look, unified

__all__ = ["closures"]


def closures(files: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """For each manifest of ``files`` (repository paths to texts) all that its reading may depend on, itself included, sorted.

    A group read alone comes to the same as within all files. Files that are no manifests, and that none takes in, are in none.
    """
    texts = {path: unified(text) for path, text in files.items()}
    leaders = {path: path for path in files}

    def leader(path: str) -> str:
        while leaders[path] != path:
            leaders[path] = path = leaders[leaders[path]]
        return path

    for path in filter(is_manifest, files):
        for other in (*_consulted(path, texts), *_beside(path, texts)):
            leaders[leader(other)] = leader(path)
    groups: dict[str, list[str]] = {}
    for path in sorted(files):
        groups.setdefault(leader(path), []).append(path)
    return {path: tuple(group) for group in groups.values() for path in group if is_manifest(path) or len(group) > 1}


def _consulted(path: str, files: Mapping[str, str]) -> frozenset[str]:
    """The files that are opened or looked for, and found, when a manifest is read by itself."""
    watched = _Watched(files)
    look(path, watched)
    return frozenset(watched.seen)


def _beside(path: str, files: Mapping[str, str]) -> Iterator[str]:
    """What may lock the declarations of a folder: all that stands in it or in its `requirements`, and each lock above."""
    folder = posixpath.dirname(path)
    for other in files:
        place = posixpath.dirname(other)
        near = is_manifest(other) and place in (folder, posixpath.join(folder, "requirements"))
        if near or (is_lock(other) and (not place or f"{folder}/".startswith(f"{place}/"))):
            yield other


class _Watched(Mapping[str, str]):
    """Files that remember which of them were asked for."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self.seen: set[str] = set()

    def __getitem__(self, path: str) -> str:
        text = self._files[path]
        self.seen.add(path)
        return text

    def __iter__(self) -> Iterator[str]:
        self.seen.update(self._files)
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
