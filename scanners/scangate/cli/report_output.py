"""Prints a report, and determines the exit code."""

from __future__ import annotations

from collections.abc import Iterable

import click

from scangate.app.report_files import ReportTarget
from scangate.cli.console import silence_broken_pipes, warn, write_page
from scangate.model import EXIT_CODES, Outcome, Report
from scangate.report import FORMATS, noise, wording
from scangate.report.escape import ci_log


def print_report(report: Report, targets: Iterable[ReportTarget], *, quiet: bool = False, explain_noise: bool = False) -> int:
    """Prints the report for standard output, if any, and the console report, which then goes to standard error.

    Returns the exit code: the verdict's, also if the pipe is closed; never a pass if standard output cannot be written.
    """
    pages = [FORMATS[target.format].render(report) for target in targets if target.file is None]
    try:
        for page in pages:
            write_page(page)
        if quiet:
            click.echo(f"{report.verdict.outcome.value}: {ci_log(wording.explain_verdict(report))}", err=bool(pages))
        else:
            from scangate.cli.console_report import print_console_report  # noqa: PLC0415 -- rich is slow to import

            print_console_report(report, stderr=bool(pages))
        if explain_noise:
            click.echo(f"\n{noise.render(report)}", err=bool(pages), nl=False)
    except BrokenPipeError:
        silence_broken_pipes()
    except OSError as error:
        silence_broken_pipes()
        warn(f"cannot write to standard output: {error.strerror}", "free some disk space, or write files: --output-dir DIR")
        return report.exit_code or EXIT_CODES[Outcome.INCOMPLETE]
    if not report.needs_approval or report.exit_code != EXIT_CODES[Outcome.FAIL]:
        return report.exit_code
    warn("exit code 0 because of --review; the verdict is FAIL, and scangate verify requires an approval")
    return EXIT_CODES[Outcome.PASS]
