"""Decides whether a word is a token by its shape and by what its name, its line and the key of its parent say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scangate.secrets.tokens.catalog import NAMED_FORMATS
from scangate.secrets.tokens.formats import NamedFormat, Token, compile_once
from scangate.secrets.tokens.randomness import is_written

_KINDS = ("key", "token", "secret", "passw", "pwd", "auth", "credential", "bearer", "signature")
_NO_SECRET_NAME = re.compile(
    r"(?i)(?:^|[^a-z]|(?<=[a-z])(?-i:(?=[A-Z])))(?:id|ids|uuid|guid|sha\d*|md5|hash|digest|checksum|version|rev|revision|commit|etag|"
    r"url|uri|name|public|arn|path|file|fingerprint|thumbprint)$"
)
_ALL_KINDS = tuple({*_KINDS, *(kind for each in NAMED_FORMATS for kind in each.kinds.split())})
_NOT_IN_NAME = re.compile(r"[^\w.-]")
_BETWEEN = " \t\"'`()[]{}=:,>"  # a name and its value
_MAX_LINE = 120  # characters of a line before a value
_MAX_NAME = 80  # characters of a name and an operator
_MAX_PARENTS = 12  # lines that are searched for the key of the parent
_SHORT = 4  # characters of a word that has to be a whole one


class Shape(NamedTuple):
    """A shape of words of one length, and the formats that have it."""

    pattern: str
    formats: list[NamedFormat]


class _Name(NamedTuple):
    """``key``: the word right before a value; ``around``: what is in its line before, with the key of the parent; lower case."""

    key: str
    around: str


def match_names(text: str, start: int, end: int, shapes: Sequence[Shape]) -> Iterator[Token]:
    """The formats that a word has by its name and shape."""
    name = None
    for pattern, formats in shapes:
        if not compile_once(pattern).fullmatch(text, start, end):
            continue
        value = text[start:end]
        name = _name_of(text, start) if name is None else name
        for each in formats:
            is_named = not each.words or _is_named(name, each.words.split(), each.kinds.split() or _KINDS)
            variable = value.removeprefix(each.start)
            if is_named and not is_written(variable):
                yield Token(each, start, end, variable)


_NAMELESS = _Name("", "")


def _name_of(text: str, start: int) -> _Name:
    """The name of a value, where keys are indented with that of its parent. Empty if it says that the value is no secret."""
    first = text.rfind("\n", max(start - _MAX_LINE, 0), start) + 1
    before = text[max(first, start - _MAX_LINE) : start]
    name = _NOT_IN_NAME.split(before[-_MAX_NAME:].rstrip(_BETWEEN))[-1]
    key = name.lower()
    if not any(kind in key for kind in _ALL_KINDS) or _NO_SECRET_NAME.search(name):
        return _NAMELESS
    indent = len(before) - len(before.lstrip())
    parent = _parent_of(text, first, indent) if first and indent else ""
    return _Name(key, f"{parent} {before.lower()}")


def _parent_of(text: str, first: int, indent: int) -> str:
    """The nearest line above with a smaller indent, in lower case; ``first``: the offset of the line below it."""
    end = first - 1
    for _ in range(_MAX_PARENTS):
        begin = text.rfind("\n", max(end - _MAX_LINE, 0), end) + 1
        line = text[begin : min(end, begin + _MAX_LINE)]
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            return line.lower()
        if begin == 0:
            break
        end = begin - 1
    return ""


def _is_named(name: _Name, words: Sequence[str], kinds: Sequence[str]) -> bool:
    return any(kind in name.key for kind in kinds) and any(
        (
            word in name.around
            if len(word) > _SHORT
            else compile_once(f"(?<![a-z0-9]){re.escape(word)}(?![a-z])").search(name.around)
        )
        for word in words
    )
