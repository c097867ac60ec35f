"""``scangate cache``: show and clear the cache."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import click

from scangate.cli import options
from scangate.cli.console import warn
from scangate.scan.cache_store import CacheStore, default_cache_directory
from scangate.scan.mac_key import KEY_VARIABLE

MIB = 1024 * 1024


@click.group()
def command() -> None:
    """Show and clear the cache of scan results."""


@command.command()
@options.cache_dir_option
def status(cache_dir: Path | None) -> int:
    """Show the cache's directory and size."""
    with _open(cache_dir) as (directory, cache):
        facts = cache.stats()
    signed = f", signed with {KEY_VARIABLE}" if os.environ.get(KEY_VARIABLE) else ""
    click.echo(f"{directory}: {facts.rows} entries{signed}, {facts.size / MIB:.1f} of at most {facts.limit / MIB:.0f} MiB")
    return 0


@command.command()
@options.cache_dir_option
def clear(cache_dir: Path | None) -> int:
    """Remove all entries; the next scan analyzes every file again."""
    with _open(cache_dir) as (directory, cache):
        click.echo(f"{directory}: {cache.clear()} entries removed")
    return 0


@contextlib.contextmanager
def _open(cache_dir: Path | None) -> Iterator[tuple[Path, CacheStore]]:
    directory = cache_dir or default_cache_directory(os.environ)
    cache = CacheStore(directory, None, secret=os.environ.get(KEY_VARIABLE, ""), now=time.time())
    yield directory, cache
    cache.close()
    for note in cache.notes:
        warn(note)
