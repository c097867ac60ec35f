"""Tokens made from the patterns of their formats when the tests run, so that none is in the repository."""

from __future__ import annotations

import random
from re import _parser  # type: ignore[attr-defined, unused-ignore] # the only way to analyze a pattern
from typing import Any

from scangate.secrets.tokens.checksums import check_github, github_checksum
from scangate.secrets.tokens.formats import UUID, NamedFormat, TokenFormat

MOST_REPEATED = 40  # beyond the least number, so that samples stay short


def sample(pattern: str, seed: str) -> str:
    """A text that the pattern matches, from literals, classes of ASCII characters, groups, branches and repetitions.

    What must not follow is passed over.
    """
    return _generate(_parser.parse(pattern), random.Random(seed))


def _generate(parsed: Any, draw: random.Random) -> str:
    return "".join(_generate_step(str(step), argument, draw) for step, argument in parsed)


def _generate_step(step: str, argument: Any, draw: random.Random) -> str:
    if step == "LITERAL":
        return chr(argument)
    if step == "IN":
        return draw.choice(_members(argument))
    if step == "SUBPATTERN":
        return _generate(argument[-1], draw)
    if step == "BRANCH":
        return _generate(draw.choice(argument[1]), draw)
    if step == "ASSERT_NOT":
        return ""
    if step == "MAX_REPEAT":
        least, most, inner = argument
        times = draw.randint(least, min(int(most), least + MOST_REPEATED))
        return "".join(_generate(inner, draw) for _ in range(times))
    raise ValueError(step)


def _members(members: Any) -> str:
    letters = ""
    for step, argument in members:
        first, last = (argument, argument) if str(step) == "LITERAL" else argument
        letters += "".join(map(chr, range(first, last + 1)))
    return letters


def token_sample(each: TokenFormat, seed: str, start: str = "") -> str:
    """A token of a format, with the right checksum; ``start``: one of its starts, by default the first."""
    first = start or (each.starts.split() or [""])[0]
    token = sample(each.before, f"{seed} before") + first + sample(each.rest, seed)
    if each.check is check_github:
        body = token.partition("_")[2]
        token = token[:-6] + github_checksum(body[:-6])
    return token


def named_sample(each: NamedFormat, seed: str, length: int = 0) -> str:
    """A value in the shape of a format; ``length``: one of its lengths, by default the first."""
    if each.alphabet == UUID:
        return sample(UUID, seed)
    length = length or each.lengths[0]
    for attempt in range(100):
        start = sample(each.start, f"{seed} {attempt}")
        value = start + sample(f"{each.alphabet}{{{max(length - len(start), 0)}}}", seed)
        if len(value) == length:
            return value
    raise ValueError(each.rule)


def named_line(each: NamedFormat, value: str) -> str:
    """A line of code that assigns a value to a name of the provider."""
    kind = (each.kinds.split() or ["api_key"])[0]
    word = (each.words.split() or ["x"])[0]
    return f'{word}_{kind} = "{value}"\n' if kind not in word else f'{word} = "{value}"\n'
