"""``scangate scan``: scan, evaluate, report, and exit with the verdict's code."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import click

from scangate.app.interruption import Interruption, catch_signals
from scangate.app.last_verdict import keep_last_verdict
from scangate.app.requests import ScanRequest, ShardRequest
from scangate.app.scanning import scan
from scangate.app.session import locate_root
from scangate.cli import options
from scangate.cli.console import warn, write_page
from scangate.cli.console_options import ConsoleOptions
from scangate.cli.hook_acceptance import find_acceptance
from scangate.cli.progress import ConsoleEvents
from scangate.cli.report_output import find_written_verdict, print_report
from scangate.errors import UsageError
from scangate.model import EXIT_CODES, Outcome, Report
from scangate.report.escape import ci_log
from scangate.timestamps import today


@click.command()
@click.argument("paths", nargs=-1, type=options.path_type, metavar="[PATH]")
@options.policy_options
@options.format_option
@options.show_all_option
@options.report_option
@options.output_dir_option
@options.baseline_options
@click.option(
    "--scanner", "only", multiple=True, metavar="NAME", help="Run only this scanner; a PASS then ends with 5  [repeatable]"
)
@click.option("--skip", multiple=True, metavar="NAME", help="Skip this scanner  [repeatable]")
@click.option("--staged", is_flag=True, help="Scan what is staged, all of it or the named files; findings that HEAD has are known")
@options.since_option
@click.option(
    "--shard", type=options.ShardParam(), metavar="I/N", help="Scan one of N shards into --output-dir, for scangate merge"
)
@options.trust_policy_option
@click.option("--no-cache", "ignore_cache", is_flag=True, help="Neither read nor write the cache")
@options.cache_dir_option
@options.jobs_option
@options.time_limit_option
@click.option(
    "--review",
    "needs_approval",
    is_flag=True,
    help="Exit with 0 on FAIL, for a pipeline with an approval step; the verdict stays FAIL",
)
@click.option("--explain-noise", is_flag=True, help="Show the rules with the most findings, and policy lines to reduce them")
@options.quiet_option
@options.verbose_option
def command(  # noqa: PLR0913 -- the options that are not fields of the request
    paths: tuple[Path, ...],
    *,
    staged: bool,
    shard: tuple[int, int] | None,
    explain_noise: bool,
    console_format: str,
    show_all: bool,
    quiet: bool,
    verbose: bool,
    **fields: Any,
) -> int:
    """Scan PATH, a directory or a file (default: the current directory), and evaluate the findings against a policy.

    In a repository, the policy and the baseline at its root apply, also to a part of it.

    The exit code is the verdict: 0 pass, 1 fail, 3 incomplete, 2 nothing scanned. With --scanner the verdict is about these
    scanners alone, and a pass ends with 5: it is no pass of the whole. With --shard there is no verdict: 0 means that the shard
    file was written.
    """
    if len(paths) > 1 and not staged:
        raise UsageError("only one directory or file can be scanned", "scan staged files by name: scangate scan --staged FILE...")
    root = paths[0] if paths and not staged else Path()
    names = tuple(map(str, paths)) if staged else None
    with catch_signals() as interruption, ConsoleEvents(quiet=quiet, verbose=verbose) as events:
        if shard is not None:
            return _scan_shard(ShardRequest(root=root, staged=names, shard=shard, **fields), events, interruption)
        request = ScanRequest(root=root, staged=names, **fields)
        report = scan(request, events, interruption)
    written = find_written_verdict(request.reports, request.output_dir)
    is_kept = written is None and not request.ignore_cache and _keep_verdict(report, Path(events.root), request)
    acceptance = find_acceptance(events.policy, os.environ, today()) if events.policy is not None else None
    console = ConsoleOptions(
        console_format,
        show_all=show_all,
        verbose=verbose,
        quiet=quiet,
        verdict=written,
        is_kept=is_kept,
        root=events.root,
        acceptance=acceptance,
    )
    return print_report(report, request.reports, console, explain_noise=explain_noise)


def _keep_verdict(report: Report, root: Path, request: ScanRequest) -> bool:
    """Whether ``scangate explain`` finds the verdict from the current directory."""
    return keep_last_verdict(report, root, request.cache_dir) and locate_root(Path())[0] == root


def _scan_shard(request: ShardRequest, events: ConsoleEvents, interruption: Interruption) -> int:
    from scangate.app.sharding import scan_shard  # noqa: PLC0415 -- most scans have no shards

    result = scan_shard(request, events, interruption)
    if result.interrupted:
        warn(f"interrupted by {interruption.name}: shard {result.shard} has no file")
        return interruption.code
    if result.error:
        return EXIT_CODES[Outcome.INCOMPLETE]
    number, count = request.shard
    # The line does not begin like a verdict, so that it is not mistaken for a pass.
    with contextlib.suppress(OSError):
        file = ci_log(str(result.file))
        write_page(f"SHARD {number} of {count}: written to {file}; no verdict before all shard files are merged\n")
    return 0
