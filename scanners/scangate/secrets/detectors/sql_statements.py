"""Finds passwords in SQL: of users that are created or altered, and in the rows of tables of users.

https://dev.mysql.com/doc/refman/8.4/en/create-user.html, https://www.postgresql.org/docs/current/sql-createrole.html,
https://learn.microsoft.com/sql/t-sql/statements/create-login-transact-sql, https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/CREATE-USER.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.detectors.password_hashes import CRYPT
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.names import is_password_name
from scangate.secrets.text import ScannedText

STATEMENT, ROW = "sql-password", "sql-row-password"
RULES: Mapping[str, str] = {STATEMENT: "Password in an SQL statement", ROW: "Password, or its hash, in a row of a table"}

_STRING = r"n?\\?['\"](?P<value>[^'\"`\n\\]{1,256})(?=\\?['\"])"
_NAME = r"(?P<bare>[a-z0-9_$#]{2,64})(?=\s*(?:;|\\n|$|default|account|profile|quota|temporary))"
_IDENTIFIED = LazyPattern(
    r"identified(?<!\widentified)\s{1,8}(?:with\s{1,8}\S{1,60}\s{1,8})?(?:by|as|using)\s{1,8}(?:password\s{1,4}|values\s{1,4})?(?:"
    + _STRING
    + "|"
    + _NAME
    + ")",
    re.MULTILINE,
)
_ROLES = tuple(
    LazyPattern(
        rf"{verb}(?<!\w{verb})\s{{1,8}}(?:user|role|login|group|application\s{{1,4}}role|master\s{{1,4}}key|server|subscription|certificate"
        r"|database\s{1,4}scoped\s{1,4}credential|user\s{1,4}mapping|symmetric\s{1,4}key|credential)\b[^;]{0,300}?"
        r"\b(?:password|secret)\s{0,4}(?:=|\s)\s{0,4}\(?" + _STRING
    )
    for verb in ("create", "alter")
)
_SET = LazyPattern(
    r"set(?<!\wset)\s{1,8}password\s{1,8}(?:for\s{1,8}[^\s=]{1,160}\s{0,4})?(?:=|to)\s{0,4}(?:password\s{0,2}\()?\s{0,4}" + _STRING,
    re.MULTILINE,
)
_FUNCTION = LazyPattern(
    r"(?<![\w\"'])(?:sp_addlogin|sp_password|dblink_connect|old_password|crypt(?=\s{0,4}\([^()]{1,200},\s{0,4}gen_salt)|pgp_sym_(?:en|de)crypt"
    r"|aes_(?:en|de)crypt)\s{0,4}\(?\s{0,4}(?:n?'[^'\n]{0,200}'\s{0,4},\s{0,4})?" + _STRING
)
_USER = LazyPattern(r"\b(?:user|role|login|to|for)\s{1,8}(?:if\s{1,4}not\s{1,4}exists\s{1,4})?\\?['\"`\[]?([\w.$-]{1,64})")
_INSERT = LazyPattern(
    r"into(?:(?<=insert into)|(?<=ignore into)|(?<=replace into))\s{1,8}(?P<table>[`\"\[\]\w.]{1,160})\s{0,8}"
    r"(?:\((?P<columns>[^()]{1,4000})\)\s{0,8})?(?:overriding\s\w+\svalue\s{1,8})?values\s{0,8}"
)
_COPY = LazyPattern(
    r"^copy\s{1,4}(?P<table>[\w.\"]{1,160})\s{0,4}\((?P<columns>[^()]{1,4000})\)\s{1,4}from\s{1,4}stdin[^\n]{0,60}\n", re.MULTILINE
)
_UPDATE = LazyPattern(
    r"update(?<!\wupdate)\s{1,8}(?P<table>[`\"\[\]\w.]{1,100})\s{1,8}set\s{1,8}[^;'\n]{0,200}?[`\"\[]?(?P<name>\w{0,40}"
    r"(?:password|passwd|pwd|pass)\w{0,10})[`\"\]]?\s{0,4}=\s{0,4}(?:\w{1,20}\s{0,2}\(\s{0,2})?n?'(?P<value>"
    r"[^'\n]{1,256})'"
)
_CELL = LazyPattern(
    r"\s*+(?:(?P<text>n?'(?:[^'\\]|''|\\.)*+')|(?P<other>(?:[^',()]|\([^()]*+\))*+))\s*+(?P<end>[,)])", re.DOTALL | re.IGNORECASE
)
_USER_TABLE = LazyPattern(r"user|account|member|admin|login|customer|employee|auth|staff|person|client|operator|credential")
_HASH = LazyPattern(
    rf"{CRYPT}|\$[PHS]\$[./0-9A-Za-z]{{20,120}}|[0-9a-fA-F]{{32}}|[0-9a-fA-F]{{40}}|[0-9a-fA-F]{{64}}|"
    rf"[0-9a-fA-F]{{128}}|\*[0-9A-F]{{40}}|(?:pbkdf2|bcrypt|argon2|scrypt|sha1|md5)[\w]*\$.{{10,300}}"
    rf"|SCRAM-SHA-256\$.+"
)
_STATEMENTS = (
    (("identified",), (_IDENTIFIED,)),
    (("password", "secret"), _ROLES),
    (("set password",), (_SET,)),
    (("crypt", "dblink", "addlogin", "sp_password", "old_password"), (_FUNCTION,)),
)
_TAKEN = LazyPattern(r"[?:@&$%{<].*|null|default|current_\w+|md5|password")
# A text on a user that is "identified by the key", or by 'key', has no password.
_VERB = LazyPattern(r"(?<!\w)(?:create|alter|grant|set\s{1,8}role|connect)\s")
_TEXT_WORD = LazyPattern(r"the|an?|this|that|these|those|its?|their|his|her|your|our|one|any|each|every|all|some|using|means")
_MAX_ROWS = 1000


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords in statements, and those in rows of tables with a column for passwords."""
    lower = text.lower
    for words, patterns in _STATEMENTS:
        if text.has(*words):
            for pattern in patterns:
                for found in pattern.finditer(lower):
                    yield from _statement(text, found)
    if text.has("into ") and text.has("values"):
        for found in _INSERT.finditer(lower):
            yield from _rows(text, found)
    if text.has("pass", "pwd"):
        yield from _changed(text)


