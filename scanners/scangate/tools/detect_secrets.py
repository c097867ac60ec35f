"""detect-secrets: secrets in any text file. Its plugins run in a worker process that reports positions, never values."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from scangate.errors import ScanError
from scangate.globs import Glob, matches
from scangate.model import Confidence, FileReport, Finding, FindingKind, Gap, GapKind, Location, Severity, Span
from scangate.plugin import ScanContext, SourceFile, depends_on_file_only, parse_json, require_fields
from scangate.tools.tool_version import find_installed_version

NAME = "detect-secrets"
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

_BINARY_SUFFIX = re.compile(
    r"\.("
    r"7z|avi|bmp|bz2|class|db|dll|dmg|doc|docx|ear|eot|exe|flac|gif|gz|ico|jar|jpeg|jpg|lzma|mo|mov|mp3|mp4|o|ogg|"
    r"otf|parquet|pdf|png|ppt|pptx|psd|pyc|pyd|rar|so|sqlite|tar|tgz|tif|tiff|ttf|war|wasm|wav|webm|webp|whl|woff|"
    r"woff2|xls|xlsx|xz|zip|zst"
    r")$",
    re.IGNORECASE,
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for detect-secrets. ``entropy_exclude``: paths without entropy findings, such as lock files; all other
    plugins still run."""

    entropy_exclude: tuple[Glob, ...] = ()


def version() -> str:
    """The version of the installed detect-secrets."""
    return find_installed_version("detect-secrets")


def reads(path: str, options: Options) -> bool:
    """Every file except images, archives, programs and other binary formats, by their suffix."""
    del options
    return _BINARY_SUFFIX.search(path) is None


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Runs the worker over ``files`` and reports each file in its output."""
    job = context.temp_folder / "job.json"
    job.write_text(json.dumps({"files": [str(source.file) for source in files], "seconds": SECONDS_PER_FILE}), "utf-8")
    output = context.run_program([sys.executable, "-I", "-X", "utf8", "-m", WORKER, str(job)], name=NAME)
    (reports,) = require_fields(parse_json(output.stdout, NAME), "files")
    by_path = {source.path: source for source in files}
    for name, report in reports.items():
        path = context.repository_path(name)
        if path not in by_path:
            raise ScanError(GapKind.GARBAGE, "its output names a file that was not scanned")
        yield _report(by_path[path], report, options)


def _report(source: SourceFile, answer: Any, options: Options) -> FileReport:
    if "timeout" in answer:
        reason = f"took more than {SECONDS_PER_FILE} seconds on this file"
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.TIMEOUT, reason),))
    if "error" in answer:
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.CRASH, f"failed on this file: {answer['error']}"),))
    (secrets,) = require_fields(answer, "secrets")
    quiet = any(matches(pattern, source.path) for pattern in options.entropy_exclude)
    findings: list[Finding] = []
    spans: list[Span] = []
    for secret in secrets:
        kind, line, places, allowlisted, is_placeholder = require_fields(
            secret, "type", "line", "spans", "allowlisted", "placeholder"
        )
        spans += [Span(number, start, number, end) for number, start, end in places]
        if not (quiet and kind in ENTROPY_TYPES):
            worth = PLACEHOLDER_RATING if is_placeholder else HEURISTIC_RATINGS.get(kind, PROVIDER_RATING)
            findings.append(_finding(source, kind, worth, (line, *places[0][1:]), ALLOWLIST_COMMENT if allowlisted else ""))
    return FileReport(source.path, tuple(findings), secret_spans=tuple(spans))


def slugify(kind: str) -> str:
    """The rule id for a detector's name: ``AWS Access Key`` becomes ``aws-access-key``."""
    return re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")


def _finding(
    source: SourceFile, kind: str, rating: tuple[Severity, Confidence], position: tuple[int, int, int], waiver: str
) -> Finding:
    severity, confidence = rating
    line, column, end_column = position
    weak = "looks like a name or an example; if it is a secret, " if rating is PLACEHOLDER_RATING else ""
    return Finding(
        rule=f"{NAME}:{slugify(kind)}",
        severity=severity,
        confidence=confidence,
        kind=FindingKind.SECRET,
        title=kind,
        message=f"{kind}: {weak}remove it from the repository, revoke it, and read it from a secret store at run time",
        location=Location(source.path, line, line, column, end_column),
        cwe=(CWE_HARD_CODED_CREDENTIALS,),
        help_url=HELP_URL,
        tool_comment=waiver,
    )
