"""Digests of secrets' values, under one salt and slow to try guesses against; the value is in memory only while it is read."""

from __future__ import annotations

import hashlib

__all__ = ["SecretHasher"]

SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**9, 8, 1  # half a MiB and a millisecond or two a value: bearable for thousands of them
DIGEST_BYTES = 4
"""So little that a digest tells at most 32 bits of a secret, and still one changed secret in four thousand million is missed."""


class SecretHasher:
    """Makes digests under one salt; without one there are none."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._digests: dict[bytes, str] = {}

    def digest(self, value: str) -> str:
        """Hexadecimal digits; empty without a salt or a value."""
        if not self._salt or not value:
            return ""
        # what is remembered is a digest, too: no dictionary of the run has a secret as its key
        key = hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=self._salt[:64]).digest()
        if key not in self._digests:
            data = value.encode("utf-8", "surrogatepass")
            made = hashlib.scrypt(data, salt=self._salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=DIGEST_BYTES)
            self._digests[key] = made.hex()
        return self._digests[key]
