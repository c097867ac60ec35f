"""Finds ignore comments: ``scangate: ignore[RULE, ...] until=DATE -- REASON``; whether they are honoured is the policy's decision.

The same for all scanners. A comment is recognised by what starts it in that type of file; Python is tokenized, so that a string
with the same text ignores nothing. A malformed comment is returned with its error, never as an ignore comment.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import msgspec

from scangate.model import Finding, IgnoreComment
from scangate.scan.masking import MASK

MAX_COMMENT_LENGTH = 1000
MAX_PER_LINE = 8
NEAR_LINES = 5
USAGE = "write scangate: ignore[RULE] -- REASON"
NO_RULE = f"it names no rule: {USAGE}"
MARKER = re.compile(r"scangate\s*+:\s*+ignore(?![\w-])", re.IGNORECASE)
REASON_SEPARATOR = re.compile(r"(?:^|(?<=\s))(?:--|\u2013|\u2014)(?=\s|$)")  # XML comments may not contain --
RULE_PATTERN = re.compile(r"[\w*?.@/-]+:[\w*?.:@/-]+", re.ASCII)
UNTIL_DATE = re.compile(r"until=(\d{4}-\d{2}-\d{2})", re.ASCII)

ALL_OPENERS = "# // /* <!-- -- ; % rem"
CLOSERS = {"/*": "*/", "<!--": "-->", "{#": "#}", "<#": "#>", "(*": "*)", "{{!--": "--}}"}
FILE_TYPES_BY_OPENERS = {  # what starts a comment, by file extension
    "#": "bash conda dockerignore env ex exs fish gemspec gitignore in jl ksh lock mk nix pipfile pl pm r rake rb sh tcl toml txt"
    " yaml yml zsh containerfile dockerfile makefile",
    "// /*": "c cc cjs cpp cs cxx dart go gradle groovy h hpp java js json json5 jsonc jsx kt kts less m mjs mm proto rs sass scala"
    " scss sol swift ts tsx zig",
    "<!--": "htm md svg xhtml xml xsd xsl",
    "<!-- // /*": "html jsp svelte vue",
    "# // /*": "hcl nomad tf tfvars",
    "# // /* <!--": "php",
    "{# # // /* <!--": "j2 jinja jinja2",
    "{{!-- <!--": "hbs",
    "/*": "css",
    "-- /* #": "sql",
    "--": "elm hs lua",
    "; #": "cfg cnf conf ini",
    ";": "asm clj cljs el lisp s scm",
    "%": "erl hrl sty tex",
    "(*": "ml mli",
    "# !": "properties",
    "# <#": "ps1",
    "rem ::": "bat cmd",
    "' rem": "bas vb vbs",
    "": "ipynb",
}
OPENERS_BY_FILE_TYPE = {kind: tuple(openers.split()) for openers, kinds in FILE_TYPES_BY_OPENERS.items() for kind in kinds.split()}
EXTENSIONLESS_NAMES = frozenset({"containerfile", "dockerfile", "makefile"})  # also Dockerfile.prod
WITHOUT_COMMENTS = frozenset({"ipynb", "json"})  # JSON as most programs read it
PYTHON = frozenset({"py", "pyi", "pyw"})


class ParsedComment(msgspec.Struct, frozen=True):
    """An ignore comment: ``rules`` and ``until`` as written, ``text`` and ``reason`` from the line with its secrets masked.

    ``own_line``: the line contains nothing else.
    """

    line: int
    own_line: bool
    text: str
    rules: tuple[str, ...] = ()
    until: str = ""
    reason: str = ""
    error: str = ""


def format_ignore_comment(path: str, rules: Sequence[str], until: str = "", reason: str = "REASON") -> str:
    """The comment that ignores the findings of ``rules`` in a file, in the language of the file; empty if it has no comments.

    ``until``: the last day on which it applies (ISO 8601); empty for no end.
    """
    name = PurePosixPath(path).name.lower()
    extension = name.rpartition(".")[2]
    if extension in WITHOUT_COMMENTS:
        return ""
    opener = "#" if extension in PYTHON else next(iter(_openers(name, extension)), "")
    until = f" until={until}" if until else ""
    words = f"{opener} scangate: ignore[{', '.join(rules)}]{until} -- {reason}"
    return f"{words} {CLOSERS[opener]}" if opener in CLOSERS else words


def find_ignore_comments(path: str, lines: Sequence[str], mask: Callable[[], Sequence[str]]) -> dict[int, list[ParsedComment]]:
    """The ignore comments in a file by line. ``mask`` returns ``lines`` without secrets.

    Both are parsed: a secret in the line must not invalidate a comment, and reports must not show it.
    """
    marked = [number for number, line in enumerate(lines, start=1) if MARKER.search(line)]
    if not marked:
        return {}
    original, shown = (_find_comments(path, text, marked) for text in (lines, mask()))
    return {line: _with_masked_text(comments, shown.get(line, [])) for line, comments in original.items()}


def _find_comments(path: str, lines: Sequence[str], marked_lines: Sequence[int]) -> dict[int, list[ParsedComment]]:
    found: defaultdict[int, list[ParsedComment]] = defaultdict(list)
    name = PurePosixPath(path).name.lower()
    extension = name.rpartition(".")[2]
    is_python = extension in PYTHON
    for comment in _python_comments(lines) if is_python else _line_comments(lines, marked_lines, _openers(name, extension)):
        found[comment.line].append(comment)
    return found


def _with_masked_text(comments: Sequence[ParsedComment], masked: Sequence[ParsedComment]) -> list[ParsedComment]:
    """``comments`` with the texts of the same ones in the masked line, or MASK if masking changed the line too much."""
    texts = [(each.text, each.reason or MASK) for each in masked]
    if len(masked) != len(comments):
        texts = [(MASK, MASK)] * len(comments)
    return [
        msgspec.structs.replace(comment, text=text, reason=reason) for comment, (text, reason) in zip(comments, texts, strict=True)
    ]


def _openers(name: str, extension: str) -> tuple[str, ...]:
    stem = name.partition(".")[0]
    return OPENERS_BY_FILE_TYPE.get(stem if stem in EXTENSIONLESS_NAMES else extension, tuple(ALL_OPENERS.split()))


def _python_comments(lines: Sequence[str]) -> Iterator[ParsedComment]:
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
            if token.type == tokenize.COMMENT:
                for mark in _find_markers(token.string):
                    if token.string[: mark.start()].rstrip().endswith("#"):
                        alone = not token.line[: token.start[1]].strip()
                        yield _parse_comment(token.start[0], alone, token.string[mark.start() :], mark.end() - mark.start())
    except (tokenize.TokenError, SyntaxError):
        return  # comments before the error count, as for `# nosec`


def _line_comments(lines: Sequence[str], numbers: Sequence[int], openers: Sequence[str]) -> Iterator[ParsedComment]:
    for number in numbers:
        line = lines[number - 1]
        for mark in _find_markers(line):
            before = line[: mark.start()].rstrip()
            opener = next((each for each in openers if _ends_with_opener(before, each)), None)
            if opener is None:
                continue
            inside, closed, after = line[mark.start() :].partition(CLOSERS.get(opener, "\n"))
            code = before[: -len(opener)].rstrip(opener[-1]).strip() or (after.strip() if closed else "")
            yield _parse_comment(number, not code, inside, mark.end() - mark.start())


def _find_markers(text: str) -> list[re.Match[str]]:
    return [mark for mark, _ in zip(MARKER.finditer(text), range(MAX_PER_LINE), strict=False)]


def _ends_with_opener(before: str, opener: str) -> bool:
    """Whether ``before`` ends with the start of a comment; a ``#`` or a word inside another word starts none."""
    if opener == "/*":
        before = before.rstrip("*") + "*" if before.endswith("*") else before  # /** starts one as well
    if not before.lower().endswith(opener):
        return False
    ahead = before[: -len(opener)].rstrip("#") if opener == "#" else before[: -len(opener)]
    return opener not in {"#", "rem", "'"} or not ahead or ahead[-1].isspace()


