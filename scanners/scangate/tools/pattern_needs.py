"""What a text must have in it if a regular expression matches there: a literal, or a run of characters of one alphabet."""

from __future__ import annotations

import string
from collections.abc import Sequence
from re import _parser  # type: ignore[attr-defined, unused-ignore] # the only way to analyze a pattern
from typing import Any, NamedTuple

_ANY_OTHER = "?"  # what a character becomes that ASCII does not have: it may be a letter


class Alphabet(NamedTuple):
    """Characters of ASCII, and all others with them."""

    characters: frozenset[str]
    table: bytes

    def shape(self, text: str) -> bytes:
        """``text`` with one octet for each character: ``a`` for one of the alphabet."""
        return text.encode("ascii", "replace").translate(self.table)


def _alphabet(characters: str) -> Alphabet:
    members = frozenset(characters + _ANY_OTHER)
    return Alphabet(members, bytes(ord("a") if chr(code) in members else ord("\n") for code in range(256)))


TOKENS = _alphabet(string.ascii_letters + string.digits + "_+/=-")
NUMBERS = _alphabet(string.digits + ".")


def parse(pattern: str, flags: int) -> Any:
    """The steps of a pattern, for the functions here."""
    return _parser.parse(pattern, flags)


class Literals(NamedTuple):
    """Texts of which a sequence requires one; none if it requires no text. ``offset``: the most characters before it."""

    words: tuple[str, ...] = ()
    offset: int = 0

    @property
    def selectivity(self) -> int:
        """The length of the shortest."""
        return min(map(len, self.words), default=0)


def required_literals(parsed: Any) -> Literals:
    """The longest literal that a sequence requires, or alternatives of which it requires one."""
    best = Literals()
    word, before = "", 0  # characters before the word at the most
    for index, (step, argument) in enumerate([*parsed, ("END", None)]):
        name = str(step)
        if name == "LITERAL":
            word += chr(argument)
            continue
        best = max(best, Literals((word,) if word else (), before), key=_selectivity)
        before, word = before + len(word), ""
        inner = Literals()
        if name == "SUBPATTERN" or (name in {"MAX_REPEAT", "MIN_REPEAT"} and argument[0] > 0):
            inner = required_literals(argument[-1])
        elif name == "BRANCH":
            branches = [required_literals(branch) for branch in argument[1]]
            if all(branch.words for branch in branches):
                words = tuple(word for branch in branches for word in branch.words)
                inner = Literals(words, max(branch.offset for branch in branches))
        best = max(best, inner._replace(offset=before + inner.offset), key=_selectivity)
        before += int(parsed[index : index + 1].getwidth()[1])  # of nothing it is 0
    return best


def _selectivity(literals: Literals) -> int:
    return literals.selectivity


def required_run(parsed: Any, alphabet: Alphabet) -> int:
    """How many characters of an alphabet in a row a sequence requires at least; 0 if none."""
    longest = run = 0
    for step, argument in parsed:
        name = str(step)
        if name in {"AT", "ASSERT", "ASSERT_NOT"}:
            continue  # no characters
        if (length := _length_within(name, argument, alphabet)) is not None:
            run += length
            longest = max(longest, run)
            continue
        run = 0
        if name == "SUBPATTERN" or (name in {"MAX_REPEAT", "MIN_REPEAT"} and argument[0] > 0):
            longest = max(longest, required_run(argument[-1], alphabet))
        elif name == "BRANCH":
            longest = max(longest, min(required_run(branch, alphabet) for branch in argument[1]))
    return longest


def _length_within(name: str, argument: Any, alphabet: Alphabet) -> int | None:
    """The least length of a step; None if it may match characters that are not in the alphabet."""
    if name == "LITERAL":
        return 1 if _holds(alphabet, argument) else None
    if name == "IN":
        return 1 if all(_is_member_within(str(step), member, alphabet) for step, member in argument) else None
    if name == "SUBPATTERN":
        return _sequence_within(argument[-1], alphabet)
    if name in {"MAX_REPEAT", "MIN_REPEAT"}:
        length = _sequence_within(argument[-1], alphabet)
        return None if length is None else int(argument[0]) * length
    if name == "BRANCH":
        lengths = [_sequence_within(branch, alphabet) for branch in argument[1]]
        return None if None in lengths else min(length for length in lengths if length is not None)
    return None


def _sequence_within(parsed: Sequence[tuple[Any, Any]], alphabet: Alphabet) -> int | None:
    lengths = [0 if str(step) == "AT" else _length_within(str(step), argument, alphabet) for step, argument in parsed]
    return None if None in lengths else sum(length for length in lengths if length is not None)


def _is_member_within(step: str, argument: Any, alphabet: Alphabet) -> bool:
    """Whether a member of a class matches nothing but characters of the alphabet."""
    if step == "LITERAL":
        return _holds(alphabet, argument)
    if step == "RANGE":
        return all(_holds(alphabet, code) for code in range(argument[0], min(argument[1], 128) + 1))
    if step == "CATEGORY":
        words = string.digits if str(argument) == "CATEGORY_DIGIT" else string.ascii_letters + string.digits + "_"
        return str(argument) in {"CATEGORY_WORD", "CATEGORY_DIGIT"} and alphabet.characters.issuperset(words)
    return False


def _holds(alphabet: Alphabet, code: int) -> bool:
    return code > 127 or chr(code) in alphabet.characters
