"""Distinguishes a generated text from one that was written: a placeholder, a sample, a name."""

from __future__ import annotations

import re
from itertools import pairwise

MIN_LENGTH = 10  # of a text that can be judged
MAX_LENGTH = 400  # characters that are looked at
MIN_DISTINCT = 7
REPEATED = 8  # characters in a row that random text does not repeat
_WRITTEN = re.compile(
    r"example|xxxx|your|placeholder|dummy|sample|fake|change.?me|redacted|secret|token|insert|replace"
    r"|123456|abcdef|(.)\1{5}",
    re.IGNORECASE,
)
_ZEROS = re.compile(r"(?:0x4)?A{7,}")  # the base64 of zeros, with which some tokens begin
_SEPARATORS = re.compile(r"[-_.:=/$]")
_GENERATED = re.compile(r"[0-9]|[A-Z]{2}")


def is_written(text: str) -> bool:
    """Whether ``text``, the variable part of a token, cannot be generated: repeated or successive characters, words."""
    text = text[:MAX_LENGTH]
    if len(text) < MIN_LENGTH:
        return False
    if len(set(text)) < MIN_DISTINCT or not _GENERATED.search(text) or _WRITTEN.search(text) or _is_words(text):
        return True
    pieces = [text[at : at + REPEATED] for at in range(len(text) - REPEATED + 1)]
    steps = sum(ord(second) - ord(first) == 1 for first, second in pairwise(text))
    return len(set(pieces)) < len(pieces) or 3 * steps > len(text)


def _is_words(text: str) -> bool:
    """Whether ``text`` is words and short numbers between separators, as in the name of a resource."""
    pieces = _SEPARATORS.split(text)
    return len(pieces) > 1 and all((len(piece) <= 4 and piece.isdigit()) or _is_word(piece) for piece in pieces)


def _is_word(piece: str) -> bool:
    return not piece or (piece.isalpha() and (piece.islower() or piece.isupper() or piece.istitle()))


def variable_part(token: str) -> str:
    """The part of a token that is not the same in all: its longest piece between separators."""
    return _ZEROS.sub("", max(_SEPARATORS.split(token), key=len), count=1)
