"""Prints the console report."""

from __future__ import annotations

from rich.console import Console

from scangate.model import Report
from scangate.report import text

MIN_WIDTH = 20


class PipeAwareConsole(Console):
    """A console that raises BrokenPipeError; rich's own would exit with code 1."""

    def on_broken_pipe(self) -> None:
        """Raises the error that rich has caught."""
        raise BrokenPipeError


def print_console_report(report: Report, *, stderr: bool) -> None:
    """Prints the report on standard output or standard error. Raises OSError."""
    console = PipeAwareConsole(stderr=stderr)
    console.width = max(console.width, MIN_WIDTH)  # rich prints nothing if COLUMNS is too small
    text.print_report(console, report)
    console.file.flush()
