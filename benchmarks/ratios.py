"""Computes ratios of measured costs, compares them with their limits, and renders the table."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Line", "Ratio", "ratios", "table"]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio measured several times: its median, and the lowest and highest seen."""

    median: float
    low: float
    high: float


def ratios(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """``above`` divided by ``below``, pair by pair. Raises ValueError for no pairs or unequal numbers."""
    if not above or len(above) != len(below):
        raise ValueError("ratios are made of as many runs above as below")
    if min(below) <= 0:
        raise ValueError("nothing is divided by a cost of nothing")
    each = [one / other for one, other in zip(above, below, strict=True)]
    return Ratio(statistics.median(each), min(each), max(each))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a case, the measured value, its limit (None for no limit), and a note."""

    case: str
    seen: float
    bar: float | None
    unit: str = ""
    spread: str = ""
    note: str = ""

    @property
    def held(self) -> bool:
        """Whether the measured value is within the limit."""
        return self.bar is None or self.seen <= self.bar

    @classmethod
    def of(cls, case: str, ratio: Ratio, bar: float | None, note: str = "") -> Line:
        """The line of a ratio."""
        return cls(case, ratio.median, bar, "", f"{ratio.low:.3f} to {ratio.high:.3f}", note)


def table(lines: Iterable[Line]) -> str:
    """The lines as a Markdown table."""
    rows = ["| case | seen | spread | bar | held | |", "|---|--:|---|--:|---|---|"]
    for line in lines:
        bar = "" if line.bar is None else f"{line.bar:g}{line.unit}"
        held = "" if line.bar is None else "yes" if line.held else "NO"
        rows.append(f"| {line.case} | {line.seen:.3f}{line.unit} | {line.spread} | {bar} | {held} | {line.note} |")
    return "\n".join(rows) + "\n"
