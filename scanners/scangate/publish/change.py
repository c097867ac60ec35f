"""What is said on a change under review: one summary, and a remark on the line of each new finding that blocks; sends nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from scangate.model import Report, Ruling, RulingOutcome

__all__ = ["MOST_REMARKS", "Remark", "Words", "remarks"]

MOST_REMARKS = 20


class Remark(msgspec.Struct, frozen=True):
    """What is said on one line of a file; ``fingerprint`` is the finding's, so that it is said once."""

    path: str
    line: int
    end_line: int
    text: str
    title: str
    fingerprint: str


class Words(msgspec.Struct, frozen=True):
    """All that is said, as Markdown; ``approve`` where the verdict is a PASS."""

    summary: str
    remarks: tuple[Remark, ...]
    approve: bool


Say = Callable[[Ruling], str]


def remarks(report: Report, say: Say, entitle: Say, most: int = MOST_REMARKS) -> tuple[Remark, ...]:
    """The worst ``most`` findings that block, in the order of their places; ``say`` puts one into words, ``entitle`` into few.

    A file whose name is no text cannot be named to a service: what is in it is told by the summary alone.
    """
    blocking = [
        ruling
        for ruling in report.verdict.rulings
        if ruling.outcome is RulingOutcome.BLOCKS and _is_text(ruling.finding.location.path)
    ]
    worst = sorted(blocking, key=lambda ruling: (-ruling.severity, ruling.finding.sort_key()))[:most]
    return tuple(
        Remark(
            path=ruling.finding.location.path,
            line=ruling.finding.location.line,
            end_line=ruling.finding.location.end_line,
            text=say(ruling),
            title=entitle(ruling),
            fingerprint=ruling.finding.fingerprint,
        )
        for ruling in sorted(worst, key=lambda ruling: ruling.finding.sort_key())
    )


def _is_text(path: str) -> bool:
    return bool(path) and not any("\ud800" <= letter <= "\udfff" for letter in path)
