"""The SBOM: valid CycloneDX 1.5 whatever it is made of, each release once, and the policy's word on each vulnerability."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.session import get_session
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings

from scangate.model import AffectedPackage, Component, Finding, Outcome, Report, Ruling, RulingOutcome, Severity
from scangate.report import sbom, verdict_json
from scangate.report.schema import parse_report
from tests.support.decisions import reason
from tests.support.hostile_text import HOSTILE_TEXTS, hostile_report
from tests.support.paths import ROOT
from tests.support.report_strategies import reports
from tests.support.sample_reports import FLASK, failing_report, incomplete_report, many_findings, passing_report

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_5)
FLASK_REF = "pkg:pypi/flask@0.12.2"


def document(report: Report) -> dict[str, Any]:
    """The SBOM of a report, checked against the schema, and every reference in it against what it is about."""
    text = sbom.render(report)
    assert VALIDATOR.validate_str(text) is None
    read: dict[str, Any] = json.loads(text)
    vulnerabilities = read.get("vulnerabilities", [])
    refs = [read["metadata"]["component"]["bom-ref"], *(each["bom-ref"] for each in read["components"])]
    everything = [*refs, *(each["bom-ref"] for each in vulnerabilities)]
    assert len(set(everything)) == len(everything)
    used = {each["ref"] for each in read["dependencies"]} | {ref for each in read["dependencies"] for ref in each["dependsOn"]}
    used |= {target["ref"] for each in vulnerabilities for target in each["affects"]}
    assert used <= set(refs)
    return read


def with_components(*components: Component) -> Report:
    report = passing_report()
    first, *others = report.results
    return msgspec.structs.replace(report, results=(msgspec.structs.replace(first, components=components), *others))


def with_rulings(*rulings: Ruling) -> Report:
    """A run with these rulings alone."""
    fails = any(ruling.outcome is RulingOutcome.BLOCKING for ruling in rulings)
    outcome = Outcome.FAIL if fails else Outcome.PASS
    report = with_components()
    return msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=rulings, outcome=outcome))


def single_vulnerability(report: Report) -> dict[str, Any]:
    """The one vulnerability of an SBOM."""
    (vulnerability,) = document(report)["vulnerabilities"]
    assert isinstance(vulnerability, dict)
    return vulnerability


def flask(cvss: str) -> Finding:
    return msgspec.structs.replace(FLASK, affected_package=AffectedPackage("flask", "0.12.2", (), (), cvss))


def flask_at(path: str) -> Finding:
    return msgspec.structs.replace(FLASK, location=msgspec.structs.replace(FLASK.location, path=path))


def properties(entry: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in entry.get("properties", [])}


@pytest.mark.smoke
@pytest.mark.parametrize("report", [failing_report(), incomplete_report(), many_findings(20), hostile_report()])
def test_sbom_is_valid(report: Report) -> None:
    document(report)


@settings(max_examples=40, deadline=None)
@given(reports())
def test_sbom_is_valid_for_any_report(report: Report) -> None:
    document(report)


def test_the_version_is_the_one_that_inspector_scans() -> None:
    """botocore's model of inspector-scan: "Scans a provided CycloneDX 1.5 SBOM"."""
    scan = get_session().get_service_model("inspector-scan").operation_model("ScanSbom")
    version = document(failing_report())["specVersion"]
    assert f"CycloneDX {version} " in scan.documentation


def test_a_run_without_dependencies_has_a_valid_one_without_components() -> None:
    read = document(passing_report())
    assert (read["components"], read["dependencies"], read.get("vulnerabilities", [])) == ([], [], [])
    assert "timestamp" not in read["metadata"]
    assert properties(read["metadata"])["scangate:skipped"] == "pip-audit: switched off by the policy"


def test_sbom_metadata_names_tools_and_time() -> None:
    metadata = document(failing_report())["metadata"]
    assert metadata["timestamp"] == "2026-01-02T03:04:09+00:00"
    assert [(each["name"], each["version"]) for each in metadata["tools"]["components"]] == [
        ("pip-audit", "2.10.1"),
        ("scangate", "0.1.0"),
    ]
    assert (metadata["component"]["name"], metadata["component"]["version"]) == ("src", failing_report().commit)
    gaps = [each["value"] for each in metadata["properties"] if each["name"] == "scangate:gap"]
    assert "semgrep: app/old.py:3: unparsable: syntax error near line 3" in gaps


