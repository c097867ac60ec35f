"""What one run has to itself: the scanned root, its repository, a private directory, and the processes it starts."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.scan.git import Repository, find_repository
from scangate.scan.process import ProcessRunner
from scangate.timestamps import utc_now

FALLBACK_TEMP_DIRS = ("/tmp", "/var/tmp")  # noqa: S108 -- a directory with a random name is created there


class Session(msgspec.Struct, frozen=True):
    """One run over ``root``. ``started``: its start in UTC, and in seconds of the monotonic clock."""

    root: Path
    scratch_dir: Path
    processes: ProcessRunner
    repository: Repository | None
    started: tuple[dt.datetime, float]

    @property
    def worktree(self) -> Path:
        """The directory whose content is untrusted: the repository's work tree, else the root."""
        return self.repository.top if self.repository is not None else self.root

    @property
    def subdirectory(self) -> str:
        """The path of the root in the work tree; empty where they are the same."""
        path = self.root.relative_to(self.worktree).as_posix()
        return "" if path == "." else path

    def is_tracked(self, path: Path) -> bool:
        """Whether the repository tracks ``path`` or a file in it. Raises UsageError if git fails."""
        try:
            return self.repository is not None and self.repository.tracks(path)
        except ScanError as error:
            message = f"cannot determine whether {path} is tracked by git: {error.reason}"
            raise UsageError(message, "write reports outside the repository: --output-dir DIR") from error


@contextmanager
def open_session(root: Path) -> Iterator[Session]:
    """A session over ``root``. At its end its processes are killed and its directory is removed. Raises UsageError."""
    root = _resolve(root)
    with _scratch_directory(root) as scratch_dir:
        processes = ProcessRunner(scratch_dir, root, os.environ)
        try:
            yield Session(root, scratch_dir, processes, find_repository(root, processes), (utc_now(), time.monotonic()))
        finally:
            processes.cancel()  # git may still be prefetching
            processes.kill_leftovers()


def _resolve(root: Path) -> Path:
    resolved = root.resolve()
    if not resolved.exists():
        raise UsageError(f"no such directory: {root}", "name a directory: scangate scan DIRECTORY")
    if not resolved.is_dir():
        raise UsageError(f"not a directory: {root}", f"scangate scan {root.parent}")
    return resolved


@contextmanager
def _scratch_directory(root: Path) -> Iterator[Path]:
    """Outside the scanned tree wherever possible: tools look for configuration in the directories above their input."""
    try:
        default = tempfile.gettempdir()
        outside = [parent for parent in (default, *FALLBACK_TEMP_DIRS) if not Path(parent).resolve().is_relative_to(root)]
        parent = next((parent for parent in outside if os.access(parent, os.W_OK | os.X_OK)), default)
        directory = Path(tempfile.mkdtemp(prefix="scangate-", dir=parent)).resolve()
    except FileNotFoundError as error:
        raise UsageError("no temporary directory is writable", "free some disk space, or set TMPDIR") from error
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
