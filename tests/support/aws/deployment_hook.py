"""A deployment that calls the CodeDeploy hook."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import boto3
import msgspec
import pytest
import yaml

from scangate.publish.codedeploy_hook import handler
from scangate.publish.dsse import sign_envelope
from scangate.publish.signing_keys import KeySigner
from scangate.publish.statement import Subject, create_statement, encode_statement
from tests.support.attestation import PRIVATE, PUBLIC
from tests.support.aws.account import REGION, FakeAccount
from tests.support.verdict_files import whole_tree_pass

IMAGE = "ab" * 32


CODE = "cd" * 32


TASK = f"arn:aws:ecs:{REGION}:123456789012:task-definition/shop:1"


REVISION = f"arn:aws:ecs:{REGION}:123456789012:service-revision/shop-production/shop/01275892"


# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
REVISION_EVENT: dict[str, Any] = {
    "executionId": "e-1",
    "lifecycleStage": "PRE_SCALE_UP",
    "resourceArn": f"arn:aws:ecs:{REGION}:123456789012:service-deployment/shop-production/shop/e-1",
    "executionDetails": {
        "serviceArn": f"arn:aws:ecs:{REGION}:123456789012:service/shop-production/shop",
        "targetServiceRevisionArn": REVISION,
        "testTrafficWeights": {},
        "productionTrafficWeights": {},
    },
}


EVENT = {"DeploymentId": "d-ABCDEF123", "LifecycleEventHookExecutionId": "e-1"}


ECS_SPEC = {"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": TASK}}}]}


LAMBDA_SPEC = {
    "version": 0.0,
    "Resources": [
        {
            "fn": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Name": "shop", "Alias": "live", "CurrentVersion": "1", "TargetVersion": "2"},
            }
        }
    ],
}


class Stage:
    """A deployment, its artifacts, and the bucket with attestations."""

    def __init__(self, account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
        self.account = account
        self.spec: Any = ECS_SPEC
        self.s3_location: dict[str, str] = {}
        self.image = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/shop@sha256:{IMAGE}"
        self.answers: list[str] = []
        account.services |= {
            "codedeploy": {"GetDeployment": self._deployment, "PutLifecycleEventHookExecutionStatus": self._answer},
            "ecs": {"DescribeTaskDefinition": self._task, "DescribeServiceRevisions": self._revision},
            "lambda": {"GetFunctionConfiguration": self._function},
        }
        self.s3 = boto3.session.Session().client("s3")
        self.s3.create_bucket(Bucket="attested", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        monkeypatch.setenv("SCANGATE_ENVIRONMENT", "production")
        monkeypatch.setenv("SCANGATE_PUBLIC_KEY", PUBLIC.decode())
        monkeypatch.setenv("SCANGATE_ATTESTATIONS", "s3://attested/shop/")

    def _deployment(self, request: Any) -> dict[str, Any]:
        content = self.spec if isinstance(self.spec, str) else yaml.safe_dump(self.spec)
        revision: dict[str, Any] = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
        if self.s3_location:
            revision = {"revisionType": "S3", "s3Location": self.s3_location}
        return {"deploymentInfo": {"deploymentId": request["deploymentId"], "revision": revision}}

    def _answer(self, request: Any) -> dict[str, Any]:
        self.answers.append(request["status"])
        return {"lifecycleEventHookExecutionId": request["lifecycleEventHookExecutionId"]}

    def _task(self, _asked: Any) -> dict[str, Any]:
        return {"taskDefinition": {"containerDefinitions": [{"name": "web", "image": self.image}]}}

    def _revision(self, request: Any) -> dict[str, Any]:
        (revision,) = request["serviceRevisionArns"]
        return {"serviceRevisions": [{"serviceRevisionArn": revision, "taskDefinition": TASK}]}

    def _function(self, request: Any) -> dict[str, Any]:
        assert (request["FunctionName"], request.get("Qualifier", "2")) == ("shop", "2")
        return {"CodeSha256": base64.b64encode(bytes.fromhex(CODE)).decode()}

    def attest(self, name: str, digest: str, report: Any = None, days: int = 7) -> None:
        report = report or whole_tree_pass()
        now = dt.datetime.now(dt.UTC)
        report = msgspec.structs.replace(
            report,
            finished=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            verdict=msgspec.structs.replace(report.verdict, environment="production"),
        )
        made = create_statement(report, "ef" * 32, Subject(name, {"sha256": digest}), expires=now + dt.timedelta(days=days))
        self.put(f"shop/{digest}.json", sign_envelope(encode_statement(made), KeySigner(PRIVATE)))

    def put(self, key: str, text: str) -> None:
        self.s3.put_object(Bucket="attested", Key=key, Body=text.encode())

    def succeeds(self) -> None:
        """The deployment goes on."""
        self._ends("Succeeded", "")

    def fails(self, code: str) -> None:
        """The deployment fails with this code."""
        self._ends("Failed", code)

    def _ends(self, status: str, code: str) -> None:
        result = handler(EVENT)
        assert (result["status"], result["code"], self.answers[-1]) == (status, code, status), result
        assert self.account.refusals == []
