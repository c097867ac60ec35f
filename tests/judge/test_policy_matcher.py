"""What a policy says of a finding does not depend on which findings it was asked about before."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from scangate.judge.policy import AllowedGap, BudgetOverride, PathExclusion, SeverityRule
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.model import Basis, Decision, FindingKind, Gap, GapKind, PolicyLocation, Severity
from tests.support.policy_builders import make_budget, make_finding, make_package, make_policy

POLICY = make_policy(
    severity_rules=(SeverityRule("bandit:*", Severity.LOW), SeverityRule("bandit:B602", Severity.CRITICAL, "src/")),
    exclusions=(
        PathExclusion("src/old/", "gone soon", ("semgrep",)),
        PathExclusion("src/old/", "gone"),
        PathExclusion("docs/", "prose", ("bandit",)),
    ),
    overrides=(
        BudgetOverride(((Severity.HIGH, 3),), path="src/"),
        BudgetOverride(((Severity.HIGH, 5), (Severity.LOW, 1)), kind=FindingKind.SECRET, path="src/"),
        BudgetOverride(((Severity.HIGH, 7),), scanner="pip-audit", fixable=True),
        BudgetOverride(((Severity.HIGH, 9),), kind=FindingKind.DEPENDENCY, fixable=False),
    ),
)
FINDINGS = [
    make_finding(rule, severity, path, kind, affected_package=about)
    for rule, severity, path, kind, about in itertools.product(
        ("bandit:B602", "bandit:B101", "semgrep:x", "pip-audit:CVE-1"),
        (Severity.UNKNOWN, Severity.LOW, Severity.HIGH),
        ("a.py", "src/a.py", "src/old/a.py", "docs/a.py"),
        (FindingKind.CODE, FindingKind.SECRET, FindingKind.DEPENDENCY),
        (None, make_package(), make_package(fixed_in=("2",))),
    )
]


def test_matcher_treats_each_finding_alone() -> None:
    shared = PolicyMatcher(POLICY)
    for one in FINDINGS:
        alone, severity = PolicyMatcher(POLICY), PolicyMatcher(POLICY).severity_of(one)
        assert shared.severity_of(one) is severity
        assert shared.severity_rule_index(one) == alone.severity_rule_index(one)
        assert shared.budget_index(one, severity) == alone.budget_index(one, severity)
        assert shared.limit_for(one) == alone.limit_for(one)
        assert shared.exclusion_of(one.scanner, one.location.path) == alone.exclusion_of(one.scanner, one.location.path)


def test_the_last_override_that_matches_and_names_the_severity_counts() -> None:
    terms = PolicyMatcher(POLICY)
    secret = make_finding("detect-secrets:AWS", path="src/a.py", kind=FindingKind.SECRET)
    assert [terms.budget_index(secret, severity) for severity in (Severity.HIGH, Severity.LOW, Severity.MEDIUM)] == [1, 1, -1]
    assert terms.budget_index(make_finding(path="src/a.py"), Severity.HIGH) == 0
    faults = [
        make_finding("pip-audit:CVE-1", path="req.txt", kind=FindingKind.DEPENDENCY, affected_package=about)
        for about in (make_package(), make_package(fixed_in=("2",)), None)
    ]
    assert [terms.budget_index(fault, Severity.HIGH) for fault in faults] == [3, 2, -1]


def test_the_first_exclude_that_holds_for_a_scanner_leaves_out() -> None:
    terms = PolicyMatcher(POLICY)
    reported = [terms.exclusion_of(scanner, "src/old/a.py") for scanner in ("semgrep", "bandit")]
    assert [entry.reason for entry in reported if entry is not None] == ["gone soon", "gone"]
    assert terms.exclusion_of("semgrep", "docs/a.md") is None


def test_severity_location_is_the_last_matching_rule_or_the_value_for_unknown() -> None:
    matcher = PolicyMatcher(msgspec.structs.replace(POLICY, locations={"severity[1]": PolicyLocation("severity[1]", "p.yaml", 7)}))
    assert matcher.severity_location(make_finding(path="src/a.py")) == PolicyLocation("severity[1]", "p.yaml", 7)
    assert matcher.severity_location(make_finding("bandit:B101", path="src/a.py")) == PolicyLocation("severity[0]")
    assert matcher.severity_location(make_finding("semgrep:x")) == PolicyLocation("unknown")


def test_exclusion_names_its_place_in_the_policy() -> None:
    matcher = PolicyMatcher(POLICY)
    assert matcher.exclusion_of("bandit", "docs/a.md") == Decision(
        Basis.EXCLUSION, PolicyLocation("paths.exclude[2]"), reason="prose"
    )
    assert matcher.exclusion_of("bandit", "src/a.py") is None


def test_budget_location_names_the_severity_in_the_budget() -> None:
    matcher = PolicyMatcher(POLICY)
    for index, path in ((-1, "budgets.high"), (0, "budgets.overrides[0].high"), (2, "budgets.overrides[2].high")):
        assert matcher.budget_location(index, Severity.HIGH) == PolicyLocation(path)
    assert [matcher.budget_at(index) for index in (-1, 0, 3)] == [POLICY.budget, POLICY.overrides[0], POLICY.overrides[3]]


ALLOWED = (
    AllowedGap(GapKind.TIMEOUT, "slow", "sem*", "src/"),
    AllowedGap(GapKind.TIMEOUT, "always slow", "bandit"),
    AllowedGap(GapKind.TOO_LARGE, "data", path="data/"),
    AllowedGap(GapKind.TOO_LARGE, "any size", "pip-audit"),
    AllowedGap(GapKind.UNPINNED, "any"),
)


@pytest.mark.parametrize(
    ("scanner", "path", "kind", "index"),
    [
        ("semgrep", "src/a.py", GapKind.TIMEOUT, 0),
        ("semgrep", "a.py", GapKind.TIMEOUT, None),
        ("semgrep", None, GapKind.TIMEOUT, None),
        ("bandit", "src/a.py", GapKind.TIMEOUT, 1),
        ("bandit", None, GapKind.TIMEOUT, 1),
        ("bandit", "src/a.py", GapKind.CRASH, None),
        ("bandit", "data/a", GapKind.TOO_LARGE, 2),
        ("pip-audit", "data/a", GapKind.TOO_LARGE, 2),
        ("pip-audit", "a", GapKind.TOO_LARGE, 3),
        ("bandit", "a", GapKind.TOO_LARGE, None),
        ("pip-audit", None, GapKind.UNPINNED, 4),
        ("targets", "a", GapKind.UNPINNED, 4),
    ],
)
def test_gap_is_allowed_by_the_first_entry_that_matches_kind_scanner_and_path(
    scanner: str, path: str | None, kind: GapKind, index: int | None
) -> None:
    decision = PolicyMatcher(make_policy(allowed_gaps=ALLOWED)).allowance_of(Gap(scanner, path, kind, "a reason"))
    if index is None:
        assert decision is None
    else:
        location = PolicyLocation(f"coverage.allowed-gaps[{index}]")
        assert decision == Decision(Basis.ALLOWED_GAP, location, reason=ALLOWED[index].reason)


@pytest.mark.parametrize(("content_type", "is_allowed"), [("javascript", True), ("java", True), ("go", False), ("", False)])
def test_entry_for_a_content_type_allows_gaps_of_that_type_alone(content_type: str, is_allowed: bool) -> None:
    policy = make_policy(allowed_gaps=(AllowedGap(GapKind.NOT_ANALYZED, "r", content_type="java*"),))
    gap = Gap("targets", None, GapKind.NOT_ANALYZED, "r", content_type=content_type)
    assert (PolicyMatcher(policy).allowance_of(gap) is not None) is is_allowed


@pytest.mark.parametrize(
    ("rules", "stricter"),
    [
        ({}, False),
        ({"exclusions": (PathExclusion("old/", "gone"),)}, True),
        ({"exclusions": (PathExclusion("old/", "gone", ("semgrep",)),)}, False),
        ({"exclusions": (PathExclusion("old/", "gone", ("bandit",)),)}, True),
        ({"exclusions": (PathExclusion("new/", "gone"),)}, False),
        ({"severity_rules": (SeverityRule("*", Severity.CRITICAL, "new/"),)}, True),
        ({"severity_rules": (SeverityRule("*", Severity.CRITICAL, "old/"),)}, False),
        ({"overrides": (BudgetOverride(((Severity.HIGH, 2),), path="new/"),)}, True),
        ({"overrides": (BudgetOverride(((Severity.HIGH, 3),), path="new/"),)}, False),
        ({"overrides": (BudgetOverride(((Severity.HIGH, None),), path="new/"),)}, False),
        ({"overrides": (BudgetOverride(((Severity.HIGH, None),), path="old/"),)}, True),
        ({"overrides": (BudgetOverride(((Severity.HIGH, None),)),)}, False),
    ],
)
def test_policy_is_stricter_at_the_new_path(rules: dict[str, Any], stricter: bool) -> None:
    moved = make_finding(path="new/a.py", previous_path="old/a.py")
    assert PolicyMatcher(make_policy(**{"budget": make_budget(critical=3, high=3), **rules})).is_stricter_now(moved) is stricter


def test_severity_and_limit_of_unknown_are_those_that_the_policy_gives_it() -> None:
    matcher = PolicyMatcher(make_policy(unknown_severity=Severity.MEDIUM, budget=make_budget(medium=4, high=1)))
    unknown, high = make_finding(severity=Severity.UNKNOWN), make_finding()
    assert (matcher.severity_of(unknown), matcher.limit_for(unknown)) == (Severity.MEDIUM, 4)
    assert (matcher.severity_of(high), matcher.limit_for(high)) == (Severity.HIGH, 1)
