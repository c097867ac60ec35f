"""A release drill: from a weak commit to a bundle on a host, with the real commands and a fake AWS account."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import serialization

from tests.support.aws.account import ACCOUNT, REGION, FakeAccount, serve_account
from tests.support.aws.security_hub import FakeHub
from tests.support.command import CommandResult, environment, load_verdict, run_scangate
from tests.support.sample_trees import create_repository, run_git, write_policy

ARN = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:build/shop-gate:0aa1b2c3-d4e5-4f60-8172-93a4b5c6d7e8"
KEY = "AKIA" + "Q3EGRZ7XJ2LMNPW4"
WEAK = f'''"""Prints labels."""
import subprocess

AWS_ACCESS_KEY_ID = "{KEY}"


def label(text: str) -> None:
    subprocess.run("label-printer " + text, shell=True, check=True)
'''
FIXED = '''"""Prints labels."""
import os
import subprocess

AWS_ACCESS_KEY_ID = os.environ["AWS_ACCESS_KEY_ID"]


def label(text: str) -> None:
    subprocess.run(["/usr/bin/label-printer", "--", text], check=True)
'''
APPROVAL = "scangate #{Gate.SCANGATE_VERDICT}: #{Gate.SCANGATE_SUMMARY}"


class Pipeline:
    """The stages of a pipeline with the commands of their buildspecs, run under ``folder``."""

    def __init__(self, account: FakeAccount, hub: FakeHub, folder: Path) -> None:
        self.account = account
        self.hub = hub
        self.folder = folder
        self.tree = create_repository(folder / "source", {"app.py": WEAK, "appspec.yml": "version: 0.0\nos: linux\n"})
        self.policy = write_policy(folder / "policy.yaml", "bandit", "detect-secrets", more="environments: {production: {}}\n")
        self.history = "s3://verdicts/shop/main.json"
        self.printed: list[str] = []
        session = boto3.session.Session()
        self.sns, self.kms = session.client("sns"), session.client("kms")
        session.client("s3").create_bucket(Bucket="verdicts", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.topic = self.sns.create_topic(Name="alerts")["TopicArn"]
        self.sqs = session.client("sqs")
        self.queue = self.sqs.create_queue(QueueName="inbox")["QueueUrl"]
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox")
        self.key = self.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        der = self.kms.get_public_key(KeyId=self.key)["PublicKey"]
        public = serialization.load_der_public_key(der)
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        (folder / "public.pem").write_bytes(pem)

    def inbox(self) -> list[Any]:
        """The notifications that were sent."""
        return list(self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []))

    @property
    def env(self) -> dict[str, str]:
        return environment(**self.account.environment, CODEBUILD_BUILD_ARN=ARN, SCANGATE_CACHE=str(self.folder / "cache"))

    def run(self, *arguments: str | Path) -> CommandResult:
        ran = run_scangate(*arguments, cwd=self.tree, env=self.env)
        self.printed.append(ran.output)
        return ran

    def gate(self, name: str) -> tuple[CommandResult, Path, dict[str, str]]:
        """The Gate stage: scan, then publish. Returns the exported variables."""
        out = self.folder / name
        variables = self.folder / f"{name}.env"
        request = ("--policy", self.policy, "--env", "production", "--output-dir", out, "--report", f"env={variables}")
        ran = self.run("scan", self.tree, *request)
        exported = dict(line.removeprefix("export ").split("=", 1) for line in variables.read_text("utf-8").splitlines())
        metrics = self.run("publish", "cloudwatch", out / "verdict.json", "--history", self.history).expect(0)
        (self.folder / f"{name}.metrics").write_text(metrics.stdout, "utf-8")
        self.run("publish", "security-hub", out / "verdict.json").expect(0)
        if ran.code:  # what the rule on failed stages does
            self.sns.publish(TopicArn=self.topic, Subject="pipeline shop failed", Message=exported["SCANGATE_SUMMARY"].strip("'"))
        return ran, out, {key: value.strip("'") for key, value in exported.items()}

    def bundle(self, name: str) -> Path:
        """The deployed files: the source without .git."""
        directory = self.folder / name
        shutil.copytree(self.tree, directory, ignore=shutil.ignore_patterns(".git"))
        return directory

    def sign(self, out: Path, bundle: Path) -> CommandResult:
        return self.run("attest", out / "verdict.json", bundle, "--kms-key", self.key)

    def deploy(self, bundle: Path) -> CommandResult:
        """The host's hook before the installation: offline, with the public key only."""
        request = ("--key", self.folder / "public.pem", "--env", "production")
        return run_scangate("verify", bundle, *request, cwd=self.folder, under=("unshare", "-rn") if _can_unshare() else ())


