"""Puts a report's facts in one order and counts them once, so that every format tells the same; shows nothing."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from scangate.model import STARTER_SET, WORST_FIRST, Finding, Gap, GapRuling, Report, Ruling, RulingOutcome, ScanResult, Severity

__all__ = [
    "OWN",
    "Part",
    "Tally",
    "count",
    "finding_key",
    "gap_key",
    "gap_rulings",
    "is_starter",
    "parts",
    "resolved",
    "results",
    "rulings",
    "severities",
    "starters",
    "worst_first",
]

OWN = "scangate"
"""Who owns a gap or a finding that no scanner of the run stands for: the list of files, the policy."""

SEVERITIES = tuple(sorted(Severity, reverse=True))


class Tally(msgspec.Struct, frozen=True):
    """How many rulings there are by severity and outcome, how many gaps, and how many of those count."""

    cells: dict[tuple[Severity, RulingOutcome], int]
    gaps: int
    counting: int

    def of(self, outcome: RulingOutcome) -> int:
        """How many findings have this outcome."""
        return sum(number for (_, other), number in self.cells.items() if other is outcome)

    def at(self, severity: Severity, outcome: RulingOutcome) -> int:
        """How many findings of this severity have this outcome."""
        return self.cells.get((severity, outcome), 0)

    def standing(self, severity: Severity) -> int:
        """How many findings of this severity stand: all but the suppressed, the known included."""
        return sum(self.at(severity, outcome) for outcome in RulingOutcome if outcome is not RulingOutcome.SUPPRESSED)

    @property
    def findings(self) -> int:
        """How many findings there are, whatever became of them."""
        return sum(self.cells.values())


class Part(msgspec.Struct):
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

    def tally(self) -> Tally:
        """The counts of this part."""
        return count(self.rulings, self.gaps)


def count(rulings: Iterable[Ruling], gaps: Iterable[GapRuling]) -> Tally:
    """Count rulings and gaps."""
    gaps = tuple(gaps)
    cells = Counter((ruling.severity, ruling.outcome) for ruling in rulings)
    return Tally(dict(cells), len(gaps), sum(gap.counts for gap in gaps))


def is_starter(finding: Finding) -> bool:
    """Whether nobody but the starter set tells it."""
    return finding.package is not None and finding.package.told_by == STARTER_SET


def starters(rulings: Iterable[Ruling]) -> int:
    """How many of these only the starter set tells."""
    return sum(is_starter(ruling.finding) for ruling in rulings)


def resolved(part: Part) -> int:
    """How many releases were taken for the run because no file pins them."""
    return sum(component.resolved for component in part.result.components) if part.result is not None else 0


def severities() -> tuple[Severity, ...]:
    """From the worst down, UNKNOWN last."""
    return SEVERITIES


def rulings(report: Report) -> Sequence[Ruling]:
    """By place, then by rule; a total order, so that the order of the input never shows."""
    if _ordered.report is not report:
        _ordered.report, _ordered.rulings = (
            report,
            tuple(_in_order(report.verdict.rulings, lambda ruling: ruling.finding.sort_key())),
        )
    return _ordered.rulings


class _Ordered:
    """The rulings of the report that was shown last: there are several formats, and a hundred thousand take a second to sort."""

    report: Report | None = None
    rulings: tuple[Ruling, ...] = ()


_ordered = _Ordered()


def worst_first(ruled: Iterable[Ruling]) -> list[Ruling]:
    """What blocks first, then by severity, then by place."""
    return _in_order(ruled, lambda ruling: (WORST_FIRST.index(ruling.outcome), -ruling.severity, ruling.finding.sort_key()))


def _in_order(ruled: Iterable[Ruling], key: Callable[[Ruling], tuple[Any, ...]]) -> list[Ruling]:
    """By ``key``, and then by all that there is: few are alike in the first, and the rest is dear."""
    groups = (list(group) for _, group in itertools.groupby(sorted(ruled, key=key), key=key))
    return [ruling for group in groups for ruling in (sorted(group, key=_ruling_key) if len(group) > 1 else group)]


def gap_rulings(report: Report) -> list[GapRuling]:
    """By scanner, then by place; a total order."""
    return sorted(report.verdict.gaps, key=lambda ruling: (gap_key(ruling.gap), ruling.counts, ruling.because))


def results(report: Report) -> list[ScanResult]:
    """By the scanner's name."""
    return sorted(report.results, key=lambda result: (result.scanner, result.version, result.status.value))


def parts(report: Report) -> list[Part]:
    """One part a scanner, by name; the last is OWN: what no scanner of the run stands for."""
    found = {result.scanner: Part(result.scanner, result) for result in results(report)}
    own = found.pop(OWN, Part(OWN))
    for ruling in rulings(report):
        found.get(ruling.finding.scanner, own).rulings.append(ruling)
    for gap in gap_rulings(report):
        found.get(gap.gap.scanner, own).gaps.append(gap)
    return [*found.values(), own]


def finding_key(finding: Finding) -> tuple[Any, ...]:
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
        finding.waiver,
        finding.ignores,
        finding.reported_by,
        () if finding.package is None else (finding.package,),
        () if finding.record is None else (finding.record,),
        finding.known,
        finding.known_at,
    )


def gap_key(gap: Gap) -> tuple[Any, ...]:
    """A total order of gaps: their order in every report, then every other field."""
    return (gap.sort_key(), gap.path is not None, gap.hint)


def _ruling_key(ruling: Ruling) -> tuple[Any, ...]:
    members = tuple(_ruling_key(member) for member in ruling.members)
    return (finding_key(ruling.finding), ruling.severity, ruling.outcome.value, ruling.because, members)
