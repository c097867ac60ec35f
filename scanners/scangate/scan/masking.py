"""Masks what looks like a secret in text, whether a scanner reported it or not."""

from __future__ import annotations

import functools
import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from scangate.scan.language_families import Family, family_of
from scangate.scan.literals import KEY_BEGIN, KEY_END, SourceText, url_password_end
from scangate.scan.secret_values import is_plain_word, is_unguessable
from scangate.secrets.names import is_about_secret
from scangate.secrets.tokens.matching import find_token_ranges
from scangate.secrets.values import words_of

MASK = "***"
# Every repetition below is possessive, atomic or bounded, so that matching is linear for hostile lines too.
_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credentials?|authorization|bearer|signature)"
)
_LITERAL = r"""(?>[bruf]{0,2})(?:"(?:[^"\\]|\\.)*+"?+|'(?:[^'\\]|\\.)*+'?+|`[^`]*+`?+)"""
_LITERALS = rf"{_LITERAL}(?:\s*+(?:\+|\.|\bor\b|\|\||\?\?)?+\s*+{_LITERAL})*+"
_ASSIGNED = re.compile(
    rf"(?i)(?P<name>(?<![\w.-])(?>[\w.-]*?{_NAME})[\w.-]*+[\"'`\]]*+\s*+(?:=>|:=|==|!=|=|:)(?!=)\s*+\(?+)"
    rf"(?:(?P<literals>{_LITERALS})|(?P<bare>[^\s\"'`,;]{{3,}}+))"
)
_IN_QUOTES = re.compile(r"""(?P<quote>["'`])(?:(?!(?P=quote))[^\\]|\\.)++(?P=quote)?+""")
# What refers to a value: a call, an item, a constant, a variable of a shell or a template.
_REFERENCE = re.compile(
    r"(?i)[a-z_][\w.]*+[(\[]|(?:true|false|none|null|nil|yes|no|on|off)\Z|\$[\w({]|\{\{|%\(|<|!|&\w|\*"
    r"|(?:basic|bearer|digest|negotiate)\Z"
)
_PLACEHOLDER = re.compile(r"%s|%\(\w+\)s|\?|:\w+|\$\w+|@\w+|\$?\{[\w.\[\]()!:]*\}")
_NUMBER = re.compile(r"[+-]?\d[\d_]{0,11}(?:\.\d{1,6})?(?:ms|[smhd])?", re.ASCII)
_SWITCH = re.compile(r"(?i)true|false|none|null|nil|undefined")
_ATTRIBUTE = re.compile(r"[A-Za-z_$]\w*+(?:\.[A-Za-z_$]\w*+)++", re.ASCII)
_TYPE = re.compile(r"str|string|String|bytes|int|number|bool|boolean|SecretStr")
_CLOSERS = ")]};,"
_COUNTED = frozenset({"tokens", "passwords", "secrets", "keys"})
# A string in a line: an apostrophe in a word opens none.
_STRING = re.compile(r"""(?<![\w"'\\])[bBrRuUfF]{0,2}(?P<quote>["'`])(?P<content>(?:(?!(?P=quote))[^\\]|\\.)*+)(?P=quote)""")
_REST_OF_LINE = re.compile(r"[^\n]*?(?=\s+#|\s*\Z)")
_FLAG = re.compile(rf"(?i)((?:(?<![\w-])--(?>[\w-]*?{_NAME})[\w-]*+|^\s*+(?:ENV|ARG)\s++(?>\w*?{_NAME})\w*+)[\s=]++)([^\s\"'`]+)")
# The part of a command or a header that is a credential: in text, and in strings of code.
_CREDENTIALS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?i)(\bauthorization[\"'`\]\\]{0,3}\s*+[:=,]\s*+[\"'`]?+(?:basic|bearer|digest|token)\s++)([^\s\"'`\\]++)",
        r"(\bcurl\s(?:[^\n|;&]{0,500}?\s)?(?:-u|--user|--proxy-user)[\s=]*+[\"'\\]*+[^\s:\"'`]++:)([^\s\"'`\\]++)",
        r"(\bsshpass\s++-p\s*+[\"'\\]*+)([^\s\"'`\\]++)",
        r"(://)([^\s/:@\"'`<>\[\]]{8,256}+)(?=@[\w\[])",
        r"(?i)(\b(?:password|passphrase|passwd|pw|pwd|token|secret|key)\s++(?:is|was)\s++[\"'`]?+)([^\s\"'`]++)",
    )
)
_VARIABLE = re.compile(
    r"(?<![\w$.-])([A-Z0-9_]{0,40}(?:PASSWORD|PASSWD|PWD|PASSPHRASE|TOKEN|SECRET|API_?KEY|ACCESS_?KEY)[A-Z0-9_]{0,40}=)"
    r"([^\s\"'`\\;&|,()]++)"
)
_AFTER_OPTION = re.compile(r"(?i)\s(?:-p|basic|bearer|digest|token)\s+[\"']?\Z")
_SHORT_NAME = re.compile(r"(?i)(?<![\w.-])(pw\s*+[:=]\s*+)([^\s\"'`,;]{3,}+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PATH_PIECE = re.compile(r"[A-Za-z0-9+_-]{12,}")
_FILE_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{1,4}(?![\w.-]{0,64}[A-Z0-9]{6})")
_IN_URL = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z0-9+.-]++://[^\s/:@]*+:(?=[^\s/])")
_FOLDED_URL = re.compile(r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]++):/(?=[^\s/])(?=[^\s/:@]*+[:@])")
_URL_USER = re.compile(r"(?i)(?<![a-z0-9+.-])(https?://)[^\s/:@]++(?=@)")
_URL_QUERY = re.compile(rf"(?i)((?<=[?&])[\w.-]{{0,80}}?{_NAME}[\w.-]{{0,80}}+=)[^\s&#'\"]++")
_TOKEN = re.compile(r"[A-Za-z0-9+_-]{16,}+={0,2}")
_LONG_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{32,}+={0,2}")  # base64 has slashes, like paths
_KEY_BLOCK = re.compile(rf"{KEY_BEGIN.pattern}(?s:.*?)(?:{KEY_END.pattern}|\Z)")
# Recognisable without a scanner: GitHub, AWS, Slack, Stripe, JSON web tokens.
_PROVIDER_TOKEN = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[a-z]-[\w-]{10,}|[sr]k_(?:live|test)_\w{16,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
)
_QUOTED = re.compile(r"(?P<quote>[\"'`])(?P<value>[^\"'`\s]{6,}+)(?P=quote)")
_ASSIGNED_NAME = re.compile(r"(?<![\w.-])([\w.-]++)[\"'`\]]*+[=>:(,\s]*+\Z")
_VERSION = re.compile(r"\d+(?:\.\d+)+")
NOT_IN_WORD = re.compile(r"[^A-Za-z0-9]+")
_LAST_WORD = re.compile(r"(?<!\S)\S++\Z")
_FIRST_WORD = re.compile(r"\A\S++")
MAX_NAME_LENGTH = 200
MIN_TOKEN_LENGTH = 20
_MIXED = re.compile(r"(?=[^a-z]*+[a-z])(?=[^A-Z]*+[A-Z])(?=[^0-9]*+[0-9])")


