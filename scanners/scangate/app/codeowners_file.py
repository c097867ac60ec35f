"""Reads CODEOWNERS from the work tree, as hostile as the rest of it: a plain file of bounded size, or as good as empty."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scangate.files import read_regular_file
from scangate.judge.codeowners import MAX_BYTES, CodeOwners, find_codeowners
from scangate.judge.policy import ExceptionOwners, Policy

__all__ = ["load_codeowners"]


def load_codeowners(
    policy: Policy, root: Path, worktree: Path, read_file: Callable[[str], str | None] | None = None
) -> CodeOwners | None:
    """What CODEOWNERS says, where the policy asks for it. ``top`` is the repository's folder, ``root`` the scanned one in it.

    ``content`` reads a file by its path from ``top`` where the work tree's word is not to be taken, but a revision's.
    """
    if policy.exception_owners is ExceptionOwners.ANYONE:
        return None
    below = root.relative_to(worktree).as_posix() if root.is_relative_to(worktree) else ""
    return find_codeowners(
        read_file or (lambda path: _read_text(worktree / path)), policy.codeowners_path, "" if below == "." else below
    )


def _read_text(file: Path) -> str | None:
    """The text of a file, None where there is none; what is there and cannot be read owns nothing."""
    try:
        return read_regular_file(file, MAX_BYTES).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return ""
