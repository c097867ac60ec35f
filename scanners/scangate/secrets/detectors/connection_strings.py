"""Finds passwords in connection strings: ADO.NET and ODBC, Azure's account keys, libpq, Go's MySQL driver, Oracle.

https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax,
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE,
https://github.com/go-sql-driver/mysql#dsn-data-source-name, https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.model import SecretClass
from scangate.secrets.candidates import detect
from scangate.secrets.contexts.references import has_reference_form
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

PASSWORD, ACCOUNT_KEY = "connection-string-password", "connection-string-key"
RULES: Mapping[str, str] = {PASSWORD: "Password in a connection string", ACCOUNT_KEY: "Access key in a connection string"}

_AROUND = 600  # characters before and after a password in which the rest of its connection string is searched
_VALUE = (
    r"(?:'(?P<single>[^'\n]{1,256})'|\{(?P<braced>[^}\n]{1,256})\}|\\?\"(?P<double>[^\"\n\\]{1,256})\\?\"|"
    r"(?P<bare>[^;\n\"'`<>]{1,256}))"
)
_ADO = tuple(LazyPattern(rf"{word}(?<![\w.-]{word})[ \t]*=(?![=>])[ \t]*{_VALUE}") for word in ("password", "pwd"))
_ADO_PARTNER = LazyPattern(
    r"(?<![\w.-])(?:server|data source|datasource|addr|address|network address|host|hostname|uid|user id|userid"
    r"|user|username|dsn|driver"
    r"|database|initial catalog|provider|port|trusted_connection|integrated security|encrypt|dbq|endpoint)"
    r"[ \t]*=[ \t]*[^;=\n\"]{1,160};"
    r"|;[ \t]*(?:server|data source|host|uid|user id|userid|user|username|database|initial catalog|port|encrypt"
    r"|trustservercertificate"
    r"|persist security info|multipleactiveresultsets|sslmode|connection timeout|connect timeout|pooling|ssl)[ \t]*=|jdbc:"
)
_ACCOUNT_KEY = LazyPattern(
    r"(?<![\w-])(?P<name>accountkey|sharedaccesskey|sharedsecretvalue|accesskey)=(?P<key>[a-z0-9+/]{20,120}={0,2})(?![\w+/])"
)
_LIBPQ = LazyPattern(
    r"password(?<![\w.?&;-]password)[ ]?=[ ]?(?:\\?'(?P<quoted>(?:[^'\\\n]|\\[^\n]){1,256})\\?'|"
    r"(?P<bare>[^\s'\"`;,)&]{1,256}))"
)
_LIBPQ_PARTNER = LazyPattern(
    r"(?<![\w.?&;-])(?:host|hostaddr|dbname|user|port|sslmode)[ ]?=[ ]?"
    r"(?:\\?'[^'\n\\]{1,160}\\?'|[^\s,;='\"()&]{1,160})(?=[ \"`]|\\n|$)"
)
_MYSQL = LazyPattern(
    r"(?P<user>[\w.%{}$-]{0,64}):(?P<password>[^\s\"'`]{1,128})@(?:tcp|tcp4|tcp6|unix|udp)\((?P<host>[^()\s:]{0,128})"
)
_MYSQL_HOST = LazyPattern(r"@(?:tcp[46]?|unix|udp)\(")
_ORACLE = LazyPattern(
    r"(?<![\w/.-])(?P<user>[A-Za-z_][\w$#.-]{0,63})/(?P<password>[^\s/@\"'`;,<>()]{2,64})@(?://)?(?P<host>[A-Za-z0-9][\w.-]{0,100}):1521\b"
)
_ORACLE_THIN = LazyPattern(
    r"jdbc:oracle:\w+:(?P<user>[\w$#.-]{1,64})/(?P<password>[^\s/@\"'`;,<>()]{1,64})@(?://)?(?P<host>[\w.-]{0,100})"
)
_USER = LazyPattern(r"(?<![\w.-])(?:uid|user id|userid|username|user)[ \t]*=[ \t]*'?([^;,\s'\"]{1,100})")
_HOST = LazyPattern(
    r"(?<![\w.-])(?:server|data source|datasource|addr|address|host|hostname|hostaddr)[ \t]*=[ \t]*'?(?:tcp:)?("
    r"[^;:,\s'\"\\]{1,160})"
)


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords and keys in connection strings of all dialects."""
    if text.has("password", "pwd"):
        yield from _passwords(text)
    if text.has("accountkey=", "accesskey=", "sharedsecretvalue="):
        yield from _account_keys(text)
    if text.has("@") and text.has(")/"):
        yield from _mysql(text)
    if text.has("@") and text.has("jdbc:oracle", ":1521"):
        for pattern in (_ORACLE, _ORACLE_THIN):
            for found in pattern.finditer(text.text):
                yield from _login(text, found)


def _passwords(text: ScannedText) -> Iterator[Detection]:
    if text.has(";"):
        for pattern in _ADO:
            yield from _pairs(text, pattern, _ADO_PARTNER)
    if text.has("host", "dbname", "user"):
        yield from _pairs(text, _LIBPQ, _LIBPQ_PARTNER)


def _account_keys(text: ScannedText) -> Iterator[Detection]:
    for found in _ACCOUNT_KEY.finditer(text.lower):
        start, end = found.span("key")
        name = text.text[slice(*found.span("name"))]
        yield from detect(ACCOUNT_KEY, start, text.text[start:end], name=name, secret_class=SecretClass.KEY)


def _pairs(text: ScannedText, pattern: LazyPattern, partner: LazyPattern) -> Iterator[Detection]:
    """The passwords that ``pattern`` finds next to another part of a connection string, in the same line."""
    searched = 0
    for found in pattern.finditer(text.lower):
        group = str(found.lastgroup)
        begin, end = max(text.line_start(found.start()), found.start() - _AROUND), text.lower.find("\n", found.end())
        end = min(end if end >= 0 else len(text.lower), found.end() + _AROUND)
        searched += end - begin
        if searched > 64 * len(text.text) + 100_000:  # a text of nothing but passwords
            return
        before = text.lower[begin : found.start()]
        after = text.lower[found.end() : end]
        if pattern is _LIBPQ and before.rstrip()[-1:] in (",", "("):
            continue  # an argument of a call
        if not (partner.search(before) or partner.search(after)):
            continue
        first, last = found.span(group)
        written = text.text[first:last].rstrip()
        if group == "braced" and has_reference_form(f"{{{written}}}"):
            continue  # C#'s and Python's interpolation looks like ODBC's quotes
        around = text.text[begin:end]
        yield from detect(
            PASSWORD,
            first,
            written,
            name=found[0].partition("=")[0].strip(),
            user=_first(_USER, around),
            host=_first(_HOST, around),
        )


def _first(pattern: LazyPattern, text: str) -> str:
    found = pattern.search(text.lower())
    return text[slice(*found.span(1))] if found else ""


def _mysql(text: ScannedText) -> Iterator[Detection]:
    for at in _MYSQL_HOST.finditer(text.text):
        begin = max(text.line_start(at.start()), at.start() - 200)
        left = max(text.text.rfind(mark, begin, at.start()) for mark in " \t\"'`=") + 1
        if found := _MYSQL.match(text.text, max(left, begin)):
            yield from _login(text, found)


def _login(text: ScannedText, found: re.Match[str]) -> Iterator[Detection]:
    start, end = found.span("password")
    yield from detect(PASSWORD, start, text.text[start:end], user=found["user"], host=found["host"])
