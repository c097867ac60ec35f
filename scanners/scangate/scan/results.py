"""What came of a run, scanner by scanner, from the answers that are new and those that were kept, without a byte of a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from scangate.model import FileReport, Finding, Gap, GapKind, ScanResult, ScanStatus, SkippedPath
from scangate.scan.plan import TaskRun
from scangate.scan.redaction import Redactor

__all__ = ["build_result", "with_hint"]

DEFAULT_HINT = "mend it, or leave the path out with a reason in the policy: paths: {exclude: [...]}"
HINT_BY_GAP_KIND = {  # for a gap whose teller knew nothing better
    GapKind.TOOL_MISSING: "install it beside scangate; scangate scanners tells what is there",
    GapKind.CRASH: "run the tool by hand to see what it says, or install it again: scangate scanners tells its version",
    GapKind.GARBAGE: "install the tool again, in a version that scangate was made for: scangate scanners tells which is there",
    GapKind.TIMEOUT: "raise the time limit in the policy: limits: {timeout: SECONDS}",
    GapKind.INTERRUPTED: "run the scan again",
}


def build_result(
    run: TaskRun, redactor: Redactor, new_findings: Mapping[str, Sequence[Finding]], secrets_digest: bytes
) -> ScanResult:
    """What one scanner's run came to. ``told``: its new findings by path, redacted; ``world``: where the kept ones hold."""
    if run.task.skip_reason:
        return ScanResult(run.name, "", ScanStatus.SKIPPED, reason=run.task.skip_reason)
    findings = [finding for found in new_findings.values() for finding in found]
    for kept in run.cached.values():
        mine = redactor.with_secret_digests(kept.findings, kept.secrets)
        findings += mine if kept.run_secrets_digest == secrets_digest else redactor.redact_again(mine)
    gaps = redactor.redact_gaps(map(with_hint, run.all_gaps))
    lost = {gap.path for gap in gaps}
    read = {report.path for report in run.reports} | run.cached.keys()
    files = tuple(sorted({redactor.redact_path(path) for path in read} - lost))
    findings = sorted((msgspec.structs.replace(finding, match_span=None) for finding in findings), key=Finding.sort_key)
    components = [FileReport(path, components=kept.components) for path, kept in run.cached.items()]
    return ScanResult(
        scanner=run.name,
        version=run.tool.version or "",
        status=_status(files, gaps),
        accounting=run.task.traits.accounting,
        files_given=len(run.targets),
        analyzed_files=files,
        files_cached=len(run.cached),
        findings=tuple(findings),
        gaps=tuple(gaps),
        skipped_paths=tuple(sorted(msgspec.structs.replace(left, path=redactor.redact_path(left.path)) for left in _left_out(run))),
        seconds=round(run.seconds, 3),
        components=tuple(redactor.redact_components([*run.reports, *components])),
    )


def _left_out(run: TaskRun) -> list[SkippedPath]:
    """What this scanner did not look at on purpose: whole files by the policy's word, parts of files by its own."""
    said = [left for report in run.reports for left in report.skipped_paths]
    return [*run.left_out, *said, *(left for kept in run.cached.values() for left in kept.left_out)]


def _status(files: Sequence[str], gaps: Sequence[Gap]) -> ScanStatus:
    if not gaps:
        return ScanStatus.COMPLETE
    return ScanStatus.PARTIAL if files else ScanStatus.FAILED


def with_hint(gap: Gap) -> Gap:
    """Every gap says what can be done about it."""
    return gap if gap.hint else msgspec.structs.replace(gap, hint=HINT_BY_GAP_KIND.get(gap.kind, DEFAULT_HINT))
