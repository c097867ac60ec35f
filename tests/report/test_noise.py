"""The noise page: what it counts, what it never proposes, and that the lines it prints do what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from scangate.judge.evaluation import evaluate
from scangate.judge.policy import Policy
from scangate.model import (
    Confidence,
    FileSource,
    Finding,
    FindingKind,
    Location,
    Outcome,
    Report,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Severity,
    Targets,
)
from scangate.report.noise import MIN_FINDINGS, find_noisy_rules, render, suggest_policy
from tests.support.bundled_policies import load_bundled_policy
from tests.support.sample_reports import passing_report

DAY = dt.date(2026, 1, 2)


def make_findings(rule: str, path: str, severity: Severity = Severity.LOW, kind: FindingKind = FindingKind.CODE) -> list[Finding]:
    """As many findings of a rule in a file as make noise."""
    return [
        Finding(rule, severity, Confidence.HIGH, kind, "a title", "m", Location(path, line, line))
        for line in range(1, MIN_FINDINGS + 1)
    ]


def make_report(findings: list[Finding], policy: Policy) -> Report:
    """The report on these findings, all of one scanner's run."""
    results = (ScanResult("bandit", "1", ScanStatus.COMPLETE, files_given=1, analyzed_files=("a.py",), findings=tuple(findings)),)
    targets = Targets(FileSource.GIT_INDEX, 1)
    return msgspec.structs.replace(
        passing_report(), verdict=evaluate(results, targets, policy, DAY), results=results, targets=targets, exit_code=0
    )


NOISY = [
    *make_findings("bandit:B110", "tests/test_a.py", Severity.MEDIUM),
    *make_findings("bandit:B110", "vendor/tests/test_a.py"),
    *make_findings("semgrep:odd[name]*", "docs/a.md", Severity.HIGH),
    *make_findings("trivy:::error", "migrations/1.py", Severity.HIGH),
    *make_findings("detect-secrets:secret-keyword", "test/a.py", Severity.MEDIUM, FindingKind.SECRET),
]
APPLICATION_CODE = make_findings("bandit:B602", "app/a.py", Severity.MEDIUM)
NEVER = [
    *make_findings("bandit:B602", "tests/test_a.py", Severity.CRITICAL),
    *make_findings("pip-audit:CVE-2026-1", "tests/requirements.txt", Severity.HIGH, FindingKind.DEPENDENCY),
    *make_findings("detect-secrets:aws-access-key", "tests/a.py", Severity.HIGH, FindingKind.SECRET),
    *make_findings("bandit:B101", "tests/b.py", Severity.INFO),
    *make_findings("bandit:B601", "tests/b.py")[1:],
]


def test_frequent_findings_are_grouped_by_rule() -> None:
    reported = [
        (each.rule, each.group, each.pattern, each.count)
        for each in find_noisy_rules(make_report([*NOISY, *APPLICATION_CODE, *NEVER], load_bundled_policy("baseline")))
    ]
    assert sorted(reported) == [
        ("bandit:B110", "tests", "tests/", MIN_FINDINGS),
        ("bandit:B110", "vendored code", "vendor/", MIN_FINDINGS),
        ("bandit:B602", "", "", MIN_FINDINGS),
        ("detect-secrets:secret-keyword", "tests", "test/", MIN_FINDINGS),
        ("semgrep:odd[name]*", "documents", "docs/", MIN_FINDINGS),
        ("trivy:::error", "migrations", "migrations/", MIN_FINDINGS),
    ]


def outcomes(report: Report, findings: Sequence[Finding]) -> list[tuple[Finding, Severity, RulingOutcome]]:
    return [(each.finding, each.severity, each.outcome) for each in report.verdict.rulings if each.finding in findings]


@pytest.mark.smoke
def test_the_lines_that_it_prints_quieten_just_that(tmp_path: Path) -> None:
    before = make_report([*NOISY, *APPLICATION_CODE, *NEVER], load_bundled_policy("baseline"))
    page = render(before)
    lines = page[page.index("paths:\n") : page.index("\nfix the findings")]
    assert lines.strip() == suggest_policy(find_noisy_rules(before)).strip()
    file = tmp_path / "policy.yaml"
    file.write_text(f"version: 1\nextends: baseline\n{lines}")
    quiet = load_bundled_policy(str(file))
    after = make_report([*NOISY, *APPLICATION_CODE, *NEVER], quiet)
    assert [each.rule for each in find_noisy_rules(after)] == ["bandit:B602"]
    kept = [*APPLICATION_CODE, *NEVER]
    others = make_report(kept, load_bundled_policy("baseline"))
    assert outcomes(after, kept) == outcomes(others, kept)
    assert make_report(NOISY, quiet).verdict.outcome is not Outcome.FAIL


def test_a_quiet_report_says_so_and_proposes_nothing() -> None:
    assert (
        render(make_report(NEVER, load_bundled_policy("baseline")))
        == "noise: no rule has 5 findings or more in one group of files\n"
    )
    assert suggest_policy(find_noisy_rules(make_report(APPLICATION_CODE, load_bundled_policy("baseline")))) == ""


def test_no_line_of_it_is_a_command_to_a_build_log() -> None:
    page = render(make_report(make_findings("trivy:x", "tests/::error", Severity.HIGH) + NOISY, load_bundled_policy("baseline")))
    assert "\x1b" not in page
    assert not [line for line in page.splitlines() if line.lstrip().startswith(("::", "##["))]
