"""``scangate baseline``: create, update and show what is known already."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from scangate.app import baseline_file
from scangate.app.codeowners_file import load_codeowners
from scangate.app.interruption import catch_signals
from scangate.app.scan import ScanRequest, Session, open_session, run_scan, scanner_option_types, today
from scangate.app.scanner_registry import load_scanners
from scangate.cli import scan_progress
from scangate.cli.console import warn
from scangate.errors import UsageError
from scangate.judge.baseline import BASELINE_FILE, Baseline, update_entries
from scangate.judge.error_text import pluralize
from scangate.judge.evaluation import find_moved_to_stricter_path, find_unsuppressed
from scangate.judge.finding_matching import BASELINE_NAME, ScannedPaths, collect_known_findings
from scangate.judge.policy import Policy
from scangate.judge.policy_loader import load_policy
from scangate.model import Finding, Report
from scangate.report.escape import ci_log
from scangate.scan.cpu_limits import available_parallelism
from scangate.tools import CommandOptions

__all__ = ["command"]

SALT_BYTES = 16  # bytes
INCOMPLETE = 3


@click.group(short_help="Create, update and show what is known already.")
def command() -> None:
    """Create, update and show what is known already: findings that are told and do not count, until they are mended."""


def _scan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a scan needs that is made for a baseline."""
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors"),
        click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Programs at a time"),
        click.option("--trust-policy", is_flag=True, help="Let a policy inside the scanned tree start programs"),
        click.option(
            "--baseline", "named", metavar="FILE", type=click.Path(path_type=Path), help=f"Its file  [default: {BASELINE_FILE}]"
        ),
        click.option("--env", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"),
        click.option("--policy", "policy_name", metavar="NAME|FILE", help="As for scan  [default: scangate.yaml, else baseline]"),
        click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PATH]"),
    ):
        function = option(function)
    return function


@command.command()
@_scan_options
@click.option("--replace", is_flag=True, help="Write over a baseline that is there")
@click.option("--incomplete", is_flag=True, help="Write it even where not everything was read")
def create(replace: bool, incomplete: bool, **scan: Any) -> int:
    """Scan PATH and write down all that is found and that nothing suppresses.

    Not after an incomplete scan (exit code 3): what was not read would be told as new on the day it is.
    """
    with _open_session(scan) as (place, file):
        if os.path.lexists(file) and not replace:
            raise UsageError(f"there is a baseline already: {file}", "scangate baseline update, or create --replace")
        found, report, policy = _scan(place, file, Baseline(secrets.token_bytes(SALT_BYTES)), scan)
        if any(gap.blocking for gap in report.verdict.gaps) and not incomplete:
            warn("scangate: no baseline was written: not everything was read, and what was not would be new when it is")
            warn("hint: scangate scan tells what was not read; scangate baseline create --incomplete takes it as it is")
            return report.exit_code if report.interrupted else INCOMPLETE
        entries = collect_known_findings(_remaining_findings(report, policy, place))
        baseline = msgspec.structs.replace(found, entries=entries)
        baseline_file.store(file, baseline, place.worktree)
        _print(scan, f"{file}: {pluralize(baseline.finding_count, 'finding')} known from now on; commit it")
    return 0


@command.command()
@_scan_options
@click.option("--add-new", is_flag=True, help="Take in what is new and nothing suppresses, too")
def update(add_new: bool, **scan: Any) -> int:
    """Scan PATH and take out what is gone; add nothing unless told to.

    What moved is written down where it is now. What was not read stays as it was.
    """
    with _open_session(scan) as (place, file):
        if not os.path.lexists(file):
            raise UsageError(f"no such baseline: {file}", "scangate baseline create")
        old, report, policy = _scan(place, file, baseline_file.load(file), scan)
        if report.interrupted:
            warn("scangate: the baseline is as it was: the scan was interrupted")
            return report.exit_code
        moved = find_moved_to_stricter_path(report.results, policy, today(), load_codeowners(policy, place.root, place.worktree))
        new = [each for each in _remaining_findings(report, policy, place) if not each.known_by or each in moved] if add_new else []
        findings = [finding for result in report.results for finding in result.findings]
        entries = update_entries(old.entries, findings, ScannedPaths(report.results, report.targets), new, moved)
        baseline = msgspec.structs.replace(old, entries=entries)
        baseline_file.store(file, baseline, place.worktree)
        added = sum(entry.count for entry in collect_known_findings(new))
        told = f"{pluralize(old.finding_count + added - baseline.finding_count, 'finding')} taken out, {added} added"
        _print(scan, f"{file}: {told}, {baseline.finding_count} known")
    return 0


@command.command()
@click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PATH]")
@click.option("--baseline", "named", metavar="FILE", type=click.Path(path_type=Path), help=f"Its file  [default: {BASELINE_FILE}]")
def show(path: Path, named: Path | None) -> int:
    """Print what is known, by path: how many, which rule, where."""
    file = baseline_file.find(named or path / BASELINE_FILE, path)
    baseline = baseline_file.load(file or path / BASELINE_FILE)
    counts: Counter[tuple[str, str]] = Counter()
    for entry in baseline.entries:
        counts[entry.path, entry.rule] += entry.count
    for (where, rule), number in sorted(counts.items()):
        click.echo(f"{number:>6,}  {ci_log(rule)}  {ci_log(where)}")
    click.echo(
        f"{pluralize(baseline.finding_count, 'finding')} known in "
        f"{pluralize(len({entry.path for entry in baseline.entries}), 'file')}"
    )
    return 0


@contextmanager
def _open_session(scan: dict[str, Any]) -> Iterator[tuple[Session, Path]]:
    root = scan["path"].resolve()
    if not root.is_dir():
        raise UsageError(f"no such directory: {scan['path']}", "scangate baseline create DIRECTORY")
    with open_session(root) as place:
        yield place, scan["named"] or root / BASELINE_FILE


def _scan(session: Session, file: Path, baseline: Baseline, scan: dict[str, Any]) -> tuple[Baseline, Report, Policy]:
    """The baseline that was compared with, what came of the scan, and the policy it was judged by."""
    scanners = load_scanners()
    policy = load_policy(
        scan["policy_name"],
        session.root,
        scan["env"],
        scanner_options=scanner_option_types(scanners),
        command_options=CommandOptions,
        trusted=scan["trust_policy"],
        today=today(),
    )
    wish = ScanRequest(
        policy=policy,
        scanners=scanners,
        jobs=scan["jobs"] or available_parallelism(),
        own_files=(file.absolute(),),
        known_findings=baseline.entries,
        compared_sources={BASELINE_NAME: str(file)},
        salt=baseline.salt,
    )
    with catch_signals() as interruption, scan_progress.show_progress(quiet=scan["quiet"]) as told:
        return baseline, run_scan(wish, session, interruption, told), policy


def _remaining_findings(report: Report, policy: Policy, session: Session) -> tuple[Finding, ...]:
    owners = load_codeowners(policy, session.root, session.worktree)
    return find_unsuppressed(report.results, report.targets, policy, today(), owners)


def _print(scan: dict[str, Any], message: str) -> None:
    if not scan["quiet"]:
        click.echo(ci_log(message))
