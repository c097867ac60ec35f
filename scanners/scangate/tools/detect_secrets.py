"""detect-secrets: secrets in any text file. Its plugins run in a worker process that reports positions, never values."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import msgspec

from scangate.content.catalog import is_text
from scangate.errors import ScanError
from scangate.globs import Glob, matches
from scangate.model import (
    ANY_TYPE,
    FileReport,
    Finding,
    FindingKind,
    FormerRule,
    Gap,
    GapKind,
    Location,
    Secret,
    SecretWeight,
    Span,
)
from scangate.plugin import Analysis, Coverage, FileFacts, ScanContext, SourceFile, decode_json, depends_on_file_only
from scangate.tools.detect_secrets_job import FileResult, FoundSecret, Job, JobFile, Output
from scangate.tools.tool_version import find_installed_version

NAME = "detect-secrets"
FIXED_TEXTS = frozenset({"title", "message", "help_url"})
SPLITTABLE = True
cache_key = depends_on_file_only

WORKER = "scangate.tools.detect_secrets_worker"
SECONDS_PER_FILE = 30
HELP_URL = "https://github.com/Yelp/detect-secrets#plugins"
ALLOWLIST_COMMENT = "pragma: allowlist secret"
CWE_HARD_CODED_CREDENTIALS = 798
ENTROPY_RULES = frozenset({"base64-high-entropy-string", "hex-high-entropy-string"})


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for detect-secrets. ``entropy_exclude``: paths without entropy findings, such as lock files; all other
    plugins still run."""

    entropy_exclude: tuple[Glob, ...] = ()


def version() -> str:
    """The version of the installed detect-secrets."""
    return find_installed_version("detect-secrets")


def reads(file: FileFacts, options: Options) -> bool:
    """Every text, and files of which nothing is known."""
    del options
    return not file.content_type or is_text(file.content_type)


def coverage(options: Options) -> Iterable[Coverage]:
    """Secrets in any text."""
    del options
    return (Coverage(ANY_TYPE, Analysis.SECRETS),)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Runs the worker over ``files`` and reports each file in its output."""
    job = context.temp_folder / "job.json"
    job_files = tuple(JobFile(str(source.file), source.path, source.content_type) for source in files)
    job.write_bytes(msgspec.json.encode(Job(job_files, SECONDS_PER_FILE)))
    output = context.run_program([sys.executable, "-I", "-X", "utf8", "-m", WORKER, str(job)], name=NAME)
    results = decode_json(output.stdout, NAME, Output).files
    by_path = {source.path: source for source in files}
    for name, result in results.items():
        path = context.repository_path(name)
        if path not in by_path:
            raise ScanError(GapKind.GARBAGE, "its output names a file that was not scanned")
        yield _report(by_path[path], result, options)


def _report(source: SourceFile, result: FileResult, options: Options) -> FileReport:
    if result.timeout:
        reason = f"took more than {SECONDS_PER_FILE} seconds on this file"
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.TIMEOUT, reason),))
    if result.too_deep:
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.UNPARSABLE, "nested too deeply"),))
    if result.error:
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.CRASH, f"failed on this file: {result.error}"),))
    is_entropy_excluded = any(matches(pattern, source.container or source.path) for pattern in options.entropy_exclude)
    findings = [
        _finding(source, found) for found in result.secrets if not (is_entropy_excluded and found.secret.rule in ENTROPY_RULES)
    ]
    secrets = (
        Secret((Span(line, start, line, end),), (rule_id(found.secret.rule),), SecretWeight.of(found.secret.severity))
        for found in result.secrets
        for line, start, end in found.secret.parts
    )
    return FileReport(source.path, tuple(findings), secrets=tuple(secrets))


def rule_id(rule: str) -> str:
    """The full id of a rule of this scanner."""
    return f"{NAME}:{rule}"


def _finding(source: SourceFile, found: FoundSecret) -> Finding:
    secret, assessment = found.secret, found.secret.assessment
    line, column, end_column = secret.parts[0]
    doubt = "may be no secret; if it is one, " if assessment.contexts else ""
    return Finding(
        rule=rule_id(secret.rule),
        severity=secret.severity,
        confidence=secret.confidence,
        kind=FindingKind.SECRET,
        title=found.title,
        message=f"{found.title}: {doubt}remove it from the repository, revoke it, and read it from a secret store at run time",
        location=Location(source.path, line, line, column, end_column),
        cwe=(CWE_HARD_CODED_CREDENTIALS,),
        help_url=HELP_URL,
        tool_comment=ALLOWLIST_COMMENT if found.is_allowlisted else "",
        assessment=msgspec.structs.replace(assessment, detectors=tuple(map(rule_id, assessment.detectors))),
        former=FormerRule(rule_id(secret.former_rule)) if secret.former_rule else None,
    )
