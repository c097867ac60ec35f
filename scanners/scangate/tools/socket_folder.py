"""A temporary folder for a program that makes a socket in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAX_LENGTH = 70  # of the folder's path: that of a socket is limited to 103 bytes on macOS, and multiprocessing adds up to 33
SHORT = "/tmp"  # noqa: S108 -- the folder in it is private


@contextmanager
def socket_folder(folder: Path) -> Iterator[Path]:
    """``folder``, or one with a shorter path until the block ends, for a program that uses Python's multiprocessing.

    Its sockets are in the temporary folder: https://docs.python.org/3/library/multiprocessing.html#address-formats
    """
    if len(bytes(folder)) <= MAX_LENGTH:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="scangate-", dir=SHORT) as short:
        yield Path(short)