def test_each_release_is_one_component_with_all_locations() -> None:
    report = with_components(
        Component("flask", "1.0", "b.txt", 2, direct=True),
        Component("flask", "1.0", "a.txt", 7),
        Component("flask", "2.0", "a.txt", 8),
        Component("flask", "1.0", "c.txt", 1, index="pypi.example.org"),
    )
    found = {each["bom-ref"]: each for each in document(report)["components"]}
    assert list(found) == [
        "pkg:pypi/flask@1.0",
        "pkg:pypi/flask@1.0?repository_url=pypi.example.org",
        "pkg:pypi/flask@2.0",
    ]
    flask = found["pkg:pypi/flask@1.0"]
    # Version 1.5 has no line of an occurrence.
    assert flask["evidence"]["occurrences"] == [{"location": "a.txt"}, {"location": "b.txt"}]
    lines = [each["value"] for each in flask["properties"] if each["name"] == "scangate:line"]
    assert lines == ["a.txt:7", "b.txt:2"]
    assert properties(found["pkg:pypi/flask@1.0"])["scangate:direct"] == "true"
    assert all(each["purl"] == ref for ref, each in found.items())


def test_dependency_graph_is_as_complete_as_known() -> None:
    report = with_components(
        Component("a", "1", "uv.lock", 1, direct=True),
        Component("b", "1", "uv.lock", 2, via=("a",)),
        Component("c", "1", "uv.lock", 3, via=("a", "b")),
        Component("d", "1", "uv.lock", 4, via=("left-out",)),
        Component("e", "1", "uv.lock", 5, via=("two",)),
        Component("two", "1", "uv.lock", 6),
        Component("two", "2", "uv.lock", 7),
        Component("f", "1", "other.lock", 1, via=("b",)),
    )
    edges = {each["ref"]: each["dependsOn"] for each in document(report)["dependencies"]}
    assert edges == {
        "root": ["pkg:pypi/a@1"],
        "pkg:pypi/a@1": ["pkg:pypi/b@1"],
        "pkg:pypi/b@1": ["pkg:pypi/c@1"],
    }


def test_a_vulnerability_says_what_is_known_of_it() -> None:
    vulnerability = single_vulnerability(failing_report())
    assert vulnerability["id"] == "CVE-2018-1000656"
    assert vulnerability["source"]["name"] == "NVD"
    assert [each["id"] for each in vulnerability["references"]] == ["GHSA-562c-5r94-xh97"]
    assert vulnerability["affects"] == [{"ref": FLASK_REF}]
    assert (
        vulnerability["recommendation"] == "upgrade flask from 0.12.2 to 2.2.5, the nearest release without a known vulnerability"
    )
    reported = {each["source"]["name"]: each for each in vulnerability["ratings"]}
    assert reported["policy baseline (qa)"]["severity"] == "high"
    assert (reported["NVD"]["method"], reported["NVD"]["score"]) == ("CVSSv3", 7.5)


@pytest.mark.parametrize(
    ("cvss", "rating"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", ("CVSSv31", 9.8)),
        ("1.0 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", ("CVSSv31", 9.8)),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", ("CVSSv4", 9.3)),
        ("5.0 AV:N/AC:L/Au:N/C:N/I:N/A:P", ("CVSSv2", 5)),
        ("CVSS:3.1/AV:N", None),
        ("", None),
        ("9.8", None),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n", None),
    ],
)
def test_a_score_is_counted_from_the_vector(cvss: str, rating: tuple[str, float] | None) -> None:
    ratings = single_vulnerability(with_rulings(Ruling(flask(cvss), Severity.LOW, RulingOutcome.TOLERATED, reason(""))))["ratings"]
    assert {each.get("severity") for each in ratings} == {"high", "low"}
    reported = [(each["method"], each["score"]) for each in ratings if "score" in each]
    assert reported == ([rating] if rating else [])


@pytest.mark.parametrize(
    ("outcome", "state", "response"),
    [
        (RulingOutcome.BLOCKING, "exploitable", ["update"]),
        (RulingOutcome.TOLERATED, "in_triage", None),
        (RulingOutcome.KNOWN, "in_triage", None),
        (RulingOutcome.SUPPRESSED, "exploitable", ["will_not_fix"]),
    ],
)
def test_ruling_is_the_vex_analysis(outcome: RulingOutcome, state: str, response: list[str] | None) -> None:
    because = "accepted until 2026-03-01 by web@example.org: not reachable from outside"
    analysis = single_vulnerability(with_rulings(Ruling(FLASK, Severity.HIGH, outcome, reason(because))))["analysis"]
    assert (analysis["state"], analysis.get("response")) == (state, response)
    assert analysis["detail"] == f"requirements.txt:4: {outcome.value}: {because}"


def test_blocking_finding_without_fix_has_no_update_response() -> None:
    vulnerability = single_vulnerability(with_rulings(Ruling(flask(""), Severity.HIGH, RulingOutcome.BLOCKING, reason(""))))
    assert "response" not in vulnerability["analysis"]
    assert vulnerability["recommendation"].startswith("no fixed release of flask")