def mask_ranges(line: str, ranges: Iterable[tuple[int, int]]) -> str:
    """``line`` with each of the sorted ranges replaced by MASK; adjacent and overlapping ranges become one."""
    parts: list[str] = []
    at, masked = 0, False
    for start, end in ranges:
        if start > at or not masked:
            parts += [line[at:start], MASK]
        at, masked = max(at, end), True
    return "".join([*parts, line[at:]])


@functools.lru_cache(maxsize=4096)  # several scanners report the same line
def mask_suspicious(text: str, path: str = "") -> str:
    """``text`` without anything that looks like a secret, whether a scanner reported it or not.

    ``path``: of the file that the text is a line of. In code only literals are masked, never names.
    """
    family = family_of(path)
    text = mask_tokens(_KEY_BLOCK.sub(MASK, text))
    text = _FLAG.sub(lambda match: match[0] if _is_no_value(match[1], match[2]) else match[1] + MASK, text)
    text = _mask_credentials(text, family)
    text = _mask_assigned(text, family)
    text = _QUOTED.sub(_mask_random, text)
    return mask_ranges(text, list(_random_tokens(text, path)))


def cut_text(text: str, length: int) -> str:
    """The first ``length`` characters, without a word at the cut: it might be a piece of a secret, which nothing recognizes."""
    return text if len(text) <= length else _LAST_WORD.sub("", text[:length])


def cut_start(text: str, start: int) -> str:
    """``text`` from the character ``start`` on, without a word at the cut, as `cut_text`."""
    return text if start <= 0 else _FIRST_WORD.sub("", text[start:]).lstrip()


def _mask_credentials(text: str, family: Family) -> str:
    """``text`` without the credentials of commands and headers."""
    for pattern in _CREDENTIALS:
        text = pattern.sub(_mask_credential, text)
    comment = _comment_start(text, family)
    text = text[:comment] + _SHORT_NAME.sub(
        lambda match: match[0] if _refers_to_value(match[2], in_code=family.is_code) else match[1] + MASK, text[comment:]
    )
    if not family.is_code:
        return text
    return _STRING.sub(lambda string: _VARIABLE.sub(_mask_credential, string[0]), text) if "=" in text else text


