"""verdict.json: what is written is read back, and what does not add up is refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings

from scangate.errors import UsageError
from scangate.judge.evaluation import evaluate
from scangate.model import Finding, FindingIdentity, Gap, Note, NoteKind, Report, ScanResult
from scangate.report import schema, summary, verdict_json
from scangate.report.decision_text import describe_note
from scangate.report.schema import parse_report
from tests.support.bundled_policies import load_bundled_policy
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    SAMPLES,
    failing_report,
    merged,
)


def sort_result(result: ScanResult) -> ScanResult:
    """A result in the order in which reports show it."""
    return msgspec.structs.replace(
        result,
        analyzed_files=tuple(sorted(result.analyzed_files)),
        findings=tuple(sorted(result.findings, key=Finding.sort_key)),
        gaps=tuple(sorted(result.gaps, key=Gap.sort_key)),
        skipped_paths=tuple(sorted(result.skipped_paths)),
        components=tuple(sorted(result.components)),
    )


def in_order(report: Report) -> Report:
    """The report in the order of verdict.json; of the root it has only the folder's name."""
    return msgspec.structs.replace(
        report,
        root=report.root.rpartition("/")[2],
        results=tuple(sort_result(result) for result in summary.sort_results(report)),
        targets=msgspec.structs.replace(
            report.targets,
            skipped_paths=tuple(sorted(report.targets.skipped_paths)),
            gaps=tuple(sorted(report.targets.gaps, key=Gap.sort_key)),
            notes=tuple(sorted(report.targets.notes)),
        ),
        verdict=msgspec.structs.replace(
            report.verdict,
            notes=tuple(sorted(report.verdict.notes, key=describe_note)),
        ),
        known_sources=tuple(sorted(report.known_sources)),
        coverage=None if report.coverage is None else tuple(sorted(report.coverage)),
    )


def check_round_trip(report: Report) -> None:
    page = verdict_json.render(report)
    again = parse_report(page)
    assert again == in_order(report)
    assert verdict_json.render(again) == page


@settings(max_examples=30, deadline=None)
@given(reports())
def test_a_written_report_is_read_back(report: Report) -> None:
    check_round_trip(report)


@pytest.mark.parametrize("report", SAMPLES.values())
def test_the_samples_are_read_back(report: Report) -> None:
    check_round_trip(report)


def test_hostile_text_is_read_back_and_written_as_ascii() -> None:
    check_round_trip(hostile_report())
    assert verdict_json.render(hostile_report()).isascii()


@pytest.mark.parametrize("name", ["baseline", "strict", "production"])
def test_the_same_policy_comes_to_the_same_verdict_again(name: str) -> None:
    policy = load_bundled_policy(name)
    today = dt.date(2026, 1, 2)

    @settings(max_examples=25, deadline=None)
    @given(reports())
    def check(report: Report) -> None:
        first = evaluate(report.results, report.targets, policy, today)
        again = parse_report(verdict_json.render(msgspec.structs.replace(report, verdict=first, exit_code=9, interrupted="SIGINT")))
        assert evaluate(again.results, again.targets, policy, today) == first

    check()


@pytest.mark.smoke
def test_the_document_has_the_documented_fields() -> None:
    document = json.loads(verdict_json.render(failing_report()))
    assert (document["schema"], document["outcome"], document["exit_code"]) == (2, "FAIL", 1)
    assert [document[name] for name in ("policy", "policy_digest", "environment", "date")] == [
        *("baseline", "sha256:ab12"),
        *("qa", "2026-01-02"),
    ]
    assert document["counts"]["by_severity"]["high"] == {
        "blocking": 1,
        "tolerated": 0,
        "suppressed": 0,
        "known": 1,
        "not-judged": 0,
    }
    assert document["counts"]["blocking_gaps"] == 1
    assert [run["scanner"] for run in document["scanners"]] == ["bandit", "detect-secrets", "pip-audit", "semgrep"]
    worst = next(entry for entry in document["findings"] if entry["severity"] == "critical")
    assert (worst["finding"]["severity"], worst["outcome"]) == ("high", "blocking")


@pytest.mark.parametrize("report", [*SAMPLES.values(), hostile_report()])
def test_the_document_matches_the_published_schema(report: Report) -> None:
    published = schema.verdict_json_schema()
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(json.loads(verdict_json.render(report)), published)


def test_a_merged_finding_has_its_members() -> None:
    document = json.loads(verdict_json.render(merged()))
    (entry,) = [entry for entry in document["findings"] if entry["members"]]
    assert entry["finding"]["reported_by"] == ["semgrep", "bandit"]
    assert [(member["finding"]["rule"], member["outcome"]) for member in entry["members"]] == [
        ("semgrep:python.flask.sql-injection", "blocking"),
        ("bandit:B608", "tolerated"),
    ]


