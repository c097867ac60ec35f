"""Finds tokens in a text, in linear time: it goes from one long word to the next and looks up the formats that may begin there.

Long words are found by `bytes.find` in a copy of the text that has the same letter for each character of a word. So the time
depends on the number of long words, not on the number of formats.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from scangate.secrets.tokens.catalog import NAMED_FORMATS, TOKEN_FORMATS, URL_FORMATS
from scangate.secrets.tokens.formats import BASE64, UUID, Range, Token, TokenFormat, compile_once
from scangate.secrets.tokens.name_matching import Shape, match_names
from scangate.secrets.tokens.randomness import is_written


class _WordKind(NamedTuple):
    """Words: the characters (as bytes) mapped to ``w`` and all others to a space, and the least length."""

    table: bytes
    run: bytes


def _word_kind(others: str, length: int) -> _WordKind:
    letters = {ord(letter) for letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + others}
    return _WordKind(bytes(ord("w") if code in letters else ord(" ") for code in range(256)), b"w" * length)


_PLAIN = _word_kind("_-", 20)
_BASE64 = _word_kind("+/", 40)
_BOUNDARY = "(?![0-9A-Za-z_-])"
_NOT_IN_WORD = "[0-9A-Za-z_-]"
# https://core.telegram.org/bots/api#making-requests: the token is in the path, after "bot"
_BEGIN = f"(?:(?<!{_NOT_IN_WORD})|(?<=/bot))"
_ESCAPE = re.compile(r"\\[nrtbf\"]|%[0-9A-F]{2}")
_SPECIAL = ("\\", "%", "/", "=")  # before a word that may begin in an escape, or end a URL
_MAX_BEFORE = 120  # characters of a token before its start
_MAX_HOST = 160  # characters between the scheme of a URL and the last word of its path


class _Start(NamedTuple):
    """A start of a format: ``literal`` with what is before the token, ``word_at`` where its word begins in it."""

    format: TokenFormat
    literal: str
    word_at: int


class _Index(NamedTuple):
    """Starts by the first three characters of the word, or by the last two characters before it."""

    heads: Mapping[str, Sequence[_Start]]
    tails: Mapping[str, Sequence[_Start]]


def _is_base64(pattern: str) -> bool:
    return pattern.startswith(BASE64[:-1])


def _make_index(kind: _WordKind) -> _Index:
    heads: dict[str, list[_Start]] = defaultdict(list)
    tails: dict[str, list[_Start]] = defaultdict(list)
    letters = "".join(chr(code) for code, letter in enumerate(kind.table) if letter == ord("w"))
    for each in TOKEN_FORMATS:
        if each.is_broken or _is_base64(each.rest) != (kind is _BASE64):
            continue
        for start in each.starts.split() or [""]:
            literal = each.after + start
            at = next((at for at in range(len(literal), 0, -1) if literal[at - 1] not in letters), 0)
            word = _Start(each, literal, at)
            if len(literal) - at >= 3:
                heads[literal[at : at + 3]].append(word)
            elif at >= 2:
                tails[literal[at - 2 : at]].append(word)
            elif at == 1:
                for letter in letters:
                    tails[letter + literal[0]].append(word)
            else:
                for letter in letters:
                    heads[literal + letter].append(word)
    return _Index(dict(heads), dict(tails))


_INDEXES = {kind: _make_index(kind) for kind in (_PLAIN, _BASE64)}
_BROKEN = tuple((each, each.after + start) for each in TOKEN_FORMATS if each.is_broken for start in each.starts.split() or [""])
_HOSTS = {host: each for each in URL_FORMATS for host in each.hosts.split()}


def _by_length(kind: _WordKind) -> Mapping[int, Sequence[Shape]]:
    found: dict[int, dict[str, Shape]] = defaultdict(dict)
    for each in NAMED_FORMATS:
        if _is_base64(each.alphabet) == (kind is _BASE64):
            pattern = UUID if each.alphabet == UUID else f"{each.start}{each.alphabet}*"
            for length in each.lengths:
                found[length].setdefault(pattern, Shape(pattern, [])).formats.append(each)
    return {length: tuple(shapes.values()) for length, shapes in found.items()}


_NAMED = {kind: _by_length(kind) for kind in (_PLAIN, _BASE64)}
_DIGITS = bytes(ord("d") if chr(code).isdecimal() and code < 128 else ord(" ") for code in range(256))


def find_tokens(text: str, *, named: bool = True) -> Iterator[Token]:
    """The tokens in a text. ``named``: also those that need a name."""
    raw = text.encode("latin-1", "replace")
    digits = raw.translate(_DIGITS)
    for kind in (_PLAIN, _BASE64):
        heads, tails = _INDEXES[kind]
        by_length = _NAMED[kind] if named else {}
        for start, end in _words(raw, kind):
            if found := heads.get(text[start : start + 3]):
                yield from _match_starts(text, start, found)
            tail = text[start - 2 : start] if start > 1 else text[:start]
            if found := tails.get(tail):
                yield from _match_starts(text, start, found)
            if tail[-1:] in _SPECIAL:
                yield from _match_special(text, start, kind)
            if (shapes := by_length.get(end - start)) and digits.find(b"d", start, end) >= 0:
                yield from match_names(text, start, end, shapes)
    for each, literal in _BROKEN:
        at = text.find(literal)
        while at >= 0:
            yield from _match_start(text, at, _Start(each, literal, 0))
            at = text.find(literal, at + 1)


def _words(raw: bytes, kind: _WordKind) -> Iterator[Range]:
    """The long words: places in the text, for one byte is one character."""
    flat = raw.translate(kind.table)
    start = flat.find(kind.run)
    while start >= 0:
        end = flat.find(b" ", start)
        end = len(flat) if end < 0 else end
        yield start, end
        start = flat.find(kind.run, end)


def _match_starts(text: str, word: int, starts: Sequence[_Start]) -> Iterator[Token]:
    for each in starts:
        at = word - each.word_at
        if at >= 0 and text.startswith(each.literal, at):
            yield from _match_start(text, at, each)


def _match_special(text: str, word: int, kind: _WordKind) -> Iterator[Token]:
    """A token after an escape, of which a part is in the same word (``\n``, ``%22``), or at the end of a URL."""
    if text[word - 1] in "/=":
        yield from _match_url(text, word) if kind is _PLAIN else ()
        return
    escape = _ESCAPE.match(text, word - 1)
    if escape is not None and (found := _INDEXES[kind].heads.get(text[escape.end() : escape.end() + 3])):
        yield from _match_starts(text, escape.end(), [each for each in found if not each.word_at])


def _match_start(text: str, at: int, start: _Start) -> Iterator[Token]:
    """The token with this start at ``at``, if the rest of it is as it should be."""
    each = start.format
    rest = compile_once(f"(?:{each.rest}){_BOUNDARY}").match(text, at + len(start.literal))
    if rest is None:
        return
    first = at + len(each.after)
    if each.before:
        before = compile_once(f"{_BEGIN}(?:{each.before})\\Z").search(text, max(first - _MAX_BEFORE, 0), first)
        if before is None:
            return
        first = before.start()
    elif not each.after and (start.word_at or each.is_broken) and _is_in_word(text, first):
        return
    token = text[first : rest.end()]
    yield Token(each, first, rest.end(), rest[0] or token, each.check(token) if each.check else None)


def _is_in_word(text: str, at: int) -> bool:
    before = text[at - 1 : at] if at else ""
    return before.isalnum() or before in ("_", "-")


def _match_url(text: str, word: int) -> Iterator[Token]:
    """The URL that this word ends, if it is one that is a secret."""
    scheme = text.rfind("://", max(word - _MAX_HOST, 0), word)
    if scheme < 0:
        return
    path = text.find("/", scheme + 3, word)
    host = text[scheme + 3 : max(path, scheme + 3)]
    each = _HOSTS.get(host) or _HOSTS.get(host.partition(".")[2])
    match = compile_once(f"(?:{each.path}){_BOUNDARY}").match(text, path) if each else None
    if each and match and match.end() > word:
        start = scheme - len("https") if text.startswith("https", max(scheme - len("https"), 0)) else scheme
        yield Token(each, start, match.end(), text[word : match.end()])


def find_token_ranges(text: str) -> list[Range]:
    """Where ``text`` has tokens that are recognizable by their form, whether or not their checksums are right; sorted."""
    return sorted((each.start, each.end) for each in find_tokens(text, named=False) if not is_written(each.variable))
