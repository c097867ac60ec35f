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

from scangate.cli import known_baseline, progress
from scangate.cli.interruption import watched
from scangate.cli.listener import remark
from scangate.cli.owners import owners_of
from scangate.cli.registry import known
from scangate.cli.run import Site, Wish, option_types, run, site, today
from scangate.errors import UsageError
from scangate.judge.baseline import FILE, Baseline, pruned
from scangate.judge.gate import resettled, standing
from scangate.judge.hints import counted
from scangate.judge.matching import BASELINE, Sight, known_from
from scangate.judge.policy import Policy
from scangate.judge.reading import load
from scangate.model import Finding, Report
from scangate.report.escape import ci
from scangate.scan.processors import processors
from scangate.tools import CommandOptions

__all__ = ["command"]

SALT = 16  # bytes
INCOMPLETE = 3


@click.group(short_help="Create, update and show what is known already.")
def command() -> None:
    """Create, update and show what is known already: findings that are told and do not count, until they are mended."""


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a scan needs that is made for a baseline."""
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors"),
        click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Programs at a time"),
        click.option("--trust-policy", is_flag=True, help="Let a policy inside the scanned tree start programs"),
        click.option("--baseline", "named", metavar="FILE", type=click.Path(path_type=Path), help=f"Its file  [default: {FILE}]"),
        click.option("--env", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"),
        click.option("--policy", "policy_name", metavar="NAME|FILE", help="As for scan  [default: scangate.yaml, else baseline]"),
        click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PATH]"),
    ):
        function = option(function)
    return function


@command.command()
@_options
@click.option("--replace", is_flag=True, help="Write over a baseline that is there")
@click.option("--incomplete", is_flag=True, help="Write it even where not everything was read")
def create(replace: bool, incomplete: bool, **scan: Any) -> int:
    """Scan PATH and write down all that is found and that nothing suppresses.

    Not after an incomplete scan (exit code 3): what was not read would be told as new on the day it is.
    """
    with _place(scan) as (place, file):
        if os.path.lexists(file) and not replace:
            raise UsageError(f"there is a baseline already: {file}", "scangate baseline update, or create --replace")
        found, report, policy = _scanned(place, file, Baseline(secrets.token_bytes(SALT)), scan)
        if any(gap.counts for gap in report.verdict.gaps) and not incomplete:
            remark("scangate: no baseline was written: not everything was read, and what was not would be new when it is")
            remark("hint: scangate scan tells what was not read; scangate baseline create --incomplete takes it as it is")
            return report.exit_code if report.interrupted else INCOMPLETE
        entries = known_from(_standing(report, policy, place))
        baseline = msgspec.structs.replace(found, entries=entries)
        known_baseline.store(file, baseline, place.top)
        _say(scan, f"{file}: {counted(baseline.findings, 'finding')} known from now on; commit it")
    return 0


@command.command()
@_options
@click.option("--add-new", is_flag=True, help="Take in what is new and nothing suppresses, too")
def update(add_new: bool, **scan: Any) -> int:
    """Scan PATH and take out what is gone; add nothing unless told to.

    What moved is written down where it is now. What was not read stays as it was.
    """
    with _place(scan) as (place, file):
        if not os.path.lexists(file):
            raise UsageError(f"no such baseline: {file}", "scangate baseline create")
        old, report, policy = _scanned(place, file, known_baseline.load(file), scan)
        if report.interrupted:
            remark("scangate: the baseline is as it was: the scan was interrupted")
            return report.exit_code
        moved = resettled(report.results, policy, today(), owners_of(policy, place.root, place.top))
        new = [each for each in _standing(report, policy, place) if not each.known or each in moved] if add_new else []
        findings = [finding for result in report.results for finding in result.findings]
        entries = pruned(old.entries, findings, Sight(report.results, report.targets), new, moved)
        baseline = msgspec.structs.replace(old, entries=entries)
        known_baseline.store(file, baseline, place.top)
        added = sum(entry.count for entry in known_from(new))
        told = f"{counted(old.findings + added - baseline.findings, 'finding')} taken out, {added} added"
        _say(scan, f"{file}: {told}, {baseline.findings} known")
    return 0


@command.command()
@click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PATH]")
@click.option("--baseline", "named", metavar="FILE", type=click.Path(path_type=Path), help=f"Its file  [default: {FILE}]")
def show(path: Path, named: Path | None) -> int:
    """Print what is known, by path: how many, which rule, where."""
    file = known_baseline.find(named or path / FILE, path)
    baseline = known_baseline.load(file or path / FILE)
    counts: Counter[tuple[str, str]] = Counter()
    for entry in baseline.entries:
        counts[entry.path, entry.rule] += entry.count
    for (where, rule), number in sorted(counts.items()):
        click.echo(f"{number:>6,}  {ci(rule)}  {ci(where)}")
    click.echo(
        f"{counted(baseline.findings, 'finding')} known in {counted(len({entry.path for entry in baseline.entries}), 'file')}"
    )
    return 0


@contextmanager
def _place(scan: dict[str, Any]) -> Iterator[tuple[Site, Path]]:
    root = scan["path"].resolve()
    if not root.is_dir():
        raise UsageError(f"no such directory: {scan['path']}", "scangate baseline create DIRECTORY")
    with site(root) as place:
        yield place, scan["named"] or root / FILE


def _scanned(place: Site, file: Path, baseline: Baseline, scan: dict[str, Any]) -> tuple[Baseline, Report, Policy]:
    """The baseline that was compared with, what came of the scan, and the policy it was judged by."""
    scanners = known()
    policy = load(
        scan["policy_name"],
        place.root,
        scan["env"],
        scanner_options=option_types(scanners),
        command_options=CommandOptions,
        trusted=scan["trust_policy"],
        today=today(),
    )
    wish = Wish(
        policy=policy,
        scanners=scanners,
        jobs=scan["jobs"] or processors(),
        ours=(file.absolute(),),
        known=baseline.entries,
        compared={BASELINE: str(file)},
        salt=baseline.salt,
    )
    with watched() as interruption, progress.shown(quiet=scan["quiet"]) as told:
        return baseline, run(wish, place, interruption, told), policy


def _standing(report: Report, policy: Policy, place: Site) -> tuple[Finding, ...]:
    return standing(report.results, policy, today(), owners_of(policy, place.root, place.top))


def _say(scan: dict[str, Any], told: str) -> None:
    if not scan["quiet"]:
        click.echo(ci(told))
