"""Finds passwords in command lines: ``curl -u user:pw``, ``mysql -ppw``, ``--password=pw``, ``PGPASSWORD=pw psql``.

In scripts, histories, Dockerfiles, workflows, documentation and lists of arguments (``["redis-server", "--requirepass", "pw"]``).
The options are those of each program's manual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect, matched_group
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

RULE = "command-password"
RULES: Mapping[str, str] = {RULE: "Password in a command"}

MAX_LENGTH = 1000
"""So many characters after the name of a program are its arguments, at most."""

MIN_WORD = 4
"""A shorter word in letters of one case is another argument."""

_SPACE = r"(?:\s{1,8}|\\?[\"'],\s{0,8}\\?[\"'])"  # between arguments; in a list of strings, too
_EQUALS = rf"(?:=|{_SPACE})"
_QUOTED = r"\\?\"(?P<double>[^\"\n\\]{1,256})|\\?'(?P<single>[^'\n\\]{1,256})"
_VALUE = rf"(?:{_QUOTED}|(?P<bare>[^\s\"'`|;<>()&\\,\]-][^\s\"'`|;<>()&\\]{{0,256}}))"
_PAIR = (
    r"\\?(?P<quote>[\"'])?(?P<user>[^\s:\"'`|;<>()&]{0,128}):"
    r"(?P<password>(?(quote)(?!\s)[^\"'`\n\\]{1,256}|[^\s\"'`|;<>()&\\]{1,256}))"
)


def _option(names: str, separator: str = _EQUALS) -> str:
    """An expression for options with a value."""
    return rf"(?<![\w-])(?:{names}){separator}{_VALUE}"


# programs, and where their arguments have a password
_TABLE: tuple[tuple[str, str], ...] = (
    ("curl|httpie|http|https", rf"(?<![\w-])(?:-[a-zA-Z]{{0,6}}u|--user|--proxy-user|-U|-a|--auth){_EQUALS}?" + _PAIR),
    ("mysql|mysqldump|mysqladmin|mysqlimport|mysqlshow|mysqlcheck|mariadb|mariadb-dump|mariadb-admin|mycli", _option("-p", "")),
    ("sshpass", _option("-p", rf"{_SPACE}?")),
    ("docker|podman|nerdctl|helm|oras|crane|buildah|skopeo", rf"\blogin\b[^\n]{{0,300}}?{_option('-p', _EQUALS)}"),
    ("docker|podman|skopeo|buildah", rf"(?<![\w-])--(?:src-|dest-)?creds{_EQUALS}{_PAIR}"),
    (
        "htpasswd",
        (
            rf"-[a-zA-Z]{{0,6}}b[a-zA-Z]{{0,6}}{_SPACE}(?:-\w+{_SPACE}){{0,4}}(?:[\w./$\{{}}~-]{{1,128}}{_SPACE})?"
            rf"[\w.@$\{{}}-]{{1,64}}{_SPACE}{_VALUE}(?=\s|\\?[\"']|\)|\Z)"
        ),
    ),
    ("openssl", rf"(?:-pass(?:in|out)?|-k){_SPACE}\\?[\"']?(?:pass:)(?P<bare>[^\s\"'`|;<>()&\\]{{1,256}})"),
    ("openssl", rf"\benc\b[^\n]{{0,300}}?{_option('-k|-K', _SPACE)}"),
    (
        "net use",
        (
            rf"\\\\[^\s\"]{{1,160}}\s{{1,8}}{_VALUE}(?=\s{{1,8}}/user:)|/user:[^\s]{{1,100}}\s{{1,8}}(?P<after>[^\s/\"'`"
            rf"|;<>*]{{1,128}})"
        ),
    ),
    ("net", r"user\s{1,4}[\w.$%-]{1,64}\s{1,4}(?P<bare>[^\s/\"'`|;<>*]{1,128})\s{1,4}/add"),
    ("az", rf"\b(?:login|create-for-rbac)\b[^\n]{{0,300}}?{_option('-p', _EQUALS)}"),
    ("redis-cli", _option("-a|--pass", _SPACE)),
    (
        "mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport|mongostat|mongod|cqlsh|arangosh|clickhouse-client",
        _option("-p", rf"{_SPACE}?"),
    ),
    ("ldapsearch|ldapmodify|ldapadd|ldapdelete|ldappasswd|ldapwhoami", _option("-w", rf"{_SPACE}?")),
    ("ldappasswd", _option("-s", rf"{_SPACE}?")),
    ("sqlcmd|bcp|osql|isql|tsql", _option("-P|/P", rf"{_SPACE}?")),
    (
        "sqlplus|impdp|expdp|sqlldr|rman",
        (
            rf"(?:\s-[A-Za-z]{{1,2}}(?:\s\d)?|\starget|\suserid=)?{_SPACE}?\\?[\"']?(?P<user>[A-Za-z_][\w$#]{{0,63}})/"
            rf"(?P<bare>[^\s/@\"'`;,<>()]{{2,64}})@"
        ),
    ),
    (
        "smbclient|rpcclient|smbmap|crackmapexec",
        rf"(?:-U|--user){_EQUALS}?\\?[\"']?(?P<user>[^\s%\"']{{1,64}})%(?P<bare>[^\s\"'`|;<>()&]{{1,128}})",
    ),
    ("mount", r"-o[^\n]{0,200}?\bpass(?:word)?=(?P<bare>[^\s,\"'`]{1,128})"),
    (
        "lftp|ncftpput|ncftpget|ncftp",
        (
            rf"(?:-u{_SPACE}?\\?[\"']?(?P<user>[^\s,\"']{{1,64}}),(?P<bare>[^\s\"'`;]{{1,128}})|-p{_SPACE}(?P<after>"
            rf"[^\s\"'`;-][^\s\"'`;]{{0,128}}))"
        ),
    ),
    ("zip|unzip|pdftk|qpdf", _option("-P|--password", rf"{_SPACE}?")),
    ("7z|7za|7zz|rar|unrar", r"(?<![\w-])-(?:p|hp)(?P<bare>[^\s\"'`|;<>()&-][^\s\"'`|;<>()&]{2,128})"),
    (
        "security",
        (
            rf"(?:unlock-keychain|create-keychain|set-key-partition-list|import)\b[^\n]{{0,300}}?(?<![\w-])-(?:p|P"
            rf"|k){_SPACE}{_VALUE}"
        ),
    ),
    ("plink|pscp|psftp|putty|winscp", _option("-pw|/password|-password", _EQUALS)),
    (
        "xfreerdp|wfreerdp|mstsc|cmdkey|schtasks|psexec|signtool",
        r"(?<![\w/])/(?:p|pass|rp)(?::|\s{1,4})(?P<bare>[^\s\"'`|;<>()&/][^\s\"'`|;<>()&]{2,128})",
    ),
    ("rabbitmqctl", rf"(?:add_user|change_password|authenticate_user){_SPACE}\\?[\"']?[\w.@$-]{{1,64}}\\?[\"']?{_SPACE}{_VALUE}"),
    ("neo4j-admin", rf"set-initial-password{_SPACE}(?:--\S+{_SPACE})?{_VALUE}"),
    (
        "convertto-securestring",
        rf"{_SPACE}(?:(?i:-string){_SPACE})?{_VALUE}\\?[\"']?{_SPACE}(?:-\w+{_SPACE})*?(?i:-asplaintext|-force)",
    ),
    (
        "kubectl",
        (
            rf"--from-literal{_EQUALS}\\?[\"']?[\w.-]{{0,64}}(?:password|passwd|secret|token|key|pwd)=\\?[\"']?(?P<bare>"
            rf"[^\s\"'`|;<>()&]{{1,256}})"
        ),
    ),
    ("kubectl|oc|vault|argocd|doctl|flyctl", _option("--token|--auth-token")),
)
_PROGRAMS: dict[str, list[LazyPattern]] = {}
for _names, _expression in _TABLE:
    _pattern = LazyPattern(_expression)
    for _name in _names.split("|"):
        _PROGRAMS.setdefault(_name, []).append(_pattern)
_ARGUMENT = LazyPattern(r"-(?<=[\s\"'`]-)-?[A-Za-z]")
_WITHOUT_OPTIONS = (
    "net use",
    "net user",
    "sqlplus",
    "sqlldr",
    "rman",
    "impdp",
    "expdp",
    "rabbitmqctl",
    "neo4j-admin",
    "/pass:",
    "/p:",
)
_PROGRAM = LazyPattern(r"(?<![\w.-])(?:net use|[a-z7][\w.-]*+)(?=[\s\"'])")
_OPTION = LazyPattern(rf"pass(?:word|wd|phrase)?(?P<separator>=|\s{{1,4}}|\\?[\"'],\s{{0,8}}\\?[\"']){_VALUE}")
_OPTION_NAME = LazyPattern(r"(?<![\w-])--?(?:[a-z][\w-]{0,40})?\Z")
_WITHOUT_VALUE = LazyPattern(r"-+(?:ask|no|prompt|show|reset|generate|require|skip|use|with|without|disable|enable)-")
_OTHER_WORD = LazyPattern(r"(?:by|com|sur|tres|over|under|low|high|band|all)-?\Z")  # --bypass, --high-pass
_VARIABLE = LazyPattern(r"(?<![\w$-])(?:PG|SSH|RESTIC_|BORG_|LDAP_|SQLCMD|FTP_)\Z")
_MYSQL_VARIABLE = LazyPattern(rf"mysql_pwd={_VALUE}")
_PIPED = LazyPattern(
    r"\b(?:echo|printf)\s{1,4}(?:-\w{1,3}\s{1,4})?(?:\"(?P<double>[^\"\n$`]{1,200})\"|'(?P<single>"
    r"[^'\n]{1,200})'|(?P<bare>[^\s\"'`|;<>()&$]{1,200}))"
    r"\s{0,4}\|\s{0,4}(?:sudo\s{1,4}(?:-\S+\s{1,4}){0,4})?(?P<program>chpasswd|passwd|sudo\s{1,4}"
    r"(?:-\S+\s{1,4}){0,3}-S|docker\s{1,4}login|podman\s{1,4}login|helm\s{1,4}registry|gpg\b)"
)
_PIPED_INTO = ("chpasswd", "| passwd", "| sudo", "| docker login", "| podman login", "| helm registry", "| gpg")
_WORD = LazyPattern(r"[A-Za-z][a-z]*|[A-Z][A-Z_]*|\.{3}.*|-.*")
_ESCAPED_END = re.compile(r"(?:\\[nrt]|[.,:;!?)\]}])+\Z")


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords in the arguments of programs."""
    for start, end in _commands(text):
        for program in _PROGRAM.finditer(text.lower, start, end):
            for arguments in _PROGRAMS.get(program[0].removesuffix(".exe"), ()):
                yield from _in_arguments(text, arguments, program.end(), end)
    if text.has("pass"):
        yield from _options(text)
    if text.has("mysql_pwd="):
        for found in _MYSQL_VARIABLE.finditer(text.lower):
            yield from _report(text, found)
    yield from _piped(text)


