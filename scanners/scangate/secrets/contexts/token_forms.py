"""Recognizes texts in the form of a provider's token that are none: samples that were written, and ids that are public."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText
from scangate.secrets.tokens.randomness import is_written, variable_part

ACCESS_KEY = "aws-access-key"
JSON_WEB_TOKEN = "json-web-token"  # noqa: S105 -- a rule
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html: a signed request names the key's id
_CREDENTIAL_SCOPE = re.compile(r"(?:/|%2F)\d{8}(?:/|%2F)[a-z0-9-]+(?:/|%2F)")


def is_sample_token(detection: Detection, text: ScannedText) -> bool:
    """Whether the part of a token that is not the same in all was written: repeated characters, words, a sequence."""
    if detection.secret_class is not SecretClass.TOKEN or detection.is_verified or detection.rule == JSON_WEB_TOKEN:
        return False
    written = text.text[detection.start : detection.end]
    return is_written(variable_part(written))


def is_signing_key_id(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is the id of the access key that signed a request, which the request names."""
    is_without_secret = detection.rule == ACCESS_KEY and not detection.partners
    return is_without_secret and _CREDENTIAL_SCOPE.match(text.text, detection.end) is not None
