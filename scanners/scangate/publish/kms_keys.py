"""Sign with a key in AWS KMS, and fetch its public key as PEM."""

from __future__ import annotations

import base64
import re
import textwrap
from typing import TYPE_CHECKING, Literal, get_args

from scangate.errors import PublishError
from scangate.publish.aws_client import create_client, translate_errors

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

Algorithm = Literal["ECDSA_SHA_256", "RSASSA_PSS_SHA_256"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
_ARN = re.compile(r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:(?:key|alias)/.+")
_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")


def is_kms_key_arn(name: str) -> bool:
    """Whether ``name`` is the ARN of a KMS key. An alias is not: it can be moved to another key."""
    return _KEY_ARN.fullmatch(name) is not None


@translate_errors()
def fetch_public_key(arn: str) -> bytes:
    """Return the public key as PEM. Raises PublishError if KMS refuses, or if the key does not sign."""
    response = _create_client(arn).get_public_key(KeyId=arn)
    if response.get("KeyUsage") != "SIGN_VERIFY":
        raise PublishError("UnexpectedKeyUsage", f"{arn} is not a signing key", "name the key that signs the attestations")
    lines = textwrap.wrap(base64.b64encode(response["PublicKey"]).decode(), 64)
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()


class KmsSigner:
    """Signs with a key in KMS. KMS gets the message itself (RAW) and computes the digest."""

    def __init__(self, key: str, algorithm: Algorithm = ALGORITHMS[0]) -> None:
        self._kms = _create_client(key)
        self._key = key
        self._algorithm = algorithm

    @translate_errors()
    def __call__(self, message: bytes) -> tuple[str, bytes]:
        """Return the key's ARN and the signature. Raises PublishError if KMS does not sign."""
        response = self._kms.sign(KeyId=self._key, Message=message, MessageType="RAW", SigningAlgorithm=self._algorithm)
        if response.get("SigningAlgorithm") != self._algorithm:
            message_ = f"KMS signed with {response.get('SigningAlgorithm')}, not with {self._algorithm}"
            raise PublishError("UnexpectedAlgorithm", message_, "check the key's spec: aws kms describe-key")
        return response["KeyId"], response["Signature"]


def _create_client(key: str) -> KMSClient:
    """Return a client for the region of the key's ARN; a name without one is in the environment's region."""
    match = _ARN.fullmatch(key)
    return create_client("kms", match["region"] if match else None)
