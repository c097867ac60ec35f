"""The policy evaluates ECR's findings together with those in the code; an image without a scan is INCOMPLETE."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scangate.errors import UsageError
from scangate.publish.ecr import fetch_scan_findings, parse_image_reference
from tests.support.aws.account import REGION, FakeAccount
from tests.support.aws.protocol import AwsError
from tests.support.command import CommandResult, environment, flatten_verdict, run_scangate
from tests.support.frequency import mostly_nightly
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, write_policy

DIGEST = "sha256:" + "ab" * 32
BASIC = {
    "name": "CVE-2021-3711",
    "description": "a buffer overflow",
    "uri": "https://security-tracker.debian.org/tracker/CVE-2021-3711",
    "severity": "CRITICAL",
    "attributes": [{"key": "package_version", "value": "1.1.1d"}, {"key": "package_name", "value": "openssl"}],
}
ENHANCED = {
    "findingArn": "arn:aws:inspector2:eu-central-1:123456789012:finding/1",
    "description": "reads files it should not",
    "severity": "HIGH",
    "status": "ACTIVE",
    "title": "CVE-2022-22817 - pillow",
    "packageVulnerabilityDetails": {
        "vulnerabilityId": "CVE-2022-22817",
        "vulnerablePackages": [{"name": "pillow", "version": "8.3.2", "fixedInVersion": "9.0.0", "packageManager": "PIP"}],
        "cvss": [
            {"baseScore": 9.8, "scoringVector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "source": "NVD", "version": "3.1"}
        ],
        "sourceUrl": "https://nvd.nist.gov/vuln/detail/CVE-2022-22817",
        "relatedVulnerabilities": ["GHSA-8vj2-vxx3-667w"],
    },
}
CLOSED = {**ENHANCED, "status": "CLOSED"}


class Registry:
    """One image, its scan's status, and the pages of its findings."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.basic: list[Any] = []
        self.enhanced: list[Any] = []
        self.service = {"DescribeImageScanFindings": self._describe}

    def _describe(self, request: Any) -> dict[str, Any]:
        if request["imageId"]["imageDigest"] != DIGEST:
            raise AwsError("ImageNotFoundException", "no such image")
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status == "NONE":
            raise AwsError("ScanNotFoundException", "the image was never scanned")
        page = int(request.get("nextToken", 0))
        more = {"nextToken": str(page + 1)} if page + 1 < max(len(self.basic), len(self.enhanced)) else {}
        found = {"findings": self.basic[page : page + 1], "enhancedFindings": self.enhanced[page : page + 1]}
        return {"imageScanStatus": {"status": status, "description": "done"}, "imageScanFindings": found, **more}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verdict.json of a clean tree, and a policy that also requires the image."""
    folder = tmp_path_factory.mktemp("image")
    tree = create_repository(folder / "tree", {"app.py": CLEAN_SOURCE})
    run_scangate(
        "scan", tree, "--policy", write_policy(folder / "policy.yaml", "bandit"), "--output-dir", folder / "out", cwd=folder
    ).expect(0)
    rules = (folder / "policy.yaml").read_text("utf-8")
    assert "required: [bandit]" in rules
    (folder / "both.yaml").write_text(rules.replace("required: [bandit]", "required: [bandit, ecr]"), "utf-8")
    return folder


def gate(account: FakeAccount, scanned: Path, *options: str) -> CommandResult:
    request = ("--policy", scanned / "both.yaml", "--report", f"json={scanned / 'image.json'}")
    env = environment(**account.environment)
    return run_scangate("gate", scanned / "out" / "verdict.json", *request, *options, cwd=scanned, env=env)


def looked(account: FakeAccount, scanned: Path, registry: Registry) -> CommandResult:
    account.services["ecr"] = registry.service
    return gate(account, scanned, "--image", f"team/shop@{DIGEST}", "--image-wait", "0")


def document(scanned: Path) -> dict[str, Any]:
    return flatten_verdict(json.loads((scanned / "image.json").read_text("utf-8")))


def test_findings_in_code_and_image_are_evaluated_together(account: FakeAccount, scanned: Path) -> None:
    registry = Registry("ACTIVE")
    registry.basic, registry.enhanced = [BASIC, BASIC | {"name": "CVE-2020-1"}], [ENHANCED, CLOSED]
    looked(account, scanned, registry).expect(1)
    verdict = document(scanned)
    assert {finding["rule"]: finding["severity"] for finding in verdict["findings"]} == {
        "ecr:CVE-2021-3711": "critical",
        "ecr:CVE-2020-1": "critical",
        "ecr:CVE-2022-22817": "high",
    }
    pillow = next(finding for finding in verdict["findings"] if finding["rule"] == "ecr:CVE-2022-22817")
    package = pillow["affected_package"]
    assert (pillow["path"], package["fixed_in"], package["version"]) == ("ecr/team/shop", ["9.0.0"], "8.3.2")
    assert len({finding["fingerprint"] for finding in verdict["findings"]}) == 3
    assert {scanner["scanner"] for scanner in verdict["scanners"]} >= {"bandit", "ecr"}
    assert account.refusals == []


def test_a_clean_image_passes_also_when_reevaluated(account: FakeAccount, scanned: Path) -> None:
    looked(account, scanned, Registry("COMPLETE")).expect(0)
    again = run_scangate("gate", scanned / "image.json", "--policy", scanned / "both.yaml", cwd=scanned)
    assert again.expect(0)


def test_a_required_image_without_a_scan_is_incomplete(account: FakeAccount, scanned: Path) -> None:
    assert "ecr" in gate(account, scanned).expect(3).stdout


@pytest.mark.parametrize(
    "status", ["NONE", "FAILED", "IN_PROGRESS", "PENDING", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "FINDINGS_UNAVAILABLE"]
)
def test_an_unfinished_scan_is_incomplete(account: FakeAccount, scanned: Path, status: str) -> None:
    looked(account, scanned, Registry(status)).expect(3)
    (gap,) = [gap for gap in document(scanned)["gaps"] if gap["blocking"]]
    assert (gap["scanner"], gap["path"]) == ("ecr", "ecr/team/shop")


@pytest.mark.parametrize("code", ["ImageNotFoundException", "AccessDeniedException", "ExpiredTokenException"])
def test_a_registry_error_is_incomplete(account: FakeAccount, scanned: Path, code: str) -> None:
    account.fail_next("ecr", "DescribeImageScanFindings", AwsError(code, "no"))
    assert code in looked(account, scanned, Registry("COMPLETE")).expect(3).stdout


@pytest.mark.parametrize(
    "entry", [{"name": "x"}, {"name": "x", "severity": "BAD"}, {**ENHANCED, "packageVulnerabilityDetails": {}}]
)
def test_an_unexpected_response_is_incomplete(account: FakeAccount, scanned: Path, entry: dict[str, Any]) -> None:
    registry = Registry("COMPLETE")
    registry.basic = [entry]
    account.services["ecr"] = registry.service
    looked(account, scanned, registry).expect(3)


def test_a_scan_in_progress_is_awaited(account: FakeAccount) -> None:
    account.services["ecr"] = Registry("NONE", "PENDING", "IN_PROGRESS", "COMPLETE").service
    waited: list[float] = []
    verdict = json.loads(fetch_scan_findings(parse_image_reference(f"shop@{DIGEST}"), 60, sleep=waited.append))
    assert (verdict["status"], waited) == ("COMPLETE", [5.0, 5.0, 5.0])


@pytest.mark.parametrize(
    ("start", "region"),
    mostly_nightly(
        [
            ("", ""),
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/", "eu-west-1"),
            ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/", "us-gov-west-1"),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/", "cn-north-1"),
            ("123456789012.dkr-ecr.ap-southeast-2.on.aws/", "ap-southeast-2"),
            ("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn/", "cn-north-1"),
            ("arn:aws-us-gov:ecr:us-gov-east-1:123456789012:repository/", "us-gov-east-1"),
            ("arn:aws-cn:ecr:cn-northwest-1:123456789012:repository/", "cn-northwest-1"),
        ],
        often=3,
    ),
)
def test_the_region_of_the_image_reference_is_used(account: FakeAccount, scanned: Path, start: str, region: str) -> None:
    account.services["ecr"] = Registry("COMPLETE").service
    gate(account, scanned, "--image", f"{start}team/shop@{DIGEST}").expect(0)
    gate(account, scanned, "--image", f"{start}team/shop@{DIGEST}", "--image-region", region or "sa-east-1").expect(0)
    assert [call.region for call in account.calls_to("ecr")] == [region or REGION, region or "sa-east-1"]
    assert account.calls_to("ecr")[0].parameters.get("registryId") == ("123456789012" if start else None)


def test_an_image_in_another_region_is_exit_code_2(account: FakeAccount, scanned: Path) -> None:
    elsewhere = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/shop@{DIGEST}"
    gate(account, scanned, "--image", elsewhere, "--image-region", "eu-north-1").expect(2)
    assert account.calls == []


@pytest.mark.parametrize(
    "start",
    [
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.cn/",
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com/",
        "public.ecr.aws/",
        "arn:aws:ecr:us-gov-west-1:123456789012:repository/",
        "arn:aws-cn:ecr:eu-west-1:123456789012:repository/",
        "arn:aws:ecr:eu-west-1::repository/",
    ],
)
def test_a_registry_other_than_ecr_is_a_usage_error(start: str) -> None:
    with pytest.raises(UsageError):
        parse_image_reference(f"{start}shop@{DIGEST}")


def test_a_finished_scan_without_a_list_of_findings_is_incomplete(account: FakeAccount, scanned: Path) -> None:
    account.services["ecr"] = {"DescribeImageScanFindings": lambda _asked: {"imageScanStatus": {"status": "COMPLETE"}}}
    gate(account, scanned, "--image", f"team/shop@{DIGEST}").expect(3)


@pytest.mark.parametrize("name", ["shop:latest", "shop", "shop@sha256:ab", "../shop@" + DIGEST])
def test_an_image_without_its_digest_is_exit_code_2(account: FakeAccount, scanned: Path, name: str) -> None:
    gate(account, scanned, "--image", name).expect(2)
    assert account.calls == []
