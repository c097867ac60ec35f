"""The file a shell sources: the verdict and the counts as exported variables; fixed words and numbers, never text from the code."""

from __future__ import annotations

from scangate.model import Outcome, Report, RulingOutcome
from scangate.report import escape, summary

__all__ = ["render"]

REVIEW = "REVIEW"
"""In the place of FAIL where somebody is to decide: a pipeline shows it at the approval, and nothing takes it for a PASS."""


def render(report: Report) -> str:
    """Two lines: ``SCANGATE_VERDICT``, and ``SCANGATE_SUMMARY`` with counts: what stands by severity, what is suppressed, the
    gaps, what is known, and what the starter set alone told."""
    totals = summary.count(report.verdict.rulings, report.verdict.gaps)
    counts = [(severity.name.lower(), totals.unsuppressed(severity)) for severity in summary.list_severities()]
    counts += [("suppressed", totals.with_outcome(RulingOutcome.SUPPRESSED)), ("gaps", totals.gaps)]
    counts += [
        ("known", totals.with_outcome(RulingOutcome.KNOWN)),
        ("starter-set", summary.count_bundled_only(report.verdict.rulings)),
    ]
    line = escape.shell(" ".join(f"{name}={number}" for name, number in counts))
    word = REVIEW if report.needs_approval and report.verdict.outcome is Outcome.FAIL else report.verdict.outcome.value
    return f"export SCANGATE_VERDICT={escape.shell(word)}\nexport SCANGATE_SUMMARY={line}\n"
