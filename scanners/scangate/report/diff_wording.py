"""The sentences about a comparison of two verdicts that its formats share, as raw text that each format escapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scangate.model import (
    ComparedFinding,
    ComparedGap,
    ComparisonStatus,
    DifferenceKind,
    FindingKind,
    Report,
    ScanDifference,
    VerdictComparison,
)
from scangate.report import wording
from scangate.report.wording import pluralize

DIFFERENCES = {
    DifferenceKind.VERSION: "scangate",
    DifferenceKind.POLICY: "policy",
    DifferenceKind.FILES: "files",
}


def count_findings(comparison: VerdictComparison) -> str:
    """``2 new findings (1 blocking), 3 fixed, 12 unchanged``; what was not looked for if there is any."""
    return _count({status: comparison.findings_with(status) for status in ComparisonStatus}, "new finding", "fixed")


def count_gaps(comparison: VerdictComparison) -> str:
    """``1 new gap (1 blocking), 0 closed, 2 unchanged``; empty if neither verdict has a gap."""
    if not comparison.gaps:
        return ""
    return _count({status: comparison.gaps_with(status) for status in ComparisonStatus}, "new gap", "closed")


def _count(found: Mapping[ComparisonStatus, Sequence[ComparedFinding | ComparedGap]], noun: str, ended: str) -> str:
    new, missing = found[ComparisonStatus.NEW], found[ComparisonStatus.NOT_COMPARED]
    blocking = sum(each.starts_blocking for each in new)
    parts = [
        pluralize(len(new), noun) + (f" ({blocking:,} blocking)" if new else ""),
        f"{len(found[ComparisonStatus.FIXED]):,} {ended}",
        f"{len(found[ComparisonStatus.UNCHANGED]):,} unchanged",
        *([f"{len(missing):,} not looked for"] if missing else []),
    ]
    return ", ".join(parts)


def describe_verdict(report: Report) -> str:
    """``FAIL under policy baseline, commit 0123456789ab, 2026-01-02T03:04:05Z``."""
    parts = [f"{wording.label_verdict(report)} under policy {wording.describe_policy(report)}"]
    parts += [f"commit {report.commit[:12]}"] if report.commit else []
    return ", ".join([*parts, *([report.finished] if report.finished else [])])


def list_remarks(comparison: VerdictComparison) -> list[str]:
    """What a reader has to know before comparing: how the scans differ, and how secrets are matched."""
    remarks = [_describe_difference(each) for each in comparison.differences]
    unchanged = comparison.findings_with(ComparisonStatus.UNCHANGED)
    secrets = sum(each.ruling.finding.kind is FindingKind.SECRET for each in unchanged)
    if secrets:
        remarks.append(
            f"{pluralize(secrets, 'unchanged secret')}: matched by rule, name and place, since a verdict.json has nothing of a "
            "secret's value; another value in the same place counts as unchanged"
        )
    missing = len(comparison.findings_with(ComparisonStatus.NOT_COMPARED))
    if missing:
        remarks.append(f"{pluralize(missing, 'finding')} of the old verdict not looked for by the new scan: not counted as fixed")
    return remarks


def _describe_difference(difference: ScanDifference) -> str:
    if difference.kind is DifferenceKind.ORDER:
        return f"the old verdict is the later one: {difference.old}, the new one {difference.new}"
    name = difference.name or DIFFERENCES[difference.kind]
    return f"{name}: {difference.old} before, {difference.new} now"


def list_changed(comparison: VerdictComparison) -> tuple[list[ComparedFinding], list[ComparedFinding]]:
    """The unchanged findings that block now and did not before, and those that do not block any more."""
    unchanged = comparison.findings_with(ComparisonStatus.UNCHANGED)
    return [each for each in unchanged if each.starts_blocking], [each for each in unchanged if each.stops_blocking]


def describe_change(compared: ComparedFinding) -> str:
    """``was tolerated, at medium``, and where it was; empty if neither changed."""
    before = compared.before
    if before is None:
        return ""
    ruling = compared.ruling
    parts: Iterable[str] = (
        f"was {wording.label_outcome(before.outcome)}" if before.outcome is not ruling.outcome else "",
        f"was {before.severity.value}" if before.severity is not ruling.severity else "",
        f"moved from {compared.previous_path}" if compared.previous_path else "",
    )
    return ", ".join(filter(None, parts))
