"""The sentences that several formats say in the same words; raw text, which each format still has to escape."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.model import BUNDLED_ADVISORIES, Finding, Outcome, Report, Ruling, RulingOutcome, Severity
from scangate.report import summary

__all__ = [
    "describe_advisory",
    "describe_base",
    "describe_bundled_only_count",
    "describe_policy",
    "explain_verdict",
    "format_location",
    "label_bundled_only",
    "list_merged_rules",
    "list_severity_counts",
    "pluralize",
    "suggest_next_step",
]


def pluralize(number: int, noun: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def describe_policy(report: Report) -> str:
    """The policy's name, with the environment where one was named."""
    verdict = report.verdict
    return f"{verdict.policy} ({verdict.environment})" if verdict.environment else verdict.policy


def describe_base(report: Report) -> str:
    """What the change was compared with, or judged by alone; empty for a run of its own."""
    told = report.compared_revision
    if told is None:
        return ""
    return (
        f"since {told.revision} at {told.merge_base[:12]}"
        if told.merge_base
        else f"by the policy of {told.revision} at {told.commit[:12]}"
    )


def list_severity_counts(totals: summary.Counts, outcome: RulingOutcome) -> str:
    """``1 critical, 2 high``: what has this outcome, from the worst down; empty where nothing has."""
    cells = ((severity, totals.with_severity(severity, outcome)) for severity in Severity.worst_first())
    return ", ".join(f"{number:,} {severity.value}" for severity, number in cells if number)


def explain_verdict(report: Report) -> str:
    """Why the verdict is what it is, in one line."""
    verdict = report.verdict
    totals = summary.count(verdict.rulings, verdict.gaps)
    under = f"under policy {describe_policy(report)}"
    gaps = f"{pluralize(totals.blocking_gaps, 'gap')} {'counts' if totals.blocking_gaps == 1 else 'count'}"
    if verdict.outcome is Outcome.FAIL:
        blocking = totals.with_outcome(RulingOutcome.BLOCKING)
        said = f"{pluralize(blocking, 'finding')} {'blocks' if blocking == 1 else 'block'}"
        said += f" ({list_severity_counts(totals, RulingOutcome.BLOCKING)}) {under}"
        said += f"; {gaps} as well, so there may be more" if totals.blocking_gaps else ""
    elif verdict.outcome is Outcome.INCOMPLETE:
        said = f"{gaps} {under}: not everything was read"
    else:
        said = f"nothing blocks {under}"
        said += f"; {pluralize(totals.gaps, 'gap')} allowed" if totals.gaps else ""
    return f"{said}; interrupted by {report.interrupted}" if report.interrupted else said


def suggest_next_step(report: Report) -> str:
    """What to do about the verdict, in one line; empty for a pass."""
    if report.interrupted:
        return "run the scan again; what was read is remembered"
    if report.verdict.outcome is Outcome.FAIL:
        return "mend what blocks, or give the policy an exception with a reason, an owner and an expiry date"
    if report.verdict.outcome is Outcome.INCOMPLETE:
        return "mend what is listed under gaps, or allow the gap in the policy's coverage block, with a reason"
    return ""


def list_merged_rules(ruling: Ruling) -> str:
    """``bandit:B105, semgrep:x``: the rules by which other scanners tell the same fault; empty where one alone tells it."""
    return ", ".join(member.finding.rule for member in ruling.members[1:])


def format_location(path: str, line: int = 0, column: int = 0) -> str:
    """``path:line:column``, as editors and terminals read it; without what is 0."""
    return path + (f":{line}" if line else "") + (f":{column}" if line and column else "")


def describe_bundled_only_count(rulings: Iterable[Ruling]) -> str:
    """How many of the findings only the starter set tells, in words; empty for none."""
    number = summary.count_bundled_only(rulings)
    return f"{number:,} told by the {BUNDLED_ADVISORIES} alone" if number else ""


def label_bundled_only(finding: Finding) -> str:
    """``starter set``, the label of a finding that nobody else told; empty for all others."""
    return BUNDLED_ADVISORIES if summary.is_bundled_only(finding) else ""


def describe_advisory(finding: Finding) -> str:
    """What is known of a dependency's advisory in one line: CVSS, day, other names, who told it; empty where nothing is."""
    package = finding.affected_package
    if package is None:
        return ""
    told = {"CVSS": package.cvss, "published": package.published, "also": ", ".join(package.aliases), "told by": package.source}
    return "; ".join(f"{what} {value}" for what, value in told.items() if value)
