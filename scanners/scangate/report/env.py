"""The env file: the verdict and the counts as shell variables. Contains only fixed words and numbers."""

from __future__ import annotations

from scangate.model import Outcome, Report, RulingOutcome, Severity
from scangate.report import summary

REVIEW = "REVIEW"
"""Replaces FAIL in ``SCANGATE_VERDICT`` if a person is to approve the build: the pipeline stops at the approval."""


SCOPED = "SCOPED-PASS"
"""Replaces PASS if only a part of the policy's scanners ran."""


def render(report: Report) -> str:
    """Two lines: ``SCANGATE_VERDICT``, and ``SCANGATE_SUMMARY`` with ``name=count`` pairs, by severity without the suppressed."""
    outcome = report.verdict.outcome
    counts = summary.count(report.verdict.rulings, report.verdict.gaps)
    pairs = {severity.value: counts.unsuppressed(severity) for severity in Severity.worst_first()}
    pairs["suppressed"] = counts.with_outcome(RulingOutcome.SUPPRESSED)
    pairs["gaps"] = counts.gaps
    pairs["known"] = counts.with_outcome(RulingOutcome.KNOWN)
    pairs["bundled-only"] = summary.count_bundled_only(report.verdict.rulings)
    word = REVIEW if report.needs_approval and outcome is Outcome.FAIL else outcome.value
    word = SCOPED if report.only_scanners and outcome is Outcome.PASS else word
    line = " ".join(f"{name}={number}" for name, number in pairs.items())
    return f"export SCANGATE_VERDICT='{word}'\nexport SCANGATE_SUMMARY='{line}'\n"
