"""GitLab's Code Quality report: an entry per finding that counts and per blocking gap, valid, unique, and harmless."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import PurePosixPath
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from scangate.model import Location, Report, Ruling, RulingOutcome, Severity
from scangate.report import CONSOLE_FORMATS, FORMATS, gitlab_code_quality
from tests.support.gitlab_schema import CODE_QUALITY
from tests.support.hostile_text import check_line, hostile_report
from tests.support.json_schema import complaints
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    SAMPLES,
    failing_report,
    incomplete_report,
    many_findings,
    merged,
    replace_rulings,
)

REPORTS = [*SAMPLES.values(), hostile_report()]


def read(report: Report) -> list[dict[str, Any]]:
    """The entries, as GitLab accepts them."""
    entries: list[dict[str, Any]] = json.loads(gitlab_code_quality.render(report))
    assert complaints(entries, CODE_QUALITY) == []
    fingerprints = [entry["fingerprint"] for entry in entries]
    assert len(fingerprints) == len(set(fingerprints))
    return entries


def check_entries(report: Report) -> None:
    """One entry for each finding that is not suppressed and each gap that blocks, at its severity."""
    shown = [ruling for ruling in report.verdict.rulings if ruling.outcome is not RulingOutcome.SUPPRESSED]
    gaps = sum(ruling.blocking for ruling in report.verdict.gaps)
    entries = read(report)
    findings, others = entries[: len(shown)], entries[len(shown) :]
    assert [entry["severity"] for entry in findings] == [gitlab_code_quality.SEVERITIES[ruling.severity] for ruling in shown]
    assert [entry["location"]["lines"]["begin"] for entry in findings] == [ruling.finding.location.line for ruling in shown]
    assert [entry["severity"] for entry in others] == [gitlab_code_quality.GAP_SEVERITY] * gaps


@pytest.mark.smoke
@pytest.mark.parametrize("report", REPORTS)
def test_each_finding_that_counts_and_each_blocking_gap_is_an_entry(report: Report) -> None:
    check_entries(report)


@settings(max_examples=30, deadline=None)
@given(reports())
def test_any_report_is_valid(report: Report) -> None:
    check_entries(report)


def test_a_severity_has_one_word() -> None:
    assert gitlab_code_quality.SEVERITIES.keys() == set(Severity)


def test_a_report_without_findings_is_an_empty_array() -> None:
    assert gitlab_code_quality.render(many_findings(0, RulingOutcome.TOLERATED)) == "[]\n"


def test_an_entry_has_rule_message_place_and_the_fingerprint_that_commands_accept() -> None:
    entry, *_ = read(merged())
    assert (entry["check_name"], entry["severity"]) == ("semgrep:python.flask.sql-injection", "blocker")
    assert entry["location"] == {"path": "app/db.py", "lines": {"begin": 42}}
    assert entry["description"].startswith("a value from the request becomes part of an SQL statement")
    assert entry["description"].endswith(" (also bandit:B608) [5d41402a]")


def test_a_gap_without_a_file_is_at_the_root_of_the_repository() -> None:
    gaps = [ruling.gap for ruling in incomplete_report().verdict.gaps if ruling.blocking]
    entries = [entry for entry in read(incomplete_report()) if entry["description"].startswith("not analyzed by ")]
    assert [entry["check_name"] for entry in entries] == [f"{gap.scanner}:{gap.kind.value}" for gap in gaps]
    assert [entry["location"]["path"] for entry in entries] == [gap.path or "." for gap in gaps]
    assert None in {gap.path for gap in gaps}


def test_fingerprints_are_the_same_where_lines_move_and_differ_among_equal_findings() -> None:
    (first, *_) = failing_report().verdict.rulings
    below = _at(first, msgspec.structs.replace(first.finding.location, line=90, end_line=90))
    (alone,), (moved,) = (read(_with(ruling)) for ruling in (first, below))
    assert alone["fingerprint"] == moved["fingerprint"]
    assert read(_with(first, below))[0]["fingerprint"] == alone["fingerprint"]
    assert len(read(_with(first, first, below))) == 3


@pytest.mark.parametrize(
    ("path", "shown"),
    [("../../etc/passwd", "etc/passwd"), ("/etc/passwd", "etc/passwd"), ("//a/./b", "a/b"), ("", "."), ("a b/é.py", "a b/é.py")],
)
def test_a_path_stays_in_the_repository(path: str, shown: str) -> None:
    (entry,) = read(_with(_at(failing_report().verdict.rulings[0], Location(path))))
    assert entry["location"]["path"] == shown


def test_10_000_findings_are_valid_and_unique() -> None:
    report = many_findings(10_000)
    entries = read(report)
    expected = Counter(gitlab_code_quality.SEVERITIES[ruling.severity] for ruling in report.verdict.rulings)
    assert Counter(entry["severity"] for entry in entries) == expected
    assert expected.total() == 10_000


def test_hostile_text_is_harmless_in_the_report_and_in_a_log() -> None:
    page = gitlab_code_quality.render(hostile_report())
    assert page.isascii()
    for line in page.splitlines():
        check_line(line)
        assert not line.lstrip().startswith("::")
    for entry in read(hostile_report()):
        path = entry["location"]["path"]
        assert all(text.isprintable() for text in (entry["description"], entry["check_name"], path))
        assert not PurePosixPath(path).is_absolute()
        assert ".." not in PurePosixPath(path).parts


def test_the_console_prints_the_report() -> None:
    for report in REPORTS:
        assert CONSOLE_FORMATS["gitlab"].render_document(report) == FORMATS["gitlab-code-quality"].render(report)


def _at(ruling: Ruling, location: Location) -> Ruling:
    return msgspec.structs.replace(ruling, finding=msgspec.structs.replace(ruling.finding, location=location))


def _with(*rulings: Ruling) -> Report:
    """The failing report with these findings, and without gaps."""
    report = replace_rulings(failing_report(), rulings)
    return msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, gaps=()))
