"""detect-secrets: secrets in any text file. Its plugins run in a worker process that tells where a secret is, never what it is."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from scangate.errors import Unreadable
from scangate.globs import Glob, matches
from scangate.model import Accounting, Confidence, FileReport, Finding, Gap, GapKind, Kind, Location, Severity, Span
from scangate.scan.plugin import Run, Source, fields, parse
from scangate.tools.installed import version_of

NAME = "detect-secrets"
ACCOUNTING = Accounting.PER_FILE
SPLITS = True

WORKER = "scangate.tools.detect_secrets_worker"
SECONDS_A_FILE = 30
HELP = "https://github.com/Yelp/detect-secrets#plugins"
WAIVER = "pragma: allowlist secret"
HARD_CODED_CREDENTIALS = 798
ENTROPY = frozenset({"Base64 High Entropy String", "Hex High Entropy String"})

# What a plugin's word is worth: most know a provider's format, these do not.
GUESSES = {
    "Secret Keyword": (Severity.MEDIUM, Confidence.MEDIUM),
    "Basic Auth Credentials": (Severity.MEDIUM, Confidence.MEDIUM),
    "Base64 High Entropy String": (Severity.LOW, Confidence.LOW),
    "Hex High Entropy String": (Severity.LOW, Confidence.LOW),
    "Public IP (ipv4)": (Severity.INFO, Confidence.LOW),
}
PROVIDER = (Severity.HIGH, Confidence.HIGH)
PLACEHOLDER = (Severity.LOW, Confidence.LOW)  # told all the same, and production lets none stand

_BINARY = re.compile(
    r"\.("
    r"7z|avi|bmp|bz2|class|db|dll|dmg|doc|docx|ear|eot|exe|flac|gif|gz|ico|jar|jpeg|jpg|lzma|mo|mov|mp3|mp4|o|ogg|"
    r"otf|parquet|pdf|png|ppt|pptx|psd|pyc|pyd|rar|so|sqlite|tar|tgz|tif|tiff|ttf|war|wasm|wav|webm|webp|whl|woff|"
    r"woff2|xls|xlsx|xz|zip|zst"
    r")$",
    re.IGNORECASE,
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for detect-secrets. ``entropy_exclude``: paths where a random-looking string alone says nothing (hashes in
    lock files); every other plugin still reads them."""

    entropy_exclude: tuple[Glob, ...] = ()


def version() -> str:
    """The version of the installed detect-secrets."""
    return version_of("detect-secrets")


def reads(path: str, options: Options) -> bool:
    """Every file but those whose name says that they are pictures, archives or programs."""
    del options
    return _BINARY.search(path) is None


def answers_digest(options: Options, environ: Mapping[str, str], today: dt.date) -> str:
    """Nothing: an answer is about the files alone."""
    del options, environ, today
    return ""


def scan(files: Sequence[Source], options: Options, run: Run) -> Iterable[FileReport]:
    """Asks the worker about ``files``; each must come back in its answer."""
    job = run.folder / "job.json"
    job.write_text(json.dumps({"files": [str(source.file) for source in files], "seconds": SECONDS_A_FILE}), "utf-8")
    output = run.start([sys.executable, "-I", "-X", "utf8", "-m", WORKER, str(job)], name=NAME)
    (answers,) = fields(parse(output.stdout, NAME), "files")
    by_path = {source.path: source for source in files}
    for name, answer in answers.items():
        path = run.path_of(name)
        if path not in by_path:
            raise Unreadable(GapKind.GARBAGE, "its output names a file that it was not given")
        yield _report(by_path[path], answer, options)


def _report(source: Source, answer: Any, options: Options) -> FileReport:
    if "timeout" in answer:
        reason = f"did not end within {SECONDS_A_FILE} seconds over this file"
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.TIMEOUT, reason),))
    if "fault" in answer:
        return FileReport(source.path, gaps=(Gap(NAME, source.path, GapKind.CRASH, f"failed over this file: {answer['fault']}"),))
    (secrets,) = fields(answer, "secrets")
    quiet = any(matches(pattern, source.path) for pattern in options.entropy_exclude)
    findings: list[Finding] = []
    spans: list[Span] = []
    for secret in secrets:
        kind, line, places, waived, is_placeholder = fields(secret, "type", "line", "spans", "waived", "placeholder")
        spans += [Span(number, start, number, end) for number, start, end in places]
        if not (quiet and kind in ENTROPY):
            worth = PLACEHOLDER if is_placeholder else GUESSES.get(kind, PROVIDER)
            findings.append(_finding(source, kind, worth, (line, *places[0][1:]), WAIVER if waived else ""))
    return FileReport(source.path, tuple(findings), secrets=tuple(spans))


def slug(kind: str) -> str:
    """A detector's name as the second half of a rule's: ``AWS Access Key`` is ``aws-access-key``."""
    return re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")


def _finding(source: Source, kind: str, worth: tuple[Severity, Confidence], place: tuple[int, int, int], waiver: str) -> Finding:
    severity, confidence = worth
    line, column, end_column = place
    weak = "it looks like a name or an example; where it is a secret all the same, " if worth is PLACEHOLDER else ""
    return Finding(
        rule=f"{NAME}:{slug(kind)}",
        severity=severity,
        confidence=confidence,
        kind=Kind.SECRET,
        title=kind,
        message=f"{kind}: {weak}take it out of the repository, revoke it, and read it from a secret store at run time",
        location=Location(source.path, line, line, column, end_column),
        cwe=(HARD_CODED_CREDENTIALS,),
        help_url=HELP,
        waiver=waiver,
    )
