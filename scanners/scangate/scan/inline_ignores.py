"""Finds our own inline waivers in a file's comments: ``scangate: ignore[RULE, ...] until=DATE -- REASON``; honours none of them.

One place for all scanners. A comment is known by what opens it in that kind of file; Python is read by its tokens, so that a string
that holds the words waives nothing. What is written wrong comes back with its fault, never as a waiver.
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

__all__ = ["ParsedComment", "find_ignore_comments", "match_ignores"]

MAX_COMMENT_LENGTH = 1000  # characters of a comment that are read
MAX_PER_LINE = 8  # waivers in one line
USAGE = "write scangate: ignore[RULE] -- REASON"
MARKER = re.compile(r"scangate\s*+:\s*+ignore(?![\w-])", re.IGNORECASE)
REASON_SEPARATOR = re.compile(r"(?:^|(?<=\s))(?:--|\u2013|\u2014)(?=\s|$)")  # XML allows no -- in a comment, but a dash
RULE_PATTERN = re.compile(r"[\w*?.@/-]+:[\w*?.:@/-]+", re.ASCII)
UNTIL_DATE = re.compile(r"until=(\d{4}-\d{2}-\d{2})", re.ASCII)

ALL_OPENERS = "# // /* <!-- -- ; % rem"
CLOSERS = {"/*": "*/", "<!--": "-->", "{#": "#}", "<#": "#>", "(*": "*)", "{{!--": "--}}"}
FILE_TYPES_BY_OPENERS = {  # what opens a comment in which kinds of file, by the end of their names
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
EXTENSIONLESS_NAMES = frozenset({"containerfile", "dockerfile", "makefile"})  # Dockerfile.prod is one, too
PYTHON = frozenset({"py", "pyi", "pyw"})


class ParsedComment(msgspec.Struct, frozen=True):
    """A waiver: ``rules`` and ``until`` as they are written, ``text`` and ``reason`` from the line without its secrets.

    ``alone``: there is nothing else in its line.
    """

    line: int
    own_line: bool
    text: str
    rules: tuple[str, ...] = ()
    until: str = ""
    reason: str = ""
    error: str = ""


def find_ignore_comments(path: str, lines: Sequence[str], masked: Sequence[str]) -> dict[int, list[ParsedComment]]:
    """The waivers in a file by line. ``lines`` are those of the file itself, ``clean`` the same without its secrets.

    Both are read: a secret in a line must not keep a waiver from holding, and what is shown must not hold one.
    """
    marked = [number for number, line in enumerate(lines, start=1) if MARKER.search(line)]
    if not marked:
        return {}
    written, shown = (_find_comments(path, text, marked) for text in (lines, masked))
    return {
        line: [_mask_comment(*pair) for pair in _pair_with_masked(comments, shown.get(line, []))]
        for line, comments in written.items()
    }


def _find_comments(path: str, lines: Sequence[str], marked_lines: Sequence[int]) -> dict[int, list[ParsedComment]]:
    found: defaultdict[int, list[ParsedComment]] = defaultdict(list)
    name = PurePosixPath(path).name.lower()
    kind = name.rpartition(".")[2]
    for comment in _python_comments(lines) if kind in PYTHON else _line_comments(lines, marked_lines, _openers(name, kind)):
        found[comment.line].append(comment)
    return found


def _pair_with_masked(
    comments: Sequence[ParsedComment], masked: Sequence[ParsedComment]
) -> list[tuple[ParsedComment, ParsedComment | None]]:
    """Each waiver with the same one as it may be shown; None where taking out the secrets has changed the line too much."""
    same = len(comments) == len(masked)
    return [(comment, masked[place] if same else None) for place, comment in enumerate(comments)]


def _mask_comment(comment: ParsedComment, masked: ParsedComment | None) -> ParsedComment:
    text, reason = (MASK, MASK) if masked is None else (masked.text, masked.reason or MASK)
    return msgspec.structs.replace(comment, text=text, reason=reason)


def _openers(name: str, kind: str) -> tuple[str, ...]:
    stem = name.partition(".")[0]
    return OPENERS_BY_FILE_TYPE.get(stem if stem in EXTENSIONLESS_NAMES else kind, tuple(ALL_OPENERS.split()))


def _python_comments(lines: Sequence[str]) -> Iterator[ParsedComment]:
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
            if token.type == tokenize.COMMENT:
                for mark in _find_markers(token.string):
                    if token.string[: mark.start()].rstrip().endswith("#"):
                        alone = not token.line[: token.start[1]].strip()
                        yield _parse_comment(token.start[0], alone, token.string[mark.start() :], mark.end() - mark.start())
    except (tokenize.TokenError, SyntaxError):
        return  # what was read before the fault counts, as for `# nosec`


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
    """Whether the text before a mark ends with a comment's opening; a ``#`` or a word in the middle of something opens none."""
    if opener == "/*":
        before = before.rstrip("*") + "*" if before.endswith("*") else before  # /** opens one, too
    if not before.lower().endswith(opener):
        return False
    ahead = before[: -len(opener)].rstrip("#") if opener == "#" else before[: -len(opener)]
    return opener not in {"#", "rem", "'"} or not ahead or ahead[-1].isspace()


