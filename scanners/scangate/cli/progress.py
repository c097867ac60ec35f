"""Shows progress and events on standard error: bars on a terminal, a line now and then in a log."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from scangate.app.events import COMMITS, Events
from scangate.cli.console import warn

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from scangate.judge.policy import Policy

HEARTBEAT_SECONDS = 30.0
TRANSFERS = {"bytes": "fetching", "records": "reading"}

Update = Callable[[str, int, int], None]
"""Called with a name, how much of it is done, and the total (0 if unknown)."""


@contextlib.contextmanager
def show_progress(*, quiet: bool, heartbeat: float = HEARTBEAT_SECONDS) -> Iterator[Update]:
    """Shows the progress of scanners, counted in files."""
    if quiet:
        yield lambda *_: None
    elif sys.stderr.isatty():
        with ProgressBars() as bars:
            yield bars.update
    else:
        with _Heartbeat(heartbeat) as lines:
            yield lines.update


@contextlib.contextmanager
def show_transfer() -> Iterator[Update]:
    """Shows the progress of a download or import, in ``bytes`` or ``records``."""
    if not sys.stderr.isatty():
        yield _TransferLines().update
        return
    with ProgressBars() as bars:
        yield lambda unit, done, total: bars.update(TRANSFERS[unit], done, total, _amount(unit, done, total))


def _amount(unit: str, done: int, total: int) -> str:
    scale, suffix, digits = (1e6, " MB", 1) if unit == "bytes" else (1, " records", 0)
    return f"{done / scale:,.{digits}f}{f'/{total / scale:,.{digits}f}' if total else ''}{suffix}"


class ProgressBars:
    """One bar for each name, on the terminal until the end; created at the first update, because rich is slow to import."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> ProgressBars:
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    @property
    def are_visible(self) -> bool:
        """Whether standard error is a terminal."""
        return sys.stderr.isatty()

    def update(self, name: str, done: int, total: int, amount: str = "") -> None:
        """Sets the bar ``name``, labelled ``amount``, by default ``done/total``."""
        progress = self._start()
        if name not in self._tasks:
            self._tasks[name] = progress.add_task(name, total=None, amount="")
        progress.update(self._tasks[name], completed=done, total=total or None, amount=amount or f"{done}/{total}")

    def print_line(self, line: str) -> None:
        """Prints an escaped line above the bars."""
        from scangate.report.escape import ci_log  # noqa: PLC0415 -- slow to import

        self._start().console.print(ci_log(line), markup=False, highlight=False, soft_wrap=True)

    def _start(self) -> Progress:
        if self._progress is None:
            from rich.console import Console  # noqa: PLC0415 -- slow to import
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

            columns = (TextColumn("{task.description:<16}"), BarColumn(), TextColumn("{task.fields[amount]}"), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._progress.start()
        return self._progress


class _Heartbeat:
    """One line every ``seconds``: some build systems abort a build without output."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._started = time.monotonic()
        self._done: dict[str, tuple[int, int]] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def update(self, scanner: str, done: int, total: int) -> None:
        self._done[scanner] = (done, total)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            scanners = ", ".join(_describe(name, *numbers) for name, numbers in sorted(dict(self._done).items()))
            warn(f"still scanning after {time.monotonic() - self._started:.0f} s{': ' if scanners else ''}{scanners}")


def _describe(name: str, done: int, total: int) -> str:
    return f"{done} of {total} commits listed" if name == COMMITS else f"{name} {done} of {total} files"


class _TransferLines:
    """One line for each quarter, or for each 16 MB if the total is unknown."""

    def __init__(self) -> None:
        self._last = ("", -1)

    def update(self, unit: str, done: int, total: int) -> None:
        step = done * 4 // total if total else done >> 24
        if (unit, step) != self._last:
            self._last = (unit, step)
            percent = f", {done * 100 // total} %" if total else ""
            warn(f"{TRANSFERS[unit]}: {_amount(unit, done, 0)}{percent}")


class ConsoleEvents(Events, contextlib.AbstractContextManager["ConsoleEvents"]):
    """Prints warnings, progress unless ``quiet``, and the policy if ``verbose``; keeps the policy and the root for the report."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._verbose = verbose
        self._display = show_progress(quiet=quiet)
        self._update: Update = lambda *_: None
        self.policy: Policy | None = None
        self.root = ""

    def __enter__(self) -> ConsoleEvents:
        self._update = self._display.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._display.__exit__(kind, error, traceback)

    def on_progress(self, scanner: str, done: int, total: int) -> None:
        self._update(scanner, done, total)

    def on_policy(self, root: Path, policy: Policy, scanners: Iterable[str]) -> None:
        self.policy, self.root = policy, str(root.absolute())
        if self._verbose:
            environment = f", environment {policy.environment}" if policy.environment else ""
            warn(f"root {root}")
            warn(f"policy {policy.name}{environment}, read from {', '.join(policy.sources)}")
            warn(f"installed scanners: {', '.join(scanners)}")

    def on_warning(self, message: str, hint: str = "") -> None:
        warn(message, hint)
