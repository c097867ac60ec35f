"""What the characters of a value say: words, a pattern, or chance."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from itertools import pairwise

MIN_RANDOM_LENGTH = 12
MIN_WORD, WORDS_SHARE, MAX_NUMBERS = 4, 0.55, 1  # letters; of the characters; in a value of words
MIN_MIXED_LENGTH, MIN_MIXED_CHANGES = 9, 3
MIN_ENTROPY = 2.6  # bits a character; words of that length have less, or no digits among their letters
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_RUN = re.compile(r"(.)\1*")
_KEYBOARD = ("qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890", "09876543210")
_FILLER_LENGTH = 10
_RUNS = {
    keys[at : at + _FILLER_LENGTH]
    for keys in ("abcdefghijklmnopqrstuvwxyz", "01234567890", "9876543210")
    for at in range(len(keys) - _FILLER_LENGTH + 1)
}
_FILLER = re.compile(rf"(.)\1{{7,}}|([^\W_]{{2,8}})\2{{3,}}|(?i:{'|'.join(sorted(_RUNS))})")
_COMPOUND = re.compile(r"[A-Za-z][a-z]*(?:\d{0,2}[A-Z]+[a-z]+)+[A-Z]{0,4}")  # a number at the end is of a password
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ONLY_LETTERS = re.compile(r"[A-Za-z]+(?:[_.:/ -]+[A-Za-z]+)*")
_DIGITS = re.compile(r"\d+")
_SEPARATORS = re.compile(r"[\s_.:/@-]+")
_ESCAPED_SPACES = re.compile(r"(?:\\[nrt])+\Z")
VOWELS = frozenset("aeiouyAEIOUY")
_UNPRONOUNCEABLE = re.compile(r"[^aeiouyAEIOUY]{5}")
_RARE = re.compile(r"[jkqvwxzJKQVWXZ]")
MIN_SCRAMBLED, MIN_RARE = 16, 3  # letters
MIN_DRAWN_LENGTH, MAX_NAMED = 16, 0.4  # characters; the part of them that is words
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_PIECES = re.compile(r"[\s.:/\\\[\](){}<>,;|]+")
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")


def word_set(words: str) -> frozenset[str]:
    """The words of a text that lists them."""
    return frozenset(words.split())


def strip_escaped_spaces(value: str) -> str:
    """The value without the line ends and tabs at its end, as a string of a program has them: ``\\n``."""
    return _ESCAPED_SPACES.sub("", value)


def words_of(text: str) -> list[str]:
    """The words of a name or a text in lower case: "dbPassword_v2" has "db", "password" and "v"."""
    return [word.lower() for word in _WORDS.findall(text)]


@functools.lru_cache(maxsize=4096)
def is_random(value: str) -> bool:
    """Whether a value was drawn, not written: long, and letters and digits (or cases) mixed as in no word or name."""
    if len(value) < MIN_RANDOM_LENGTH or " " in value or is_repetitive(value) or entropy(value) < MIN_ENTROPY:
        return False
    kinds = [_kind(character) for character in value]
    changes = sum(one != other for one, other in pairwise(kinds) if "-" not in (one, other))
    has_digits, has_letters = "0" in kinds, "a" in kinds or "A" in kinds
    if has_letters and _has_words(value):
        return False
    if has_digits and has_letters:
        return changes >= max(len(value) // 5, 3)
    if has_digits:
        return False
    return changes >= len(value) // 3 if "a" in kinds and "A" in kinds else is_scrambled(value)


def is_scrambled(value: str) -> bool:
    """Whether a value is letters of one case that were drawn: rare ones, and consonants in a row, as in no word of its length."""
    if len(value) < MIN_SCRAMBLED or not value.isalpha() or not (value.islower() or value.isupper()):
        return False
    return len(_RARE.findall(value)) >= MIN_RARE and _UNPRONOUNCEABLE.search(value) is not None


def _is_mixed(value: str) -> bool:
    """Whether letters and digits alternate as in no word with a number after it."""
    kinds = [_kind(character) for character in value]
    changes = sum(one != other for one, other in pairwise(kinds) if "0" in (one, other))
    return len(value) >= MIN_MIXED_LENGTH and changes >= MIN_MIXED_CHANGES and not _has_words(value)


def _kind(character: str) -> str:
    if character.isdigit():
        return "0"
    if character.isupper():
        return "A"
    return "a" if character.isalpha() else "-"


def _has_words(value: str) -> bool:
    """Whether most of a value can be pronounced, and digits are in one place at most: capitals begin its words."""
    if len(_DIGITS.findall(value)) > MAX_NUMBERS:
        return False
    return _length_of_words(value) >= WORDS_SHARE * len(value)


def _length_of_words(value: str) -> int:
    """How many characters of a value are in words that can be pronounced."""
    words = (word for word in _WORDS.findall(value) if len(word) >= MIN_WORD and VOWELS & set(word))
    return sum(len(word) for word in words if _UNPRONOUNCEABLE.search(word) is None)


@functools.lru_cache(maxsize=4096)
def is_drawn(value: str) -> bool:
    """Whether a value, or a long part of it, is random, whatever else is in it: what names a thing, even with numbers, is not.

    A UUID or a constant may be a part of a name.
    """
    rest = _CONSTANT.sub("", _UUID.sub("", value))
    return any(map(_is_drawn_piece, {rest, *_PIECES.split(rest)}))


def _is_drawn_piece(piece: str) -> bool:
    text = "".join(filter(str.isalnum, piece))
    return len(text) >= MIN_DRAWN_LENGTH and is_random(text) and _length_of_words(piece) < MAX_NAMED * len(text)


def entropy(text: str) -> float:
    """The entropy of the characters, in bits a character."""
    counts, length = Counter(text).values(), len(text)
    return -sum(count / length * math.log2(count / length) for count in counts) if length else 0.0


def is_repetitive(value: str) -> bool:
    """Whether a value is one character or a short piece again and again, or a run of the keyboard or the alphabet."""
    text = _SEPARATORS.sub("", value).lower()
    if len(text) < 3:
        return True
    if len(_RUN.findall(text)) * 3 <= len(text):
        return True
    for length in range(1, min(len(text) // 3, 8) + 1):
        if text == (text[:length] * (len(text) // length + 1))[: len(text)]:
            return True
    return any(text in keys * 3 for keys in _KEYBOARD)


def has_filler(value: str) -> bool:
    """Whether a part of a value is one character many times, or a run of the alphabet or of digits: drawn values have none."""
    return _FILLER.search(value) is not None


def without_fillers(value: str) -> str:
    """What is left of a value without what `has_filler` finds."""
    return _FILLER.sub(" ", value)


def is_words(value: str) -> bool:
    """Whether a value is letters and separators alone, in words: a name, not something drawn."""
    if _ONLY_LETTERS.fullmatch(value) is None or is_random(value):
        return False
    return not any(piece.isupper() and len(piece) >= MIN_RANDOM_LENGTH for piece in _SEPARATORS.split(value))


def is_compound(value: str) -> bool:
    """Whether a value is several words in one, as programs write the names of things: the next word has a capital."""
    words = _HUMPS.findall(value)
    if _COMPOUND.fullmatch(value) is None or is_random(value) or is_drawn(value):
        return False
    long = [word for word in words if len(word) > 2 and VOWELS & set(word)]
    return len(words) > 1 and 2 * sum(map(len, long)) >= len(value)


def is_weak(value: str) -> bool:
    """Whether a person could have made the value up without much thought: short, or words and a number."""
    if _is_mixed(value) or any(map(is_random, value.split())):
        return False
    letters = sum(map(str.isalpha, value))
    return len(value) < 8 or letters + sum(map(str.isdigit, value)) + len(_SEPARATORS.findall(value)) >= len(value) - 2
