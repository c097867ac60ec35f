"""Errors of AWS calls become one line with a hint."""

from __future__ import annotations

import socket
import sys

import pytest

from scangate.errors import PublishError
from scangate.publish import aws_client as module
from scangate.publish.aws_client import create_client, translate_errors
from tests.support.aws.account import FakeAccount
from tests.support.aws.protocol import AwsError


def test_an_error_keeps_the_service_s_code(account: FakeAccount) -> None:
    account.fail_next("securityhub", "DescribeHub", AwsError("AccessDeniedException", "not\nallowed " + "x" * 1000, 403))
    hub = create_client("securityhub")
    with pytest.raises(PublishError) as error, translate_errors():
        hub.describe_hub()
    assert error.value.code == "AccessDeniedException"
    assert error.value.message.startswith("not allowed x")
    assert len(error.value.message) == module.MAX_MESSAGE_LENGTH
    assert "role" in error.value.hint


def test_throttled_calls_are_retried(account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    throttled = AwsError("ThrottlingException", "slow down")
    account.fail_next("logs", "DescribeLogGroups", throttled, throttled, throttled)
    logs = create_client("logs")
    assert logs.describe_log_groups()["logGroups"] == []
    assert len(account.calls_to("logs", "DescribeLogGroups")) == 4


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"])
def test_without_credentials_or_region_the_hint_says_so(
    account: FakeAccount, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    assert account.url
    for name in (missing, "AWS_SECRET_ACCESS_KEY") if "KEY" in missing else (missing, "AWS_REGION"):
        monkeypatch.delenv(name)
    with pytest.raises(PublishError) as error, translate_errors():
        create_client("logs").describe_log_groups()
    assert error.value.code in {"NoCredentialsError", "NoRegionError"}
    assert "aws sts" in error.value.hint


def test_an_unreachable_service_is_an_error(account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    assert account.url
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setattr("time.sleep", lambda _seconds: None)
        logs = create_client("logs")
        with pytest.raises(PublishError, match="EndpointConnectionError"), translate_errors():
            logs.describe_log_groups()


def test_without_boto3_the_hint_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(PublishError) as error:
        create_client("logs")
    assert error.value.hint == "pip install 'scangate[aws]'"
