"""``scangate scan``: scan, judge, report, and end with the verdict's exit code."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from scangate.app import report_files
from scangate.app.cache_session import open_cache
from scangate.app.interruption import catch_signals
from scangate.app.policy_inputs import load_policy_inputs
from scangate.app.scan import ScanRequest, Session, open_session, run_scan
from scangate.app.scanner_registry import load_scanners
from scangate.cli import report_output, scan_progress
from scangate.cli.console import warn
from scangate.cli.shard_option import ShardParam
from scangate.errors import UsageError
from scangate.judge.baseline import BASELINE_FILE
from scangate.judge.policy import Policy
from scangate.plugin import Scanner
from scangate.report import FORMATS
from scangate.scan.cpu_limits import available_parallelism

if TYPE_CHECKING:
    from scangate.app.shard import ShardScan

__all__ = ["command"]


@click.command(short_help="Scan a directory, or what is staged, and judge it.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]")
@click.option(
    "--policy", "policy_name", metavar="NAME|FILE", help="A bundled policy or a file  [default: scangate.yaml, else baseline]"
)
@click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"
)
@click.option(
    "--report", "reports", multiple=True, metavar="FORMAT=FILE", help="Write a report; - is standard output  [repeatable]"
)
@click.option(
    "--output-dir", metavar="DIR", type=click.Path(path_type=Path), help="Write every report that has a file name of its own"
)
@click.option(
    "--baseline",
    "baseline_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=f"What is known already  [default: {BASELINE_FILE}]",
)
@click.option("--no-baseline", is_flag=True, help=f"Let nothing be known: {BASELINE_FILE} at the root is not read")
@click.option("--scanner", "only", multiple=True, metavar="NAME", help="Run only this scanner  [repeatable]")
@click.option("--skip", multiple=True, metavar="NAME", help="Leave this scanner out  [repeatable]")
@click.option("--staged", is_flag=True, help="Scan what git's index holds: the files named, or all that differs from HEAD")
@click.option(
    "--since",
    metavar="REV",
    help="What was there in REV is known; its policy and baseline hold. auto: what a pull request goes into",
)
@click.option("--shard", type=ShardParam(), metavar="I/N", help="Scan one of N shards into --output-dir; scangate merge judges")
@click.option("--trust-policy", is_flag=True, help="Let a policy inside the scanned tree start programs")
@click.option("--no-cache", is_flag=True, help="Scan every file, and keep nothing for the next scan")
@click.option(
    "--cache-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where answers are kept  [default: the user's cache directory]",
)
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Programs at a time  [default: the processors there are]")
@click.option("--review", is_flag=True, help="Leave a FAIL to an approval: exit code 0 and the word REVIEW; the verdict stays FAIL")
@click.option("--explain-noise", is_flag=True, help="Tell which rules make the report long, and the policy lines against it")
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict alone")
@click.option("-v", "--verbose", is_flag=True, help="Tell what is done, on standard error")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    paths: tuple[Path, ...],
    policy_name: str | None,
    environment: str | None,
    reports: tuple[str, ...],
    output_dir: Path | None,
    baseline_file: Path | None,
    no_baseline: bool,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    staged: bool,
    since: str | None,
    shard: tuple[int, int] | None,
    trust_policy: bool,
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    review: bool,
    explain_noise: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Scan PATH (default: the current directory) and judge it by a policy.

    The exit code is the verdict: 0 pass, 1 fail, 3 incomplete, 2 nothing scanned. With --shard there is no verdict: 0 says that the
    part was written.
    """
    root = _resolve_root(paths, staged=staged)
    if no_baseline and baseline_file is not None:
        raise UsageError("--baseline and --no-baseline exclude each other", "leave one of them out")
    if shard is not None:
        _check_shard_options(reports, staged=staged)
    outputs = report_files.parse_targets(reports, output_dir if shard is None else None)
    with catch_signals() as interruption, open_session(root) as place:
        # First of all: whatever goes wrong from here on, no earlier report is left that could be taken for this run's.
        share = _open_shard(shard, output_dir, place) if shard is not None else None
        report_files.prepare(outputs, output_dir, place.worktree, place.is_tracked)
        if place.repository is not None and not staged:
            place.repository.prefetch_entries()  # git and the policy's reader both take their time
        scanners = load_scanners()
        law = load_policy_inputs(
            policy_name,
            environment,
            place,
            since=since,
            baseline=baseline_file,
            ignore_baseline=no_baseline,
            trust_policy=trust_policy,
        )
        if verbose:
            _print_details(root, law.policy, scanners)
        wish = ScanRequest(
            policy=law.policy,
            scanners=scanners,
            only=only,
            skip=skip,
            staged=tuple(map(str, paths)) if staged else None,
            jobs=jobs or available_parallelism(),
            own_files=tuple(each.absolute() for each in (*(each.file for each in outputs), law.baseline_file) if each is not None),
            base=law.base,
            owners=law.owners,
            forced_gaps=law.forced_gaps,
            notes=law.notes,
            known_findings=law.known_findings,
            compared_sources=law.compared_sources,
            salt=law.salt,
        )
        memory = contextlib.nullcontext() if no_cache else open_cache(cache_dir, wish.policy, place.worktree, os.environ)
        with memory as before, scan_progress.show_progress(quiet=quiet) as told:
            wish = msgspec.structs.replace(wish, cache=before)
            if share is not None:
                return share.run(wish, place, interruption, told)
            report = run_scan(wish, place, interruption, _preload_formats(outputs, told))
        report, printed = report_output.write_reports(msgspec.structs.replace(report, needs_approval=review), outputs)
    return report_output.apply_review(report, report_output.print_report(report, printed, quiet=quiet, explain_noise=explain_noise))


def _preload_formats(outputs: Iterable[report_files.ReportTarget], progress: scan_progress.Progress) -> scan_progress.Progress:
    """``told``, which loads what the reports need while the scanners are at work: nobody waits for it then."""

    def both(scanner: str, done: int, total: int) -> None:
        progress(scanner, done, total)
        for each in outputs:
            FORMATS[each.format].load()

    return both


def _open_shard(shard: tuple[int, int], folder: Path | None, session: Session) -> ShardScan:
    from scangate.app.shard import ShardScan  # noqa: PLC0415 -- few scans are one of several

    return ShardScan(*shard, folder, session)


def _check_shard_options(reports: tuple[str, ...], *, staged: bool) -> None:
    if staged:
        raise UsageError("--staged and --shard do not go together: a hook's few files are scanned at once", "leave --shard out")
    if reports:
        raise UsageError(
            "a shard has no verdict to report",
            "scangate scan --shard I/N --output-dir DIR, then scangate merge --report FORMAT=FILE",
        )


def _resolve_root(paths: tuple[Path, ...], *, staged: bool) -> Path:
    if staged:
        return Path.cwd().resolve()
    if len(paths) > 1:
        raise UsageError("one directory at a time", "to scan staged files by name: scangate scan --staged FILE...")
    root = (paths[0] if paths else Path()).resolve()
    if not root.exists():
        raise UsageError(f"no such directory: {paths[0]}", "scangate scan DIRECTORY")
    if not root.is_dir():
        raise UsageError(f"not a directory: {paths[0]}", f"scangate scan {paths[0].parent}")
    return root


def _print_details(root: Path, policy: Policy, scanners: Mapping[str, Scanner[Any]]) -> None:
    environment = f", environment {policy.environment}" if policy.environment else ""
    warn(f"scangate: root {root}")
    warn(f"scangate: policy {policy.name}{environment}, read from {', '.join(policy.sources)}")
    warn(f"scangate: scanners known: {', '.join(scanners)}")
