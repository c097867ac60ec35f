"""Tells that something is being fetched or read: a bar on a terminal, a line every quarter in a log; on standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from scangate.cli.console import warn

__all__ = ["show_transfer"]

VERBS = {"bytes": "fetching", "records": "reading"}

TransferProgress = Callable[[str, int, int], None]


@contextlib.contextmanager
def show_transfer() -> Iterator[TransferProgress]:
    """A function to be told of progress: what (``bytes``, ``records``), how many, of how many (0: not known)."""
    console = Console(stderr=True)
    if console.is_terminal:
        bars = _TransferBar(console)
        try:
            yield bars.update
        finally:
            bars.stop()
    else:
        yield _TransferLines().update


class _TransferBar:
    """One bar for what is going on, gone when it is over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._what = ""
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def update(self, what: str, done: int, total: int) -> None:
        if what != self._what or self._bar is None:
            self.stop()
            amount: ProgressColumn = DownloadColumn() if what == "bytes" else MofNCompleteColumn()
            self._bar = Progress(
                TextColumn("{task.description:<8}"), BarColumn(), amount, TimeElapsedColumn(), console=self._console, transient=True
            )
            self._what, self._task = what, self._bar.add_task(VERBS.get(what, what), total=None)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total or None)

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


class _TransferLines:
    """One line whenever another quarter is done, or 16 MB where the end is not known."""

    def __init__(self) -> None:
        self._last = ("", -1)

    def update(self, what: str, done: int, total: int) -> None:
        step = done * 4 // total if total else done >> 24
        if (what, step) != self._last:
            self._last = (what, step)
            amount = f"{done / 1e6:.1f} MB" if what == "bytes" else f"{done:,} records"
            warn(f"scangate: {VERBS.get(what, what)}: {amount}{f', {done * 100 // total} %' if total else ''}")
