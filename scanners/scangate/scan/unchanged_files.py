"""Saves work on the base of a comparison: files that are the same in the current tree need no second scan."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from scangate.errors import ScanError
from scangate.model import ScanResult, ScanStatus
from scangate.scan.content_types import identify_targets
from scangate.scan.git import blob_id
from scangate.scan.listing import Listing
from scangate.scan.plan import ScanPlan, assign_files, with_companions
from scangate.scan.results import status_of
from scangate.scan.target import Target


class Spared(msgspec.Struct, frozen=True):
    """What is left to scan of a base: its files, by a plan; and by scanner those whose results are the current tree's."""

    listing: Listing
    plan: ScanPlan
    unchanged: Mapping[str, frozenset[str]]


def without_unchanged(base: Listing, current: Listing, plan: ScanPlan) -> Spared:
    """``base``, a commit's listing, without the files that ``current`` has at the same path with the same content.

    The findings of these are the same on both sides. An unsplittable scanner may report something else for a file because another
    one changed: its files are scanned again together, unless all of them are unchanged; by that scanner alone.
    """
    base, current = with_companions(base, plan), with_companions(current, plan)
    same = frozenset(_unchanged_paths(base.targets, current, plan.max_file_bytes))
    base = _identify(base, current, same, plan)
    unsplittable = [
        tuple({target.path for target in assign_files(task, listing, plan.exclusions).targets} for listing in (base, current))
        for task in plan.tasks
        if not task.skip_reason and not task.traits.splittable
    ]
    kept = same
    while True:
        before = kept
        for base_paths, current_paths in unsplittable:
            if base_paths != current_paths or not base_paths <= kept:
                kept -= base_paths
        if kept == before:
            break
    targets = tuple(target for target in base.targets if target.path not in kept)
    changed = frozenset(target.path for target in targets) - same
    tasks = tuple(msgspec.structs.replace(task, paths=changed) if task.traits.splittable else task for task in plan.tasks)
    unchanged = {task.scanner.NAME: same if task.traits.splittable else kept for task in plan.tasks}
    return Spared(msgspec.structs.replace(base, targets=targets), msgspec.structs.replace(plan, tasks=tasks), unchanged)


def _identify(base: Listing, current: Listing, unchanged: Collection[str], plan: ScanPlan) -> Listing:
    """``base`` with content types; those of ``unchanged`` files are the current ones."""
    known = {target.path: target for target in current.targets if target.path in unchanged}
    targets = tuple(_with_types_of(known.get(target.path, target), target) for target in base.targets)
    return identify_targets(msgspec.structs.replace(base, targets=targets), plan.max_file_bytes, plan.result_cache)


def _with_types_of(known: Target, target: Target) -> Target:
    return msgspec.structs.replace(
        target, content_type=known.content_type, piece_types=known.piece_types, digest=f"git:{target.blob}" if target.blob else ""
    )


def _unchanged_paths(base: Sequence[Target], current: Listing, limit: int) -> set[str]:
    """The paths with the same content on both sides; unreadable files are not among them."""
    blobs = {(target.path, target.raw_path): target.blob for target in base}
    candidates = [target for target in current.targets if (target.path, target.raw_path) in blobs]
    read = current.reader(candidates, limit)
    unchanged = set()
    for target in candidates:
        blob = blobs[target.path, target.raw_path]
        try:
            if blob == (target.blob or blob_id(read(target), len(blob))):
                unchanged.add(target.path)
        except ScanError:
            continue
    return unchanged


def merge_results(
    base: Sequence[ScanResult], current: Sequence[ScanResult], unchanged: Mapping[str, frozenset[str]]
) -> tuple[ScanResult, ...]:
    """The results for the whole base: ``base`` for what was scanned, ``current`` for the ``unchanged`` paths of each scanner."""
    by_scanner = {result.scanner: result for result in current}
    return tuple(
        _merge_result(result, by_scanner.get(result.scanner, result), unchanged.get(result.scanner, frozenset())) for result in base
    )


def _merge_result(base: ScanResult, current: ScanResult, unchanged: frozenset[str]) -> ScanResult:
    if base.status is ScanStatus.SKIPPED:
        return base
    gaps = (*base.gaps, *(gap for gap in current.gaps if gap.path in unchanged))
    files = tuple(sorted({*base.analyzed_files, *(path for path in current.analyzed_files if path in unchanged)}))
    return msgspec.structs.replace(
        base,
        status=status_of(files, gaps),
        files_given=len(files) + len({gap.path for gap in gaps if gap.path is not None}),
        analyzed_files=files,
        findings=(*base.findings, *(finding for finding in current.findings if finding.location.path in unchanged)),
        gaps=gaps,
        skipped_paths=(*base.skipped_paths, *(skipped for skipped in current.skipped_paths if skipped.path in unchanged)),
        components=(),
    )
