"""Keeps one small document in S3 between runs, and loses no entry where two runs write it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from scangate.errors import PublishError, UsageError
from scangate.publish.client import ask

__all__ = ["place_of", "rewrite"]

_PLACE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[^\x00-\x1f]{1,1000})")
MOST_BYTES = 4 * 1024 * 1024
TRIES = 5


def place_of(url: str) -> tuple[str, str]:
    """The bucket and the key of ``s3://BUCKET/KEY``. UsageError for anything else."""
    match = _PLACE.fullmatch(url)
    if match is None:
        raise UsageError(f"not an object in S3: {url}", "write it as s3://BUCKET/KEY")
    return match["bucket"], match["key"]


def rewrite(s3: Any, bucket: str, key: str, change: Callable[[str], str]) -> str:
    """Puts ``change`` of the document in its place (of an empty text where there is none); returns what was put.

    Written only over what was read, by its ETag; where another run was faster it is read again. PublishError where it cannot be.
    """
    for _ in range(TRIES):
        text, etag = _read(s3, bucket, key)
        new = change(text)
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        try:
            ask(lambda: s3.put_object(Bucket=bucket, Key=key, Body=new.encode(), ContentType="application/json", **condition))  # noqa: B023
        except PublishError as error:
            if error.code not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                raise
        else:
            return new
    raise PublishError("PreconditionFailed", f"s3://{bucket}/{key} is written by others all the time", "run the same command again")


def _read(s3: Any, bucket: str, key: str) -> tuple[str, str]:
    try:
        answer = ask(lambda: s3.get_object(Bucket=bucket, Key=key))
    except PublishError as error:
        if error.code in {"NoSuchKey", "404"}:
            return "", ""
        raise
    body: bytes = ask(lambda: answer["Body"].read(MOST_BYTES + 1))
    if len(body) > MOST_BYTES:
        raise PublishError("TooLarge", f"s3://{bucket}/{key} is larger than {MOST_BYTES} bytes", "name another object: --history")
    return body.decode("utf-8", "replace"), answer["ETag"]
