"""taint: request data that reaches a sink through functions and files of the project, by the taint rules of our rule pack.

What can fail, and what follows:

- A file that is needed cannot be parsed: a gap of that file. Files that no request can reach are not parsed.
- What one function reaches is too much code (`engine.MAX_STEPS_OF_ROOT`), or nested too deeply: a gap of the function's file.
- The program crashes, or its output is malformed: every file is a gap.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

import scangate
from scangate.model import (
    Confidence,
    Coverage,
    FileReport,
    Finding,
    FindingKind,
    FlowStep,
    FormerRule,
    Gap,
    GapKind,
    Location,
    Mitigation,
    Severity,
)
from scangate.plugin import FileFacts, ScanContext, SourceFile, decode_json, depends_on_file_only
from scangate.tools import rule_pack, semgrep
from scangate.tools.python_imports import name_imported_files
from scangate.tools.suppression_comments import find_nosemgrep
from scangate.tools.syntax_check import check_python, make_gap
from scangate.tools.taint_answers import Answers, Flow, Output

NAME = "taint"
FIXED_TEXTS = frozenset({"title", "message", "help_url"})
READS_PIECES = False
cache_key = depends_on_file_only

RUNNER_MODULE = "scangate.tools.taint_runner"
HINT = "divide the function, or exclude the file for this scanner with a reason"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for taint: request data in Python code, across functions and files; it has no options of its own."""


def version() -> str:
    """The version of scangate: the scanner is a part of it."""
    return scangate.__version__


def reads(file: FileFacts, options: Options) -> bool:
    """Python, whatever the file is called; by its name where the type is not known."""
    del options
    return file.content_type == "python" or (not file.content_type and file.path.endswith(".py"))


def coverage(options: Options) -> Iterable[Coverage]:
    """What the rules that are followed cover."""
    del options
    return rule_pack.covered_content(are_followed=True)


def also_reads(path: str, data: bytes, options: Options) -> Iterable[str]:
    """The files that a module may import: where only changed files are scanned, data passes through the others as well."""
    del options
    return name_imported_files(path, data)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Follows request data through all of ``files``, in a process of its own, and reports each file."""
    del options
    answers = Answers(files, context)
    if answers.unknown and answers.may_have_source:  # a few files changed
        answers.learn(_run(answers.unknown, {}, context, wants_sources_only=True).with_source)
    answer = answers.find()
    if answer is None:
        answer = _run(files, answers.may_have_source, context)
    answers.save(answer)
    sources = {source.path: source for source in files}
    findings: dict[str, list[Finding]] = defaultdict(list)
    for flow in answer.flows:
        findings[flow.steps[-1].path].append(_finding(flow, sources))
    gaps = {path: _unparsable(sources[path]) for path in answer.unparsable}
    for path in answer.unfinished:
        reason = "the functions that a request reaches from here are too much code to follow"
        gaps.setdefault(path, Gap(NAME, path, GapKind.TIMEOUT, reason, hint=HINT))
    for path in sources:
        yield FileReport(path, tuple(findings.get(path, ())), (gaps[path],) if path in gaps else ())


def _run(
    files: Sequence[SourceFile], known: Mapping[str, bool], context: ScanContext, *, wants_sources_only: bool = False
) -> Output:
    """Runs the engine. ``known``: whether files can have a source, as far as that is known."""
    job = context.temp_folder / "taint-job.json"
    paths = {source.path: str(source.file) for source in files}
    job.write_bytes(msgspec.json.encode({"files": paths, "known": known, "wants_sources_only": wants_sources_only}))
    output = context.run_program([sys.executable, "-I", "-X", "utf8", "-m", RUNNER_MODULE, str(job)], name=NAME)
    return decode_json(output.stdout, NAME, Output)


def _unparsable(source: SourceFile) -> Gap:
    error = check_python(source.read_bytes())
    if error is not None:
        return make_gap(NAME, source.path, error)
    return Gap(NAME, source.path, GapKind.UNPARSABLE, "cannot be parsed", hint="fix the file, or exclude it with a reason")


def _finding(flow: Flow, sources: Mapping[str, SourceFile]) -> Finding:
    steps = tuple(
        FlowStep(Location(step.path, step.line, step.end_line, step.column, step.end_column), step.role) for step in flow.steps
    )
    rule = flow.rule
    location, metadata = steps[-1].location, rule.metadata
    severity = Severity[str(metadata["severity"])]
    return Finding(
        rule=f"{NAME}:{rule.id}",
        severity=min(severity, Severity.MEDIUM) if flow.is_assumed else severity,
        confidence=Confidence.LOW if flow.is_assumed else Confidence[str(metadata["confidence"])],
        mitigation=Mitigation.ASSUMED if flow.is_assumed else None,
        kind=FindingKind(metadata["kind"]),
        title=str(metadata["title"]),
        message=" ".join(rule.message.split()),
        location=location,
        cwe=tuple(rule_pack.parse_cwes(metadata)),
        help_url=str(metadata["help"]),
        tool_comment=find_nosemgrep(sources[location.path].lines, location.line, rule.id),
        former=FormerRule(f"{semgrep.NAME}:{rule.id}"),  # what was accepted there is accepted here
        flow=steps,
    )
