"""What came of a whole scan, kept for the next one that is asked the very same: then only what had a gap is asked again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from scangate.model import NEVER_ALLOWED, FileReport, Gap, ScanResult, Targets
from scangate.scan.discovery import Listing
from scangate.scan.plan import ScanPlan, TaskRun

__all__ = ["CachedScan", "decode", "digest_inputs", "digest_outputs", "encode", "files_to_rescan", "scan_key"]


class CachedScan(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What was told, redacted, and what has to be asked again before it may be told again.

    ``question`` is the digest of all that it depends on; ``again`` has, for each task of the plan, the numbers of the targets that
    had a gap (a name may hold a secret); ``said`` is the digest of those answers.
    """

    inputs_digest: bytes
    results: tuple[ScanResult, ...]
    targets: Targets
    rescan: tuple[tuple[int, ...], ...]
    rescan_digest: bytes


def encode(scan: CachedScan) -> bytes:
    """The bytes to keep; none where it has text that is none in UTF-8, or the digest of a secret under a salt of this run."""
    if any(finding.identity is not None and finding.identity.secret for result in scan.results for finding in result.findings):
        return b""
    try:
        return msgspec.msgpack.encode(scan)
    except (UnicodeEncodeError, OverflowError):
        return b""


def decode(value: bytes) -> CachedScan | None:
    """What was kept, None where it is nothing that this scangate has kept."""
    try:
        return msgspec.msgpack.decode(value, type=CachedScan) if value else None
    except (msgspec.MsgspecError, ValueError):
        return None


def scan_key(listing: Listing) -> bytes:
    """Where it is kept: the next of a tree's name takes the last one's place, whoever scanned, since it may know more secrets."""
    return _digest("whole", listing.root.name, listing.summary.source)


def digest_inputs(
    program_digest: str, settings_digests: Sequence[bytes], plan: ScanPlan, listing: Listing, content_digests: Mapping[str, str]
) -> bytes:
    """The digest of all that the results of a run depend on. ``settings``: of its tasks, in their order; empty of one skipped."""
    tasks = [
        (task.scanner.NAME, setting, task.skip_reason, None if task.paths is None else sorted(task.paths))
        for task, setting in zip(plan.tasks, settings_digests, strict=True)
    ]
    targets = msgspec.msgpack.encode(
        [(target.path, target.raw_path, content_digests.get(target.path, "")) for target in listing.targets]
    )
    return _digest(
        program_digest,
        tasks,
        plan.exclusions,
        plan.max_file_bytes,
        plan.secret_salt,
        listing.summary,
        hashlib.sha256(targets).digest(),
    )


def files_to_rescan(
    runs: Sequence[TaskRun], listing: Listing, settled: Mapping[str, Collection[str]]
) -> tuple[tuple[int, ...], ...] | None:
    """The targets of each task that have to be asked again: all but those in ``sure``, by scanner.

    None where a scanner failed: what it would have said of secrets, nobody knows.
    """
    gaps = [gap for work in runs for gap in work.all_gaps]
    if any(gap.path is None or gap.kind in NEVER_ALLOWED for gap in gaps):
        return None
    numbers = {target.path: number for number, target in enumerate(listing.targets)}
    unsure = ({target.path for target in work.targets} - set(settled.get(work.name, ())) for work in runs)
    return tuple(tuple(sorted(numbers[path] for path in paths)) for paths in unsure)


def digest_outputs(runs: Iterable[TaskRun], paths_by_scanner: Mapping[str, Collection[str]]) -> bytes:
    """The digest of what scanners said of the files in ``asked``, by scanner; of the others nothing."""
    told = []
    for work in sorted(runs, key=lambda work: work.name):
        paths = paths_by_scanner.get(work.name, ())
        if paths:
            reports = [report for report in work.reports if report.path in paths]
            gaps = [gap for gap in work.gaps if gap.path in paths]
            told.append((work.name, sorted(reports, key=_report_key), sorted(gaps, key=Gap.sort_key)))
    return _digest(told)


def _report_key(report: FileReport) -> tuple[str, str]:
    return (report.path, repr(report))


def _digest(*facts: object) -> bytes:
    """Of the facts as Python writes them: a tool's text, or the name of a folder, need not be text in UTF-8."""
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).digest()
