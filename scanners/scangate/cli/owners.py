"""Reads CODEOWNERS from the work tree, as hostile as the rest of it: a plain file of bounded size, or as good as empty."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from scangate.judge.codeowners import LARGEST, CodeOwners, read_owners
from scangate.judge.policy import Owners, Policy

__all__ = ["owners_of"]


def owners_of(policy: Policy, root: Path, top: Path, content: Callable[[str], str | None] | None = None) -> CodeOwners | None:
    """What CODEOWNERS says, where the policy asks for it. ``top`` is the repository's folder, ``root`` the scanned one in it.

    ``content`` reads a file by its path from ``top`` where the work tree's word is not to be taken, but a revision's.
    """
    if policy.exception_owners is Owners.ANYONE:
        return None
    below = root.relative_to(top).as_posix() if root.is_relative_to(top) else ""
    return read_owners(content or (lambda path: _text(top / path)), policy.codeowners, "" if below == "." else below)


def _text(file: Path) -> str | None:
    """The text of a file, None where there is none; what is there and cannot be read owns nothing."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        data = stream.read(LARGEST + 1)
    return data.decode("utf-8", "replace") if len(data) <= LARGEST else ""
