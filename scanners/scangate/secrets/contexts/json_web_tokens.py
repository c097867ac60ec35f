"""Recognizes samples of JSON Web Tokens by what they claim: those of specifications, and those that name no user, issuer or end.

https://www.rfc-editor.org/rfc/rfc7519#section-4
"""

from __future__ import annotations

import json
import re

from scangate.secrets.encodings import decode_base64
from scangate.secrets.values import is_words, word_set, words_of

MAX_CLAIMS, MAX_WORD, MAX_NUMBER = 2, 16, 9_999
_SAMPLES = (
    "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lI",  # subject 1234567890, John Doe: the sample of jwt.io
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAs",  # issuer joe: https://www.rfc-editor.org/rfc/rfc7519#section-3.1
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywg",  # a quotation: https://www.rfc-editor.org/rfc/rfc7520#section-4
)
_PAYLOAD = re.compile(r"eyJ[\w-]{10,2000}\.(?P<payload>(?:ey|W)[\w-]{4,400})(?:\.|\Z)")
# Claims of a token that opens something: the registered ones, and words of those that applications add.
_REGISTERED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
_ABOUT_SOMEBODY = word_set(
    """user users username uid id email mail login account tenant customer client session sid scope scopes role roles admin
    permission permissions group groups nonce azp"""
)


def is_sample_jwt(value: str) -> bool:
    """Whether a value is, or begins with, a token of a specification, or one that claims a word or two and names no user."""
    if any(sample in value for sample in _SAMPLES):
        return True
    match = _PAYLOAD.match(value)
    if match is None:
        return False
    try:
        payload = json.loads(decode_base64(match["payload"]))
    except ValueError:
        return False
    if isinstance(payload, list):
        payload = {str(each): "" for each in payload}
    if not isinstance(payload, dict) or len(payload) > MAX_CLAIMS:
        return False
    names = {word for name in payload for word in (name, *words_of(name))}
    return names.isdisjoint(_REGISTERED | _ABOUT_SOMEBODY) and all(map(_is_plain, (*payload, *payload.values())))


def _is_plain(value: object) -> bool:
    """Whether a claim or its name is a word or a small number."""
    if isinstance(value, str):
        return len(value) <= MAX_WORD and (not value or is_words(value))
    return isinstance(value, int) and abs(value) <= MAX_NUMBER
