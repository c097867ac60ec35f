"""Says in numbers what a run came to, each with its name, unit and dimensions; the one list that dashboards are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from scangate.model import Outcome, Report, RulingOutcome, Severity

__all__ = ["Clock", "Group", "groups"]

COUNT, SECONDS, PERCENT = "Count", "Seconds", "Percent"


class Clock(msgspec.Struct, frozen=True):
    """What only a memory or git can say, in seconds; None where it is not known.

    ``commit_to_verdict``: from the commit's own time to the end of the scan. ``block_to_green``: from the first verdict that
    stopped the branch to this one that let it pass; not the time to restore a service, which a gate knows nothing of.
    """

    commit_to_verdict: float | None = None
    block_to_green: float | None = None


class Group(msgspec.Struct, frozen=True):
    """Metrics that share their dimensions: name -> (value, CloudWatch unit). The dimensions have few values each, on purpose."""

    dimensions: Mapping[str, str]
    metrics: Mapping[str, tuple[float, str]]


def groups(report: Report, project: str, clock: Clock) -> Iterator[Group]:
    """The run as a whole, then by severity, then by scanner. A severity without findings is told as 0, so that a graph falls."""
    where = {"Project": project, "Environment": report.verdict.environment or "none"}
    yield Group(where, _whole(report, clock))
    standing = Counter(ruling.severity for ruling in report.verdict.rulings if ruling.outcome is not RulingOutcome.SUPPRESSED)
    blocking = Counter(ruling.severity for ruling in report.verdict.rulings if ruling.outcome is RulingOutcome.BLOCKS)
    for severity in sorted(Severity, reverse=True):
        counts = {"Findings": (float(standing[severity]), COUNT), "Blocking": (float(blocking[severity]), COUNT)}
        yield Group({**where, "Severity": severity.name.lower()}, counts)
    for result in sorted(report.results, key=lambda result: result.scanner):
        told = {"ScanSeconds": (result.seconds, SECONDS), "Gaps": (float(len(result.gaps)), COUNT)}
        yield Group({**where, "Scanner": result.scanner}, told)


def _whole(report: Report, clock: Clock) -> dict[str, tuple[float, str]]:
    verdict = report.verdict
    outcomes = Counter(ruling.outcome for ruling in verdict.rulings)
    counts = {
        "Findings": len(verdict.rulings) - outcomes[RulingOutcome.SUPPRESSED],
        "Blocking": outcomes[RulingOutcome.BLOCKS],
        "New": outcomes[RulingOutcome.BLOCKS] + outcomes[RulingOutcome.TOLERATED],
        "Known": outcomes[RulingOutcome.KNOWN],
        "Waived": outcomes[RulingOutcome.SUPPRESSED],
        "Gaps": len(verdict.gaps),
        "GapsThatCount": sum(ruling.counts for ruling in verdict.gaps),
        **{outcome.value.capitalize(): int(verdict.outcome is outcome) for outcome in Outcome},
    }
    measures = {name: (float(value), COUNT) for name, value in counts.items()}
    measures["ScanSeconds"] = (report.seconds, SECONDS)
    given = sum(result.given for result in report.results)
    if given:
        measures["CacheHitRate"] = (100 * sum(result.cached for result in report.results) / given, PERCENT)
    clocks = {"CommitToVerdict": clock.commit_to_verdict, "BlockToGreen": clock.block_to_green}
    return measures | {name: (value, SECONDS) for name, value in clocks.items() if value is not None}
