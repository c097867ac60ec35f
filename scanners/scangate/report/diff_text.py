"""The comparison of two verdicts as plain text for a terminal: the new findings and the numbers are last, where the eye is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scangate.model import ComparedFinding, ComparedGap, ComparisonStatus, VerdictComparison
from scangate.report import diff_wording, escape, wording

MAX_SHOWN = 50
MAX_NAME_LENGTH = 300
FINGERPRINT_LENGTH = 8


def render(comparison: VerdictComparison) -> str:
    """The whole page; no section for what there is none of."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(comparison))


def _lines(comparison: VerdictComparison) -> Iterator[str]:
    starts, stops = diff_wording.list_changed(comparison)
    yield escape.ci_log(f"old: {diff_wording.describe_verdict(comparison.old)}")
    yield escape.ci_log(f"new: {diff_wording.describe_verdict(comparison.new)}")
    yield from (f"note: {escape.ci_log(escape.truncate(remark, 400))}" for remark in diff_wording.list_remarks(comparison))
    yield from _section("closed gaps", comparison.gaps_with(ComparisonStatus.FIXED))
    yield from _section("fixed", comparison.findings_with(ComparisonStatus.FIXED))
    yield from _section("not blocking any more", stops)
    yield from _section("new gaps", comparison.gaps_with(ComparisonStatus.NEW))
    yield from _section("blocking now", starts)
    yield from _section("new", comparison.findings_with(ComparisonStatus.NEW))
    yield ""
    yield from filter(None, (diff_wording.count_gaps(comparison), diff_wording.count_findings(comparison)))


def _section(title: str, items: Sequence[ComparedFinding] | Sequence[ComparedGap]) -> Iterator[str]:
    if not items:
        return
    yield ""
    yield f"{title}: {len(items):,}"
    for item in items[:MAX_SHOWN]:
        yield from _finding(item) if isinstance(item, ComparedFinding) else _gap(item)
    if len(items) > MAX_SHOWN:
        yield f"  and {len(items) - MAX_SHOWN:,} more; all of them: --format json"


def _finding(compared: ComparedFinding) -> Iterable[str]:
    ruling = compared.ruling
    finding = ruling.finding
    where = wording.format_location(_name(finding.location.path), finding.location.line, finding.location.column)
    outcome = wording.label_outcome(ruling.outcome)
    change = diff_wording.describe_change(compared)
    notes = ", ".join(filter(None, (outcome, escape.ci_log(change))))
    fingerprint = f"  [{escape.ci_log(finding.fingerprint[:FINGERPRINT_LENGTH])}]" if finding.fingerprint else ""
    yield f"  {ruling.severity.value:<8}  {where}  {_name(finding.rule)}{fingerprint}  {notes}"
    yield f"            {escape.ci_log(escape.truncate(finding.title, 120))}"


def _gap(compared: ComparedGap) -> Iterable[str]:
    gap = compared.ruling.gap
    where = f"  {wording.format_location(_name(gap.path), gap.line)}" if gap.path is not None else ""
    blocking = "  blocking" if compared.ruling.blocking else ""
    yield f"  {_name(gap.scanner)}: {gap.kind.value}{where}{blocking}"
    yield f"            {escape.ci_log(escape.truncate(gap.reason, 120))}"


def _name(text: str) -> str:
    return escape.truncate_middle(escape.ci_log(text), MAX_NAME_LENGTH)
