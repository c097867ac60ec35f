"""JUnit: cases, counts and names as CodeBuild takes them."""

from __future__ import annotations

import re
from collections import Counter
from unittest import mock
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.model import Report, RulingOutcome, ScanResult, ScanStatus
from scangate.report import junit
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import failing_report, incomplete_report, many_findings, not_judged_report, passing_report

ENDS = {"tests": None, "failures": "failure", "errors": "error", "skipped": "skipped"}


def tree(report: Report) -> ET.Element:
    return ET.fromstring(junit.render(report))


def cases(report: Report, suite: str) -> dict[str, str]:
    """The cases of a suite, with the way each ended."""
    (found,) = (each for each in tree(report) if each.get("name") == suite)
    return {
        case.get("name", ""): next((end for end in ENDS.values() if end and case.find(end) is not None), "")
        for case in found.iter("testcase")
    }


def check_codebuild(root: ET.Element) -> None:
    """Counts that add up, at most 500 cases, names that differ and fit, times the schema knows."""
    assert sum(1 for _ in root.iter("testcase")) <= junit.MAX_CASES
    for element in (root, *root.iter("testsuite")):
        for name, end in ENDS.items():
            number = sum(1 for case in element.iter("testcase") if end is None or case.find(end) is not None)
            if name != "skipped" or element is not root:
                assert element.get(name) == str(number)
        assert re.fullmatch(r"\d+(\.\d{1,3})?", element.get("time", ""))
    assert "skipped" not in root.attrib
    seen = Counter(
        (suite.get("name"), case.get("classname"), case.get("name")) for suite in root for case in suite.iter("testcase")
    )
    assert set(seen.values()) <= {1}
    for case in root.iter("testcase"):
        assert case.get("classname")
        assert 0 < len(case.get("name", "")) <= 1000
        for child in case:
            assert len(child.get("message", "")) + len(child.text or "") <= 5000
            assert child.tag == "system-out" or child.get("type")


@settings(max_examples=30, deadline=None)
@given(reports(), st.sampled_from((8, 12, 500)))
def test_codebuild_can_read_every_report(report: Report, most: int) -> None:
    with mock.patch.object(junit, "MAX_CASES", most):
        root = tree(report)
        check_codebuild(root)
    blocks = any(ruling.outcome is RulingOutcome.BLOCKING for ruling in report.verdict.rulings)
    assert (root.get("failures") != "0") == blocks
    if not blocks:
        assert (root.get("errors") != "0") == any(gap.blocking for gap in report.verdict.gaps)


@pytest.mark.parametrize(
    "report", [failing_report(), passing_report(), incomplete_report(), not_judged_report(), hostile_report(), many_findings(600)]
)
def test_codebuild_can_read_the_samples(report: Report) -> None:
    check_codebuild(tree(report))


@pytest.mark.smoke
def test_findings_fail_gaps_are_errors_and_clean_passes() -> None:
    assert cases(failing_report(), "bandit") == {"bandit:B602 in app/jobs.py [7d793037]": "failure", "clean: ./": ""}
    assert cases(failing_report(), "semgrep") == {
        "semgrep:python.flask.sql-injection in app/db.py [5d41402a]": "failure",
        "unparsable: app/old.py": "error",
        "unparsable: docs/conf.py": "skipped",
        "clean: ./": "",
    }
    assert cases(failing_report(), "scangate") == {"too-large: data/dump.sql": "skipped", "the list of files": ""}


def test_a_suppressed_finding_is_skipped_with_its_reason() -> None:
    assert cases(failing_report(), "detect-secrets")["detect-secrets:AWSKeyDetector in tests/data/keys.txt [e4d909c2]"] == "skipped"
    assert "suppressed inline: pragma: allowlist secret" in junit.render(failing_report())


def test_a_finding_that_no_policy_judged_is_neither_a_failure_nor_clean() -> None:
    names = {"clean: app/", "bandit:B602 in app/jobs.py [7d793037]", "bandit:B324 in app/cache.py [9e107d9d]"}
    assert cases(not_judged_report(), "bandit") == dict.fromkeys(names - {"clean: app/"}, "skipped") | {"clean: ./": ""}
    types = {each.get("type") for each in tree(not_judged_report()).iter("skipped")}
    assert types == {"not-judged"}


def test_known_finding_is_listed_in_the_test_case_of_its_folder() -> None:
    reported = next(
        case.findtext("system-out")
        for case in tree(failing_report()).iter("testcase")
        if case.get("classname") == "scangate.pip-audit"
    )
    assert reported == "1 file analyzed, 1 known"


def test_a_clean_run_is_not_an_empty_report() -> None:
    assert cases(passing_report(), "bandit") == {"clean: ./": "", "clean: app/": ""}
    assert cases(passing_report(), "pip-audit") == {"not run": "skipped"}


def test_a_scanner_with_nothing_to_read_says_so() -> None:
    idle = msgspec.structs.replace(passing_report(), results=(ScanResult("bandit", "1.9.4", ScanStatus.COMPLETE),))
    assert cases(idle, "bandit") == {"nothing to analyze": "skipped"}


def test_a_missing_tool_is_an_error_and_nothing_is_clean() -> None:
    assert cases(incomplete_report(), "bandit") == {"tool-missing: bandit": "error"}


def test_too_many_cases_are_rolled_up_worst_first_and_the_last_one_fails() -> None:
    root = tree(many_findings(1200))
    check_codebuild(root)
    rolled = [case for case in root.iter("testcase") if case.get("name") == "all other cases"]
    assert len(rolled) == 1
    failure = rolled[0].find("failure")
    assert failure is not None
    assert "702 failure" in failure.get("message", "")
    types = [end.get("type") for end in root.iter("failure")]
    assert types[:240] == ["critical"] * 240
    assert types[240:480] == ["high"] * 240


def test_a_roll_up_of_what_is_suppressed_does_not_fail() -> None:
    root = tree(many_findings(1200, RulingOutcome.SUPPRESSED))
    assert root.get("failures") == "0"
    assert "all other cases" in {case.get("name") for case in root.iter("testcase")}


def test_names_do_not_change_when_lines_move() -> None:
    report = failing_report()
    moved = tuple(
        msgspec.structs.replace(
            ruling,
            finding=msgspec.structs.replace(
                ruling.finding, location=msgspec.structs.replace(ruling.finding.location, line=90, end_line=90)
            ),
        )
        for ruling in report.verdict.rulings
    )
    after = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=moved))
    assert cases(report, "bandit").keys() == cases(after, "bandit").keys()


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0, 1e300, 0.00001, 1e-300])
def test_odd_times_become_times(seconds: float) -> None:
    result = msgspec.structs.replace(passing_report().results[0], seconds=seconds)
    check_codebuild(tree(msgspec.structs.replace(passing_report(), results=(result,))))
