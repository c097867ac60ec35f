"""Scanners that say again what the shards of a scan have said; they start nothing, and the engine checks them as any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.model import FileReport, Gap, GapKind
from scangate.plugin import ScanContext, Scanner, SourceFile, read_traits
from scangate.scan.discovery import Listing
from scangate.scan.engine import UnredactedResult
from scangate.scan.plan import ScanPlan
from scangate.scan.shard_file import ShardFile, merge_shard_files
from scangate.scan.shards import Inventory, assign_shards, assign_unsplittable

__all__ = ["replay_plan"]

RERUN_HINT = "let all shards run with the same scangate, the same tools and the same options, and merge what they write"


def replay_plan(plan: ScanPlan, listing: Listing, inventory: Inventory, shard_files: Sequence[ShardFile]) -> ScanPlan:
    """``plan`` with scanners that answer from ``parts``, of which there is one for each shard. UsageError where they do not fit."""
    tasks = {task.scanner.NAME for task in plan.tasks if not task.skip_reason}
    places, home = assign_shards(inventory.sizes, len(shard_files)), assign_unsplittable(plan, len(shard_files))
    for part in shard_files:
        expected = {name for name in tasks if home.get(name, part.number) == part.number}
        told = [each.scanner for each in part.scanners]
        if sorted(told) != sorted(expected):
            raise UsageError(f"shard {part.shard} ran other scanners than this policy asks it to: {', '.join(told)}", RERUN_HINT)
        mine = {number for number, target in enumerate(listing.targets) if places.get(target.path) == part.number}
        for each in part.scanners:
            strange = {entry["file"] for entry in (*each.reports, *each.gaps) if "file" in entry} - mine
            if each.scanner not in home and strange:
                raise UsageError(f"shard {part.shard} tells of files that are another shard's", RERUN_HINT)
    _check_versions(shard_files)
    answers = merge_shard_files(shard_files, listing, plan.max_file_bytes)
    return msgspec.structs.replace(
        plan,
        tasks=tuple(
            task
            if task.skip_reason
            else msgspec.structs.replace(task, scanner=_ReplayScanner(task.scanner, answers[task.scanner.NAME]))
            for task in plan.tasks
        ),
    )


def _check_versions(shard_files: Sequence[ShardFile]) -> None:
    """UsageError where two shards ran a scanner in two versions, or one of them had none."""
    found: defaultdict[str, dict[str | None, ShardFile]] = defaultdict(dict)
    for part in shard_files:
        for told in part.scanners:
            if told.version is not None or told.reports or told.gaps:
                found[told.scanner].setdefault(told.version, part)
    for name, versions in sorted(found.items()):
        if len(versions) > 1:
            said = " and ".join(f"{version or 'none'} in shard {part.shard}" for version, part in versions.items())
            raise UsageError(f"the shards did not run one and the same {name}: {said}", RERUN_HINT)


class _ReplayScanner:
    """One scanner's answers."""

    SPLITTABLE = False  # they cost nothing

    def __init__(self, scanner: Scanner[Any], result: UnredactedResult) -> None:
        self.NAME = scanner.NAME
        self.ACCOUNTING = read_traits(scanner).accounting
        self._scanner = scanner
        self._version = result.version
        self._reports: defaultdict[str, list[FileReport]] = defaultdict(list)
        self._gaps_without_file: list[Gap] = []
        for report in result.reports:
            self._reports[report.path].append(report)
        for gap in result.gaps:
            if gap.path is None:
                self._gaps_without_file.append(gap)
            else:
                self._reports[gap.path].append(FileReport(gap.path, gaps=(gap,)))

    @property
    def Options(self) -> type[Any]:  # noqa: N802 -- the Protocol's name
        """The scanner's own."""
        return self._scanner.Options

    def version(self) -> str:
        """The version that all shards ran; where there was no tool, Unreadable as there."""
        if self._version is not None and not self._gaps_without_file:
            return self._version
        gaps = [*self._gaps_without_file, *(gap for reports in self._reports.values() for report in reports for gap in report.gaps)]
        if not gaps:
            raise ScanError(GapKind.GARBAGE, "the shards do not say which version they ran")
        raise ScanError(gaps[0].kind, gaps[0].reason, gaps[0].hint)

    def reads(self, path: str, options: Any) -> bool:
        """What the scanner itself says."""
        return self._scanner.reads(path, options)

    def scan(self, files: Sequence[SourceFile], options: Any, context: ScanContext) -> Iterable[FileReport]:
        """What was said of ``files``; one that nothing was said of is not told, and becomes a gap."""
        del options, context
        return [report for source in files for report in self._reports[source.path]]
