"""The cut: every path in one shard, every machine the same, no shard with much more than its share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.model import FileAccounting
from scangate.scan.engine import scan_unredacted
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.scan.shards import FILE_WEIGHT_BYTES, Shard, assign_shards, assign_unsplittable, plan_for_shard, take_inventory
from tests.support.fake_scanners import FakeScanner, read_all
from tests.support.scan_harness import ScanHarness, write_files

SIZES = st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), st.integers(0, 1 << 20), max_size=60)


@given(SIZES, st.integers(1, 12))
def test_every_path_is_in_one_shard_whatever_order_it_was_listed_in(sizes: dict[str, int], count: int) -> None:
    places = assign_shards(sizes, count)
    assert places.keys() == sizes.keys()
    assert all(1 <= number <= count for number in places.values())
    assert places == assign_shards(dict(reversed(sizes.items())), count)


@given(SIZES, st.integers(1, 12))
def test_no_shard_has_more_than_its_share_and_one_file(sizes: dict[str, int], count: int) -> None:
    weights = {path: size + FILE_WEIGHT_BYTES for path, size in sizes.items()}
    places = assign_shards(sizes, count)
    for number in range(1, count + 1):
        load = sum(weights[path] for path, place in places.items() if place == number)
        assert load <= sum(weights.values()) / count + max(weights.values(), default=0)


def test_a_new_file_moves_few_others() -> None:
    sizes = {f"src/{number}.py": 2000 + number for number in range(400)}
    before, after = assign_shards(sizes, 4), assign_shards({**sizes, "src/new.py": 2500}, 4)
    assert sum(before[path] != after[path] for path in sizes) <= 4


@pytest.mark.parametrize(("number", "count"), [(0, 2), (3, 2), (1, 0), (-1, 4)])
def test_a_shard_that_there_is_not(number: int, count: int) -> None:
    with pytest.raises(ValueError, match="not a shard"):
        Shard(number, count)


class Whole(FakeScanner):
    """One that wants all files in one call."""

    NAME = "whole"
    ACCOUNTING = FileAccounting.WHOLE_RUN


def plan(*skipped: str) -> ScanPlan:
    scanners = (FakeScanner(read_all), Whole(read_all, splits=False))
    return ScanPlan(
        tuple(ScannerTask(scanner, scanner.Options(), 60, "no" if scanner.NAME in skipped else "") for scanner in scanners)
    )


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_all_shards_together_read_what_one_scan_reads(count: int, tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    write_files(bench.root, {f"{name}.txt": name * 100 for name in "abcde"} | {"f.bin": "x"})
    listing = bench.listing()
    inventory = take_inventory(listing, plan())
    read: list[tuple[str, str]] = []
    for number in range(1, count + 1):
        folder = tmp_path / f"private-{number}"
        folder.mkdir()
        reported = scan_unredacted(
            listing, plan_for_shard(plan(), Shard(number, count), inventory), bench.processes, folder, lambda *_: None
        )
        read += [(each.scanner, report.path) for each in reported for report in each.reports]
        assert ("whole" in {each.scanner for each in reported}) is (assign_unsplittable(plan(), count)["whole"] == number)
    assert sorted(read) == sorted((name, f"{letter}.txt") for name in ("plugin", "whole") for letter in "abcde")


def test_scanners_that_do_not_split_are_dealt_out_and_skipped_ones_are_not() -> None:
    assert assign_unsplittable(plan(), 3) == {"whole": 3}
    assert assign_unsplittable(plan("whole"), 3) == {}


def test_an_inventory_knows_content_and_names_but_not_what_nobody_reads(tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    write_files(bench.root, {"a.txt": "one", "b.bin": "one"})
    first = take_inventory(bench.listing(), plan())
    assert dict(first.sizes) == {"a.txt": 3}
    write_files(bench.root, {"b.bin": "two"})
    assert take_inventory(bench.listing(), plan()) == first
    write_files(bench.root, {"a.txt": "two"})
    assert take_inventory(bench.listing(), plan()).digest != first.digest
    write_files(bench.root, {"a.txt": "one", "c.bin": ""})
    assert take_inventory(bench.listing(), plan()).digest != first.digest


def test_a_file_that_cannot_be_read_counts_by_its_reason(tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    write_files(bench.root, {"a.txt": "x" * 100})
    small = ScanPlan(plan().tasks, max_file_bytes=10)
    assert dict(take_inventory(bench.listing(), small).sizes) == {"a.txt": 0}
    assert take_inventory(bench.listing(), small).digest != take_inventory(bench.listing(), plan()).digest
