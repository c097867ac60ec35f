"""Salted digests of secret values, slow to guess; a value is in memory only while it is hashed."""

from __future__ import annotations

import hashlib

SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**9, 8, 1  # 512 KiB and one or two milliseconds a value: bearable for thousands
DIGEST_BYTES = 4
"""A digest reveals at most 32 bits of a secret; one changed secret in 2**32 goes unnoticed."""


class SecretHasher:
    """Makes digests under one salt; with an empty salt it makes none."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._digests: dict[bytes, str] = {}

    def digest(self, value: str) -> str:
        """Hexadecimal digits; empty without a salt or a value."""
        if not self._salt or not value:
            return ""
        data = value.encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(data, key=self._salt[:64]).digest()  # no secret is kept as a dictionary key
        if key not in self._digests:
            digest = hashlib.scrypt(data, salt=self._salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=DIGEST_BYTES)
            self._digests[key] = digest.hex()
        return self._digests[key]
