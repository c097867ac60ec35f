"""``scangate advisories``: update, import and show the local advisory store."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from scangate.advisories.importer import EXPORT_URL, import_osv
from scangate.advisories.store import Store, StoreInfo
from scangate.advisories.store_paths import default_store_path
from scangate.cli.console import print_line, warn
from scangate.cli.progress import show_transfer
from scangate.report.escape import terminal
from scangate.timestamps import format_timestamp, utc_now

_store_option = click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The store  [default: SCANGATE_STORE, else scangate/advisories.sqlite in the user's data directory]",
)


@click.group()
def command() -> None:
    """Update, import and show the local advisory store, for audits of dependencies without a network."""


@command.command()
@click.option("--address", metavar="URL", default=EXPORT_URL, show_default=True, help="OSV's export, or a mirror of it")
@_store_option
def update(address: str, store: Path | None) -> int:
    """Download OSV's export of all PyPI advisories and build the store from it. Resumes an interrupted download."""
    from scangate.advisories import download  # noqa: PLC0415 -- the HTTP library is slow to import

    with show_transfer() as progress:
        path, now = store or default_store_path(os.environ), format_timestamp(utc_now())
        info = download.update_store(address, path, progress, imported=now)
    return _print_info(info)


@command.command(name="import")
@click.argument("source", type=click.Path(path_type=Path, exists=True), metavar="FILE.zip|DIR")
@_store_option
def import_(source: Path, store: Path | None) -> int:
    """Build the store from OSV's export (a zip archive) or from OSV records."""
    with show_transfer() as progress:
        path, now = store or default_store_path(os.environ), format_timestamp(utc_now())
        info = import_osv(source, path, progress, imported=now)
    return _print_info(info)


@command.command()
@_store_option
def status(store: Path | None) -> int:
    """Show the store's content and age. Exit code 1 if there is none."""
    path = store or default_store_path(os.environ)
    if not path.exists():
        click.echo(f"there is no advisory store at {terminal(str(path))}")
        print_line("hint: scangate advisories update, or without a network: scangate advisories import FILE.zip")
        return 1
    with Store.open(path) as opened:
        info = opened.info()
    for label, value in _rows(path, info, utc_now()):
        click.echo(f"{label:<10}{terminal(value)}")
    return 0


def _rows(path: Path, info: StoreInfo, now: dt.datetime) -> list[tuple[str, str]]:
    skipped = {"withdrawn": info.withdrawn, "of other registries": info.other, "malformed": info.broken}
    return [
        ("store", str(path)),
        ("records", f"{info.records:,} of {info.packages:,} packages"),
        ("newest", f"{info.newest or 'unknown'}{_age(info.newest, now)}"),
        ("imported", f"{info.imported}{_age(info.imported, now)}"),
        ("size", f"{info.bytes / 1e6:.1f} MB"),
        ("source", info.source),
        ("skipped", ", ".join(f"{count:,} {label}" for label, count in skipped.items() if count) or "nothing"),
        ("digest", info.digest),
    ]


def _age(timestamp: str, now: dt.datetime) -> str:
    try:
        days = (now - dt.datetime.fromisoformat(timestamp)).days
    except (ValueError, TypeError):
        return ""
    return " (today)" if days == 0 else f", {days} {'day' if days == 1 else 'days'} ago" if days > 0 else ", in the future"


def _print_info(info: StoreInfo) -> int:
    newest = info.newest or "unknown"
    click.echo(f"{info.records:,} records of {info.packages:,} packages, {info.bytes / 1e6:.1f} MB, newest {newest}")
    for example in info.examples:
        warn(f"skipped as malformed: {example}")
    if info.broken > len(info.examples):
        warn(f"skipped as malformed: {info.broken - len(info.examples)} more")
    return 0
