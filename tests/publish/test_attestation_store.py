"""Signing and verification in a pipeline, with S3, KMS and CodePipeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import boto3
import msgspec
import pytest

from scangate.model import Report
from tests.support.aws.account import REGION, FakeAccount
from tests.support.aws.codepipeline import FakeExecutions
from tests.support.aws.protocol import AwsError
from tests.support.command import CommandResult, environment, run_scangate
from tests.support.verdict_files import whole_tree_fail, whole_tree_pass, write_verdict

DIGEST = "ab" * 32
SHELF = "s3://attested/production"
EXECUTION = "00000000-0000-4000-8000-000000000001"
LEAD = "arn:aws:iam::123456789012:user/lead"
ASKED = f"codepipeline:shop:{EXECUTION}:Approve"


class Desk:
    """A KMS key, a bucket, the pipeline `shop`, and the commands attest and verify for one image."""

    def __init__(self, account: FakeAccount, folder: Path) -> None:
        self.account, self.folder = account, folder
        session = boto3.session.Session()
        self.s3 = session.client("s3")
        self.s3.create_bucket(Bucket="attested", CreateBucketConfiguration={"LocationConstraint": REGION})
        self.key = session.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        self.pipeline = FakeExecutions("shop")
        account.services["codepipeline"] = self.pipeline.service

    def attest(self, report: Report, *more: str, hours: float = 0) -> CommandResult:
        """Attests a verdict of ``hours`` ago."""
        judged = msgspec.structs.replace(report.verdict, environment="production")
        file = write_verdict(msgspec.structs.replace(report, verdict=judged), self.folder, hours=hours)
        return self._run("attest", str(file), f"image:sha256:{DIGEST}", "--kms-key", self.key, "--output", SHELF, *more)

    def verify(self, *more: str) -> CommandResult:
        places = ("--attestation", SHELF, "--record", SHELF)
        return self._run("verify", f"image:sha256:{DIGEST}", *places, "--key", self.key, "--env", "production", *more)

    def _run(self, *arguments: str) -> CommandResult:
        return run_scangate(*arguments, cwd=self.folder, env=environment(**self.account.environment))

    def names(self) -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket="attested").get("Contents", [])]

    def put(self, key: str, text: str) -> None:
        self.s3.put_object(Bucket="attested", Key=key, Body=text.encode())


@pytest.fixture
def desk(account: FakeAccount, tmp_path: Path) -> Desk:
    return Desk(account, tmp_path)


def test_admissions_are_recorded_where_the_hook_reads_them(desk: Desk) -> None:
    desk.attest(whole_tree_pass()).expect(0)
    assert desk.names() == [f"production/{DIGEST}.json"]
    desk.verify("--fresh").expect(0)
    assert desk.names() == [f"production/{DIGEST}.json", f"production/accepted/production/{DIGEST}", "production/latest/production"]
    desk.verify("--fresh").expect(0)  # a stage that is run again
    assert desk.account.refusals == []


def test_an_older_scan_is_rejected_after_a_newer_one(desk: Desk) -> None:
    desk.attest(whole_tree_pass(), hours=2).expect(0)
    desk.put("production/latest/production", "2020-01-01T00:00:00Z")
    desk.verify("--fresh").expect(0)
    desk.put("production/latest/production", (dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).isoformat())
    desk.verify("--fresh").expect(1)
    desk.verify().expect(0)  # it was let in before: a rollback


@pytest.mark.parametrize("spoilt", ["latest", "key", "bucket"])
def test_nothing_is_admitted_without_the_store(desk: Desk, spoilt: str) -> None:
    desk.attest(whole_tree_pass()).expect(0)
    if spoilt == "latest":
        desk.put("production/latest/production", "tomorrow")
    elif spoilt == "key":
        desk.account.fail_next("kms", "GetPublicKey", AwsError("AccessDeniedException", "no"))
    else:
        desk.account.fail_next("s3", "GetObject", AwsError("AccessDenied", "no", 403))
    desk.verify().expect(4)
    assert not any("accepted" in key for key in desk.names())


def test_an_unattested_bundle_is_rejected(desk: Desk) -> None:
    desk.verify().expect(1)


def test_an_approved_fail_is_admitted(desk: Desk) -> None:
    for _ in range(3):
        desk.pipeline.add_run(EXECUTION, "Gate", "Succeeded", kind={"category": "Build", "owner": "AWS", "provider": "CodeBuild"})
    desk.pipeline.add_run(EXECUTION, "Approve", "Succeeded", LEAD)
    for _ in range(3):
        desk.pipeline.add_run(EXECUTION, "Sign", "InProgress", kind={"category": "Build", "owner": "AWS", "provider": "CodeBuild"})
    desk.attest(whole_tree_fail(), "--approval", ASKED).expect(0)
    assert LEAD in desk.verify("--fresh").expect(0).stderr
    assert len(desk.account.calls_to("codepipeline", "ListActionExecutions")) > 1
    assert desk.account.refusals == []


def _nothing(_: FakeExecutions) -> None:
    pass


def _rejected(pipeline: FakeExecutions) -> None:
    pipeline.add_run(EXECUTION, "Approve", "Failed", LEAD)


def _withdrawn(pipeline: FakeExecutions) -> None:
    pipeline.add_run(EXECUTION, "Approve", "Succeeded", LEAD)
    pipeline.add_run(EXECUTION, "Approve", "InProgress")


def _of_another_execution(pipeline: FakeExecutions) -> None:
    pipeline.add_run(EXECUTION.replace("1", "2"), "Approve", "Succeeded", LEAD)


def _another_action(pipeline: FakeExecutions) -> None:
    pipeline.add_run(EXECUTION, "Window", "Succeeded", LEAD)


def _no_approval(pipeline: FakeExecutions) -> None:
    pipeline.add_run(EXECUTION, "Approve", "Succeeded", LEAD, kind={"category": "Build", "owner": "AWS", "provider": "CodeBuild"})


def _by_nobody(pipeline: FakeExecutions) -> None:
    pipeline.add_run(EXECUTION, "Approve", "Succeeded")


@pytest.mark.parametrize(
    "history", [_nothing, _rejected, _withdrawn, _of_another_execution, _another_action, _no_approval, _by_nobody]
)
def test_nothing_is_signed_without_an_approval(desk: Desk, history: Callable[[FakeExecutions], None]) -> None:
    history(desk.pipeline)
    desk.attest(whole_tree_fail(), "--approval", ASKED).expect(1)
    assert desk.names() == []
    assert desk.account.calls_to("kms", "Sign") == []


SOURCE = {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection"}


@pytest.mark.parametrize(("commit", "hours"), [("b" * 40, 0), ("a" * 40, -3)], ids=["other commit", "before the scan"])
def test_an_approval_of_another_commit_or_scan_signs_nothing(desk: Desk, commit: str, hours: float) -> None:
    desk.pipeline.add_run(EXECUTION, "Source", "Succeeded", kind=SOURCE, commit=commit)
    desk.pipeline.add_run(EXECUTION, "Approve", "Succeeded", LEAD)
    report = msgspec.structs.replace(whole_tree_fail(), commit="a" * 40)
    desk.attest(report, "--approval", ASKED, hours=hours).expect(1)
    assert desk.names() == []


def test_a_pass_needs_no_approval(desk: Desk) -> None:
    desk.attest(whole_tree_pass(), "--approval", ASKED).expect(0)
    assert desk.account.calls_to("codepipeline") == []


@pytest.mark.parametrize("execution", ["codepipeline:shop", f"codepipeline:shop:{EXECUTION}:", "codepipeline:shop:1:Approve"])
def test_an_invalid_execution_is_a_usage_error(desk: Desk, execution: str) -> None:
    desk.attest(whole_tree_fail(), "--approval", execution).expect(2)
