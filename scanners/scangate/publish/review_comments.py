"""What is said on a change under review: one summary, and a remark on the line of each new finding that blocks; sends nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from scangate.model import Report, Ruling, RulingOutcome

__all__ = ["MAX_COMMENTS", "Review", "ReviewComment", "build_comments"]

MAX_COMMENTS = 20


class ReviewComment(msgspec.Struct, frozen=True):
    """What is said on one line of a file; ``fingerprint`` is the finding's, so that it is said once."""

    path: str
    line: int
    end_line: int
    body: str
    title: str
    fingerprint: str


class Review(msgspec.Struct, frozen=True):
    """All that is said, as Markdown; ``approve`` where the verdict is a PASS."""

    summary: str
    comments: tuple[ReviewComment, ...]
    approve: bool


RulingText = Callable[[Ruling], str]


def build_comments(
    report: Report, render_body: RulingText, render_title: RulingText, limit: int = MAX_COMMENTS
) -> tuple[ReviewComment, ...]:
    """The worst ``most`` findings that block, in the order of their places; ``say`` puts one into words, ``entitle`` into few.

    A file whose name is no text cannot be named to a service: what is in it is told by the summary alone.
    """
    blocking = [
        ruling
        for ruling in report.verdict.rulings
        if ruling.outcome is RulingOutcome.BLOCKING and _is_valid_unicode(ruling.finding.location.path)
    ]
    worst = sorted(blocking, key=lambda ruling: (-ruling.severity.rank, ruling.finding.sort_key()))[:limit]
    return tuple(
        ReviewComment(
            path=ruling.finding.location.path,
            line=ruling.finding.location.line,
            end_line=ruling.finding.location.end_line,
            body=render_body(ruling),
            title=render_title(ruling),
            fingerprint=ruling.finding.fingerprint,
        )
        for ruling in sorted(worst, key=lambda ruling: ruling.finding.sort_key())
    )


def _is_valid_unicode(path: str) -> bool:
    return bool(path) and not any("\ud800" <= letter <= "\udfff" for letter in path)
