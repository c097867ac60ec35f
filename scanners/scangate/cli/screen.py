"""Puts the console report on the terminal, or where its place is taken."""

from __future__ import annotations

from rich.console import Console

from scangate.model import Report
from scangate.report import text

__all__ = ["print_to"]

NARROWEST = 20


class Screen(Console):
    """A console that tells its caller when the listener has gone; rich's own would end the program with exit code 1."""

    def on_broken_pipe(self) -> None:
        """Raises the BrokenPipeError that rich has caught."""
        raise BrokenPipeError


def print_to(report: Report, *, stderr: bool) -> None:
    """Prints the console report on standard output, or on standard error. Raises OSError."""
    screen = Screen(stderr=stderr)
    screen.width = max(screen.width, NARROWEST)  # COLUMNS may say anything, and rich would print nothing
    text.print_to(screen, report)
    screen.file.flush()
