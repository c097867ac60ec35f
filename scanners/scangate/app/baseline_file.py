"""Finds, reads and writes the baseline's file; what stands in it is the judge's business."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from scangate.app.report_files import refuse_links
from scangate.errors import UsageError
from scangate.files import FileTooLargeError, NotRegularFileError, describe_os_error, read_regular_file, write_atomically
from scangate.judge.baseline import BASELINE_FILE, MAX_BYTES, Baseline, parse_baseline, render_baseline

__all__ = ["find", "load", "store"]

CREATE_HINT = "make one: scangate baseline create"


def find(named: Path | None, root: Path) -> Path | None:
    """The baseline that was named, else the one at the root, else None. UsageError where one was named that is not there."""
    file = named if named is not None else root / BASELINE_FILE
    if os.path.lexists(file):
        return file
    if named is not None:
        raise UsageError(f"no such baseline: {named}", CREATE_HINT)
    return None


def load(file: Path, display_name: str = "") -> Baseline:
    """The baseline in ``file``, a plain file that messages call ``shown``. UsageError for one that cannot be read or believed."""
    name = display_name or os.path.relpath(file) if file.is_absolute() else str(file)
    try:
        data = read_regular_file(file, MAX_BYTES)
    except NotRegularFileError:
        raise UsageError(f"{name} is not a file", CREATE_HINT) from None
    except FileTooLargeError:
        raise UsageError(f"{name} is too large to be a baseline", CREATE_HINT) from None
    except OSError as error:
        why = "it is a symbolic link" if file.is_symlink() else describe_os_error(error)
        raise UsageError(f"cannot read {name}: {why}", CREATE_HINT) from error
    try:
        return parse_baseline(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}:{line}: not UTF-8", "restore it from git, or make it anew: scangate baseline create") from error


def store(file: Path, baseline: Baseline, worktree: Path) -> None:
    """Puts the baseline in ``file``, wholly or not at all. ``tree`` is the folder whose links are not trusted to lead anywhere."""
    refuse_links(file.parent, worktree)
    if os.path.lexists(file) and not stat.S_ISREG(file.lstat().st_mode):
        raise UsageError(f"{file} is not a file that a baseline may replace", "name another: --baseline FILE")
    try:
        write_atomically(file, render_baseline(baseline).encode("ascii"))
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", "choose another place: --baseline FILE") from error
