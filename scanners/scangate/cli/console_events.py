"""Shows the events of a use case on standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from scangate.app.events import Events
from scangate.cli.console import warn
from scangate.cli.progress import Update, show_progress

if TYPE_CHECKING:
    from scangate.judge.policy import Policy

__all__ = ["ConsoleEvents"]


class ConsoleEvents(Events, contextlib.AbstractContextManager["ConsoleEvents"]):
    """Prints warnings, progress unless ``quiet``, and the policy if ``verbose``."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._verbose = verbose
        self._display = show_progress(quiet=quiet)
        self._update: Update = lambda *_: None

    def __enter__(self) -> ConsoleEvents:
        self._update = self._display.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._display.__exit__(kind, error, traceback)

    def on_progress(self, scanner: str, done: int, total: int) -> None:
        """Updates the progress display."""
        self._update(scanner, done, total)

    def on_policy(self, root: Path, policy: Policy, scanners: Iterable[str]) -> None:
        """Prints the root, the policy and the scanners."""
        if self._verbose:
            environment = f", environment {policy.environment}" if policy.environment else ""
            warn(f"root {root}")
            warn(f"policy {policy.name}{environment}, read from {', '.join(policy.sources)}")
            warn(f"installed scanners: {', '.join(scanners)}")

    def on_warning(self, message: str, hint: str = "") -> None:
        """Prints the warning."""
        warn(message, hint)
