"""zizmor: GitHub workflows and composite actions, where the extra `zizmor` is installed. Offline, without a configuration.

Its comments (``zizmor: ignore[RULE]``) do not hide a finding: its JSON says which it would ignore, and those are suppressed by
a comment like any other. https://docs.zizmor.sh/usage/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from scangate.errors import ScanError
from scangate.model import Confidence, FileAccounting, FileReport, Finding, FindingKind, GapKind, Location, Severity
from scangate.plugin import Analysis, Coverage, FileFacts, ScanContext, SourceFile, decode_json, depends_on_file_only
from scangate.scan.masking import cut_text, mask_suspicious
from scangate.tools.sarif_log import error_text
from scangate.tools.tool_version import find_installed_version

NAME = "zizmor"
ACCOUNTING = FileAccounting.WHOLE_RUN
SPLITTABLE = True
READS_PIECES = False
FIXED_TEXTS = frozenset({"title", "help_url"})
cache_key = depends_on_file_only

TYPES = frozenset({"github-workflow", "github-action"})
ARGUMENTS = (
    "--offline",
    "--no-config",
    "--no-ignores",
    "--no-progress",
    "--quiet",
    "--strict-collection",
    "--collect=all",
    "--no-exit-codes",
)
SEVERITIES = {
    "Informational": Severity.INFO,
    "Low": Severity.LOW,
    "Medium": Severity.MEDIUM,
    "High": Severity.HIGH,
}
CALIBRATED = {  # its severity is about the worst use of what it finds
    "artipacked": Severity.LOW,
    "unpinned-uses": Severity.MEDIUM,
    "excessive-permissions": Severity.MEDIUM,
    "secrets-inherit": Severity.LOW,
}
WEAKNESSES = {
    "artipacked": 522,
    "bot-conditions": 290,
    "cache-poisoning": 349,
    "dangerous-triggers": 829,
    "excessive-permissions": 250,
    "github-env": 94,
    "hardcoded-container-credentials": 798,
    "insecure-commands": 94,
    "known-vulnerable-actions": 1395,
    "overprovisioned-secrets": 522,
    "secrets-inherit": 522,
    "self-hosted-runner": 829,
    "template-injection": 78,
    "unpinned-images": 829,
    "unpinned-uses": 829,
    "use-trusted-publishing": 522,
}
"""By its audits: the CWE numbers, which its output does not have. https://docs.zizmor.sh/audits/"""
MAX_TEXT_LENGTH = 1000
IGNORED = "zizmor: ignore"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for zizmor: GitHub workflows and composite actions; it has no options of its own."""


class _Point(msgspec.Struct):
    row: int
    column: int


class _Range(msgspec.Struct):
    start_point: _Point
    end_point: _Point


class _Concrete(msgspec.Struct):
    location: _Range


class _Symbolic(msgspec.Struct):
    key: dict[str, Any]
    annotation: str
    kind: str


class _Place(msgspec.Struct):
    symbolic: _Symbolic
    concrete: _Concrete


class _Determinations(msgspec.Struct):
    confidence: str
    severity: str


class _Found(msgspec.Struct):
    ident: str
    desc: str
    url: str
    determinations: _Determinations
    locations: list[_Place]
    ignored: bool


def version() -> str:
    """The version of the installed zizmor."""
    return find_installed_version(NAME)


def reads(file: FileFacts, options: Options) -> bool:
    """Workflows and actions, whatever the file is called."""
    del options
    return file.content_type in TYPES


def coverage(options: Options) -> Iterable[Coverage]:
    """Both of its content types."""
    del options
    return (Coverage(each, Analysis.CONFIGURATION) for each in sorted(TYPES))


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Runs zizmor over ``files``, each as what its content is: it knows workflows and actions by their paths alone."""
    del options
    names = {source.path: _name(number, source) for number, source in enumerate(files)}
    root, links = context.make_tree(files, names)
    by_name = dict(zip((link.relative_to(root).as_posix() for link in links), files, strict=True))
    argv = [context.find_console_script(NAME), *ARGUMENTS, "--format", "json-v1", str(root)]
    output = context.run_program(argv, exit_codes=range(128), name=NAME)
    if output.exit_code:
        text = error_text(output.stderr.decode("utf-8", "replace"))
        kind = GapKind.UNPARSABLE if len(files) == 1 else GapKind.CRASH  # then the engine looks for the file
        raise ScanError(kind, f"zizmor cannot read a file: {text}", "fix the workflow, or exclude it with a reason")
    findings: dict[str, list[Finding]] = {source.path: [] for source in files}
    for found in decode_json(output.stdout, NAME, list[_Found]):
        finding = _finding(found, by_name, str(root))
        findings[finding.location.path].append(finding)
    yield from _reports(findings)


def _reports(findings: dict[str, list[Finding]]) -> Iterator[FileReport]:
    for path, found in findings.items():
        yield FileReport(path, tuple(dict.fromkeys(found)))


def _name(number: int, source: SourceFile) -> str:
    """A path by which zizmor recognizes the file; each is in a folder of its own."""
    name = "action.yml" if source.content_type == "github-action" else "workflow.yml"
    return f"{number}/{name}" if source.content_type == "github-action" else f"{number}/.github/workflows/{name}"


def _finding(found: _Found, by_name: dict[str, SourceFile], root: str) -> Finding:
    place = next((each for each in found.locations if each.symbolic.kind == "Primary"), None) or next(iter(found.locations), None)
    if place is None:
        raise ScanError(GapKind.GARBAGE, "a finding without a place")
    source = by_name.get(_local_path(place.symbolic.key, root))
    if source is None:
        raise ScanError(GapKind.GARBAGE, "its output names a file that was not given to it")
    start, end = place.concrete.location.start_point, place.concrete.location.end_point
    severity = CALIBRATED.get(found.ident) or SEVERITIES.get(found.determinations.severity, Severity.UNKNOWN)
    return Finding(
        rule=f"{NAME}:{found.ident}",
        severity=severity,
        confidence=Confidence.__members__.get(found.determinations.confidence.upper(), Confidence.UNKNOWN),
        kind=FindingKind.CONFIGURATION,
        title=found.desc,
        message=mask_suspicious(cut_text(f"{found.desc}: {place.symbolic.annotation}", MAX_TEXT_LENGTH)),
        location=Location(source.path, start.row + 1, max(end.row, start.row) + 1, start.column + 1, end.column + 1),
        cwe=(WEAKNESSES[found.ident],) if found.ident in WEAKNESSES else (),
        help_url=found.url,
        tool_comment=f"{IGNORED}[{found.ident}]" if found.ignored else "",
    )


def _local_path(key: dict[str, Any], root: str) -> str:
    """The path below ``root`` in a key such as ``{"Local": {"verbatim_path": ...}}``."""
    local = key.get("Local")
    path = str(local.get("verbatim_path", "")) if isinstance(local, dict) else ""
    return path.removeprefix(f"{root}/")
