"""Store attestations in S3 by digest, and record which artifacts the pipeline admitted.

Objects under s3://BUCKET/PREFIX: DIGEST.json (the attestation), accepted/ENVIRONMENT/DIGEST (admitted before), and
latest/ENVIRONMENT (end of the newest admitted scan). IAM must limit who writes them: the signer writes attestations, the pipeline's
verification step the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scangate.errors import PublishError
from scangate.publish.aws_client import create_client, translate_errors
from scangate.publish.dsse import MAX_BYTES
from scangate.publish.s3_document import parse_s3_url, read_object, update_document
from scangate.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class AttestationStore(msgspec.Struct, frozen=True):
    """A location in S3. Every method raises PublishError if S3 refuses or does not respond."""

    s3: S3Client
    bucket: str
    prefix: str

    def put(self, digest: str, envelope: str) -> None:
        """Store the attestation of the artifact with this digest; replaces an earlier one."""
        self._put_object(f"{digest}.json", envelope)

    def get(self, digest: str) -> str | None:
        """Return the attestation of the artifact with this digest, None if there is none."""
        return self._get_object(f"{digest}.json")

    def is_admitted(self, environment: str, digest: str) -> bool:
        """Whether the artifact was admitted to the environment before."""
        return self._get_object(f"accepted/{environment}/{digest}") is not None

    def latest_scan_end(self, environment: str) -> str:
        """Return the end of the newest admitted scan (ISO 8601), empty if there is none. Raises PublishError if it is no time."""
        text = self._get_object(f"latest/{environment}")
        return "" if text is None else _normalize_timestamp(text, f"s3://{self.bucket}/{self.prefix}/latest/{environment}")

    def record_admission(self, environment: str, digest: str, finished: str) -> None:
        """Record that an artifact whose scan ended at ``finished`` was admitted. Updates the newest scan first: a record of an
        admission without it would allow older artifacts."""
        key = f"{self.prefix}/latest/{environment}"

        def later(text: str) -> str:
            return max([finished, *([_normalize_timestamp(text, key)] if text else [])], key=parse_timestamp)

        update_document(self.s3, self.bucket, key, later)
        self._put_object(f"accepted/{environment}/{digest}", f"{finished}\n")

    @translate_errors()
    def _put_object(self, name: str, text: str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=text.encode())

    def _get_object(self, name: str) -> str | None:
        found = read_object(self.s3, {"Bucket": self.bucket, "Key": f"{self.prefix}/{name}"}, MAX_BYTES)
        return None if found is None else found[0]


def open_store(url: str) -> AttestationStore:
    """Return the store at ``s3://BUCKET/PREFIX``. Raises UsageError for anything else, PublishError if there are no credentials."""
    bucket, prefix = parse_s3_url(url.rstrip("/"))
    return AttestationStore(create_client("s3"), bucket, prefix)


def _normalize_timestamp(text: str, location: str) -> str:
    try:
        return format_timestamp(parse_timestamp(text.strip()))
    except ValueError as error:
        hint = "check who wrote it: only the pipeline's verification may"
        raise PublishError("InvalidTimestamp", f"{location} is not a timestamp", hint) from error
