"""``scangate advisories``: update the local advisory store from the network or from a file, and show what it is."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from scangate.advisories.importer import EXPORT_URL, import_osv
from scangate.advisories.paths import default_store_path
from scangate.advisories.store import Store, StoreInfo
from scangate.cli import transfer_progress
from scangate.cli.console import warn
from scangate.report.escape import terminal

__all__ = ["command"]

store_option = click.option(
    "--store",
    "store",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The store; default SCANGATE_STORE, else scangate/advisories.sqlite in the user's cache directory",
)


@click.group(short_help="Update, import and show the local advisory store.")
def command() -> None:
    """Update, import and show the local advisory store, by which dependencies are audited without a network."""


@command.command()
@click.option("--address", metavar="URL", default=EXPORT_URL, show_default=True, help="OSV's export, or a mirror of it")
@store_option
def update(address: str, store: Path | None) -> int:
    """Fetch OSV's export of all PyPI advisories and build the store from it. Goes on where an earlier try stopped."""
    from scangate.advisories import download  # noqa: PLC0415 -- an HTTP library is slow to import, and status needs none

    with transfer_progress.show_transfer() as progress:
        facts = download.update_store(address, store or default_store_path(os.environ), progress, imported=_timestamp())
    return _print_facts(facts)


@command.command(name="import")
@click.argument("source", type=click.Path(path_type=Path, exists=True), metavar="FILE.zip|DIR")
@store_option
def import_(source: Path, store: Path | None) -> int:
    """Build the store from a file: OSV's export as a zip archive, or a folder of OSV records."""
    with transfer_progress.show_transfer() as progress:
        facts = import_osv(source, store or default_store_path(os.environ), progress, imported=_timestamp())
    return _print_facts(facts)


@command.command()
@store_option
def status(store: Path | None) -> int:
    """Show what the store holds and how old it is. Exit code 1 where there is none."""
    path = store or default_store_path(os.environ)
    if not path.exists():
        click.echo(f"there is no advisory store at {terminal(str(path))}")
        warn("hint: scangate advisories update, or without a network: scangate advisories import FILE.zip")
        return 1
    with Store.open(path) as opened:
        facts = opened.info()
    for label, value in _rows(path, facts, dt.datetime.now(dt.UTC)):
        click.echo(f"{label:<10}{terminal(value)}")
    return 0


def _rows(path: Path, facts: StoreInfo, now: dt.datetime) -> list[tuple[str, str]]:
    return [
        ("store", str(path)),
        ("records", f"{facts.records:,} of {facts.packages:,} packages"),
        ("newest", f"{facts.newest or 'unknown'}{_age(facts.newest, now)}"),
        ("imported", f"{facts.imported}{_age(facts.imported, now)}"),
        ("size", f"{facts.bytes / 1e6:.1f} MB"),
        ("source", facts.source),
        ("left out", _left_out(facts)),
        ("digest", facts.digest),
    ]


def _age(stamp: str, now: dt.datetime) -> str:
    try:
        days = (now - dt.datetime.fromisoformat(stamp)).days
    except (ValueError, TypeError):
        return ""
    return " (today)" if days == 0 else f", {days} {'day' if days == 1 else 'days'} ago" if days > 0 else ", in the future"


def _left_out(facts: StoreInfo) -> str:
    counts = {"withdrawn": facts.withdrawn, "of other registries": facts.other, "broken": facts.broken}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing"


def _print_facts(facts: StoreInfo) -> int:
    click.echo(
        f"{facts.records:,} records of {facts.packages:,} packages, {facts.bytes / 1e6:.1f} MB, newest {facts.newest or 'unknown'}"
    )
    for example in facts.examples:
        warn(f"scangate: left out as broken: {example}")
    if facts.broken > len(facts.examples):
        warn(f"scangate: left out as broken: {facts.broken - len(facts.examples)} more")
    return 0


def _timestamp() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
