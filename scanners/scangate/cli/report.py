"""``scangate report``: make the reports of a verdict.json again, in any format, without a scan."""

from __future__ import annotations

from pathlib import Path

import click

from scangate.app.rendering import render_verdict
from scangate.app.report_files import ReportTarget
from scangate.app.requests import RenderingRequest
from scangate.cli import options
from scangate.cli.console import write_page
from scangate.cli.console_options import ConsoleOptions
from scangate.cli.fingerprints import DEFAULT_VERDICTS, find_default_verdict
from scangate.cli.progress import ConsoleEvents
from scangate.errors import UsageError
from scangate.model import EXIT_CODES, Outcome, Report
from scangate.report import CONSOLE_FORMATS, DEFAULT_CONSOLE_FORMAT, FORMATS


@click.command()
@click.argument("verdict", type=options.path_type, metavar="[VERDICT.JSON]", required=False)
@click.option(
    *("--format", "form"),
    type=click.Choice(list(CONSOLE_FORMATS | FORMATS)),
    help=f"Print this format  [default: {DEFAULT_CONSOLE_FORMAT}, unless files are written]",
)
@options.show_all_option
@options.make_report_option()
@options.make_output_dir_option()
@click.option("--exit-code", "repeat", is_flag=True, help="Exit with the code of the verdict, as the scan did")
def command(  # noqa: PLR0913 -- one parameter per option
    verdict: Path | None,
    *,
    form: str | None,
    show_all: bool,
    reports: tuple[ReportTarget, ...],
    output_dir: Path | None,
    repeat: bool,
) -> int:
    """Make the reports of VERDICT.JSON again, without a scan: print one, write files, or both.

    VERDICT.JSON is by default scangate-reports/verdict.json, else verdict.json. With --report or --output-dir alone, nothing is
    printed.

    Exit codes: 0 whatever the verdict is, unless --exit-code; 2 VERDICT.JSON cannot be read; 3 a report cannot be written.
    """
    verdict = verdict or find_default_verdict()
    if verdict is None:
        raise UsageError(
            f"there is no {' and no '.join(map(str, DEFAULT_VERDICTS))}", "scangate scan --output-dir scangate-reports"
        )
    if form in FORMATS:
        reports = (*reports, ReportTarget(form, None))
    with ConsoleEvents(quiet=True) as events:
        report, written = render_verdict(RenderingRequest(verdict=verdict, reports=reports, output_dir=output_dir), events)
    pages = [target.format for target in reports if target.file is None]
    if pages:
        write_page(FORMATS[pages[0]].render(report))
    elif form is not None or not (reports or output_dir):
        _print(report, ConsoleOptions(form or DEFAULT_CONSOLE_FORMAT, show_all=show_all, verdict=verdict))
    if not written:
        return EXIT_CODES[Outcome.INCOMPLETE]
    return report.exit_code if repeat else 0


def _print(report: Report, console: ConsoleOptions) -> None:
    from scangate.cli.console_report import print_console_report  # noqa: PLC0415 -- rich is slow to import

    print_console_report(report, console)
