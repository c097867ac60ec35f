"""Keeps attestations in S3 by what they are about, and marks what the pipeline let in; judges none of them.

Under s3://BUCKET/PREFIX lie DIGEST.json (the attestation), accepted/ENVIRONMENT/DIGEST (it was let in), and latest/ENVIRONMENT
(the end of the newest scan that was let in). Who may write which of them is for IAM to say: the signer the first, and the
pipeline's own check the others.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from scangate.errors import PublishError
from scangate.publish.aws_client import call_aws
from scangate.publish.dsse import MAX_BYTES
from scangate.publish.s3_document import parse_s3_url, update_document
from scangate.publish.statement import parse_timestamp

__all__ = ["AttestationStore", "open_store"]


class AttestationStore(msgspec.Struct, frozen=True):
    """A place in S3; ``s3`` is a client. Every call raises PublishError where S3 does not answer, or refuses."""

    s3: Any
    bucket: str
    prefix: str

    def put(self, digest: str, envelope: str) -> None:
        """Keeps an attestation of what has this digest, in the place of an earlier one."""
        self._put_object(f"{digest}.json", envelope)

    def get(self, digest: str) -> str | None:
        """The attestation of what has this digest; None where there is none."""
        return self._get_object(f"{digest}.json")

    def is_admitted(self, environment: str, digest: str) -> bool:
        """Whether it was let in to the environment before."""
        return self._get_object(f"accepted/{environment}/{digest}") is not None

    def latest_scan_end(self, environment: str) -> str:
        """The end of the newest scan that was let in (ISO 8601); empty where none was. PublishError for anything but a time."""
        text = self._get_object(f"latest/{environment}")
        return "" if text is None else _normalize_timestamp(text, f"s3://{self.bucket}/{self.prefix}/latest/{environment}")

    def record_admission(self, environment: str, digest: str, finished: str) -> None:
        """Says that a thing whose scan ended at ``finished`` was let in. The order is kept first: a mark alone would weaken it."""
        key = f"{self.prefix}/latest/{environment}"

        def later(text: str) -> str:
            return max([finished, *([_normalize_timestamp(text, key)] if text else [])], key=parse_timestamp)

        update_document(self.s3, self.bucket, key, later)
        self._put_object(f"accepted/{environment}/{digest}", f"{finished}\n")

    def _put_object(self, name: str, text: str) -> None:
        call_aws(lambda: self.s3.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=text.encode()))

    def _get_object(self, name: str) -> str | None:
        try:
            answer = call_aws(lambda: self.s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}"))
        except PublishError as error:
            if error.code == "NoSuchKey":  # without s3:ListBucket it would be AccessDenied, which is not believed to mean this
                return None
            raise
        body: bytes = call_aws(lambda: answer["Body"].read(MAX_BYTES))
        return body.decode("utf-8", "replace")


def open_store(s3: Any, url: str) -> AttestationStore:
    """The shelf at ``s3://BUCKET/PREFIX``. UsageError for anything else."""
    return AttestationStore(s3, *parse_s3_url(url.rstrip("/")))


def _normalize_timestamp(text: str, location: str) -> str:
    try:
        parse_timestamp(text.strip())
    except ValueError as error:
        raise PublishError("NoTime", f"{location} holds no time", "look who wrote it: only the pipeline's check may") from error
    return dt.datetime.fromisoformat(text.strip()).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
