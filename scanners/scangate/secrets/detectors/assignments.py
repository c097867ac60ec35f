"""Values that are assigned to a name for a secret: in code, in settings, in shell commands, and under keys of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scangate.model import SecretClass
from scangate.secrets.candidates import matched_group
from scangate.secrets.detection import Detection
from scangate.secrets.detectors.assignment_patterns import (
    ARGUMENT,
    ASSIGNED,
    BARE,
    BARE_SETTING,
    BEGINS_LINE,
    CALL,
    CALLED_WITH,
    COMPARED,
    FALLBACK,
    LOOKED_UP,
    MAY_ASSIGN,
    NEXT,
    RESULT,
    SPACED,
    WRAPPED,
)
from scangate.secrets.entries import ScalarEntry
from scangate.secrets.names import NameKind, kind_of_described, kind_of_name
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_drawn, is_random, is_words, word_set, words_of

KEYWORD = "secret-keyword"
RULES = {KEYWORD: "Secret keyword"}

MIN_PASSWORD, MIN_SECRET, MIN_KEY, MIN_IN_CALL = 4, 8, 16, 6  # characters
MIN_DESCRIBED = 20
MAX_VALUE = 512
MAX_NAME = 80
MAX_PIECES = 16
# One pattern a word: a pattern that is a literal is found many times faster than one of several.
_WORDS = tuple(
    map(
        re.compile,
        word_set("pass pwd pswd secret token key cred auth senha salt cookie hmac pw _pin mdp kennwort wachtwoord parola haslo"),
    )
)
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$@/-")
_NAME_END = re.compile(r"[\w.$-]*")
_BACKTICK_STRINGS = frozenset({"javascript", "typescript", "vue", "svelte", "html", "go", "astro", "coffeescript"})
_SETTINGS = frozenset({"ini", "dotenv", "properties"})
_TECHNICAL = re.compile(r"(?i)utf[-_]?\d+(?:-?(?:le|be|sig))?|latin-?1|iso-8859-\d+|sha-?\d+|md5|base\d+|[rhe]s\d+|[a-z]{1,4}\d?")
_VALUE_KEYS = frozenset({"value", "default", "defaultvalue", "plaintext"})
_USER_ENDINGS = ("user", "username", "USER", "USERNAME", "User", "Username", "DB", "DATABASE", "db", "database", "login", "name")
_DIGESTING = frozenset({"verify", "digest", "hash", "genhash", "derive", "encrypt"})  # what is quoted first is the password itself
_SETTER = frozenset({"set", "with", "use", "add", "put", "password", "token", "secret", "passwd"})
_NAME_LIKE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")  # a class, a UUID
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token) (?=\S+\Z)")  # before a token, where a setting is all of a header
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPED_LINE = re.compile(r"\\[nr](?![\w/\\]).*|(?:\\[nrt])+\Z", re.DOTALL)  # the end of a line of code that is in a string
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")


def find(text: ScannedText) -> Iterator[Detection]:
    """Strings, and outside of programs also bare words, that are assigned to a name for a secret, in any syntax."""
    yield from _find_under_keys(text)
    for first, last in _names(text):
        name = text.text[first:last].strip("-.$@/")
        kind = kind_of_name(name) or kind_of_described(name)
        if kind is None or not MAY_ASSIGN.match(text.text, last) or is_drawn(name):
            continue
        for found in _values_after(text, first, last, name):
            if _is_plausible(found.value, kind) and not (text.text[found.start - 1] == "`" and _marks_names(text)):
                yield found
                break


def _marks_names(text: ScannedText) -> bool:
    """Whether no string of this language is between backticks: they are around names in comments."""
    return text.is_program and text.content_type not in _BACKTICK_STRINGS


def _names(text: ScannedText) -> Iterator[tuple[int, int]]:
    """The names that contain a word for a secret, from start to end, in order."""
    end = 0
    for at in sorted({match.start() for word in _WORDS if text.has(word.pattern) for match in word.finditer(text.lower)}):
        if at < end:
            continue
        first, lowest = at, max(at - MAX_NAME, end)
        while first > lowest and text.text[first - 1] in _NAME_CHARACTERS:
            first -= 1
        match = _NAME_END.match(text.text, at, at + MAX_NAME)
        end = match.end() if match else at
        yield first, end


def _find_under_keys(text: ScannedText) -> Iterator[Detection]:
    """Strings under keys of a document."""
    for entry in text.entries:
        name = _name_of(entry)
        kind = kind_of_name(name) if name else None
        if kind is not None and _is_plausible(entry.value, kind) and not entry.value.isdigit():
            found = _detection(entry.start, entry.end, entry.value, name)
            yield msgspec.structs.replace(found, user=_user_of(entry))


def _name_of(entry: ScalarEntry) -> str:
    """The key of a scalar; of the value of a parameter, the parameter's."""
    path = entry.path
    return path[-2] if entry.key.lower() in _VALUE_KEYS and len(path) > 1 else entry.key


