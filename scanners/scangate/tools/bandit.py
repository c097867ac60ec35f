"""bandit: weaknesses in Python code, parsed from its JSON. Its own suppressions and configuration are disabled."""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from scangate.errors import ScanError
from scangate.model import (
    Confidence,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    Secret,
    SecretWeight,
    Severity,
    Span,
)
from scangate.plugin import Analysis, Coverage, FileFacts, ScanContext, SourceFile, decode_json, depends_on_file_only
from scangate.python_parser import ignore_warnings
from scangate.scan.literals import SourceText
from scangate.tools.mitigations import Mitigations
from scangate.tools.suppression_comments import find_nosec, read_nosec_comments
from scangate.tools.syntax_check import check_python, make_gap
from scangate.tools.tool_version import find_installed_version

NAME = "bandit"
FIXED_TEXTS = frozenset({"title", "help_url"})
SPLITTABLE = True
cache_key = depends_on_file_only

RUNNER_MODULE = "scangate.tools.bandit_runner"
MIN_TESTS = 10
"""With fewer tests, Python does not count as analyzed; each is about one weakness, see `rule_pack.MIN_WEAKNESSES`."""
SECRET_TESTS = frozenset({"B105", "B106", "B107"})
STRING_TESTS = frozenset({"B104", "B105", "B108", "B608"})  # about a string literal, wherever it appears
CONSTANTS = frozenset({"None", "True", "False"})
_INTERNAL_ERROR = re.compile(r"Bandit internal error running: (\S+) on file (.+) at line (\d+):")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")  # of an object in a message: another one in each run
_PASSWORD_MESSAGE = re.compile(r"^(Possible hardcoded password): '(.*)'$", re.DOTALL)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for bandit: Python code."""

    skips: Annotated[tuple[str, ...], msgspec.Meta(description="Ids of tests that are not run, such as B101.")] = ()


class _Cwe(msgspec.Struct):
    id: int = 0


class _Result(msgspec.Struct):
    filename: str
    test_id: str
    test_name: str
    issue_text: str
    issue_severity: str
    issue_confidence: str
    issue_cwe: _Cwe
    more_info: str
    line_number: int
    line_range: list[int]
    col_offset: int
    end_col_offset: int


class _Error(msgspec.Struct):
    filename: str
    reason: str


class _Output(msgspec.Struct):
    results: list[_Result]
    errors: list[_Error]
    metrics: dict[str, Any]


def version() -> str:
    """The version of the installed bandit."""
    return find_installed_version("bandit")


def reads(file: FileFacts, options: Options) -> bool:
    """Python, whatever the file is called."""
    del options
    return file.content_type == "python"


def coverage(options: Options) -> Iterable[Coverage]:
    """Code analysis of Python, unless the policy skips so many tests that fewer than MIN_TESTS are left."""
    tests = len(_test_ids() - set(options.skips))
    return [Coverage("python", Analysis.CODE, tests)] if tests >= MIN_TESTS else []


@functools.cache
def _test_ids() -> frozenset[str]:
    """The ids of the installed tests, from bandit's source: to import them takes 0.3 s."""
    spec = importlib.util.find_spec("bandit")
    folder = Path(spec.origin).parent if spec is not None and spec.origin is not None else None
    if folder is None:
        return frozenset()
    plugins = "".join(file.read_text("utf-8") for file in sorted((folder / "plugins").glob("*.py")))
    lists = "".join(file.read_text("utf-8") for file in sorted((folder / "blacklists").glob("*.py")))
    return frozenset({*re.findall(r'test_id\("(B\d+)"\)', plugins), *re.findall(r'^\s+"(B\d+)",$', lists, re.MULTILINE)})


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Runs bandit over ``files`` and reports each file that its output lists as scanned or skipped."""
    python = [sys.executable, "-I", "-X", "utf8", "-m", RUNNER_MODULE]
    argv = [*python, context.find_console_script("bandit"), "--format", "json", "--ignore-nosec", "--quiet", "--exclude", ""]
    argv += ["--skip", ",".join(options.skips)] if options.skips else []
    output = context.run_program([*argv, *(str(source.file) for source in files)], exit_codes=(0, 1), name=NAME)
    if output.stderr_truncated:
        raise ScanError(GapKind.GARBAGE, "bandit wrote too many errors to read them all", "run it on its own: bandit FILE")
    report = decode_json(output.stdout, NAME, _Output)
    errors_by_path = _errors_by_path(report.errors, output.stderr.decode("utf-8", "replace"), context)
    found: dict[str, list[_Result]] = {context.repository_path(name): [] for name in report.metrics if name != "_totals"}
    for result in report.results:
        found.setdefault(context.repository_path(result.filename), []).append(result)
    for source in files:
        if source.path in errors_by_path:
            yield FileReport(source.path, gaps=tuple(_gaps(source, errors_by_path[source.path])))
        if source.path in found:
            yield _report(source, found[source.path])


def _errors_by_path(errors: Iterable[_Error], stderr: str, context: ScanContext) -> dict[str, list[str]]:
    """bandit's errors by path: files that it skipped, and tests that failed on a file (reported on stderr only)."""
    found: dict[str, list[str]] = {}
    for error in errors:
        found.setdefault(context.repository_path(error.filename), []).append(error.reason)
    for match in _INTERNAL_ERROR.finditer(stderr):
        found.setdefault(context.repository_path(match[2]), []).append(f"test {match[1]} failed at line {match[3]}")
    return found


def _gaps(source: SourceFile, reasons: Sequence[str]) -> Iterator[Gap]:
    error = check_python(source.read_bytes())
    if error is not None:
        yield make_gap(NAME, source.path, error)
        return
    for reason in reasons:
        yield Gap(NAME, source.path, GapKind.PARTIAL_PARSE, f"bandit: {reason}")


