"""GitLab's security reports: what its schemas demand, each finding in one of them, no secret, nothing hostile."""

from __future__ import annotations

import json
import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from scangate.model import FindingKind, Introduction, Report, Ruling, RulingOutcome
from scangate.report import FORMATS, gitlab
from tests.support.gitlab_schema import SCHEMAS
from tests.support.hostile_text import hostile_report
from tests.support.json_schema import complaints
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    failing_report,
    incomplete_report,
    many_findings,
    merged,
    not_judged_report,
    passing_report,
    replace_rulings,
)


def read(report: Report) -> dict[str, dict[str, Any]]:
    """All three reports, each as its schema accepts it."""
    documents = {name: json.loads(FORMATS[name].render(report)) for name in SCHEMAS}
    for name, document in documents.items():
        assert complaints(document, SCHEMAS[name]) == []
    return documents


def entries(report: Report) -> list[dict[str, Any]]:
    return [entry for document in read(report).values() for entry in document["vulnerabilities"]]


@pytest.mark.smoke
@pytest.mark.parametrize("report", [failing_report(), merged(), passing_report(), incomplete_report(), not_judged_report()])
def test_each_finding_that_is_not_suppressed_is_in_one_report(report: Report) -> None:
    shown = [ruling for ruling in report.verdict.rulings if ruling.outcome is not RulingOutcome.SUPPRESSED]
    found = sorted(entry["details"]["fingerprint"]["value"] for entry in entries(report))
    assert found == sorted(ruling.finding.fingerprint for ruling in shown)


def test_a_report_has_the_findings_of_its_kind() -> None:
    documents = read(with_outcome(failing_report(), RulingOutcome.TOLERATED))
    kinds = {name: {entry["identifiers"][0]["type"] for entry in each["vulnerabilities"]} for name, each in documents.items()}
    assert kinds == {"gitlab-sast": {"scangate_rule"}, "gitlab-secrets": {"scangate_rule"}, "gitlab-dependencies": {"cve"}}
    assert documents["gitlab-secrets"]["vulnerabilities"][0]["identifiers"][0]["value"] == "detect-secrets:AWSKeyDetector"


def test_a_dependency_has_its_package_its_advisories_and_its_rating() -> None:
    document = read(failing_report())["gitlab-dependencies"]
    (entry,) = document["vulnerabilities"]
    assert entry["location"] == {"file": "requirements.txt", "dependency": {"package": {"name": "flask"}, "version": "0.12.2"}}
    named = [(each["type"], each["value"]) for each in entry["identifiers"]]
    assert named == [("cve", "CVE-2018-1000656"), ("ghsa", "GHSA-562c-5r94-xh97")]
    assert entry["cvss_vectors"] == [{"vendor": "unknown", "vector": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]
    (file,) = document["dependency_files"]
    names = [each["package"]["name"] for each in file["dependencies"]]
    assert (file["path"], file["package_manager"], names) == ("requirements.txt", "pip", ["click", "flask", "werkzeug"])


def test_a_finding_about_a_dependency_without_a_package_is_not_lost() -> None:
    report = failing_report()
    rulings = tuple(
        msgspec.structs.replace(ruling, finding=msgspec.structs.replace(ruling.finding, affected_package=None))
        for ruling in report.verdict.rulings
        if ruling.finding.kind is FindingKind.DEPENDENCY
    )
    outcome = {ruling.outcome for ruling in rulings}
    assert outcome
    documents = read(replace_rulings(report, rulings))
    assert [len(each["vulnerabilities"]) for each in documents.values()] == [len(rulings), 0, 0]


def test_a_merged_finding_has_the_rules_of_all_its_members() -> None:
    (entry,) = [each for each in entries(merged()) if len(each["identifiers"]) > 2]
    values = [each["value"] for each in entry["identifiers"]]
    assert values == ["semgrep:python.flask.sql-injection", "bandit:B608", "89"]


def test_blocking_gaps_make_the_scan_a_failure_and_are_messages() -> None:
    for document in read(incomplete_report()).values():
        blocking = [ruling for ruling in incomplete_report().verdict.gaps if ruling.blocking]
        assert document["scan"]["status"] == "failure"
        assert sum(each["level"] == "warn" for each in document["scan"]["messages"]) == len(blocking) > 0
    assert {each["scan"]["status"] for each in read(passing_report()).values()} == {"success"}


def test_a_secret_of_the_history_has_the_commit_that_brought_it() -> None:
    origin = Introduction("c0ffee" * 6 + "beef", "2024-01-31T12:00:00Z")
    report = with_outcome(failing_report(), RulingOutcome.TOLERATED)
    rulings = tuple(
        msgspec.structs.replace(ruling, finding=msgspec.structs.replace(ruling.finding, introduction=origin))
        for ruling in report.verdict.rulings
        if ruling.finding.kind is FindingKind.SECRET
    )
    (entry,) = read(replace_rulings(report, rulings))["gitlab-secrets"]["vulnerabilities"]
    assert entry["location"]["commit"] == {"sha": origin.commit, "date": origin.date}


def test_10_000_findings_are_valid_and_have_ids_of_their_own() -> None:
    found = entries(many_findings(10_000))
    assert len(found) == len({uuid.UUID(entry["id"]) for entry in found}) == 10_000


def test_ids_are_the_same_in_the_next_run_and_differ_among_equal_findings() -> None:
    report = failing_report()
    (first, *_) = report.verdict.rulings
    twice = replace_rulings(report, (first, first))
    ids = [entry["id"] for entry in entries(twice)]
    assert len(set(ids)) == 2
    assert ids == [entry["id"] for entry in entries(twice)]
    assert ids[0] in [entry["id"] for entry in entries(report)]


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_unknown_time_is_a_valid_one(text: str) -> None:
    documents = read(msgspec.structs.replace(failing_report(), started=text, finished="2024-05-01T10:00:00.5+02:00"))
    times = {(each["scan"]["start_time"], each["scan"]["end_time"]) for each in documents.values()}
    assert times == {(gitlab.UNKNOWN_TIME, "2024-05-01T08:00:00")}


@settings(max_examples=30, deadline=None)
@given(reports())
def test_any_report_is_valid(report: Report) -> None:
    shown = sum(ruling.outcome is not RulingOutcome.SUPPRESSED for ruling in report.verdict.rulings)
    assert len(entries(report)) == shown


def test_hostile_text_is_printable_and_no_markup() -> None:
    hostile = with_outcome(hostile_report(), RulingOutcome.TOLERATED)
    for name, document in read(hostile).items():
        assert FORMATS[name].render(hostile).isascii()
        assert all(text.isprintable() for text in _texts(document))
        for entry in document["vulnerabilities"]:
            assert "<" not in entry["description"] + entry.get("solution", "")
            assert all(link["url"].startswith(("http://", "https://")) for link in entry["links"])


def with_outcome(report: Report, outcome: RulingOutcome) -> Report:
    """The report with every finding at this outcome, for which the verdict passes unless a gap blocks."""
    return replace_rulings(report, tuple(_at(ruling, outcome) for ruling in report.verdict.rulings))


def _at(ruling: Ruling, outcome: RulingOutcome) -> Ruling:
    members = tuple(_at(member, outcome) for member in ruling.members)
    return msgspec.structs.replace(ruling, outcome=outcome, members=members)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
