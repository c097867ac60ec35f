"""Reads regular files within a size limit and writes files atomically; imports nothing of ours."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

_TYPES = ((stat.S_ISDIR, "a directory"), (stat.S_ISLNK, "a symbolic link"), (stat.S_ISFIFO, "a FIFO"), (stat.S_ISSOCK, "a socket"))
_DEVICES = (stat.S_ISCHR, stat.S_ISBLK)


class NotRegularFileError(OSError):
    """The path is a directory, a FIFO, a socket or a device; ``strerror`` says which."""

    def __init__(self, mode: int) -> None:
        super().__init__()
        self.strerror = f"{describe_file_type(mode)}, not a file"


class FileTooLargeError(OSError):
    """The file has more bytes than the limit; ``size`` is what is known of its size."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__()
        self.strerror = f"more than {limit} bytes"
        self.size = size


def read_regular_file(path: str | bytes | os.PathLike[str], limit: int, *, follow_links: bool = False) -> bytes:
    """All bytes of a regular file; a FIFO or a device is never waited for.

    Raises OSError: NotRegularFileError for anything else, FileTooLargeError above ``limit`` bytes, ELOOP for a symbolic link unless
    ``follow_links`` is set.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow_links else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    try:  # os.fdopen refuses a directory before its mode can be reported
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegularFileError(status.st_mode)
        if status.st_size > limit:
            raise FileTooLargeError(status.st_size, limit)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit:  # it grew while it was read
        raise FileTooLargeError(len(data), limit)
    return data


def read_file_head(path: str | bytes | os.PathLike[str], size: int) -> bytes:
    """The first ``size`` bytes of a regular file, fewer if it is shorter. Raises OSError as `read_regular_file` does."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegularFileError(status.st_mode)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(size)
    finally:
        os.close(descriptor)


def describe_file_type(mode: int) -> str:
    """What a path with this mode (``st_mode``) is, if it is not a regular file: ``a FIFO``."""
    if any(test(mode) for test in _DEVICES):
        return "a device"
    return next((name for test, name in _TYPES if test(mode)), "a special file")


def describe_os_error(error: OSError) -> str:
    """The operating system's text for an error, or the error's type."""
    return error.strerror or type(error).__name__


def write_atomically(file: Path, data: bytes) -> None:
    """Writes a file completely or not at all. Raises OSError."""
    temporary = write_temporary(file, data)
    try:
        temporary.replace(file)
    except OSError:
        temporary.unlink()
        raise


def write_temporary(file: Path, data: bytes) -> Path:
    """Writes ``data`` to a temporary file in the directory of ``file``, synced, with the usual mode. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".scangate-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        temporary.chmod(0o666 & ~_umask())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
