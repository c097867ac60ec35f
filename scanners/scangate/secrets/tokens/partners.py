"""Finds the second value of a pair, such as the secret of an access key: near the first one."""

from __future__ import annotations

import re

from scangate.secrets.tokens.formats import Range, Token, TokenFormat, compile_once
from scangate.secrets.tokens.randomness import is_written

_NEAR = 400  # characters between the two
_HEX_ONLY = re.compile(r"[0-9a-f]+|[0-9A-F]+")


def find_partner(text: str, token: Token) -> Range | None:
    """The value near a token without which it is of no use: in the following lines, or in those before."""
    pattern = token.format.partner if isinstance(token.format, TokenFormat) else ""
    if not pattern:
        return None
    whole = compile_once(rf"(?<![0-9A-Za-z+/_-])(?:{pattern})(?![0-9A-Za-z+/_-])")
    after = text.find("\n\n", token.end, token.end + _NEAR)
    ends = token.end + _NEAR if after < 0 else after
    for match in whole.finditer(text, token.end, ends):
        if _is_partner(match[0]):
            return match.span()
    found = None
    for match in whole.finditer(text, max(token.start - _NEAR, 0), token.start):
        found = match.span() if _is_partner(match[0]) else found
    return found


def _is_partner(value: str) -> bool:
    has_cases = value.upper() != value and value.lower() != value
    return has_cases and not _HEX_ONLY.fullmatch(value) and not is_written(value)
