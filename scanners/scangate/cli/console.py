"""Writes to standard output and standard error, and copes with closed pipes and limited encodings."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TextIO

import click


def configure_streams() -> None:
    """Escapes characters that the locale cannot encode, and replaces closed streams by the null device.

    Without the latter, the next opened file would get the stream's descriptor, and output would be written into a report.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # noqa: PERF203 -- three times
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

    masking = find_masking()
    with contextlib.suppress(OSError):
        click.echo(ci_log(line if masking is None else masking.mask_arguments(line)), err=True)


def find_masking() -> ModuleType | None:
    """The module that masks tokens and credentials; None in the distribution scangate-verify, which has nothing that scans."""
    try:
        from scangate.scan import masking  # noqa: PLC0415 -- slow to import
    except ModuleNotFoundError as error:
        if error.name != "scangate.scan":
            raise
        return None
    return masking


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
        except (OSError, ValueError):  # noqa: PERF203 -- twice
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
