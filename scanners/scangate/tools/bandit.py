"""bandit: weaknesses in Python code, read from its JSON. Its own waivers and configuration are off."""

from __future__ import annotations

import datetime as dt
import functools
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scangate.errors import Unreadable
from scangate.model import Accounting, Confidence, FileReport, Finding, Gap, GapKind, Kind, Location, Severity, Span
from scangate.scan.plugin import Run, Source, fields, parse
from scangate.tools.grammar import WARNINGS, gap, python_fault
from scangate.tools.inline import nosec, nosec_comments
from scangate.tools.installed import version_of

NAME = "bandit"
ACCOUNTING = Accounting.PER_FILE
SPLITS = True

QUICKLY = "scangate.tools.bandit_quickly"
SECRET_TESTS = frozenset({"B105", "B106", "B107"})
TEXT_TESTS = frozenset({"B104", "B105", "B108", "B608"})  # about a text, wherever it stands
_INTERNAL_ERROR = re.compile(r"Bandit internal error running: (\S+) on file (.+) at line (\d+):")
_VALUE = re.compile(r"^(Possible hardcoded password): '(.*)'$", re.DOTALL)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for bandit. ``skips``: test ids that it shall not run."""

    skips: tuple[str, ...] = ()


def version() -> str:
    """The version of the installed bandit."""
    return version_of("bandit")


def reads(path: str, options: Options) -> bool:
    """Python files."""
    del options
    return path.endswith((".py", ".pyw"))


def answers_digest(options: Options, environ: Mapping[str, str], today: dt.date) -> str:
    """Nothing: an answer is about the files alone."""
    del options, environ, today
    return ""


def scan(files: Sequence[Source], options: Options, run: Run) -> Iterable[FileReport]:
    """Runs bandit over ``files`` and reports each that its output names as read or as skipped."""
    python = [sys.executable, "-I", "-X", "utf8", "-m", QUICKLY]
    argv = [*python, run.script("bandit"), "--format", "json", "--ignore-nosec", "--quiet", "--exclude", ""]
    argv += ["--skip", ",".join(options.skips)] if options.skips else []
    output = run.start([*argv, *(str(source.file) for source in files)], codes=(0, 1), name=NAME)
    if output.cut:
        raise Unreadable(GapKind.GARBAGE, "bandit complains of more than can be read", "try it by hand: bandit FILE")
    results, errors, metrics = fields(parse(output.stdout, NAME), "results", "errors", "metrics")
    faults = _faults(errors, output.stderr.decode("utf-8", "replace"), run)
    found: dict[str, list[Any]] = {run.path_of(name): [] for name in metrics if name != "_totals"}
    for result in results:
        found.setdefault(run.path_of(*fields(result, "filename")), []).append(result)
    for source in files:
        if source.path in faults:
            yield FileReport(source.path, gaps=tuple(_gaps(source, faults[source.path])))
        if source.path in found:
            yield _report(source, found[source.path])


def _faults(errors: Any, stderr: str, run: Run) -> dict[str, list[str]]:
    """What bandit says it could not do, by path: files it skipped, and tests that failed on a file (told on stderr alone)."""
    faults: dict[str, list[str]] = {}
    for error in errors:
        name, reason = fields(error, "filename", "reason")
        faults.setdefault(run.path_of(name), []).append(str(reason))
    for match in _INTERNAL_ERROR.finditer(stderr):
        faults.setdefault(run.path_of(match[2]), []).append(f"its test {match[1]} failed at line {match[3]}")
    return faults


def _gaps(source: Source, reasons: Sequence[str]) -> Iterator[Gap]:
    fault = python_fault(source.data())
    if fault is not None:
        yield gap(NAME, source.path, fault)
        return
    for reason in reasons:
        yield Gap(NAME, source.path, GapKind.PARTIAL_PARSE, f"bandit: {reason}")


def _report(source: Source, results: Sequence[Any]) -> FileReport:
    comments = nosec_comments(source.data()) if results else {}
    secrets: list[Span] = []
    findings = [_finding(source, result, comments, secrets) for result in results]
    return FileReport(source.path, tuple(findings), secrets=tuple(secrets))


def _finding(source: Source, result: Any, comments: Mapping[int, str], secrets: list[Span]) -> Finding:
    test, name, text, line, lines = fields(result, "test_id", "test_name", "issue_text", "line_number", "line_range")
    severity, confidence, cwe, url, column, end_column = fields(
        result, "issue_severity", "issue_confidence", "issue_cwe", "more_info", "col_offset", "end_col_offset"
    )
    first, last = (line, line) if test in TEXT_TESTS else (min([line, *lines]), max([line, *lines]))
    end, here = max([line, *lines]), list[Span]()
    secret = _VALUE.match(text) if test in SECRET_TESTS else None
    if test in SECRET_TESTS:
        text = secret[1] if secret else "Possible hardcoded password"
        here = list(_spans(source.lines, line, end, secret[2] if secret else ""))
        secrets += here
        end = max([line, *(span.end_line for span in here)])
    return Finding(
        rule=f"{NAME}:{test}",
        severity=Severity.__members__.get(severity, Severity.UNKNOWN),
        confidence=Confidence.__members__.get(confidence, Confidence.UNKNOWN),
        kind=Kind.SECRET if test in SECRET_TESTS else Kind.CODE,
        title=_title(str(name), str(url)),
        message=text,
        location=Location(source.path, line, end, _column(source.lines, line, column) if line in lines[:1] else 0),
        cwe=(int(cwe["id"]),) if cwe.get("id") else (),
        help_url=url,
        extent=_nearest(here, Span(line, _column(source.lines, line, column), 0, 0))
        or _extent(source.lines, (first, column), (last, end_column)),
        waiver=nosec(comments, lines, line, test, _known_tests),
    )


def _column(lines: Sequence[str], line: int, offset: int) -> int:
    """The column that bandit's offset, in bytes of UTF-8, means; 0 where it gives none."""
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore")) + 1 if offset >= 0 else 0


