"""Finds passwords in URLs: before the host (``redis://:pw@host``) and in the query (``?password=pw``).

https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.names import is_password_name
from scangate.secrets.text import ScannedText

IN_AUTHORITY, IN_QUERY = "url-password", "url-query-password"
RULES: Mapping[str, str] = {IN_AUTHORITY: "Password in a URL", IN_QUERY: "Password in the query of a URL"}

MAX_LENGTH = 640
MIN_TOKEN = 12
_SLASHES = (LazyPattern(r"://(?<=\w://)"), LazyPattern(r":\\/\\/(?<=\w:\\/\\/)"))
_CREDENTIALS = LazyPattern(r"(?P<user>[^\s:/?#@\"'`<>\\()\[\],;|]{0,128}):(?P<rest>[^\s\"'`<>\\]{2,512})")
_HOST = LazyPattern(r"(?:[A-Za-z0-9*_](?:[\w.*-]*)|\[[0-9A-Fa-f:.%]+\]|[$%{].+|/.*)?(?::[\d$%{*\[][^,\s]*)?(?:,\S*)?")
_AUTHORITY_END = LazyPattern(r"[/?#]")
_PORT = LazyPattern(r"(?:\d{1,5}|\$?\{\w+\}|port)(?:[/?#]|\Z)", re.IGNORECASE)
_HOST_AHEAD = LazyPattern(r"(?:[\w-]+\.)+[\w-]+(?::\d+)?(?:/|\Z)|localhost\b|[\w-]+:\d+(?:/|\Z)")
_PARAMETERS = tuple(
    (word, LazyPattern(rf"{expression}=(?P<value>[^&\s\"'`<>#;,)\\]{{2,256}})"))
    for word, expression in (
        ("pass", "pass(?:word|wd|phrase)?"),
        ("pwd=", "pwd"),
        ("secret=", "secret"),
        ("key=", "key(?:(?<=api_key)|(?<=apikey)|(?<=access_key)|(?<=auth_key))"),
        ("token=", "token(?:(?<=access_token)|(?<=auth_token)|(?<=api_token)|(?<=private_token))"),
    )
)
_PARAMETER_START = LazyPattern(r"(?:[?&;]|&amp;)([a-z_.-]{0,24})\Z", re.IGNORECASE)
_TOKEN_MARKS = frozenset({"x-oauth-basic", "x-oauth-token"})  # the user is a token
_BEFORE_URLS = " \t\n\"'`<>"


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords in all URLs; several on a line."""
    if not text.has("://", ":\\/\\/"):
        return
    if "@" in text.text:
        for pattern in _SLASHES:
            for slashes in pattern.finditer(text.text):
                if text.text.find("@", slashes.end(), slashes.end() + MAX_LENGTH) >= 0:
                    yield from _in_authority(text.text, slashes.end())
    for word, parameter in _PARAMETERS:
        if text.has(word):
            for found in parameter.finditer(text.lower):
                yield from _in_query(text.text, found)


def _in_authority(text: str, start: int) -> Iterator[Detection]:
    match = _CREDENTIALS.match(text, start, start + MAX_LENGTH)
    if match is None or "@" not in match["rest"]:
        return
    rest = match["rest"]
    end = _AUTHORITY_END.search(rest)
    password, at, host = rest[: end.start() if end else None].rpartition("@")
    if end and not at and not _PORT.match(rest):  # a slash or a question mark in the password, which should be encoded
        password, at, host = rest.partition("@")
        at = at if _HOST_AHEAD.match(host) else ""
        host = _AUTHORITY_END.split(host, maxsplit=1)[0]
    if password in _TOKEN_MARKS:  # https://docs.github.com/en/get-started/git-basics/about-remote-repositories
        yield from detect(IN_AUTHORITY, match.start("user"), match["user"], host=_bare(host))
    elif at and _HOST.fullmatch(host):
        # https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2: none is this machine; in code it may follow the text
        host = host or ("localhost" if end else "")
        yield from detect(
            IN_AUTHORITY, match.start("rest"), password, value=unquote(password), user=unquote(match["user"]), host=_bare(host)
        )


def _bare(host: str) -> str:
    """The host without its port."""
    return host if host.startswith("[") or host.count(":") != 1 else host.partition(":")[0]


def _in_query(text: str, found: re.Match[str]) -> Iterator[Detection]:
    before = text[max(0, found.start() - MAX_LENGTH) : found.start()]
    parameter = _PARAMETER_START.search(before[-32:])
    url = before[max(map(before.rfind, _BEFORE_URLS)) + 1 :] if parameter else ""
    at = url.rfind("://")
    if parameter is None or at < 0:
        return
    start, end = found.span("value")
    value = text[start:end]
    name = parameter[1] + text[found.start() : start - 1]
    if not is_password_name(name) and (len(value) < MIN_TOKEN or value.isalpha()):
        return
    host = re.split(r"[/?#;]", url[at + 3 :].rpartition("@")[2], maxsplit=1)[0]
    yield from detect(IN_QUERY, start, value, value=unquote(value), name=name, host=_bare(host))
