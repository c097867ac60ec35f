"""Inspector's scan of an SBOM is evaluated like a scanner: its findings, and what it did not look up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from scangate.errors import UsageError
from scangate.tools.inspector import NAMESPACE, list_entries
from tests.support.command import flatten_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, write_policy


def prop(name: str, value: str) -> dict[str, str]:
    return {"name": f"{NAMESPACE}{name}", "value": value}


def rating(severity: str, source: str, vector: str = "") -> dict[str, Any]:
    return {"severity": severity, "method": "CVSSv31", "vector": vector, "source": {"name": source}}


VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
PILLOW = {"bom-ref": "comp-1", "type": "library", "name": "pillow", "version": "8.3.2", "purl": "pkg:pypi/pillow@8.3.2"}
CERTIFICATE = {"bom-ref": "comp-2", "type": "file", "name": "ca.pem"}
BLOB = {
    "bom-ref": "comp-3",
    "type": "library",
    "name": "blob",
    "properties": [prop("warning", "Component skipped: no purl provided.")],
}
READS_FILES = {
    "bom-ref": "vuln-1",
    "id": "CVE-2022-22817",
    "source": {"name": "NVD", "url": "https://nvd.nist.gov/vuln/detail/CVE-2022-22817"},
    "references": [{"id": "GHSA-8vj2-vxx3-667w", "source": {"name": "GITHUB"}}],
    "ratings": [rating("medium", "AMAZON_INSPECTOR"), rating("critical", "NVD", VECTOR), {"method": "other", "score": 0.01}],
    "cwes": [74],
    "description": "evaluates expressions",
    "affects": [{"ref": "comp-1"}],
    "properties": [prop("exploit_available", "true"), prop("fixed_version:comp-1", "9.0.0")],
}
EXPIRED = {
    "bom-ref": "vuln-2",
    "id": "IN-CERTIFICATE-001",
    "ratings": [rating("medium", "AMAZON_INSPECTOR")],
    "affects": [{"ref": "comp-2"}],
}
MALICIOUS = {"bom-ref": "vuln-3", "id": "MAL-2025-1", "affects": [{"ref": "comp-1"}], "properties": [prop("is_malicious", "true")]}


def result(*vulnerabilities: dict[str, Any], components: tuple[dict[str, Any], ...] = (PILLOW, CERTIFICATE)) -> dict[str, Any]:
    """A response of ScanSbom: https://docs.aws.amazon.com/inspector/v2/APIReference/API_scan_ScanSbom.html"""
    counts = [prop(f"{word}_vulnerabilities", "0") for word in ("critical", "high", "medium", "low")]
    counts.append(prop("other_vulnerabilities", str(len(vulnerabilities))))
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"properties": counts}, "components": list(components)}
    if vulnerabilities:
        document["vulnerabilities"] = list(vulnerabilities)
    return {"sbom": document}


