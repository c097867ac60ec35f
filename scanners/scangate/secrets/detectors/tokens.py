"""Detects tokens of providers; an access key and its secret are one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText
from scangate.secrets.tokens.catalog import ALL_FORMATS
from scangate.secrets.tokens.formats import Token, TokenFormat
from scangate.secrets.tokens.matching import find_tokens
from scangate.secrets.tokens.partners import find_partner
from scangate.secrets.tokens.randomness import is_written

RULES: Mapping[str, str] = {each.rule: each.title for each in ALL_FORMATS}


def find(text: ScannedText) -> Iterator[Detection]:
    """The tokens in ``text`` that are as random as generated ones."""
    for token in find_tokens(text.text):
        if token.has_checksum or not is_written(token.variable):
            yield _detection(text.text, token)


def _detection(text: str, token: Token) -> Detection:
    is_limited = isinstance(token.format, TokenFormat) and token.format.is_limited
    partner = find_partner(text, token)
    return Detection(
        start=token.start,
        end=token.end,
        rule=token.format.rule,
        secret_class=SecretClass.PASSWORD if is_limited else SecretClass.TOKEN,
        value=text[token.start : token.end],
        partners=(partner,) if partner else (),
        is_verified=token.has_checksum is True,
    )
