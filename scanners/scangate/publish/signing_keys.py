"""Sign and verify with ECDSA (P-256), Ed25519 or RSA-PSS keys in PEM. Importing it needs the cryptography library."""

from __future__ import annotations

from collections.abc import Callable

from scangate.errors import UsageError

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
except ImportError as missing:
    raise UsageError("the cryptography library is not installed", "pip install 'scangate[attest]'") from missing

MIN_RSA_BITS = 2048


def create_verifier(pem: bytes) -> Callable[[bytes, bytes], bool]:
    """Return a function that checks a signature of a message with a public key. Raises UsageError for an unusable key."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        hint = "convert the DER of aws kms get-public-key: openssl pkey -pubin -inform DER"
        raise UsageError("not a public key in PEM", hint) from error
    if not isinstance(key, (EllipticCurvePublicKey, Ed25519PublicKey, RSAPublicKey)):
        raise _unusable_key()
    _check_strength(key)

    def verify(signature: bytes, message: bytes) -> bool:
        try:
            if isinstance(key, Ed25519PublicKey):
                key.verify(signature, message)
            elif isinstance(key, EllipticCurvePublicKey):
                key.verify(signature, message, ECDSA(SHA256()))
            else:  # KMS uses a salt as long as the digest, others the longest one: both conform
                key.verify(signature, message, PSS(MGF1(SHA256()), PSS.AUTO), SHA256())
        except InvalidSignature:
            return False
        return True

    return verify


class KeySigner:
    """Signs with an unencrypted private key (PEM, PKCS 8)."""

    def __init__(self, pem: bytes) -> None:
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError) as error:
            hint = "create one: openssl ecparam -genkey -name prime256v1"
            raise UsageError("not an unencrypted private key in PEM", hint) from error
        if not isinstance(key, (EllipticCurvePrivateKey, Ed25519PrivateKey, RSAPrivateKey)):
            raise _unusable_key()
        _check_strength(key)
        self._key = key

    def __call__(self, message: bytes) -> tuple[str, bytes]:
        """Return the signature; a local key has no id."""
        if isinstance(self._key, Ed25519PrivateKey):
            return "", self._key.sign(message)
        if isinstance(self._key, EllipticCurvePrivateKey):
            return "", self._key.sign(message, ECDSA(SHA256()))
        return "", self._key.sign(message, PSS(MGF1(SHA256()), PSS.DIGEST_LENGTH), SHA256())


def _check_strength(key: object) -> None:
    if isinstance(key, (EllipticCurvePublicKey, EllipticCurvePrivateKey)) and not isinstance(key.curve, SECP256R1):
        raise _unusable_key()
    if isinstance(key, (RSAPublicKey, RSAPrivateKey)) and key.key_size < MIN_RSA_BITS:
        raise _unusable_key()


def _unusable_key() -> UsageError:
    return UsageError("this kind of key is not supported", f"use ECDSA on P-256, Ed25519, or RSA of {MIN_RSA_BITS} bits or more")
