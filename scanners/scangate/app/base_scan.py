"""Scans the base of a change from git's objects, to determine which findings and suppressions the change did not introduce."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from scangate.app.base_revision import BaseRevision
from scangate.app.scan_setup import ScanSetup
from scangate.app.session import Session
from scangate.errors import ScanError
from scangate.judge.error_text import pluralize
from scangate.judge.finding_matching import KnownFinding, ScannedPaths, collect_known_findings
from scangate.model import Finding, GapKind, ScanResult
from scangate.scan.discovery import Listing, list_commit
from scangate.scan.dispatch import ProgressCallback
from scangate.scan.engine import scan
from scangate.scan.git import Repository
from scangate.scan.plan import ScanPlan
from scangate.scan.unchanged_files import merge_results, without_unchanged


class HeadScan(msgspec.Struct, frozen=True):
    """The scan of the change itself."""

    listing: Listing
    results: tuple[ScanResult, ...]
    plan: ScanPlan


class BaseScan(msgspec.Struct, frozen=True):
    """What the scan of the base found. ``known``: the findings that the baseline does not cover, where findings are compared."""

    findings: tuple[Finding, ...] = ()
    known: tuple[KnownFinding, ...] = ()
    notes: tuple[str, ...] = ()


def scan_base(setup: ScanSetup, session: Session, head: HeadScan, progress: ProgressCallback) -> BaseScan:
    """The findings of the base, if they are compared, or if the change has inline comments that it may have added.

    If the base cannot be read, no finding is known, and a note says so.
    """
    base, repository, processes = setup.inputs.base, session.repository, session.processes
    is_needed = base.is_comparable or (base.reference and _has_comments(head.results))
    if repository is None or not is_needed or processes.cancelled:
        return BaseScan()
    try:
        listing = list_commit(head.listing.root, repository, base.reference, setup.own_files(session), session.scope)
        if setup.request.staged is not None:
            listing = _drop_unstaged(listing, head.listing, repository)
    except ScanError as error:
        return BaseScan(notes=(f"{base.label} cannot be read ({error.reason}): every finding and suppression counts as new",))
    changed, unchanged = without_unchanged(listing, head.listing, head.plan)
    scratch_dir = session.scratch_dir / "base"
    scratch_dir.mkdir(mode=0o700)
    scanned, targets = scan(changed, head.plan, processes, scratch_dir, progress)
    results = merge_results(scanned, head.results, unchanged)
    findings = tuple(finding for result in results for finding in result.findings)
    if not base.is_comparable:
        return BaseScan(findings)
    known = collect_known_findings(findings, base.origin, setup.inputs.baseline.entries, ScannedPaths(results, targets))
    return BaseScan(findings, known, tuple(_describe_gaps(base, scanned)))


def _has_comments(results: Sequence[ScanResult]) -> bool:
    return any(finding.tool_comment or finding.ignore_comments for result in results for finding in result.findings)


def _drop_unstaged(base: Listing, head: Listing, repository: Repository) -> Listing:
    """``base`` without files that are in the index and not scanned now: their findings cannot have moved to another file."""
    scanned = {target.raw_path for target in head.targets}
    others = [target.raw_path for target in base.targets if target.raw_path not in scanned]
    in_index = {entry.raw_path for entry in repository.list_staged(others) if entry.blob or entry.mode} if others else set()
    return msgspec.structs.replace(base, targets=tuple(target for target in base.targets if target.raw_path not in in_index))


def _describe_gaps(base: BaseRevision, results: Sequence[ScanResult]) -> Iterator[str]:
    gaps = Counter(result.scanner for result in results for gap in result.gaps if gap.kind is not GapKind.INTERRUPTED)
    for scanner, number in sorted(gaps.items()):
        yield f"{base.label}: {scanner} has {pluralize(number, 'coverage gap')} there; findings in files with a gap count as new"
