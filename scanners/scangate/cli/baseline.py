"""``scangate baseline``: create, update and show the known findings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from scangate.app import baseline_file
from scangate.app.baseline import BaselineUpdate, create_baseline, update_baseline
from scangate.app.interruption import catch_signals
from scangate.app.requests import ScanRequest
from scangate.app.session import locate_root
from scangate.cli import options
from scangate.cli.console import warn
from scangate.cli.progress import ConsoleEvents
from scangate.judge.baseline import BASELINE_FILE, HISTORY_BASELINE_FILE
from scangate.judge.error_text import pluralize
from scangate.report.escape import ci_log

INCOMPLETE = 3

_root_argument = click.argument("root", default=".", type=options.path_type, metavar="[PATH]")
_scan_options = options.group(
    _root_argument,
    options.policy_options,
    options.baseline_option,
    options.trust_policy_option,
    options.jobs_option,
    click.option("--history", metavar="REV-RANGE", help=f"Scan the history, as scangate history does; in {HISTORY_BASELINE_FILE}"),
    click.option("-q", "--quiet", is_flag=True, help="Print only errors"),
)


@click.group()
def command() -> None:
    """Create, update and show the baseline: known findings, which are reported and do not fail the build."""


@command.command()
@_scan_options
@click.option("--replace", is_flag=True, help="Overwrite an existing baseline")
@click.option("--incomplete", is_flag=True, help="Write it even if the scan has blocking gaps")
def create(*, replace: bool, incomplete: bool, quiet: bool, **fields: Any) -> int:
    """Scan PATH and record every finding that is not suppressed.

    Nothing is written after an incomplete scan (exit code 3): findings in its gaps would count as new later.
    """
    with catch_signals() as interruption, ConsoleEvents(quiet=quiet) as events:
        result = create_baseline(ScanRequest(**fields), events, interruption, replace=replace, allow_incomplete=incomplete)
    if not result.is_written:
        hint = "scangate scan shows the gaps; scangate baseline create --incomplete ignores them"
        warn("no baseline was written: the scan is incomplete, and findings in its gaps would count as new later", hint)
        return result.report.exit_code if result.report.interrupted else INCOMPLETE
    _print(result, f"{pluralize(result.known, 'known finding')}, counted by scanner; commit it", quiet=quiet)
    return 0


@command.command()
@_scan_options
@click.option("--add-new", is_flag=True, help="Also add new findings that are not suppressed")
def update(*, add_new: bool, quiet: bool, **fields: Any) -> int:
    """Scan PATH and remove entries of findings that are gone; --add-new adds new ones.

    Entries of moved findings move with them; entries of files that were not scanned are kept.
    """
    with catch_signals() as interruption, ConsoleEvents(quiet=quiet) as events:
        result = update_baseline(ScanRequest(**fields), events, interruption, add_new=add_new)
    if not result.is_written:
        warn("the baseline is unchanged: the scan was interrupted")
        return result.report.exit_code
    _print(result, f"{pluralize(result.removed, 'finding')} removed, {result.added} added, {result.known} known", quiet=quiet)
    return 0


@command.command()
@_root_argument
@options.baseline_option
def show(root: Path, baseline: Path | None) -> int:
    """Print the known findings: number, rule and path."""
    file = baseline or locate_root(root)[0] / BASELINE_FILE
    known = baseline_file.load(baseline_file.find(file, root) or file)
    counts: Counter[tuple[str, str]] = Counter()
    for entry in known.entries:
        counts[entry.path, entry.rule] += entry.count
    for (path, rule), number in sorted(counts.items()):
        click.echo(f"{number:>6,}  {ci_log(rule)}  {ci_log(path)}")
    files = len({entry.path for entry in known.entries})
    click.echo(f"{pluralize(known.finding_count, 'known finding')} in {pluralize(files, 'file')}")
    return 0


def _print(result: BaselineUpdate, message: str, *, quiet: bool) -> None:
    if not quiet:
        click.echo(ci_log(f"{result.file}: {message}"))
