"""verdict.json: what is written comes back, and what does not add up is refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from scangate.errors import UsageError
from scangate.judge.evaluation import evaluate
from scangate.model import EXIT_CODES, Report, ScanResult, Targets
from scangate.report import schema, summary, verdict_json
from tests.support.bundled_policies import load_bundled_policy
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import failing_report, merged


def sort_result(result: ScanResult) -> ScanResult:
    """A result in the order in which reports show it."""
    return msgspec.structs.replace(
        result,
        analyzed_files=tuple(sorted(result.analyzed_files)),
        findings=tuple(sorted(result.findings, key=summary.finding_sort_key)),
        gaps=tuple(sorted(result.gaps, key=summary.gap_sort_key)),
        skipped_paths=tuple(sorted(result.skipped_paths)),
        components=tuple(sorted(result.components)),
    )


def sort_targets(targets: Targets) -> Targets:
    """Targets in the order in which reports show them."""
    return msgspec.structs.replace(
        targets,
        skipped_paths=tuple(sorted(targets.skipped_paths)),
        gaps=tuple(sorted(targets.gaps, key=summary.gap_sort_key)),
        notes=tuple(sorted(targets.notes)),
    )


def check_round_trip(report: Report) -> None:
    results, targets, scope, meta = verdict_json.parse_scan(verdict_json.render(report))
    assert tuple(map(sort_result, results)) == tuple(sort_result(result) for result in summary.sort_results(report))
    assert sort_targets(targets) == sort_targets(report.targets)
    assert scope == tuple(sorted(report.scope))
    assert (meta.tool_version, meta.finished, meta.seconds) == (report.tool_version, report.finished, report.seconds)
    assert (meta.commit, meta.started, meta.interrupted) == (report.commit, report.started, report.interrupted)


@settings(max_examples=30, deadline=None)
@given(reports())
def test_all_that_was_scanned_comes_back(report: Report) -> None:
    check_round_trip(report)


@settings(max_examples=30, deadline=None)
@given(reports())
def test_the_whole_run_comes_back_as_it_was_judged(report: Report) -> None:
    report = msgspec.structs.replace(report, exit_code=EXIT_CODES[report.verdict.outcome], interrupted="")
    page = verdict_json.render(report)
    again = schema.parse_report(page)
    assert verdict_json.render(again) == page
    assert again.verdict.outcome is report.verdict.outcome
    assert summary.sort_rulings(again) == summary.sort_rulings(report)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(outcome="PASS", exit_code=0),
        lambda document: document.update(exit_code=0),
        lambda document: document["findings"].clear(),
    ],
)
def test_a_run_that_does_not_follow_from_its_rulings_is_not_recalled(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(UsageError, match="cannot be believed"):
        schema.parse_report(tampered_document(change))


@pytest.mark.parametrize("name", ["baseline", "strict", "production"])
def test_the_same_policy_comes_to_the_same_verdict_again(name: str) -> None:
    policy = load_bundled_policy(name)

    @settings(max_examples=25, deadline=None)
    @given(reports())
    def check(report: Report) -> None:
        first = evaluate(report.results, report.targets, policy, dt.date(2026, 1, 2))
        text = verdict_json.render(msgspec.structs.replace(report, verdict=first))
        results, targets, _, meta = verdict_json.parse_scan(text)
        assert evaluate(results, targets, policy, dt.date(2026, 1, 2)) == first
        again = Report(first, results, targets, scope=report.scope, exit_code=report.exit_code, **msgspec.structs.asdict(meta))
        assert verdict_json.render(again) == text

    check()


def test_hostile_text_comes_back_as_it_was_and_stands_as_plain_ascii() -> None:
    check_round_trip(hostile_report())
    assert verdict_json.render(hostile_report()).isascii()


@pytest.mark.smoke
def test_the_document_tells_what_the_command_line_promises() -> None:
    document = json.loads(verdict_json.render(failing_report()))
    assert document["schema"] == 1
    assert document["outcome"] == "FAIL"
    assert document["policy"] == {"name": "baseline", "digest": "sha256:ab12", "environment": "qa", "date": "2026-01-02"}
    assert document["counts"]["severity"]["high"] == {"blocks": 1, "tolerated": 0, "suppressed": 0, "known": 1}
    assert document["counts"]["gaps_that_count"] == 1
    assert [scanner["name"] for scanner in document["scanners"]] == ["bandit", "detect-secrets", "pip-audit", "semgrep"]
    worst = next(entry for entry in document["findings"] if entry["severity"] == "critical")
    assert worst["original_severity"] == "high"
    assert worst["outcome"] == "blocks"
    assert worst["origin"] == "semgrep"


def test_a_merged_finding_is_told_once_and_its_members_are_kept() -> None:
    report = merged()
    document = json.loads(verdict_json.render(report))
    (entry,) = [entry for entry in document["findings"] if entry["members"]]
    assert (entry["origin"], entry["rule"], entry["reported_by"]) == (
        None,
        "semgrep:python.flask.sql-injection",
        ["semgrep", "bandit"],
    )
    assert [(member["rule"], member["origin"], member["outcome"]) for member in entry["members"]] == [
        ("semgrep:python.flask.sql-injection", "semgrep", "blocks"),
        ("bandit:B608", "bandit", "tolerated"),
    ]
    assert document["unruled"] == []
    check_round_trip(report)
    assert schema.parse_report(verdict_json.render(report)).verdict.rulings == tuple(summary.sort_rulings(report))


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry["members"].pop(),
        lambda entry: entry.update(origin="semgrep"),
        lambda entry: entry["members"][0].update(members=[]),
        lambda entry: entry.update(outcome="suppressed"),
    ],
)
def test_a_merged_finding_is_read_strictly(change: Callable[[dict[str, Any]], Any]) -> None:
    document = json.loads(verdict_json.render(merged()))
    change(next(entry for entry in document["findings"] if entry["members"]))
    with pytest.raises(UsageError):
        schema.parse_report(json.dumps(document))


def test_a_gap_that_was_told_and_never_judged_is_not_lost() -> None:
    report = failing_report()
    unjudged = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, gaps=report.verdict.gaps[:1]))
    assert [gap["counts"] for gap in json.loads(verdict_json.render(unjudged))["gaps"]] == [True, None, None]
    check_round_trip(unjudged)


def tampered_document(change: Callable[[dict[str, Any]], Any]) -> str:
    document = json.loads(verdict_json.render(failing_report()))
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("scope"), "scope"),
        (lambda d: d.pop("schema"), "schema"),
        (lambda d: d.update(surprise=1), "surprise"),
        (lambda d: d.update(schema="1"), "schema"),
        (lambda d: d["findings"][0].update(line="3"), "line"),
        (lambda d: d["findings"][0].update(line=0), "line range"),
        (lambda d: d["findings"][0].update(severity="terrible"), "severity"),
        (lambda d: d["findings"][0].update(scanner="ruff"), "ruff"),
        (lambda d: d["findings"][0].update(origin="ruff"), "ruff"),
        (lambda d: d["gaps"][0].update(kind="sleepy"), "kind"),
        (lambda d: d["gaps"][0].update(origin="ruff"), "ruff"),
        (lambda d: d["findings"].pop(), "counts.findings"),
        (lambda d: d["gaps"].pop(), "counts.gaps"),
        (lambda d: d["scanners"][0]["read"].pop(), "files"),
        (lambda d: d["scanners"][0].update(given=9), "given"),
        (lambda d: d["scanners"][0].update(name="semgrep"), "name"),
        (lambda d: d["components"].pop(), "components"),
        (lambda d: d["components"][0].update(line=0), "line"),
        (lambda d: d["components"][0].update(scanner="ruff"), "components"),
        (lambda d: d["components"][0].update(direct=1), "direct"),
        (lambda d: d["components"][0].pop("via"), "via"),
        (lambda d: d.pop("components"), "components"),
        (lambda d: d["targets"]["left_out"][0].update(count=7), "left out"),
        (lambda d: d.update(seconds="quick"), "seconds"),
    ],
)
def test_what_was_changed_is_refused(change: Callable[[dict[str, Any]], Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        verdict_json.parse_scan(tampered_document(change))
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert "scangate scan" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", "NaN", '{"schema": 1, "schema": 1}', '{"schema": NaN}', "[" * 100_000, "1" * 10_000],
)
def test_what_is_no_verdict_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        verdict_json.parse_scan(text)


def test_another_schema_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="has schema 2") as caught:
        verdict_json.parse_scan(tampered_document(lambda document: document.update(schema=2)))
    assert "the scangate that wrote it" in caught.value.hint


def test_a_document_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MAX_CHARACTERS", 100)
    with pytest.raises(UsageError, match="too large"):
        verdict_json.parse_scan(verdict_json.render(failing_report()))


def test_a_scope_holds_json_values_only() -> None:
    with pytest.raises(TypeError, match="not object"):
        verdict_json.render(msgspec.structs.replace(failing_report(), scope=(("thing", object()),)))


def test_seconds_that_are_no_number_are_told_as_zero() -> None:
    assert '"seconds": 0.0,' in verdict_json.render(msgspec.structs.replace(failing_report(), seconds=float("nan")))
