"""The address of a repository: a path or a git URL, with its credentials kept out of everything that is printed."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec

PROTOCOLS = ("https", "ssh", "file")
MASK = "***"
MIN_CREDENTIAL_LENGTH = 4  # redacting shorter text would garble everything

_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
_SCP_ADDRESS = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:]+):(?P<path>[^/:-].*|/.*)")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://")


class SecretText:
    """Text that no log, traceback or representation contains."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def __repr__(self) -> str:
        return MASK if self._text else "''"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> tuple[type[SecretText], tuple[str]]:
        return (SecretText, (self._text,))

    def reveal(self) -> str:
        """Return the text."""
        return self._text


class RepositoryAddress(msgspec.Struct, frozen=True):
    """``protocol`` is empty for a path. ``url`` has no credentials; ``credentials`` are ``user:password``."""

    protocol: str
    url: str
    credentials: SecretText = SecretText()

    @property
    def display(self) -> str:
        """The address for printing: credentials are masked."""
        return self.url.replace("://", f"://{MASK}@", 1) if self.credentials else self.url

    @property
    def authorization_header(self) -> str:
        """The HTTP header with the credentials, empty if there are none."""
        if not self.credentials:
            return ""
        return "Authorization: Basic " + base64.b64encode(self.credentials.reveal().encode()).decode("ascii")

    def redact(self, text: str) -> str:
        """Return ``text`` without the credentials, in any form that a server or a tool may have echoed."""
        for secret in sorted(set(self._credential_forms()), key=len, reverse=True):
            text = text.replace(secret, MASK) if len(secret) >= MIN_CREDENTIAL_LENGTH else text
        return text

    def _credential_forms(self) -> Iterator[str]:
        if self.credentials:
            login = self.credentials.reveal()
            yield self.authorization_header.rpartition(" ")[2]
            for each in (login, *login.split(":", 1)):
                yield from (each, quote(each), quote(each, safe=""))


def parse_address(text: str, base: Path) -> RepositoryAddress:
    """Parse an address; a path is relative to ``base``. Raises ValueError, whose message contains no credentials."""
    if not text or text.startswith("-"):
        raise ValueError("a repository's address must not be empty or start with `-`")
    if not text.isprintable():
        raise ValueError("a repository's address must not contain control characters")
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return _parse_url(text, scheme["scheme"].lower())
    if "::" in text.partition("/")[0]:
        raise ValueError(f"git's remote helpers (`{text.partition('::')[0]}::`) start programs: use https, ssh or file")
    copied = _SCP_ADDRESS.fullmatch(text)
    if copied is not None:
        return _parse_scp(text, copied["user"] or "", copied["host"])
    if ":" in text.partition("/")[0]:
        raise ValueError("neither a git URL nor a path; start a path that contains a colon with ./")
    return RepositoryAddress("", str((base / Path(text).expanduser()).absolute()))


def _parse_url(text: str, scheme: str) -> RepositoryAddress:
    if scheme not in PROTOCOLS:
        raise ValueError(f"unsupported protocol `{scheme}`: use {', '.join(PROTOCOLS)}")
    parts = urlsplit(text)
    if parts.query or parts.fragment or "\\" in text or " " in text:
        raise ValueError("a repository's address must not contain a query, fragment, space or backslash")
    if scheme == "file":
        if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
            raise ValueError("a file URL needs an absolute path: file:///srv/repositories/one.git")
        return RepositoryAddress("file", urlunsplit(("file", "", parts.path, "", "")))
    userinfo, _, place = parts.netloc.rpartition("@")
    _check_host(place)
    if not parts.path.strip("/"):
        raise ValueError("the address has a host and no repository")
    if scheme == "ssh":
        _check_user(userinfo)
        return RepositoryAddress("ssh", urlunsplit(("ssh", parts.netloc, parts.path, "", "")))
    login = unquote(userinfo) if ":" in userinfo or not userinfo else f"{unquote(userinfo)}:"
    return RepositoryAddress("https", urlunsplit(("https", place, parts.path, "", "")), SecretText(login))


def _parse_scp(text: str, user: str, host: str) -> RepositoryAddress:
    _check_host(host)
    _check_user(user)
    return RepositoryAddress("ssh", text)


def _check_host(host: str) -> None:
    match = _HOST_AND_PORT.fullmatch(host)
    if match is None or (match["port"] is not None and not 0 < int(match["port"]) < 65536):
        raise ValueError("the address has no valid host")


def _check_user(user: str) -> None:
    if ":" in user:
        raise ValueError("an ssh address must not contain a password: use a key")
    if user and not _USER.fullmatch(user):
        raise ValueError("the address has no valid user")
