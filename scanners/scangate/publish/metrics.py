"""The metrics of a run: names, units and dimensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from scangate.model import Outcome, Report, RulingOutcome, Severity

Unit = Literal["Count", "Seconds", "Percent"]


class LeadTimes(msgspec.Struct, frozen=True):
    """Durations in seconds that a report does not contain; None if unknown.

    ``commit_to_verdict``: from the commit's time to the end of the scan. ``block_to_green``: from the branch's first verdict other
    than PASS to this PASS. It is not the time to restore a service: a gate knows nothing of deployments.
    """

    commit_to_verdict: float | None = None
    block_to_green: float | None = None


class MetricGroup(msgspec.Struct, frozen=True):
    """Metrics with common dimensions: name -> (value, unit). Dimensions have few values, to limit cost."""

    dimensions: Mapping[str, str]
    metrics: Mapping[str, tuple[float, Unit]]


def collect_metrics(report: Report, project: str, lead_times: LeadTimes) -> Iterator[MetricGroup]:
    """Yield the metrics of the run, of each severity (0 if there are no findings, so that graphs fall), and of each scanner."""
    dimensions = {"Project": project, "Environment": report.verdict.environment or "none"}
    yield MetricGroup(dimensions, _run_metrics(report, lead_times))
    rulings = report.verdict.rulings
    open_ = Counter(ruling.severity for ruling in rulings if ruling.outcome is not RulingOutcome.SUPPRESSED)
    blocking = Counter(ruling.severity for ruling in rulings if ruling.outcome is RulingOutcome.BLOCKING)
    for severity in Severity.worst_first():
        counts = _counts({"Findings": open_[severity], "Blocking": blocking[severity]})
        yield MetricGroup({**dimensions, "Severity": severity.value}, counts)
    for result in sorted(report.results, key=lambda result: result.scanner):
        metrics = {"ScanSeconds": _seconds(result.seconds), **_counts({"Gaps": len(result.gaps)})}
        yield MetricGroup({**dimensions, "Scanner": result.scanner}, metrics)


def _run_metrics(report: Report, lead_times: LeadTimes) -> dict[str, tuple[float, Unit]]:
    verdict = report.verdict
    outcomes = Counter(ruling.outcome for ruling in verdict.rulings)
    metrics = _counts(
        {
            "Findings": len(verdict.rulings) - outcomes[RulingOutcome.SUPPRESSED],
            "Blocking": outcomes[RulingOutcome.BLOCKING],
            "New": len(verdict.rulings) - outcomes[RulingOutcome.SUPPRESSED] - outcomes[RulingOutcome.KNOWN],
            "Known": outcomes[RulingOutcome.KNOWN],
            "Waived": outcomes[RulingOutcome.SUPPRESSED],
            "Gaps": len(verdict.gaps),
            "GapsThatCount": sum(ruling.blocking for ruling in verdict.gaps),
            **{outcome.value.capitalize(): int(verdict.outcome is outcome) for outcome in Outcome},
        }
    )
    metrics["ScanSeconds"] = _seconds(report.seconds)
    given = sum(result.files_given for result in report.results)
    if given:
        metrics["CacheHitRate"] = (100 * sum(result.files_cached for result in report.results) / given, "Percent")
    durations = {"CommitToVerdict": lead_times.commit_to_verdict, "BlockToGreen": lead_times.block_to_green}
    return metrics | {name: _seconds(value) for name, value in durations.items() if value is not None}


def _counts(counts: Mapping[str, int]) -> dict[str, tuple[float, Unit]]:
    return {name: (float(count), "Count") for name, count in counts.items()}


def _seconds(value: float) -> tuple[float, Unit]:
    return value, "Seconds"
