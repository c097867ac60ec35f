"""Reads CODEOWNERS from the untrusted work tree: a regular file of limited size; an unreadable one has no owners."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scangate.files import read_regular_file
from scangate.judge.codeowners import MAX_BYTES, CodeOwners, find_codeowners
from scangate.judge.policy import ExceptionOwners, Policy


def load_codeowners(policy: Policy, root: Path, read_file: Callable[[str], str | None] | None = None) -> CodeOwners | None:
    """CODEOWNERS where the policy needs it to judge, else None; ``read_file`` as in `read_codeowners`."""
    return None if policy.exception_owners is ExceptionOwners.ANYONE else read_codeowners(policy, root, read_file)


def read_codeowners(policy: Policy, root: Path, read_file: Callable[[str], str | None] | None = None) -> CodeOwners | None:
    """CODEOWNERS, None if there is none. ``read_file`` reads a file by its path from ``root``, None for a missing one; by default
    from disk.
    """
    return find_codeowners(read_file or (lambda path: _read_text(root / path)), policy.codeowners_path)


def _read_text(file: Path) -> str | None:
    try:
        return read_regular_file(file, MAX_BYTES).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return ""
