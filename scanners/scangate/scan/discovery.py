"""Lists what there is to scan: git's index, what is staged, a commit, or the file system; what it passes over, it names."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.files import FileTooLargeError, describe_file_type, describe_os_error, read_regular_file
from scangate.model import ABSENT, Gap, GapKind, SkippedPath, Targets
from scangate.scan.git import GitEntry, Repository

__all__ = ["Listing", "Target", "interrupted_listing", "list_commit", "list_files", "list_staged", "take_stat_signature"]

SCANNER = "targets"
GIT_FOLDER = b".git"
SPECIAL_NAMES = {b"", b".", b".."}  # no names of folders
BATCH_BYTES = 64 * 1024 * 1024

OUTSIDE_ROOT = "a directory on the way is a symbolic link out of the root"


class Target(msgspec.Struct, frozen=True):
    """A file to scan: its path as text, its path as the file system has it, and its blob where the bytes come from git.

    ``state``: how it looked when it was listed, as `state_of` tells it; empty where the bytes come from git.
    """

    path: str
    raw_path: bytes
    blob: str = ""
    size: int = -1
    stat_signature: tuple[int, ...] = ()


class Listing(msgspec.Struct, frozen=True):
    """All targets of a run, sorted, and what the run says about where they came from."""

    root: Path
    targets: tuple[Target, ...]
    summary: Targets
    repository: Repository | None = None

    def reader(self, targets: Sequence[Target], limit: int) -> Callable[[Target], bytes]:
        """A function that gives the bytes of one of ``targets``. It raises Unreadable: TOO_LARGE above ``limit`` bytes,
        UNREADABLE where they cannot be had."""
        blobs = _BlobReader(self.repository, [target for target in targets if target.blob and 0 <= target.size <= limit])

        def read(target: Target) -> bytes:
            if not target.blob:
                return _read_regular_file(os.path.join(os.fsencode(self.root), target.raw_path), limit)  # noqa: PTH118 -- bytes: a name need not be text
            if target.size > limit:
                raise _too_large_error(target.size, limit)
            return blobs.read(target)

        return read


class _BlobReader:
    """Contents from git, asked for a few megabytes at a time; a failing git is told of each file that it fails over."""

    def __init__(self, repository: Repository | None, targets: Sequence[Target]) -> None:
        self._repository = repository
        self._batch_of: dict[str, int] = {}
        self._batches: list[list[str]] = []
        self._loaded: tuple[int, dict[str, bytes]] = (-1, {})
        size = 0
        for target in targets:
            if target.blob in self._batch_of:
                continue
            if not self._batches or size + target.size > BATCH_BYTES:
                self._batches.append([])
                size = 0
            self._batches[-1].append(target.blob)
            self._batch_of[target.blob] = len(self._batches) - 1
            size += target.size

    def read(self, target: Target) -> bytes:
        """The bytes of one target; Unreadable where git does not give them."""
        batch = self._batch_of.get(target.blob, -1)
        if batch >= 0 and self._loaded[0] != batch and self._repository is not None:
            self._loaded = (batch, {})  # where git fails it is not asked again for each file
            self._loaded = (batch, self._repository.read_blobs(self._batches[batch]))
        if batch < 0 or target.blob not in self._loaded[1]:
            raise ScanError(GapKind.UNREADABLE, "git does not hold its content")
        return self._loaded[1][target.blob]


def list_files(root: Path, repository: Repository | None, own_outputs: Sequence[Path] = ()) -> Listing:
    """Everything under ``root``: git's index and untracked files, or the file system where there is no git, or none that answers.

    ``ours`` are files and folders that scangate itself writes; what lies there is left out.
    """
    notes = ["no git repository: every file under the root is read, ignored ones too"]
    entries = None
    if repository is not None:
        try:
            entries, notes = repository.list_entries(), []
        except ScanError as fault:
            if fault.kind is GapKind.INTERRUPTED:
                raise
            notes = [f"{fault.reason}: every file under the root is read, ignored ones too"]
    if entries is None:
        source, left, raws = "file system", [], sorted(_walk(os.fsencode(root)))
    else:
        source = "git index and untracked files"
        left = [_left_out_repository(entry) for entry in entries if entry.repository_kind]
        raws = sorted({entry.raw_path for entry in entries if not entry.repository_kind})
    own, inside = _relative_outputs(root, own_outputs), _RootBoundary(root)
    targets, gaps = [], []
    for raw in raws:
        if own and _is_own_output(raw, own):
            left.append(SkippedPath(_display_path(raw), "scangate's own output"))
            continue
        found = _classify(root, raw, inside, tracked=entries is not None)
        if isinstance(found, Target):
            targets.append(found)
        elif isinstance(found, Gap):
            gaps.append(found)
        else:
            left.append(found)
    facts = Targets(source=source, file_count=len(targets), skipped_paths=tuple(sorted(left)), gaps=tuple(gaps), notes=tuple(notes))
    return Listing(root, _with_unique_paths(targets), facts, repository)


def _relative_outputs(root: Path, own_outputs: Sequence[Path]) -> list[bytes]:
    return [os.fsencode(os.path.relpath(path, root)) for path in own_outputs if path.is_relative_to(root)]


def _is_own_output(raw_path: bytes, own_outputs: Sequence[bytes]) -> bool:
    return any(raw_path == path or raw_path.startswith(path + b"/") for path in own_outputs)


def list_staged(root: Path, repository: Repository | None, paths: Sequence[str]) -> Listing:
    """What the index holds of ``names``, or of all that differs from HEAD where none is given; the work tree is not looked at.

    A name that the index does not hold, and a path in conflict, are gaps: a hook that was asked about them gets no clean answer.
    """
    if repository is None:
        raise UsageError("--staged needs a git repository", "scan the directory instead: scangate scan .")
    entries = repository.list_staged([os.fsencode(name) for name in paths])
    sizes = repository.blob_sizes([entry.blob for entry in entries if entry.blob and entry.mode.startswith("100")])
    targets, left, gaps = [], [], []
    for entry in entries:
        path = _display_path(entry.raw_path)
        if entry.repository_kind:
            left.append(_left_out_repository(entry))
        elif not entry.blob:
            gaps.append(
                _unreadable_gap(path, "in conflict: git has no staged content for it yet" if entry.mode else "not in git's index")
            )
        elif entry.mode == "120000":
            left.append(SkippedPath(path, "symbolic link"))
        else:
            targets.append(Target(path, entry.raw_path, blob=entry.blob, size=sizes[entry.blob]))
    facts = Targets(source="staged", file_count=len(targets), skipped_paths=tuple(sorted(left)), gaps=tuple(gaps))
    return Listing(root, _with_unique_paths(targets), facts, repository)


def list_commit(root: Path, repository: Repository, commit: str, own_outputs: Sequence[Path] = ()) -> Listing:
    """Everything under ``root`` as a commit has it, from git's objects: neither the work tree nor the index is looked at.

    ``ours`` as in `list_files`, and without a word.
    """
    own = _relative_outputs(root, own_outputs)
    entries = [entry for entry in repository.list_tree(commit) if not _is_own_output(entry.raw_path, own)]
    files = [entry for entry in entries if entry.mode.startswith("100")]
    sizes = repository.blob_sizes([entry.blob for entry in files])
    left = [_left_out_repository(entry) for entry in entries if entry.repository_kind]
    left += [SkippedPath(_display_path(entry.raw_path), "symbolic link") for entry in entries if entry.mode == "120000"]
    targets = [Target(_display_path(entry.raw_path), entry.raw_path, blob=entry.blob, size=sizes[entry.blob]) for entry in files]
    facts = Targets(source=f"commit {commit}", file_count=len(targets), skipped_paths=tuple(sorted(left)))
    return Listing(root, _with_unique_paths(targets), facts, repository)


def _with_unique_paths(targets: Sequence[Target]) -> tuple[Target, ...]:
    """``targets`` sorted, no two with one path: a name that is not UTF-8 could be shown as another's, and hide it.

    The number stands in front: the file's own name decides which scanners read it.
    """
    taken: set[str] = set()
    found = []
    for target in sorted(targets, key=lambda target: target.raw_path):
        path, number = target.path, 2
        while path in taken:
            path, number = f"~{number}/{target.path}", number + 1
        taken.add(path)
        found.append(target if path == target.path else msgspec.structs.replace(target, path=path))
    return tuple(sorted(found, key=lambda target: target.path))


def interrupted_listing(root: Path) -> Listing:
    """The listing of a run that was ended before it had one."""
    gap = Gap(SCANNER, None, GapKind.INTERRUPTED, "interrupted before the files were listed")
    return Listing(root, (), Targets(source="interrupted", file_count=0, gaps=(gap,)))


def _left_out_repository(entry: GitEntry) -> SkippedPath:
    return SkippedPath(_display_path(entry.raw_path), f"{entry.repository_kind}: another repository, to be scanned by itself")


def _display_path(raw: bytes) -> str:
    """The path as text that every report can carry; bytes that are not UTF-8 are shown as ``\\xNN``."""
    return raw.decode("utf-8", "backslashreplace")


def _walk(root: bytes) -> Iterator[bytes]:
    """Every path under ``root`` that is not a directory; directories behind links are not entered, git's own and those that cannot
    be listed are yielded as they are."""
    folders = [b""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118
                found = [(os.path.join(folder, entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries]  # noqa: PTH118
        except OSError:
            yield folder or b"."
            continue
        for path, is_folder in found:
            if is_folder and os.path.basename(path) != GIT_FOLDER:  # noqa: PTH119
                folders.append(path)
            else:
                yield path


def take_stat_signature(status: os.stat_result) -> tuple[int, ...]:
    """What tells a file from another, and from itself after a change: device, inode, size, and the times of its last changes."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _classify(root: Path, raw_path: bytes, boundary: _RootBoundary, *, tracked: bool) -> Target | Gap | SkippedPath:
    """What a path is: a file to scan, something that cannot be read and is told, or something left out on purpose."""
    path = _display_path(raw_path)
    full = boundary.full_path(raw_path)
    try:
        found = os.lstat(full)
    except FileNotFoundError:
        return SkippedPath(path, ABSENT) if tracked else _unreadable_gap(path, "it went away while it was listed")
    except OSError as error:
        return _unreadable_gap(path, describe_os_error(error))
    mode = found.st_mode
    if stat.S_ISREG(mode):
        is_inside = boundary.contains(raw_path.rpartition(b"/")[0])
        return (
            Target(path, raw_path, stat_signature=take_stat_signature(found)) if is_inside else _unreadable_gap(path, OUTSIDE_ROOT)
        )
    if stat.S_ISLNK(mode):
        return _classify_link(root, path, full)
    if stat.S_ISDIR(mode):
        is_git = os.path.basename(raw_path) == GIT_FOLDER  # noqa: PTH119
        return SkippedPath(path, "git's own data") if is_git else _unreadable_gap(path, "a directory that cannot be listed")
    return _unreadable_gap(path, f"{describe_file_type(mode)}, not a file")