def _user_of(entry: ScalarEntry) -> str:
    """The user, or the database that a service is started with, in the same mapping."""
    prefix = re.split(r"(?i)pass|pwd|secret|token", entry.key)[0]
    names = (prefix + ending for ending in _USER_ENDINGS)
    return next((user for name in names if (user := entry.sibling(name)) and user.lower() == entry.value.lower()), "")


def _values_after(text: ScannedText, first: int, last: int, name: str) -> Iterator[Detection]:
    """The values that may be assigned to the name from ``first`` to ``last``."""
    if (match := COMPARED.match(text.text, last)) is not None:
        yield from filter(_is_no_word, [_string(text, match, name)])
    elif (match := ASSIGNED.match(text.text, last)) is not None:
        yield _string(text, match, name)
    elif (match := WRAPPED.match(text.text, last)) is not None:
        yield from filter(_is_no_word, [_string(text, match, name)])
    elif (
        len(words_of(name)) > 1
        and BEGINS_LINE.search(text.text, max(first - MAX_NAME, 0), first)
        and (match := SPACED.match(text.text, last)) is not None
    ):
        yield from filter(_is_no_word, [_bare(match, name) if match["bare"] else _string(text, match, name)])
    if (match := RESULT.match(text.text, last)) is not None:
        yield from (found for found in (_string(text, match, name),) if is_drawn(found.value))
    for pattern in () if text.entries else _patterns_of_calls(text, first, name):
        if (match := pattern.match(text.text, last)) is not None:
            yield from filter(_is_no_word, [_string(text, match, name)])
    bare = BARE_SETTING if text.content_type in _SETTINGS else BARE
    if not text.is_program and (match := bare.match(text.text, last)) is not None:
        yield _bare(match, name)


def _bare(match: re.Match[str], name: str) -> Detection:
    """The value without quotes that a pattern matched."""
    start, value = match.start("bare"), _ESCAPED_LINE.sub("", match["bare"])
    return _detection(start, start + len(value), value, name)


def _patterns_of_calls(text: ScannedText, first: int, name: str) -> Iterator[re.Pattern[str]]:
    """The patterns for a value that is an argument, or the fallback of a look-up."""
    if first > 0 and text.text[first - 1] in "\"'`":
        call = CALLED_WITH.search(text.text, max(first - MAX_NAME, 0), first)
        if call and _DIGESTING.isdisjoint(words_of(call["function"])):
            yield ARGUMENT
        yield LOOKED_UP
    elif not _SETTER.isdisjoint(words_of(name.rpartition(".")[2])[:1]):
        yield CALL
    yield FALLBACK


def _is_no_word(found: Detection) -> bool:
    """Whether a value is no plain word, which names something wherever the value of a secret is not clearly expected."""
    bare = found.value.strip(" |&-")
    return len(bare) >= MIN_IN_CALL and not is_words(bare) and _TECHNICAL.fullmatch(found.value) is None


def _string(text: ScannedText, match: re.Match[str], name: str) -> Detection:
    """The literal that a pattern matched, with those that are put together with it."""
    pieces = [_content(match)]
    end = match.end()
    while len(pieces) < MAX_PIECES and text.is_program and (more := NEXT.match(text.text, end)) is not None:
        if "\n" in more[0] and not re.search(r"[+.&\\]", more[0][: more.start(more.lastgroup or 0) - more.start()]):
            break
        pieces.append(_content(more))
        end = more.end()
    value = _ESCAPE.sub(_unescape, "".join(text.text[first:last] for first, last in pieces))
    return msgspec.structs.replace(_detection(*pieces[0], value, name), more=tuple(pieces[1:]))


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _SIMPLE_ESCAPES.get(match[2], match[2])


def _content(match: re.Match[str]) -> tuple[int, int]:
    return match.span(matched_group(match, ("double", "single", "tick")))


def _detection(start: int, end: int, value: str, name: str) -> Detection:
    return Detection(start=start, end=end, rule=KEYWORD, secret_class=SecretClass.ASSIGNMENT, value=value, name=name)


def _is_plausible(value: str, kind: NameKind) -> bool:
    """Whether a value is long and irregular enough for what its name says."""
    if not value.strip() or len(value) > MAX_VALUE or "\n" in value.strip():
        return False
    if kind is NameKind.PASSWORD:
        return len(value) >= MIN_PASSWORD
    if kind is NameKind.DESCRIBED:
        return len(value) >= MIN_DESCRIBED and is_drawn(value) and _NAME_LIKE.fullmatch(value) is None
    value = _SCHEME.sub("", value)
    if kind is NameKind.SECRET:
        return (
            len(value) >= MIN_SECRET
            and " " not in value
            and (not value.replace("_", "").replace("-", "").rstrip(")]};,").isalpha() or is_random(value))
        )
    if len(value) < MIN_KEY or not is_random(value) or _NAME_LIKE.fullmatch(value) is not None:
        return False
    return not value.isalpha() or is_drawn(value)