def _nearest(secrets: Sequence[Span], place: Span) -> Span | None:
    """The secret that is meant, of those with its value: bandit gives the place of the text, of its name, or of the call."""
    return next((span for span in secrets if span >= place), secrets[0] if secrets else None)


def _extent(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> Span | None:
    """The text that bandit means, by its lines and offsets; None where they do not go together.

    A call that fails for one argument is reported on that argument's line, and the offsets are the call's. Of a text within an
    expression, the lines are the expression's and the offsets the text's.
    """
    first, last = _column(lines, *start), _column(lines, *end)
    return Span(start[0], first, end[0], last) if first and last and (start[0], first) < (end[0], last) else None


def _title(name: str, url: str) -> str:
    """What a test is called; bandit calls many of them "blacklist", and only the anchor in the documentation says which."""
    anchor = re.sub(r"^(b\d+-)+", "", url.rpartition("#")[2]) if name == "blacklist" else ""
    return (anchor or name).replace("-", " ").replace("_", " ")


def _spans(lines: Sequence[str], line: int, end: int, value: str) -> Iterator[Span]:
    """Where the password that bandit names stands: on the first of its lines that has it; all of them, where none has it as it is
    named."""
    if not value:
        return
    for number in range(line, min(end, len(lines)) + 1):
        text = lines[number - 1]
        at = text.find(value)
        if at >= 0:
            while at >= 0:
                yield Span(number, at + 1, number, at + 1 + len(value))
                at = text.find(value, at + len(value))
            return
    yield from (Span(number, 1, number, len(lines[number - 1]) + 1) for number in range(line, min(end, len(lines)) + 1))


@functools.cache
def _known_tests() -> Mapping[str, str]:
    """Every test id and name that bandit knows, and its id: asked for only where a comment names tests."""
    with WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bandit.core.extension_loader import MANAGER  # noqa: PLC0415 -- loads every plugin: a third of a second

    ids = {*MANAGER.plugins_by_id, *MANAGER.blacklist_by_id, *MANAGER.builtin}
    names = {plugin.name: plugin.plugin._test_id for plugin in MANAGER.plugins}
    names |= {name: item["id"] for name, item in MANAGER.blacklist_by_name.items()}
    return {**names, **{test: test for test in ids}}
