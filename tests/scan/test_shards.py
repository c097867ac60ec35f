"""The cut: every path in one shard, every machine the same, no shard with much more than its share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.model import Accounting
from scangate.scan.engine import answers
from scangate.scan.plan import Plan, Task
from scangate.scan.shards import WEIGHT_OF_A_FILE, Shard, cut, homes, limited, take_inventory

from .bench import Bench, write
from .test_engine import Plugin, read_all

SIZES = st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), st.integers(0, 1 << 20), max_size=60)


@given(SIZES, st.integers(1, 12))
def test_every_path_is_in_one_shard_whatever_order_it_was_listed_in(sizes: dict[str, int], count: int) -> None:
    places = cut(sizes, count)
    assert places.keys() == sizes.keys()
    assert all(1 <= number <= count for number in places.values())
    assert places == cut(dict(reversed(sizes.items())), count)


@given(SIZES, st.integers(1, 12))
def test_no_shard_has_more_than_its_share_and_one_file(sizes: dict[str, int], count: int) -> None:
    weights = {path: size + WEIGHT_OF_A_FILE for path, size in sizes.items()}
    places = cut(sizes, count)
    for number in range(1, count + 1):
        load = sum(weights[path] for path, place in places.items() if place == number)
        assert load <= sum(weights.values()) / count + max(weights.values(), default=0)


def test_a_new_file_moves_few_others() -> None:
    sizes = {f"src/{number}.py": 2000 + number for number in range(400)}
    before, after = cut(sizes, 4), cut({**sizes, "src/new.py": 2500}, 4)
    assert sum(before[path] != after[path] for path in sizes) <= 4


@pytest.mark.parametrize(("number", "count"), [(0, 2), (3, 2), (1, 0), (-1, 4)])
def test_a_shard_that_there_is_not(number: int, count: int) -> None:
    with pytest.raises(ValueError, match="not a shard"):
        Shard(number, count)


class Whole(Plugin):
    """One that wants all files in one call."""

    NAME = "whole"
    ACCOUNTING = Accounting.WHOLE_RUN


def plan(*skipped: str) -> Plan:
    scanners = (Plugin(read_all), Whole(read_all, splits=False))
    return Plan(tuple(Task(scanner, scanner.Options(), 60, "no" if scanner.NAME in skipped else "") for scanner in scanners))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_all_shards_together_read_what_one_scan_reads(count: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    write(bench.root, {f"{name}.txt": name * 100 for name in "abcde"} | {"f.bin": "x"})
    listing = bench.listing()
    inventory = take_inventory(listing, plan())
    read: list[tuple[str, str]] = []
    for number in range(1, count + 1):
        folder = tmp_path / f"private-{number}"
        folder.mkdir()
        told = answers(listing, limited(plan(), Shard(number, count), inventory), bench.processes, folder, lambda *_: None)
        read += [(each.scanner, report.path) for each in told for report in each.reports]
        assert ("whole" in {each.scanner for each in told}) is (homes(plan(), count)["whole"] == number)
    assert sorted(read) == sorted((name, f"{letter}.txt") for name in ("plugin", "whole") for letter in "abcde")


def test_scanners_that_do_not_split_are_dealt_out_and_skipped_ones_are_not() -> None:
    assert homes(plan(), 3) == {"whole": 3}
    assert homes(plan("whole"), 3) == {}


def test_an_inventory_knows_content_and_names_but_not_what_nobody_reads(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    write(bench.root, {"a.txt": "one", "b.bin": "one"})
    first = take_inventory(bench.listing(), plan())
    assert dict(first.sizes) == {"a.txt": 3}
    write(bench.root, {"b.bin": "two"})
    assert take_inventory(bench.listing(), plan()) == first
    write(bench.root, {"a.txt": "two"})
    assert take_inventory(bench.listing(), plan()).digest != first.digest
    write(bench.root, {"a.txt": "one", "c.bin": ""})
    assert take_inventory(bench.listing(), plan()).digest != first.digest


def test_a_file_that_cannot_be_read_counts_by_its_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    write(bench.root, {"a.txt": "x" * 100})
    small = Plan(plan().tasks, max_bytes=10)
    assert dict(take_inventory(bench.listing(), small).sizes) == {"a.txt": 0}
    assert take_inventory(bench.listing(), small).digest != take_inventory(bench.listing(), plan()).digest
