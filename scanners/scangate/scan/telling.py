"""What came of a run, scanner by scanner, from the answers that are new and those that were kept, without a byte of a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from scangate.model import FileReport, Finding, Gap, GapKind, LeftOut, ScanResult, Status
from scangate.scan.plan import Work
from scangate.scan.redaction import Redaction

__all__ = ["hinted", "result_of"]

LEAVE_OUT = "mend it, or leave the path out with a reason in the policy: paths: {exclude: [...]}"
HINTS = {  # for a gap whose teller knew nothing better
    GapKind.TOOL_MISSING: "install it beside scangate; scangate scanners tells what is there",
    GapKind.CRASH: "run the tool by hand to see what it says, or install it again: scangate scanners tells its version",
    GapKind.GARBAGE: "install the tool again, in a version that scangate was made for: scangate scanners tells which is there",
    GapKind.TIMEOUT: "raise the time limit in the policy: limits: {timeout: SECONDS}",
    GapKind.INTERRUPTED: "run the scan again",
}


def result_of(work: Work, redaction: Redaction, told: Mapping[str, Sequence[Finding]], world: bytes) -> ScanResult:
    """What one scanner's run came to. ``told``: its new findings by path, redacted; ``world``: where the kept ones hold."""
    if work.task.skipped:
        return ScanResult(work.name, "", Status.SKIPPED, reason=work.task.skipped)
    findings = [finding for found in told.values() for finding in found]
    for kept in work.kept.values():
        mine = redaction.salted(kept.findings, kept.secrets)
        findings += mine if kept.world == world else redaction.again(mine)
    gaps = redaction.gaps(map(hinted, work.told_gaps))
    lost = {gap.path for gap in gaps}
    read = {report.path for report in work.reports} | work.kept.keys()
    files = tuple(sorted({redaction.path(path) for path in read} - lost))
    findings = sorted((msgspec.structs.replace(finding, extent=None) for finding in findings), key=Finding.sort_key)
    components = [FileReport(path, components=kept.components) for path, kept in work.kept.items()]
    return ScanResult(
        scanner=work.name,
        version=work.tool.version or "",
        status=_status(files, gaps),
        accounting=work.task.scanner.ACCOUNTING,
        given=len(work.targets),
        files=files,
        cached=len(work.kept),
        findings=tuple(findings),
        gaps=tuple(gaps),
        left_out=tuple(sorted(msgspec.structs.replace(left, path=redaction.path(left.path)) for left in _left_out(work))),
        seconds=round(work.seconds, 3),
        components=tuple(redaction.components([*work.reports, *components])),
    )


def _left_out(work: Work) -> list[LeftOut]:
    """What this scanner did not look at on purpose: whole files by the policy's word, parts of files by its own."""
    said = [left for report in work.reports for left in report.left_out]
    return [*work.left_out, *said, *(left for kept in work.kept.values() for left in kept.left_out)]


def _status(files: Sequence[str], gaps: Sequence[Gap]) -> Status:
    if not gaps:
        return Status.COMPLETE
    return Status.PARTIAL if files else Status.FAILED


def hinted(gap: Gap) -> Gap:
    """Every gap says what can be done about it."""
    return gap if gap.hint else msgspec.structs.replace(gap, hint=HINTS.get(gap.kind, LEAVE_OUT))
