"""The sentences that several formats say in the same words; raw text, which each format still has to escape."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.model import STARTER_SET, Finding, Outcome, Report, Ruling, RulingOutcome
from scangate.report import tally

__all__ = [
    "advisory",
    "many",
    "next_step",
    "others",
    "place",
    "policy",
    "reason",
    "severities",
    "since",
    "starter",
    "starter_count",
]


def many(number: int, noun: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def policy(report: Report) -> str:
    """The policy's name, with the environment where one was named."""
    verdict = report.verdict
    return f"{verdict.policy} ({verdict.environment})" if verdict.environment else verdict.policy


def since(report: Report) -> str:
    """What the change was compared with, or judged by alone; empty for a run of its own."""
    told = report.since
    if told is None:
        return ""
    return f"since {told.revision} at {told.fork[:12]}" if told.fork else f"by the policy of {told.revision} at {told.commit[:12]}"


def severities(totals: tally.Tally, outcome: RulingOutcome) -> str:
    """``1 critical, 2 high``: what has this outcome, from the worst down; empty where nothing has."""
    cells = ((severity, totals.at(severity, outcome)) for severity in tally.severities())
    return ", ".join(f"{number:,} {severity.name.lower()}" for severity, number in cells if number)


def reason(report: Report) -> str:
    """Why the verdict is what it is, in one line."""
    verdict = report.verdict
    totals = tally.count(verdict.rulings, verdict.gaps)
    under = f"under policy {policy(report)}"
    gaps = f"{many(totals.counting, 'gap')} {'counts' if totals.counting == 1 else 'count'}"
    if verdict.outcome is Outcome.FAIL:
        blocking = totals.of(RulingOutcome.BLOCKS)
        said = f"{many(blocking, 'finding')} {'blocks' if blocking == 1 else 'block'}"
        said += f" ({severities(totals, RulingOutcome.BLOCKS)}) {under}"
        said += f"; {gaps} as well, so there may be more" if totals.counting else ""
    elif verdict.outcome is Outcome.INCOMPLETE:
        said = f"{gaps} {under}: not everything was read"
    else:
        said = f"nothing blocks {under}"
        said += f"; {many(totals.gaps, 'gap')} allowed" if totals.gaps else ""
    return f"{said}; interrupted by {report.interrupted}" if report.interrupted else said


def next_step(report: Report) -> str:
    """What to do about the verdict, in one line; empty for a pass."""
    if report.interrupted:
        return "run the scan again; what was read is remembered"
    if report.verdict.outcome is Outcome.FAIL:
        return "mend what blocks, or give the policy an exception with a reason, an owner and an expiry date"
    if report.verdict.outcome is Outcome.INCOMPLETE:
        return "mend what is listed under gaps, or allow the gap in the policy's coverage block, with a reason"
    return ""


def others(ruling: Ruling) -> str:
    """``bandit:B105, semgrep:x``: the rules by which other scanners tell the same fault; empty where one alone tells it."""
    return ", ".join(member.finding.rule for member in ruling.members[1:])


def place(path: str, line: int = 0, column: int = 0) -> str:
    """``path:line:column``, as editors and terminals read it; without what is 0."""
    return path + (f":{line}" if line else "") + (f":{column}" if line and column else "")


def starter_count(rulings: Iterable[Ruling]) -> str:
    """How many of the findings only the starter set tells, in words; empty for none."""
    number = tally.starters(rulings)
    return f"{number:,} told by the {STARTER_SET} alone" if number else ""


def starter(finding: Finding) -> str:
    """``starter set``, the label of a finding that nobody else told; empty for all others."""
    return STARTER_SET if tally.is_starter(finding) else ""


def advisory(finding: Finding) -> str:
    """What is known of a dependency's advisory in one line: CVSS, day, other names, who told it; empty where nothing is."""
    package = finding.package
    if package is None:
        return ""
    told = {"CVSS": package.cvss, "published": package.published, "also": ", ".join(package.aliases), "told by": package.told_by}
    return "; ".join(f"{what} {value}" for what, value in told.items() if value)
