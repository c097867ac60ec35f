"""detect-secrets: secrets in any text file. Its plugins run in a worker process that reports positions, never values."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence

import msgspec

from scangate.content.catalog import is_text
from scangate.errors import ScanError
from scangate.globs import Glob, matches
from scangate.model import (
    ANY_TYPE,
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
ENTROPY_TYPES = frozenset({"Base64 High Entropy String", "Hex High Entropy String"})

# Most plugins detect the format of a provider; these guess.
HEURISTIC_RATINGS = {
    "Secret Keyword": (Severity.MEDIUM, Confidence.MEDIUM),
    "Basic Auth Credentials": (Severity.MEDIUM, Confidence.MEDIUM),
    "Base64 High Entropy String": (Severity.LOW, Confidence.LOW),
    "Hex High Entropy String": (Severity.LOW, Confidence.LOW),
    "Public IP (ipv4)": (Severity.INFO, Confidence.LOW),
}
PROVIDER_RATING = (Severity.HIGH, Confidence.HIGH)
PLACEHOLDER_RATING = (Severity.LOW, Confidence.LOW)  # still reported; the production policy does not tolerate it


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for detect-secrets. ``entropy_exclude``: paths without entropy findings, such as lock files; all other
    plugins still run."""

    entropy_exclude: tuple[Glob, ...] = ()


class _Secret(msgspec.Struct):
    type: str
    line: int
    spans: list[tuple[int, int, int]]
    allowlisted: bool
    placeholder: bool


class _FileResult(msgspec.Struct):
    secrets: list[_Secret] = []
    timeout: bool = False
    error: str = ""


class _Output(msgspec.Struct):
    files: dict[str, _FileResult]


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
    job.write_text(json.dumps({"files": [str(source.file) for source in files], "seconds": SECONDS_PER_FILE}), "utf-8")
    output = context.run_program([sys.executable, "-I", "-X", "utf8", "-m", WORKER, str(job)], name=NAME)
    results = decode_json(output.stdout, NAME, _Output).files
    by_path = {source.path: source for source in files}
    for name, result in results.items():
        path = context.repository_path(name)
        if path not in by_path:
            raise ScanError(GapKind.GARBAGE, "its output names a file that was not scanned")
        yield _report(by_path[path], result, options)


def _report(source: SourceFile, result: _FileResult, options: Options) -> FileReport:
    if result.timeout:
        reason = f"took more than {SECONDS_PER_FILE} seconds on this file"
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.TIMEOUT, reason),))
    if result.error:
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.CRASH, f"failed on this file: {result.error}"),))
    is_entropy_excluded = any(matches(pattern, source.container or source.path) for pattern in options.entropy_exclude)
    findings = [_finding(source, secret) for secret in result.secrets if not (is_entropy_excluded and secret.type in ENTROPY_TYPES)]
    secrets = (
        Secret((Span(line, start, line, end),), (_rule(secret),), SecretWeight.of(_rate(secret)[0]))
        for secret in result.secrets
        for line, start, end in secret.spans
    )
    return FileReport(source.path, tuple(findings), secrets=tuple(secrets))


def slugify(kind: str) -> str:
    """The rule id for a detector's name: ``AWS Access Key`` becomes ``aws-access-key``."""
    return re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")


def _rule(secret: _Secret) -> str:
    return f"{NAME}:{slugify(secret.type)}"


def _rate(secret: _Secret) -> tuple[Severity, Confidence]:
    return PLACEHOLDER_RATING if secret.placeholder else HEURISTIC_RATINGS.get(secret.type, PROVIDER_RATING)


def _finding(source: SourceFile, secret: _Secret) -> Finding:
    severity, confidence = _rate(secret)
    _, column, end_column = secret.spans[0]
    weak = "may be a name or an example; if it is a secret, " if secret.placeholder else ""
    return Finding(
        rule=_rule(secret),
        severity=severity,
        confidence=confidence,
        kind=FindingKind.SECRET,
        title=secret.type,
        message=f"{secret.type}: {weak}remove it from the repository, revoke it, and read it from a secret store at run time",
        location=Location(source.path, secret.line, secret.line, column, end_column),
        cwe=(CWE_HARD_CODED_CREDENTIALS,),
        help_url=HELP_URL,
        tool_comment=ALLOWLIST_COMMENT if secret.allowlisted else "",
    )
