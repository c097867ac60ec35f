"""The ruling on a finding does not depend on the other findings, except for the budgets' counts."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from scangate.judge.exceptions import ExceptionLedger
from scangate.judge.policy import BudgetOverride, PathExclusion, Policy, SeverityRule
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.judge.rulings import rule_findings
from scangate.model import (
    Basis,
    Decision,
    Finding,
    FindingKind,
    IgnoreComment,
    Note,
    NoteKind,
    PolicyLocation,
    Ruling,
    RulingOutcome,
    Severity,
)
from tests.support.policy_builders import TODAY, make_budget, make_exception, make_finding, make_package, make_policy

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


def test_known_finding_names_its_source_and_where_the_policy_says_so() -> None:
    (ruling,) = ruled((make_finding(known_by="the baseline"),), make_policy())
    assert ruling.outcome is RulingOutcome.KNOWN
    assert ruling.decision == Decision(Basis.KNOWN, PolicyLocation("new-only"), known_by="the baseline")


def test_advisory_in_its_cool_down_says_how_old_it_is() -> None:
    (ruling,) = ruled((make_finding("pip-audit:CVE-1", affected_package=make_package(3)),), make_policy(cool_down_days=7))
    assert ruling.outcome is RulingOutcome.TOLERATED
    assert ruling.decision == Decision(Basis.COOL_DOWN, PolicyLocation("advisories.wait-days"), count=3, limit=7)


def test_changed_severity_is_noted_with_the_scanners_own() -> None:
    changed, same = ruled((make_finding(path="src/a.py"), make_finding("bandit:B1", path="src/a.py")), POLICY)
    assert changed.severity is Severity.CRITICAL
    assert changed.decision.notes == (
        Note(NoteKind.SEVERITY_CHANGED, severity=Severity.HIGH, location=PolicyLocation("severity[0]")),
    )
    assert same.decision.notes == ()
    (known,) = ruled((make_finding(path="src/a.py", known_by="the baseline"),), POLICY)
    assert known.decision.notes == changed.decision.notes


def test_known_finding_that_counts_all_the_same_is_noted() -> None:
    (ruling,) = ruled((make_finding(known_by="the baseline"),), make_policy(new_only=False))
    assert ruling.outcome is RulingOutcome.BLOCKING
    assert ruling.decision.notes == (Note(NoteKind.KNOWN_COUNTED, name="the baseline", location=PolicyLocation("new-only")),)


@pytest.mark.parametrize(
    "lenient",
    [
        {"exceptions": (make_exception(rule="bandit:*", path="tests/"),)},
        {"overrides": (BudgetOverride(((Severity.HIGH, 5),), path="tests/"),)},
        {"exclusions": (PathExclusion("tests/", "tests"),)},
    ],
)
def test_known_finding_that_moved_to_a_stricter_path_counts_and_says_where_it_was(lenient: dict[str, Any]) -> None:
    moved = make_finding(path="src/a.py", known_by="the baseline", previous_path="tests/a.py")
    (ruling,) = ruled((moved,), make_policy(**lenient))
    assert ruling.outcome is RulingOutcome.BLOCKING
    assert ruling.decision.notes == (Note(NoteKind.STRICTER_PATH, path="tests/a.py"),)
    (same,) = ruled((msgspec.structs.replace(moved, previous_path="src/b.py"),), make_policy(**lenient))
    assert (same.outcome, same.decision.notes) == (RulingOutcome.KNOWN, ())


def test_weakness_that_two_scanners_report_counts_once_in_each_budget() -> None:
    pair = [make_finding("bandit:B602", cwe=(78,)), make_finding("semgrep:x", cwe=(78,)), make_finding("semgrep:y", cwe=(78,))]
    loner = make_finding("bandit:B1")
    rulings = ruled((*pair, loner), make_policy(budget=make_budget(high=3)))
    assert {(ruling.decision.count, ruling.decision.limit, ruling.decision.reported_worse) for ruling in rulings} == {(3, 3, 0)}
    assert {ruling.outcome for ruling in rulings} == {RulingOutcome.TOLERATED}
    assert {ruling.outcome for ruling in ruled((*pair, loner), make_policy(budget=make_budget(high=2)))} == {RulingOutcome.BLOCKING}


def test_budget_says_how_many_another_scanner_reports_as_worse() -> None:
    low = make_finding("bandit:B602", Severity.MEDIUM, cwe=(78,))
    high = make_finding("semgrep:x", Severity.HIGH, cwe=(78,))
    own = make_finding("bandit:B603", Severity.HIGH, "b.py", cwe=(78,))
    own_low = make_finding("bandit:B602", Severity.MEDIUM, "b.py", cwe=(78,))
    under = make_policy(budget=make_budget(high=9, medium=9))
    assert [ruling.decision.reported_worse for ruling in ruled((low, high, own, own_low), under)] == [1, 0, 0, 1]
    unlimited = make_policy(budget=make_budget(high=9))
    assert [ruling.decision.reported_worse for ruling in ruled((low, high), unlimited)] == [0, 0]
