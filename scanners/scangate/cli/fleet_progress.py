"""Tells how a fleet goes on: a bar on a terminal, a line a repository in a log; on standard error, never in a report."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scangate.cli.console import warn
from scangate.fleet.repository_record import RepositoryRecord
from scangate.report.escape import ci_log

__all__ = ["show_fleet_progress"]

FleetProgress = Callable[[RepositoryRecord], None]


@contextlib.contextmanager
def show_fleet_progress(done: int, total: int, *, quiet: bool) -> Iterator[FleetProgress]:
    """A function to be told of each repository as it ends; ``done`` of ``total`` were done before."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _: None
    elif console.is_terminal:
        with _bar(console, done, total) as told:
            yield told
    else:
        yield _lines(done, total)


def _lines(done: int, total: int) -> FleetProgress:
    number = done

    def told(record: RepositoryRecord) -> None:
        nonlocal number
        number += 1
        warn(f"scangate: {number} of {total}: {_format_record(record)}")

    return told


@contextlib.contextmanager
def _bar(console: Console, done: int, total: int) -> Iterator[FleetProgress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("repositories", total=total, completed=done)

        def told(record: RepositoryRecord) -> None:
            progress.console.print(ci_log(_format_record(record)), markup=False, highlight=False, soft_wrap=True)
            progress.advance(task)

        yield told


def _format_record(record: RepositoryRecord) -> str:
    return f"{record.name}: {record.outcome.value}: {record.reason}"
