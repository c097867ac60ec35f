"""The end of a scan or a gate: the reports are written, the verdict is shown, and its exit code is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
import msgspec

from scangate.app import report_files
from scangate.app.scan import EXIT_CODES
from scangate.cli.console import silence_broken_pipes, warn, write_page
from scangate.model import (
    Basis,
    Decision,
    Gap,
    GapKind,
    GapRuling,
    Outcome,
    Report,
)
from scangate.report import noise, wording
from scangate.report.escape import ci_log

__all__ = ["apply_review", "print_report", "write_reports"]

REPORT_WRITER = "reports"


def write_reports(report: Report, outputs: Sequence[report_files.ReportTarget]) -> tuple[Report, Mapping[str, str]]:
    """Writes the reports that go to files; gives the report as it is now, and what is to go to standard output.

    Where they cannot be written the verdict says so: one that nobody can read afterwards is no pass.
    """
    try:
        return report, report_files.write_reports(outputs, report)
    except OSError as error:
        why = error.strerror or type(error).__name__
        hint = "make room, or choose another place: --output-dir DIR"
        warn(f"scangate: the reports cannot be written, so none was: {why}")
        warn(f"hint: {hint}")
        gap = Gap(REPORT_WRITER, None, GapKind.CRASH, f"the reports cannot be written, so none was: {why}", hint=hint)
        report = _with_gap(report, gap)
    return report, report_files.write_reports([each for each in outputs if each.file is None], report)


def _with_gap(report: Report, gap: Gap) -> Report:
    verdict = report.verdict
    outcome = Outcome.FAIL if verdict.outcome is Outcome.FAIL else Outcome.INCOMPLETE
    gaps = (*verdict.gaps, GapRuling(gap, True, Decision(Basis.REPORT_NOT_WRITTEN)))
    return msgspec.structs.replace(
        report,
        verdict=msgspec.structs.replace(verdict, outcome=outcome, gaps=gaps),
        exit_code=report.exit_code or EXIT_CODES[outcome],
    )


def print_report(report: Report, printed: Mapping[str, str], *, quiet: bool, explain_noise: bool = False) -> int:
    """Prints what was asked for on standard output, and the console report, on standard error where it must give way.

    Returns the exit code: the verdict's own where the listener has gone, never a pass's where the output cannot be written.
    """
    try:
        for page in printed.values():
            write_page(page)
        if quiet:
            click.echo(f"{report.verdict.outcome.value}: {ci_log(wording.explain_verdict(report))}", err=bool(printed))
        else:
            from scangate.cli.console_report import print_console_report  # noqa: PLC0415 -- a hook that wants one line does not pay for rich

            print_console_report(report, stderr=bool(printed))
        if explain_noise:
            click.echo(f"\n{noise.render(report)}", err=bool(printed), nl=False)
    except BrokenPipeError:
        silence_broken_pipes()
    except OSError as error:
        silence_broken_pipes()
        warn(f"scangate: cannot write to standard output: {error.strerror}")
        warn("hint: make room, or let it go to a file: --output-dir DIR")
        return report.exit_code or EXIT_CODES[Outcome.INCOMPLETE]
    return report.exit_code


def apply_review(report: Report, code: int) -> int:
    """The exit code of a run that leaves a FAIL to an approval: 0 for it, and told; every other code stays."""
    if not report.needs_approval or code != EXIT_CODES[Outcome.FAIL]:
        return code
    warn("scangate: left to an approval (--review): exit code 0; the verdict is FAIL, and scangate verify wants it approved")
    return EXIT_CODES[Outcome.PASS]