def test_worst_location_gives_the_state_and_all_are_listed() -> None:
    waived = Ruling(flask_at("a.txt"), Severity.HIGH, RulingOutcome.SUPPRESSED, reason("accepted"))
    blocked = Ruling(flask_at("b.txt"), Severity.HIGH, RulingOutcome.BLOCKING, reason("the budget is 0"))
    analysis = single_vulnerability(with_rulings(waived, blocked))["analysis"]
    assert (analysis["state"], analysis["response"]) == ("exploitable", ["update"])
    assert analysis["detail"].splitlines() == ["b.txt:4: blocking: the budget is 0", "a.txt:4: suppressed: accepted"]


def test_very_many_places_are_counted() -> None:
    rulings = (
        Ruling(flask_at(f"{number:03}.txt"), Severity.HIGH, RulingOutcome.TOLERATED, reason("x"))
        for number in range(sbom.MAX_LOCATIONS + 7)
    )
    lines = single_vulnerability(with_rulings(*rulings))["analysis"]["detail"].splitlines()
    assert (len(lines), lines[-1]) == (sbom.MAX_LOCATIONS + 1, "and in 7 more places")


def test_a_finding_without_a_package_is_about_the_repository() -> None:
    finding = msgspec.structs.replace(FLASK, rule="trivy:ODD_1", affected_package=None)
    vulnerability = single_vulnerability(with_rulings(Ruling(finding, Severity.LOW, RulingOutcome.TOLERATED, reason(""))))
    assert vulnerability["affects"] == [{"ref": "root"}]
    assert vulnerability["source"] == {"name": "trivy"}


def test_a_package_that_only_a_finding_names_is_a_component() -> None:
    (component,) = document(with_rulings(Ruling(FLASK, Severity.LOW, RulingOutcome.TOLERATED, reason(""))))["components"]
    assert (component["bom-ref"], component["evidence"]["occurrences"]) == (
        FLASK_REF,
        [{"location": "requirements.txt"}],
    )


def test_very_many_gaps_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "MAX_GAPS", 1)
    assert properties(document(failing_report())["metadata"])["scangate:gaps-not-listed"] == "2"


def test_hostile_text_is_escaped_and_limited() -> None:
    text = sbom.render(hostile_report())
    assert text.isascii()
    assert all(line.isprintable() for each in strings(json.loads(text)) for line in each.splitlines())
    assert max(map(len, strings(json.loads(text)))) < len(max(HOSTILE_TEXTS, key=len))
    assert "javascript:" not in {url.partition("a")[0] for url in urls(json.loads(text))}


def strings(value: Any) -> list[str]:
    """Every text in a document."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def urls(read: dict[str, Any]) -> set[str]:
    return {each["url"] for vulnerability in read["vulnerabilities"] for each in vulnerability.get("advisories", [])}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://example.org/%zz", "https://example.org/#a#b", "https://a b/"])
def test_invalid_url_is_not_linked(url: str) -> None:
    finding = msgspec.structs.replace(FLASK, help_url=url)
    assert url not in str(
        single_vulnerability(with_rulings(Ruling(finding, Severity.LOW, RulingOutcome.TOLERATED, reason(""))))["advisories"]
    )


def test_the_serial_number_is_that_of_the_content() -> None:
    one, later = failing_report(), msgspec.structs.replace(failing_report(), finished="2026-01-02T03:04:10Z")
    assert sbom.render(one) == sbom.render(failing_report())
    assert document(one)["serialNumber"] != document(later)["serialNumber"]
    assert document(one)["serialNumber"] != document(passing_report())["serialNumber"]


@pytest.mark.integration
def test_output_is_the_same_in_another_process() -> None:
    """Sets come in another order there."""
    code = (
        "from tests.support.sample_reports import failing_report; from scangate.report import sbom;"
        " print(sbom.render(failing_report()), end='')"
    )
    places = os.pathsep.join(str(place) for place in (Path(sbom.__file__).parents[2], ROOT))
    environment = {"PYTHONPATH": places, "PYTHONHASHSEED": "7"}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == sbom.render(failing_report())


@pytest.mark.parametrize("time", ["", "not a time", "9999-12-31T23:59:59-14:00"])
def test_invalid_time_is_omitted(time: str) -> None:
    assert "timestamp" not in document(msgspec.structs.replace(failing_report(), finished=time))["metadata"]


def test_a_judgement_of_a_verdict_that_was_kept_has_the_same_components() -> None:
    report = failing_report()
    again = parse_report(verdict_json.render(report))
    for key in ("components", "dependencies", "vulnerabilities"):
        assert document(again)[key] == document(report)[key]
