"""semgrep: our rule pack over code and configuration. Configuration, ignore files and suppressions of the tree have no effect.

What can fail, and what follows:

- semgrep crashes, or its output is malformed (`GapKind.CRASH`, `GapKind.GARBAGE`): the other front end is run, see `scan`. If it
  fails, too, the engine halves the batch; see ``scan/dispatch.py``.
- semgrep times out, is missing or is interrupted: no second attempt; every file of the call is a gap.
- semgrep reports an error about a file: a gap of that file, next to its findings (`_gaps`). An error about no file: a crash.
- semgrep does not list a file as scanned: no report here, so a gap by the engine.
- semgrep lists a file that it could not parse, without an error: our own check of the syntax finds it (`_unreported_syntax_gaps`).
- semgrep reads Python with its second parser, which finds less: a probe finds out (`_run`), and the file has a gap of the kind
  `GapKind.PARTIAL_PARSE` from the line where the first parser stopped (`_second_parser_gap`).
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
from scangate.plugin import Coverage, FileFacts, ScanContext, SourceFile, decode_json, depends_on_file_only
from scangate.printable import replace_unprintable
from scangate.scan.masking import cut_text, mask_suspicious
from scangate.tools import rule_pack
from scangate.tools.document_findings import SCRIPTS, find_in_document, report_on_script
from scangate.tools.mitigations import Mitigations
from scangate.tools.suppression_comments import find_nosemgrep
from scangate.tools.syntax_check import check_json, check_yaml, make_gap
from scangate.tools.tool_version import find_installed_version
from scangate.tools.user_rules import UserRule, UserRules

if TYPE_CHECKING:
    from scangate.tools.semgrep_input import PreparedSource

NAME = "semgrep"
FIXED_TEXTS = frozenset({"title", "message", "help_url"})
SPLITTABLE = True
cache_key = depends_on_file_only

EXPERIMENTAL = "--experimental"
CONSOLE_SCRIPT_MARKER = b"from semgrep.console_scripts.entrypoint import main"
"""A line by which the console script is recognized."""

MAX_MESSAGE_LENGTH = 4000  # characters; of a user's rule, which may quote what it matched
MAX_REASON_LENGTH = 300
RULE_TIMEOUT = 10  # seconds; a rule that is slow on one file makes a gap of that file, not of the whole call
MEMORY_LIMIT = 2000  # MiB; one file must not take the memory of the machine: thousands of equal keys in YAML took 4.7 GB
# The time limit needs `--x-parmap`: the threads that semgrep uses without it are not interrupted in the middle of a rule.
FLAGS = (
    *("--metrics", "off", "--disable-version-check", "--disable-nosem", "--no-git-ignore", "--x-ignore-semgrepignore-files"),
    *("--no-rewrite-rule-ids", "--json", "--oss-only", "--no-autofix", "--max-target-bytes", "0"),
    *("--timeout", str(RULE_TIMEOUT), "--timeout-threshold", "1", "--jobs", "1", "--x-parmap"),
    *("--max-memory", str(MEMORY_LIMIT)),
)
ENVIRONMENT = {"EIO_BACKEND": "posix", "SEMGREP_SEND_METRICS": "off", "SEMGREP_LOG_SRCS": "semgrep.parsing"}
"""With SEMGREP_LOG_SRCS, the experimental front end reports where its first parser for Python stopped."""

SYNTAX_PROBE = "scangate-syntax-probe"
SYNTAX_PROBE_RULE = f"""rules:
  - id: {SYNTAX_PROBE}
    languages:
      - python
    severity: INFO
    message: read by the first parser
    patterns:
      - pattern: scangate_syntax_probe(f"{{1}}", $QUOTED, b"a")
      - metavariable-regex:
          metavariable: $QUOTED
          regex: ^"a"$
"""
"""Matches the last line of each prepared Python file, if semgrep's first parser has read it. The second one, which takes over
without a word when the first fails, loses patterns with formatted strings, bytes and quotes, this rule's among them."""

