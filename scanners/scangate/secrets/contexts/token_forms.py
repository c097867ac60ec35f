"""Recognizes texts in the form of a provider's token that are none: samples that were written, and ids that are public."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText
from scangate.secrets.tokens.catalog import TOKEN_FORMATS
from scangate.secrets.tokens.randomness import is_word, is_written, variable_part

ACCESS_KEY = "aws-access-key"
JSON_WEB_TOKEN = "json-web-token"  # noqa: S105 -- a rule
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html: a signed request names the key's id
_CREDENTIAL_SCOPE = re.compile(r"(?:/|%2F)\d{8}(?:/|%2F)[a-z0-9-]+(?:/|%2F)")
_WORD_BREAKS = re.compile(r"[-_.]")
_COMMON_STARTS = frozenset(
    {"live_", "secret_", "sandbox_", "key-", "api_", "api-", "API-", "sdk-", "pat.", "sat."}
)  # also of other texts
_STARTS = tuple(
    start
    for each in TOKEN_FORMATS
    for start in each.starts.split()
    if len(start) > 3 and start[0].isalpha() and _WORD_BREAKS.search(start) and start not in _COMMON_STARTS
)
_MAX_LETTERS, _MAX_DIGITS = 16, 4  # of a word and of a number that a person writes


def is_sample_token(detection: Detection, text: ScannedText) -> bool:
    """Whether the part of a token that is not the same in all was written: repeated characters, words, a sequence."""
    if not detection.is_verified and _begins_as_token(detection.value):
        return True
    if detection.secret_class is not SecretClass.TOKEN or detection.is_verified or detection.rule == JSON_WEB_TOKEN:
        return False
    written = text.text[detection.start : detection.end]
    return is_written(variable_part(written))


def _begins_as_token(value: str) -> bool:
    """Whether ``value`` has the start of a provider's token, and then only words and short numbers."""
    if not value.startswith(_STARTS):
        return False
    start = max((each for each in _STARTS if value.startswith(each)), key=len)
    pieces = [piece for piece in _WORD_BREAKS.split(value[len(start) :]) if piece]
    return bool(pieces) and all(len(piece) <= _MAX_DIGITS if piece.isdecimal() else _is_short_word(piece) for piece in pieces)


def _is_short_word(piece: str) -> bool:
    return len(piece) <= _MAX_LETTERS and is_word(piece)


def is_signing_key_id(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is the id of the access key that signed a request, which the request names."""
    is_without_secret = detection.rule == ACCESS_KEY and not detection.partners
    return is_without_secret and _CREDENTIAL_SCOPE.match(text.text, detection.end) is not None
