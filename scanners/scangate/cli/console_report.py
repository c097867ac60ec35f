"""Puts the console report on the terminal, or where its place is taken."""

from __future__ import annotations

from rich.console import Console

from scangate.model import Report
from scangate.report import text

__all__ = ["print_console_report"]

MIN_WIDTH = 20


class PipeAwareConsole(Console):
    """A console that tells its caller when the listener has gone; rich's own would end the program with exit code 1."""

    def on_broken_pipe(self) -> None:
        """Raises the BrokenPipeError that rich has caught."""
        raise BrokenPipeError


def print_console_report(report: Report, *, stderr: bool) -> None:
    """Prints the console report on standard output, or on standard error. Raises OSError."""
    screen = PipeAwareConsole(stderr=stderr)
    screen.width = max(screen.width, MIN_WIDTH)  # COLUMNS may say anything, and rich would print nothing
    text.print_report(screen, report)
    screen.file.flush()
