"""Concurrent updates of a document in S3 lose nothing."""

from __future__ import annotations

import boto3
import pytest

from scangate.errors import PublishError, UsageError
from scangate.publish import s3_document as module
from scangate.publish.aws_client import create_client
from scangate.publish.s3_document import parse_s3_url, update_document
from tests.support.aws.account import REGION, FakeAccount
from tests.support.aws.protocol import AwsError


@pytest.fixture
def bucket(account: FakeAccount) -> str:
    assert account.url
    boto3.session.Session().client("s3").create_bucket(
        Bucket="verdicts",
        CreateBucketConfiguration={"LocationConstraint": REGION},  # type: ignore[typeddict-item, unused-ignore]
    )
    return "verdicts"


def test_history_entries(bucket: str) -> None:
    s3 = create_client("s3")
    assert update_document(s3, bucket, "a/b.json", lambda text: f"{text}1") == "1"
    assert update_document(s3, bucket, "a/b.json", lambda text: f"{text}2") == "12"


def test_concurrent_updates_are_kept(bucket: str) -> None:
    s3 = create_client("s3")
    update_document(s3, bucket, "k", lambda _text: "1")
    turns = iter(("other", ""))

    def change(text: str) -> str:
        if next(turns):
            create_client("s3").put_object(Bucket=bucket, Key="k", Body=f"{text}+other".encode())
        return f"{text}+ours"

    assert update_document(s3, bucket, "k", change) == "1+other+ours"


def test_repeated_concurrent_writes_are_an_error(account: FakeAccount, bucket: str) -> None:
    account.fail_next("s3", "PutObject", *[AwsError("PreconditionFailed", "no", 412)] * module.MAX_ATTEMPTS)
    with pytest.raises(PublishError, match="PreconditionFailed"):
        update_document(create_client("s3"), bucket, "k", lambda _text: "1")


def test_an_object_that_is_too_large_is_an_error(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = create_client("s3")
    update_document(s3, bucket, "k", lambda _text: "12345")
    monkeypatch.setattr(module, "MAX_BYTES", 4)
    with pytest.raises(PublishError, match="TooLarge"):
        update_document(s3, bucket, "k", lambda text: text)


def test_another_error_is_reported(account: FakeAccount, bucket: str) -> None:
    account.fail_next("s3", "GetObject", AwsError("AccessDenied", "no", 403))
    with pytest.raises(PublishError, match="AccessDenied"):
        update_document(create_client("s3"), bucket, "k", lambda text: text)


@pytest.mark.parametrize("url", ["s3://bucket", "s3:///key", "https://bucket/key", "s3://Bucket/key", "s3://b/k\n"])
def test_an_invalid_url_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError):
        parse_s3_url(url)
