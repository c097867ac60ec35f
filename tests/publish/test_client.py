"""A call that fails is told in one line, with what can be done about it."""

from __future__ import annotations

import socket
import sys

import pytest
from aws.account import Account
from aws.wire import FaultError

from scangate.errors import PublishError
from scangate.publish import client as module
from scangate.publish.client import ask, client


def test_a_refusal_keeps_the_service_s_own_code(account: Account) -> None:
    account.fail("securityhub", "DescribeHub", FaultError("AccessDeniedException", "not\nallowed " + "x" * 1000, 403))
    hub = client("securityhub")
    with pytest.raises(PublishError) as refusal:
        ask(hub.describe_hub)
    assert refusal.value.code == "AccessDeniedException"
    assert refusal.value.message.startswith("not allowed x")
    assert len(refusal.value.message) == module.LONGEST_MESSAGE
    assert "role" in refusal.value.hint


def test_throttling_is_tried_again(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    throttled = FaultError("ThrottlingException", "slow down")
    account.fail("logs", "DescribeLogGroups", throttled, throttled, throttled)
    logs = client("logs")
    assert ask(logs.describe_log_groups)["logGroups"] == []
    assert len(account.asked("logs", "DescribeLogGroups")) == 4


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"])
def test_without_credentials_or_region_the_hint_says_so(account: Account, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    assert account.url
    for name in (missing, "AWS_SECRET_ACCESS_KEY") if "KEY" in missing else (missing, "AWS_REGION"):
        monkeypatch.delenv(name)

    def call() -> None:
        ask(client("logs").describe_log_groups)

    with pytest.raises(PublishError) as refusal:
        call()
    assert refusal.value.code in {"NoCredentialsError", "NoRegionError"}
    assert "aws sts" in refusal.value.hint


def test_a_service_that_cannot_be_reached_is_told(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert account.url
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setattr("time.sleep", lambda _seconds: None)
        logs = client("logs")
        with pytest.raises(PublishError, match="EndpointConnectionError"):
            ask(logs.describe_log_groups)


def test_without_boto3_the_hint_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(PublishError) as refusal:
        client("logs")
    assert refusal.value.hint == "pip install 'scangate[aws]'"
