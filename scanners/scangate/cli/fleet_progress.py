"""Tells how a fleet goes on: a bar on a terminal, a line a repository in a log; on standard error, never in a report."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scangate.cli.listener import remark
from scangate.fleet.record import Record
from scangate.report.escape import ci

__all__ = ["shown"]

Told = Callable[[Record], None]


@contextlib.contextmanager
def shown(done: int, total: int, *, quiet: bool) -> Iterator[Told]:
    """A function to be told of each repository as it ends; ``done`` of ``total`` were done before."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _: None
    elif console.is_terminal:
        with _bar(console, done, total) as told:
            yield told
    else:
        yield _lines(done, total)


def _lines(done: int, total: int) -> Told:
    number = done

    def told(record: Record) -> None:
        nonlocal number
        number += 1
        remark(f"scangate: {number} of {total}: {_said(record)}")

    return told


@contextlib.contextmanager
def _bar(console: Console, done: int, total: int) -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("repositories", total=total, completed=done)

        def told(record: Record) -> None:
            progress.console.print(ci(_said(record)), markup=False, highlight=False, soft_wrap=True)
            progress.advance(task)

        yield told


def _said(record: Record) -> str:
    return f"{record.name}: {record.outcome.value}: {record.because}"
