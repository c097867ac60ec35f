"""Tells that a scan goes on: a bar on a terminal, a line every half minute in a log; on standard error, never in a report."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from scangate.cli.console import warn

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

__all__ = ["Progress", "show_progress"]

HEARTBEAT_SECONDS = 30.0

Progress = Callable[[str, int, int], None]


@contextlib.contextmanager
def show_progress(*, quiet: bool, heartbeat: float = HEARTBEAT_SECONDS) -> Iterator[Progress]:
    """A function to be told of progress (scanner, files done, files in all), as the engine does."""
    if quiet:
        yield lambda *_: None
    elif sys.stderr.isatty():
        from rich.console import Console  # noqa: PLC0415 -- a build and a hook do not pay for it

        with _ProgressBars(Console(stderr=True)) as bar:
            yield bar.update
    else:
        with _Heartbeat(heartbeat) as heart:
            yield heart.update


class _ProgressBars:
    """One bar a scanner, gone when the scan is over."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        self._progress = Progress(
            TextColumn("{task.description:<16}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> _ProgressBars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, scanner: str, done: int, total: int) -> None:
        if scanner not in self._tasks:
            self._tasks[scanner] = self._progress.add_task(scanner, total=total)
        self._progress.update(self._tasks[scanner], completed=done, total=total)


class _Heartbeat:
    """One line every ``seconds``: some build systems end a build that says nothing for long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._started = time.monotonic()
        self._done: dict[str, tuple[int, int]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> _Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def update(self, scanner: str, done: int, total: int) -> None:
        self._done[scanner] = (done, total)

    def _beat(self) -> None:
        while not self._over.wait(self._seconds):
            parts = ", ".join(f"{name} {done} of {total} files" for name, (done, total) in sorted(dict(self._done).items()))
            warn(f"scangate: still scanning after {time.monotonic() - self._started:.0f} s{': ' if parts else ''}{parts}")
