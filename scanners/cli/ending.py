"""The end of a scan or a gate: the reports are written, the verdict is shown, and its exit code is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Console

from scanners.cli import output
from scanners.cli.listener import hush, remark, write_page
from scanners.cli.run import EXIT_CODES
from scanners.model import Gap, GapKind, GapRuling, Outcome, Report
from scanners.report import noise, text, wording
from scanners.report.escape import ci

__all__ = ["reviewed", "show", "write"]

WRITER = "reports"
NARROWEST = 20


class Screen(Console):
    """A console that tells its caller when the listener has gone; rich's own would end the program with exit code 1."""

    def on_broken_pipe(self) -> None:
        """Raises the BrokenPipeError that rich has caught."""
        raise BrokenPipeError


def write(report: Report, outputs: Sequence[output.Output]) -> tuple[Report, Mapping[str, str]]:
    """Writes the reports that go to files; gives the report as it is now, and what is to go to standard output.

    Where they cannot be written the verdict says so: one that nobody can read afterwards is no pass.
    """
    try:
        return report, output.write(outputs, report)
    except OSError as error:
        why = error.strerror or type(error).__name__
        hint = "make room, or choose another place: --output-dir DIR"
        remark(f"scangate: the reports cannot be written, so none was: {why}")
        remark(f"hint: {hint}")
        gap = Gap(WRITER, None, GapKind.CRASH, f"the reports cannot be written, so none was: {why}", hint=hint)
        report = _with(report, gap)
    return report, output.write([each for each in outputs if each.file is None], report)


def _with(report: Report, gap: Gap) -> Report:
    verdict = report.verdict
    outcome = Outcome.FAIL if verdict.outcome is Outcome.FAIL else Outcome.INCOMPLETE
    gaps = (*verdict.gaps, GapRuling(gap, True, "a verdict that nobody can read is no pass"))
    return msgspec.structs.replace(
        report,
        verdict=msgspec.structs.replace(verdict, outcome=outcome, gaps=gaps),
        exit_code=report.exit_code or EXIT_CODES[outcome],
    )


def show(report: Report, printed: Mapping[str, str], *, quiet: bool, explain_noise: bool = False) -> int:
    """Prints what was asked for on standard output, and the console report, on standard error where it must give way.

    Returns the exit code: the verdict's own where the listener has gone, never a pass's where the output cannot be written.
    """
    try:
        for page in printed.values():
            write_page(page)
        screen = Screen(stderr=bool(printed))
        screen.width = max(screen.width, NARROWEST)  # COLUMNS may say anything, and rich would print nothing
        if quiet:
            line = f"{report.verdict.outcome.value}: {ci(wording.reason(report))}"
            screen.print(line, highlight=False, soft_wrap=True, markup=False)
        else:
            text.print_to(screen, report)
        if explain_noise:
            screen.print(f"\n{noise.render(report)}", highlight=False, soft_wrap=True, markup=False, end="")
        screen.file.flush()
    except BrokenPipeError:
        hush()
    except OSError as error:
        hush()
        remark(f"scangate: cannot write to standard output: {error.strerror}")
        remark("hint: make room, or let it go to a file: --output-dir DIR")
        return report.exit_code or EXIT_CODES[Outcome.INCOMPLETE]
    return report.exit_code


def reviewed(report: Report, code: int) -> int:
    """The exit code of a run that leaves a FAIL to an approval: 0 for it, and told; every other code stays."""
    if not report.review or code != EXIT_CODES[Outcome.FAIL]:
        return code
    remark("scangate: left to an approval (--review): exit code 0; the verdict is FAIL, and scangate verify wants it approved")
    return EXIT_CODES[Outcome.PASS]
