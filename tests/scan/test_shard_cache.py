"""A shard's stored reports are the same as new ones, start no scanner, and have no text of the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scangate.scan.cache_store import CacheStore
from scangate.scan.engine import UnredactedResult, scan_unredacted
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.scan.result_cache import ResultCache
from scangate.scan.shard_cache import ShardCache
from tests.support.fake_scanners import FILES, LATER, SECRET, WordScanner
from tests.support.scan_harness import ScanHarness, write_files


class ShardScans:
    """A tree, a cache, and the answers over the one with the other."""

    def __init__(self, folder: Path) -> None:
        self.bench = ScanHarness(folder)
        self.cache = folder / "cache"

    def run(
        self, *scanners: WordScanner, files: Mapping[str, bytes | str] | None = None, remember: bool = True, **plan: Any
    ) -> list[Any]:
        """All that the scanners report, sorted; their ``asked`` has what they were asked about."""
        write_files(self.bench.root, files or {})
        for scanner in scanners:
            scanner.asked = []
        cache = CacheStore(self.cache, self.bench.root, now=LATER)
        memory = ResultCache(cache, plan.pop("rules", {}), LATER) if remember else None
        tasks = tuple(
            ScannerTask(scanner, plan.get("options", WordScanner.Options()), plan.get("timeout", 60)) for scanner in scanners
        )
        repeated = ShardCache(ScanPlan(tasks, jobs=2, result_cache=memory), {})
        reported = scan_unredacted(
            self.bench.listing(), repeated.plan, self.bench.processes, self.bench.private_folder, lambda *_: None
        )
        repeated.save(reported)
        assert cache.notes == []
        cache.close()
        return list(map(_plain, reported))

    def kept(self) -> bytes:
        """Every byte of the cache."""
        return b"".join(file.read_bytes() for file in self.cache.iterdir())


def _plain(reported: UnredactedResult) -> tuple[Any, ...]:
    reports = sorted(reported.reports, key=lambda report: report.path)
    return (reported.scanner, reported.version, reports, sorted(reported.gaps, key=lambda gap: gap.path or ""))


@pytest.fixture
def shop(tmp_path: Path) -> ShardScans:
    return ShardScans(tmp_path)


MORE = {**FILES, "broken.txt": "broken\n", "empty.txt": "", f"{SECRET}.txt": f"bad {SECRET}\n", "package.txt": "package\n"}


def test_cached_reports_are_identical(shop: ShardScans) -> None:
    words, whole = WordScanner(), WordScanner("whole", splits=False)
    cold = shop.run(words, whole, files={**MORE, "broken.txt": "good\n"})
    assert words.asked
    warm = shop.run(words, whole)
    assert (words.asked, whole.asked) == ([], [])
    assert warm == cold == shop.run(words, whole, remember=False)


def test_no_file_content_is_cached(shop: ShardScans) -> None:
    shop.run(WordScanner(), files=MORE)
    assert SECRET[:8].encode() not in shop.kept()


def test_only_what_changed_is_asked_and_a_gap_is_asked_again(shop: ShardScans) -> None:
    words = WordScanner()
    shop.run(words, files=MORE)
    reported = shop.run(words, files={"b.txt": "bad\n"})
    assert words.asked == ["b.txt", "broken.txt"]
    assert reported == shop.run(words, remember=False)


def test_a_scanner_that_sees_all_files_at_once_is_asked_about_all_or_none(shop: ShardScans) -> None:
    whole = WordScanner(splits=False)
    shop.run(whole, files=FILES)
    reported = shop.run(whole, files={"b.txt": "bad\n"})
    assert whole.asked == sorted(FILES)
    shop.run(whole, files={"broken.txt": "broken\n"})
    again = shop.run(whole)
    assert whole.asked == sorted([*FILES, "broken.txt"])
    assert reported != again == shop.run(whole, remember=False)


@pytest.mark.parametrize(
    ("scanner", "plan"),
    [
        ({"version": "2"}, {}),
        ({}, {"options": WordScanner.Options(2)}),
        ({}, {"timeout": 61}),
        ({}, {"rules": {"words": "other"}}),
        ({"name": "other"}, {}),
    ],
)
def test_changed_inputs_invalidate_cache(shop: ShardScans, scanner: dict[str, Any], plan: dict[str, Any]) -> None:
    shop.run(WordScanner(), files=FILES)
    words = WordScanner(**scanner)
    shop.run(words, **plan)
    assert words.asked == sorted(FILES)


def test_uncacheable_scanner_runs_each_time(shop: ShardScans) -> None:
    words = WordScanner()
    words.resting_on = None
    for _ in range(2):
        shop.run(words, files=FILES)
        assert words.asked == sorted(FILES)


@pytest.mark.parametrize("value", [b"rubbish", b"[{}]", b"[1]", b"[]]", b'[{"quote": [[0, 99999]]}]'])
def test_cached_entry_for_another_file_is_ignored(shop: ShardScans, value: bytes) -> None:
    """Even one with a good MAC."""
    words = WordScanner()
    cold = shop.run(words, files=FILES)
    cache = CacheStore(shop.cache, None)
    rows = cache._connection.execute("SELECT key FROM rows").fetchall()  # type: ignore[union-attr]
    cache.put({row[len(cache._key_id) :]: value for (row,) in rows})
    cache.close()
    assert shop.run(words) == cold
    assert words.asked == sorted(FILES)


def test_missing_tool_is_reported_with_cache(shop: ShardScans) -> None:
    class Missing(WordScanner):
        def version(self) -> str:
            raise OSError

    assert shop.run(Missing(), files=FILES) == shop.run(Missing(), remember=False)
