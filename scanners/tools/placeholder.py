"""Says of a value that was taken for a secret that it is plainly none: the word for one, a name, an example from documentation.

What is said here makes a guess weaker, it never takes one away: the finding is told all the same. It looks only at the value and
the lines around it, so a secret that is made to look like a word is told as weakly as a word is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["is_placeholder"]

PASSWORD = "Basic Auth Credentials"  # noqa: S105
KEYWORD = "Secret Keyword"
PRIVATE_KEY = "Private Key"
TOKEN = "JSON Web Token"  # noqa: S105

KEY_LINES = 8  # an encrypted key has up to three lines and an empty one before its body
_KEY_BODY = re.compile(r"[A-Za-z0-9+/]{32,}|Lines: \d")
_HEAD = re.compile(r"(?:BEGIN|PuTTY)[\w -]+-*")

_WORD = (
    r"password|passphrase|passwd|pass|pwd|pw|psw|secret|key|token|credentials?|apikey|auth|user|username|"
    r"test|testing|dummy|fake|foobar|foo|bar|baz|example|sample|placeholder|default|"
    r"none|null|nil|empty|unset|optional|required|string|str|text|data|value|true|false|hidden|masked|redacted|"
    r"changeme|change|replace|generate|random|todo:?|not|supplied|here|this|goes|"
    r"private|public|api|access|client|me|my|your|own|the|a|to|some|new|old|id|(?>x+)|(?>\*+)"
)
_WORDS_ALONE = re.compile(rf"[\s_.-]*+(?:(?:{_WORD})[\s_.-]*+)+", re.IGNORECASE)
# What such a name holds is about a secret, and not the secret: secret_from = "config", passwordField: "pw"
_ABOUT = re.compile(
    r"(?:pass|word|wd|secret|token|key|pwd)s?[_-]?(?:from|file|filename|path|name|field|label|type|ur[li]|header|prefix|suffix|param|"
    r"column|help|text|title|hint|error|message|regex|pattern|validators?|policy|algorithm|hashers?|format|env|var)"
    r"[\"'\]]*\s*(?::?=|:|=>)\s*[\"']?$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"pass|pwd|secret|token|key|credential|auth", re.IGNORECASE)
_NAMES = (
    re.compile(r"[A-Za-z]+(?:[_.-][A-Za-z]+)+"),  # snake, kebab and dotted names
    re.compile(r"[a-z]+(?:[A-Z][a-z]+)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+"),  # camel
    re.compile(r"[A-Z]+(?:_[A-Z]+)+"),
    re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z]+"),  # an action of IAM
)
_REFERENCES = (
    re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\w*:.*", re.DOTALL),
    # a path, or a page's address
    re.compile(r"(?:[a-z]+://[\w.-]+(?::\d+)?|[.~]{0,2})/(?:[A-Za-z_.-]{1,24}\d{0,3}/)*[A-Za-z_.-]{0,24}\d{0,3}"),
    re.compile(r"(?:[a-z_.-]{1,24}\d{0,3}/)+[a-z_.-]{0,24}\d{0,3}"),
)
_FILLED_IN = re.compile(r"%\(\w+\)[sd]|%[sd]|\[[A-Za-z _-]+\]")
# What is read by people starts with a capital or ends with a mark; words alone could be a passphrase.
_SENTENCE = re.compile(r"(?=[^\W\d_a-z]|.*[.:!?]$)[^\W\d_]+[,:;]?(?: [^\W\d_]['\u2019\w-]*[,:;.!?]*){2,}")
_AWS_EXAMPLE = re.compile(r"(?:AKIA|ASIA)?[A-Za-z0-9/+]*EXAMPLE(?:KEY)?")
_JWT_IO = "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lI"  # subject 1234567890, John Doe: the sample of jwt.io


def is_placeholder(kind: str, value: str, lines: Sequence[str], line: int) -> bool:
    """Whether a value that the plugin ``kind`` took for a secret in ``lines`` (``line`` counts from 1) is plainly none."""
    if kind == PRIVATE_KEY:
        return not _has_body(lines, line)
    if kind == TOKEN:
        return _JWT_IO in value
    if _AWS_EXAMPLE.fullmatch(value):
        return True
    if kind == PASSWORD:
        return _is_word(value)
    return kind == KEYWORD and (_is_word(value) or _is_name(value) or _is_about(value, lines, line))


def _is_word(value: str) -> bool:
    return len(value) <= 64 and (_WORDS_ALONE.fullmatch(value) is not None or _FILLED_IN.fullmatch(value) is not None)


def _is_name(value: str) -> bool:
    """Names, that say they are about a secret, and what refers to something; a sentence is what users read."""
    if len(value) > 256:
        return False
    if _NAMED.search(value) and any(form.fullmatch(value) for form in _NAMES):
        return True
    return any(form.fullmatch(value) for form in (*_REFERENCES, _SENTENCE))


def _is_about(value: str, lines: Sequence[str], line: int) -> bool:
    """A word of letters that is given to a name like ``secret_from``."""
    text = lines[line - 1] if line <= len(lines) else ""
    before = text[: max(text.find(value), 0)][-80:]
    return value.isalpha() and len(value) <= 24 and _ABOUT.search(before) is not None


def _has_body(lines: Sequence[str], line: int) -> bool:
    """Whether what could be a key follows its first line: code that looks for keys, and documentation, have that line alone."""
    first = lines[line - 1] if line <= len(lines) else ""
    rest = [_HEAD.split(first, maxsplit=1)[-1], *lines[line : line + KEY_LINES]]
    return any(_KEY_BODY.search(text) for text in rest)
