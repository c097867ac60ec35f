"""Finds passwords in .netrc files: ``machine host login user password pw``.

https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

RULE = "netrc-password"
RULES: Mapping[str, str] = {RULE: "Password in a .netrc file"}

# Each begins with its word, which is searched for many times faster than a pattern that begins with what is not before it.
_MACHINE = LazyPattern(r"machine(?<![\w-]machine)\s{1,20}(?P<host>[^\s\"'`]{1,200})(?=\s)")
_DEFAULT = LazyPattern(r"default(?<![\w-]default)(?P<host>)(?=\s)")
_FIELD = LazyPattern(
    r"\s{1,20}(?P<name>login|user|account|password|passwd)\s{1,20}(?P<value>\"[^\"\n]{1,256}\"|[^\s\"'`\\]{1,256})"
)


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords of all machines, also in a script that writes the file."""
    if not text.has("passw") or (not text.has("machine", "default")):
        return
    for pattern in (_MACHINE, _DEFAULT):
        for machine in pattern.finditer(text.text):
            yield from _fields(text.text, machine)


def _fields(text: str, machine: re.Match[str]) -> Iterator[Detection]:
    at, fields = machine.end(), dict[str, re.Match[str]]()
    while (field := _FIELD.match(text, at)) and len(fields) < 4:
        fields[field["name"]] = field
        at = field.end()
    password = fields.get("password") or fields.get("passwd")
    user = fields.get("login") or fields.get("user")
    if password and user:
        quotes = password["value"].startswith('"')
        written = password["value"].strip('"')
        yield from detect(RULE, password.start("value") + quotes, written, user=user["value"], host=machine["host"] or "")
