"""Sign and verify DSSE envelopes. The trusted key determines the algorithm, never the envelope.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence

import msgspec

from scangate.errors import AttestationRejected, Rejection, UsageError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_SIGNED_BYTES = 4096  # the most that KMS signs without a digest made elsewhere
MAX_BYTES = 64 * 1024
HINT = "attest again: scangate attest"

Signer = Callable[[bytes], tuple[str, bytes]]
"""Signs bytes; returns the key's id and the signature."""


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sig: str
    keyid: str = ""


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"payload_type": "payloadType"}):
    payload_type: str
    payload: str
    signatures: tuple[_Signature, ...]


def _pre_authentication_encoding(payload: bytes) -> bytes:
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload: bytes, sign: Signer) -> str:
    """Return the envelope as JSON. Raises UsageError if the payload is too long."""
    message = _pre_authentication_encoding(payload)
    if len(message) > MAX_SIGNED_BYTES:
        raise UsageError(f"the statement has {len(message)} bytes, more than {MAX_SIGNED_BYTES}", "shorten the policy's name")
    key_id, signature = sign(message)
    signatures = [{"keyid": key_id, "sig": base64.b64encode(signature).decode()}]
    envelope = {"payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(payload).decode(), "signatures": signatures}
    return json.dumps(envelope, indent=1) + "\n"


def verify_envelope(text: str, keys: Sequence[bytes]) -> bytes:
    """Return the payload if one of the public ``keys`` (PEM) signed it. Raises AttestationRejected otherwise."""
    from scangate.publish.signing_keys import create_verifier  # noqa: PLC0415 -- needs cryptography, an extra

    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
        payload = base64.b64decode(envelope.payload, validate=True)
        signatures = [base64.b64decode(signature.sig, validate=True) for signature in envelope.signatures]
    except (msgspec.DecodeError, ValueError) as error:
        raise AttestationRejected(Rejection.MALFORMED, "the attestation is not a DSSE envelope", HINT) from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise AttestationRejected(Rejection.MALFORMED, "the envelope has another payload type", HINT)
    message = _pre_authentication_encoding(payload)
    verifiers = [create_verifier(key) for key in keys]
    if not any(verify(signature, message) for verify in verifiers for signature in signatures):
        hint = "it was changed, or signed with another key"
        raise AttestationRejected(Rejection.SIGNATURE, "the attestation has no signature by a trusted key", hint)
    return payload