def _parse_comment(line: int, own_line: bool, text: str, marker_length: int) -> ParsedComment:
    """A waiver from its mark on; ``head`` is the mark's length."""
    text = text[:MAX_COMMENT_LENGTH].rstrip()
    listed = text[marker_length:].lstrip()
    if not listed.startswith("["):
        return ParsedComment(line, own_line, text, error=f"it names no rule: {USAGE}")
    names, closed, tail = listed[1:].partition("]")
    rules = tuple(name.strip() for name in names.split(",") if name.strip())
    dash = REASON_SEPARATOR.search(tail)
    words = (tail if dash is None else tail[: dash.start()]).replace(",", " ").split()
    reason = tail[dash.end() :].strip() if dash is not None else ""
    days = [day[1] for day in map(UNTIL_DATE.fullmatch, words) if day is not None]
    fault = _find_error(closed, rules, words, days, reason)
    if fault:
        return ParsedComment(line, own_line, text, error=fault)
    return ParsedComment(line, own_line, text, rules, "".join(days), reason)


def _find_error(closed: str, rules: Sequence[str], words: Sequence[str], days: Sequence[str], reason: str) -> str:
    """Why a waiver cannot be honoured, by its form; empty where it can."""
    if not closed or not rules:
        return f"it names no rule: {USAGE}"
    if not all(RULE_PATTERN.fullmatch(rule) and re.search(r"[A-Za-z0-9]", rule) for rule in rules):
        return "it names a rule otherwise than reports do: scanner:rule, where * stands for any characters"
    if len(words) > len(days):
        return "between the rules and -- there can only be until=YYYY-MM-DD"
    if len(days) > 1 or not all(map(_is_date, days)):
        return "until= takes one day that there is, as YYYY-MM-DD"
    return "" if re.search(r"\w", reason) else f"it gives no reason: {USAGE}"


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def match_ignores(
    finding: Finding, comments: Mapping[int, Sequence[ParsedComment]], redact: Callable[[str], str]
) -> tuple[IgnoreComment, ...]:
    """The waivers that stand by a finding: in its first or last line, or alone in the lines just above it.

    ``clean`` takes out of a text what may still be a secret. Of a waiver's rules only those that are about the finding are kept.
    """
    place = finding.location
    near = {place.line, place.end_line}
    above = place.line - 1
    while any(comment.own_line for comment in comments.get(above, ())):
        near.add(above)
        above -= 1
    names = [
        finding.rule,
        *(f"{finding.scanner}:{name}" for name in (finding.affected_package.aliases if finding.affected_package else ())),
    ]
    return tuple(_to_ignore(comment, names, redact) for line in sorted(near) for comment in comments.get(line, ()))


def _to_ignore(comment: ParsedComment, names: Sequence[str], redact: Callable[[str], str]) -> IgnoreComment:
    """What reports may show: the names that are the finding's own are no secrets, all else may hold one."""
    about = tuple(rule for rule in comment.rules if any(fnmatchcase(name, rule) for name in names))
    if not about:
        return IgnoreComment(comment.line, redact(comment.text), problem=comment.error)
    rest = len(comment.rules) - len(about)
    listed = ", ".join([*about, *(["..."] if rest else [])])
    until = f" until={comment.until}" if comment.until else ""
    text = f"scangate: ignore[{listed}]{until} -- {redact(comment.reason)}"
    return IgnoreComment(comment.line, text, about, comment.until)
