"""Scans the older side of a change, from git's objects, and gives what was found there: the change did not bring it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.app.base_revision import BaseRevision
from scangate.errors import ScanError
from scangate.judge.error_text import pluralize
from scangate.judge.finding_matching import KnownFinding, ScannedPaths, collect_known_findings
from scangate.model import GapKind, ScanResult
from scangate.scan.discovery import Listing, list_commit
from scangate.scan.engine import scan
from scangate.scan.git import Repository
from scangate.scan.plan import ScanPlan
from scangate.scan.process import ProcessRunner
from scangate.scan.unchanged_files import merge_results, without_unchanged

__all__ = ["HeadScan", "scan_base"]

Progress = Callable[[str, int, int], None]


class HeadScan(msgspec.Struct, frozen=True):
    """The change's own side: what was scanned and what came of it. ``whole``: not only what is staged."""

    listing: Listing
    results: tuple[ScanResult, ...]
    plan: ScanPlan
    all_files: bool = True


def scan_base(  # noqa: PLR0913, PLR0917 -- two sides of a change, and what it takes to scan one
    base: BaseRevision,
    repository: Repository,
    head: HeadScan,
    already_known: Sequence[KnownFinding],
    own_files: Sequence[Path],
    processes: ProcessRunner,
    scratch_dir: Path,
    progress: Progress,
) -> tuple[tuple[KnownFinding, ...], tuple[str, ...]]:
    """What was found where the change began, without what ``besides`` covers there; and what is to be said of that scan.

    Where that side cannot be read, nothing is known, and that is said.
    """
    try:
        older = list_commit(head.listing.root, repository, base.merge_base, own_files)
        if not head.all_files:
            older = _drop_unstaged(older, head.listing, repository)
    except ScanError as fault:
        return (), (f"{base.label} cannot be read ({fault.reason}): every finding is judged",)
    rest, same = without_unchanged(older, head.listing, head.plan)
    scratch_dir.mkdir(mode=0o700)
    found, facts = scan(rest, head.plan, processes, scratch_dir, progress)
    results = merge_results(found, head.results, same)
    findings = [finding for result in results for finding in result.findings]
    known = collect_known_findings(findings, base.label, already_known, ScannedPaths(results, facts))
    return known, tuple(_describe_gaps(base, found))


def _drop_unstaged(base: Listing, head: Listing, repository: Repository) -> Listing:
    """``older`` without the files that the index holds and nobody looks at now: what is in them cannot be anywhere else."""
    there = {target.raw_path for target in head.targets}
    names = [target.raw_path for target in base.targets if target.raw_path not in there]
    held = {entry.raw_path for entry in repository.list_staged(names) if entry.blob or entry.mode} if names else set()
    return msgspec.structs.replace(base, targets=tuple(target for target in base.targets if target.raw_path not in held))


def _describe_gaps(base: BaseRevision, results: Sequence[ScanResult]) -> Iterator[str]:
    """What could not be read on that side knows nothing."""
    lost = Counter(result.scanner for result in results for gap in result.gaps if gap.kind is not GapKind.INTERRUPTED)
    for scanner, number in sorted(lost.items()):
        yield f"{base.label}: {pluralize(number, 'thing')} not read by {scanner} there, so what is in it counts as new"
