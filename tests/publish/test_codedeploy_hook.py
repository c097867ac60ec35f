"""The CodeDeploy hook reports Succeeded for attested artifacts, else Failed with a reason."""

from __future__ import annotations

import json
import threading
from typing import Any

import boto3
import pytest
import yaml

from scangate.errors import PublishError
from scangate.publish.codedeploy_deployment import resolve_subjects
from scangate.publish.codedeploy_hook import RESERVED_SECONDS, handler
from scangate.publish.statement import Subject
from tests.support.aws.account import FakeAccount
from tests.support.aws.deployment_hook import CODE, ECS_SPEC, EVENT, IMAGE, LAMBDA_SPEC, TASK, Stage
from tests.support.aws.protocol import AwsError
from tests.support.verdict_files import whole_tree_fail, whole_tree_pass


@pytest.fixture
def stage(account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(account, monkeypatch)


def test_attested_images_and_functions_are_deployed(stage: Stage) -> None:
    stage.attest("image", IMAGE)
    stage.succeeds()
    stage.spec = LAMBDA_SPEC
    stage.attest("lambda", CODE)
    stage.succeeds()
    stage.spec = json.dumps(LAMBDA_SPEC)
    stage.succeeds()


def test_an_expired_attestation_is_deployed_if_admitted_before(stage: Stage) -> None:
    stage.attest("image", IMAGE, days=-1)
    stage.fails("expired")
    stage.put(f"shop/accepted/staging/{IMAGE}", "")
    stage.fails("expired")
    stage.put(f"shop/accepted/production/{IMAGE}", "")
    stage.succeeds()


def test_each_rejection_fails_the_deployment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.fails("missing")
    stage.attest("image", IMAGE, whole_tree_fail())
    stage.fails("failed")
    stage.attest("lambda", IMAGE)
    stage.fails("subject")
    stage.put(f"shop/{IMAGE}.json", "{}")
    stage.fails("malformed")
    stage.attest("image", IMAGE)
    monkeypatch.setenv("SCANGATE_POLICY_DIGESTS", f"{'ab' * 32} {'cd' * 32}")
    stage.fails("policy")
    monkeypatch.setenv("SCANGATE_POLICY_DIGESTS", f"{'ab' * 32} {whole_tree_pass().verdict.policy_digest}")
    stage.succeeds()
    stage.image = "shop:latest"
    stage.fails("deployment")
    monkeypatch.delenv("SCANGATE_PUBLIC_KEY")
    stage.image = f"shop@sha256:{IMAGE}"
    stage.fails("KeyError")


@pytest.mark.parametrize(
    "spec",
    [
        {"Resources": []},
        {"Resources": [{"x": {"Type": "AWS::EC2::Instance", "Properties": {"a": 1}}}]},
        {"Resources": [{"x": {"Type": "AWS::ECS::Service", "Properties": {"a": 1}}}]},
        "a: [",
        "- a",
    ],
)
def test_an_invalid_appspec_fails(stage: Stage, spec: Any) -> None:
    stage.attest("image", IMAGE)
    stage.spec = spec
    stage.fails("deployment")


def test_the_function_reports_before_its_time_limit(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    class Context:
        """The context of a function that has only the time to report."""

        def get_remaining_time_in_millis(self) -> int:
            return int(RESERVED_SECONDS * 1000)

    stage.attest("image", IMAGE)
    request, late = threading.Event(), threading.Event()

    def slow(deployment: str) -> list[Subject]:
        request.set()
        assert late.wait(60)
        return resolve_subjects(deployment)

    monkeypatch.setattr("scangate.publish.codedeploy_hook.resolve_subjects", slow)
    answer = handler(EVENT, Context())
    assert (answer["status"], stage.answers) == ("Failed", ["Failed"])
    assert answer["code"] == "Timeout"
    assert request.wait(60)
    late.set()


def test_a_name_in_an_appspec_cannot_forge_a_log_line(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    forged = {"Type": "AWS::X\nscangate: d-ABCDEF123: Succeeded: PASS", "Properties": {"a": 1}}
    stage.spec = {"Resources": [{"x": forged}]}
    stage.fails("deployment")
    assert len(capsys.readouterr().out.splitlines()) == 1


def _naming(**changes: str) -> str:
    """The AppSpec of the function, with some of its properties changed."""
    spec = json.loads(json.dumps(LAMBDA_SPEC))
    spec["Resources"][0]["fn"]["Properties"] |= changes
    return yaml.safe_dump(spec)


ATTESTED, OTHER = "TargetVersion: '2'", "TargetVersion: '3'"


@pytest.mark.parametrize(
    "spec",
    [
        json.dumps({"resources": LAMBDA_SPEC["Resources"], "Resources": []}),
        _naming().replace(ATTESTED, f"{ATTESTED}\n      {OTHER}"),
        _naming().replace(ATTESTED, f"{ATTESTED}\n      {OTHER.lower()}"),
        _naming().replace(ATTESTED, f"<<: {{{ATTESTED}}}"),
        _naming(TargetVersion="$LATEST"),
        yaml.safe_dump(ECS_SPEC).replace(TASK, "shop"),
    ],
)
def test_an_ambiguous_appspec_fails(stage: Stage, spec: str) -> None:
    """CodeDeploy must not release another artifact than the one that was checked."""
    stage.attest("lambda", CODE)
    stage.attest("image", IMAGE)
    stage.spec = spec
    stage.fails("deployment")


@pytest.mark.parametrize("tag", ["", "of another object"])
def test_the_appspec_in_s3_must_be_the_deployed_version(stage: Stage, tag: str) -> None:
    stage.attest("lambda", CODE)
    stage.put("appspec.yml", _naming())
    etag = tag or stage.s3.head_object(Bucket="attested", Key="appspec.yml")["ETag"].strip('"')
    s3_location = {"bucket": "attested", "key": "appspec.yml", "bundleType": "YAML", "eTag": etag}
    stage.s3_location = s3_location
    if tag:
        stage.fails("PreconditionFailed")
    else:
        stage.succeeds()


def test_an_appspec_that_is_too_large_fails(stage: Stage) -> None:
    stage.attest("lambda", CODE)
    stage.put("appspec.yml", _naming() + "#" * 300_000)
    s3_location = {"bucket": "attested", "key": "appspec.yml", "bundleType": "YAML"}
    stage.s3_location = s3_location
    stage.fails("TooLarge")


def test_an_aws_error_fails_the_deployment(stage: Stage) -> None:
    stage.account.fail_next("codedeploy", "GetDeployment", AwsError("DeploymentDoesNotExistException", "gone"))
    stage.fails("DeploymentDoesNotExistException")
    stage.attest("image", IMAGE)
    stage.account.fail_next("s3", "GetObject", AwsError("AccessDenied", "no", 403))
    stage.fails("AccessDenied")


def test_a_rejected_status_report_is_an_error_of_the_function(stage: Stage) -> None:
    stage.attest("image", IMAGE)
    stage.account.fail_next(
        "codedeploy", "PutLifecycleEventHookExecutionStatus", AwsError("LifecycleEventAlreadyCompletedException", "x")
    )
    with pytest.raises(PublishError, match="AlreadyCompleted"):
        handler(EVENT)


def test_the_public_key_can_come_from_kms(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = boto3.session.Session().client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    stage.attest("image", IMAGE)
    monkeypatch.setenv("SCANGATE_PUBLIC_KEY", arn)
    stage.fails("signature")
    stage.account.fail_next("kms", "GetPublicKey", AwsError("AccessDeniedException", "no"))
    stage.fails("AccessDeniedException")
