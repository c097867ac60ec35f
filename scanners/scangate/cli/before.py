"""Scans the older side of a change, from git's objects, and gives what was found there: the change did not bring it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.cli.since import Past
from scangate.errors import Unreadable
from scangate.judge.hints import counted
from scangate.judge.matching import Known, Sight, known_from
from scangate.model import GapKind, ScanResult
from scangate.scan.comparison import joined, unlike
from scangate.scan.engine import scan
from scangate.scan.git import Repository
from scangate.scan.plan import Plan
from scangate.scan.process import Processes
from scangate.scan.targets import Listing, list_commit

__all__ = ["Newer", "known_before"]

Progress = Callable[[str, int, int], None]


class Newer(msgspec.Struct, frozen=True):
    """The change's own side: what was scanned and what came of it. ``whole``: not only what is staged."""

    listing: Listing
    results: tuple[ScanResult, ...]
    plan: Plan
    whole: bool = True


def known_before(  # noqa: PLR0913, PLR0917 -- two sides of a change, and what it takes to scan one
    past: Past,
    repository: Repository,
    newer: Newer,
    besides: Sequence[Known],
    ours: Sequence[Path],
    processes: Processes,
    folder: Path,
    progress: Progress,
) -> tuple[tuple[Known, ...], tuple[str, ...]]:
    """What was found where the change began, without what ``besides`` covers there; and what is to be said of that scan.

    Where that side cannot be read, nothing is known, and that is said.
    """
    try:
        older = list_commit(newer.listing.root, repository, past.fork, ours)
        if not newer.whole:
            older = _part(older, newer.listing, repository)
    except Unreadable as fault:
        return (), (f"{past.label} cannot be read ({fault.reason}): every finding is judged",)
    rest, same = unlike(older, newer.listing, newer.plan)
    folder.mkdir(mode=0o700)
    found, facts = scan(rest, newer.plan, processes, folder, progress)
    results = joined(found, newer.results, same)
    findings = [finding for result in results for finding in result.findings]
    known = known_from(findings, past.label, besides, Sight(results, facts))
    return known, tuple(_unread(past, found))


def _part(older: Listing, newer: Listing, repository: Repository) -> Listing:
    """``older`` without the files that the index holds and nobody looks at now: what is in them cannot be anywhere else."""
    there = {target.raw for target in newer.targets}
    names = [target.raw for target in older.targets if target.raw not in there]
    held = {entry.raw for entry in repository.staged(names) if entry.blob or entry.mode} if names else set()
    return msgspec.structs.replace(older, targets=tuple(target for target in older.targets if target.raw not in held))


def _unread(past: Past, found: Sequence[ScanResult]) -> Iterator[str]:
    """What could not be read on that side knows nothing."""
    lost = Counter(result.scanner for result in found for gap in result.gaps if gap.kind is not GapKind.INTERRUPTED)
    for scanner, number in sorted(lost.items()):
        yield f"{past.label}: {counted(number, 'thing')} not read by {scanner} there, so what is in it counts as new"
