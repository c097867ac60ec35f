"""SARIF: the facts its readers depend on, each as an assertion on a parsed log."""

from __future__ import annotations

import json
import time
from typing import Any
from unittest import mock

import attr
import msgspec
import pytest
import sarif_om
from hypothesis import given, settings

from scangate.model import (
    Basis,
    Decision,
    Finding,
    Location,
    Report,
    Ruling,
    RulingOutcome,
    Severity,
)
from scangate.report import sarif
from tests.support.decisions import reason
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import SHELL, failing_report, incomplete_report, many_findings, not_judged_report, passing_report


def render_log(report: Report) -> dict[str, Any]:
    text = sarif.render(report)
    text.encode("utf-8")  # no lone surrogate
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def find_run(report: Report, name: str) -> dict[str, Any]:
    (found,) = (each for each in render_log(report)["runs"] if each["tool"]["driver"]["name"] == name)
    assert isinstance(found, dict)
    return found


def with_ruling(ruling: Ruling) -> Report:
    """The failing sample with this one ruling, a bandit one."""
    report = failing_report()
    verdict = msgspec.structs.replace(report.verdict, rulings=(report.verdict.rulings[0], ruling))
    return msgspec.structs.replace(report, verdict=verdict)


def result_of(
    finding: Finding, outcome: RulingOutcome = RulingOutcome.BLOCKING, severity: Severity = Severity.HIGH
) -> dict[str, Any]:
    (result,) = find_run(with_ruling(Ruling(finding, severity, outcome, reason("because"))), "bandit")["results"]
    assert isinstance(result, dict)
    return result


def check_readers(parsed: dict[str, Any]) -> None:
    """What GitHub and DefectDojo refuse, crash on or read wrongly."""
    assert list(parsed)[:2] == ["$schema", "version"]
    categories = [(each["tool"]["driver"]["name"], each["automationDetails"]["id"]) for each in parsed["runs"]]
    assert len(set(categories)) == len(categories)
    for each in parsed["runs"]:
        check_rules(each["tool"]["driver"]["rules"])
        check_results(each)
        (invocation,) = each["invocations"]
        names = [kind["id"] for kind in each["tool"]["driver"].get("notifications", ())]
        for notification in invocation.get("toolExecutionNotifications", ()):
            assert names[notification["descriptor"]["index"]] == notification["descriptor"]["id"]
            assert notification["level"] in ("error", "warning", "note")
            assert notification["message"]["text"]


