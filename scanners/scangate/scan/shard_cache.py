"""Caches the unredacted reports in the scan of a shard: scanners run only over files without stored reports.

`result_cache` stores results redacted with the secrets of the whole tree, which a shard does not see. Here the reports are encoded
as in a shard file (see `span_encoding`), without any text of the files.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from scangate.model import FileReport, Gap
from scangate.plugin import ScanContext, Scanner, SourceFile, read_traits
from scangate.scan.content_cache import content_digest
from scangate.scan.engine import UnredactedResult
from scangate.scan.plan import ScannerTask, ScanPlan, call_guarded
from scangate.scan.result_cache import ResultCache, result_key
from scangate.scan.span_encoding import SpanCodec, canonical_json


class ShardCache:
    """The cached reports of the scanners of a plan; ``plan`` is the plan to run instead, whose scanners look them up first."""

    def __init__(self, plan: ScanPlan, environ: Mapping[str, str]) -> None:
        self._cache = plan.result_cache
        self._environ = environ
        self._scanners: dict[str, _CachingScanner] = {}
        tasks = tuple(self._cached_task(task, plan) for task in plan.tasks)
        self.plan = msgspec.structs.replace(plan, tasks=tasks, result_cache=None)

    def _cached_task(self, task: ScannerTask, plan: ScanPlan) -> ScannerTask:
        cache, scanner = self._cache, task.scanner
        version, _ = call_guarded(lambda: None if task.skip_reason else str(scanner.version()))
        digest = plan.task_digest(task, version, self._environ) if version is not None else None
        if cache is None or digest is None:
            return task
        digest = hashlib.sha256(b"words\0" + digest).digest()  # other keys than those of the result cache
        self._scanners[scanner.NAME] = _CachingScanner(scanner, digest, cache)
        return msgspec.structs.replace(task, scanner=self._scanners[scanner.NAME])

    def save(self, results: Iterable[UnredactedResult]) -> None:
        """Stores the new reports in ``results`` of the plan, except for files with gaps."""
        for result in results:
            if self._cache is not None and result.scanner in self._scanners:
                self._cache.store.put(self._scanners[result.scanner].new_entries(result))


class _CachingScanner:
    """One scanner, run only over files without stored reports."""

    def __init__(self, scanner: Scanner[Any], settings_digest: bytes, cache: ResultCache) -> None:
        traits = read_traits(scanner)
        self.NAME, self.Options, self.version, self.reads = scanner.NAME, scanner.Options, scanner.version, scanner.reads
        self.ACCOUNTING, self.SPLITTABLE, self.IO_BOUND = traits.accounting, traits.splittable, traits.io_bound
        self.also_reads = traits.also_reads
        self._scanner = scanner
        self._settings_digest = settings_digest
        self._cache = cache
        self._lock = threading.Lock()  # the engine calls from several threads
        self._scanned: dict[str, tuple[bytes, SourceFile]] = {}

    def scan(self, files: Sequence[SourceFile], options: Any, context: ScanContext) -> Iterable[FileReport | Gap]:
        """The stored reports, and the scanner's for the other files; an unsplittable scanner uses all stored reports or none."""
        keys = self._cache_keys(files)
        with self._lock:
            stored = self._cache.store.get(keys.values())
        known = {source.path: _decode(stored.get(keys[source.path]), source) for source in files}
        if not self.SPLITTABLE and None in known.values():
            known = {}
        unknown = [source for source in files if known.get(source.path) is None]
        with self._lock:
            self._scanned |= {source.path: (keys[source.path], source) for source in unknown}
        new = list(self._scanner.scan(unknown, options, context)) if unknown else []
        return [*(report for reports in known.values() for report in reports or ()), *new]

    def new_entries(self, result: UnredactedResult) -> dict[bytes, bytes]:
        """The encoded reports of this run by cache key: those that the engine accepted, of files without gaps."""
        with_gaps = {gap.path for gap in result.gaps} | {gap.path for report in result.reports for gap in report.gaps}
        if None in with_gaps or (with_gaps and not self.SPLITTABLE):
            return {}
        reports: defaultdict[str, list[FileReport]] = defaultdict(list)
        for report in result.reports:
            reports[report.path].append(report)
        containers = {source.container for _, source in self._scanned.values()}  # their reports are also those on their pieces
        paths = self._scanned.keys() & reports.keys() - with_gaps - containers
        return {self._scanned[path][0]: _encode(reports[path], self._scanned[path][1]) for path in paths}

    def _cache_keys(self, files: Sequence[SourceFile]) -> dict[str, bytes]:
        digests = {source.path: content_digest(source.read_bytes()) for source in files}
        settings = self._settings_digest
        if not self.SPLITTABLE:
            settings = result_key(settings, "", repr(sorted(digests.items())))
        return {path: result_key(settings, path, digest) for path, digest in digests.items()}


def _encode(reports: Sequence[FileReport], source: SourceFile) -> bytes:
    """The reports on one file; an empty list for a single empty report."""
    if list(reports) == [FileReport(source.path)]:
        return b"[]"
    return canonical_json(SpanCodec(source.path, source.lines).encode(reports)).encode()


def _decode(value: bytes | None, source: SourceFile) -> list[FileReport] | None:
    """The reports that `_encode` was given; None if there are none, or they are not about this file."""
    if value is None:
        return None
    if value == b"[]":
        return [FileReport(source.path)]
    try:
        reports = SpanCodec(source.path, source.lines).decode(msgspec.json.decode(value), list[FileReport])
    except (ValueError, TypeError, RecursionError):
        return None
    return reports if all(report.path == source.path for report in reports) else None
