"""Finds passwords in settings that have a user and a host as well: SFTP extensions, databases, mail, registries, robots.

A mapping with ``password`` next to ``user`` or ``host`` is a login by its structure, whichever program reads it: sftp-config.json,
.ftpconfig, .remote-sync.json, database.yml, auth.json of Composer, Robo 3T, Django's and Spring's settings in YAML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.entries import ScalarEntry
from scangate.secrets.names import is_password_name
from scangate.secrets.text import ScannedText

RULE = "login-password"
RULES: Mapping[str, str] = {RULE: "Password of a login"}

_WORDS = ("pass", "pwd")
_USER_KEYS = (
    "user",
    "username",
    "login",
    "user_name",
    "userName",
    "USER",
    "Username",
    "UserName",
    "email",
    "user-name",
    "account",
    "usuario",
)
_HOST_KEYS = (
    "host",
    "hostname",
    "server",
    "HOST",
    "Host",
    "Server",
    "url",
    "address",
    "endpoint",
    "serverName",
    "jdbc-url",
    "registry",
    "server_address",
)


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords next to which a user or a host is named, in the same mapping."""
    if not text.is_document or not text.has(*_WORDS):
        return
    for entry in text.entries:
        if is_password_name(entry.key) and not entry.tag:
            user, host = _first(entry, _USER_KEYS), _first(entry, _HOST_KEYS)
            if (user or host) and _is_login(entry.value, user, host):
                written = text.text[entry.start : entry.end]
                yield from detect(RULE, entry.start, written, value=entry.value, name=entry.key, user=user, host=host)


def _is_login(password: str, user: str, host: str) -> bool:
    """Whether the three are values, not the labels of a form or their types in a schema."""
    return "\n" not in password.strip() and " " not in user.strip() and " " not in host.strip() and not (password == user == host)


def _first(entry: ScalarEntry, keys: tuple[str, ...]) -> str:
    return next((found for key in keys if (found := entry.sibling(key))), "")
