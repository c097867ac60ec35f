"""``scangate cache``: what is kept of earlier scans, and forgetting it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from scangate.cli.console import warn
from scangate.scan.cache import Cache, default_cache_directory
from scangate.scan.key_derivation import KEY_VARIABLE

__all__ = ["command"]

MIB = 1024 * 1024
cache_dir_option = click.option("--cache-dir", metavar="DIR", type=click.Path(path_type=Path), help="Where the cache lies")


@click.group(short_help="Show and clear what is kept of earlier scans.")
def command() -> None:
    """Show and clear what is kept of earlier scans."""


@command.command()
@cache_dir_option
def status(cache_dir: Path | None) -> int:
    """Say where the cache lies and how much is in it."""
    folder = cache_dir or default_cache_directory(os.environ)
    cache = _open(folder)
    facts = cache.stats()
    _close(cache)
    signed = f", signed under {KEY_VARIABLE}" if os.environ.get(KEY_VARIABLE) else ""
    click.echo(f"{folder}: {facts.rows} entries{signed}, {facts.size / MIB:.1f} of at most {facts.limit / MIB:.0f} MiB")
    return 0


@command.command()
@cache_dir_option
def clear(cache_dir: Path | None) -> int:
    """Forget everything; the next scan reads every file."""
    folder = cache_dir or default_cache_directory(os.environ)
    cache = _open(folder)
    click.echo(f"{folder}: {cache.clear()} entries forgotten")
    _close(cache)
    return 0


def _open(folder: Path) -> Cache:
    return Cache.open(folder, None, secret=os.environ.get(KEY_VARIABLE, ""), now=time.time())


def _close(cache: Cache) -> None:
    cache.close()
    for note in cache.notes:
        warn(f"scangate: {note}")