def entries(document: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(list_entries(json.dumps(document).encode()))["findings"]
    return found


def test_the_response_has_the_members_of_the_model() -> None:
    model = get_session().get_service_model("inspector-scan")
    shape: Any = model.operation_model("ScanSbom").output_shape
    assert set(shape.members) == set(result())
    assert "CYCLONE_DX_1_5" in model.shape_for("OutputFormat").metadata["enum"]


def test_the_worst_rating_counts_and_a_malicious_package_is_critical() -> None:
    found = {each["id"]: each for each in entries(result(READS_FILES, EXPIRED, MALICIOUS))}
    assert {name: each["severity"] for name, each in found.items()} == {
        "CVE-2022-22817": "critical",
        "IN-CERTIFICATE-001": "medium",
        "MAL-2025-1": "critical",
    }
    assert (found["CVE-2022-22817"]["fixed"], found["CVE-2022-22817"]["vector"]) == ("9.0.0", VECTOR)
    (unrated,) = entries(result({"id": "CVE-2026-1", "affects": [{"ref": "comp-1"}]}))
    assert unrated["severity"] == "unknown"


def test_each_affected_component_is_one_finding_and_the_order_does_not_matter() -> None:
    both = {**READS_FILES, "affects": [{"ref": "comp-1"}, {"ref": "comp-2"}]}
    assert len(entries(result(both))) == 2
    assert list_entries(json.dumps(result(both, EXPIRED)).encode()) == list_entries(json.dumps(result(EXPIRED, both)).encode())
    assert entries(result(both)) == entries(result(both)["sbom"])  # the artifact of InspectorScan is the document alone
    nested = {"bom-ref": "outer", "name": "outer", "components": [PILLOW]}
    assert entries(result(READS_FILES, components=(nested,)))[0]["name"] == "pillow"
    (lost,) = entries(result(READS_FILES, components=({"name": "unnamed"},)))
    assert (lost["id"], lost["name"]) == ("CVE-2022-22817", "")


COUNTED = result(READS_FILES)["sbom"]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        "x",
        {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [PILLOW]},  # an SBOM that was not scanned
        {"sbom": {"status": "SBOM parsed successfully", "vulnerabilities": [], "inspector": {}}},  # the format INSPECTOR
        {**COUNTED, "bomFormat": "SPDX"},
        {name: each for name, each in COUNTED.items() if name != "vulnerabilities"},
        {**COUNTED, "vulnerabilities": [{"description": "no id"}]},
        {**COUNTED, "vulnerabilities": {}},
    ],
)
def test_anything_else_is_refused(document: Any) -> None:
    with pytest.raises(UsageError):
        list_entries(json.dumps(document).encode())


@pytest.mark.parametrize("count", ["3", "-1", "many", "9" * 5000])
def test_a_result_that_lists_fewer_than_it_counts_is_refused(count: str) -> None:
    document = result(EXPIRED, MALICIOUS)
    assert len(entries(document)) == 2
    document["sbom"]["metadata"]["properties"][-1]["value"] = count
    with pytest.raises(UsageError):
        list_entries(json.dumps(document).encode())


@pytest.mark.integration
def test_the_policy_judges_them_with_those_in_the_code(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE})
    policy = write_policy(tmp_path / "policy.yaml", "bandit")
    run_scangate("scan", tree, "--policy", policy, "--output-dir", tmp_path / "out", cwd=tmp_path).expect(0)
    both = tmp_path / "both.yaml"
    both.write_text(policy.read_text("utf-8").replace("required: [bandit]", "required: [bandit, inspector]"), "utf-8")
    file = tmp_path / "inspector.json"

    def gate(*options: str | Path) -> Any:
        report = tmp_path / "judged.json"
        return run_scangate(
            "gate", tmp_path / "out/verdict.json", "--policy", both, "--report", f"json={report}", *options, cwd=tmp_path
        )

    def verdict() -> dict[str, Any]:
        return flatten_verdict(json.loads((tmp_path / "judged.json").read_text("utf-8")))

    gate().expect(3)  # required, and not there
    file.write_text(json.dumps(result()), "utf-8")
    gate("--sbom-scan", file).expect(0)
    file.write_text(json.dumps(result(READS_FILES, EXPIRED)), "utf-8")
    gate("--sbom-scan", file).expect(1)
    found = {each["rule"]: each for each in verdict()["findings"]}
    assert found.keys() == {"inspector:CVE-2022-22817", "inspector:IN-CERTIFICATE-001"}
    package = found["inspector:CVE-2022-22817"]["affected_package"]
    assert (package["name"], package["fixed_in"], package["aliases"]) == ("pillow", ["9.0.0"], ["GHSA-8vj2-vxx3-667w"])
    assert found["inspector:CVE-2022-22817"]["path"] == "inspector/inspector.json"
    file.write_text(json.dumps(result(components=(PILLOW, BLOB))), "utf-8")
    gate("--sbom-scan", file).expect(3)
    (gap,) = [each for each in verdict()["gaps"] if each["blocking"]]
    assert (gap["scanner"], gap["kind"]) == ("inspector", "advisory-unanswered")
    file.write_text("{}", "utf-8")
    gate("--sbom-scan", file).expect(2)
    gate("--sbom-scan", tmp_path / "none.json").expect(2)
