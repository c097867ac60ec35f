"""A scanner gets the files that its own files name: in whole scans, in parts of a repository, in shards, and with a cache."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.model import CHANGE_SOURCES, FileSource, SkippedPath, SkipReason
from scangate.plugin import read_traits
from scangate.scan.cache_store import CacheStore
from scangate.scan.listing import Listing
from scangate.scan.plan import ScannerTask, ScanPlan, assign_files
from scangate.scan.result_cache import ResultCache
from scangate.scan.shard_cache import ShardCache
from scangate.scan.shards import take_inventory
from scangate.scan.skipping import ExcludedPaths
from tests.support.fake_scanners import LATER, FakeScanner, WordScanner, read_all
from tests.support.scan_harness import ScanHarness, write_files

FILES = {
    "a.txt": "lists/one.list\nLists/TWO.list\ngone.list\nb.txt\n",
    "b.txt": "",
    "lists/one.list": "a.txt\nlists/three.list\n",
    "lists/two.list": "",
    "lists/three.list": "lists/one.list\n",
    "other.list": "",
}
NAMED = ["a.txt", "b.txt", "lists/one.list", "lists/three.list", "lists/two.list"]


class NamingScanner(WordScanner):
    """Reads ``.txt`` files, and whatever the lines of a file name."""

    def __init__(self, *, splits: bool = False) -> None:
        super().__init__("naming", splits=splits)

    def also_reads(self, path: str, data: bytes, options: Any) -> Iterable[str]:
        del path, options
        return data.decode().splitlines()


def assigned(listing: Listing, *exclusions: ExcludedPaths, scanner: Any = None) -> list[str]:
    task = ScannerTask(scanner or NamingScanner(), WordScanner.Options(), 60)
    return [target.path for target in assign_files(task, listing, exclusions).targets]


def part_of(listing: Listing, *paths: str) -> Listing:
    """A listing of ``paths`` alone, with the rest as companions."""
    targets = tuple(target for target in listing.targets if target.path in paths)
    rest = {target.path: target for target in listing.targets if target.path not in paths}
    return msgspec.structs.replace(listing, targets=targets, companions=rest)


@pytest.fixture
def harness(tmp_path: Path) -> ScanHarness:
    made = ScanHarness(tmp_path)
    write_files(made.root, FILES)
    return made


def test_named_files_are_found_through_chains_cycles_and_other_case(harness: ScanHarness) -> None:
    assert assigned(harness.listing()) == NAMED


def test_a_name_that_two_files_could_mean_names_none(harness: ScanHarness) -> None:
    write_files(harness.root, {"LISTS/two.list": ""})
    assert assigned(harness.listing()) == [path for path in NAMED if path != "lists/two.list"]


def test_the_policy_excludes_named_files_like_any_other(harness: ScanHarness) -> None:
    task = ScannerTask(NamingScanner(), WordScanner.Options(), 60)
    run = assign_files(task, harness.listing(), [ExcludedPaths("lists/one.list", "vendored"), ExcludedPaths("b.txt", "old")])
    assert [target.path for target in run.targets] == ["a.txt", "lists/two.list"]
    assert run.skipped_paths == [
        SkippedPath("b.txt", SkipReason.EXCLUDED, "naming", "old"),
        SkippedPath("lists/one.list", SkipReason.EXCLUDED, "naming", "vendored"),
    ]


def test_a_plugin_that_fails_to_name_files_costs_no_file(harness: ScanHarness) -> None:
    class Failing(NamingScanner):
        def also_reads(self, path: str, data: bytes, options: Any) -> Iterable[str]:
            raise SystemExit(0)

    assert assigned(harness.listing(), scanner=Failing()) == ["a.txt", "b.txt"]


def test_companions_are_read_if_named_and_reported_for_that_scanner_only(harness: ScanHarness) -> None:
    listing = part_of(harness.listing(), "a.txt")
    result, _ = harness.run(NamingScanner(), listing=listing)
    assert list(result.analyzed_files) == NAMED
    plain, _ = harness.run(WordScanner(), listing=listing)
    assert plain.analyzed_files == ("a.txt",)


def test_a_named_folder_brings_the_companions_that_the_scanner_reads(harness: ScanHarness) -> None:
    write_files(harness.root, {"c/d.txt": "e/\n./\n", "e/f.txt": "", "e/f.md": "", "e/g/h.txt": "", "i.txt": ""})
    assert assigned(part_of(harness.listing(), "c/d.txt")) == ["a.txt", "b.txt", "c/d.txt", "e/f.txt", "i.txt", *NAMED[2:]]
    assert "e/f.txt" not in assigned(part_of(harness.listing(), "b.txt"))


def test_what_names_a_staged_file_is_read_with_it(harness: ScanHarness) -> None:
    write_files(harness.root, {"x/top.txt": "b.txt\n", "x/over.txt": "x/top.txt\nother.list\n", "x/aside.txt": "a.txt\n"})
    listing = part_of(harness.listing(), "b.txt")
    staged = msgspec.structs.replace(listing, summary=msgspec.structs.replace(listing.summary, source=FileSource.STAGED))
    assert assigned(listing) == ["b.txt"]
    assert assigned(staged) == [*NAMED, "other.list", "x/aside.txt", "x/over.txt", "x/top.txt"]
    assert assigned(staged, ExcludedPaths("x/over.txt", "old"), ExcludedPaths("a.txt", "old")) == [
        "b.txt",
        "x/aside.txt",
        "x/top.txt",
    ]


@pytest.mark.parametrize("source", sorted(CHANGE_SOURCES))
def test_a_changed_file_that_only_its_includer_makes_a_file_of_the_scanner(harness: ScanHarness, source: FileSource) -> None:
    listing = part_of(harness.listing(), "lists/two.list", "other.list")
    assert assigned(listing) == []
    changed = msgspec.structs.replace(listing, summary=msgspec.structs.replace(listing.summary, source=source))
    assert assigned(changed) == NAMED
    skipped = ScannerTask(NamingScanner(), WordScanner.Options(), 60, "skipped by --skip")
    assert assign_files(skipped, changed, ()).targets == []
    unnamed = msgspec.structs.replace(part_of(harness.listing(), "other.list"), summary=changed.summary)
    assert assigned(unnamed) == []


def test_a_cached_result_is_of_no_use_once_a_named_file_changed(harness: ScanHarness, tmp_path: Path) -> None:
    scanner = NamingScanner()

    def scan(listing: Listing | None = None) -> list[str]:
        scanner.asked = []
        with closing(CacheStore(tmp_path / "cache", harness.root, now=LATER)) as cache:
            harness.run(scanner, listing=listing, result_cache=ResultCache(cache, {}, LATER))
        return scanner.asked

    assert scan() == NAMED
    assert scan() == []
    write_files(harness.root, {"lists/three.list": "bad\n"})
    assert scan() == NAMED
    part = part_of(harness.listing(), "a.txt")
    assert scan(part) == []
    write_files(harness.root, {"lists/two.list": "bad\n"})
    assert scan(part_of(harness.listing(), "a.txt")) == NAMED


def test_a_named_file_with_a_gap_is_scanned_again(harness: ScanHarness, tmp_path: Path) -> None:
    write_files(harness.root, {"lists/two.list": "broken\n"})
    for _ in range(2):
        with closing(CacheStore(tmp_path / "cache", harness.root, now=LATER)) as cache:
            result, _ = harness.run(
                NamingScanner(), listing=part_of(harness.listing(), "a.txt"), result_cache=ResultCache(cache, {}, LATER)
            )
        assert [gap.path for gap in result.gaps] == ["lists/two.list"]


def test_shards_and_their_merge_give_the_scanner_the_same_files(harness: ScanHarness, tmp_path: Path) -> None:
    listing, task = harness.listing(), ScannerTask(NamingScanner(), WordScanner.Options(), 60)
    plan = ScanPlan((task,))
    assert sorted(take_inventory(listing, plan).sizes) == NAMED
    with closing(CacheStore(tmp_path / "cache", harness.root, now=LATER)) as cache:
        caching = ShardCache(msgspec.structs.replace(plan, result_cache=ResultCache(cache, {}, LATER)), {})
        assert assigned(listing, scanner=caching.plan.tasks[0].scanner) == NAMED


def test_scanners_name_no_files_by_default() -> None:
    assert list(read_traits(FakeScanner(read_all)).also_reads("a.txt", b"x", None)) == []
