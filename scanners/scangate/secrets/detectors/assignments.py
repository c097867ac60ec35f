"""Values that are assigned to a name for a secret: in code, in settings, in shell commands, and under keys of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.entries import ScalarEntry
from scangate.secrets.names import NameKind, kind_of_name
from scangate.secrets.places import is_code
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_random, is_words, word_set, words_of

KEYWORD = "secret-keyword"
RULES = {KEYWORD: "Secret Keyword"}

MIN_PASSWORD, MIN_SECRET, MIN_KEY, MIN_IN_CALL = 4, 8, 16, 6  # characters
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
_MAY_ASSIGN = re.compile(r"\\?[\"'`]?[ \t]*[\])]?[ \t]*(?:[=:,(|<?!-]|[A-Za-z_][^\n]{0,60}=)")
_SPACE = r"[ \t]*+"
_STRING = (
    r"""(?:[rRbBuUfF@$]{0,2}(?:"(?P<double>(?:[^"\\\n]|\\.){0,512})"|'(?P<single>(?:[^'\\\n]|\\.){0,512})'"""
    r"""|`(?P<tick>[^`\n]{0,512})`))"""
)
_ANNOTATION = rf"(?:{_SPACE}:{_SPACE}[&A-Za-z_][\w.\[\], |?&'<>]{{0,40}}?)?"
_TYPE = r"(?:[ \t]++[A-Za-z_][\w.\[\]*]{0,30}|[ \t]*+\[\w{0,10}\]|[ \t]*+\{[ \t]*+get;[^}\n]{0,40}\})"  # Go, C, C#
_OPERATOR = r"(?:=>|:=|[=!]==?|\?\?=|\|\|=|=|:|<-)"
_ASSIGNED = re.compile(rf"(?:{_TYPE}|\\?[\"'`]?+(?:{_SPACE}[\])])?+{_ANNOTATION}){_SPACE}{_OPERATOR}(?:\s*+[(\[{{])?\s*+{_STRING}")
_ARGUMENT = re.compile(rf"[\"'`]{_SPACE},\s*+{_STRING}")
_LOOKED_UP = re.compile(rf"[\"'`]{_SPACE}[\])]{_SPACE}(?:\|\||\?\?|\?:|or\b)\s*+{_STRING}")
_CALLED_WITH = re.compile(r"\([ \t\n]{0,40}[\"'`]\Z")
_COMPARED = re.compile(rf"[\"'`]?{_SPACE}[=!]==?{_SPACE}{_STRING}")
_TECHNICAL = re.compile(r"(?i)utf-?\d+|latin-?1|iso-8859-\d+|sha-?\d+|md5|base\d+|[rhe]s\d+|[a-z]{1,4}\d?")
_CALL = re.compile(rf"\({_SPACE}{_STRING}{_SPACE}\)")
_FALLBACK = re.compile(
    rf"[\"'`]?{_SPACE}[=:]{_SPACE}[\w.$]{{1,60}}[(\[.][^\n]{{0,120}}?(?:,|\|\||\?\?|\?:|\bor\b|:-|\{{){_SPACE}{_STRING}{_SPACE}[)\]}};,]"
)
_BARE_VALUE = r"(?P<bare>[^\s\"'`#<>(){}\[\],;&|][^\s\"'`<>;&|]{2,511}+)"
_END = rf"(?={_SPACE}(?:[#;&|\\\"'`]|//|$))"
_BARE = re.compile(rf"(?:[ \t]is)?{_SPACE}(?::=|=|:(?=[ \t]|$)){_SPACE}{_BARE_VALUE}{_END}", re.MULTILINE)
_BARE_SETTING = re.compile(rf"{_SPACE}[=:]{_SPACE}{_BARE_VALUE}{_END}", re.MULTILINE)
_SETTINGS = frozenset({"ini", "dotenv", "properties"})
# A name and a value with nothing but white space between them, at the start of a line.
_SPACED = re.compile(rf"[ \t]++(?:@?{_STRING}|{_BARE_VALUE}){_SPACE}(?:#[^\n]*|/[/*][^\n]*)?$", re.MULTILINE)
_BEGINS_LINE = re.compile(r"(?:^|\n)[ \t]*(?:ENV[ \t]+|ARG[ \t]+|#[ \t]*define[ \t]+|set(?:env)?[ \t]+|-D)?\Z")
_WRAPPED = re.compile(
    rf"[\"'`]?{_ANNOTATION}{_SPACE}(?:=|:=|:){_SPACE}(?:new[ \t]+)?(?:[\w.]+(?:\.|::))?"
    r"(?:String|str|bytes|b64decode|GetBytes|getBytes|from|SecretStr|Secret|SecureString|Password|encode|of|valueOf|to_string|\[\]byte)"
    rf"\({_SPACE}{_STRING}"
)
_NEXT = re.compile(rf"(?:\s|\\\n|[+.&])*+{_STRING}")
_VALUE_KEYS = frozenset({"value", "default", "defaultvalue", "plaintext"})
_USER_ENDINGS = ("user", "username", "USER", "USERNAME", "User", "Username", "DB", "DATABASE", "db", "database", "login", "name")
_SETTER = frozenset({"set", "with", "use", "add", "put", "password", "token", "secret", "passwd"})
_NAME_LIKE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")  # a class, a UUID
_LINE_ENDS = re.compile(r"(?:\\[nrt])+\Z")
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(.)")


