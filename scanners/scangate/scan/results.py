"""Builds the redacted result of each scanner from its new reports and the cached ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from scangate.model import FileReport, Finding, Gap, GapKind, ScanResult, ScanStatus
from scangate.scan.plan import TaskRun
from scangate.scan.redaction import Redactor
from scangate.scan.secret_spans import spans_of

DEFAULT_HINT = (
    "fix the file, or exclude it for this scanner alone, so that the others still read it: "
    "paths: {{exclude: [{{path: PATH, scanners: [{scanner}], reason: WHY}}]}}"
)
HINT_BY_GAP_KIND = {  # for gaps without a more specific one
    GapKind.TOOL_MISSING: "install it; to see what is installed: scangate scanners",
    GapKind.CRASH: "run the tool by hand to see its error, or reinstall it; to see its version: scangate scanners",
    GapKind.GARBAGE: "install a supported version of the tool; to see the installed one: scangate scanners",
    GapKind.TIMEOUT: "raise the time limit in the policy: limits: {timeout: SECONDS}",
    GapKind.INTERRUPTED: "run the scan again",
}


def build_result(
    run: TaskRun, redactor: Redactor, new_findings: Mapping[str, Sequence[Finding]], secrets_digest: bytes
) -> ScanResult:
    """The result of one scanner. ``new_findings``: by path, redacted; ``secrets_digest``: of all secrets of this run."""
    if run.task.skip_reason:
        return ScanResult(run.name, "", ScanStatus.SKIPPED, reason=run.task.skip_reason)
    findings = [finding for found in new_findings.values() for finding in found]
    skipped = [*run.skipped_paths, *(path for report in run.reports for path in report.skipped_paths)]
    components = list(run.reports)
    for path, cached in run.cached.items():
        own = redactor.with_secret_digests(path, cached.findings, spans_of(cached.secrets))
        findings += own if cached.run_secrets_digest == secrets_digest else redactor.redact_again(own, run.task.traits.fixed_texts)
        skipped += cached.skipped_paths
        components.append(FileReport(path, components=cached.components))
    gaps = list(map(with_hint, redactor.redact_gaps(run.all_gaps)))
    paths = {report.path for report in run.reports} | run.cached.keys()
    files = tuple(sorted({redactor.redact_path(path) for path in paths} - {gap.path for gap in gaps}))
    return ScanResult(
        scanner=run.name,
        version=run.tool.version or "",
        status=status_of(files, gaps),
        accounting=run.task.traits.accounting,
        files_given=len(run.targets),
        analyzed_files=files,
        files_cached=len(run.cached),
        findings=tuple(
            sorted((msgspec.structs.replace(each, match_span=None, piece=None) for each in findings), key=Finding.sort_key)
        ),
        gaps=tuple(gaps),
        skipped_paths=redactor.redact_skipped(skipped),
        seconds=round(run.seconds, 3),
        components=tuple(redactor.redact_components(components)),
    )


def status_of(files: Sequence[str], gaps: Sequence[Gap]) -> ScanStatus:
    """The status of a scanner that analyzed ``files`` and has ``gaps``."""
    if not gaps:
        return ScanStatus.COMPLETE
    return ScanStatus.PARTIAL if files else ScanStatus.FAILED


def with_hint(gap: Gap) -> Gap:
    """The gap with a hint: its own, or the usual one for its kind."""
    usual = HINT_BY_GAP_KIND.get(gap.kind, DEFAULT_HINT.format(scanner=gap.scanner))
    return gap if gap.hint else msgspec.structs.replace(gap, hint=usual)
