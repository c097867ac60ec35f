"""What a policy says of a finding does not depend on which findings it was asked about before."""

from __future__ import annotations

import itertools

from scangate.judge.policy import Exclude, Override, SeverityRule
from scangate.judge.terms import Terms
from scangate.model import Kind, Severity

from .facts import finding, package, policy

POLICY = policy(
    severities=(SeverityRule("bandit:*", Severity.LOW), SeverityRule("bandit:B602", Severity.CRITICAL, "src/")),
    excludes=(Exclude("src/old/", "gone soon", ("semgrep",)), Exclude("src/old/", "gone"), Exclude("docs/", "prose", ("bandit",))),
    overrides=(
        Override(((Severity.HIGH, 3),), path="src/"),
        Override(((Severity.HIGH, 5), (Severity.LOW, 1)), kind=Kind.SECRET, path="src/"),
        Override(((Severity.HIGH, 7),), scanner="pip-audit", fixable=True),
        Override(((Severity.HIGH, 9),), kind=Kind.DEPENDENCY, fixable=False),
    ),
)
FINDINGS = [
    finding(rule, severity, path, kind, package=about)
    for rule, severity, path, kind, about in itertools.product(
        ("bandit:B602", "bandit:B101", "semgrep:x", "pip-audit:CVE-1"),
        (Severity.UNKNOWN, Severity.LOW, Severity.HIGH),
        ("a.py", "src/a.py", "src/old/a.py", "docs/a.py"),
        (Kind.CODE, Kind.SECRET, Kind.DEPENDENCY),
        (None, package(), package(fixed_in=("2",))),
    )
]


def test_each_finding_is_told_as_if_it_were_the_only_one() -> None:
    shared = Terms(POLICY)
    for one in FINDINGS:
        alone, severity = Terms(POLICY), Terms(POLICY).severity(one)
        assert shared.severity(one) is severity
        assert shared.valued_by(one) == alone.valued_by(one)
        assert shared.place(one, severity) == alone.place(one, severity)
        assert shared.limit(one) == alone.limit(one)
        assert shared.excluded(one.scanner, one.location.path) is alone.excluded(one.scanner, one.location.path)


def test_the_last_override_that_matches_and_names_the_severity_counts() -> None:
    terms = Terms(POLICY)
    secret = finding("detect-secrets:AWS", path="src/a.py", kind=Kind.SECRET)
    assert [terms.place(secret, severity) for severity in (Severity.HIGH, Severity.LOW, Severity.MEDIUM)] == [1, 1, -1]
    assert terms.place(finding(path="src/a.py"), Severity.HIGH) == 0
    faults = [
        finding("pip-audit:CVE-1", path="req.txt", kind=Kind.DEPENDENCY, package=about)
        for about in (package(), package(fixed_in=("2",)), None)
    ]
    assert [terms.place(fault, Severity.HIGH) for fault in faults] == [3, 2, -1]


def test_the_first_exclude_that_holds_for_a_scanner_leaves_out() -> None:
    terms = Terms(POLICY)
    told = [terms.excluded(scanner, "src/old/a.py") for scanner in ("semgrep", "bandit")]
    assert [entry.reason for entry in told if entry is not None] == ["gone soon", "gone"]
    assert terms.excluded("semgrep", "docs/a.md") is None