SENTINEL = f"{SYNTAX_PROBE}.py"
"""A file that no parser reads: only if the first parser is reported to stop there, such reports are relied on for other files. It
saves parsing files to which no rule applies."""
SENTINEL_ONLY = f"""    paths:
      include:
        - {SENTINEL}
"""
_STOPPED_AT = re.compile(r"exn \(Parsing_error\.\w+ \((.+?):(\d+):(\d+) <")
_STOP_MARK = "with Pfff parser"
_UNCLEAR_NAME = re.compile(rf":\d+:\d+ <|\n|{_STOP_MARK}")
OUT_OF_MEMORY = "Out of memory"
ERROR_KINDS = {
    "PartialParsing": GapKind.PARTIAL_PARSE,
    "Timeout": GapKind.TIMEOUT,
    OUT_OF_MEMORY: GapKind.CRASH,
    "StackOverflow": GapKind.CRASH,
}


MEMORY_HINT = "split the file, or exclude it with a reason"


_ASSIGNMENT = re.compile(r"([\"']?)[\w.-]+\1\s*[=:]\s*")
_DOCKER_ASSIGNMENT = re.compile(r"\w+(?:=|[ \t]+)")
_PASSWORD_FOR_CHPASSWD = re.compile(r"(?:echo|printf)[ \t]+(?:-\w+[ \t]+)*[\"']?[\w.-]+:(?P<value>[^\"'|\\]*[^\"'|\\\s])")


Stop = tuple[int, int] | None
"""The line and column where a parser stopped, if they are known."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for semgrep: code and configuration, by the bundled rules."""

    front_end: Annotated[
        Literal["experimental", "ordinary"],
        msgspec.Meta(description="experimental starts ten times faster, with the same findings; if it fails, ordinary is run."),
    ] = "experimental"
    rules: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="Folders or files with semgrep rules of your own, from the policy's folder; they are used in addition.",
            extra={"trusted only": True, "tighter": "more"},
        ),
    ] = ()


