"""Derives the MAC keys of the cache and of shard files from the project's secret, SCANGATE_CACHE_KEY: one for each purpose."""

from __future__ import annotations

import hashlib
import hmac

from scangate.errors import UsageError

KEY_VARIABLE = "SCANGATE_CACHE_KEY"
MIN_SECRET_LENGTH = 16  # characters


def derive_mac_key(secret: str, purpose: str = "") -> bytes:
    """The key for ``purpose``; a signature made for one purpose is not valid for another. Empty without a secret.

    Raises UsageError for a short secret.
    """
    if not secret:
        return b""
    if len(secret) < MIN_SECRET_LENGTH:
        hint = "generate one: python3 -c 'import secrets; print(secrets.token_hex())'"
        raise UsageError(f"{KEY_VARIABLE} is shorter than {MIN_SECRET_LENGTH} characters", hint)
    key = hashlib.sha256(secret.encode()).digest()
    return hmac.digest(key, purpose.encode(), "sha256") if purpose else key
