"""Scanners that say again what they said of the same bytes before, word for word: for shards, of which merge has yet to redact all.

What `memory` keeps is redacted in the light of the whole tree, which a shard does not see. Here an answer is kept as it stands in a
part: its texts are quotations of the file, so that not a word of the file is kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from scangate.model import FileReport
from scangate.plugin import ScanContext, Scanner, SourceFile, read_traits
from scangate.scan.engine import UnredactedResult
from scangate.scan.plan import ScanPlan, call_guarded
from scangate.scan.result_cache import ResultCache, content_digest, result_key
from scangate.scan.shard_file import convert_exactly
from scangate.scan.span_encoding import SpanCodec

__all__ = ["CachingScanners"]


class CachingScanners:
    """The scanners of a plan with what they said before, from the plan's memory; ``plan`` is the one to carry out in its stead."""

    def __init__(self, plan: ScanPlan, environ: Mapping[str, str]) -> None:
        self._cache = plan.result_cache
        self._scanners: dict[str, _CachingScanner] = {}
        tasks = []
        for task in plan.tasks:
            setting = None
            if plan.result_cache is not None and not task.skip_reason:
                facts = (environ, plan.today, task.timeout, plan.max_file_bytes)
                setting, _ = call_guarded(lambda: _settings_digest(plan.result_cache, task.scanner, task.options, facts))  # noqa: B023
            if setting is None or plan.result_cache is None:
                tasks.append(task)
                continue
            repeater = _CachingScanner(task.scanner, setting, plan.result_cache)
            self._scanners[task.scanner.NAME] = repeater
            tasks.append(msgspec.structs.replace(task, scanner=repeater))
        self.plan = msgspec.structs.replace(plan, tasks=tuple(tasks), result_cache=None)

    def save(self, results: Iterable[UnredactedResult]) -> None:
        """Keeps what is new in the answers that came of the plan, but for what has a gap."""
        for answer in results:
            if self._cache is not None and answer.scanner in self._scanners:
                self._cache.save_encoded(self._scanners[answer.scanner].new_entries(answer))


def _settings_digest(cache: ResultCache | None, scanner: Scanner[Any], options: Any, facts: tuple[Any, ...]) -> bytes | None:
    """As an answer's in `memory`, but in a room of its own."""
    setting = cache.settings_digest(scanner, options, str(scanner.version()), facts) if cache is not None else None
    return hashlib.sha256(b"words\0" + setting).digest() if setting is not None else None


class _CachingScanner:
    """One scanner, which is asked about the files alone of which it did not speak before."""

    def __init__(self, scanner: Scanner[Any], settings_digest: bytes, cache: ResultCache) -> None:
        self.NAME = scanner.NAME
        traits = read_traits(scanner)
        self.ACCOUNTING, self.SPLITTABLE, self.IO_BOUND = traits.accounting, traits.splittable, traits.io_bound
        self._scanner = scanner
        self._settings_digest = settings_digest
        self._cache = cache
        self._lock = threading.Lock()  # the engine asks from several threads
        self._scanned: dict[str, tuple[bytes, SourceFile]] = {}

    @property
    def Options(self) -> type[Any]:  # noqa: N802 -- the Protocol's name
        """The scanner's own."""
        return self._scanner.Options

    def version(self) -> str:
        """What the scanner itself says."""
        return self._scanner.version()

    def reads(self, path: str, options: Any) -> bool:
        """What the scanner itself says."""
        return self._scanner.reads(path, options)

    def scan(self, files: Sequence[SourceFile], options: Any, context: ScanContext) -> Iterable[FileReport]:
        """What was said before, and what the scanner says of the rest; where it sees all files at once, all or nothing is known."""
        keys = self._cache_keys(files)
        with self._lock:
            held = self._cache.load_encoded(keys.values())
        known = {source.path: _decode(held.get(keys[source.path]), source) for source in files}
        if not self.SPLITTABLE and None in known.values():
            known = {}
        rest = [source for source in files if known.get(source.path) is None]
        with self._lock:
            self._scanned |= {source.path: (keys[source.path], source) for source in rest}
        told = list(self._scanner.scan(rest, options, context)) if rest else []
        return [*(report for reports in known.values() for report in reports or ()), *told]

    def new_entries(self, result: UnredactedResult) -> dict[bytes, bytes]:
        """The answers that the scanner gave in this run, by their keys: those that the engine took, and that have no gap."""
        lost = {gap.path for gap in result.gaps} | {gap.path for report in result.reports for gap in report.gaps}
        if None in lost or (lost and not self.SPLITTABLE):
            return {}
        told: defaultdict[str, list[FileReport]] = defaultdict(list)
        for report in result.reports:
            told[report.path].append(report)
        return {
            key: _encode(told[path], source) for path, (key, source) in self._scanned.items() if path in told and path not in lost
        }

    def _cache_keys(self, files: Sequence[SourceFile]) -> dict[str, bytes]:
        digests = {source.path: content_digest(source.read_bytes()) for source in files}
        setting = self._settings_digest if self.SPLITTABLE else result_key(self._settings_digest, "", repr(sorted(digests.items())))
        return {path: result_key(setting, path, digest) for path, digest in digests.items()}


def _codec(source: SourceFile) -> SpanCodec:
    return SpanCodec(source.path, "\n".join(source.lines))


def _encode(reports: Sequence[FileReport], source: SourceFile) -> bytes:
    """The reports on a file without a word of it; one that tells nothing is empty."""
    if list(reports) == [FileReport(source.path)]:
        return b"[]"
    page = _codec(source)
    return msgspec.json.encode([page.encode(msgspec.to_builtins(report)) for report in reports])


def _decode(value: bytes | None, source: SourceFile) -> list[FileReport] | None:
    """The reports that `_quoted` was given; None where there are none, or none that are about this file."""
    if value is None:
        return None
    if value == b"[]":
        return [FileReport(source.path)]
    page = _codec(source)
    try:
        reports = [convert_exactly(page.decode(plain), FileReport) for plain in msgspec.json.decode(value)]
    except (ValueError, TypeError, RecursionError):
        return None
    return reports if all(report.path == source.path for report in reports) else None