def _commands(text: ScannedText) -> Iterator[tuple[int, int]]:
    """Lines with options, with those that a backslash joins to them, and lines that name a program that takes none."""
    places = [found.start() for found in _ARGUMENT.finditer(text.text)]
    if not text.is_program:
        for word in _WITHOUT_OPTIONS:
            if text.has(word):
                places += [found.start() for found in re.finditer(re.escape(word), text.lower)]
    last = 0
    for place in sorted(places):
        if place >= last:
            start = _start_of_command(text.text, place, max(last, place - MAX_LENGTH))
            last = _end_of_command(text.text, place)
            yield start, last


def _start_of_command(text: str, place: int, limit: int) -> int:
    """The begin of the line, or of the first of those that end with a backslash."""
    start = text.rfind("\n", limit, place) + 1
    while start and text.endswith("\\\n", limit, start):
        start = text.rfind("\n", limit, start - 1) + 1
    return max(start, limit)


def _in_arguments(text: ScannedText, arguments: LazyPattern, start: int, end: int) -> Iterator[Detection]:
    for found in arguments.finditer(text.text, start, min(end, start + MAX_LENGTH)):
        if not (_WORD.fullmatch(_written(found)) and len(_written(found)) < MIN_WORD):
            yield from _report(text, found)


def _options(text: ScannedText) -> Iterator[Detection]:
    """``--password=pw`` and the like, of any program, and ``PGPASSWORD=pw`` before one."""
    for found in _OPTION.finditer(text.lower):
        begin = max(0, found.start() - 44)
        separator = found["separator"]
        name = _OPTION_NAME.search(text.lower, begin, found.start())
        is_variable = separator == "=" and _VARIABLE.search(text.text, begin, found.start())
        start, end = found.span(_group(found))
        is_rest_of_text = text.text[start].isspace() and text.text[start:end].lstrip().isalpha()
        if is_rest_of_text or (name and (_WITHOUT_VALUE.match(name[0]) or _OTHER_WORD.search(name[0]))):
            continue
        if is_variable or (name and (separator == "=" or not _WORD.fullmatch(text.text[start:end]))):
            yield from _report(text, found, name=found[0].partition(separator)[0])


