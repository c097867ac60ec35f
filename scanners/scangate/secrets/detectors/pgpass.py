"""Finds passwords in .pgpass files: ``host:port:database:user:password``.

https://www.postgresql.org/docs/current/libpq-pgpass.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

RULE = "pgpass-password"
RULES: Mapping[str, str] = {RULE: "Password in a .pgpass file"}

_FIELD = r"(?:[^:\s\\\"'=,;(){}<>]|\\.)"
_LINE = LazyPattern(
    rf"(?:^|[\"'`])(?P<host>\*|{_FIELD}{{1,160}}):(?P<port>\d{{2,5}}|\*):(?P<database>{_FIELD}{{1,100}}):"
    rf"(?P<user>{_FIELD}{{1,100}}):"
    r"(?P<password>(?:[^:\s\\\"'`]|\\.){1,160})(?=[\"'`]?\s*(?:$|>|[\"'`]))",
    re.MULTILINE,
)
_HOST = LazyPattern(r"\*|localhost|[\w-]+(?:\.[\w-]+)*|/.*")
_IN_FILE = LazyPattern(r"pgpass", re.IGNORECASE)


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords in a file of this name, or in one that writes it or has the port of PostgreSQL in this place."""
    names_file = _IN_FILE.search(text.path) is not None or text.has("pgpass")
    if not names_file and ":5432:" not in text.text:
        return
    for line in _LINE.finditer(text.text):
        if (names_file or line["port"] == "5432") and _HOST.fullmatch(line["host"]):
            written = line["password"]
            value = re.sub(r"\\(.)", r"\1", written)
            yield from detect(RULE, line.start("password"), written, value=value, user=line["user"], host=line["host"])