class _RootBoundary:
    """Which folders lie in the root, links on the way followed; each is looked at once. An index may hold names that lead out of it
    without a link."""

    def __init__(self, root: Path) -> None:
        self.prefix = os.path.join(os.fsencode(root), b"")  # noqa: PTH118 -- with the slash at its end
        self._root = root
        self._contained = {b"": True}

    def full_path(self, raw: bytes) -> bytes:
        """What ``os.path.join`` makes of a path under the root; it is asked for every file."""
        return raw if raw[:1] == b"/" else self.prefix + raw

    def contains(self, folder: bytes) -> bool:
        """Whether ``folder``, a path under the root, does not lead out of it."""
        steps = []
        while folder not in self._contained:
            steps.append(folder)
            folder = folder.rpartition(b"/")[0]
        is_inside = self._contained[folder]
        for step in reversed(steps):
            full = self.full_path(step)
            is_plain = step[:1] != b"/" and step.rpartition(b"/")[2] not in SPECIAL_NAMES and not os.path.islink(full)  # noqa: PTH114
            is_inside = (is_inside and is_plain) or _is_under(os.path.realpath(full), self._root)
            self._contained[step] = is_inside
        return is_inside


def _classify_link(root: Path, path: str, full: bytes) -> Gap | SkippedPath:
    end = os.path.realpath(full)
    if not _is_under(end, root):
        return _unreadable_gap(path, "a symbolic link out of the root, not followed")
    try:
        os.stat(full)  # noqa: PTH116
    except OSError as error:
        return _unreadable_gap(
            path, "a symbolic link that leads nowhere" if isinstance(error, FileNotFoundError) else "a symbolic link in a loop"
        )
    return SkippedPath(path, "symbolic link to another path of the tree, which is scanned by its own name")


def _is_under(path: bytes, root: Path) -> bool:
    top = os.fsencode(os.path.realpath(root))
    return path == top or path.startswith(top.rstrip(b"/") + b"/")


def _unreadable_gap(path: str, reason: str) -> Gap:
    return Gap(SCANNER, path, GapKind.UNREADABLE, reason)


def _read_regular_file(full: bytes, limit: int) -> bytes:
    try:
        return read_regular_file(full, limit)
    except FileTooLargeError as error:
        raise _too_large_error(error.size, limit) from error
    except OSError as error:
        raise ScanError(GapKind.UNREADABLE, describe_os_error(error)) from error


def _too_large_error(size: int, limit: int) -> ScanError:
    return ScanError(
        GapKind.TOO_LARGE,
        f"{size} bytes, over the limit of {limit}",
        "raise it in the policy (limits: {max-file-size: 2 MiB}), exclude the path with a reason, or allow the gap",
    )
