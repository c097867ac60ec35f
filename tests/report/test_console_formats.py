"""The formats of ``--format``: lines, annotations, a document; harmless whatever they show, with numbers that agree."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings

from scangate.model import GapRuling, Report, RulingOutcome, Severity
from scangate.report import CONSOLE_FORMATS, concise, github, summary, verdict_json
from scangate.report.layout import to_text
from scangate.report.view import View
from tests.support.hostile_text import check_line, hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    SAMPLES,
    failing_report,
    many_findings,
    merged,
)

REPORTS = [*SAMPLES.values(), many_findings(900)]
FAILING = {RulingOutcome.BLOCKING, RulingOutcome.NOT_JUDGED}
LINE_FORMATS = [name for name, form in CONSOLE_FORMATS.items() if not form.is_document]
CONCISE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(:\d+)?: (?P<severity>\w+)( \([a-z ]+\))? (?P<rules>\S+) .*")
COMMAND = re.compile(r"::(?P<level>[a-z]+) (?P<properties>.*?)::(?P<message>.*)")
PROPERTIES = {"file", "line", "endLine", "col", "endColumn", "title"}


def render(name: str, report: Report, view: View | None = None) -> str:
    return to_text(CONSOLE_FORMATS[name].render_lines(report, view or View()))


def count_failing(report: Report) -> int:
    return sum(ruling.outcome in FAILING for ruling in report.verdict.rulings)


def blocking_gaps(report: Report) -> list[GapRuling]:
    return [gap for gap in report.verdict.gaps if gap.blocking]


class Annotation(NamedTuple):
    """What GitHub reads from a workflow command."""

    level: str
    properties: dict[str, str]
    message: str


def read_annotations(text: str) -> list[Annotation]:
    """As the runner does: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs."""
    annotations = []
    for line in text.splitlines():
        if not line.lstrip().startswith("::"):
            continue
        command = COMMAND.fullmatch(line)
        assert command, line
        pairs = [pair.partition("=") for pair in command["properties"].split(",")]
        properties = {name: unescape(value, {"%3A": ":", "%2C": ","}) for name, _, value in pairs}
        annotations.append(Annotation(command["level"], properties, unescape(command["message"], {})))
    return annotations


def unescape(text: str, more: dict[str, str]) -> str:
    for escaped, plain in ({"%0D": "\r", "%0A": "\n"} | more).items():
        text = text.replace(escaped, plain)
    return text.replace("%25", "%")


@pytest.mark.parametrize("name", LINE_FORMATS)
@pytest.mark.parametrize("view", [View(), View(width=60), View(show_all=True), View(verbose=True)])
def test_hostile_text_is_harmless_in_every_format(name: str, view: View) -> None:
    for line in render(name, hostile_report(), view).splitlines():
        check_line(line)
        if line.lstrip().startswith("::"):
            assert name == "github"
            (annotation,) = read_annotations(line)
            assert annotation.level in {"error", "warning", "notice"}
            assert annotation.properties.keys() <= PROPERTIES


@settings(max_examples=20, deadline=None)
@given(reports())
def test_no_report_harms_a_terminal_or_a_log(report: Report) -> None:
    for name in LINE_FORMATS:
        for line in render(name, report).splitlines():
            check_line(line)
            assert name == "github" or not line.lstrip().startswith("::")


@pytest.mark.parametrize("name", LINE_FORMATS)
@pytest.mark.parametrize("report", REPORTS)
def test_every_format_ends_with_the_verdict(name: str, report: Report) -> None:
    assert render(name, report).splitlines()[-1].startswith(f"{report.verdict.outcome.value}: ")


@pytest.mark.parametrize("report", REPORTS)
def test_concise_has_one_line_per_finding_and_gap(report: Report) -> None:
    *lines, _, _ = render("concise", report).splitlines()
    findings = [found for found in map(CONCISE.fullmatch, lines) if found and found["severity"] != "gap"]
    assert len(findings) == count_failing(report)
    assert len(lines) - len(findings) == len(blocking_gaps(report))
    expected = Counter(ruling.severity.value for ruling in report.verdict.rulings if ruling.outcome in FAILING)
    assert Counter(found["severity"] for found in findings) == expected


def test_concise_lists_what_does_not_block_if_it_is_asked_to() -> None:
    *lines, _, _ = render("concise", failing_report(), View(verbose=True)).splitlines()
    assert len(lines) == len(failing_report().verdict.rulings) + len(failing_report().verdict.gaps)
    assert sum("(suppressed)" in line for line in lines) == 1


def test_concise_names_all_rules_of_a_merged_finding_and_a_fingerprint() -> None:
    lines = render("concise", merged()).splitlines()
    assert lines[0].startswith("app/db.py:42:9: critical semgrep:python.flask.sql-injection,bandit:B608 ")
    assert lines[0].endswith(" [5d41402a]")


@pytest.mark.parametrize("report", REPORTS)
def test_annotations_are_within_githubs_limits_and_say_how_many_more(report: Report) -> None:
    annotations = read_annotations(render("github", report))
    levels = Counter(each.level for each in annotations)
    assert max(levels.values(), default=0) <= github.MAX_ANNOTATIONS
    left_out = sum(int(each.message.split()[0].replace(",", "")) for each in annotations if " more of this type" in each.message)
    shown = len([each for each in annotations if " more of this type" not in each.message])
    groups = [group for group in summary.group_gaps(report.verdict.gaps) if group[0].blocking]
    assert shown + left_out == count_failing(report) + len(groups)


def test_the_worst_findings_are_annotated() -> None:
    annotations = read_annotations(render("github", many_findings(900)))
    assert [each.properties["title"].partition(":")[0] for each in annotations[:9]] == ["critical"] * 9
    assert Counter(each.level for each in annotations) == {"error": 10, "warning": 10, "notice": 10}


def test_a_severity_has_one_level() -> None:
    assert github.LEVELS.keys() == set(Severity)


def test_properties_and_messages_are_escaped() -> None:
    (first, *_) = failing_report().verdict.rulings
    location = msgspec.structs.replace(first.finding.location, path="a,b:c%0A\n::error ::d.py")
    finding = msgspec.structs.replace(first.finding, location=location, message="100 % wrong\r\n::set-output name=x::y", title="t")
    ruling = msgspec.structs.replace(first, finding=finding)
    report = failing_report()
    changed = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=(ruling,)))
    annotation = read_annotations(render("github", changed))[0]
    assert annotation.properties["file"] == r"a,b:c%0A\n::error \x3a:d.py"
    assert annotation.message.startswith(r"100 % wrong\r\n::set-output name=x::y")
    assert annotation.properties["line"] == "42"


def test_the_job_summary_is_cut_with_a_sentence() -> None:
    page = github.render_job_summary(many_findings(10_000), 2000)
    assert len(page) <= 2000
    assert page.decode().endswith(github.CUT_SUMMARY)
    assert page.count(b"```") == 0
    whole = github.render_job_summary(many_findings(10_000), github.MAX_SUMMARY_BYTES)
    assert len(whole) < github.MAX_SUMMARY_BYTES
    assert github.CUT_SUMMARY not in whole.decode()
    assert len(github.render_job_summary(hostile_report(), github.MAX_SUMMARY_BYTES)) <= github.MAX_SUMMARY_BYTES
    assert github.render_job_summary(failing_report(), 10) == b""


def test_json_is_the_verdict() -> None:
    assert CONSOLE_FORMATS["json"].render_document(failing_report()) == verdict_json.render(failing_report())


def test_concise_is_in_the_order_of_the_files() -> None:
    places = [
        (found["path"], int(found["line"]))
        for found in map(CONCISE.fullmatch, render("concise", many_findings(50)).splitlines())
        if found
    ]
    expected = [(ruling.finding.location.path, ruling.finding.location.line) for ruling in many_findings(50).verdict.rulings]
    assert places == expected
    assert concise.LISTED == FAILING