def _report(source: SourceFile, results: Sequence[_Result]) -> FileReport:
    comments = read_nosec_comments(source.read_bytes()) if results else {}
    secrets: list[Secret] = []
    literals = SourceText(source.path, source.lines, source.content_type)
    mitigations = Mitigations(source)
    findings = [mitigations.lower(_finding(source, result, comments, literals, secrets)) for result in results]
    return FileReport(source.path, tuple(findings), secrets=tuple(secrets))


def _finding(
    source: SourceFile, result: _Result, comments: Mapping[int, str], literals: SourceText, secrets: list[Secret]
) -> Finding:
    test, text, line, lines = result.test_id, _ADDRESS.sub("", result.issue_text), result.line_number, result.line_range
    first, last = (line, line) if test in STRING_TESTS else (min([line, *lines]), max([line, *lines]))
    column = _column(source.lines, line, result.col_offset)
    severity = Severity.__members__.get(result.issue_severity, Severity.UNKNOWN)
    end, here = max([line, *lines]), list[Span]()
    secret = _PASSWORD_MESSAGE.match(text) if test in SECRET_TESTS else None
    if test in SECRET_TESTS:
        text = secret[1] if secret else "Possible hardcoded password"
        values = list(_locate_password(source.lines, literals, line, end, secret[2] if secret else ""))
        secrets += [Secret(spans, (f"{NAME}:{test}",), SecretWeight.of(severity)) for spans in values]
        here = [spans[0] for spans in values] or list(_locate_constant(source.lines, line, end, secret[2] if secret else ""))
        end = max([line, *(span.end_line for spans in values for span in spans)])
    return Finding(
        rule=f"{NAME}:{test}",
        severity=severity,
        confidence=Confidence.__members__.get(result.issue_confidence, Confidence.UNKNOWN),
        kind=FindingKind.SECRET if test in SECRET_TESTS else FindingKind.CODE,
        title=_title(result.test_name, result.more_info),
        message=text,
        location=Location(source.path, line, end, column if line in lines[:1] else 0),
        cwe=(result.issue_cwe.id,) if result.issue_cwe.id else (),
        help_url=result.more_info,
        match_span=_nearest_secret(here, Span(line, column, 0, 0))
        or _matched_span(source.lines, (first, result.col_offset), (last, result.end_col_offset)),
        tool_comment=find_nosec(comments, lines, line, test, _load_test_ids),
    )


def _column(lines: Sequence[str], line: int, offset: int) -> int:
    """The column for bandit's offset in UTF-8 bytes; 0 if it reports none."""
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore")) + 1 if offset >= 0 else 0


def _nearest_secret(secrets: Sequence[Span], position: Span) -> Span | None:
    """The secret at or after ``position``: bandit reports the position of the string, of the name, or of the call."""
    return next((span for span in secrets if span >= position), secrets[0] if secrets else None)


def _matched_span(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> Span | None:
    """The reported source range, by lines and offsets; None if they are inconsistent.

    A finding on an argument has the argument's line and the call's offsets; one on a string in an expression has the
    expression's lines and the string's offsets.
    """
    first, last = _column(lines, *start), _column(lines, *end)
    return Span(start[0], first, end[0], last) if first and last and (start[0], first) < (end[0], last) else None


def _title(name: str, url: str) -> str:
    """The title of a test; bandit names many of them "blacklist", and only the anchor in the URL is specific."""
    anchor = re.sub(r"^(b\d+-)+", "", url.rpartition("#")[2]) if name == "blacklist" else ""
    return (anchor or name).replace("-", " ").replace("_", " ")


def _locate_password(
    lines: Sequence[str], literals: SourceText, line: int, last_line: int, value: str
) -> Iterator[tuple[Span, ...]]:
    """The positions of the reported password in the first line that has it, in pieces where it is put together from literals.

    All literals in the lines if none has this value, and nothing if it is a constant such as None.
    """
    last_line = min(last_line, len(lines))
    if not value or value in CONSTANTS:
        return
    text = value
    with contextlib.suppress(ValueError, SyntaxError, MemoryError, RecursionError):  # bandit shows bytes as b'...'
        text = ast.literal_eval(value).decode("latin-1") if value.startswith(("b'", 'b"')) else value
    found = list(literals.locate_value(line, last_line, text))
    found = [spans for spans in found if spans[0].line == found[0][0].line]
    yield from found or [(Span(number, 1, number, len(lines[number - 1]) + 1),) for number in range(line, last_line + 1)]


def _locate_constant(lines: Sequence[str], line: int, last_line: int, value: str) -> Iterator[Span]:
    """The position of None, True or False where bandit takes it for a password: no secret, but what the finding is about."""
    for number in range(line, min(last_line, len(lines)) + 1) if value in CONSTANTS else ():
        if match := re.search(rf"\b{value}\b", lines[number - 1]):
            yield Span(number, match.start() + 1, number, match.end() + 1)
            return


@functools.cache
def _load_test_ids() -> Mapping[str, str]:
    """The id for every test id and name in bandit; needed only if a comment names tests."""
    with ignore_warnings():
        from bandit.core.extension_loader import MANAGER  # noqa: PLC0415 -- loads every plugin, which takes 0.3 s

    ids = {*MANAGER.plugins_by_id, *MANAGER.blacklist_by_id, *MANAGER.builtin}
    names = {plugin.name: plugin.plugin._test_id for plugin in MANAGER.plugins}
    names |= {name: item["id"] for name, item in MANAGER.blacklist_by_name.items()}
    return {**names, **{test: test for test in ids}}