def _parse_comment(line: int, own_line: bool, text: str, marker_length: int) -> ParsedComment:
    """The comment whose text starts with the marker of ``marker_length`` characters."""
    text = text[:MAX_COMMENT_LENGTH].rstrip()
    listed = text[marker_length:].lstrip()
    if not listed.startswith("["):
        return ParsedComment(line, own_line, text, error=NO_RULE)
    names, closed, tail = listed[1:].partition("]")
    rules = tuple(name.strip() for name in names.split(",") if name.strip())
    dash = REASON_SEPARATOR.search(tail)
    words = (tail if dash is None else tail[: dash.start()]).replace(",", " ").split()
    reason = tail[dash.end() :].strip() if dash is not None else ""
    days = [day[1] for day in map(UNTIL_DATE.fullmatch, words) if day is not None]
    if error := _find_error(closed, rules, words, days, reason):
        return ParsedComment(line, own_line, text, error=error)
    return ParsedComment(line, own_line, text, rules, "".join(days), reason)


def _find_error(closed: str, rules: Sequence[str], words: Sequence[str], days: Sequence[str], reason: str) -> str:
    """What is malformed in an ignore comment; empty if nothing is."""
    if not closed or not rules:
        return NO_RULE
    if not all(RULE_PATTERN.fullmatch(rule) and re.search(r"[A-Za-z0-9]", rule) for rule in rules):
        return "a rule must be written as in reports: scanner:rule, where * matches any characters"
    if len(words) > len(days):
        return "only until=YYYY-MM-DD is allowed between the rules and --"
    if len(days) > 1 or not all(map(_is_date, days)):
        return "until= takes one valid date: YYYY-MM-DD"
    return "" if re.search(r"\w", reason) else f"it has no reason: {USAGE}"


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def match_ignores(
    finding: Finding, comments: Mapping[int, Sequence[ParsedComment]], redact: Callable[[str], str]
) -> tuple[IgnoreComment, ...]:
    """The ignore comments for a finding: on its first or last line, or alone on the lines directly above it.

    ``redact`` removes possible secrets. Only the rules that match the finding are kept.
    """
    location = finding.location
    lines = {location.line, location.end_line}
    above = location.line - 1
    while any(comment.own_line for comment in comments.get(above, ())):
        lines.add(above)
        above -= 1
    names = _list_names(finding)
    return tuple(_to_ignore(comment, names, redact) for line in sorted(lines) for comment in comments.get(line, ()))


