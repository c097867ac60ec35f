"""Follows symbolic links in git's index or in a commit, without a work tree."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence, Set
from functools import cached_property

import msgspec

from scangate.scan.git import SYMBOLIC_LINK, GitEntry, Repository, parent_folders

MAX_LINKS = 40  # as in Linux


class LinkEnd(msgspec.Struct, frozen=True):
    """What a link leads to: a file, or a folder (neither ``entry`` nor ``problem``), or why it leads to nothing.

    ``through``: the paths of the links on the way to a file, the first one's included.
    """

    entry: GitEntry | None = None
    problem: str = ""
    through: tuple[bytes, ...] = ()


OUTSIDE = LinkEnd(problem="a symbolic link out of the root, not followed")
DANGLING = LinkEnd(problem="a dangling symbolic link")
LOOP = LinkEnd(problem="a symbolic link loop")


class TreeLinks:
    """The links among ``entries``, which are a whole index or commit."""

    def __init__(self, repository: Repository, entries: Sequence[GitEntry]) -> None:
        self._repository = repository
        self._entries = {entry.raw_path: entry for entry in entries}

    @cached_property
    def _folders(self) -> set[bytes]:
        return {b"", *(folder for path in self._entries for folder in parent_folders(path))}

    @cached_property
    def _texts(self) -> dict[str, bytes]:
        """The texts of all links by blob."""
        blobs = {entry.blob for entry in self._entries.values() if entry.mode == SYMBOLIC_LINK and entry.blob}
        return self._repository.read_blobs(sorted(blobs))

    def text(self, link: GitEntry) -> bytes:
        """The path in a link; empty if git does not have it."""
        return self._texts.get(link.blob, b"")

    def list_affected(self, changed: Set[bytes]) -> Iterator[GitEntry]:
        """The links that are not among the ``changed`` paths, and lead to a file or through a link that is."""
        for entry in self._entries.values():
            if entry.mode == SYMBOLIC_LINK and entry.blob and entry.raw_path not in changed:
                end = self.resolve(entry)
                if end.entry is not None and not changed.isdisjoint((end.entry.raw_path, *end.through)):
                    yield entry

    def resolve(self, link: GitEntry) -> LinkEnd:
        """What a link leads to in the end."""
        current, rest = posixpath.split(link.raw_path)
        steps = [rest]
        links: list[bytes] = []
        while steps:
            step = steps.pop()
            if step in (b"", b"."):
                continue
            if step == b"..":
                if not current:
                    return OUTSIDE
                current = posixpath.dirname(current)
                continue
            path = posixpath.join(current, step)
            entry = self._entries.get(path)
            if entry is None and path in self._folders:
                current = path
            elif entry is None:
                return DANGLING
            elif entry.mode == SYMBOLIC_LINK:
                links.append(path)
                text = self.text(entry)
                if len(links) > MAX_LINKS:
                    return LOOP
                if text.startswith(b"/"):
                    return OUTSIDE
                steps += text.split(b"/")[::-1]
            else:
                is_file = not steps and entry.blob and not entry.repository_kind
                return LinkEnd(entry, through=tuple(links)) if is_file else DANGLING
        return LinkEnd()
