"""Build the review of a change: a summary, and a comment on the line of each new blocking finding. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from scangate.model import Report, Ruling, RulingOutcome

MAX_COMMENTS = 20

RulingText = Callable[[Ruling], str]


class ReviewComment(msgspec.Struct, frozen=True):
    """A comment on lines of a file. ``fingerprint`` is the finding's: it prevents duplicates."""

    path: str
    line: int
    end_line: int
    body: str
    title: str
    fingerprint: str


class Review(msgspec.Struct, frozen=True):
    """A review, in Markdown; ``approve`` if the verdict is PASS."""

    summary: str
    comments: tuple[ReviewComment, ...]
    approve: bool


def build_comments(
    report: Report, render_body: RulingText, render_title: RulingText, limit: int = MAX_COMMENTS
) -> tuple[ReviewComment, ...]:
    """Return comments on the worst ``limit`` blocking findings, in order of location.

    Findings in files whose name is not valid Unicode are left to the summary: no service can address them.
    """
    blocking = [
        ruling
        for ruling in report.verdict.rulings
        if ruling.outcome is RulingOutcome.BLOCKING and _is_valid_unicode(ruling.finding.location.path)
    ]
    worst = sorted(blocking, key=lambda ruling: -ruling.severity.rank)[:limit]
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
