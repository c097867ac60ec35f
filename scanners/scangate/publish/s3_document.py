"""Keeps one small document in S3 between runs, and loses no entry where two runs write it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from scangate.errors import PublishError, UsageError
from scangate.publish.aws_client import call_aws

__all__ = ["parse_s3_url", "update_document"]

_S3_URL = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[^\x00-\x1f]{1,1000})")
MAX_BYTES = 4 * 1024 * 1024
MAX_ATTEMPTS = 5


def parse_s3_url(url: str) -> tuple[str, str]:
    """The bucket and the key of ``s3://BUCKET/KEY``. UsageError for anything else."""
    match = _S3_URL.fullmatch(url)
    if match is None:
        raise UsageError(f"not an object in S3: {url}", "write it as s3://BUCKET/KEY")
    return match["bucket"], match["key"]


def update_document(s3: Any, bucket: str, key: str, update: Callable[[str], str]) -> str:
    """Puts ``change`` of the document in its place (of an empty text where there is none); returns what was put.

    Written only over what was read, by its ETag; where another run was faster it is read again. PublishError where it cannot be.
    """
    for _ in range(MAX_ATTEMPTS):
        text, etag = _get_document(s3, bucket, key)
        new = update(text)
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        try:
            call_aws(lambda: s3.put_object(Bucket=bucket, Key=key, Body=new.encode(), ContentType="application/json", **condition))  # noqa: B023
        except PublishError as error:
            if error.code not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                raise
        else:
            return new
    raise PublishError("PreconditionFailed", f"s3://{bucket}/{key} is written by others all the time", "run the same command again")


def _get_document(s3: Any, bucket: str, key: str) -> tuple[str, str]:
    try:
        answer = call_aws(lambda: s3.get_object(Bucket=bucket, Key=key))
    except PublishError as error:
        if error.code in {"NoSuchKey", "404"}:
            return "", ""
        raise
    body: bytes = call_aws(lambda: answer["Body"].read(MAX_BYTES + 1))
    if len(body) > MAX_BYTES:
        raise PublishError("TooLarge", f"s3://{bucket}/{key} is larger than {MAX_BYTES} bytes", "name another object: --history")
    return body.decode("utf-8", "replace"), answer["ETag"]
