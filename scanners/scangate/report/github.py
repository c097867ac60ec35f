"""The findings as annotations of a GitHub Actions step: workflow commands on standard output.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scangate.model import GapRuling, Location, Report, Ruling, RulingOutcome, Severity
from scangate.report import concise, escape, markdown, summary, wording
from scangate.report.layout import Line, Segment
from scangate.report.remediation import suggest_fix
from scangate.report.view import View
from scangate.report.wording import pluralize

MAX_ANNOTATIONS = 10
"""Of each type, in one step: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations"""
MAX_LINES = 500
"""Of what is not annotated, in the log."""
MAX_SUMMARY_BYTES = 1024 * 1024
"""Of a step: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits"""
CUT_SUMMARY = "\n\nThe summary is cut at the size that GitHub shows; verdict.json has the whole report.\n"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.UNKNOWN: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}
GAP_LEVEL = "error"
ANNOTATED = {RulingOutcome.BLOCKING, RulingOutcome.NOT_JUDGED}


class _Annotation(NamedTuple):
    """A workflow command, and the line that says the same in a log."""

    command: str
    line: Line


def render_lines(report: Report, view: View) -> Iterable[Line]:
    """An annotation for each finding and gap that blocks, the worst first; the verdict is a line of the log.

    GitHub shows the first ten of each type. If there are more, the tenth says how many, and they are plain lines of the log.
    """
    by_level: dict[str, list[_Annotation]] = defaultdict(list)
    for ruling in summary.sort_worst_first(report.verdict.rulings):
        if ruling.outcome in ANNOTATED:
            by_level[LEVELS[ruling.severity]].append(_Annotation(_annotate_finding(ruling), concise.finding_line(ruling)))
    for group in summary.group_gaps(report.verdict.gaps):
        if group[0].blocking:
            by_level[GAP_LEVEL].append(_Annotation(_annotate_gaps(group), concise.gap_line(group[0])))
    others: list[Line] = []
    for level in ("error", "warning", "notice"):
        annotations = by_level[level]
        shown = len(annotations) if len(annotations) <= MAX_ANNOTATIONS else MAX_ANNOTATIONS - 1
        yield from ((Segment(each.command),) for each in annotations[:shown])
        if left := len(annotations) - shown:
            more = f"{left:,} more of this type: they are in the log of this step, and the worst in its job summary"
            yield (Segment(_command(level, {"title": "scangate"}, [more])),)
        others += [each.line for each in annotations[shown:]]
    yield from others[: view.limit(MAX_LINES)]
    if not view.show_all and len(others) > MAX_LINES:
        yield (Segment(f"and {len(others) - MAX_LINES:,} more ({view.more_option} shows them)"),)
    yield (Segment(escape.ci_log(wording.describe_outcome_counts(report))),)
    yield concise.verdict_line(report)


def render_job_summary(report: Report, room: int) -> bytes:
    """The summary of the report in Markdown, in at most ``room`` bytes; cut between two lines, with a sentence that says so."""
    page = markdown.render(report).encode("utf-8", "backslashreplace")
    if len(page) <= room:
        return page
    cut = CUT_SUMMARY.encode()
    kept = page[: max(room - len(cut), 0)]
    return kept[: kept.rfind(b"\n") + 1] + cut if len(cut) <= room else b""


def _annotate_finding(ruling: Ruling) -> str:
    finding = ruling.finding
    also = f" and {merged}" if (merged := wording.list_merged_rules(ruling)) else ""
    fix = suggest_fix(finding.rule, finding)
    lines = [finding.message or finding.title, f"Fix: {fix}" if fix else ""]
    lines += [f"Details: scangate explain {wording.short_fingerprint(finding)}"] if finding.fingerprint else []
    title = f"{ruling.severity.value}: {finding.rule}{also}"
    return _command(LEVELS[ruling.severity], {**_position(finding.location), "title": title}, lines)


def _annotate_gaps(group: Sequence[GapRuling]) -> str:
    gap = group[0].gap
    more = f" ({pluralize(len(group), 'gap')} of this kind)" if len(group) > 1 else ""
    properties = {"file": gap.path} if gap.path is not None else {}
    properties |= {"line": str(gap.line)} if gap.path is not None and gap.line else {}
    title = f"not analyzed: {gap.scanner}, {gap.kind.value}{more}"
    return _command(GAP_LEVEL, {**properties, "title": title}, [gap.reason, f"Hint: {gap.hint}" if gap.hint else ""])


def _position(location: Location) -> dict[str, str]:
    """The properties of a position; GitHub takes columns only within one line."""
    properties = {"file": location.path, "line": str(location.line), "endLine": str(location.end_line)}
    if location.column and location.line == location.end_line:
        properties["col"] = str(location.column)
        properties |= {"endColumn": str(location.end_column)} if location.end_column else {}
    return properties


def _command(level: str, properties: dict[str, str], lines: Iterable[str]) -> str:
    """``::error file=a.py,line=1::message``; the lines of the message are shown as such."""
    listed = ",".join(f"{name}={escape.github_property(value)}" for name, value in properties.items())
    return f"::{level} {listed}::{escape.github_data(line for line in lines if line)}"
