"""``scangate fleet``: audit many repositories, and exit with the code of the worst verdict."""

from __future__ import annotations

from typing import Any

import click

from scangate.app.fleet_audit import FleetEvents, FleetRequest, audit_fleet
from scangate.app.interruption import catch_signals
from scangate.cli import options
from scangate.cli.console import silence_broken_pipes, warn
from scangate.cli.progress import ProgressBars
from scangate.errors import UsageError
from scangate.fleet.repository_record import RepositoryRecord
from scangate.report.escape import ci_log


class _ConsoleEvents(FleetEvents):
    """Prints warnings, and a line for each repository above a progress bar or in the log."""

    def __init__(self, bars: ProgressBars | None, *, quiet: bool) -> None:
        self._bars, self._quiet = bars, quiet
        self._done = self._total = 0

    def on_warning(self, message: str, hint: str = "") -> None:
        warn(message, hint)

    def on_start(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self._update()

    def on_record(self, record: RepositoryRecord) -> None:
        self._done += 1
        line = f"{record.name}: {record.outcome.value}: {record.reason}"
        if self._bars is not None:
            self._bars.print_line(line)
        elif not self._quiet:
            warn(f"{self._done} of {self._total}: {line}")
        self._update()

    def _update(self) -> None:
        if self._bars is not None:
            self._bars.update("repositories", self._done, self._total)


@click.command()
@click.argument("listing", type=options.path_type, metavar="LIST")
@click.option("--policy", metavar="NAME|FILE", help="A bundled policy or a file, for all repositories  [default: baseline]")
@options.environment_option
@options.floor_option
@click.option("--use-repository-policy", is_flag=True, help="Use each repository's own scangate.yaml, which may not start programs")
@click.option(
    *("--output-dir",),
    metavar="DIR",
    type=options.path_type,
    default="scangate-fleet",
    show_default=True,
    help="Directory of the results and the roll-up",
)
@click.option("--resume", is_flag=True, help="Skip repositories with a complete result from today under the same policy")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, tls://HOST:PORT or tcp://HOST:PORT  [default: local]")
@click.option("--workers", type=click.IntRange(1, 256), metavar="N", help="Maximum parallel local scans  [default: number of CPUs]")
@click.option(
    *("--timeout",),
    type=click.FloatRange(1, 86400),
    metavar="SECONDS",
    default=3600.0,
    show_default=True,
    help="Time limit for each fetch and for each scan",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only the summary")
def command(*, policy: str | None, use_repository_policy: bool, quiet: bool, **fields: Any) -> int:
    """Audit the repositories in LIST: one git URL (https, ssh, file) or path per line, with ref=, name= and policy= if needed.

    The exit code is that of the worst verdict: 1 if one fails, else 3 if one is incomplete, else 0.
    """
    if use_repository_policy and policy is not None:
        raise UsageError(
            "--policy and --use-repository-policy cannot be used together", "lines of the list may have policy=NAME|FILE"
        )
    request = FleetRequest(policy=None if use_repository_policy else policy or "baseline", **fields)
    with catch_signals() as interruption, ProgressBars() as bars:
        events = _ConsoleEvents(bars if bars.are_visible and not quiet else None, quiet=quiet)
        rollup = audit_fleet(request, events, interruption)
    try:
        click.echo(ci_log(f"{rollup.outcome.value}: {rollup.summary}; see {request.output_dir / 'fleet.html'}"))
    except BrokenPipeError:
        silence_broken_pipes()
    return rollup.exit_code
