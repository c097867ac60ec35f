"""Read and update small text objects in S3 without losing concurrent changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from scangate.errors import PublishError, UsageError
from scangate.publish.aws_client import RETRY_HINT, translate_errors

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import GetObjectRequestTypeDef, PutObjectRequestTypeDef

_S3_URL = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[^\x00-\x1f]{1,1000})")
MAX_BYTES = 4 * 1024 * 1024
MAX_ATTEMPTS = 5


def parse_s3_url(url: str) -> tuple[str, str]:
    """Return bucket and key of ``s3://BUCKET/KEY``. Raises UsageError for anything else."""
    match = _S3_URL.fullmatch(url)
    if match is None:
        raise UsageError(f"not an S3 URL: {url}", "write it as s3://BUCKET/KEY")
    return match["bucket"], match["key"]


def read_object(s3: S3Client, request: GetObjectRequestTypeDef, max_bytes: int = 0) -> tuple[str, str] | None:
    """Return an object's text and ETag, None if it does not exist. Raises PublishError as `read_bytes` does."""
    found = read_bytes(s3, request, max_bytes)
    return None if found is None else (found[0].decode("utf-8", "replace"), found[1])


@translate_errors()
def read_bytes(s3: S3Client, request: GetObjectRequestTypeDef, max_bytes: int = 0) -> tuple[bytes, str] | None:
    """Return an object's bytes and ETag, None if it does not exist. Raises PublishError if it is larger than ``max_bytes``.

    Without s3:ListBucket, S3 reports a missing object as AccessDenied; that is an error, not a missing object.
    """
    limit = max_bytes or MAX_BYTES
    try:
        response = s3.get_object(**request)
    except s3.exceptions.NoSuchKey:
        return None
    body = response["Body"].read(limit + 1)
    if len(body) > limit:
        raise PublishError("TooLarge", f"s3://{request['Bucket']}/{request['Key']} is larger than {limit} bytes")
    return body, response["ETag"]


def update_document(s3: S3Client, bucket: str, key: str, update: Callable[[str], str]) -> str:
    """Replace an object's text by ``update(text)``, of an empty text if there is no object; returns the new text.

    The write is conditional on the ETag that was read; after a concurrent write it starts over. Raises PublishError if S3 refuses,
    or after too many concurrent writes.
    """
    for _ in range(MAX_ATTEMPTS):
        text, etag = read_object(s3, {"Bucket": bucket, "Key": key}) or ("", "")
        new = update(text)
        request: PutObjectRequestTypeDef = {"Bucket": bucket, "Key": key, "Body": new.encode(), "ContentType": "application/json"}
        if etag:
            request["IfMatch"] = etag
        else:
            request["IfNoneMatch"] = "*"
        try:
            with translate_errors():
                s3.put_object(**request)
        except PublishError as error:
            if error.code not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                raise
        else:
            return new
    raise PublishError("PreconditionFailed", f"s3://{bucket}/{key} changes too often", RETRY_HINT)
