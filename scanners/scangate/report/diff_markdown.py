"""The comparison of two verdicts as GitHub-flavoured Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from scangate.model import ComparedFinding, ComparedGap, ComparisonStatus, Report, VerdictComparison
from scangate.report import diff_wording
from scangate.report.markdown import escape_prose, format_finding, format_gap, format_section

MAX_FINDINGS = 20
MAX_OTHERS = 10
MAX_REMARKS = 15
"""Together less than the 65,536 characters that GitHub takes as a comment, with the longest texts."""


def render(comparison: VerdictComparison) -> str:
    """The comment, without HTML tags; no text from the scanned trees is interpreted as markup."""
    starts, stops = diff_wording.list_changed(comparison)
    blocks = [
        [f"## scangate: {diff_wording.count_findings(comparison)}"],
        [f"Now: {_verdict(comparison.new)}.  ", f"Before: {_verdict(comparison.old)}."],
        [f"Gaps: {count}." for count in [diff_wording.count_gaps(comparison)] if count],
        _findings("New", comparison.findings_with(ComparisonStatus.NEW), MAX_FINDINGS),
        _findings("Blocking now", starts, MAX_OTHERS),
        _gaps("New gaps", comparison.gaps_with(ComparisonStatus.NEW)),
        _findings("Fixed", comparison.findings_with(ComparisonStatus.FIXED), MAX_OTHERS),
        _findings("Not blocking any more", stops, MAX_OTHERS),
        _gaps("Closed gaps", comparison.gaps_with(ComparisonStatus.FIXED)),
        format_section(
            "Notes", diff_wording.list_remarks(comparison), lambda remark: f"- {escape_prose(remark, 300)}", MAX_REMARKS
        ),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _verdict(report: Report) -> str:
    return escape_prose(diff_wording.describe_verdict(report))


def _remark(text: str) -> str:
    return f"- {escape_prose(text, 300)}"


def _findings(title: str, items: Sequence[ComparedFinding], limit: int) -> list[str]:
    return format_section(f"{title}: {len(items):,}", items, _finding, limit) if items else []


def _finding(compared: ComparedFinding) -> str:
    blocking = "blocking" if compared.starts_blocking else ""
    notes = ", ".join(filter(None, (blocking, escape_prose(diff_wording.describe_change(compared)))))
    return format_finding(compared.ruling) + (f" ({notes})" if notes else "")


def _gaps(title: str, items: Sequence[ComparedGap]) -> list[str]:
    return format_section(f"{title}: {len(items):,}", items, lambda each: format_gap([each.ruling]), MAX_OTHERS) if items else []
