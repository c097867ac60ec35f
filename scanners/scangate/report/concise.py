"""One line per finding, as compilers and ruff write them: ``path:line:column: severity rule message [fingerprint]``."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.model import GapRuling, Report, Ruling, RulingOutcome
from scangate.report import escape, wording
from scangate.report.layout import Line, Segment, name
from scangate.report.styles import OUTCOME_STYLES, SEVERITY_STYLES
from scangate.report.view import View

MAX_MESSAGE_LENGTH = 1000
LISTED = {RulingOutcome.BLOCKING, RulingOutcome.NOT_JUDGED}


def render_lines(report: Report, view: View) -> Iterable[Line]:
    """The findings in the order of the files, then the gaps, then the counts and the verdict. Lines are never wrapped.

    What does not block is counted, and listed if the view is verbose; its line names the outcome.
    """
    everything = view.verbose or view.show_all
    for ruling in report.verdict.rulings:
        if everything or ruling.outcome in LISTED:
            yield finding_line(ruling)
    for gap in report.verdict.gaps:
        if everything or gap.blocking:
            yield gap_line(gap)
    yield (Segment(escape.ci_log(wording.describe_outcome_counts(report)), "dim"),)
    yield verdict_line(report)


def verdict_line(report: Report) -> Line:
    """``FAIL: 2 blocking findings ...``, the last line for people, of this and other formats."""
    outcome = report.verdict.outcome
    return (
        Segment(escape.ci_log(wording.label_verdict(report)), OUTCOME_STYLES[outcome]),
        Segment(f": {escape.ci_log(wording.explain_verdict(report))}"),
    )


def finding_line(ruling: Ruling) -> Line:
    """A finding; one that does not block with its outcome."""
    finding = ruling.finding
    location = finding.location
    where = wording.format_location(name(location.path), location.line, location.column)
    outcome = "" if ruling.outcome is RulingOutcome.BLOCKING else f" ({wording.label_outcome(ruling.outcome)})"
    rules = ",".join(name(each.finding.rule) for each in ruling.per_scanner)
    message = format_message(finding.message or finding.title)
    fingerprint = f" [{escape.ci_log(wording.short_fingerprint(finding))}]" if finding.fingerprint else ""
    severity = Segment(f"{ruling.severity.value}{outcome}", SEVERITY_STYLES[ruling.severity])
    return (Segment(f"{where}: ", "bold"), severity, Segment(f" {rules} {message}"), Segment(fingerprint, "dim"))


def gap_line(ruling: GapRuling) -> Line:
    """A gap: ``path:line: gap scanner:kind reason``."""
    gap = ruling.gap
    where = f"{wording.format_location(name(gap.path), gap.line)}: " if gap.path is not None else ""
    label = "gap" if ruling.blocking else "gap (allowed)"
    return (
        Segment(where, "bold"),
        Segment(label, "yellow"),
        Segment(f" {name(gap.scanner)}:{gap.kind.value} {format_message(gap.reason)}"),
    )


def format_message(text: str) -> str:
    """A message in one line, cut at MAX_MESSAGE_LENGTH."""
    return escape.ci_log(escape.truncate(" ".join(text.split()), MAX_MESSAGE_LENGTH))
