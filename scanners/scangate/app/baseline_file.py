"""Finds, reads and writes the baseline's file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from scangate.app.file_errors import file_errors
from scangate.app.report_files import refuse_links
from scangate.errors import UsageError
from scangate.files import read_regular_file, write_atomically
from scangate.judge.baseline import BASELINE_FILE, MAX_BYTES, Baseline, parse_baseline, render_baseline

CREATE_HINT = "create one: scangate baseline create"


def find(named: Path | None, root: Path, default: str = BASELINE_FILE) -> Path | None:
    """The named baseline, else the default one at the root, else None. Raises UsageError if the named one does not exist."""
    file = named if named is not None else root / default
    if os.path.lexists(file):
        return file
    if named is not None:
        raise UsageError(f"no such baseline: {named}", CREATE_HINT)
    return None


def load(file: Path, display_name: str = "") -> Baseline:
    """The baseline in ``file``, called ``display_name`` in messages. Raises UsageError for anything but a valid baseline."""
    name = display_name or os.path.relpath(file) if file.is_absolute() else str(file)
    try:
        data = read_regular_file(file, MAX_BYTES)
    except OSError as error:
        reason = "it is a symbolic link" if file.is_symlink() else error.strerror or type(error).__name__
        raise UsageError(f"cannot read {name}: {reason}", CREATE_HINT) from error
    try:
        return parse_baseline(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}:{line}: not UTF-8", "restore it from git, or run: scangate baseline create --replace") from error


def check_writable(file: Path, worktree: Path) -> None:
    """Raises UsageError where a link in ``worktree`` leads to ``file``, or something else than a file is there."""
    refuse_links(file.parent, worktree)
    if os.path.lexists(file) and not stat.S_ISREG(file.lstat().st_mode):
        raise UsageError(f"{file} is not a regular file", "choose another file: --baseline FILE")


def store(file: Path, baseline: Baseline, worktree: Path) -> None:
    """Writes the baseline atomically. Raises UsageError, also for what `check_writable` refuses."""
    check_writable(file, worktree)
    with file_errors("write", file, "choose another file: --baseline FILE"):
        write_atomically(file, render_baseline(baseline).encode("ascii"))