def _mask_credential(match: re.Match[str]) -> str:
    is_word = match[1].endswith("://") or match[1].rstrip("\"'`")[-1:].isspace()
    is_prose = is_word and not _AFTER_OPTION.search(match[1]) and is_plain_word(match[2].rstrip(".,;:!?)"))
    return match[0] if is_prose or _refers_to_value(match[2]) else match[1] + MASK


def _refers_to_value(text: str, *, in_code: bool = False) -> bool:
    """``in_code``: in a comment of code, where words and names often follow."""
    is_name = in_code and all(map(is_plain_word, text.rstrip(".,;:!?)").split(".")))
    return bool(is_name or _REFERENCE.match(text) or _PLACEHOLDER.fullmatch(text))


def _comment_start(text: str, family: Family) -> int:
    """Where values without quotes may be: in code, from the first comment on."""
    if not family.is_code:
        return 0
    return next((match.start() for match in family.tokens.finditer(text) if match.start(1) >= 0), len(text))


def _mask_random(match: re.Match[str]) -> str:
    """A string that looks random; of a path, a URL or the name of a file, the parts that cannot be names."""
    value, quote = match["value"], match["quote"]
    if not _looks_random(value) or _COMMIT.fullmatch(value):
        return match[0]
    if "://" in value or (_has_word(value) and ("/" in value or _FILE_SUFFIX.search(value))):
        return quote + _PATH_PIECE.sub(lambda piece: MASK if _has_unguessable(piece[0]) else piece[0], value) + quote
    return f"{quote}{MASK}{quote}"


def _has_word(value: str) -> bool:
    return any(len(word) >= 3 and word.isalpha() and word.islower() for word in NOT_IN_WORD.split(value))


def _has_unguessable(name: str) -> bool:
    """Whether a part of a name cannot be a word, a number or a commit."""
    words = (word for word in NOT_IN_WORD.split(name) if not _COMMIT.fullmatch(word))
    return any(is_unguessable(word) or (len(word) >= MIN_TOKEN_LENGTH and _MIXED.match(word)) for word in words)


def _is_part_of_path(text: str, start: int, end: int) -> bool:
    """Whether a range is a step of a path or the name of a file."""
    after = text[end : end + 1]
    return after != "@" and (text[start - 1 : start] == "/" or after == "/" or _FILE_SUFFIX.match(text, end) is not None)


def _random_tokens(text: str, path: str) -> Iterator[tuple[int, int]]:
    found = [match for pattern in (_LONG_TOKEN, _TOKEN) for match in pattern.finditer(text) if _looks_random(match[0])]
    source = SourceText(path, [text]) if found and family_of(path).is_code else None
    for match in sorted(found, key=re.Match.span):
        is_name = source is not None and source.is_name(*match.span())
        if match.re is _TOKEN and not _has_unguessable(match[0]) and _is_part_of_path(text, *match.span()):
            continue
        if not is_name and not _COMMIT.fullmatch(match[0]) and not (match.re is _LONG_TOKEN and _looks_like_path(match[0])):
            yield match.span()


