"""``scangate history``: scan every version of every file for secrets, and exit with the verdict's code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scangate.app.history import ALL_REFS
from scangate.app.interruption import catch_signals
from scangate.app.requests import ScanRequest
from scangate.app.scanning import scan
from scangate.cli import options
from scangate.cli.console_options import ConsoleOptions
from scangate.cli.progress import ConsoleEvents
from scangate.cli.report_output import print_report
from scangate.errors import UsageError
from scangate.judge.baseline import HISTORY_BASELINE_FILE


@click.command()
@click.argument("revisions", required=False, metavar="[REV-RANGE]")
@click.option("--all", "all_refs", is_flag=True, help="The commits of all refs: branches, tags, remote branches, notes, stashes")
@click.option(
    "--path", "root", type=options.path_type, default=".", metavar="PATH", help="The repository, or a part of it  [default: .]"
)
@options.policy_options
@options.format_option
@options.report_option
@options.output_dir_option
@click.option("--baseline", metavar="FILE", type=options.path_type, help=f"The baseline  [default: {HISTORY_BASELINE_FILE}]")
@click.option("--no-baseline", "ignore_baseline", is_flag=True, help="Ignore the baseline")
@options.trust_policy_option
@click.option("--no-cache", "ignore_cache", is_flag=True, help="Neither read nor write the cache")
@options.cache_dir_option
@options.jobs_option
@options.time_limit_option
@options.quiet_option
@options.verbose_option
def command(  # noqa: PLR0913 -- the options that are not fields of the request
    revisions: str | None, *, all_refs: bool, root: Path, console_format: str, quiet: bool, verbose: bool, **fields: Any
) -> int:
    """Search the history for secrets: each version of each file that the commits of REV-RANGE brought, once.

    REV-RANGE is a revision, with all its ancestors, or a range such as "main..topic"  [default: HEAD]. A finding names the commit,
    its date and the path that brought the secret first, and whether HEAD still has it. Only scanners that search for secrets run.

    The exit code is the verdict: 0 pass, 1 fail, 3 incomplete, 2 nothing scanned. An interrupted run goes on where it was, if it is
    started again.
    """
    if all_refs and revisions is not None:
        raise UsageError("--all and a range of revisions cannot be used together", "omit one of them")
    history = ALL_REFS if all_refs else revisions or "HEAD"
    with catch_signals() as interruption, ConsoleEvents(quiet=quiet, verbose=verbose) as events:
        request = ScanRequest(root=root, history=history, **fields)
        report = scan(request, events, interruption)
    console = ConsoleOptions(console_format, verbose=verbose, quiet=quiet, more_option="--format full")
    return print_report(report, request.reports, console)
