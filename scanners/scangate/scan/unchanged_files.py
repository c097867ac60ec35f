"""Spares the older side of a change: a file that the newer one has in the same bytes was read already, and is not read again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from scangate.errors import ScanError
from scangate.model import ScanResult, ScanStatus
from scangate.scan.discovery import Listing, Target
from scangate.scan.plan import ScanPlan, assign_files

__all__ = ["merge_results", "without_unchanged"]


def without_unchanged(base: Listing, current: Listing, plan: ScanPlan) -> tuple[Listing, frozenset[str]]:
    """``older``, a commit's listing, without the files that ``newer`` has at the same path in the same bytes; and their paths.

    What a scanner finds in one of those it finds on both sides. A scanner that sees all its files at once may say something else of
    a file because another one changed: its files are scanned again together, unless they are all the same.
    """
    same = _unchanged_paths(base.targets, current, plan.max_file_bytes)
    together = [
        tuple({target.path for target in assign_files(task, listing, plan.exclusions).targets} for listing in (base, current))
        for task in plan.tasks
        if not task.skip_reason and not task.traits.splittable
    ]
    while True:
        kept = same.union()
        for then, now in together:
            if then != now or not then <= kept:
                kept -= then
        if kept == same:
            break
        same = kept
    targets = tuple(target for target in base.targets if target.path not in same)
    return msgspec.structs.replace(base, targets=targets), frozenset(same)


def _unchanged_paths(base: Sequence[Target], current: Listing, limit: int) -> set[str]:
    """The paths that have one content on both sides; what cannot be read has none."""
    then = {(target.path, target.raw_path): target.blob for target in base}
    now = [target for target in current.targets if (target.path, target.raw_path) in then]
    read = current.reader(now, limit)
    same = set()
    for target in now:
        blob = then[target.path, target.raw_path]
        try:
            if blob == (target.blob or _git_blob_id(read(target), len(blob))):
                same.add(target.path)
        except ScanError:
            continue
    return same


def _git_blob_id(data: bytes, digits: int) -> str:
    """git's name for a content, in a repository whose names have so many digits."""
    digest = hashlib.sha256() if digits == hashlib.sha256().digest_size * 2 else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()


def merge_results(base: Sequence[ScanResult], current: Sequence[ScanResult], unchanged: frozenset[str]) -> tuple[ScanResult, ...]:
    """The results of the whole older side: ``found`` in what had to be scanned, and what ``newer`` says of what is the ``same``."""
    told = {result.scanner: result for result in current}
    return tuple(_merge_result(result, told.get(result.scanner, result), unchanged) for result in base)


def _merge_result(base: ScanResult, current: ScanResult, unchanged: frozenset[str]) -> ScanResult:
    if base.status is ScanStatus.SKIPPED:
        return base
    gaps = (*base.gaps, *(gap for gap in current.gaps if gap.path in unchanged))
    files = tuple(sorted({*base.analyzed_files, *(path for path in current.analyzed_files if path in unchanged)}))
    status = ScanStatus.COMPLETE if not gaps else ScanStatus.PARTIAL if files else ScanStatus.FAILED
    return msgspec.structs.replace(
        base,
        status=status,
        files_given=len(files) + len({gap.path for gap in gaps if gap.path is not None}),
        analyzed_files=files,
        findings=(*base.findings, *(finding for finding in current.findings if finding.location.path in unchanged)),
        gaps=gaps,
        skipped_paths=(*base.skipped_paths, *(left for left in current.skipped_paths if left.path in unchanged)),
        components=(),
    )
