"""Finds credentials in HTTP headers, in code, in commands and in files of requests: ``Authorization: Bearer``, ``X-Api-Key``.

https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2, https://www.rfc-editor.org/rfc/rfc6750, https://www.rfc-editor.org/rfc/rfc7617
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.encodings import decode_credentials
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

BASIC, BEARER, KEY = "basic-authorization", "bearer-authorization", "header-key"
RULES: Mapping[str, str] = {
    BASIC: "User and password in a Basic Authorization header",
    BEARER: "Token in an Authorization header",
    KEY: "Key in an HTTP header",
}

_SEPARATOR = r"(?:\\?[\"'`]?[\])]?\s{0,8}(?::|=>|=|,)\s{0,8}(?:(?:[\w.]{1,24}\()?[frbu]?\\?[\"'`])?\s?|\\?[\"'`]?>)"
_AUTHORIZATION = LazyPattern(
    r"authorization" + _SEPARATOR + r"(?P<scheme>basic|bearer|token|apikey|api-key|key|bot|negotiate)(?:\s{1,4}|%20)"
    r"(?P<value>[\w.~+/:=|-]{4,4096})"
)
_LONE = tuple(
    (f"{scheme} ", LazyPattern(rf"(?P<scheme>{scheme})(?<=[\"'`]{scheme}) (?P<value>[\w.~+/=|-]{{16,4096}})(?=\\?[\"'`])"))
    for scheme in ("bearer", "basic")
)
_KEY = tuple(
    (word, LazyPattern(word + _SEPARATOR + r"(?P<value>[\w.~+/=|:-]{8,512})"))
    for word in ("-key", "-token", "-secret", "-password", "apikey")
)
_KEY_NAME = LazyPattern(
    r"(?<![\w-])(?:x-(?:[a-z0-9]{1,20}-){0,4}(?:api|auth|access|admin|master|functions|subscription|consumer|app|client|user|session|csrf)?"
    r"|ocp-apim-subscription|private|deploy|job|api|dd-api|dd-application|circle|rollbar-access|sec-api|subscription|xi-api|x-vault|x-)\Z"
)
_MEMBER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_HEADER_CONTEXT = LazyPattern(r"(?:-h|--header|header\w*)[\s\"'`(=:\[,\\]{1,8}\Z|^\s{0,8}\Z|[\"'`]\Z")


def find(text: ScannedText) -> Iterator[Detection]:
    """The credentials in all headers that are written out."""
    lower = text.lower
    if text.has("authorization"):
        for found in _AUTHORIZATION.finditer(lower):
            yield from _authorization(text, found)
    for word, pattern in _LONE:
        if text.has("auth") and text.has(word):
            for found in pattern.finditer(lower):
                yield from _authorization(text, found)
    for word, pattern in _KEY:
        if text.has(word):
            for found in pattern.finditer(lower):
                yield from _key(text, found, word)


def _key(text: ScannedText, found: re.Match[str], word: str) -> Iterator[Detection]:
    begin = max(text.line_start(found.start()), found.start() - 100)
    before = text.lower[begin : found.start()]
    name = _KEY_NAME.search(before) if word != "apikey" else re.search(r"(?<![\w-])(?:x-)?\Z", before)
    if name is None:
        return
    start, end = found.span("value")
    value = text.text[start:end]
    if text.is_program and _MEMBER.fullmatch(value):
        return  # an expression
    if _HEADER_CONTEXT.search(before[: name.start()]) and _looks_random(value):
        yield from detect(KEY, start, value, name=text.text[begin + name.start() : found.start() + len(word)])


def _authorization(text: ScannedText, found: re.Match[str]) -> Iterator[Detection]:
    start, end = found.span("value")
    value = text.text[start:end]
    if found["scheme"] == "basic":
        user, password = decode_credentials(value)
        if password:
            yield from detect(BASIC, start, value, value=password, name="Authorization", user=user)
    elif _looks_random(value):
        yield from detect(BEARER, start, value, name="Authorization")


def _looks_random(value: str) -> bool:
    """Whether a value is no word: long enough, and with digits or in both cases without being a name."""
    return len(value) >= 8 and (
        any(character.isdigit() for character in value)
        or (len(value) >= 20 and value.isalpha() and not (value.islower() or value.isupper()))
    )
