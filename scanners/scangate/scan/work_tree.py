"""Decides what the paths of a work tree are, without leaving the root; of files, only links that git wrote as text are read."""

from __future__ import annotations

import bisect
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scangate.files import describe_file_type, describe_os_error, read_regular_file
from scangate.model import Gap, SkippedPath
from scangate.scan.git import SYMBOLIC_LINK, GitEntry, hash_blob
from scangate.scan.links import DANGLING, LOOP, OUTSIDE
from scangate.scan.skipping import is_git_data, own_output_test, skip_absent, skip_git_data, skip_link, skip_own_output
from scangate.scan.target import ListedPaths, Target, display_path, nested_repository_gap, take_stat_signature, unreadable_gap

_LINK_BYTES = 4096  # PATH_MAX of Linux
SPECIAL_NAMES = {b"", b".", b".."}


def walk(root: bytes, start: bytes = b"") -> Iterator[bytes]:
    """Every path under ``root``, in the folder or at the file ``start``, that is not a directory, without following links.

    ``.git`` directories and directories that cannot be listed are yielded themselves.
    """
    folders = [start]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118
                found = [(os.path.join(folder, entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries]  # noqa: PTH118
        except OSError:
            yield folder or b"."
            continue
        for path, is_folder in found:
            if is_folder and not is_git_data(path):
                folders.append(path)
            else:
                yield path


class WorkTree:
    """Decides what the paths of a work tree, or of any folder, are. ``known``: the raw paths that are listed in any case."""

    def __init__(self, root: Path, own_outputs: Sequence[Path], known: Iterable[bytes], *, is_tracked: bool) -> None:
        self._boundary = RootBoundary(root)
        self._is_own_output = own_output_test(root, own_outputs)
        self._known = sorted(known)
        self._is_tracked = is_tracked

    def list_entries(self, entries: Iterable[GitEntry]) -> tuple[ListedPaths, list[GitEntry]]:
        """What is at each entry, and the entries that the index has and the work tree need not have, and does not have."""
        listed, absent = ListedPaths(), []
        for entry in sorted({entry.raw_path: entry for entry in entries}.values(), key=lambda entry: entry.raw_path):
            if entry.repository_kind:
                listed.add(nested_repository_gap(entry))
            elif entry.is_hidden and not os.path.lexists(self._boundary.full_path(entry.raw_path)):
                absent.append(entry)
            else:
                link = self._classify_link_in_text(entry)
                for found in self._classify(entry.raw_path) if link is None else (link,):
                    listed.add(found)
        listed.targets = list(_without_twins(listed.targets))
        return listed, absent

    def _classify(self, raw_path: bytes) -> Iterator[Target | Gap | SkippedPath]:
        """What a path is: a file to scan, a gap, or something to skip; of a link to a folder that is not listed, its files."""
        if self._is_own_output(raw_path):
            yield skip_own_output(display_path(raw_path))
            return
        found = classify_path(raw_path, self._boundary, tracked=self._is_tracked)
        if isinstance(found, Target) and found.link_to and self._is_own_output(found.link_to):
            found = skip_own_output(found.path)
        if found == skip_link(display_path(raw_path)):
            folder = self._boundary.relative_path(os.path.realpath(self._boundary.full_path(raw_path)))
            if folder and not self._has_known(folder) and not self._is_own_output(folder):
                yield from self._classify_ignored_folder(raw_path, folder)
                return
        yield found

    def _classify_link_in_text(self, entry: GitEntry) -> Target | Gap | SkippedPath | None:
        """What a link leads to that git wrote as a file with the link's text (``core.symlinks=false``); None for anything else."""
        full = self._boundary.full_path(entry.raw_path)
        if entry.mode != SYMBOLIC_LINK or os.path.islink(full):  # noqa: PTH114 -- bytes
            return None
        try:
            text = read_regular_file(Path(os.fsdecode(full)), _LINK_BYTES)
        except OSError:
            return None
        if entry.blob not in hash_blob(text):
            return None  # a file that is there in place of the link
        end = os.path.join(os.path.dirname(full), text)  # noqa: PTH118, PTH120 -- bytes
        return _classify_end(entry.raw_path, end, self._boundary)

    def classify_link(self, raw_path: bytes, text: bytes) -> Target | Gap:
        """What a link with this text, which the work tree need not have, leads to in the work tree."""
        end = os.path.join(os.path.dirname(self._boundary.full_path(raw_path)), text)  # noqa: PTH118, PTH120 -- bytes
        found = _classify_end(raw_path, end, self._boundary)
        return unreadable_gap(display_path(raw_path), DANGLING.problem) if isinstance(found, SkippedPath) else found

    def _has_known(self, folder: bytes) -> bool:
        """Whether a listed path is in ``folder``."""
        at = bisect.bisect_left(self._known, folder + b"/")
        return at < len(self._known) and self._known[at].startswith(folder + b"/")

    def _classify_ignored_folder(self, raw_path: bytes, folder: bytes) -> Iterator[Target | Gap | SkippedPath]:
        """The files below a link to a folder of which nothing is listed: they are there under the link's name."""
        for raw in sorted(walk(self._boundary.top, folder)):
            yield classify_path(raw_path + raw[len(folder) :], self._boundary, tracked=False)


def _without_twins(targets: Sequence[Target]) -> Iterator[Target]:
    """``targets`` without files that are the same under names that differ in case alone, where the file system ignores case."""
    seen = set()
    for target in targets:
        key = (target.raw_path.lower(), target.stat_signature[:2])
        if key not in seen:
            seen.add(key)
            yield target


def classify_path(  # noqa: PLR0911 -- one return a file type
    raw_path: bytes, boundary: RootBoundary, *, tracked: bool
) -> Target | Gap | SkippedPath:
    """What a path is: a file to scan, a gap, or something to skip."""
    path = display_path(raw_path)
    full = boundary.full_path(raw_path)
    try:
        status = os.lstat(full)
    except FileNotFoundError:
        return skip_absent(path) if tracked else unreadable_gap(path, "it was removed while files were listed")
    except OSError as error:
        return unreadable_gap(path, describe_os_error(error))
    mode = status.st_mode
    if stat.S_ISREG(mode):
        if boundary.contains(raw_path.rpartition(b"/")[0]):
            return Target(path, raw_path, stat_signature=take_stat_signature(status))
        return unreadable_gap(path, "a parent directory is a symbolic link out of the root")
    if stat.S_ISLNK(mode):
        return _classify_end(raw_path, full, boundary)
    if stat.S_ISDIR(mode):
        return skip_git_data(path) if is_git_data(raw_path) else unreadable_gap(path, "a directory that cannot be listed")
    return unreadable_gap(path, f"{describe_file_type(mode)}, not a file")


def _classify_end(raw_path: bytes, link: bytes, boundary: RootBoundary) -> Target | Gap | SkippedPath:
    """What the link at ``raw_path`` is, by what is at the end of ``link``, an absolute path: a file, under the link's own name."""
    path, end = display_path(raw_path), os.path.realpath(link)
    if not boundary.is_inside(end):
        return unreadable_gap(path, OUTSIDE.problem)
    try:
        status = os.stat(link)  # noqa: PTH116
    except OSError as error:
        is_dangling = isinstance(error, FileNotFoundError)
        return unreadable_gap(path, (DANGLING if is_dangling else LOOP).problem)
    if stat.S_ISDIR(status.st_mode):
        return skip_link(path)
    if not stat.S_ISREG(status.st_mode):
        return unreadable_gap(path, f"a symbolic link to {describe_file_type(status.st_mode)}")
    signature = take_stat_signature(status)
    return Target(path, raw_path, stat_signature=signature, file=end, link_to=boundary.relative_path(end))


class RootBoundary:
    """Decides which folders are inside the root after following links, each once. An index may also have names with ``..``.

    ``top``: the root, without links.
    """

    def __init__(self, root: Path) -> None:
        self._prefix = os.path.join(os.fsencode(root), b"")  # noqa: PTH118 -- with a trailing slash
        self.top = os.fsencode(os.path.realpath(root))
        self._contained = {b"": True}

    def full_path(self, raw_path: bytes) -> bytes:
        """The absolute path; as ``os.path.join``, but fast enough to be called for every file."""
        return raw_path if raw_path[:1] == b"/" else self._prefix + raw_path

    def relative_path(self, real_path: bytes) -> bytes:
        """A path without links that is inside, relative to the root; empty for the root."""
        return real_path[len(self.top.rstrip(b"/")) + 1 :]

    def is_inside(self, real_path: bytes) -> bool:
        """Whether a path without links is the root or below it."""
        return real_path == self.top or real_path.startswith(self.top.rstrip(b"/") + b"/")

    def contains(self, folder: bytes) -> bool:
        """Whether ``folder``, a path relative to the root, is inside it."""
        steps = []
        while folder not in self._contained:
            steps.append(folder)
            folder = folder.rpartition(b"/")[0]
        is_inside = self._contained[folder]
        for step in reversed(steps):
            full = self.full_path(step)
            is_plain = step[:1] != b"/" and step.rpartition(b"/")[2] not in SPECIAL_NAMES and not os.path.islink(full)  # noqa: PTH114
            is_inside = (is_inside and is_plain) or self.is_inside(os.path.realpath(full))
            self._contained[step] = is_inside
        return is_inside