def _can_unshare() -> bool:
    return os.geteuid() == 0 and shutil.which("unshare") is not None


def metric(pipeline: Pipeline, name: str) -> dict[str, Any]:
    """The metrics of the whole run, as CloudWatch reads them."""
    line = (pipeline.folder / f"{name}.metrics").read_text("utf-8").splitlines()[0]
    document = json.loads(line)
    assert isinstance(document, dict)
    return document


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    hub = FakeHub()
    with serve_account({"securityhub": hub.service}) as account:
        for name, value in account.environment.items():
            monkeypatch.setenv(name, value)
        yield Pipeline(account, hub, tmp_path)


def test_a_release_from_finding_to_deployment(pipeline: Pipeline) -> None:
    # A commit with a weak line and a leaked key is stopped at the gate ...
    stopped, out, exported = pipeline.gate("first")
    stopped.expect(1)
    assert exported["SCANGATE_VERDICT"] == "FAIL"
    verdict_json = load_verdict(out)
    blocking = [finding for finding in verdict_json["findings"] if finding["outcome"] == "blocking"]
    assert {"bandit:B602", "detect-secrets:aws-access-key"} <= {finding["rule"] for finding in blocking}

    # ... the alert goes out ...
    (alert,) = [json.loads(message["Body"]) for message in pipeline.inbox()]
    assert alert["Message"] == exported["SCANGATE_SUMMARY"]

    # ... Security Hub holds it, and the metrics say so.
    assert len(pipeline.hub.active_ids) == verdict_json["counts"]["findings"]
    assert (metric(pipeline, "first")["Fail"], metric(pipeline, "first")["Blocking"]) == (1, len(blocking))

    # What was stopped cannot be signed into production: the host refuses it.
    weak = pipeline.bundle("weak")
    pipeline.sign(out, weak).expect(0)
    pipeline.deploy(weak).expect(1)

    # The fixed commit passes, the approval shows its true counts ...
    (pipeline.tree / "app.py").write_text(FIXED, "utf-8")
    run_git(pipeline.tree, "commit", "-qam", "fixed")
    passed, out, exported = pipeline.gate("second")
    passed.expect(0)
    text = APPROVAL.replace("#{Gate.SCANGATE_VERDICT}", exported["SCANGATE_VERDICT"])
    text = text.replace("#{Gate.SCANGATE_SUMMARY}", exported["SCANGATE_SUMMARY"])
    counts = load_verdict(out)["counts"]
    assert text.startswith("scangate PASS: critical=0 high=0 ")
    assert f" low={sum(counts['by_severity']['low'].values()) - counts['by_severity']['low']['suppressed']} " in text

    # ... the hub knows that the old faults are gone, and the time from block to green is right.
    assert len(pipeline.hub.active_ids) == counts["findings"]
    ended = [dt.datetime.fromisoformat(load_verdict(pipeline.folder / name)["finished"]) for name in ("first", "second")]
    assert metric(pipeline, "second")["BlockToGreen"] == (ended[1] - ended[0]).total_seconds()
    assert "BlockToGreen" not in metric(pipeline, "first")

    # The bundle deploys through the hook; one that was changed after the gate is refused by it.
    good = pipeline.bundle("good")
    pipeline.sign(out, good).expect(0)
    pipeline.deploy(good).expect(0)
    (good / "app.py").write_text(WEAK, "utf-8")
    pipeline.deploy(good).expect(1)

    # An older signed bundle in the new one's place is refused, too; and no one ever saw the key.
    (good / "app.py").write_text(FIXED, "utf-8")
    shutil.copy(weak / ".scangate-attestation.json", good)
    pipeline.deploy(good).expect(1)
    assert not [text for text in pipeline.printed if KEY in text]
    left = [file for file in pipeline.folder.rglob("*") if file.is_file() and not {".git", "source", "weak"} & set(file.parts)]
    assert not [file for file in left if KEY.encode() in file.read_bytes() and file.parent != good]
    assert KEY not in json.dumps(pipeline.hub.findings)
    assert pipeline.account.refusals == []
