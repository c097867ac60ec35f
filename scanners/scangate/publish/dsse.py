"""Seals a statement in a DSSE envelope and opens it again; the key decides the algorithm, never the envelope.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from scangate.errors import AttestationRejected, PublishError, UsageError
from scangate.publish.aws_client import call_aws

__all__ = ["MAX_BYTES", "PAYLOAD_TYPE", "KeySigner", "KmsSigner", "Signer", "sign_envelope", "verify_envelope"]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_SIGNED_BYTES = 4096  # what KMS signs as it is; a digest would have to be trusted to have been made of the right thing
MAX_BYTES = 64 * 1024
INSTALL_HINT = "pip install 'scangate[attest]'"

Signer = Callable[[bytes], tuple[str, bytes]]
"""Signs bytes; gives the key's name and the signature."""


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sig: str
    keyid: str = ""


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"payload_type": "payloadType"}):
    payload_type: str
    payload: str
    signatures: tuple[_Signature, ...]


def _pre_authentication_encoding(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed says its own type and length."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload: bytes, sign: Signer) -> str:
    """The envelope as JSON. UsageError where the statement is too long to be signed."""
    message = _pre_authentication_encoding(payload)
    if len(message) > MAX_SIGNED_BYTES:
        raise UsageError(
            f"the statement has {len(message)} bytes, and {MAX_SIGNED_BYTES} can be signed", "shorten the policy's name"
        )
    name, signature = sign(message)
    signatures = [{"keyid": name, "sig": base64.b64encode(signature).decode()}]
    envelope = {"payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(payload).decode(), "signatures": signatures}
    return json.dumps(envelope, indent=1) + "\n"


def verify_envelope(text: str, keys: Sequence[bytes]) -> bytes:
    """The payload, if one of the public ``keys`` (PEM) signed it. NotAdmitted for what is no envelope, or not signed by them."""
    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
        payload = base64.b64decode(envelope.payload, validate=True)
        signatures = [base64.b64decode(signature.sig, validate=True) for signature in envelope.signatures]
    except (msgspec.DecodeError, binascii.Error, UnicodeEncodeError) as error:
        raise AttestationRejected("the attestation is no DSSE envelope", "attest again: scangate attest") from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise AttestationRejected("the attestation is an envelope of something else", "attest again: scangate attest")
    message = _pre_authentication_encoding(payload)
    checks = [_create_verifier(key) for key in keys]
    if not any(check(signature, message) for check in checks for signature in signatures):
        raise AttestationRejected(
            "the attestation is not signed by a key that is trusted here", "was it changed, or signed by another key?"
        )
    return payload


def _create_verifier(pem: bytes) -> Callable[[bytes, bytes], bool]:
    """A function that says whether a signature of a message was made with the key. UsageError for a key that cannot be used."""
    serialization, asymmetric = _import_cryptography()
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415

    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(
            "not a public key in PEM", "aws kms get-public-key gives it in DER: openssl pkey -pubin -inform DER"
        ) from error
    arguments = _algorithm_parameters(key, asymmetric, verifying=True)

    def check(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message, *arguments)
        except InvalidSignature:
            return False
        return True

    return check


def _algorithm_parameters(key: Any, asymmetric: Any, *, verifying: bool) -> tuple[Any, ...]:
    """What ``sign`` and ``verify`` take beside signature and message, by the kind of key. UsageError for a weak or odd one."""
    ec, ed25519, hashes, padding, rsa = asymmetric
    if isinstance(key, (ed25519.Ed25519PublicKey, ed25519.Ed25519PrivateKey)):
        return ()
    if isinstance(key, (ec.EllipticCurvePublicKey, ec.EllipticCurvePrivateKey)) and key.curve.name == "secp256r1":
        return (ec.ECDSA(hashes.SHA256()),)
    if isinstance(key, (rsa.RSAPublicKey, rsa.RSAPrivateKey)) and key.key_size >= 2048:
        # KMS salts with the digest's length, others with the most there can be: both are the standard's
        length = padding.PSS.AUTO if verifying else padding.PSS.DIGEST_LENGTH
        return (padding.PSS(padding.MGF1(hashes.SHA256()), length), hashes.SHA256())
    raise UsageError("this kind of key cannot be used", "use ECDSA on P-256, Ed25519, or RSA of 2048 bits or more")


def _import_cryptography() -> tuple[Any, tuple[Any, ...]]:
    try:
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 -- only who attests has it
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa  # noqa: PLC0415
    except ImportError as error:
        raise UsageError("the cryptography library is not installed", INSTALL_HINT) from error
    return serialization, (ec, ed25519, hashes, padding, rsa)


class KeySigner:
    """Signs with a private key in a file (PEM, PKCS 8, without a password)."""

    def __init__(self, pem: bytes) -> None:
        serialization, self._asymmetric = _import_cryptography()
        try:
            self._key = serialization.load_pem_private_key(pem, None)
        except (ValueError, TypeError) as error:
            raise UsageError("not a private key in PEM without a password", "openssl ecparam -genkey -name prime256v1") from error
        self._arguments = _algorithm_parameters(self._key, self._asymmetric, verifying=False)

    def __call__(self, message: bytes) -> tuple[str, bytes]:
        """The signature; a local key has no name."""
        return "", self._key.sign(message, *self._arguments)


class KmsSigner:
    """Signs with a key in KMS, which never leaves it. The message itself is handed over (RAW), so KMS makes the digest."""

    ALGORITHMS = ("ECDSA_SHA_256", "RSASSA_PSS_SHA_256")

    def __init__(self, kms: Any, key: str, algorithm: str = ALGORITHMS[0]) -> None:
        self._kms = kms
        self._key = key
        self._algorithm = algorithm

    def __call__(self, message: bytes) -> tuple[str, bytes]:
        """The signature and the key's ARN. PublishError where KMS does not sign."""
        answer = call_aws(
            lambda: self._kms.sign(KeyId=self._key, Message=message, MessageType="RAW", SigningAlgorithm=self._algorithm)
        )
        if answer.get("SigningAlgorithm") != self._algorithm:
            raise PublishError("UnexpectedAlgorithm", f"KMS signed by {answer.get('SigningAlgorithm')}", "look at the key's spec")
        return str(answer["KeyId"]), bytes(answer["Signature"])
