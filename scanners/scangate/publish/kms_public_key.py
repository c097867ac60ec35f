"""Asks KMS for the public half of a key that it keeps, as PEM; trusts no key by itself, and never sees a private one."""

from __future__ import annotations

import base64
import re

from scangate.errors import PublishError
from scangate.publish.aws_client import call_aws, create_client
from scangate.publish.aws_partition import region_from_arn

__all__ = ["fetch_public_key", "is_kms_key_arn"]

_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
_PEM_LINE_LENGTH = 64


def is_kms_key_arn(name: str) -> bool:
    """Whether ``name`` is the ARN of a key in KMS, by its id: an alias could be led to another key."""
    return _ARN.fullmatch(name) is not None


def fetch_public_key(arn: str) -> bytes:
    """The key's public half, PEM. PublishError where KMS does not give it, or where the key is none to sign with."""
    answer = call_aws(lambda: create_client("kms", region_from_arn(arn)).get_public_key(KeyId=arn))
    if answer.get("KeyUsage") != "SIGN_VERIFY":
        raise PublishError("UnexpectedKeyUsage", f"{arn} is no key to sign with", "name the key that signs the attestations")
    text = base64.b64encode(answer["PublicKey"]).decode()
    lines = [text[start : start + _PEM_LINE_LENGTH] for start in range(0, len(text), _PEM_LINE_LENGTH)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()
