"""Writes to standard output and standard error, and copes with closed pipes and limited encodings."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import TextIO

import click


def configure_streams() -> None:
    """Escapes characters that the locale cannot encode, and replaces closed streams by the null device.

    Without the latter, the next opened file would get the stream's descriptor, and output would be written into a report.
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


def warn(message: str, hint: str = "") -> None:
    """Prints a message, and a hint on a second line, on standard error."""
    print_line(f"scangate: {message}")
    if hint:
        print_line(f"hint: {hint}")


def print_line(line: str) -> None:
    """Prints an escaped line without tokens and credentials on standard error; does nothing if that is closed."""
    from scangate.report.escape import ci_log  # noqa: PLC0415 -- most runs print no warning
    from scangate.scan.masking import mask_arguments  # noqa: PLC0415

    with contextlib.suppress(OSError):
        click.echo(ci_log(mask_arguments(line)), err=True)


def write_page(page: str, *, stderr: bool = False) -> None:
    """Writes a report to standard output or standard error, byte for byte as to its file. Raises OSError."""
    stream = click.get_binary_stream("stderr" if stderr else "stdout")
    stream.write(page.encode("utf-8", "backslashreplace"))
    stream.flush()


def silence_broken_pipes() -> None:
    """Redirects broken streams to the null device, because Python flushes them at exit, and would fail with its own exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
