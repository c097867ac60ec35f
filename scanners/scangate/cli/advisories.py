"""``scangate advisories``: update, import and show the local advisory store."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from scangate.advisories.ecosystems import PYPI, Ecosystem, find_ecosystem
from scangate.advisories.importer import import_osv
from scangate.advisories.store import StoreInfo, open_all
from scangate.advisories.store_paths import default_store_path
from scangate.cli.console import print_line, warn
from scangate.cli.progress import show_transfer
from scangate.errors import UsageError
from scangate.report.escape import terminal
from scangate.timestamps import format_timestamp, utc_now

_store_option = click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The store  [default: SCANGATE_STORE, else scangate/advisories.sqlite in the user's data directory]",
)


def _parse_ecosystems(context: click.Context, parameter: click.Parameter, value: str) -> tuple[Ecosystem, ...]:
    del context, parameter
    return tuple(dict.fromkeys(find_ecosystem(word) for word in value.split(",")))


_ecosystem_option = click.option(
    "--ecosystem",
    "ecosystems",
    metavar="NAMES",
    default=PYPI.words[0],
    show_default=True,
    callback=_parse_ecosystems,
    help="Whose advisories, separated by commas: pypi, npm, go, cargo, rubygems, packagist, nuget, maven, pub, hex",
)


@click.group()
def command() -> None:
    """Update, import and show the local advisory store, for audits of dependencies without a network."""


@command.command()
@click.option(
    "--address", metavar="URL", help=f"OSV's export, or a mirror of it  [default: {PYPI.export_url}, or that of the ecosystem]"
)
@_ecosystem_option
@_store_option
def update(address: str | None, ecosystems: tuple[Ecosystem, ...], store: Path | None) -> int:
    """Download OSV's exports of advisories and put them into the store. Resumes an interrupted download.

    The store keeps the advisories of other ecosystems.
    """
    from scangate.advisories import download  # noqa: PLC0415 -- the HTTP library is slow to import

    if address is not None and len(ecosystems) > 1:
        raise UsageError("--address is the address of one export", "name one ecosystem: --ecosystem NAME")
    path, now = store or default_store_path(os.environ), format_timestamp(utc_now())
    for ecosystem in ecosystems:
        with show_transfer() as progress:
            url = address or ecosystem.export_url
            info = download.update_store(url, path, progress, imported=now, ecosystem=ecosystem)
        _print_info(ecosystem, info)
    return 0


@command.command(name="import")
@click.argument("source", type=click.Path(path_type=Path, exists=True), metavar="FILE.zip|DIR")
@_ecosystem_option
@_store_option
def import_(source: Path, ecosystems: tuple[Ecosystem, ...], store: Path | None) -> int:
    """Put OSV's export (a zip archive), or OSV records, into the store, which keeps the advisories of other ecosystems."""
    path, now = store or default_store_path(os.environ), format_timestamp(utc_now())
    for ecosystem in ecosystems:
        with show_transfer() as progress:
            info = import_osv(source, path, progress, imported=now, ecosystem=ecosystem)
        _print_info(ecosystem, info)
    return 0


@command.command()
@_store_option
def status(store: Path | None) -> int:
    """Show the store's content and age. Exit code 1 if there is none."""
    path = store or default_store_path(os.environ)
    if not path.exists():
        click.echo(f"there is no advisory store at {terminal(str(path))}")
        print_line("hint: scangate advisories update, or without a network: scangate advisories import FILE.zip")
        return 1
    now = utc_now()
    with open_all(path) as stores:
        rows = [("store", str(path)), ("size", f"{stores[0].info().bytes / 1e6:.1f} MB")]
        for opened in stores:
            rows += [("ecosystem", opened.ecosystem.name), *_rows(opened.info(), now)]
    for label, value in rows:
        click.echo(f"{label:<10} {terminal(value)}")
    return 0


def _rows(info: StoreInfo, now: dt.datetime) -> list[tuple[str, str]]:
    skipped = {"withdrawn": info.withdrawn, "of other registries": info.other, "malformed": info.broken}
    return [
        ("records", f"{info.records:,} of {info.packages:,} packages"),
        ("newest", f"{info.newest or 'unknown'}{_age(info.newest, now)}"),
        ("imported", f"{info.imported}{_age(info.imported, now)}"),
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


def _print_info(ecosystem: Ecosystem, info: StoreInfo) -> None:
    newest = info.newest or "unknown"
    click.echo(
        f"{ecosystem.name}: {info.records:,} records of {info.packages:,} packages, {info.bytes / 1e6:.1f} MB, newest {newest}"
    )
    for example in info.examples:
        warn(f"skipped as malformed: {example}")
    if info.broken > len(info.examples):
        warn(f"skipped as malformed: {info.broken - len(info.examples)} more")
