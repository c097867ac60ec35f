"""Puts a report's facts in one order and counts them once, so that every format tells the same; shows nothing."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from scangate.model import (
    BUNDLED_ADVISORIES,
    WORST_FIRST,
    Finding,
    Gap,
    GapRuling,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    Severity,
)

__all__ = [
    "SCANGATE",
    "Counts",
    "ScannerSummary",
    "count",
    "count_bundled_only",
    "count_resolved",
    "finding_sort_key",
    "gap_sort_key",
    "is_bundled_only",
    "sort_gap_rulings",
    "sort_results",
    "sort_rulings",
    "sort_worst_first",
    "summarize_scanners",
]

SCANGATE = "scangate"
"""Who owns a gap or a finding that no scanner of the run stands for: the list of files, the policy."""


class Counts(msgspec.Struct, frozen=True):
    """How many rulings there are by severity and outcome, how many gaps, and how many of those count."""

    cells: dict[tuple[Severity, RulingOutcome], int]
    gaps: int
    blocking_gaps: int

    def with_outcome(self, outcome: RulingOutcome) -> int:
        """How many findings have this outcome."""
        return sum(number for (_, other), number in self.cells.items() if other is outcome)

    def with_severity(self, severity: Severity, outcome: RulingOutcome) -> int:
        """How many findings of this severity have this outcome."""
        return self.cells.get((severity, outcome), 0)

    def unsuppressed(self, severity: Severity) -> int:
        """How many findings of this severity stand: all but the suppressed, the known included."""
        return sum(self.with_severity(severity, outcome) for outcome in RulingOutcome if outcome is not RulingOutcome.SUPPRESSED)

    @property
    def findings(self) -> int:
        """How many findings there are, whatever became of them."""
        return sum(self.cells.values())


class ScannerSummary(msgspec.Struct):
    """What one scanner's run came to: its result, and the rulings on what it found and on what it did not read, in order."""

    scanner: str
    result: ScanResult | None = None
    rulings: list[Ruling] = []
    gaps: list[GapRuling] = []

    @property
    def label(self) -> str:
        """What people read as its name: OWN's is where its gaps come from, where they all come from one place."""
        sources = {ruling.gap.scanner for ruling in self.gaps} | {ruling.finding.scanner for ruling in self.rulings}
        return self.scanner if self.result is not None or len(sources) != 1 else min(sources)

    def counts(self) -> Counts:
        """The counts of this part."""
        return count(self.rulings, self.gaps)


def count(rulings: Iterable[Ruling], gaps: Iterable[GapRuling]) -> Counts:
    """Count rulings and gaps."""
    gaps = tuple(gaps)
    cells = Counter((ruling.severity, ruling.outcome) for ruling in rulings)
    return Counts(dict(cells), len(gaps), sum(gap.blocking for gap in gaps))


def is_bundled_only(finding: Finding) -> bool:
    """Whether nobody but the starter set tells it."""
    return finding.affected_package is not None and finding.affected_package.source == BUNDLED_ADVISORIES


def count_bundled_only(rulings: Iterable[Ruling]) -> int:
    """How many of these only the starter set tells."""
    return sum(is_bundled_only(ruling.finding) for ruling in rulings)


def count_resolved(part: ScannerSummary) -> int:
    """How many releases were taken for the run because no file pins them."""
    return sum(component.resolved for component in part.result.components) if part.result is not None else 0


def sort_rulings(report: Report) -> Sequence[Ruling]:
    """By place, then by rule; a total order, so that the order of the input never shows."""
    if _last_sorted.report is not report:
        _last_sorted.report, _last_sorted.rulings = (
            report,
            tuple(_sort(report.verdict.rulings, lambda ruling: ruling.finding.sort_key())),
        )
    return _last_sorted.rulings


class _SortedRulings:
    """The rulings of the report that was shown last: there are several formats, and a hundred thousand take a second to sort."""

    report: Report | None = None
    rulings: tuple[Ruling, ...] = ()


_last_sorted = _SortedRulings()


def sort_worst_first(rulings: Iterable[Ruling]) -> list[Ruling]:
    """What blocks first, then by severity, then by place."""
    return _sort(rulings, lambda ruling: (WORST_FIRST.index(ruling.outcome), -ruling.severity.rank, ruling.finding.sort_key()))


def _sort(rulings: Iterable[Ruling], key: Callable[[Ruling], tuple[Any, ...]]) -> list[Ruling]:
    """By ``key``, and then by all that there is: few are alike in the first, and the rest is dear."""
    groups = (list(group) for _, group in itertools.groupby(sorted(rulings, key=key), key=key))
    return [ruling for group in groups for ruling in (sorted(group, key=_ruling_sort_key) if len(group) > 1 else group)]


def sort_gap_rulings(report: Report) -> list[GapRuling]:
    """By scanner, then by place; a total order."""
    return sorted(report.verdict.gaps, key=lambda ruling: (gap_sort_key(ruling.gap), ruling.blocking, str(ruling.decision)))


def sort_results(report: Report) -> list[ScanResult]:
    """By the scanner's name."""
    return sorted(report.results, key=lambda result: (result.scanner, result.version, result.status.value))


def summarize_scanners(report: Report) -> list[ScannerSummary]:
    """One part a scanner, by name; the last is OWN: what no scanner of the run stands for."""
    found = {result.scanner: ScannerSummary(result.scanner, result) for result in sort_results(report)}
    own = found.pop(SCANGATE, ScannerSummary(SCANGATE))
    for ruling in sort_rulings(report):
        found.get(ruling.finding.scanner, own).rulings.append(ruling)
    for gap in sort_gap_rulings(report):
        found.get(gap.gap.scanner, own).gaps.append(gap)
    return [*found.values(), own]


def finding_sort_key(finding: Finding) -> tuple[Any, ...]:
    """A total order of findings: their order in every report, then every other field."""
    return (
        finding.sort_key(),
        finding.severity,
        finding.confidence,
        finding.kind.value,
        finding.title,
        finding.cwe,
        finding.evidence,
        finding.help_url,
        finding.line_hash,
        finding.tool_comment,
        finding.ignore_comments,
        finding.reported_by,
        () if finding.affected_package is None else (finding.affected_package,),
        () if finding.identity is None else (finding.identity,),
        finding.known_by,
        finding.previous_path,
    )


def gap_sort_key(gap: Gap) -> tuple[Any, ...]:
    """A total order of gaps: their order in every report, then every other field."""
    return (gap.sort_key(), gap.path is not None, gap.hint)


def _ruling_sort_key(ruling: Ruling) -> tuple[Any, ...]:
    members = tuple(_ruling_sort_key(member) for member in ruling.members)
    return (finding_sort_key(ruling.finding), ruling.severity, ruling.outcome.value, str(ruling.decision), members)