def _url_passwords(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while match := _IN_URL.search(text, at):
        end = url_password_end(text, match.end())
        if end is not None:
            yield match.end(), end
        at = end or match.end()


def _mask_assigned(text: str, family: Family) -> str:
    """``text`` with what is assigned to names like ``password`` masked; quotes and operators stay."""
    comment = _comment_start(text, family)
    strings = [match.span("content") for match in _STRING.finditer(text)]
    parts, at = [], 0
    while found := _ASSIGNED.search(text, at):
        match = _within_string(found, text, strings)
        if match is None or _is_image(match, text):
            end = found.end("name")
            parts.append(text[at:end])
            at = end
            continue
        end = match.end()
        parts.append(text[at : match.end("name")])
        if match["literals"] is not None:
            parts.append(_mask_literals(match["name"], match["literals"]))
        elif (
            match.start() < comment
            or _refers_to_value(match["bare"], in_code=family.is_code)
            or _is_no_value(match["name"], _whole_value(match, text, family))
        ):
            parts.append(match["bare"])
        else:
            end = _value_end(match, text, family)
            parts.append(MASK)
        at = end
    return "".join([*parts, text[at:]])


def _value_end(match: re.Match[str], text: str, family: Family) -> int:
    """Where a value without quotes may end."""
    rest = _REST_OF_LINE.match(text, match.start("bare")) if family.takes_line and "{" not in text[: match.start()] else None
    return max(match.end(), rest.end() if rest is not None else 0)


def _whole_value(match: re.Match[str], text: str, family: Family) -> str:
    """A value without quotes; in a call and in a signature it is one word."""
    return match["bare"] if "(" in text[: match.start()] else text[match.start("bare") : _value_end(match, text, family)]


def _within_string(match: re.Match[str], text: str, strings: Sequence[tuple[int, int]]) -> re.Match[str] | None:
    """An assignment, ended where the string ends that contains it; None if its value is not in that string.

    A word right after the string shows that it is none, but the code between two of them: then the assignment stays as it is.
    """
    index = bisect_right(strings, (match.end("name"), sys.maxsize)) - 1
    start, end = strings[index] if index >= 0 else (0, 0)
    if not (start <= match.start() and match.end("name") <= end) or text[end + 1 : end + 2].isalnum():
        return match
    return _ASSIGNED.match(text, match.start(), end)


def _is_image(match: re.Match[str], text: str) -> bool:
    """Whether the name is a step of a path with a tag: ``team/password-service:latest``."""
    return text[match.start() - 1 : match.start()] == "/" and match["name"].endswith(":")


def _is_no_value(name: str, text: str) -> bool:
    """Whether what is assigned to ``name`` is a setting and no secret: a switch, a type, an attribute of that name, or a number or
    a word where the name is about secrets or counts them (``token_type: bearer``, ``max_tokens: 4096``).

    ``name``: with whatever is between it and the text.
    """
    is_annotation = name.rstrip().endswith(":")
    name, value = _bare_name(name), text.rstrip(_CLOSERS)
    if _SWITCH.fullmatch(value) or (is_annotation and _TYPE.fullmatch(value)):
        return True
    if _ATTRIBUTE.fullmatch(value):
        return value.rpartition(".")[2].casefold() == name.rpartition(".")[2].casefold()
    if is_about_secret(name):
        return _NUMBER.fullmatch(value) is not None or is_plain_word(value)
    return not _COUNTED.isdisjoint(words_of(name)[-1:]) and _NUMBER.fullmatch(value) is not None


def _mask_literals(name: str, literals: str) -> str:
    """Literals that are assigned to ``name`` without their content."""
    is_setting = is_about_secret(_bare_name(name)) and is_plain_word(literals.strip("\"'`"))
    return literals if is_setting else _IN_QUOTES.sub(_mask_in_quotes, literals)


def _bare_name(text: str) -> str:
    """A name without quotes and signs of assignment after it."""
    return text.rstrip(" \t!=:>([])\"'`")


def _mask_in_quotes(match: re.Match[str]) -> str:
    quote = match["quote"]
    if _PLACEHOLDER.fullmatch(match[0][1:].removesuffix(quote)):
        return match[0]
    return f"{quote}{MASK}{quote if len(match[0]) > 1 and match[0].endswith(quote) else ''}"


def mask_tokens(text: str) -> str:
    """``text`` without what is a secret by its form alone: tokens of known formats, and passwords in URLs."""
    text = mask_ranges(text, _url_passwords(text)) if "://" in text else text
    text = _PROVIDER_TOKEN.sub(MASK, text)
    return mask_ranges(text, find_token_ranges(text))


def mask_arguments(text: str) -> str:
    """A message without the credentials of URLs that were given as arguments, also where a path made one slash of two."""
    if ":/" not in text:
        return mask_tokens(text)
    text = _URL_USER.sub(rf"\1{MASK}", mask_tokens(_FOLDED_URL.sub(r"\1://", text)))
    return _URL_QUERY.sub(rf"\1{MASK}", text)


def _looks_like_path(value: str) -> bool:
    return any(len(step) >= 3 and step.isalpha() and step.islower() for step in value.split("/"))


def assigned_name(line: str) -> str:
    """The name that a line assigns the masked secret to (``db_password`` in ``db_password: ***``), or an empty string."""
    before = line.partition(MASK)[0][-MAX_NAME_LENGTH:].rstrip(" \t\"'`({[bruf")
    match = _ASSIGNED_NAME.search(before)
    return match[1] if match else ""


def _looks_random(value: str) -> bool:
    value = _VERSION.sub("", value)  # a requirement is no secret
    digits = sum(letter.isdigit() for letter in value)
    letters = sum(letter.isalpha() for letter in value)
    mixed = value.upper() != value and value.lower() != value
    return letters >= 3 and (digits >= 3 or (digits >= 1 and mixed and len(value) >= 12))
