"""``scangate scanners``: list the scanners, their versions, how they account for files, and what they analyze."""

from __future__ import annotations

from typing import Any

import click

from scangate.app.scanner_registry import load_scanners
from scangate.content.catalog import CONTENT_TYPES
from scangate.errors import ScanError
from scangate.model import ANY_TYPE, Coverage
from scangate.plugin import Scanner, read_traits
from scangate.scan.plan import ScannerTask


@click.command()
@click.option("--types", is_flag=True, help="List the content types instead, and the analyses that each calls for")
def command(*, types: bool) -> int:
    """List the scanners: version, whether each confirms files one by one, and which content types it analyzes.

    The number of rules is that of the analysis; scangate rules lists the rules for secrets in the same files as well.

    A scanner that a policy starts by a command is not listed: its block says what it analyzes.
    """
    rows: list[tuple[str, ...]]
    if types:
        rows = [(each.name, ", ".join(sorted(each.analyses)) or "nothing") for _, each in sorted(CONTENT_TYPES.items())]
    else:
        rows = [_row(name, scanner) for name, scanner in load_scanners().items()]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        click.echo("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]))
    return 0


def _row(name: str, scanner: Scanner[Any]) -> tuple[str, ...]:
    try:
        version = scanner.version()
    except ScanError as error:
        version = error.reason
    declared = ScannerTask(scanner, scanner.Options(), 0.0).declared_coverage
    return (name, version, read_traits(scanner).accounting.value, ", ".join(map(_describe, declared)) or "declares nothing")


def _describe(coverage: Coverage) -> str:
    name = "any text" if coverage.content_type == ANY_TYPE else coverage.content_type
    name += f" within {coverage.within}" if coverage.within else ""
    rules = f", {coverage.rules} rules" if coverage.rules else ""
    return f"{name} ({coverage.analysis}{rules})"
