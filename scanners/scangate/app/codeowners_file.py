"""Reads CODEOWNERS from the untrusted work tree: a regular file of limited size; an unreadable one has no owners."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scangate.files import read_regular_file
from scangate.judge.codeowners import MAX_BYTES, CodeOwners, find_codeowners
from scangate.judge.policy import ExceptionOwners, Policy


def load_codeowners(
    policy: Policy, root: Path, worktree: Path, read_file: Callable[[str], str | None] | None = None
) -> CodeOwners | None:
    """CODEOWNERS where the policy needs it, else None. ``root``: the scanned directory in ``worktree``.

    ``read_file`` reads a file by its path in the work tree, None for a missing one; by default from disk.
    """
    if policy.exception_owners is ExceptionOwners.ANYONE:
        return None
    subdirectory = root.relative_to(worktree).as_posix() if root.is_relative_to(worktree) else ""
    return find_codeowners(
        read_file or (lambda path: _read_text(worktree / path)), policy.codeowners_path, "" if subdirectory == "." else subdirectory
    )


def _read_text(file: Path) -> str | None:
    try:
        return read_regular_file(file, MAX_BYTES).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return ""
