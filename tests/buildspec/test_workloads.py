"""Each buildspec on a sample of its workload: only a PASS is released."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from cryptography.hazmat.primitives import serialization

from tests.support.aws.account import serve_account
from tests.support.aws.codecommit import FakePullRequests
from tests.support.aws.security_hub import FakeHub
from tests.support.buildspec import workloads
from tests.support.buildspec.build_image import BuildImage
from tests.support.buildspec.interpreter import Build
from tests.support.buildspec.sam_command import name_of
from tests.support.buildspec.sources import INJECTION, commit
from tests.support.buildspec.workloads import HOST, OUTCOME_WORDS, REGION, WorkloadAccount, run_git
from tests.support.buildspec.workspace import Workspace
from tests.support.command import environment, run_scangate
from tests.support.fake_secrets import fake_tokens
from tests.support.github_server import TOKEN, serve_github

Run = Callable[..., Build]
CRITICAL = {"name": "CVE-2021-3711", "description": "a buffer overflow", "severity": "CRITICAL", "uri": "https://example.org/"}
nightly = pytest.mark.nightly


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkloadAccount]:
    with serve_account() as account:
        for name, value in account.environment.items():
            monkeypatch.setenv(name, value)
        found = WorkloadAccount(account)
        found.create_resources()
        yield found
        assert not account.refusals


@pytest.fixture
def run(site: Workspace, shop: WorkloadAccount, image: BuildImage) -> Run:
    def build(name: str, sample: str, begin: Callable[[str], None] = lambda _: None, **more: str) -> Build:
        head = workloads.write_source(name, sample, site)
        begin(head)
        return workloads.run_snippet(name, head, site, shop, image, **more)

    return build


@pytest.fixture
def key(shop: WorkloadAccount, tmp_path: Path) -> Path:
    """The public key, as on a host."""
    der = boto3.client("kms", REGION).get_public_key(KeyId=shop.key)["PublicKey"]
    file = tmp_path / "key.pem"
    public = serialization.load_der_public_key(der)
    file.write_bytes(public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    shop.account.calls.clear()
    return file


def verified(subject: str, attestation: bytes, key: Path) -> int:
    file = key.with_name("attestation.json")
    file.write_bytes(attestation)
    options = ("--attestation", file, "--key", key, "--env", "")
    return run_scangate("verify", subject, *options, cwd=key.parent, env=environment()).code


# -- a PASS ships --


def test_a_python_application_is_released_with_its_attestation(
    run: Run, shop: WorkloadAccount, site: Workspace, key: Path, tmp_path: Path
) -> None:
    build = run("python-application", "pass")
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), build.log
    held = shop.objects("releases")
    assert set(held) == {
        f"shop/{run_git(site, 'rev-parse', 'HEAD')}/{name}" for name in ("shop-1.0-py3-none-any.whl", ".scangate-attestation.json")
    }
    for name, data in held.items():
        (tmp_path / "taken").mkdir(exist_ok=True)
        (tmp_path / "taken" / name.rpartition("/")[2]).write_bytes(data)
    assert run_scangate("verify", "taken", "--key", key, "--env", "", cwd=tmp_path, env=environment()).code == 0
    assert shop.called_actions() >= {"s3:PutObject", "kms:Sign"}
    assert set(build.artifacts[0].files) == {"shop-1.0-py3-none-any.whl", ".scangate-attestation.json"}


def test_an_image_is_promoted_by_its_digest(run: Run, shop: WorkloadAccount, key: Path) -> None:
    build = run("container-image", "pass")
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), build.log
    (digest,) = shop.registry.images["shop"]
    assert list(shop.registry.images["quarantine/shop"]) == [digest]
    assert build.exported["SCANGATE_IMAGE"] == f"{HOST}/shop@{digest}"
    ((name, attestation),) = shop.objects("attestations").items()
    assert name == f"shop/{digest.removeprefix('sha256:')}.json"
    assert verified(f"image:{digest}", attestation, key) == 0
    ecr = {"GetAuthorizationToken", "PutImage", "BatchGetImage", "DescribeImages", "DescribeImageScanFindings"}
    s3 = {"s3:PutObject", "s3:ListObjectsV2", "s3:GetObject"}
    assert shop.called_actions() - s3 == {"kms:Sign", *(f"ecr:{operation}" for operation in ecr)}
    assert not [each for each in shop.registry.tags if each[1] == "latest"]


def test_each_function_is_attested_as_uploaded_to_s3(run: Run, shop: WorkloadAccount, site: Workspace, key: Path) -> None:
    def plant(_: str) -> None:  # under the name that the code will have
        boto3.client("s3", REGION).put_object(Bucket="packages", Key=f"shop/{name_of(site.source / 'app')}", Body=b"planted")

    build = run("lambda", "pass", plant)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), build.log
    ((_, code),) = shop.objects("packages").items()
    assert zipfile.ZipFile(io.BytesIO(code)).read("adding.py") == (site.source / "app" / "adding.py").read_bytes()
    ((name, attestation),) = shop.objects("attestations").items()
    digest = hashlib.sha256(code)
    assert name == f"shop/{digest.hexdigest()}.json"
    assert verified(f"lambda:{base64.b64encode(digest.digest()).decode()}", attestation, key) == 0
    assert build.artifacts[0].files == ("packaged.yaml",)


def test_a_bundle_carries_its_attestation_and_the_hook(run: Run, shop: WorkloadAccount, site: Workspace, key: Path) -> None:
    build = run("ec2-codedeploy", "pass")
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), build.log
    assert set(build.artifacts[0].files) == {".scangate-attestation.json", "appspec.yml", "scripts/verify.sh", "app/adding.py"}
    assert "verdict.json" in build.artifacts[1].files
    bundle = site.source / "scangate-release"
    hooks = yaml.safe_load((bundle / "appspec.yml").read_text("utf-8"))["hooks"]
    assert next(iter(hooks)) == "BeforeInstall"
    assert (bundle / hooks["BeforeInstall"][0]["location"]).is_file()
    request = ("verify", bundle, "--key", key, "--env", "")
    assert run_scangate(*request, cwd=site.home, env=environment()).code == 0
    assert shop.called_actions() == {"kms:Sign"}
    (bundle / "app" / "adding.py").write_text("import os\n")
    assert run_scangate(*request, cwd=site.home, env=environment()).code == 1


def test_a_site_is_synced_and_its_cache_invalidated(run: Run, shop: WorkloadAccount) -> None:
    build = run("static-site", "pass")
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), build.log
    assert shop.objects("site") == {"index.html": b"<!doctype html>\n"}
    assert "cloudfront:CreateInvalidation" in shop.called_actions()


# -- nothing else does --


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        pytest.param(name, sample, marks=nightly if sample == "incomplete" and name != "lambda" else ())
        for name in ("python-application", "container-image", "lambda", "ec2-codedeploy", "static-site")
        for sample in ("fail", "incomplete")
    ],
)
def test_without_a_pass_aws_is_not_asked_for_anything(name: str, sample: str, run: Run, shop: WorkloadAccount) -> None:
    build = run(name, sample)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("FAILED", OUTCOME_WORDS[sample]), build.log
    assert shop.called_actions() == set()
    assert [command.exit_code for command in build.phase("post_build").commands] == [1]
    assert build.reports[0].status == "FAILED"
    assert build.reports[0].cases > 0
    assert any("verdict.json" in artifact.files for artifact in build.artifacts)


@pytest.mark.parametrize(("findings", "word"), [([CRITICAL], "FAIL"), pytest.param(None, "INCOMPLETE", marks=nightly)])
def test_an_image_with_findings_or_without_a_scan_stays_in_quarantine(
    findings: list[dict[str, Any]] | None, word: str, run: Run, shop: WorkloadAccount, site: Workspace
) -> None:
    shop.registry.findings = findings
    build = run("container-image", "pass")
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("FAILED", word), build.log
    assert not shop.registry.images["shop"]
    assert build.exported["SCANGATE_IMAGE"] == "none"
    assert not shop.called_actions() & {"kms:Sign", "s3:PutObject"}
    verdict = json.loads((site.source / "scangate-reports" / "verdict.json").read_text("utf-8"))
    assert verdict["outcome"] == word
    assert build.reports[0].status == "FAILED"


@nightly
def test_failing_tests_prevent_a_release(run: Run, shop: WorkloadAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = {**workloads.SOURCES["ec2-codedeploy"], "tests/test_it.py": "import os\n\nos._exit(1)\n"}
    monkeypatch.setitem(workloads.SOURCES, "ec2-codedeploy", failing)
    build = run("ec2-codedeploy", "pass")
    assert build.status == "FAILED", build.log
    assert shop.called_actions() == set()
    assert build.artifacts[0].files == ()


def test_a_bundle_whose_appspec_lacks_the_hook_is_not_released(
    run: Run, shop: WorkloadAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    appspec = "version: 0.0\nos: linux\nfiles: []\n# location: scripts/verify.sh\n"
    monkeypatch.setitem(workloads.SOURCES, "ec2-codedeploy", {**workloads.SOURCES["ec2-codedeploy"], "appspec.yml": appspec})
    build = run("ec2-codedeploy", "pass")
    assert (build.status, build.artifacts[0].files, shop.called_actions()) == ("FAILED", (), set()), build.log


def test_a_source_without_a_version_is_not_released(shop: WorkloadAccount, site: Workspace, image: BuildImage) -> None:
    workloads.write_source("python-application", "pass", site)
    build = workloads.run_snippet("python-application", "", site, shop, image)
    assert [phase.name for phase in build.phases] == ["install", "upload_artifacts"]
    assert (build.status, build.exported["SCANGATE_VERDICT"], shop.called_actions()) == ("FAILED", "INCOMPLETE", set())


@nightly
def test_a_key_that_does_not_sign_fails_the_build(run: Run, shop: WorkloadAccount) -> None:
    shop.variables["SCANGATE_KMS_KEY"] = f"arn:aws:kms:{REGION}:123456789012:key/00000000-0000-4000-8000-000000000000"
    build = run("python-application", "pass")
    assert build.status == "FAILED", build.log
    assert shop.objects("releases") == {}


# -- what only reports --


@pytest.mark.parametrize(
    ("sample", "status", "word"),
    [
        ("pass", "SUCCEEDED", "PASS"),
        ("fail", "SUCCEEDED", "REVIEW"),
        pytest.param("incomplete", "FAILED", "INCOMPLETE", marks=nightly),
    ],
)
def test_a_fail_can_be_approved_but_not_an_incomplete_verdict(  # noqa: PLR0917 -- a row of the table, and the fixtures
    sample: str, status: str, word: str, run: Run, site: Workspace, shop: WorkloadAccount
) -> None:
    build = run("review-gate", sample)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == (status, word), build.log
    assert json.loads((site.source / "scangate-reports" / "verdict.json").read_text("utf-8"))["outcome"] == OUTCOME_WORDS[sample]
    assert shop.called_actions() == set()


@pytest.mark.parametrize("sample", ["pass", "fail", pytest.param("incomplete", marks=nightly)])
def test_the_nightly_audit_publishes_any_verdict(sample: str, run: Run, shop: WorkloadAccount) -> None:
    hub = FakeHub(region=REGION)
    shop.account.services["securityhub"] = hub.service
    build = run("nightly-audit", sample)
    assert build.status == ("SUCCEEDED" if sample == "pass" else "FAILED"), build.log
    assert build.exported["SCANGATE_VERDICT"] == OUTCOME_WORDS[sample]
    assert ("sns:Publish" in shop.called_actions()) is (sample != "pass")
    assert "cloudwatch:PutMetricData" in shop.called_actions()
    assert "main.json" in shop.objects("history")
    assert bool(hub.active_ids) is (sample == "fail")
    assert "security-hub: sent" in build.log


def test_the_nightly_history_finds_a_key_that_was_removed(run: Run, site: Workspace) -> None:
    brought = []

    def add_and_remove(head: str) -> None:
        del head
        for value in (fake_tokens("history")["AWS Access Key"], ""):
            site.write("app/keys.py", f'KEY = "{value}"\n')
            commit(site)
            brought.append(run_git(site, "rev-parse", "HEAD"))

    build = run("nightly-history", "pass", add_and_remove)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("FAILED", "FAIL"), build.log
    assert brought[0] in (site.source / "scangate-reports" / "summary.md").read_text("utf-8")


@nightly
def test_a_failing_alert_does_not_prevent_other_publications(run: Run, shop: WorkloadAccount) -> None:
    hub = FakeHub(region=REGION)
    shop.account.services["securityhub"] = hub.service
    shop.variables["ALERTS"] = f"arn:aws:sns:{REGION}:123456789012:gone"
    build = run("nightly-audit", "fail")
    assert build.status == "FAILED"
    assert [command.exit_code for command in build.phase("post_build").commands] == [1]
    assert hub.active_ids
    assert "cloudwatch:PutMetricData" in shop.called_actions()


@pytest.fixture
def base(site: Workspace) -> str:
    """The base of the change: a commit with a weakness that the change does not introduce."""
    site.write("app/old.py", INJECTION)
    commit(site)
    return run_git(site, "rev-parse", "HEAD")


@pytest.mark.parametrize("sample", ["pass", "fail"])
def test_a_codecommit_pull_request_gets_comments_and_an_approval(sample: str, base: str, run: Run, shop: WorkloadAccount) -> None:
    pulls = FakePullRequests("shop", "7", base, "", {"app/adding.py"})
    shop.account.services["codecommit"] = pulls.service
    options = {"SCANGATE_REPOSITORY": "shop", "SCANGATE_PULL_REQUEST": "7", "SCANGATE_SINCE": base}
    build = run("pull-request", sample, begin=pulls.push, **options)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == (
        "SUCCEEDED" if sample == "pass" else "FAILED",
        OUTCOME_WORDS[sample],
    ), build.log
    assert pulls.approval == ("APPROVE" if sample == "pass" else "REVOKE")
    assert pulls.comments
    assert shop.called_actions() <= {f"codecommit:{operation}" for operation in pulls.service}


def test_a_pull_request_without_a_base_is_not_scanned(run: Run, shop: WorkloadAccount) -> None:
    build = run("pull-request", "pass", SCANGATE_REPOSITORY="shop", SCANGATE_PULL_REQUEST="7", CODEBUILD_SOURCE_VERSION="pr/7")
    assert [phase.name for phase in build.phases] == ["install", "upload_artifacts"]
    assert (build.status, build.exported["SCANGATE_VERDICT"], shop.called_actions()) == ("FAILED", "INCOMPLETE", set())


@nightly
def test_other_pull_requests_get_the_build_status_only(base: str, run: Run, shop: WorkloadAccount) -> None:
    build = run("pull-request", "pass", SCANGATE_SINCE=base)
    assert (build.status, build.exported["SCANGATE_VERDICT"], shop.called_actions()) == ("SUCCEEDED", "PASS", set()), build.log


@nightly
@pytest.mark.parametrize("sample", ["pass", "fail"])
def test_a_pull_request_at_github_gets_a_check_run(
    sample: str, base: str, run: Run, shop: WorkloadAccount, site: Workspace
) -> None:
    run_git(site, "update-ref", "refs/remotes/origin/main", base)
    webhook = {
        "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED",
        "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
        "CODEBUILD_WEBHOOK_TRIGGER": "pr/7",
    }
    with serve_github() as server:
        options = {"SCANGATE_REPOSITORY": "team/shop", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url, **webhook}
        build = run("pull-request", sample, **options)
        assert build.status == ("SUCCEEDED" if sample == "pass" else "FAILED"), build.log
        assert [made["conclusion"] for made in server.runs] == ["success" if sample == "pass" else "failure"]
        assert len(server.sarifs) == 1
    assert shop.called_actions() == set()
