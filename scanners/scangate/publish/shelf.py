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
from scangate.publish.client import ask
from scangate.publish.envelope import MOST_BYTES
from scangate.publish.object import place_of, rewrite
from scangate.publish.statement import moment

__all__ = ["Shelf", "shelf_of"]


class Shelf(msgspec.Struct, frozen=True):
    """A place in S3; ``s3`` is a client. Every call raises PublishError where S3 does not answer, or refuses."""

    s3: Any
    bucket: str
    prefix: str

    def put(self, digest: str, envelope: str) -> None:
        """Keeps an attestation of what has this digest, in the place of an earlier one."""
        self._write(f"{digest}.json", envelope)

    def envelope(self, digest: str) -> str | None:
        """The attestation of what has this digest; None where there is none."""
        return self._read(f"{digest}.json")

    def is_marked(self, environment: str, digest: str) -> bool:
        """Whether it was let in to the environment before."""
        return self._read(f"accepted/{environment}/{digest}") is not None

    def latest(self, environment: str) -> str:
        """The end of the newest scan that was let in (ISO 8601); empty where none was. PublishError for anything but a time."""
        text = self._read(f"latest/{environment}")
        return "" if text is None else _time(text, f"s3://{self.bucket}/{self.prefix}/latest/{environment}")

    def mark(self, environment: str, digest: str, finished: str) -> None:
        """Says that a thing whose scan ended at ``finished`` was let in. The order is kept first: a mark alone would weaken it."""
        key = f"{self.prefix}/latest/{environment}"

        def later(text: str) -> str:
            return max([finished, *([_time(text, key)] if text else [])], key=moment)

        rewrite(self.s3, self.bucket, key, later)
        self._write(f"accepted/{environment}/{digest}", f"{finished}\n")

    def _write(self, name: str, text: str) -> None:
        ask(lambda: self.s3.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=text.encode()))

    def _read(self, name: str) -> str | None:
        try:
            answer = ask(lambda: self.s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}"))
        except PublishError as error:
            if error.code == "NoSuchKey":  # without s3:ListBucket it would be AccessDenied, which is not believed to mean this
                return None
            raise
        body: bytes = ask(lambda: answer["Body"].read(MOST_BYTES))
        return body.decode("utf-8", "replace")


def shelf_of(s3: Any, url: str) -> Shelf:
    """The shelf at ``s3://BUCKET/PREFIX``. UsageError for anything else."""
    return Shelf(s3, *place_of(url.rstrip("/")))


def _time(text: str, place: str) -> str:
    try:
        moment(text.strip())
    except ValueError as error:
        raise PublishError("NoTime", f"{place} holds no time", "look who wrote it: only the pipeline's check may") from error
    return dt.datetime.fromisoformat(text.strip()).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