class LeavingOptions(Options, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The options where the scanner taint reads the same Python files: the rules that it follows there are left to it.

    A policy cannot say this: it depends on what else runs, see `leave_followed_rules`.
    """

    leaves_followed_rules: bool = True


def leave_followed_rules(options: Options) -> Options:
    """``options`` for a run in which taint scans every Python file that semgrep scans."""
    return LeavingOptions(options.front_end, options.rules)


class _Position(msgspec.Struct):
    line: int
    col: int


class _Extra(msgspec.Struct):
    message: str
    severity: str
    metadata: dict[str, Any]


class _Result(msgspec.Struct):
    check_id: str
    path: str
    start: _Position
    end: _Position
    extra: _Extra


class _ErrorSpan(msgspec.Struct):
    start: _Position


class _Error(msgspec.Struct):
    type: str | list[Any]
    path: str | None = None
    rule_id: str | None = None
    message: str | None = None
    spans: list[_ErrorSpan] | None = None

    @property
    def line(self) -> int:
        """The line at fault, 0 if it is not known; lines of Python source are those of another layout."""
        is_known = self.spans and not (self.path or "").endswith((".py", ".pyi"))
        return min(span.start.line for span in self.spans or ()) if is_known else 0


class _Paths(msgspec.Struct):
    scanned: list[str]


class _Output(msgspec.Struct):
    results: list[_Result]
    errors: list[_Error]
    paths: _Paths


def version() -> str:
    """The version of the installed semgrep."""
    return find_installed_version("semgrep")


def reads(file: FileFacts, options: Options) -> bool:
    """Files to which at least one rule applies."""
    del options
    return rule_pack.has_rules_for(file.path, file.content_type)


def coverage(options: Options) -> Iterable[Coverage]:
    """What our rules cover."""
    return cover_content(options)


def cover_content(options: Options, more: Iterable[tuple[str, rule_pack.RuleScope]] = ()) -> Iterable[Coverage]:
    """What our rules cover, without those that are left to taint, and ``more`` rules, each with a content type."""
    return rule_pack.covered_content(tuple(more), are_followed=False if isinstance(options, LeavingOptions) else None)


def find_broken_rules(rules: UserRules, context: ScanContext) -> Iterator[tuple[UserRule, str]]:
    """The rules that semgrep cannot read, each with its reason, in one line. Raises ScanError if semgrep itself fails."""
    if not rules.rules:
        return
    target, file = context.temp_folder / "empty.py", context.temp_folder / "user-rules.json"
    target.write_bytes(b"")
    file.write_bytes(rules.encode())
    argv = [_program([EXPERIMENTAL], context), "scan", *FLAGS, EXPERIMENTAL, "--config", str(file), str(target)]
    output = context.run_program(argv, env=ENVIRONMENT, exit_codes=range(128), name=NAME)
    for error in decode_json(output.stdout, NAME, _Output).errors:
        rule = rules.find(error.rule_id or "")
        if rule is None:
            raise ScanError(GapKind.CRASH, f"semgrep cannot read the rules: {_one_line(error.message or '')}")
        yield rule, _one_line((error.message or "").partition(":")[2] or "not a valid rule")


def _one_line(text: str) -> str:
    return replace_unprintable(" ".join(text.split()))[:MAX_REASON_LENGTH]


def scan(
    files: Sequence[SourceFile], options: Options, context: ScanContext, user_rules: UserRules | None = None
) -> Iterable[FileReport]:
    """Runs semgrep over ``files`` and reports each file that its output lists as scanned; falls back to the ordinary front end.

    Python that taint does not read is scanned in a run of its own, with all rules. ``user_rules``: rules in addition to ours.
    """
    more = user_rules or UserRules()
    alone = [each for each in files if _is_python_of_its_own(each)] if isinstance(options, LeavingOptions) else files
    others = [each for each in files if each not in alone]
    return [
        *(_scan(others, options, context, more, leaves_followed=True) if others else ()),
        *(_scan(alone, options, context, more, leaves_followed=False) if alone else ()),
    ]


def _is_python_of_its_own(source: SourceFile) -> bool:
    """Whether semgrep takes a file for Python that the scanner taint is not given, such as a cell of a notebook."""
    path = rule_pack.tool_path(source.path, source.content_type, b"")
    is_given = source.content_type == "python" and not source.container
    return path.endswith(rule_pack.SUFFIXES["python"]) and not is_given


def _scan(
    files: Sequence[SourceFile], options: Options, context: ScanContext, more: UserRules, *, leaves_followed: bool
) -> list[FileReport]:
    if options.front_end == "experimental":
        try:
            return list(_reports(files, [EXPERIMENTAL], context, more, leaves_followed=leaves_followed))
        except ScanError as error:
            if error.kind not in (GapKind.CRASH, GapKind.GARBAGE):
                raise
    return list(_reports(files, [], context, more, leaves_followed=leaves_followed))


def _rule_arguments(rule_files: Iterable[Path], context: ScanContext, more: UserRules, *, leaves_followed: bool) -> Iterator[str]:
    """The arguments that name the rules; those that taint follows are taken out of their files. ``more``: the user's."""
    if more.rules:
        own = context.temp_folder / "user-rules.json"
        own.write_bytes(more.encode())
        yield from ("--config", str(own))
    for file in rule_files:
        rest = rule_pack.without_followed_rules(file) if leaves_followed else None
        if rest is None:
            yield from ("--config", str(file))
        elif rest:
            copy = context.temp_folder / f"rules-{file.parent.name}-{file.name}"
            copy.write_text(rest, "utf-8")
            yield from ("--config", str(copy))


def _reports(
    files: Sequence[SourceFile], flags: Sequence[str], context: ScanContext, more: UserRules, *, leaves_followed: bool
) -> Iterator[FileReport]:
    from scangate.tools.semgrep_input import prepare_source  # noqa: PLC0415 -- not needed if nothing has changed

    scripts = {source.path for source in files if source.content_type == SCRIPTS and not more.is_about(source.path, SCRIPTS)}
    yield from (report_on_script(NAME, source) for source in files if source.path in scripts)
    files = [source for source in files if source.path not in scripts]
    if not files:
        return
    paths = [_tool_path(source, more) for source in files]
    prepared = [prepare_source(path, source.read_bytes()) for path, source in zip(paths, files, strict=True)]
    rule_files = rule_pack.rule_files_for(paths, {source.content_type for source in files})
    rules = list(_rule_arguments(rule_files, context, more, leaves_followed=leaves_followed))
    inputs = [
        str(_input_file(source, path, ready.text, context)) for source, path, ready in zip(files, paths, prepared, strict=True)
    ]
    files_to_probe = {name for name, ready in zip(inputs, prepared, strict=True) if ready.is_probed and ready.error is None}
    report, stops = _run(inputs, rules, flags, files_to_probe, context)
    stopped = {context.repository_path(name): stop for name, stop in stops.items()}
    gaps = _gaps(report.errors, context)
    found: dict[str, list[_Result]] = {context.repository_path(name): [] for name in report.paths.scanned}
    for result in report.results:
        found.setdefault(context.repository_path(result.path), []).append(result)
    for source, path, ready in zip(files, paths, prepared, strict=True):
        if source.path in found:
            unreported = list(_unreported_syntax_gaps(source, path, ready, is_reported=source.path in gaps))
            doubts = [_explain(gap, source, unreported) for gap in gaps.get(source.path, ())] or unreported
            if not doubts and source.path in stopped:
                doubts = [_second_parser_gap(source, ready, stopped[source.path])]
            results = [each for each in found[source.path] if rule_pack.is_about(_rule_name(each), source.content_type)]
            theirs = [(rule, each) for each in results if (rule := more.find(_rule_name(each))) is not None]
            bundled = [each for each in results if more.find(_rule_name(each)) is None]
            ours = (
                _report(source, ready, bundled, doubts)
                if source.content_type != SCRIPTS
                else report_on_script(NAME, source, doubts)
            )
            yield _add_user_findings(ours, source, ready, theirs)


def _tool_path(source: SourceFile, more: UserRules) -> str:
    """The path under which semgrep recognizes the file's language."""
    path, suffix = (
        rule_pack.tool_path(source.path, source.content_type, source.read_bytes()),
        more.tool_suffix(source.content_type),
    )
    return path if path != source.path or path.endswith(suffix) else path + suffix


def _add_user_findings(
    report: FileReport, source: SourceFile, ready: PreparedSource, results: Iterable[tuple[UserRule, _Result]]
) -> FileReport:
    """``report`` with what the user's rules find: those that are about the file, and not in the line that was added to it."""
    last_line = ready.text.count(b"\n") if ready.is_probed else sys.maxsize
    secrets = list(report.secrets)
    findings = dict.fromkeys(
        _user_finding(source, ready, rule, result, secrets)
        for rule, result in results
        if rule.is_about(source.path, source.content_type) and result.start.line < last_line
    )
    if not findings:
        return report
    return msgspec.structs.replace(report, findings=(*report.findings, *findings), secrets=tuple(secrets))


def _user_finding(source: SourceFile, ready: PreparedSource, rule: UserRule, result: _Result, secrets: list[Secret]) -> Finding:
    """The finding of a user's rule. Its message may quote what it matched, so it is shown as the text of another tool is."""
    location = _location(source, ready, result)
    text = mask_suspicious(cut_text(replace_unprintable(" ".join(result.extra.message.split())), MAX_MESSAGE_LENGTH))
    if rule.kind is FindingKind.SECRET:
        location, text = _locate_secret(source, location, rule.name, rule.severity, secrets), rule.title
    return Finding(
        rule=f"{NAME}:{rule.name}",
        severity=rule.severity,
        confidence=rule.confidence,
        kind=rule.kind,
        title=rule.title,
        message=text,
        location=location,
        cwe=rule.cwe,
        help_url=rule.help_url,
        tool_comment=find_nosemgrep(source.lines, location.line, rule.id),
    )


def _run(
    inputs: Sequence[str], rules: Sequence[str], flags: Sequence[str], files_to_probe: Set[str], context: ScanContext
) -> tuple[_Output, dict[str, Stop]]:
    """Runs semgrep; returns its answer without what concerns the probe, and the ``files_to_probe`` that its first parser did not
    read, with where it stopped."""
    from scangate.tools.semgrep_input import PYTHON_PROBE  # noqa: PLC0415 -- not needed if nothing has changed

    argv = [_program(flags, context), "scan", *FLAGS, *flags, *rules]
    probe, sentinel = context.temp_folder / f"{SYNTAX_PROBE}.yaml", context.temp_folder / SENTINEL
    sentinel.write_bytes(b"(\n" + PYTHON_PROBE)
    stops: dict[str, Stop] | None = None
    if EXPERIMENTAL in flags and files_to_probe and not any(map(_UNCLEAR_NAME.search, inputs)):
        probe.write_text(SYNTAX_PROBE_RULE + SENTINEL_ONLY)
        output = context.run_program([*argv, "--config", str(probe), str(sentinel), *inputs], env=ENVIRONMENT, name=NAME)
        report = decode_json(output.stdout, NAME, _Output)
        if not output.stderr_truncated:
            stops = _parser_stops(output.stderr.decode("utf-8", "replace"), str(sentinel), files_to_probe)
    if stops is None:  # ask for each file
        probe.write_text(SYNTAX_PROBE_RULE)
        output = context.run_program([*argv, "--config", str(probe), *inputs], env=ENVIRONMENT, name=NAME)
        report = decode_json(output.stdout, NAME, _Output)
        probed = {result.path for result in report.results if result.check_id == SYNTAX_PROBE}
        stops = dict.fromkeys(files_to_probe - probed)
    results = [result for result in report.results if result.check_id != SYNTAX_PROBE]
    errors = [error for error in report.errors if error.path != str(sentinel)]
    scanned = [name for name in report.paths.scanned if name != str(sentinel)]
    return _Output(results, errors, _Paths(scanned)), stops


def _parser_stops(stderr: str, sentinel: str, files: Set[str]) -> dict[str, Stop] | None:
    """Where semgrep's first parser stopped, by file; None if ``stderr`` does not show it."""
    found = {stop[1]: (int(stop[2]), int(stop[3])) for stop in _STOPPED_AT.finditer(stderr)}
    is_complete = stderr.count(_STOP_MARK) == sum(1 for _ in _STOPPED_AT.finditer(stderr)) and sentinel in found
    return {name: stop for name, stop in found.items() if name in files} if is_complete else None


def _second_parser_gap(source: SourceFile, ready: PreparedSource, stop: Stop) -> Gap:
    where = f" from line {ready.locate(stop, stop)[0][0]}" if stop else ""
    hint = "write the syntax in that line in another way, or exclude the file with a reason"
    return Gap(NAME, source.path, GapKind.PARTIAL_PARSE, f"semgrep: its Python parser does not know the syntax{where}", hint=hint)


def _program(flags: Sequence[str], context: ScanContext) -> str:
    """The program to run. With EXPERIMENTAL, semgrep's console script only executes semgrep-core under the name osemgrep; doing the
    same here saves a start of Python. Without the flag, or if the installation looks different, the script is run."""
    script = context.find_console_script("semgrep")
    package = importlib.util.find_spec("semgrep")
    program = Path(package.origin).parent / "bin" / "semgrep-core" if package is not None and package.origin else None
    if (
        EXPERIMENTAL not in flags
        or program is None
        or not os.access(program, os.X_OK)
        or CONSOLE_SCRIPT_MARKER not in Path(script).read_bytes()
    ):
        return script
    name = context.temp_folder / "osemgrep"
    if not name.is_symlink():
        name.symlink_to(program)
    return str(name)


def _input_file(source: SourceFile, path: str, text: bytes, context: ScanContext) -> Path:
    """The file that semgrep gets, named like ``path``: it recognizes ``Dockerfile``, but neither ``Dockerfile.prod`` nor
    ``Containerfile``."""
    name = ""
    if rule_pack.is_dockerfile(path):
        name = "Dockerfile" if source.file.name != "Dockerfile" else ""
    elif path != source.path:
        name = source.file.name + PurePosixPath(path).suffix
    if text != source.read_bytes():
        return context.make_alias(source, name, text)
    return context.make_alias(source, name) if name else source.file


def _gaps(errors: Iterable[_Error], context: ScanContext) -> dict[str, list[Gap]]:
    """semgrep's errors as gaps by path. Raises ScanError(CRASH) for one without a path: it concerns the rules or semgrep."""
    gaps: dict[str, list[Gap]] = {}
    for error in errors:
        name = error.type if isinstance(error.type, str) else str(error.type[0])
        if not error.path:
            raise ScanError(GapKind.CRASH, f"semgrep failed: {name}")
        path = context.repository_path(error.path)
        kind = ERROR_KINDS.get(name, GapKind.UNPARSABLE if "yntax" in name or "exical" in name else GapKind.CRASH)
        hint = MEMORY_HINT if name == OUT_OF_MEMORY else ""
        gaps.setdefault(path, []).append(Gap(NAME, path, kind, f"semgrep: {_describe_error(name)}", error.line, hint))
    return gaps


def _describe_error(name: str) -> str:
    if name == "Timeout":
        return f"a rule took more than {RULE_TIMEOUT} seconds"
    if name == OUT_OF_MEMORY:
        return f"it needs more than {MEMORY_LIMIT:,} MiB of memory for this file"
    return "only partially parsed" if name == "PartialParsing" else name.lower()


def _report(source: SourceFile, ready: PreparedSource, results: Sequence[_Result], gaps: Sequence[Gap]) -> FileReport:
    secrets: list[Secret] = []
    found = dict.fromkeys(_finding(source, ready, result, secrets) for result in results)  # one for a copy and its original
    mitigations, taint_rules = Mitigations(source), rule_pack.list_taint_rules() if source.content_type == "python" else frozenset()
    findings = dict.fromkeys(mitigations.lower(each, is_value=each.rule.partition(":")[2] in taint_rules) for each in found)
    try:
        findings |= dict.fromkeys(find_in_document(NAME, source, findings))
    except ScanError as error:
        gaps = [*gaps, make_gap(NAME, source.path, error)]
    return FileReport(source.path, tuple(findings), tuple(gaps), secrets=tuple(secrets))


_LONG_LINE = 2000
_MINIFIED_HINT = (
    "scan the source that the bundle is made from; a copy of a library, whose release its manifest has audited, can be left out:"
    " paths: {exclude: [{path: PATH, reason: WHY}]}"
)
_LARGE_HINT = "split the file, or exclude it for this scanner: paths: {exclude: [{path: PATH, scanners: [semgrep], reason: WHY}]}"


def _explain_timeout(gap: Gap, source: SourceFile) -> Gap:
    """The gap, saying what takes long: minified code, with all of a program in a few lines, or a deep structure."""
    if max(map(len, source.lines), default=0) > _LONG_LINE and source.content_type in ("javascript", "typescript"):
        return msgspec.structs.replace(gap, reason=f"{gap.reason}: the file is minified", hint=_MINIFIED_HINT)
    return msgspec.structs.replace(gap, reason=f"{gap.reason}: the file is large, or nested deeply", hint=_LARGE_HINT)


def _explain(gap: Gap, source: SourceFile, ours: Sequence[Gap]) -> Gap:
    """A gap that semgrep reports, with the line and the problem that our own check has found, if it has; the worse kind counts."""
    if gap.kind is GapKind.TIMEOUT:
        return _explain_timeout(gap, source)
    if not ours or gap.kind not in (GapKind.UNPARSABLE, GapKind.PARTIAL_PARSE):
        return gap
    kind = GapKind.UNPARSABLE if GapKind.UNPARSABLE in (gap.kind, ours[0].kind) else gap.kind
    return msgspec.structs.replace(gap, kind=kind, reason=ours[0].reason, line=ours[0].line, hint=ours[0].hint)


def _unreported_syntax_gaps(source: SourceFile, path: str, ready: PreparedSource, *, is_reported: bool) -> Iterator[Gap]:
    """Gaps for files that semgrep lists as scanned, under a name like ``path``, although it could not parse them. JSON is checked
    only to say where a fault is that semgrep has reported."""
    error = ready.error
    if path.endswith((".yml", ".yaml")):
        error = check_yaml(source.read_bytes())
    if path.lower().endswith(".json") and is_reported:
        error = check_json(source.read_bytes())
    if rule_pack.is_dockerfile(path):
        from scangate.tools.dockerfile import check_dockerfile  # noqa: PLC0415 -- only if needed

        error = check_dockerfile(ready.text)
    if error is not None:
        yield make_gap(NAME, source.path, error)


def _rule_name(result: _Result) -> str:
    return result.check_id.rpartition(".")[2]


def _finding(source: SourceFile, ready: PreparedSource, result: _Result, secrets: list[Secret]) -> Finding:
    name, metadata = _rule_name(result), result.extra.metadata
    severity = rule_pack.SEVERITIES.get(metadata.get("severity", result.extra.severity), Severity.UNKNOWN)
    kind = FindingKind(metadata.get("kind", "code"))
    location = _location(source, ready, result)
    if kind is FindingKind.SECRET:
        location = _locate_secret(source, location, name, severity, secrets)
    return Finding(
        rule=f"{NAME}:{name}",
        severity=severity,
        confidence=Confidence.__members__.get(metadata.get("confidence", ""), Confidence.UNKNOWN),
        kind=kind,
        title=metadata.get("title", name),
        message=" ".join(result.extra.message.split()),
        location=location,
        cwe=tuple(rule_pack.parse_cwes(metadata)),
        help_url=str(metadata.get("help", "")),
        tool_comment=find_nosemgrep(source.lines, location.line, name),
    )


def _location(source: SourceFile, ready: PreparedSource, result: _Result) -> Location:
    start, end = (result.start.line, result.start.col), (result.end.line, result.end.col)
    (line, column), (end_line, end_column) = ready.locate(start, end)
    return Location(source.path, line, max(end_line, line), column, end_column)


def _locate_secret(source: SourceFile, location: Location, name: str, severity: Severity, secrets: list[Secret]) -> Location:
    """Adds what a rule for secrets matched to ``secrets``, and returns the location of the finding."""
    span = _secret_span(source, location)
    secrets.append(Secret((span,), (f"{NAME}:{name}",), SecretWeight.of(severity)))
    return Location(source.path, location.line, location.line, location.column, 0)


def _secret_span(source: SourceFile, location: Location) -> Span:
    """The match of a secret rule without the name that the secret is assigned to."""
    lines = source.lines
    text = lines[location.line - 1][location.column - 1 :] if location.line <= len(lines) else ""
    if password := _PASSWORD_FOR_CHPASSWD.match(text):
        start, end = (location.column + offset for offset in password.span("value"))
        return Span(location.line, start, location.line, end)
    name = (_DOCKER_ASSIGNMENT if rule_pack.is_dockerfile(source.path) else _ASSIGNMENT).match(text)
    return Span(location.line, location.column + (name.end() if name else 0), location.end_line, location.end_column)
