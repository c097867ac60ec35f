"""What is said of a finding does not depend on which others are ruled beside it, but for the budgets' counts."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from scangate.judge.exceptions import ExceptionLedger
from scangate.judge.policy import BudgetOverride, PathExclusion, Policy, SeverityRule
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.judge.rulings import rule_findings
from scangate.model import (
    Basis,
    Finding,
    FindingKind,
    IgnoreComment,
    Ruling,
    Severity,
)
from tests.support.policy_builders import TODAY, make_exception, make_finding, make_package, make_policy

POLICY = make_policy(
    severity_rules=(SeverityRule("bandit:B602", Severity.CRITICAL, "src/"), SeverityRule("semgrep:*", Severity.LOW, "tests/")),
    exclusions=(PathExclusion("old/", "gone soon", ("semgrep",)),),
    overrides=(
        BudgetOverride(((Severity.HIGH, 1),), kind=FindingKind.SECRET, path="src/"),
        BudgetOverride(((Severity.LOW, None),), path="tests/"),
    ),
    cool_down_days=7,
)
WAIVED = IgnoreComment(3, "scangate: ignore[bandit:B602] -- known", rules=("bandit:B602",))
EXTRAS: tuple[dict[str, Any], ...] = (
    {},
    {"tool_comment": "nosec"},
    {"ignore_comments": (WAIVED,)},
    {"known_by": "the baseline"},
    {"known_by": "the baseline", "previous_path": "tests/a.py"},
    {"affected_package": make_package(0)},
)
FINDINGS = tuple(
    msgspec.structs.replace(make_finding(name, severity, path, kind), **extra)
    for name, severity, path, kind, extra in itertools.product(
        ("bandit:B602", "semgrep:x"),
        (Severity.UNKNOWN, Severity.LOW, Severity.HIGH),
        ("src/a.py", "tests/a.py", "old/a.py"),
        (FindingKind.CODE, FindingKind.SECRET),
        EXTRAS,
    )
)


def ruled(findings: tuple[Finding, ...], under: Policy) -> tuple[Ruling, ...]:
    """The rulings on the tests' day."""
    return rule_findings(findings, PolicyMatcher(under), ExceptionLedger(under, TODAY))


def test_findings_that_share_a_case_are_ruled_as_each_by_itself() -> None:
    of_nothing = make_exception(rule="bandit:B999", expires=TODAY)  # an exception has to be asked about every finding
    by_itself = msgspec.structs.replace(POLICY, exceptions=(of_nothing,))
    assert [*ruled(FINDINGS, POLICY)] == [*ruled(FINDINGS, by_itself)]
    assert len({(ruling.severity, ruling.outcome, ruling.decision) for ruling in ruled(FINDINGS, POLICY)}) > 20


def test_the_order_of_the_findings_changes_no_ruling() -> None:
    backwards = dict(zip(reversed(FINDINGS), ruled(FINDINGS[::-1], POLICY), strict=True))
    assert all(backwards[ruling.finding] == ruling for ruling in ruled(FINDINGS, POLICY))


def test_uses_of_each_exception_are_counted() -> None:
    exceptions = ExceptionLedger(make_policy(exceptions=(make_exception(rule="bandit:B602", path="src/", expires=TODAY),)), TODAY)
    found = (make_finding("bandit:B602", path="src/a.py"),) * 3
    rulings = rule_findings(found, PolicyMatcher(POLICY), exceptions)
    assert {ruling.decision.basis for ruling in rulings} == {Basis.EXCEPTION}
    assert exceptions.match_counts == [3]
