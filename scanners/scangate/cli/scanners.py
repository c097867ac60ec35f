"""``scangate scanners``: list the scanners, their versions, and how they account for files."""

from __future__ import annotations

from typing import Any

import click

from scangate.app.scanner_registry import load_scanners
from scangate.errors import ScanError
from scangate.plugin import FileFacts, Scanner, read_traits

SAMPLES = ("app.py", "Dockerfile", "template.yaml", "template.json", "buildspec.yml", "requirements.txt", "README.md", ".env")


@click.command()
def command() -> int:
    """List the scanners: version, whether each confirms files one by one, and which of some common files it reads."""
    rows = [_row(name, scanner) for name, scanner in load_scanners().items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        click.echo("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]))
    return 0


def _row(name: str, scanner: Scanner[Any]) -> tuple[str, str, str, str]:
    try:
        version = scanner.version()
    except ScanError as error:
        version = error.reason
    options = scanner.Options()
    samples = ", ".join(sample for sample in SAMPLES if scanner.reads(FileFacts(sample), options))
    return (name, version, read_traits(scanner).accounting.value, f"reads {samples}")
