"""Where a repository is: a path or a git URL of a known kind, its credentials held apart from all that is ever shown."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec

__all__ = ["PROTOCOLS", "Address", "Secret", "parse"]

PROTOCOLS = ("https", "ssh", "file")
MASK = "***"
SHORTEST = 4  # what is shorter is no credential, and to take it out would spoil every text

_PLACE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
_SCP = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:]+):(?P<path>[^/:-].*|/.*)")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://")


class Secret:
    """A text that no log, traceback or representation shows; ``reveal`` is for the program that needs it."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def __repr__(self) -> str:
        return MASK if self._text else "''"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return (Secret, (self._text,))

    def reveal(self) -> str:
        """The text itself."""
        return self._text


class Address(msgspec.Struct, frozen=True):
    """A repository's place. ``protocol`` is empty for a path; ``url`` has no credentials in it; ``login`` is ``user:password``."""

    protocol: str
    url: str
    login: Secret = Secret()

    @property
    def shown(self) -> str:
        """The address as it may be printed: that there are credentials, and not one character of them."""
        return self.url.replace("://", f"://{MASK}@", 1) if self.login else self.url

    @property
    def header(self) -> str:
        """The HTTP header that carries the credentials, empty where there are none."""
        if not self.login:
            return ""
        return "Authorization: Basic " + base64.b64encode(self.login.reveal().encode()).decode("ascii")

    def scrub(self, text: str) -> str:
        """``text`` without the credentials, in whatever form a server or a tool may have echoed them."""
        for secret in sorted(set(self._forms()), key=len, reverse=True):
            text = text.replace(secret, MASK) if len(secret) >= SHORTEST else text
        return text

    def _forms(self) -> Iterator[str]:
        if self.login:
            login = self.login.reveal()
            yield self.header.rpartition(" ")[2]
            for each in (login, *login.split(":", 1)):
                yield from (each, quote(each), quote(each, safe=""))


def parse(text: str, base: Path) -> Address:
    """``text`` as an address, a path relative to ``base``. ValueError for what is none; its message quotes no credentials."""
    if not text or text.startswith("-"):
        raise ValueError("a repository's address may not be empty or begin with `-`")
    if any(not sign.isprintable() for sign in text):
        raise ValueError("a repository's address may not hold control characters")
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return _url(text, scheme["scheme"].lower())
    if "::" in text.partition("/")[0]:
        raise ValueError(f"git's remote helpers (`{text.partition('::')[0]}::`) start programs: use https, ssh or file")
    copied = _SCP.fullmatch(text)
    if copied is not None:
        return _scp(text, copied["user"] or "", copied["host"])
    if ":" in text.partition("/")[0]:
        raise ValueError("neither the address of a host's repository nor a path; a path with a colon begins with ./")
    return Address("", str((base / Path(text).expanduser()).absolute()))


def _url(text: str, scheme: str) -> Address:
    if scheme not in PROTOCOLS:
        raise ValueError(f"`{scheme}` is not a protocol that repositories are fetched by: use {', '.join(PROTOCOLS)}")
    parts = urlsplit(text)
    if parts.query or parts.fragment or "\\" in text or " " in text:
        raise ValueError("a repository's address has no query, fragment, space or backslash")
    if scheme == "file":
        if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
            raise ValueError("a file address names an absolute path: file:///srv/repositories/one.git")
        return Address("file", urlunsplit(("file", "", parts.path, "", "")))
    userinfo, _, place = parts.netloc.rpartition("@")
    _check_host(place)
    if not parts.path.strip("/"):
        raise ValueError("the address names a host and no repository")
    if scheme == "ssh":
        _check_user(userinfo)
        return Address("ssh", urlunsplit(("ssh", parts.netloc, parts.path, "", "")))
    login = unquote(userinfo) if ":" in userinfo or not userinfo else f"{unquote(userinfo)}:"
    return Address("https", urlunsplit(("https", place, parts.path, "", "")), Secret(login))


def _scp(text: str, user: str, host: str) -> Address:
    _check_host(host)
    _check_user(user)
    return Address("ssh", text)


def _check_host(place: str) -> None:
    match = _PLACE.fullmatch(place)
    if match is None or (match["port"] is not None and not 0 < int(match["port"]) < 65536):
        raise ValueError("the address names no host that can be")


def _check_user(user: str) -> None:
    if ":" in user:
        raise ValueError("ssh takes no password in an address: use a key")
    if user and not _USER.fullmatch(user):
        raise ValueError("the address names no user that can be")
