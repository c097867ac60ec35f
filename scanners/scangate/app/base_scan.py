"""Scans the base of a change from git's objects, to determine which findings and suppressions the change did not introduce."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.app.base_revision import BaseRevision
from scangate.app.scan_setup import ScanSetup
from scangate.app.session import Session
from scangate.errors import ScanError
from scangate.judge.error_text import pluralize
from scangate.judge.finding_matching import KnownFinding, ScannedPaths, collect_known_findings
from scangate.judge.policy import Submodules
from scangate.model import CHANGE_SOURCES, Finding, GapKind, ScanResult
from scangate.scan.discovery import Listing, list_commit
from scangate.scan.dispatch import ProgressCallback
from scangate.scan.engine import scan
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
    is_needed = setup.compares_with_base and (base.is_comparable or _has_comments(head.results))
    if head.listing.summary.source in CHANGE_SOURCES:  # usually a hook, where nothing was found
        is_needed = is_needed and any(result.findings for result in head.results)
    if repository is None or not is_needed or processes.cancelled:
        return BaseScan()
    found = BaseScan()
    for number, commit in enumerate((base.reference, *base.parents)):
        found = _scan_commit(commit, setup, session, head, progress, found, session.scratch_dir / f"base-{number}")
    return found


def _scan_commit(  # noqa: PLR0913, PLR0917 -- those of scan_base, and what differs between the commits
    commit: str,
    setup: ScanSetup,
    session: Session,
    head: HeadScan,
    progress: ProgressCallback,
    before: BaseScan,
    scratch_dir: Path,
) -> BaseScan:
    """``before`` with what a scan of ``commit`` finds in addition."""
    base, repository = setup.inputs.base, session.repository
    assert repository is not None  # noqa: S101 -- for mypy: it has the commit
    try:
        nested = setup.policy.submodules is Submodules.SCAN
        listing = list_commit(head.listing.root, repository, commit, setup.own_files(session), session.scope, nested=nested)
    except ScanError as error:
        note = f"{base.label} cannot be read ({error.reason}): every finding and suppression counts as new"
        return msgspec.structs.replace(before, notes=(*before.notes, note))
    if head.listing.summary.source in CHANGE_SOURCES:
        listing = _drop_untouched(listing, head)
    spared = without_unchanged(listing, head.listing, head.plan)
    scratch_dir.mkdir(mode=0o700)
    scanned, targets = scan(spared.listing, spared.plan, session.processes, scratch_dir, progress)
    results = merge_results(scanned, head.results, spared.unchanged)
    findings = tuple(finding for result in results for finding in result.findings)
    everything = (*before.findings, *findings)
    if not base.is_comparable:
        return BaseScan(everything)
    already = (*setup.inputs.baseline.entries, *before.known)
    known = collect_known_findings(findings, base.origin, already, ScannedPaths(results, targets))
    return BaseScan(everything, (*before.known, *known), (*before.notes, *_describe_gaps(base, scanned)))


def _has_comments(results: Sequence[ScanResult]) -> bool:
    return any(finding.tool_comment or finding.ignore_comments for result in results for finding in result.findings)


def _drop_untouched(base: Listing, head: HeadScan) -> Listing:
    """``base`` with the files that the change does not touch as companions: their findings cannot have moved to another file.

    Those that the scan of the change read because a touched file names them, or is named by them, stay: what a scan of the whole
    base finds in them is not new.
    """
    read = {path for result in head.results for path in (*result.analyzed_files, *(gap.path for gap in result.gaps))}
    untouched = {target.raw_path for target in head.listing.companions.values() if target.path not in read}
    kept = tuple(target for target in base.targets if target.raw_path not in untouched)
    companions = {target.path: target for target in base.targets if target.raw_path in untouched}
    return msgspec.structs.replace(base, targets=kept, companions={**base.companions, **companions})


def _describe_gaps(base: BaseRevision, results: Sequence[ScanResult]) -> Iterator[str]:
    gaps = Counter(result.scanner for result in results for gap in result.gaps if gap.kind is not GapKind.INTERRUPTED)
    for scanner, number in sorted(gaps.items()):
        yield f"{base.label}: {scanner} has {pluralize(number, 'coverage gap')} there; findings in files with a gap count as new"
