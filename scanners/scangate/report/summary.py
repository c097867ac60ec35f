"""Groups and counts a report's findings and gaps, once for all formats."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from scangate.model import BUNDLED_ADVISORIES, Finding, GapKind, GapRuling, Report, Ruling, RulingOutcome, ScanResult, Severity

SCANGATE = "scangate"
"""The owner of findings and gaps that belong to no scanner of the run: those of the list of files and of the policy."""


class Counts(msgspec.Struct, frozen=True):
    """The number of rulings by severity and outcome, of gaps, and of blocking gaps."""

    cells: dict[tuple[Severity, RulingOutcome], int]
    gaps: int
    blocking_gaps: int

    def with_outcome(self, outcome: RulingOutcome) -> int:
        return sum(number for (_, other), number in self.cells.items() if other is outcome)

    def with_severity(self, severity: Severity, outcome: RulingOutcome) -> int:
        return self.cells.get((severity, outcome), 0)

    def unsuppressed(self, severity: Severity) -> int:
        """The number of findings of this severity that are not suppressed, including the known."""
        return sum(self.with_severity(severity, outcome) for outcome in RulingOutcome if outcome is not RulingOutcome.SUPPRESSED)

    @property
    def findings(self) -> int:
        return sum(self.cells.values())


class ScannerSummary(msgspec.Struct):
    """One scanner's result, and the rulings on its findings and gaps; without a result what belongs to SCANGATE."""

    scanner: str
    result: ScanResult | None = None
    rulings: list[Ruling] = []
    gaps: list[GapRuling] = []

    @property
    def resolved_releases(self) -> int:
        """The number of releases that are not pinned and were resolved for this scan."""
        return sum(component.resolved for component in self.result.components) if self.result is not None else 0

    def counts(self) -> Counts:
        return count(self.rulings, self.gaps)


def count(rulings: Iterable[Ruling], gaps: Sequence[GapRuling]) -> Counts:
    cells = Counter((ruling.severity, ruling.outcome) for ruling in rulings)
    return Counts(dict(cells), len(gaps), sum(gap.blocking for gap in gaps))


def is_bundled_only(finding: Finding) -> bool:
    """Whether only the bundled advisories report a dependency finding."""
    return finding.affected_package is not None and finding.affected_package.source == BUNDLED_ADVISORIES


def count_bundled_only(rulings: Iterable[Ruling]) -> int:
    return sum(is_bundled_only(ruling.finding) for ruling in rulings)


def sort_worst_first(rulings: Iterable[Ruling]) -> list[Ruling]:
    """By outcome, then by severity, then in the order of the verdict."""
    return sorted(rulings, key=Ruling.badness)


def sort_results(report: Report) -> list[ScanResult]:
    return sorted(report.results, key=lambda result: (result.scanner, result.version, result.status.value))


def summarize_scanners(report: Report) -> list[ScannerSummary]:
    """One summary for each scanner, by name; the last is SCANGATE."""
    summaries = {result.scanner: ScannerSummary(result.scanner, result) for result in sort_results(report)}
    own = summaries.pop(SCANGATE, ScannerSummary(SCANGATE))
    for ruling in report.verdict.rulings:
        summaries.get(ruling.finding.scanner, own).rulings.append(ruling)
    for gap in report.verdict.gaps:
        summaries.get(gap.gap.scanner, own).gaps.append(gap)
    return [*summaries.values(), own]


def list_table_rows(report: Report) -> list[ScannerSummary]:
    """The rows of a table of scanners. In place of SCANGATE there is one for each source of gaps and findings that is no scanner:
    ``targets`` has those of files, ``coverage`` those of analyses.
    """
    *scanners, own = summarize_scanners(report)
    sources: dict[str, ScannerSummary] = {}
    for ruling in own.rulings:
        source = ruling.finding.scanner
        sources.setdefault(source, ScannerSummary(source, rulings=[], gaps=[])).rulings.append(ruling)
    for gap in own.gaps:
        sources.setdefault(gap.gap.scanner, ScannerSummary(gap.gap.scanner, rulings=[], gaps=[])).gaps.append(gap)
    rows = [part for part in scanners if part.result is not None or part.gaps or part.rulings]
    return [*rows, *(sources[name] for name in sorted(sources)), *([own] if own.result is not None else [])]


def is_allowed_content(ruling: GapRuling) -> bool:
    """Whether the gap is about a content type that was not analyzed, and does not block."""
    return ruling.gap.kind is GapKind.NOT_ANALYZED and bool(ruling.gap.content_type) and not ruling.blocking


def group_gaps(gaps: Iterable[GapRuling]) -> list[list[GapRuling]]:
    """Gaps that differ only in their location, blocking gaps first. What the policy allows not to be analyzed is one group."""
    groups: dict[tuple[object, ...], list[GapRuling]] = defaultdict(list)
    for ruling in gaps:
        gap = ruling.gap
        allowed = None if ruling.blocking else ruling.decision
        texts = ("", "") if is_allowed_content(ruling) else (gap.reason, gap.hint)
        groups[not ruling.blocking, gap.scanner, gap.kind.value, *texts, allowed].append(ruling)
    return sorted(groups.values(), key=lambda group: group[0].blocking, reverse=True)
