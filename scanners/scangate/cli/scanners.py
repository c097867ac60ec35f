"""``scangate scanners``: list the scanners, what they analyze, and other engines; add the block of one to a policy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from scangate.app.file_errors import file_errors
from scangate.app.file_replacement import read_to_replace, replace_file
from scangate.app.policies import read_policy
from scangate.app.scanner_registry import load_scanners
from scangate.app.session import locate_root
from scangate.cli.console import warn
from scangate.cli.default_group import DefaultGroup
from scangate.cli.file_changes import confirm, list_changed_lines
from scangate.content.catalog import CONTENT_TYPES
from scangate.content.scanner_suggestions import TRUST_NOTE
from scangate.errors import ScanError, UsageError
from scangate.judge.error_text import suggest
from scangate.judge.policy_edit import add_scanner, add_severity
from scangate.judge.policy_files import DEFAULT_POLICY_FILE
from scangate.judge.policy_toml import is_pyproject
from scangate.model import ANY_TYPE, Coverage
from scangate.plugin import Scanner, read_traits
from scangate.scan.plan import ScannerTask
from scangate.tools.engine_table import Engine, list_engines, read_block_text

NEW_POLICY = "version: 1\nextends: baseline\n"


@click.group(cls=DefaultGroup, default="list")
def command() -> None:
    """List the scanners and other engines, and add the block of an engine to a policy.

    Without a command, it is list: scangate scanners, scangate scanners --types, scangate scanners --available.
    """


@command.command("list")
@click.option("--types", is_flag=True, help="List the content types instead, and the analyses that each calls for")
@click.option("--available", is_flag=True, help="List other engines instead, for which there is a tested block")
def list_scanners(*, types: bool, available: bool) -> int:
    """List the scanners: version, whether each confirms files one by one, and which content types it analyzes.

    The number of rules is that of the analysis; scangate rules lists the rules for secrets in the same files as well.

    A scanner that a policy starts by a command is not listed: its block says what it analyzes.
    """
    rows: list[tuple[str, ...]]
    if available:
        click.echo("\n".join(line for engine in list_engines().values() for line in _describe_engine(engine)))
        return 0
    if types:
        rows = [(each.name, ", ".join(sorted(each.analyses)) or "nothing") for _, each in sorted(CONTENT_TYPES.items())]
    else:
        rows = [_row(name, scanner) for name, scanner in load_scanners().items()]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        click.echo("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]))
    return 0


def _describe_engine(engine: Engine) -> list[str]:
    return [
        f"{engine.name}: {engine.title}",
        f"  adds: {engine.adds}",
        f"  install: {engine.install}",
        f"  block: {engine.checked}; add it: scangate scanners add {engine.name}",
    ]


@command.command()
@click.argument("name")
@click.option("--policy", "file", type=click.Path(path_type=Path), metavar="FILE", help="The policy file  [default: scangate.yaml]")
@click.option("--dry-run", is_flag=True, help="Show the change, and write nothing")
@click.option("--yes", is_flag=True, help="Write without asking")
def add(name: str, file: Path | None, *, dry_run: bool, yes: bool) -> int:
    """Add the block of an engine to a policy, with the severities that go with it.

    All else in the file stays as it is, comments included. A policy that names the scanner already is not changed. The block is
    shown as a diff first; without a terminal, --yes writes it.
    """
    engine = list_engines().get(name)
    if engine is None:
        raise UsageError(f"no block for an engine {name}", suggest(name, list_engines()))
    file = file or Path(os.path.relpath(locate_root(Path())[0] / DEFAULT_POLICY_FILE))
    if is_pyproject(file) or file.is_symlink():
        raise UsageError(f"{file} is edited by hand", "name a policy in YAML: --policy FILE")
    before = read_to_replace(file)
    with file_errors("read", file, f"convert it: iconv -t UTF-8 {file}"):
        text = NEW_POLICY if before is None else before.decode("utf-8")
    after = add_scanner(text, name, engine.block, read_block_text(name), str(file))
    for entry in engine.severities:
        after = add_severity(after, entry, str(file))
    read_policy(str(file), content=after.encode())
    for line in list_changed_lines(str(file), "" if before is None else text, after, 2, is_ours=True):
        click.echo(line)
    if dry_run or not confirm(f"write {file}?", f"scangate scanners add {name} --yes", yes=yes):
        return 0
    replace_file(file, before, after.encode())
    note = "" if name in load_scanners() else f"; {TRUST_NOTE}"
    warn(f"{file} has the scanner {name}{note}", f"install it: {engine.install}")
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