def _changed(text: ScannedText) -> Iterator[Detection]:
    """The passwords that COPY and UPDATE write into tables."""
    if not text.is_program and text.has("from stdin"):
        for found in _COPY.finditer(text.lower):
            yield from _copied(text, found)
    if text.has("update ") and text.has(" set"):
        for found in _UPDATE.finditer(text.lower):
            start, end = found.span("value")
            yield from detect(ROW, start, text.text[start:end], name=found["name"])


def _statement(text: ScannedText, found: re.Match[str]) -> Iterator[Detection]:
    group = "value" if found["value"] is not None else "bare"  # a name without quotes is one of Oracle
    start, end = found.span(group)
    written = text.text[start:end]
    if _TAKEN.fullmatch(written.lower()):
        return
    before = text.lower[max(0, start - 300) : start].rpartition(";")[2]
    if text.text.startswith("identified", found.start()) and not _VERB.search(before):
        return
    if group == "bare" and (not _VERB.search(before) or _TEXT_WORD.fullmatch(written.lower())):
        return
    users = [*_USER.finditer(before)]
    yield from detect(STATEMENT, start, written, user=users[-1][1] if users else "")


def _columns(text: ScannedText, found: re.Match[str]) -> list[str]:
    start, end = found.span("columns")
    return [column.strip(' \t\n`"[]') for column in text.text[start:end].split(",")] if start >= 0 else []


def _rows(text: ScannedText, found: re.Match[str]) -> Iterator[Detection]:
    columns = _columns(text, found)
    wanted = {
        index
        for index, column in enumerate(columns)
        if is_password_name(column)
        or ("pass" in column.lower() and column.lower().endswith(("hash", "digest", "crypted", "encrypted")))
    }
    is_users = _USER_TABLE.search(found["table"]) is not None
    if (columns and not wanted) or (not columns and not is_users):
        return
    at = found.end()
    for _ in range(_MAX_ROWS):
        if text.text[at : at + 1] != "(":
            return
        at, cells = _cells(text.text, at + 1)
        for index, (start, written) in enumerate(cells):
            if (index in wanted and len(written) > 1) if columns else _HASH.fullmatch(written):
                name = columns[index] if index < len(columns) else ""
                user = next(
                    (
                        value
                        for place, (_, value) in enumerate(cells)
                        if place < len(columns) and columns[place].lower() in ("username", "user", "login", "email", "name")
                    ),
                    "",
                )
                yield from detect(ROW, start, written, name=name, user=user)
        following = LazyPattern(r"\s*,\s*").match(text.text, at)
        if following is None:
            return
        at = following.end()


def _cells(text: str, at: int) -> tuple[int, list[tuple[int, str]]]:
    """The end of a row, and each cell's text without quotes; what is no string is empty."""
    cells = []
    while cell := _CELL.match(text, at):
        at = cell.end()
        if cell["text"]:
            quote = cell["text"].index("'") + 1
            cells.append((cell.start("text") + quote, cell["text"][quote:-1]))
        else:
            cells.append((at, ""))
        if cell["end"] == ")":
            break
    return at, cells


def _copied(text: ScannedText, found: re.Match[str]) -> Iterator[Detection]:
    """The rows of PostgreSQL's COPY, which end with ``\\.``."""
    columns = _columns(text, found)
    wanted = [index for index, column in enumerate(columns) if is_password_name(column) or "pass" in column.lower()]
    if not wanted:
        return
    at = found.end()
    for _ in range(_MAX_ROWS):
        line = text.lines[text.line_at(at) - 1] if at < len(text.text) else ""
        if line.startswith("\\.") or "\t" not in line:
            return
        cells = line.split("\t")
        for index in wanted:
            if index < len(cells) and cells[index] != "\\N" and len(cells[index]) > 2:
                start = at + sum(len(cell) + 1 for cell in cells[:index])
                yield from detect(ROW, start, cells[index], name=columns[index])
        at += len(line) + 1