def _end_of_command(text: str, start: int) -> int:
    """The end of the line; a line that ends with a backslash goes on."""
    end, limit = start, min(len(text), start + MAX_LENGTH)
    while end < limit:
        end = text.find("\n", end, limit)
        if end < 0:
            return limit
        if not text[start:end].rstrip(" \r").endswith("\\"):
            return end
        end += 1
    return limit


def _written(found: re.Match[str]) -> str:
    return found[_group(found)] or ""


def _group(found: re.Match[str]) -> str:
    return matched_group(found, ("password", "double", "single", "bare", "after"))


def _report(text: ScannedText, found: re.Match[str], *, name: str = "") -> Iterator[Detection]:
    group = _group(found)
    start, end = found.span(group)
    written = text.text[start:end]
    if text.text[end : end + 1] == "(":
        return  # a call or a substitution
    if group not in ("double", "single"):
        written = _ESCAPED_END.sub("", written) if written[-1:] in ".,:;!?)]}nrt" and "$" not in written else written
    yield from detect(RULE, start, written, name=name, user=found.groupdict().get("user") or "")


def _piped(text: ScannedText) -> Iterator[Detection]:
    """``echo pw | sudo -S``, ``echo user:pw | chpasswd``."""
    if not text.has(*_PIPED_INTO) or not text.has("echo ", "printf "):
        return
    for found in _PIPED.finditer(text.text):
        group = _group(found)
        written, user, start = found[group], "", found.start(group)
        if found["program"] == "chpasswd":
            user, _, written = written.partition(":")
            start += len(user) + 1
        yield from detect(RULE, start, written.removesuffix("\\n"), user=user)
