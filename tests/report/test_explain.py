"""The page on one finding: every part of it, whatever the finding holds."""

from __future__ import annotations

import shlex
import unicodedata

import msgspec
import pytest
from hypothesis import given, settings

from scangate import globs
from scangate.model import (
    Note,
    NoteKind,
    PolicyLocation,
    Report,
    RuleInfo,
    Severity,
)
from scangate.report.explain import WaiveArguments, explain_finding, explain_rule
from scangate.report.remediation import suggest_fix
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import FLASK, TOKEN, merged, not_judged_report

DAY = WaiveArguments("2026-04-01", "out/verdict.json")


def test_explain_shows_each_member_of_a_merged_finding() -> None:
    ruling = merged().verdict.rulings[0]
    location = PolicyLocation("budgets.critical", "policies/baseline.yaml", 50)
    note = Note(NoteKind.SEVERITY_CHANGED, severity=Severity.HIGH, location=PolicyLocation("severity[0]"))
    ruling = msgspec.structs.replace(ruling, decision=msgspec.structs.replace(ruling.decision, location=location, notes=(note,)))
    page = explain_finding(ruling, None, DAY)
    assert "policies/baseline.yaml:50  budgets.critical" in page
    assert "severity[0] (default)" in page
    assert "critical, blocking (high by the scanner)" in page
    assert "bandit:B608  medium, tolerated" in page
    assert page.count("scangate waive ") == 1, "with a verdict, the command for one member accepts all"
    assert explain_finding(ruling, None, DAY._replace(verdict=None)).count("scangate waive ") == 2
    assert page.endswith(" --path /app/db.py --reason WHY --owner WHO --expires 2026-04-01 --verdict out/verdict.json\n")


def test_the_fix_is_said_once_also_where_the_message_has_it() -> None:
    ruling = merged().verdict.rulings[0]
    fix = "Keep the text constant."
    for rule, message in (
        ("semgrep:python-x", f"Anyone can change it. The log has it. {fix}"),
        ("other:x", f"Anyone can change it. {fix}"),
    ):
        finding = msgspec.structs.replace(ruling.finding, rule=rule, message=message)
        pages = explain_finding(msgspec.structs.replace(ruling, finding=finding, members=()), None, DAY)
        for page in (pages, explain_rule(RuleInfo(rule, "A title of the rule", message), None, DAY)):
            assert page.count(fix) == 1
            assert f"  fix       {fix}" in page


def test_a_finding_that_no_policy_judged_is_not_called_tolerated() -> None:
    rulings = not_judged_report().verdict.rulings
    for ruling in rulings:
        for page in (explain_finding(ruling, None, DAY), explain_rule(RuleInfo(ruling.finding.rule, "t"), rulings, DAY)):
            assert "not judged" in page
            assert "tolerated" not in page


def test_a_path_is_named_as_a_pattern_that_means_no_other() -> None:
    ruling = merged().verdict.rulings[1]
    place = msgspec.structs.replace(ruling.finding.location, path="a [1]/*.py")
    page = explain_rule(
        RuleInfo(ruling.finding.rule, "t"),
        [msgspec.structs.replace(ruling, finding=msgspec.structs.replace(ruling.finding, location=place))],
        DAY,
    )
    (line,) = [line for line in page.splitlines() if "scangate waive" in line]
    pattern = shlex.split(line)[5]
    assert globs.matches(pattern, "a [1]/*.py")
    assert not globs.matches(pattern, "a 1/b.py")
    assert not globs.matches(pattern, "b/a [1]/*.py")


def test_dependency_is_fixed_by_an_upgrade() -> None:
    assert suggest_fix(FLASK.rule, FLASK) == "upgrade flask from 0.12.2 to 2.2.5, the nearest release without a known vulnerability"
    assert suggest_fix(TOKEN.rule, TOKEN).startswith("revoke the secret")
    assert suggest_fix("trivy:X") == ""


@settings(max_examples=40, deadline=None)
@given(reports())
def test_no_finding_breaks_out_of_its_page(report: Report) -> None:
    check(report)


@pytest.mark.smoke
def test_no_hostile_finding_breaks_out_of_its_page() -> None:
    check(hostile_report())


def check(report: Report) -> None:
    for ruling in report.verdict.rulings:
        about = RuleInfo(ruling.finding.rule, ruling.finding.title, ruling.finding.message)
        pages = [explain_finding(ruling, about, DAY), explain_rule(about, [ruling], DAY)]
        for line in (line for page in pages for line in page.removesuffix("\n").split("\n")):
            assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
            assert not line.lstrip().startswith(("::", "##["))
    assert Severity.HIGH.name not in explain_rule(RuleInfo("x:y", "t"), [], DAY)
