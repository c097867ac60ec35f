"""The coverage section: what was analyzed and what was not, in the words and numbers of each format."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from scangate.model import Analysis, AnalysisCoverage, ContentCoverage, GapKind, Report
from scangate.report import FORMATS, junit, markdown, sarif, text, verdict_json
from scangate.report.coverage_text import MAX_TYPES, list_coverage, summarize_coverage
from scangate.report.schema import parse_report
from tests.support.sample_reports import partly_covered_report, passing_report

CODE, CONFIGURATION, SECRETS, DEPENDENCIES = Analysis


def covering(*rows: ContentCoverage) -> Report:
    return msgspec.structs.replace(passing_report(), coverage=rows)


def row(name: str, files: int, *analyses: AnalysisCoverage, secrets: bool = True) -> ContentCoverage:
    found = (
        AnalysisCoverage(SECRETS, files, ("detect-secrets",)) if secrets else AnalysisCoverage(SECRETS, not_analyzed=paths(files))
    )
    return ContentCoverage(name, files, (*analyses, found))


def paths(number: int) -> tuple[str, ...]:
    return tuple(f"f{each}" for each in range(number))


def done(analysis: Analysis, files: int) -> AnalysisCoverage:
    return AnalysisCoverage(analysis, files, ("tool",))


def missed(analysis: Analysis, files: int, analyzed: int = 0) -> AnalysisCoverage:
    return AnalysisCoverage(analysis, analyzed, not_analyzed=paths(files))


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ((), []),
        ((ContentCoverage("image", 3),), []),
        ((row("markdown", 3), row("json", 4)), ["covered: other text 7"]),
        ((row("python", 41, done(CODE, 41)), row("yaml", 2)), ["covered: python 41, other text 2"]),
        ((row("python", 41, done(CODE, 39)),), ["covered: python 39 of 41", "secrets only: python 2 of 41"]),
        # files for which a scanner has a gap
        ((row("shell", 2, done(CODE, 0)),), ["secrets only: shell 2"]),
        (
            (ContentCoverage("shell", 2, (done(CODE, 0), done(SECRETS, 1))),),
            ["secrets only: shell 1 of 2; no analysis: shell 1 of 2"],
        ),
        ((ContentCoverage("markdown", 2, (done(SECRETS, 0),)),), ["no analysis: markdown 2"]),
        (
            (ContentCoverage("unknown", 2, (done(SECRETS, 1),)),),
            ["secrets only: text of unknown type 1 of 2; no analysis: unknown 1 of 2"],
        ),
        (
            (row("python-manifest", 2, done(DEPENDENCIES, 1)),),
            ["covered: python-manifest 1 of 2", "python dependencies not audited in full"],
        ),
        ((row("go", 1200, missed(CODE, 1200)),), ["secrets only: go 1,200"]),
        ((row("go", 5, missed(CODE, 2, 3)),), ["covered: go 3 of 5", "secrets only: go 2 of 5"]),
        ((row("unknown", 2),), ["secrets only: text of unknown type 2"]),
        ((row("npm-manifest", 2, missed(DEPENDENCIES, 2)),), ["npm dependencies not audited"]),
        ((row("python-manifest", 2, done(DEPENDENCIES, 2)),), ["covered: python-manifest 2"]),
        (
            (row("gradle", 2, missed(CODE, 2), missed(DEPENDENCIES, 2)),),
            ["secrets only: gradle 2; gradle dependencies not audited"],
        ),
        ((row("go", 2, missed(CODE, 2), secrets=False),), ["no analysis: go 2"]),
        ((row("markdown", 2, secrets=False),), ["no analysis: markdown 2"]),
        ((row("python", 2, done(CODE, 2), secrets=False),), ["covered: python 2", "no analysis: python 2"]),
    ],
)
def test_two_lines_say_what_was_covered_and_what_was_not(rows: tuple[ContentCoverage, ...], lines: list[str]) -> None:
    assert summarize_coverage(covering(*rows)) == lines


def test_a_verdict_without_coverage_says_nothing() -> None:
    assert summarize_coverage(msgspec.structs.replace(passing_report(), coverage=None)) == []


def test_a_long_list_is_cut_by_the_number_of_files() -> None:
    rows = [row(f"type{number:02}", number, missed(CODE, number)) for number in range(1, MAX_TYPES + 4)]
    (line,) = summarize_coverage(covering(*rows))
    assert line.startswith("secrets only: type11 11, type10 10, ")
    assert line.endswith(", type04 4, 3 more types 6")


def test_what_was_not_analyzed_comes_first() -> None:
    assert [each.content_type for each in list_coverage(partly_covered_report())][:4] == [
        "ruby",
        "ansible",
        "go",
        "npm-manifest",
    ]


def test_the_console_has_both_lines_and_the_gaps_that_the_policy_allows_in_one() -> None:
    lines = text.render(partly_covered_report()).splitlines()
    assert "covered: python 39 of 41, cloudformation 2, other text 12" in lines
    assert "secrets only: ruby 912, ansible 6, go 4, text of unknown type 3, python 2 of 41; npm dependencies" in lines
    assert "    ruby 912 (code), npm-manifest 1 (dependencies)" in lines
    assert sum("hint: " in line for line in lines) == 2


def test_markdown_has_a_row_for_each_content_type() -> None:
    rows = [line.split(" | ") for line in markdown.render(partly_covered_report()).splitlines()]
    cells = {row[0].removeprefix("| "): row[1:] for row in rows if len(row) == 6}
    assert cells["ruby"] == ["912", "not analyzed", "-", "912 by detect-secrets", "- |"]
    assert cells["python"][:2] == ["41", "39 of 41 by bandit, semgrep (114 rules)"]
    assert cells["image"] == ["7", "-", "-", "-", "- |"]


def sarif_coverage(report: Report) -> list[dict[str, Any]]:
    (found,) = [run["properties"] for run in json.loads(sarif.render(report))["runs"] if "coverage" in run["properties"]]
    rows: list[dict[str, Any]] = found["coverage"]
    return rows


def test_sarif_has_the_coverage_in_the_run_of_scangate() -> None:
    rows = {each["contentType"]: each for each in sarif_coverage(partly_covered_report())}
    assert rows["go"]["analyses"][0] == {
        "analysis": "code",
        "filesAnalyzed": 0,
        "filesNotAnalyzed": 4,
        "scanners": [],
        "rules": 0,
    }
    assert rows["python"]["files"] == 41


def test_sarif_says_what_a_gap_is_about() -> None:
    (run,) = [run for run in json.loads(sarif.render(partly_covered_report()))["runs"] if "coverage" in run["properties"]]
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    about = [(each["properties"]["contentType"], each["properties"]["analysis"], each["level"]) for each in notifications]
    assert ("go", "code", "warning") in about
    assert ("npm-manifest", "dependencies", "note") in about
    assert {each["descriptor"]["id"] for each in notifications} == {GapKind.NOT_ANALYZED.value}


def test_junit_has_a_case_for_each_content_type_and_each_gap() -> None:
    cases = {
        case.get("name"): [each.tag for each in case]
        for case in ET.fromstring(junit.render(partly_covered_report())).iter("testcase")
    }
    assert cases["coverage: python"] == ["system-out"]
    assert cases["coverage: ruby"] == cases["not-analyzed: ruby code"] == ["skipped"]
    assert cases["not-analyzed: go code"] == ["error"]


def test_verdict_json_has_the_paths_that_were_not_analyzed() -> None:
    report = parse_report(verdict_json.render(partly_covered_report()))
    assert report.coverage == partly_covered_report().coverage
    document = json.loads(verdict_json.render(passing_report()))
    assert document["coverage"] is None


@pytest.mark.parametrize("name", ["sarif", "junit", "json", "markdown", "text"])
def test_a_hostile_path_in_the_coverage_does_no_harm(name: str) -> None:
    hostile = "\x1b[2J|<script>\u202e\udc80"
    rows = (ContentCoverage("go", 1, (AnalysisCoverage(CODE, not_analyzed=(hostile,)),)),)
    page = FORMATS[name].render(covering(*rows))
    assert "\x1b" not in page
    assert page.encode("utf-8")
