"""What one run has to itself: the root, what is scanned below it, a private directory, and the processes it starts."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.scan.git import Repository, find_repository, find_worktree, is_bare_repository
from scangate.scan.process import ProcessRunner
from scangate.timestamps import utc_now

PREFIX, LOCK = "scangate-", "session.lock"
FALLBACK_TEMP_DIRS = ("/tmp", "/var/tmp")  # noqa: S108 -- a directory with a random name is created there


class Session(msgspec.Struct, frozen=True):
    """One run over ``root``: the repository's top, outside a repository the named directory. Paths are relative to it.

    ``scope``: the folder or file below it that is scanned, empty for all of it. ``started``: its start in UTC, and in seconds of
    the monotonic clock.
    """

    root: Path
    scratch_dir: Path
    processes: ProcessRunner
    repository: Repository | None
    started: tuple[dt.datetime, float]
    scope: str = ""

    def is_tracked(self, path: Path) -> bool:
        """Whether the repository tracks ``path`` or a file in it. Raises UsageError if git fails."""
        try:
            return self.repository is not None and self.repository.tracks(path)
        except ScanError as error:
            message = f"cannot determine whether {path} is tracked by git: {error.reason}"
            raise UsageError(message, "write reports outside the repository: --output-dir DIR") from error


@contextmanager
def open_session(path: Path, *, of_history: bool = False) -> Iterator[Session]:
    """A session over ``path``. At its end its processes are killed and its directory is removed. Raises UsageError.

    ``of_history``: the repository may be a bare one. In a work tree it may not: a change could add one that hides the history.
    """
    root, scope = locate_root(path)
    with _scratch_directory(root) as scratch_dir:
        processes = ProcessRunner(scratch_dir, root, os.environ)
        try:
            repository = find_repository(root, processes)
            if repository is None and of_history and is_bare_repository(root):
                repository = Repository(root, root, processes, is_bare=True)
            yield Session(root, scratch_dir, processes, repository, (utc_now(), time.monotonic()), scope)
        finally:
            processes.cancel()  # git may still be prefetching
            processes.kill_leftovers()


def locate_root(path: Path) -> tuple[Path, str]:
    """The root for ``path``, and what is scanned below it, see `Session`. Raises UsageError.

    A policy holds for a repository as a whole: a part of it is scanned under the same policy, by the same paths. A link to a
    directory is followed; one to a file is a file of the folder that it is in.
    """
    is_directory = path.is_dir()
    try:
        resolved = path.resolve() if is_directory else path.parent.resolve() / path.name
        mode = resolved.lstat().st_mode
    except (OSError, RuntimeError) as error:  # a loop of links
        raise UsageError(f"no such file or directory: {path}", "name a directory or a file: scangate scan PATH") from error
    if not is_directory and not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise UsageError(f"neither a directory nor a file: {path}", f"scangate scan {path.parent}")
    folder = resolved if is_directory else resolved.parent
    root = find_worktree(folder) or folder
    scope = resolved.relative_to(root).as_posix()
    return root, "" if scope == "." else scope


@contextmanager
def _scratch_directory(root: Path) -> Iterator[Path]:
    """Outside the scanned tree wherever possible: tools look for configuration in the directories above their input."""
    try:
        default = tempfile.gettempdir()
        outside = [parent for parent in (default, *FALLBACK_TEMP_DIRS) if not Path(parent).resolve().is_relative_to(root)]
        parent = next((parent for parent in outside if os.access(parent, os.W_OK | os.X_OK)), default)
        with contextlib.suppress(OSError):
            _remove_abandoned(Path(parent))
        directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).resolve()
    except FileNotFoundError as error:
        raise UsageError("no temporary directory is writable", "free some disk space, or set TMPDIR") from error
    with contextlib.ExitStack() as stack:
        stack.callback(_remove, directory)
        with contextlib.suppress(OSError):
            stack.enter_context(_hold(directory))
        yield directory


@contextmanager
def _hold(directory: Path) -> Iterator[None]:
    """Shows that the directory of a session is in use: its lock ends with the process, however that ends."""
    new = directory / f"{LOCK}.new"
    with new.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        new.rename(directory / LOCK)  # only now, so that no other session sees it unlocked
        yield


def _remove(directory: Path) -> None:
    """Removes the directory of a session, its lock last: what a kill leaves now is found by the next session."""
    with contextlib.suppress(OSError):
        for entry in directory.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != LOCK:
                entry.unlink(missing_ok=True)
    shutil.rmtree(directory, ignore_errors=True)


def _remove_abandoned(parent: Path) -> None:
    """Removes the directories of our sessions that were killed: they hold copies of scanned files."""
    for lock in parent.glob(f"{PREFIX}*/{LOCK}"):
        with contextlib.suppress(OSError):
            directory, mine = lock.parent.lstat(), os.geteuid()
            if not stat.S_ISDIR(directory.st_mode) or directory.st_uid != mine:
                continue
            with os.fdopen(os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: the session is alive
                _remove(lock.parent)
