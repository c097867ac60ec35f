"""Distinguishes a generated text from one that was written: a placeholder, a sample, a name."""

from __future__ import annotations

import re
from itertools import pairwise

MIN_LENGTH = 10  # of a text that can be judged
MAX_LENGTH = 400  # characters that are looked at
MIN_DISTINCT = 7
_LONG = 20  # characters of a piece that can be judged alone
REPEATED = 8  # characters in a row that random text does not repeat
_WRITTEN = re.compile(
    r"example|xxxx|your|placeholder|dummy|sample|fake|change.?me|redacted|secret|token|insert|replace"
    r"|123456|abcdef|(.)\1{5}",
    re.IGNORECASE,
)
_SHORT_WORD = 5  # characters of a word that is in random text too, but hardly in one case
_ZEROS = re.compile(r"(?:0x4)?A{7,}")  # the base64 of zeros, with which some tokens begin
_SEPARATORS = re.compile(r"[-_.:=/$]")
_GENERATED = re.compile(r"[0-9]|[A-Z]{2}")


def is_written(text: str) -> bool:
    """Whether ``text``, the variable part of a token, cannot be generated: repeated or successive characters, words."""
    text = text[:MAX_LENGTH]
    if len(text) < MIN_LENGTH:
        return False
    if len(set(text)) < MIN_DISTINCT or not _GENERATED.search(text) or _has_word(text) or _is_words(text):
        return True
    pieces = [text[at : at + REPEATED] for at in range(len(text) - REPEATED + 1)]
    steps = sum(ord(second) - ord(first) == 1 for first, second in pairwise(text))
    return len(set(pieces)) < len(pieces) or 3 * steps > len(text)


def _has_word(text: str) -> bool:
    """Whether a word of samples is in ``text``. Random text has a short one by chance, but then in mixed case."""
    return any(
        len(word := match[0]) > _SHORT_WORD or word.islower() or word.isupper() or word.istitle() or not word.isalpha()
        for match in _WRITTEN.finditer(text)
    )


def _is_words(text: str) -> bool:
    """Whether ``text`` is words and short numbers between separators, as in the name of a resource."""
    pieces = _SEPARATORS.split(text)
    return len(pieces) > 1 and all((len(piece) <= 4 and piece.isdigit()) or is_word(piece) for piece in pieces)


def is_word(piece: str) -> bool:
    """Whether ``piece`` is letters of one case, of which the first may be a capital; also if it is empty."""
    return not piece or (piece.isalpha() and (piece.islower() or piece.isupper() or piece.istitle()))


def variable_part(token: str) -> str:
    """The part of a token that differs from others: its longest piece; if that is short, all pieces that are no words."""
    pieces = _SEPARATORS.split(token)
    longest = max(pieces, key=len)
    if len(longest) < _LONG:
        rest = "".join(piece for piece in pieces if not is_word(piece))
        longest = max(longest, rest, key=len)
    return _ZEROS.sub("", longest, count=1)
