"""What a policy says of a finding does not depend on which findings it was asked about before."""

from __future__ import annotations

import itertools

from scangate.judge.policy import BudgetOverride, PathExclusion, SeverityRule
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.model import FindingKind, Severity
from tests.support.policy_builders import make_finding, make_package, make_policy

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
    told = [terms.exclusion_of(scanner, "src/old/a.py") for scanner in ("semgrep", "bandit")]
    assert [entry.reason for entry in told if entry is not None] == ["gone soon", "gone"]
    assert terms.exclusion_of("semgrep", "docs/a.md") is None
