"""Prints a report, and determines the exit code."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click

from scangate.app.report_files import ReportTarget, list_report_targets
from scangate.cli.console import silence_broken_pipes, warn, write_page
from scangate.cli.console_options import ConsoleOptions
from scangate.cli.job_summary import append_job_summary
from scangate.model import EXIT_CODES, Outcome, Report
from scangate.report import FORMATS, noise, wording
from scangate.report.escape import ci_log

VERDICT = "json"
PRINTED = "text"
"""The report format that is what the console shows, so that the console report is not printed as well."""


def print_report(report: Report, targets: Iterable[ReportTarget], console: ConsoleOptions, *, explain_noise: bool = False) -> int:
    """Prints the report for standard output, if any, and the console report, which then goes to standard error.

    Returns the exit code: the verdict's, also if the pipe is closed; never a pass if standard output cannot be written.
    """
    printed = [target.format for target in targets if target.file is None]
    try:
        for name in printed:
            write_page(FORMATS[name].render(report))
        if PRINTED not in printed:
            _print_console(report, console, stderr=bool(printed))
        if explain_noise:
            click.echo(f"\n{noise.render(report)}", err=bool(printed), nl=False)
    except BrokenPipeError:
        silence_broken_pipes()
    except OSError as error:
        silence_broken_pipes()
        warn(f"cannot write to standard output: {error.strerror}", "free some disk space, or write files: --output-dir DIR")
        return EXIT_CODES[Outcome.INCOMPLETE] if report.verdict.outcome is Outcome.PASS else report.exit_code
    if not report.needs_approval or report.exit_code != EXIT_CODES[Outcome.FAIL]:
        return report.exit_code
    warn("exit code 0 because of --review; the verdict is FAIL, and scangate verify requires an approval")
    return EXIT_CODES[Outcome.PASS]


def find_written_verdict(targets: Iterable[ReportTarget], output_dir: Path | None) -> Path | None:
    """The verdict.json among the files that a command writes; None for none."""
    written = [target.file for target in list_report_targets(targets, output_dir) if target.format == VERDICT]
    return next((file for file in written if file is not None), None)


def _print_console(report: Report, console: ConsoleOptions, *, stderr: bool) -> None:
    if console.only_verdict:
        click.echo(f"{wording.label_verdict(report)}: {ci_log(wording.explain_verdict(report))}", err=stderr)
        return
    from scangate.cli.console_report import print_console_report  # noqa: PLC0415 -- rich is slow to import

    print_console_report(report, console, stderr=stderr)
    if console.format == "github":
        append_job_summary(report, os.environ)
