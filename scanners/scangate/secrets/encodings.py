"""Decodes values in Base64."""

from __future__ import annotations

import base64
import binascii
import re

MAX_LENGTH = 16 * 1024
"""No encoded credential is longer."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_TEXT = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*")


def decode_base64(value: str) -> str:
    """The text that is encoded in ``value``, in the usual or the URL-safe alphabet; empty if it is no text."""
    compact = "".join(value.split()) if len(value) <= MAX_LENGTH else ""
    if not compact or _BASE64.fullmatch(compact) is None:
        return ""
    plain = compact.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return text if _TEXT.fullmatch(text) else ""


def decode_credentials(value: str) -> tuple[str, str]:
    """User and password of ``user:password`` in Base64, as HTTP's Basic scheme has it; both empty if it is nothing of the kind.

    https://www.rfc-editor.org/rfc/rfc7617#section-2
    """
    user, colon, password = decode_base64(value).partition(":")
    return (user, password) if colon and "\n" not in user else ("", "")
