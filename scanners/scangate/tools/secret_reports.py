"""Runs the worker that finds and assesses secrets, and makes reports of its results; shared by all scanners of secrets."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import partial

import msgspec

from scangate.content.catalog import is_text
from scangate.errors import ScanError
from scangate.model import FileReport, Finding, FindingKind, FormerRule, Gap, GapKind, Location, Secret, SecretWeight, Span
from scangate.plugin import FileFacts, ScanContext, SourceFile, decode_json
from scangate.tools.detect_secrets_job import FileResult, FoundSecret, Job, JobFile, Output, ReportedSecret

WORKER = "scangate.tools.detect_secrets_worker"
SECONDS_PER_FILE = 30
ALLOWLIST_COMMENT = "pragma: allowlist secret"
CWE_HARD_CODED_CREDENTIALS = 798
OWN_HELP_URL = f"https://cwe.mitre.org/data/definitions/{CWE_HARD_CODED_CREDENTIALS}.html"
"""For our own detectors, which the page of a tool does not describe."""


def reads_any_text(file: FileFacts, options: object) -> bool:
    """Every text, and files of which nothing is known: what a scanner of secrets reads."""
    del options
    return not file.content_type or is_text(file.content_type)


def run_worker(
    scanner: str, files: Mapping[SourceFile, tuple[ReportedSecret, ...] | None], context: ScanContext
) -> Iterator[tuple[SourceFile, FileResult]]:
    """The worker's result for each file in its output. ``files``: with what an engine reported there, which is then assessed;
    with None, secrets are searched for. Raises ScanError for output that cannot be used."""
    job = context.temp_folder / "job.json"
    job_files = tuple(JobFile(str(each.file), each.path, each.content_type, reported) for each, reported in files.items())
    job.write_bytes(msgspec.json.encode(Job(job_files, SECONDS_PER_FILE)))
    output = context.run_program([sys.executable, "-I", "-X", "utf8", "-m", WORKER, str(job)], name=scanner)
    by_path = {source.path: source for source in files}
    for name, result in decode_json(output.stdout, scanner, Output).files.items():
        path = context.repository_path(name)
        if path not in by_path:
            raise ScanError(GapKind.GARBAGE, "its output names a file that was not scanned")
        yield by_path[path], result


def make_report(scanner: str, help_url: str, source: SourceFile, result: FileResult) -> FileReport:
    """The report of ``scanner`` on a file: a finding for each secret, or a gap."""
    if result.timeout:
        reason = f"took more than {SECONDS_PER_FILE} seconds on this file"
        return FileReport(source.path, gaps=(Gap(scanner, source.path, GapKind.TIMEOUT, reason),))
    if result.too_deep:
        return FileReport(source.path, gaps=(Gap(scanner, source.path, GapKind.UNPARSABLE, "nested too deeply"),))
    if result.error:
        return FileReport(source.path, gaps=(Gap(scanner, source.path, GapKind.CRASH, f"failed on this file: {result.error}"),))
    secrets = (
        Secret((Span(line, start, line, end),), (rule_id(scanner, found.secret.rule),), SecretWeight.of(found.secret.severity))
        for found in result.secrets
        for line, start, end in found.secret.parts
    )
    findings = (_finding(scanner, help_url, source, found) for found in result.secrets if found.is_reported)
    return FileReport(source.path, tuple(findings), secrets=tuple(secrets))


def rule_id(scanner: str, rule: str) -> str:
    """The full id of a rule of a scanner."""
    return f"{scanner}:{rule}"


def _finding(scanner: str, help_url: str, source: SourceFile, found: FoundSecret) -> Finding:
    secret, assessment, full_id = found.secret, found.secret.assessment, partial(rule_id, scanner)
    line, column, end_column = secret.parts[0]
    doubt = "may be no secret; if it is one, " if assessment.contexts else ""
    return Finding(
        rule=full_id(secret.rule),
        severity=secret.severity,
        confidence=secret.confidence,
        kind=FindingKind.SECRET,
        title=found.title,
        message=f"{found.title}: {doubt}remove it from the repository, revoke it, and read it from a secret store at run time",
        location=Location(source.path, line, line, column, end_column),
        cwe=(CWE_HARD_CODED_CREDENTIALS,),
        help_url=OWN_HELP_URL if found.is_own_rule else help_url,
        tool_comment=ALLOWLIST_COMMENT if found.is_allowlisted else "",
        assessment=msgspec.structs.replace(assessment, detectors=tuple(map(full_id, assessment.detectors))),
        former=FormerRule(full_id(secret.former_rule)) if secret.former_rule else None,
    )
