"""A call that fails is told in one line, with what can be done about it."""

from __future__ import annotations

import socket
import sys

import pytest

from scangate.errors import PublishError
from scangate.publish import aws_client as module
from scangate.publish.aws_client import call_aws, create_client
from tests.support.aws.account import FakeAccount
from tests.support.aws.protocol import AwsError


def test_a_refusal_keeps_the_service_s_own_code(account: FakeAccount) -> None:
    account.fail_next("securityhub", "DescribeHub", AwsError("AccessDeniedException", "not\nallowed " + "x" * 1000, 403))
    hub = create_client("securityhub")
    with pytest.raises(PublishError) as refusal:
        call_aws(hub.describe_hub)
    assert refusal.value.code == "AccessDeniedException"
    assert refusal.value.message.startswith("not allowed x")
    assert len(refusal.value.message) == module.MAX_MESSAGE_LENGTH
    assert "role" in refusal.value.hint


def test_throttling_is_tried_again(account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    throttled = AwsError("ThrottlingException", "slow down")
    account.fail_next("logs", "DescribeLogGroups", throttled, throttled, throttled)
    logs = create_client("logs")
    assert call_aws(logs.describe_log_groups)["logGroups"] == []
    assert len(account.calls_to("logs", "DescribeLogGroups")) == 4


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"])
def test_without_credentials_or_region_the_hint_says_so(
    account: FakeAccount, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    assert account.url
    for name in (missing, "AWS_SECRET_ACCESS_KEY") if "KEY" in missing else (missing, "AWS_REGION"):
        monkeypatch.delenv(name)

    def call() -> None:
        call_aws(create_client("logs").describe_log_groups)

    with pytest.raises(PublishError) as refusal:
        call()
    assert refusal.value.code in {"NoCredentialsError", "NoRegionError"}
    assert "aws sts" in refusal.value.hint


def test_a_service_that_cannot_be_reached_is_told(account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    assert account.url
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setattr("time.sleep", lambda _seconds: None)
        logs = create_client("logs")
        with pytest.raises(PublishError, match="EndpointConnectionError"):
            call_aws(logs.describe_log_groups)


def test_without_boto3_the_hint_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(PublishError) as refusal:
        create_client("logs")
    assert refusal.value.hint == "pip install 'scangate[aws]'"
