"""The results of a whole scan, reused if the next one has the same inputs: then only files with gaps are scanned again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from scangate.model import NEVER_ALLOWED, Gap, ScanResult, Targets
from scangate.scan.listing import Listing
from scangate.scan.plan import ScanPlan, TaskRun


class CachedScan(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Redacted results, and what has to be scanned again before they may be reused.

    ``inputs_digest`` covers everything they depend on; ``rescan`` has, for each task of the plan, the indexes of the targets to
    scan again (a path may contain a secret); ``rescan_digest`` covers the scanners' outputs for those.
    """

    inputs_digest: bytes
    results: tuple[ScanResult, ...]
    targets: Targets
    rescan: tuple[tuple[int, ...], ...]
    rescan_digest: bytes


def encode(scan: CachedScan) -> bytes:
    """The bytes to store; empty if a text is not valid UTF-8, or a finding has a secret's digest under this run's salt."""
    if any(finding.identity is not None and finding.identity.secret for result in scan.results for finding in result.findings):
        return b""
    try:
        return msgspec.msgpack.encode(scan)
    except (UnicodeEncodeError, OverflowError):
        return b""


def decode(value: bytes) -> CachedScan | None:
    """The scan that `encode` stored; None for anything else."""
    try:
        return msgspec.msgpack.decode(value, type=CachedScan) if value else None
    except (msgspec.MsgspecError, ValueError):
        return None


def scan_key(listing: Listing) -> bytes:
    """The key for a tree's name: a later scan overwrites an earlier one, since it may know more secrets."""
    return _digest("whole", listing.root.name, listing.summary.source, listing.commit)


def texts_key(listing: Listing) -> bytes:
    """The key for what is known of texts that no scanner reported."""
    return _digest("texts", scan_key(listing))


def digest_inputs(
    program_digest: str, settings_digests: Sequence[bytes], plan: ScanPlan, listing: Listing, content_digests: Mapping[str, str]
) -> bytes:
    """The digest of everything that a run's results depend on. ``settings_digests``: one for each task, in order."""
    tasks = [
        (task.scanner.NAME, setting, task.skip_reason, None if task.paths is None else sorted(task.paths))
        for task, setting in zip(plan.tasks, settings_digests, strict=True)
    ]
    targets = [(target.path, target.raw_path, content_digests.get(target.path, "")) for target in listing.targets]
    contents = hashlib.sha256(msgspec.msgpack.encode(targets)).digest()
    return _digest(program_digest, tasks, plan.exclusions, plan.max_file_bytes, plan.secret_salt, listing.summary, contents)


def files_to_rescan(
    runs: Sequence[TaskRun], listing: Listing, settled: Mapping[str, Collection[str]]
) -> tuple[tuple[int, ...], ...] | None:
    """The indexes of each task's targets that are not ``settled`` (paths by scanner).

    None if a scanner failed: it might have reported other secrets, which change the redaction of everything.
    """
    if any(gap.path is None or gap.kind in NEVER_ALLOWED for run in runs for gap in run.all_gaps):
        return None
    indexes = {target.path: index for index, target in enumerate(listing.targets)}
    unsettled = ({target.path for target in run.targets} - set(settled.get(run.name, ())) for run in runs)
    return tuple(tuple(sorted(indexes[path] for path in paths)) for paths in unsettled)


def digest_outputs(runs: Iterable[TaskRun], paths_by_scanner: Mapping[str, Collection[str]]) -> bytes:
    """The digest of the scanners' outputs for ``paths_by_scanner``."""
    outputs = []
    for run in sorted(runs, key=lambda run: run.name):
        if paths := paths_by_scanner.get(run.name, ()):
            reports = sorted(
                (report for report in run.reports if report.path in paths), key=lambda report: (report.path, repr(report))
            )
            gaps = sorted((gap for gap in run.gaps if gap.path in paths), key=Gap.sort_key)
            outputs.append((run.name, reports, gaps))
    return _digest(outputs)


def _digest(*facts: object) -> bytes:
    """Of the facts' repr: a tool's text or a folder's name may not be valid UTF-8."""
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).digest()
