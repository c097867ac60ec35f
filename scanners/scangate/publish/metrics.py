"""Says in numbers what a run came to, each with its name, unit and dimensions; the one list that dashboards are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from scangate.model import Outcome, Report, RulingOutcome, Severity

__all__ = ["LeadTimes", "MetricGroup", "collect_metrics"]

COUNT, SECONDS, PERCENT = "Count", "Seconds", "Percent"


class LeadTimes(msgspec.Struct, frozen=True):
    """What only a memory or git can say, in seconds; None where it is not known.

    ``commit_to_verdict``: from the commit's own time to the end of the scan. ``block_to_green``: from the first verdict that
    stopped the branch to this one that let it pass; not the time to restore a service, which a gate knows nothing of.
    """

    commit_to_verdict: float | None = None
    block_to_green: float | None = None


class MetricGroup(msgspec.Struct, frozen=True):
    """Metrics that share their dimensions: name -> (value, CloudWatch unit). The dimensions have few values each, on purpose."""

    dimensions: Mapping[str, str]
    metrics: Mapping[str, tuple[float, str]]


def collect_metrics(report: Report, project: str, lead_times: LeadTimes) -> Iterator[MetricGroup]:
    """The run as a whole, then by severity, then by scanner. A severity without findings is told as 0, so that a graph falls."""
    where = {"Project": project, "Environment": report.verdict.environment or "none"}
    yield MetricGroup(where, _run_metrics(report, lead_times))
    standing = Counter(ruling.severity for ruling in report.verdict.rulings if ruling.outcome is not RulingOutcome.SUPPRESSED)
    blocking = Counter(ruling.severity for ruling in report.verdict.rulings if ruling.outcome is RulingOutcome.BLOCKING)
    for severity in Severity.worst_first():
        counts = {"Findings": (float(standing[severity]), COUNT), "Blocking": (float(blocking[severity]), COUNT)}
        yield MetricGroup({**where, "Severity": severity.value}, counts)
    for result in sorted(report.results, key=lambda result: result.scanner):
        told = {"ScanSeconds": (result.seconds, SECONDS), "Gaps": (float(len(result.gaps)), COUNT)}
        yield MetricGroup({**where, "Scanner": result.scanner}, told)


def _run_metrics(report: Report, lead_times: LeadTimes) -> dict[str, tuple[float, str]]:
    verdict = report.verdict
    outcomes = Counter(ruling.outcome for ruling in verdict.rulings)
    counts = {
        "Findings": len(verdict.rulings) - outcomes[RulingOutcome.SUPPRESSED],
        "Blocking": outcomes[RulingOutcome.BLOCKING],
        "New": outcomes[RulingOutcome.BLOCKING] + outcomes[RulingOutcome.TOLERATED],
        "Known": outcomes[RulingOutcome.KNOWN],
        "Waived": outcomes[RulingOutcome.SUPPRESSED],
        "Gaps": len(verdict.gaps),
        "GapsThatCount": sum(ruling.blocking for ruling in verdict.gaps),
        **{outcome.value.capitalize(): int(verdict.outcome is outcome) for outcome in Outcome},
    }
    measures = {name: (float(value), COUNT) for name, value in counts.items()}
    measures["ScanSeconds"] = (report.seconds, SECONDS)
    given = sum(result.files_given for result in report.results)
    if given:
        measures["CacheHitRate"] = (100 * sum(result.files_cached for result in report.results) / given, PERCENT)
    clocks = {"CommitToVerdict": lead_times.commit_to_verdict, "BlockToGreen": lead_times.block_to_green}
    return measures | {name: (value, SECONDS) for name, value in clocks.items() if value is not None}
