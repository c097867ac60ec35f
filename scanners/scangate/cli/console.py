"""Speaks to whoever listens on standard output and standard error, and goes on where nobody does any more."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import TextIO

import click

__all__ = ["configure_streams", "silence_broken_pipes", "warn", "write_page"]


def configure_streams() -> None:
    """A sign that the locale has no form for is written as its escape: a message never fails for its words.

    A stream that the caller has closed leads nowhere from now on: else the next file that is opened would take its number, and a
    report would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or _null_stream()
    sys.stderr = sys.stderr or _null_stream()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _null_stream() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def warn(line: str) -> None:
    """One harmless line on standard error, if somebody still reads it."""
    from scangate.report.escape import ci_log  # noqa: PLC0415 -- a program that has nothing to remark does not pay for it

    with contextlib.suppress(OSError):
        click.echo(ci_log(line), err=True)


def write_page(page: str) -> None:
    """A report on standard output, in the bytes that its file would hold. Raises OSError."""
    stream = click.get_binary_stream("stdout")
    stream.write(page.encode("utf-8", "backslashreplace"))
    stream.flush()


def silence_broken_pipes() -> None:
    """Lets what is still to be written go nowhere: Python would try again at its end, and fail with an exit code of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
