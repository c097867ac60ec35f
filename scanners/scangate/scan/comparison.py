"""Spares the older side of a change: a file that the newer one has in the same bytes was read already, and is not read again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from scangate.errors import Unreadable
from scangate.model import ScanResult, Status
from scangate.scan.plan import Plan, assigned
from scangate.scan.targets import Listing, Target

__all__ = ["joined", "unlike"]


def unlike(older: Listing, newer: Listing, plan: Plan) -> tuple[Listing, frozenset[str]]:
    """``older``, a commit's listing, without the files that ``newer`` has at the same path in the same bytes; and their paths.

    What a scanner finds in one of those it finds on both sides. A scanner that sees all its files at once may say something else of
    a file because another one changed: its files are scanned again together, unless they are all the same.
    """
    same = _same(older.targets, newer, plan.max_bytes)
    together = [
        tuple({target.path for target in assigned(task, listing, plan.excludes).targets} for listing in (older, newer))
        for task in plan.tasks
        if not task.skipped and not task.scanner.SPLITS
    ]
    while True:
        kept = same.union()
        for then, now in together:
            if then != now or not then <= kept:
                kept -= then
        if kept == same:
            break
        same = kept
    targets = tuple(target for target in older.targets if target.path not in same)
    return msgspec.structs.replace(older, targets=targets), frozenset(same)


def _same(older: Sequence[Target], newer: Listing, limit: int) -> set[str]:
    """The paths that have one content on both sides; what cannot be read has none."""
    then = {(target.path, target.raw): target.blob for target in older}
    now = [target for target in newer.targets if (target.path, target.raw) in then]
    read = newer.reader(now, limit)
    same = set()
    for target in now:
        blob = then[target.path, target.raw]
        try:
            if blob == (target.blob or _blob(read(target), len(blob))):
                same.add(target.path)
        except Unreadable:
            continue
    return same


def _blob(data: bytes, digits: int) -> str:
    """git's name for a content, in a repository whose names have so many digits."""
    digest = hashlib.sha256() if digits == hashlib.sha256().digest_size * 2 else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()


def joined(found: Sequence[ScanResult], newer: Sequence[ScanResult], same: frozenset[str]) -> tuple[ScanResult, ...]:
    """The results of the whole older side: ``found`` in what had to be scanned, and what ``newer`` says of what is the ``same``."""
    told = {result.scanner: result for result in newer}
    return tuple(_joined(result, told.get(result.scanner, result), same) for result in found)


def _joined(found: ScanResult, newer: ScanResult, same: frozenset[str]) -> ScanResult:
    if found.status is Status.SKIPPED:
        return found
    gaps = (*found.gaps, *(gap for gap in newer.gaps if gap.path in same))
    files = tuple(sorted({*found.files, *(path for path in newer.files if path in same)}))
    status = Status.COMPLETE if not gaps else Status.PARTIAL if files else Status.FAILED
    return msgspec.structs.replace(
        found,
        status=status,
        given=len(files) + len({gap.path for gap in gaps if gap.path is not None}),
        files=files,
        findings=(*found.findings, *(finding for finding in newer.findings if finding.location.path in same)),
        gaps=gaps,
        left_out=(*found.left_out, *(left for left in newer.left_out if left.path in same)),
        components=(),
    )
