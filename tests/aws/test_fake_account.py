"""The fake account is as strict as the AWS documentation."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.aws.account import FakeAccount, Service
from tests.support.aws.protocol import AwsError

EVENT = {"timestamp": 0, "message": "m"}
FINDING = {
    "SchemaVersion": "2018-10-08",
    "Id": "i",
    "ProductArn": "p",
    "GeneratorId": "g",
    "AwsAccountId": "123456789012",
    "CreatedAt": "2026-01-01T00:00:00Z",
    "UpdatedAt": "2026-01-01T00:00:00Z",
    "Title": "t",
    "Description": "d",
    "Resources": [],
}


def test_moto_handles_other_services(account: FakeAccount) -> None:
    boto3.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    boto3.client("s3").put_object(Bucket="bucket", Key="a/b", Body=b"c")
    assert boto3.client("s3").get_object(Bucket="bucket", Key="a/b")["Body"].read() == b"c"
    boto3.client("cloudwatch").put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1.0}])
    assert [metric["MetricName"] for metric in boto3.client("cloudwatch").list_metrics(Namespace="n")["Metrics"]] == ["m"]
    topic = boto3.client("sns").create_topic(Name="t")["TopicArn"]
    boto3.client("sns").publish(TopicArn=topic, Message="x")
    key = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    signed = boto3.client("kms").sign(KeyId=key, Message=b"x", SigningAlgorithm="ECDSA_SHA_256", MessageType="RAW")
    assert signed["Signature"]
    assert [(call.service, call.operation) for call in account.calls] == [
        ("s3", "CreateBucket"),
        ("s3", "PutObject"),
        ("s3", "GetObject"),
        ("cloudwatch", "PutMetricData"),
        ("cloudwatch", "ListMetrics"),
        ("sns", "CreateTopic"),
        ("sns", "Publish"),
        ("kms", "CreateKey"),
        ("kms", "Sign"),
    ]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "reason"),
    [
        ("securityhub", "batch_import_findings", {"Findings": [FINDING] * 101}, "101 is more than 100"),
        ("securityhub", "batch_import_findings", {"Findings": [{**FINDING, "Severity": {"Label": "BAD"}}]}, "'BAD' is none of"),
        ("kms", "sign", {"KeyId": "k", "Message": b"x" * 4097, "SigningAlgorithm": "ECDSA_SHA_256"}, "4097 is more than 4096"),
        ("logs", "put_log_events", {"logGroupName": "g ", "logStreamName": "s", "logEvents": [EVENT]}, "does not match"),
    ],
)
def test_invalid_parameters_are_rejected_like_aws(
    account: FakeAccount, service: str, operation: str, parameters: Any, reason: str
) -> None:
    session: Any = boto3.session.Session()
    with pytest.raises(ClientError, match=reason):
        getattr(session.client(service), operation)(**parameters)
    assert account.refusals


def test_a_fake_service_rejects_unknown_operations(account: FakeAccount) -> None:
    account.services["codecommit"] = {}
    with pytest.raises(ClientError, match="no GetPullRequest"):
        boto3.client("codecommit").get_pull_request(pullRequestId="1")


def test_a_fake_service_uses_the_services_protocol_and_can_fail(account: FakeAccount) -> None:
    statuses: list[Any] = []

    def put(parameters: Any) -> dict[str, Any]:
        statuses.append(parameters["status"])
        return {"lifecycleEventHookExecutionId": parameters["lifecycleEventHookExecutionId"]}

    fake: Service = {"PutLifecycleEventHookExecutionStatus": put}
    account.services["codedeploy"] = fake
    client: Any = boto3.client("codedeploy")
    request = {"deploymentId": "d-1", "lifecycleEventHookExecutionId": "e", "status": "Failed"}
    assert client.put_lifecycle_event_hook_execution_status(**request)["lifecycleEventHookExecutionId"] == "e"
    account.fail_next("codedeploy", "PutLifecycleEventHookExecutionStatus", AwsError("DeploymentDoesNotExistException", "gone"))
    with pytest.raises(ClientError, match="gone") as refusal:
        client.put_lifecycle_event_hook_execution_status(**request)
    assert refusal.value.response["Error"]["Code"] == "DeploymentDoesNotExistException"
    assert statuses == ["Failed"]
