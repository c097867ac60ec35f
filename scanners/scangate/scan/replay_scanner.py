"""Scanners that return the reports of shard files; they start nothing, and the engine checks them like any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.model import FileReport, Gap, GapKind
from scangate.plugin import ScanContext, Scanner, SourceFile, read_traits
from scangate.scan.engine import UnredactedResult
from scangate.scan.listing import Listing
from scangate.scan.plan import ScanPlan
from scangate.scan.shard_file import ShardFile, merge_shard_files
from scangate.scan.shards import Inventory, assign_shards, assign_unsplittable

RERUN_HINT = "run all shards with the same scangate, the same tools and the same options, then merge their files"


def replay_plan(plan: ScanPlan, listing: Listing, inventory: Inventory, shard_files: Sequence[ShardFile]) -> ScanPlan:
    """``plan`` with scanners that return the reports of ``shard_files``, one a shard. Raises UsageError if they do not fit."""
    scanners = {task.scanner.NAME for task in plan.tasks if not task.skip_reason}
    shard_of, single_shard = assign_shards(inventory.sizes, len(shard_files)), assign_unsplittable(plan, len(shard_files))
    for file in shard_files:
        expected = {name for name in scanners if single_shard.get(name, file.number) == file.number}
        found = [output.scanner for output in file.scanners]
        if sorted(found) != sorted(expected):
            raise UsageError(f"shard {file.shard} ran other scanners than the policy requires: {', '.join(found)}", RERUN_HINT)
        own = {number for number, target in enumerate(listing.targets) if shard_of.get(target.path) == file.number}
        for output in file.scanners:
            files = (entry.get("file") for entry in (*output.reports, *output.gaps))
            reported = {file for file in files if isinstance(file, int)}  # anything else is refused where it is decoded
            if output.scanner not in single_shard and reported - own:
                raise UsageError(f"shard {file.shard} reports files of another shard", RERUN_HINT)
    _check_versions(shard_files)
    results = merge_shard_files(shard_files, listing, plan.max_file_bytes)
    tasks = (
        task
        if task.skip_reason
        else msgspec.structs.replace(task, scanner=_ReplayScanner(task.scanner, results[task.scanner.NAME]))
        for task in plan.tasks
    )
    return msgspec.structs.replace(plan, tasks=tuple(tasks))


def _check_versions(shard_files: Sequence[ShardFile]) -> None:
    """Raises UsageError if two shards ran different versions of a scanner, or one of them had none."""
    found: defaultdict[str, dict[str | None, ShardFile]] = defaultdict(dict)
    for file in shard_files:
        for output in file.scanners:
            if output.version is not None or output.reports or output.gaps:
                found[output.scanner].setdefault(output.version, file)
    for name, versions in sorted(found.items()):
        if len(versions) > 1:
            listed = " and ".join(f"{version or 'none'} in shard {file.shard}" for version, file in versions.items())
            raise UsageError(f"the shards ran different versions of {name}: {listed}", RERUN_HINT)


class _ReplayScanner:
    """One scanner's merged reports, those on the pieces of files among them."""

    READS_PIECES = False

    def __init__(self, scanner: Scanner[Any], result: UnredactedResult) -> None:
        self.NAME, self.Options, self.reads = scanner.NAME, scanner.Options, scanner.reads
        traits = read_traits(scanner)
        self.ACCOUNTING, self.also_reads = traits.accounting, traits.also_reads
        self._version = result.version
        self._gaps = result.gaps
        self._reports: defaultdict[str, list[FileReport]] = defaultdict(list)
        for report in result.reports:
            self._reports[report.path].append(report)
        for gap in result.gaps:
            if gap.path is not None:
                self._reports[gap.path].append(FileReport(gap.path, gaps=(gap,)))

    def version(self) -> str:
        """The version that all shards ran. Raises the shards' error if the tool was missing."""
        general: list[Gap] = [gap for gap in self._gaps if gap.path is None]
        if self._version is not None and not general:
            return self._version
        gaps = [*general, *(gap for reports in self._reports.values() for report in reports for gap in report.gaps)]
        if not gaps:
            raise ScanError(GapKind.GARBAGE, "the shard files have no version of this scanner")
        raise ScanError(gaps[0].kind, gaps[0].reason, gaps[0].hint)

    def scan(self, files: Sequence[SourceFile], options: Any, context: ScanContext) -> Iterable[FileReport]:
        """The merged reports on ``files``; a file without one becomes a gap."""
        del options, context
        return [report for source in files for report in self._reports[source.path]]
