"""``scangate cache``: what is kept of earlier scans, and forgetting it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from scangate.cli.listener import remark
from scangate.scan.cache import Cache, usual_place
from scangate.scan.signing import KEY

__all__ = ["command"]

MIB = 1024 * 1024
PLACE = click.option("--cache-dir", metavar="DIR", type=click.Path(path_type=Path), help="Where the cache lies")


@click.group(short_help="Show and clear what is kept of earlier scans.")
def command() -> None:
    """Show and clear what is kept of earlier scans."""


@command.command()
@PLACE
def status(cache_dir: Path | None) -> int:
    """Say where the cache lies and how much is in it."""
    folder = cache_dir or usual_place(os.environ)
    cache = _opened(folder)
    facts = cache.facts()
    _close(cache)
    signed = f", signed under {KEY}" if os.environ.get(KEY) else ""
    click.echo(f"{folder}: {facts.rows} entries{signed}, {facts.size / MIB:.1f} of at most {facts.limit / MIB:.0f} MiB")
    return 0


@command.command()
@PLACE
def clear(cache_dir: Path | None) -> int:
    """Forget everything; the next scan reads every file."""
    folder = cache_dir or usual_place(os.environ)
    cache = _opened(folder)
    click.echo(f"{folder}: {cache.clear()} entries forgotten")
    _close(cache)
    return 0


def _opened(folder: Path) -> Cache:
    return Cache.open(folder, None, secret=os.environ.get(KEY, ""), now=time.time())


def _close(cache: Cache) -> None:
    cache.close()
    for note in cache.notes:
        remark(f"scangate: {note}")