def find(text: ScannedText) -> Iterator[Detection]:
    """Strings, and outside of programs also bare words, that are assigned to a name for a secret, in any syntax."""
    yield from _find_under_keys(text)
    for first, last in _names(text):
        name = text.text[first:last].strip("-.$@/")
        if (kind := kind_of_name(name)) is None or not _MAY_ASSIGN.match(text.text, last):
            continue
        for found in _values_after(text, first, last, name):
            if _may_be_secret(found.value, kind):
                yield found
                break


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
        if kind is not None and _may_be_secret(entry.value, kind) and not entry.value.isdigit():
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
    if (match := _COMPARED.match(text.text, last)) is not None:
        yield from filter(_is_no_word, [_string(text, match, name)])
    elif (match := _ASSIGNED.match(text.text, last)) is not None:
        yield _string(text, match, name)
    elif (match := _WRAPPED.match(text.text, last)) is not None:
        yield from filter(_is_no_word, [_string(text, match, name)])
    elif (
        len(words_of(name)) > 1
        and _BEGINS_LINE.search(text.text, max(first - MAX_NAME, 0), first)
        and (match := _SPACED.match(text.text, last)) is not None
    ):
        yield from filter(_is_no_word, [_bare(match, name) if match["bare"] else _string(text, match, name)])
    for pattern in () if text.entries else _patterns_of_calls(text, first, name):
        if (match := pattern.match(text.text, last)) is not None:
            yield from filter(_is_no_word, [_string(text, match, name)])
    bare = _BARE_SETTING if text.content_type in _SETTINGS else _BARE
    if not is_code(text) and (match := bare.match(text.text, last)) is not None:
        yield _bare(match, name)


def _bare(match: re.Match[str], name: str) -> Detection:
    """The value without quotes that a pattern matched."""
    start, value = match.start("bare"), _LINE_ENDS.sub("", match["bare"])
    return _detection(start, start + len(value), value, name)


def _patterns_of_calls(text: ScannedText, first: int, name: str) -> Iterator[re.Pattern[str]]:
    """The patterns for a value that is an argument, or the fallback of a look-up."""
    if first > 0 and text.text[first - 1] in "\"'`":
        if _CALLED_WITH.search(text.text, max(first - MAX_NAME, 0), first):
            yield _ARGUMENT
        yield _LOOKED_UP
    elif not _SETTER.isdisjoint(words_of(name.rpartition(".")[2])[:1]):
        yield _CALL
    yield _FALLBACK


def _is_no_word(found: Detection) -> bool:
    """Whether a value is no plain word, which names something wherever the value of a secret is not clearly expected."""
    bare = found.value.strip(" |&-")
    return len(bare) >= MIN_IN_CALL and not is_words(bare) and _TECHNICAL.fullmatch(found.value) is None


def _string(text: ScannedText, match: re.Match[str], name: str) -> Detection:
    """The literal that a pattern matched, with those that are put together with it."""
    pieces = [_content(match)]
    end = match.end()
    while len(pieces) < MAX_PIECES and is_code(text) and (more := _NEXT.match(text.text, end)) is not None:
        if "\n" in more[0] and not re.search(r"[+.&\\]", more[0][: more.start(more.lastgroup or 0) - more.start()]):
            break
        pieces.append(_content(more))
        end = more.end()
    value = _ESCAPE.sub(_unescape, "".join(text.text[first:last] for first, last in pieces))
    return msgspec.structs.replace(_detection(*pieces[0], value, name), more=tuple(pieces[1:]))


def _unescape(match: re.Match[str]) -> str:
    return _SIMPLE_ESCAPES.get(match[1], match[1])


def _content(match: re.Match[str]) -> tuple[int, int]:
    return next(match.span(group) for group in ("double", "single", "tick") if match[group] is not None)


def _detection(start: int, end: int, value: str, name: str) -> Detection:
    return Detection(start=start, end=end, rule=KEYWORD, secret_class=SecretClass.ASSIGNMENT, value=value, name=name)


def _may_be_secret(value: str, kind: NameKind) -> bool:
    """Whether a value is long and irregular enough for what its name says."""
    if not value.strip() or len(value) > MAX_VALUE or "\n" in value.strip():
        return False
    if kind is NameKind.PASSWORD:
        return len(value) >= MIN_PASSWORD
    if kind is NameKind.SECRET:
        return (
            len(value) >= MIN_SECRET
            and " " not in value
            and (not value.replace("_", "").replace("-", "").isalpha() or is_random(value))
        )
    return len(value) >= MIN_KEY and is_random(value) and _NAME_LIKE.fullmatch(value) is None