def check_rules(rules: list[dict[str, Any]]) -> None:
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    for rule in rules:
        for name in ("shortDescription", "fullDescription"):
            assert 0 < len(rule[name]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert 0 < len(rule["name"]) <= 255
        assert rule["name"] != rule["id"]
        properties = rule["properties"]
        assert "security" in properties["tags"]
        assert len(properties["tags"]) <= 10
        assert properties.get("precision", "low") in ("high", "medium", "low")
        assert 0 < float(properties.get("security-severity", "1")) <= 10
        assert isinstance(properties.get("security-severity", ""), str)


def check_results(each: dict[str, Any]) -> None:
    rules = each["tool"]["driver"]["rules"]
    taxa = [taxon["id"] for component in each.get("taxonomies", ()) for taxon in component["taxa"]]
    for rule in rules:
        for relationship in rule.get("relationships", ()):
            assert taxa[relationship["target"]["index"]] == relationship["target"]["id"]
    for result in each["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["kind"] == "fail"
        assert result["level"] in ("error", "warning", "note")
        assert 0 < len(result["message"]["text"]) <= 1024
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
        assert (1, 1) <= start < end
        assert ("suppressions" in result) == (result["properties"]["outcome"] == "suppressed")
        assert all(result.get("partialFingerprints", {"": "x"}).values())


@settings(max_examples=30, deadline=None)
@given(reports())
def test_readers_can_read_every_report(report: Report) -> None:
    check_readers(render_log(report))


@pytest.mark.parametrize("report", [failing_report(), passing_report(), incomplete_report(), not_judged_report(), hostile_report()])
def test_readers_can_read_the_samples(report: Report) -> None:
    check_readers(render_log(report))


@pytest.mark.smoke
def test_a_run_each_scanner_and_one_for_scangate() -> None:
    names = [each["tool"]["driver"]["name"] for each in render_log(failing_report())["runs"]]
    assert names == ["bandit", "detect-secrets", "pip-audit", "semgrep", "scangate"]
    assert [each["automationDetails"]["id"] for each in render_log(failing_report())["runs"]] == [
        f"scangate/{name}/" for name in names
    ]


def test_a_scanner_that_was_switched_off_has_no_run() -> None:
    assert [each["tool"]["driver"]["name"] for each in render_log(passing_report())["runs"]] == ["bandit", "scangate"]


def test_nothing_found_is_an_empty_list_and_not_a_missing_one() -> None:
    assert find_run(passing_report(), "bandit")["results"] == []
    assert find_run(passing_report(), "bandit")["properties"]["filesAnalyzed"] == 2


def test_a_rule_says_what_it_is_about() -> None:
    driver = find_run(failing_report(), "bandit")["tool"]["driver"]
    assert driver["version"] == "1.9.4"
    assert driver["informationUri"] == "https://bandit.readthedocs.io/"
    rule = driver["rules"][1]
    assert rule["id"] == "bandit:B602"
    assert rule["name"] == "SubprocessPopenWithShellEqualsTrue"
    assert rule["shortDescription"] == {"text": "subprocess popen with shell equals true."}
    assert rule["helpUri"].endswith("b602_subprocess_popen_with_shell_equals_true.html")
    assert rule["defaultConfiguration"] == {"level": "error"}
    tags = ["security", "code", "external/cwe/cwe-78"]
    assert rule["properties"] == {"tags": tags, "precision": "high", "security-severity": "8.0"}
    assert rule["relationships"][0]["target"]["id"] == "CWE-78"
    assert rule["relationships"][0]["target"]["toolComponent"] == {"index": 0, "name": "CWE"}


@pytest.mark.parametrize(
    ("severity", "level", "number"),
    [
        (Severity.CRITICAL, "error", "9.5"),
        (Severity.HIGH, "error", "8.0"),
        (Severity.MEDIUM, "warning", "5.5"),
        (Severity.LOW, "note", "2.0"),
        (Severity.INFO, "note", "0.5"),
        (Severity.UNKNOWN, "warning", None),
    ],
)
def test_the_severity_is_the_one_the_policy_gave(severity: Severity, level: str, number: str | None) -> None:
    report = with_ruling(Ruling(SHELL, severity, RulingOutcome.BLOCKING, reason("")))
    bandit = find_run(report, "bandit")
    assert bandit["results"][0]["level"] == level
    assert bandit["tool"]["driver"]["rules"][0]["properties"].get("security-severity") == number
    assert bandit["results"][0]["properties"]["originalSeverity"] == "high"


def test_fingerprints_are_partial_and_a_secret_has_no_hash_of_its_line() -> None:
    assert set(result_of(SHELL)["partialFingerprints"]) == {"scangateFinding/v1", "primaryLocationLineHash"}
    assert set(find_run(failing_report(), "detect-secrets")["results"][0]["partialFingerprints"]) == {"scangateFinding/v1"}


def test_suppressions_only_for_the_suppressed_and_unchanged_only_for_the_known() -> None:
    inline = msgspec.structs.replace(SHELL, tool_comment="# nosec")
    (accepted,) = result_of(inline, RulingOutcome.SUPPRESSED)["suppressions"]
    assert accepted == {"kind": "external", "justification": "because", "status": "accepted"}
    decision = Decision(Basis.INLINE_COMMENT, comment="# nosec")
    waived_inline = Ruling(inline, Severity.HIGH, RulingOutcome.SUPPRESSED, decision)
    (waived,) = find_run(
        with_ruling(waived_inline),
        "bandit",
    )["results"][0]["suppressions"]
    assert waived["kind"] == "inSource"
    assert result_of(SHELL, RulingOutcome.SUPPRESSED)["suppressions"][0]["kind"] == "external"
    assert result_of(SHELL, RulingOutcome.KNOWN)["baselineState"] == "unchanged"
    for outcome in (RulingOutcome.BLOCKING, RulingOutcome.TOLERATED, RulingOutcome.KNOWN):
        assert "suppressions" not in result_of(inline, outcome)
    for outcome in (RulingOutcome.BLOCKING, RulingOutcome.TOLERATED, RulingOutcome.SUPPRESSED):
        assert "baselineState" not in result_of(inline, outcome)


@pytest.mark.parametrize(
    ("place", "region"),
    [
        (Location("a.py", 3, 3), (3, 1, 3, 2)),
        (Location("a.py", 3, 5), (3, 1, 5, 2)),
        (Location("a.py", 3, 3, 5, 9), (3, 5, 3, 9)),
        (Location("a.py", 3, 3, 5, 5), (3, 5, 3, 6)),
        (Location("a.py", 3, 3, 5, 0), (3, 5, 3, 6)),
        (Location("a.py", 3, 4, 5, 1), (3, 5, 4, 2)),
        (Location("a.py", 10**30, 10**30, 10**30, 10**30), (2**31 - 1, 2**31 - 2, 2**31 - 1, 2**31 - 1)),
    ],
)
def test_a_region_has_all_four_bounds(place: Location, region: tuple[int, ...]) -> None:
    reported = result_of(msgspec.structs.replace(SHELL, location=place))["locations"][0]["physicalLocation"]["region"]
    assert (reported["startLine"], reported["startColumn"], reported["endLine"], reported["endColumn"]) == region


def test_only_evidence_becomes_a_snippet() -> None:
    place = result_of(msgspec.structs.replace(SHELL, evidence=""))["locations"][0]["physicalLocation"]
    assert "snippet" not in place["region"]
    assert place["artifactLocation"] == {"uri": "app/jobs.py"}


def test_package_is_in_the_result() -> None:
    package = find_run(failing_report(), "pip-audit")["results"][0]["properties"]["package"]
    assert (package["name"], package["version"], package["fixedIn"]) == ("flask", "0.12.2", ["0.12.3"])


def test_gaps_are_notifications_with_level_by_blocking() -> None:
    semgrep = find_run(failing_report(), "semgrep")["invocations"][0]
    assert semgrep["executionSuccessful"] is True
    assert semgrep["startTimeUtc"] == "2026-01-02T03:04:05Z"
    assert [each["level"] for each in semgrep["toolExecutionNotifications"]] == ["warning", "note"]
    place = semgrep["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("app/old.py", 3)
    (missing,) = find_run(incomplete_report(), "bandit")["invocations"][0]["toolExecutionNotifications"]
    assert missing["level"] == "error"
    assert "pip install bandit" in missing["message"]["text"]


def test_neither_a_failed_nor_an_interrupted_run_was_successful() -> None:
    assert all(not each["invocations"][0]["executionSuccessful"] for each in render_log(incomplete_report())["runs"])
    finished = msgspec.structs.replace(incomplete_report(), interrupted="")
    assert find_run(finished, "bandit")["invocations"][0]["executionSuccessful"] is False
    assert find_run(finished, "semgrep")["invocations"][0]["executionSuccessful"] is True


def test_times_that_are_none_are_left_out() -> None:
    assert set(find_run(passing_report(), "bandit")["invocations"][0]) == {"executionSuccessful"}
    zoned = msgspec.structs.replace(passing_report(), started="2026-01-02T03:04:05.678+00:00")
    assert find_run(zoned, "bandit")["invocations"][0]["startTimeUtc"] == "2026-01-02T03:04:05.678Z"


def test_too_many_results_are_cut_to_the_worst_and_it_says_so() -> None:
    with mock.patch.object(sarif, "MAX_RESULTS", 30):
        bandit = find_run(many_findings(100), "bandit")
    assert len(bandit["results"]) == 30
    assert {result["properties"]["severity"] for result in bandit["results"]} == {"critical", "high"}
    (reported,) = bandit["invocations"][0]["toolExecutionNotifications"]
    assert reported["message"]["text"].startswith("70 results of 100 omitted")
    assert bandit["properties"]["counts"]["blocking"] == 100
    check_rules(bandit["tool"]["driver"]["rules"])


def test_level_and_kind_are_written_though_they_are_the_default() -> None:
    plain = sarif.to_json(sarif_om.Result(message=sarif_om.Message(text="x"), level="warning"))
    assert plain == {"message": {"text": "x"}, "level": "warning", "kind": "fail"}


def test_every_class_of_sarif_om_can_be_written() -> None:
    for name in dir(sarif_om):
        cls = getattr(sarif_om, name)
        if attr.has(cls):
            required = [field for field in attr.fields(cls) if field.default is attr.NOTHING]
            plain = sarif.to_json(cls(*("x" for _ in required)))
            assert {field.metadata["schema_property_name"] for field in required} <= set(plain)


def test_ten_thousand_results_take_seconds_at_most() -> None:
    report = many_findings(10_000)
    start = time.perf_counter()
    sarif.render(report)
    assert time.perf_counter() - start < 30  # 1.6 s on two idle cores
