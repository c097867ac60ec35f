"""Exit code, console, JSON, SARIF, JUnit, Markdown and the shell's variables of one real run report the same verdict."""

from __future__ import annotations

import json
import re
from collections import Counter
from xml.etree import ElementTree as ET

from scangate.report.html import parse_page
from tests.support.command import flatten_verdict, load_verdict, run_scangate
from tests.support.scanned_project import ScannedProject


def test_all_reports_agree(scanned: ScannedProject) -> None:
    ran, out = scanned.result.expect(1), scanned.out
    document = load_verdict(out)
    outcomes = Counter(entry["outcome"] for entry in document["findings"])
    assert (document["outcome"], document["exit_code"]) == ("FAIL", 1)
    assert outcomes["blocking"] > 0
    assert outcomes["suppressed"] > 0
    assert document["counts"]["blocking_gaps"] > 0

    assert ran.stdout.splitlines()[-1].startswith(f"FAIL: {outcomes['blocking']} blocking finding")
    assert f"{outcomes['suppressed']} suppressed" in ran.stdout
    assert (out / "env").read_text().splitlines()[0] == "export SCANGATE_VERDICT='FAIL'"
    numbers = dict(re.findall(r"([a-z-]+)=(\d+)", (out / "env").read_text().splitlines()[1]))
    assert int(numbers["suppressed"]) == outcomes["suppressed"]
    assert int(numbers["gaps"]) == len(document["gaps"])
    assert "FAIL" in (out / "summary.md").read_text()
    page = parse_page((out / "report.html").read_text("utf-8"))
    assert (page.outcome.value, dict(page.outcomes)["blocking"]) == ("FAIL", outcomes["blocking"])

    junit = ET.parse(out / "junit.xml").getroot()
    assert len(list(junit.iter("failure"))) == outcomes["blocking"]
    assert int(junit.attrib["failures"]) == outcomes["blocking"]
    assert len(list(junit.iter("error"))) == sum(1 for gap in document["gaps"] if gap["blocking"])

    log = json.loads((out / "scangate.sarif").read_text())
    results = [result for run in log["runs"] for result in run["results"] if result.get("kind", "fail") == "fail"]
    assert len(results) == len(document["findings"])
    suppressed = [result for result in results if result.get("suppressions")]
    assert len(suppressed) == outcomes["suppressed"]
    fingerprints = {
        result["partialFingerprints"][key] for result in results for key in result["partialFingerprints"] if "scangate" in key
    }
    assert {entry["fingerprint"] for entry in document["findings"]} <= {word.partition(":")[0] for word in fingerprints}


def test_the_ledger_adds_up(scanned: ScannedProject) -> None:
    for scanner in load_verdict(scanned.out)["scanners"]:
        lost = {gap["path"] for gap in load_verdict(scanned.out)["gaps"] if gap["scanner"] == scanner["scanner"] and gap["path"]}
        assert scanner["files_given"] == len(scanner["analyzed_files"]) + len(lost), scanner


def test_the_gate_comes_to_the_same_verdict(scanned: ScannedProject) -> None:
    again = run_scangate("gate", scanned.out / "verdict.json", "--policy", scanned.policy, cwd=scanned.out).expect(1)
    assert again.stdout.splitlines()[-1] == scanned.result.stdout.splitlines()[-1]


def test_the_gate_is_incomplete_where_its_policy_would_have_read_more(scanned: ScannedProject) -> None:
    ran = run_scangate("gate", scanned.out / "verdict.json", "--policy", "strict", cwd=scanned.out).expect(1)
    assert "pip-audit" in ran.stdout
    assert "there may be more findings" in ran.stdout.splitlines()[-1]


def test_a_gate_writes_reports_too(scanned: ScannedProject) -> None:
    file = scanned.out.parent / "again.json"
    run_scangate(
        "gate", scanned.out / "verdict.json", "--policy", scanned.policy, "--report", f"json={file}", cwd=scanned.out
    ).expect(1)
    first, again = load_verdict(scanned.out), flatten_verdict(json.loads(file.read_text()))
    for document in (first, again):
        del document["seconds"], document["started"], document["finished"]
        document["scanners"] = [{**scanner, "seconds": 0} for scanner in document["scanners"]]
    assert first == again


def test_invalid_verdict_is_rejected(scanned: ScannedProject) -> None:
    for number, text in enumerate(["", "{}", "[1]", '{"schema": 2}', '{"schema": 1, "outcome": "PASS"}', "\0"]):
        file = scanned.out.parent / f"odd-{number}.json"
        file.write_text(text)
        assert "hint: " in run_scangate("gate", file, "--policy", scanned.policy, cwd=scanned.out).expect(2).stderr
    assert "hint: " in run_scangate("gate", "nowhere.json", "--policy", scanned.policy, cwd=scanned.out).expect(2).stderr
    assert "hint: " in run_scangate("gate", scanned.out, "--policy", scanned.policy, cwd=scanned.out).expect(2).stderr
