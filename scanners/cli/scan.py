"""``scangate scan``: scan, judge, report, and end with the verdict's exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from rich.console import Console

from scanners.cli import output, progress
from scanners.cli.registry import known
from scanners.cli.run import EXIT_CODES, Wish, option_types, run, today
from scanners.errors import UsageError
from scanners.judge.policy import Policy
from scanners.judge.reading import load
from scanners.model import Outcome, Report
from scanners.report import text, wording
from scanners.report.escape import ci
from scanners.scan.git import Repository
from scanners.scan.plugin import Scanner
from scanners.tools import CommandOptions

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
@click.option("--scanner", "only", multiple=True, metavar="NAME", help="Run only this scanner  [repeatable]")
@click.option("--skip", multiple=True, metavar="NAME", help="Leave this scanner out  [repeatable]")
@click.option("--staged", is_flag=True, help="Scan what git's index holds: the files named, or all that differs from HEAD")
@click.option("--trust-policy", is_flag=True, help="Let a policy inside the scanned tree start programs")
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Programs at a time  [default: the processors there are]")
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict alone")
@click.option("-v", "--verbose", is_flag=True, help="Tell what is done, on standard error")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    paths: tuple[Path, ...],
    policy_name: str | None,
    environment: str | None,
    reports: tuple[str, ...],
    output_dir: Path | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    staged: bool,
    trust_policy: bool,
    jobs: int | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Scan PATH (default: the current directory) and judge it by a policy.

    The exit code is the verdict: 0 pass, 1 fail, 3 incomplete, 2 nothing scanned.
    """
    root = _root(paths, staged=staged)
    scanners = known()
    policy = load(
        policy_name,
        root,
        environment,
        scanner_options=option_types(scanners),
        command_options=CommandOptions,
        trusted=trust_policy,
        today=today(),
    )
    outputs = output.parse(reports, output_dir)
    ours = [Path(os.path.abspath(path)) for path in (output_dir, *(each.file for each in outputs)) if path is not None]  # noqa: PTH100
    wish = Wish(
        root=root,
        policy=policy,
        scanners=scanners,
        only=only,
        skip=skip,
        staged=tuple(map(str, paths)) if staged else None,
        jobs=jobs or len(os.sched_getaffinity(0)),
        ours=tuple(ours),
    )
    if verbose:
        _tell(root, policy, scanners)
    with progress.shown(quiet=quiet) as told:
        report = run(wish, lambda repository: output.prepare(outputs, output_dir, _tracker(repository)), told)
    return _finish(report, outputs, quiet=quiet)


def _root(paths: tuple[Path, ...], *, staged: bool) -> Path:
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


def _tracker(repository: Repository | None) -> Callable[[Path], bool]:
    return repository.tracks if repository is not None else lambda _: False


def _tell(root: Path, policy: Policy, scanners: Mapping[str, Scanner]) -> None:
    environment = f", environment {policy.environment}" if policy.environment else ""
    click.echo(f"scangate: root {ci(str(root))}", err=True)
    click.echo(f"scangate: policy {ci(policy.name)}{environment}, read from {ci(', '.join(policy.sources))}", err=True)
    click.echo(f"scangate: scanners known: {', '.join(scanners)}", err=True)


def _finish(report: Report, outputs: tuple[output.Output, ...], *, quiet: bool) -> int:
    """Writes the reports, then shows the verdict; a report that cannot be written is no pass."""
    code = report.exit_code
    try:
        printed: Mapping[str, str] = output.write(outputs, report)
    except OSError as error:
        printed = {}
        click.echo(f"scangate: the reports cannot be written, so none was: {error.strerror}", err=True)
        click.echo("hint: make room, or choose another place: --output-dir DIR", err=True)
        code = code or EXIT_CODES[Outcome.INCOMPLETE]
    try:
        _show(report, printed, quiet=quiet)
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # who listened has gone; the exit code is still the verdict's
    return code


def _show(report: Report, printed: Mapping[str, str], *, quiet: bool) -> None:
    """The report that was asked for on standard output, and the console report, on standard error where it must give way."""
    for page in printed.values():
        click.echo(page, nl=False)
    console = Console(stderr=bool(printed))
    if quiet:
        console.print(
            f"{report.verdict.outcome.value}: {ci(wording.reason(report))}", highlight=False, soft_wrap=True, markup=False
        )
    else:
        text.print_to(console, report)
    sys.stdout.flush()
