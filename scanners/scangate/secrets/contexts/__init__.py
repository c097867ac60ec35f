"""What speaks against a secret: one table of recognizers, each about one context."""

from __future__ import annotations

from collections.abc import Callable

from scangate.model import SecretContext
from scangate.secrets.contexts.identifiers import is_address
from scangate.secrets.contexts.placeholders import is_placeholder
from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText

Recognizer = Callable[[Detection, ScannedText], bool]

RECOGNIZERS: tuple[tuple[SecretContext, Recognizer], ...] = (
    (SecretContext.IDENTIFIER, is_address),
    (SecretContext.PLACEHOLDER, is_placeholder),
)
"""Each sees the value, its name, user and host, and its place. A value and its place decide, never the path alone."""


def contexts_of(detection: Detection, text: ScannedText) -> tuple[SecretContext, ...]:
    """What speaks against a detection, each context once, in the order of the table."""
    found = (context for context, recognizes in RECOGNIZERS if recognizes(detection, text))
    return tuple(dict.fromkeys(found))
