"""What speaks against a secret: one table of recognizers, each about one context."""

from __future__ import annotations

from collections.abc import Callable

from scangate.model import SecretContext
from scangate.secrets.contexts.ciphertexts import is_ciphertext
from scangate.secrets.contexts.digests import is_digest
from scangate.secrets.contexts.identifiers import is_identifier
from scangate.secrets.contexts.placeholders import is_placeholder
from scangate.secrets.contexts.public_keys import is_public_key
from scangate.secrets.contexts.references import is_reference
from scangate.secrets.contexts.strength import (
    is_default,
    is_in_documentation,
    is_local,
    is_made_up_for_test,
    is_same_as_user,
)
from scangate.secrets.contexts.token_forms import is_sample_token, is_signing_key_id
from scangate.secrets.contexts.translations import is_translation
from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText

Recognizer = Callable[[Detection, ScannedText], bool]

RECOGNIZERS: tuple[tuple[SecretContext, Recognizer], ...] = (
    (SecretContext.REFERENCE, is_reference),
    (SecretContext.CIPHERTEXT, is_ciphertext),
    (SecretContext.DIGEST, is_digest),
    (SecretContext.PUBLIC_KEY, is_public_key),
    (SecretContext.IDENTIFIER, is_identifier),
    (SecretContext.IDENTIFIER, is_signing_key_id),
    (SecretContext.TRANSLATION, is_translation),
    (SecretContext.PLACEHOLDER, is_placeholder),
    (SecretContext.PLACEHOLDER, is_sample_token),
    (SecretContext.DEFAULT, is_default),
    (SecretContext.SAME_AS_USER, is_same_as_user),
    (SecretContext.LOCAL_HOST, is_local),
    (SecretContext.TEST, is_made_up_for_test),
    (SecretContext.DOCUMENTATION, is_in_documentation),
)
"""Each decides by the value, its name, user and host, and the text around it; never by the path alone."""


def contexts_of(detection: Detection, text: ScannedText) -> tuple[SecretContext, ...]:
    """What speaks against a detection: each context once, in the order of the table."""
    return tuple(dict.fromkeys(context for context, recognizes in RECOGNIZERS if recognizes(detection, text)))