def match_misplaced(
    findings: Sequence[Finding], comments: Mapping[int, Sequence[ParsedComment]], redact: Callable[[str], str]
) -> list[Finding]:
    """The findings of a file, those that a comment in a wrong line near them may mean with that comment, as an invalid one.

    That is a comment which is at no finding, and names the rule of one that no comment is at.
    """
    result = list(findings)
    taken = {ignore.line for each in findings for ignore in each.ignore_comments}
    by_line: defaultdict[int, list[int]] = defaultdict(list)
    for index, each in enumerate(findings):
        if not each.ignore_comments:
            by_line[each.location.line].append(index)
    for comment in (each for line in sorted(comments) for each in comments[line] if not each.error and line not in taken):
        lines = sorted(range(comment.line - NEAR_LINES, comment.line + NEAR_LINES + 1), key=lambda line: abs(line - comment.line))
        near = (index for line in lines for index in by_line.get(line, ()))
        meant = next((index for index in near if _matching_rules(comment, _list_names(findings[index]))), None)
        if meant is not None and not result[meant].ignore_comments:
            problem = f"write it at the end of line {findings[meant].location.line}, or alone on the line above"
            misplaced = IgnoreComment(comment.line, redact(comment.text), problem=problem)
            result[meant] = msgspec.structs.replace(findings[meant], ignore_comments=(misplaced,))
    return result


def _list_names(finding: Finding) -> Sequence[str]:
    """The rules that a comment may call a finding by."""
    aliases = finding.affected_package.aliases if finding.affected_package else ()
    return [*(name.rule for name in finding.names), *(f"{finding.scanner}:{alias}" for alias in aliases)]


def _matching_rules(comment: ParsedComment, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(rule for rule in comment.rules if any(fnmatchcase(name, rule) for name in names))


def _to_ignore(comment: ParsedComment, names: Sequence[str], redact: Callable[[str], str]) -> IgnoreComment:
    """The comment for reports: names of the finding are not secrets, everything else might be."""
    matching = _matching_rules(comment, names)
    if not matching:
        return IgnoreComment(comment.line, redact(comment.text), problem=comment.error)
    listed = ", ".join([*matching, *(["..."] if len(matching) < len(comment.rules) else [])])
    until = f" until={comment.until}" if comment.until else ""
    return IgnoreComment(comment.line, f"scangate: ignore[{listed}]{until} -- {redact(comment.reason)}", matching, comment.until)
