"""What the tables of token formats are made of."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Callable
from typing import NamedTuple

ALNUM = "[0-9A-Za-z]"
BASE64 = "[0-9A-Za-z+/]"
BASE64URL = "[0-9A-Za-z_-]"
DIGIT = "[0-9]"
HEX = "[0-9a-f]"
LOWER = "[0-9a-z]"
UPPER = "[0-9A-Z]"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

Check = Callable[[str], bool | None]
"""Verifies the checksum in a token: None if this token has none."""


class Evidence(enum.Enum):
    """What is known of a format. DOCUMENTED: the source states what the text begins with, or its alphabet and length. OBSERVED: the
    source describes the secret, and samples there or in public texts have this form. ASSUMED: few samples have it, so that the
    provider may issue others."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


class TokenFormat(NamedTuple):
    """A format that is recognizable by its form.

    ``starts``: the texts that it may start with, separated by spaces. ``rest``: a pattern of bounded length for what follows.
    ``source``: where the provider documents it. ``check``: its checksum. ``after``: a text before the token that is not a part of
    it. ``before``: a pattern of bounded length for the part of the token before ``starts``. ``partner``: a pattern for a second
    value, without which this one is of no use. ``is_limited``: the token expires, or gives access to one thing only. ``is_broken``:
    among its first characters may be others than letters, digits, ``-`` and ``_``, or it is shorter than 20 characters.
    """

    rule: str
    title: str
    starts: str
    rest: str
    source: str
    evidence: Evidence
    check: Check | None = None
    after: str = ""
    before: str = ""
    partner: str = ""
    is_limited: bool = False
    is_broken: bool = False


class NamedFormat(NamedTuple):
    """A format that is recognizable by its name and its shape: ``alphabet``, a class of characters or `UUID`, and ``lengths``.

    ``words``: the provider's, separated by spaces; one is in the line before the value, or in the key of its parent; empty for a
    format without a constant start. ``kinds``: one of them is there, too; by default, one of the usual words for secrets.
    ``start``: a pattern that the value begins with.
    """

    rule: str
    title: str
    words: str
    alphabet: str
    lengths: tuple[int, ...]
    source: str
    evidence: Evidence
    kinds: str = ""
    start: str = ""


class UrlFormat(NamedTuple):
    """A URL that is a secret: ``hosts``, separated by spaces, each with the domains below it, and a pattern for the path."""

    rule: str
    title: str
    hosts: str
    path: str
    source: str
    evidence: Evidence


Format = TokenFormat | NamedFormat | UrlFormat
Range = tuple[int, int]
"""The offsets of the first character and of what follows the last."""


class Token(NamedTuple):
    """A token in a text: the offsets of its first character and after its last, and of the part that is not the same in all.
    ``has_checksum``: whether its checksum is right, None if it has none."""

    format: Format
    start: int
    end: int
    variable: str
    has_checksum: bool | None = None


@functools.cache
def compile_once(pattern: str) -> re.Pattern[str]:
    """The compiled pattern of a format: most texts need few of them."""
    return re.compile(pattern)