def test_digests_of_secrets_are_not_written() -> None:
    report = failing_report()
    secret = FindingIdentity("c", secret="5ec4e7")
    rulings = tuple(
        msgspec.structs.replace(each, finding=msgspec.structs.replace(each.finding, identity=secret))
        for each in report.verdict.rulings
    )
    verdict = msgspec.structs.replace(report.verdict, rulings=rulings)
    assert "5ec4e7" not in verdict_json.render(msgspec.structs.replace(report, verdict=verdict))


@pytest.mark.parametrize("field", ["rulings", "gaps"])
def test_a_report_that_does_not_rule_on_everything_is_not_written(field: str) -> None:
    report = failing_report()
    rest = {field: getattr(report.verdict, field)[:-1]}
    with pytest.raises(ValueError, match="does not rule on"):
        verdict_json.render(msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, **rest)))


def tampered(change: Callable[[dict[str, Any]], Any], report: Report | None = None) -> str:
    document = json.loads(verdict_json.render(report or failing_report()))
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda d: d.pop("scanners"), "scanners"),
        (lambda d: d.pop("schema"), "schema"),
        (lambda d: d.update(surprise=1), "surprise"),
        (lambda d: d.update(schema="2"), "schema"),
        (lambda d: d.update(outcome="PASS", exit_code=0), "outcome"),
        (lambda d: d.update(exit_code=0), "exit code"),
        (lambda d: d.update(seconds="quick"), "seconds"),
        (lambda d: d["findings"].clear(), "outcome"),
        (lambda d: d["findings"].pop(), "counts"),
        (lambda d: d["findings"][0]["finding"]["location"].update(line="3"), "line"),
        (lambda d: d["findings"][0]["finding"]["location"].update(line=0), "line range"),
        (lambda d: d["findings"][0].update(severity="terrible"), "severity"),
        (lambda d: d["findings"][0]["finding"].update(rule="ruff:B1"), "ruff"),
        (lambda d: d["findings"][0]["finding"].update(surprise=1), "surprise"),
        (lambda d: d["gaps"].pop(), "counts"),
        (lambda d: d["gaps"][0]["gap"].update(kind="sleepy"), "kind"),
        (lambda d: d["gaps"][0]["gap"].update(scanner="ruff"), ""),
        (lambda d: d["scanners"][0]["analyzed_files"].pop(), "analyzed"),
        (lambda d: d["scanners"][0].update(files_given=9), "given"),
        (lambda d: d["scanners"][0].update(scanner="semgrep"), ""),
        (lambda d: d["scanners"].append({"scanner": "bandit", "version": "", "status": "skipped"}), "twice"),
        (lambda d: d["scanners"][2]["components"][0].update(line=0), "line"),
        (lambda d: d["scanners"][2]["components"][0].update(direct=1), "direct"),
        (lambda d: d["counts"].update(findings=7), "counts"),
    ],
)
def test_a_changed_document_is_refused(change: Callable[[dict[str, Any]], Any], field: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_report(tampered(change))
    assert field in caught.value.message
    assert "\n" not in caught.value.message
    assert "scangate scan" in caught.value.hint


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry["members"].pop(),
        lambda entry: entry["members"][0].update(members=[dict(each) for each in entry["members"]]),
        lambda entry: entry.update(outcome="suppressed"),
    ],
)
def test_a_changed_merged_finding_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(UsageError):
        parse_report(tampered(lambda document: change(next(each for each in document["findings"] if each["members"])), merged()))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", "NaN", '{"schema": 2, "schema": 2}', '{"schema": NaN}', "[" * 100_000, "1" * 10_000],
)
def test_text_that_is_no_verdict_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_report(text)


def test_counts_that_a_note_lacks_are_zero() -> None:
    note = Note(NoteKind.KNOWN_SOURCE, name="the baseline", count=2)
    assert describe_note(note) == "the baseline has 2 findings: 0 still present"


@pytest.mark.parametrize("number", [1, 3])
def test_another_schema_is_refused_with_a_hint(number: int) -> None:
    with pytest.raises(UsageError, match=f"has schema {number}") as caught:
        parse_report(tampered(lambda document: document.update(schema=number)))
    assert "scan again" in caught.value.hint


def test_a_document_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MAX_CHARACTERS", 100)
    with pytest.raises(UsageError, match="too large"):
        parse_report(verdict_json.render(failing_report()))


def test_a_scope_that_is_not_json_is_an_error() -> None:
    with pytest.raises(TypeError):
        verdict_json.render(msgspec.structs.replace(failing_report(), scope={"thing": object()}))


def test_a_time_that_is_not_a_number_is_written_as_zero() -> None:
    assert '"seconds": 0.0,' in verdict_json.render(msgspec.structs.replace(failing_report(), seconds=float("nan")))
