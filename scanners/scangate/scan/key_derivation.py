"""Makes of the project's secret (SCANGATE_CACHE_KEY) the key that one sort of thing is signed with; keeps nothing."""

from __future__ import annotations

import hashlib
import hmac

from scangate.errors import UsageError

__all__ = ["KEY_VARIABLE", "derive_key"]

KEY_VARIABLE = "SCANGATE_CACHE_KEY"
MIN_SECRET_LENGTH = 16  # characters


def derive_key(secret: str, purpose: str = "") -> bytes:
    """The key of ``purpose``: what is signed for one is worth nothing for another. Empty without a secret; UsageError for a short
    one."""
    if not secret:
        return b""
    if len(secret) < MIN_SECRET_LENGTH:
        raise UsageError(
            f"{KEY_VARIABLE} is shorter than {MIN_SECRET_LENGTH} characters",
            "make one: python3 -c 'import secrets; print(secrets.token_hex())'",
        )
    key = hashlib.sha256(secret.encode()).digest()
    return hmac.digest(key, purpose.encode(), "sha256") if purpose else key
