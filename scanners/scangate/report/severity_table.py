"""The table of findings by severity and kind on a console."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from scangate.model import FindingKind, Report, Ruling, RulingOutcome, Severity
from scangate.report import wording
from scangate.report.layout import Line, Segment
from scangate.report.styles import SEVERITY_STYLES
from scangate.report.view import View

KIND_NAMES = {
    FindingKind.CODE: ("code", "code"),
    FindingKind.CONFIGURATION: ("configuration", "config"),
    FindingKind.SECRET: ("secrets", "secrets"),
    FindingKind.DEPENDENCY: ("dependencies", "deps"),
}
"""The head of each column: in full, and for a narrow terminal."""
TOTAL = "total"
MIN_CELL = 7
LABEL_WIDTH = 12
FAILING = (RulingOutcome.BLOCKING, RulingOutcome.NOT_JUDGED)
OTHERS = (RulingOutcome.TOLERATED, RulingOutcome.KNOWN, RulingOutcome.SUPPRESSED)


def table_lines(report: Report, view: View) -> Iterable[Line]:
    """A row for each severity of the blocking findings, and one for each other outcome; nothing if there is no finding."""
    rulings = report.verdict.rulings
    if not rulings:
        return
    kinds = [kind for kind in KIND_NAMES if any(ruling.finding.kind is kind for ruling in rulings)]
    widths = _cell_widths(kinds, narrow=False)
    narrow = LABEL_WIDTH + sum(widths) > view.columns
    widths = _cell_widths(kinds, narrow=narrow)
    heads = [*(KIND_NAMES[kind][narrow] for kind in kinds), TOTAL]
    yield (Segment(_row("", heads, widths), "bold"),)
    for outcome in FAILING:
        found = [ruling for ruling in rulings if ruling.outcome is outcome]
        for severity in Severity.worst_first():
            group = [ruling for ruling in found if ruling.severity is severity]
            if group:
                yield (Segment(_row(severity.value, _cells(group, kinds), widths), SEVERITY_STYLES[severity]),)
        if found:
            yield (Segment(_row(wording.label_outcome(outcome), _cells(found, kinds), widths), "bold"),)
    for outcome in OTHERS:
        found = [ruling for ruling in rulings if ruling.outcome is outcome]
        if found:
            yield (Segment(_row(wording.label_outcome(outcome), _cells(found, kinds), widths), "dim"),)


def _cell_widths(kinds: Sequence[FindingKind], *, narrow: bool) -> list[int]:
    names = [*(KIND_NAMES[kind][narrow] for kind in kinds), TOTAL]
    return [max(len(name), MIN_CELL) + 2 for name in names]


def _cells(rulings: Sequence[Ruling], kinds: Sequence[FindingKind]) -> list[str]:
    counts = Counter(ruling.finding.kind for ruling in rulings)
    return [*(f"{counts[kind]:,}" if counts[kind] else "-" for kind in kinds), f"{len(rulings):,}"]


def _row(label: str, cells: Iterable[str], widths: Iterable[int]) -> str:
    return f"{label:<{LABEL_WIDTH}}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
