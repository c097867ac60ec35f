"""The noise page: what it counts, what it never proposes, and that the lines it prints do what it says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from scangate.judge.gate import judge
from scangate.judge.policy import Policy
from scangate.model import Confidence, Finding, Kind, Location, Outcome, Report, ScanResult, Severity, Status, Targets
from scangate.report.noise import FEWEST, noise, policy_lines, render

from .samples import passing
from .test_verdict import bundled

DAY = dt.date(2026, 1, 2)


def found(rule: str, path: str, severity: Severity = Severity.LOW, kind: Kind = Kind.CODE) -> list[Finding]:
    """As many findings of a rule in a file as make noise."""
    return [
        Finding(rule, severity, Confidence.HIGH, kind, "a title", "m", Location(path, line, line)) for line in range(1, FEWEST + 1)
    ]


def report(findings: list[Finding], policy: Policy) -> Report:
    """The report on these findings, all of one scanner's run."""
    results = (ScanResult("bandit", "1", Status.COMPLETE, given=1, files=("a.py",), findings=tuple(findings)),)
    targets = Targets("git index", 1)
    return msgspec.structs.replace(
        passing(), verdict=judge(results, targets, policy, DAY), results=results, targets=targets, exit_code=0
    )


LOUD = [
    *found("bandit:B110", "tests/test_a.py", Severity.MEDIUM),
    *found("bandit:B110", "vendor/tests/test_a.py"),
    *found("semgrep:odd[name]*", "docs/a.md", Severity.HIGH),
    *found("trivy:::error", "migrations/1.py", Severity.HIGH),
    *found("detect-secrets:secret-keyword", "test/a.py", Severity.MEDIUM, Kind.SECRET),
]
OWN = found("bandit:B602", "app/a.py", Severity.MEDIUM)
NEVER = [
    *found("bandit:B602", "tests/test_a.py", Severity.CRITICAL),
    *found("pip-audit:CVE-2026-1", "tests/requirements.txt", Severity.HIGH, Kind.DEPENDENCY),
    *found("detect-secrets:aws-access-key", "tests/a.py", Severity.HIGH, Kind.SECRET),
    *found("bandit:B101", "tests/b.py", Severity.INFO),
    *found("bandit:B601", "tests/b.py")[1:],
]


def test_what_is_loud_is_told_by_rule_and_group() -> None:
    told = [(each.rule, each.group, each.pattern, each.count) for each in noise(report([*LOUD, *OWN, *NEVER], bundled("baseline")))]
    assert sorted(told) == [
        ("bandit:B110", "tests", "tests/", FEWEST),
        ("bandit:B110", "vendored code", "vendor/", FEWEST),
        ("bandit:B602", "", "", FEWEST),
        ("detect-secrets:secret-keyword", "tests", "test/", FEWEST),
        ("semgrep:odd[name]*", "documents", "docs/", FEWEST),
        ("trivy:::error", "migrations", "migrations/", FEWEST),
    ]


@pytest.mark.smoke
def test_the_lines_that_it_prints_quieten_just_that(tmp_path: Path) -> None:
    before = report([*LOUD, *OWN, *NEVER], bundled("baseline"))
    page = render(before)
    lines = page[page.index("paths:\n") : page.index("\nwhat is loud")]
    assert lines.strip() == policy_lines(noise(before)).strip()
    file = tmp_path / "policy.yaml"
    file.write_text(f"version: 1\nextends: baseline\n{lines}")
    quiet = bundled(str(file))
    after = report([*LOUD, *OWN, *NEVER], quiet)
    assert [each.rule for each in noise(after)] == ["bandit:B602"]
    kept = [*OWN, *NEVER]
    assert [each for each in after.verdict.rulings if each.finding in kept] == [
        each for each in report(kept, bundled("baseline")).verdict.rulings if each.finding in kept
    ]
    assert report(LOUD, quiet).verdict.outcome is not Outcome.FAIL


def test_a_quiet_report_says_so_and_proposes_nothing() -> None:
    assert render(report(NEVER, bundled("baseline"))) == "noise: no rule is told 5 times or more in one kind of files\n"
    assert policy_lines(noise(report(OWN, bundled("baseline")))) == ""


def test_no_line_of_it_is_a_command_to_a_build_log() -> None:
    page = render(report(found("trivy:x", "tests/::error", Severity.HIGH) + LOUD, bundled("baseline")))
    assert "\x1b" not in page
    assert not [line for line in page.splitlines() if line.lstrip().startswith(("::", "##["))]
