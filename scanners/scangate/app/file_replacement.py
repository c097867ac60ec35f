"""Replaces a file that was read before, unless it was changed meanwhile; keeps its mode, and writes through no link."""

from __future__ import annotations

import stat
from pathlib import Path

from scangate.app.file_errors import file_errors
from scangate.errors import UsageError
from scangate.files import read_regular_file, write_temporary

MAX_BYTES = 100_000_000


def read_to_replace(file: Path) -> bytes | None:
    """The content of a regular file; None if it does not exist. Raises UsageError, also for a symbolic link."""
    with file_errors("read", file, f"ls -ld {file}"):
        try:
            return read_regular_file(file, MAX_BYTES)
        except FileNotFoundError:
            return None


def replace_file(file: Path, before: bytes | None, after: bytes) -> None:
    """Writes ``after`` completely or not at all. Raises UsageError if the content is no longer ``before``."""
    with file_errors("write", file, f"ls -ld {file.parent}"):
        temporary = write_temporary(file, after)
        try:
            if read_to_replace(file) != before:
                raise UsageError(f"{file} was changed by another program", "run the command again")
            if before is not None:
                temporary.chmod(stat.S_IMODE(file.stat().st_mode))
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
