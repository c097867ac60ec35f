"""What a shard said before it says again to the letter, asks nobody for it, and keeps not a word of the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scangate.scan.cache import Cache
from scangate.scan.engine import Answers, answers
from scangate.scan.memory import Memory
from scangate.scan.plan import Plan, Task
from scangate.scan.repeated import Repeated

from .bench import Bench, write
from .test_memory import FILES, LATER, SECRET, Words


class Shop:
    """A tree, a cache, and the answers over the one with the other."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.cache = folder / "cache"

    def run(
        self, *scanners: Words, files: Mapping[str, bytes | str] | None = None, remember: bool = True, **plan: Any
    ) -> list[Any]:
        """All that the scanners say, sorted; whom it came from stands in their ``asked``."""
        write(self.bench.root, files or {})
        for scanner in scanners:
            scanner.asked = []
        cache = Cache.open(self.cache, self.bench.root, now=LATER)
        memory = Memory(cache, plan.pop("rules", {}), LATER) if remember else None
        tasks = tuple(Task(scanner, plan.get("options", Words.Options()), plan.get("timeout", 60)) for scanner in scanners)
        repeated = Repeated(Plan(tasks, jobs=2, memory=memory), {})
        told = answers(self.bench.listing(), repeated.plan, self.bench.processes, self.bench.private, lambda *_: None)
        repeated.keep(told)
        assert cache.notes == []
        cache.close()
        return list(map(_plain, told))

    def kept(self) -> bytes:
        """Every byte of the cache."""
        return b"".join(file.read_bytes() for file in self.cache.iterdir())


def _plain(told: Answers) -> tuple[Any, ...]:
    reports = sorted(told.reports, key=lambda report: report.path)
    return (told.scanner, told.version, reports, sorted(told.gaps, key=lambda gap: gap.path or ""))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


MORE = {**FILES, "broken.txt": "broken\n", "empty.txt": "", f"{SECRET}.txt": f"bad {SECRET}\n", "package.txt": "package\n"}


def test_what_was_said_is_said_again_to_the_letter(shop: Shop) -> None:
    words, whole = Words(), Words("whole", splits=False)
    cold = shop.run(words, whole, files={**MORE, "broken.txt": "good\n"})
    assert words.asked
    warm = shop.run(words, whole)
    assert (words.asked, whole.asked) == ([], [])
    assert warm == cold == shop.run(words, whole, remember=False)


def test_not_a_word_of_a_file_is_kept(shop: Shop) -> None:
    shop.run(Words(), files=MORE)
    assert SECRET[:8].encode() not in shop.kept()


def test_only_what_changed_is_asked_and_a_gap_is_asked_again(shop: Shop) -> None:
    words = Words()
    shop.run(words, files=MORE)
    told = shop.run(words, files={"b.txt": "bad\n"})
    assert words.asked == ["b.txt", "broken.txt"]
    assert told == shop.run(words, remember=False)


def test_a_scanner_that_sees_all_files_at_once_is_asked_about_all_or_none(shop: Shop) -> None:
    whole = Words(splits=False)
    shop.run(whole, files=FILES)
    told = shop.run(whole, files={"b.txt": "bad\n"})
    assert whole.asked == sorted(FILES)
    shop.run(whole, files={"broken.txt": "broken\n"})
    again = shop.run(whole)
    assert whole.asked == sorted([*FILES, "broken.txt"])
    assert told != again == shop.run(whole, remember=False)


@pytest.mark.parametrize(
    ("scanner", "plan"),
    [
        ({"version": "2"}, {}),
        ({}, {"options": Words.Options(2)}),
        ({}, {"timeout": 61}),
        ({}, {"rules": {"words": "other"}}),
        ({"name": "other"}, {}),
    ],
)
def test_what_an_answer_depends_on_asks_anew(shop: Shop, scanner: dict[str, Any], plan: dict[str, Any]) -> None:
    shop.run(Words(), files=FILES)
    words = Words(**scanner)
    shop.run(words, **plan)
    assert words.asked == sorted(FILES)


def test_what_may_not_be_kept_is_asked_each_time(shop: Shop) -> None:
    words = Words()
    words.resting_on = None
    for _ in range(2):
        shop.run(words, files=FILES)
        assert words.asked == sorted(FILES)


@pytest.mark.parametrize("value", [b"rubbish", b"[{}]", b"[1]", b"[]]", b'[{"quote": [[0, 99999]]}]'])
def test_what_is_no_answer_about_the_file_is_not_said(shop: Shop, value: bytes) -> None:
    """Even one with a good MAC."""
    words = Words()
    cold = shop.run(words, files=FILES)
    cache = Cache.open(shop.cache, None)
    rows = cache._connection.execute("SELECT key FROM rows").fetchall()  # type: ignore[union-attr]
    cache.put({row[len(cache._mark) :]: value for (row,) in rows})
    cache.close()
    assert shop.run(words) == cold
    assert words.asked == sorted(FILES)


def test_a_tool_that_is_not_there_is_told_as_ever(shop: Shop) -> None:
    class Missing(Words):
        def version(self) -> str:
            raise OSError

    assert shop.run(Missing(), files=FILES) == shop.run(Missing(), remember=False)
