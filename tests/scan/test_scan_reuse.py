"""A cached scan is reused as a whole: only what had a gap is scanned again, by the scanners that had it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.errors import ScanError
from scangate.model import FileReport, Finding, Gap, GapKind, ScanResult, ScanStatus, Targets
from scangate.plugin import FileFacts, ScanContext, SourceFile
from scangate.scan.cache_store import CacheStore
from scangate.scan.engine import UnredactedResult, scan, scan_unredacted
from scangate.scan.listing import Listing
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.scan.result_cache import ResultCache
from scangate.scan.results import with_hint
from scangate.scan.text_redactor import TextRedactor
from tests.support.fake_scanners import FILES, LATER, SECRET, FakeScanner, WordScanner, read_all
from tests.support.scan_harness import ScanHarness, write_files

GAPS = {"x.txt": "broken\n", "y.txt": "broken\n"}


class SlowScanner(WordScanner):
    """Takes a moment for each call, and sees one file only, if one is named."""

    def __init__(self, name: str, only: str = "") -> None:
        super().__init__(name)
        self._only = only

    def reads(self, file: FileFacts, options: Any) -> bool:
        return file.path == self._only if self._only else super().reads(file, options)

    def scan(self, files: Sequence[SourceFile], options: Any, run: ScanContext) -> Iterable[FileReport]:
        time.sleep(0.002)
        return super().scan(files, options, run)


class Scans:
    """Scans of one tree with one cache, and the progress of the last."""

    def __init__(self, folder: Path) -> None:
        self.harness = ScanHarness(folder)
        self.cache = folder / "cache"
        self.progress: list[tuple[str, int, int]] = []

    def plan(self, *scanners: Any, cache: CacheStore | None = None, **more: Any) -> ScanPlan:
        tasks = tuple(ScannerTask(scanner, WordScanner.Options(), 60) for scanner in scanners)
        return ScanPlan(tasks, result_cache=None if cache is None else ResultCache(cache, {}, LATER), **more)

    def run(
        self, *scanners: WordScanner, reuse: bool = True, texts: TextRedactor | None = None, **more: Any
    ) -> tuple[tuple[ScanResult, ...], Targets]:
        self.progress = []
        for scanner in scanners:
            scanner.asked = []
        cache = CacheStore(self.cache, self.harness.root, now=LATER) if reuse else None
        plan = self.plan(*scanners, cache=cache, **more)
        listing, folder = self.harness.listing(), self.harness.private_folder
        output = scan(listing, plan, self.harness.processes, folder, lambda *reported: self.progress.append(reported), texts)
        if texts is not None:
            texts.save()
        if cache is not None:
            cache.close()
        return output


@pytest.fixture
def scans(tmp_path: Path) -> Scans:
    return Scans(tmp_path)


def comparable(results: Iterable[ScanResult]) -> list[ScanResult]:
    return [msgspec.structs.replace(result, files_cached=0, seconds=0.0) for result in results]


def test_each_scanner_rescans_its_own_gaps_and_nothing_else(scans: Scans) -> None:
    calm, slow, one = WordScanner("calm"), SlowScanner("slow"), SlowScanner("one", only="y.txt")
    calm.mood = "well"
    write_files(scans.harness.root, {**FILES, **GAPS})
    cold, targets = scans.run(calm, slow, one)
    warm, same_targets = scans.run(calm, slow, one)
    assert (calm.asked, slow.asked, one.asked) == ([], ["x.txt", "y.txt"], ["y.txt"])
    assert [result.files_given for result in warm] == [6, 6, 1]
    assert [result.files_cached for result in warm] == [6, 4, 0]
    assert comparable(warm) == comparable(cold)
    assert same_targets == targets
    assert sorted(scans.progress) == [("one", 0, 1), ("one", 1, 1), ("slow", 0, 2), ("slow", 2, 2)]
    assert warm[0].seconds == 0
    for result in warm[1:]:
        assert 0.001 < result.seconds < 10
        assert result.seconds == round(result.seconds, 3)


def test_scan_without_gaps_asks_no_scanner_again(scans: Scans) -> None:
    words = SlowScanner("words")
    write_files(scans.harness.root, FILES)
    (cold,), _ = scans.run(words)
    (warm,), _ = scans.run(words)
    assert words.asked == []
    assert scans.progress == []
    assert (cold.files_cached, warm.files_cached, warm.seconds) == (0, len(FILES), 0)
    assert comparable([warm]) == comparable([cold])


def test_scanner_that_gives_other_output_for_a_gap_makes_the_scan_anew(scans: Scans) -> None:
    calm, words = WordScanner("calm"), WordScanner("words")
    calm.mood = "well"
    write_files(scans.harness.root, {**FILES, **GAPS})
    scans.run(calm, words)
    words.mood = "well"
    warm, _ = scans.run(calm, words)
    assert warm[1].status is ScanStatus.COMPLETE
    assert comparable(warm) == comparable(scans.run(calm, words, reuse=False)[0])


def test_changed_file_is_scanned_and_the_others_are_taken_from_the_cache(scans: Scans) -> None:
    words, whole = WordScanner("words"), WordScanner("whole", splits=False)
    write_files(scans.harness.root, FILES)
    scans.run(words, whole)
    write_files(scans.harness.root, {"b.txt": "bad\n"})
    warm, _ = scans.run(words, whole)
    assert (words.asked, whole.asked) == (["b.txt"], sorted(FILES))
    assert [result.files_cached for result in warm] == [len(FILES) - 1, 0]
    assert comparable(warm) == comparable(scans.run(words, whole, reuse=False)[0])
    scans.run(words, whole)
    assert (words.asked, whole.asked) == ([], [])


def test_scanner_that_sees_all_files_is_not_cached_while_one_has_a_gap(scans: Scans) -> None:
    whole = WordScanner("whole", splits=False)
    write_files(scans.harness.root, {**FILES, "x.txt": "broken\n"})
    scans.run(whole)
    write_files(scans.harness.root, {"other.md": "not for it\n"})
    (warm,), _ = scans.run(whole)
    assert whole.asked == sorted([*FILES, "x.txt"])
    assert warm.files_cached == 0


def test_results_do_not_show_a_secret_that_another_scanner_found_later(scans: Scans) -> None:
    blind, seeing = WordScanner("blind", secrets=False), WordScanner("seeing")
    write_files(scans.harness.root, FILES)
    assert SECRET in repr(scans.run(blind))
    results, targets = scans.run(blind, seeing)
    assert SECRET not in repr(results) + repr(targets)
    assert comparable(results) == comparable(scans.run(blind, seeing, reuse=False)[0])
    warm, _ = scans.run(blind, seeing)
    assert (blind.asked, seeing.asked) == ([], [])
    assert comparable(warm) == comparable(results)


def test_gaps_of_the_targets_have_hints(scans: Scans) -> None:
    write_files(scans.harness.root, FILES)
    listing = scans.harness.listing()
    own, none = Gap("targets", "y.txt", GapKind.UNREADABLE, "x", hint="own"), Gap("targets", "z.txt", GapKind.TIMEOUT, "x")
    summary = msgspec.structs.replace(listing.summary, gaps=(own, none))
    _, facts = scans.harness.run(FakeScanner(read_all), listing=msgspec.structs.replace(listing, summary=summary))
    assert facts.gaps == (own, with_hint(none))
    assert facts.gaps[1].hint


def test_files_that_cannot_be_listed_together_are_gaps_of_each(scans: Scans, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ScanError(GapKind.UNREADABLE, "git failed", "repair it")

    monkeypatch.setattr(Listing, "reader", fail)
    write_files(scans.harness.root, FILES)
    words = WordScanner()
    (result,), _ = scans.run(words, reuse=False)
    assert words.asked == []
    assert {(gap.path, gap.kind, gap.reason, gap.hint) for gap in result.gaps} == {
        (path, GapKind.UNREADABLE, "git failed", "repair it") for path in FILES
    }


class MissingScanner(WordScanner):
    """Its tool is not installed."""

    def version(self) -> str:
        raise ScanError(GapKind.TOOL_MISSING, "it is not installed")


def test_unredacted_results_are_what_the_scanners_said(scans: Scans) -> None:
    write_files(scans.harness.root, {"c.txt": f"secret={SECRET}\nbad {SECRET}\n", "x.txt": "broken\n"})
    cache = CacheStore(scans.cache, scans.harness.root, now=LATER)
    plan = scans.plan(SlowScanner("slow"), MissingScanner("missing"), WordScanner("off"), cache=cache)
    skipped = msgspec.structs.replace(plan.tasks[2], skip_reason="it is off")
    plan = msgspec.structs.replace(plan, tasks=(*plan.tasks[:2], skipped))
    for _ in range(2):
        reported: list[tuple[str, int, int]] = []
        slow, missing = scan_unredacted(
            scans.harness.listing(),
            plan,
            scans.harness.processes,
            scans.harness.private_folder,
            lambda *each, reported=reported: reported.append(each),
        )
        assert reported == [("slow", 0, 2), ("slow", 2, 2)], "nothing is cached"
        assert isinstance(slow, UnredactedResult)
        assert (slow.scanner, slow.version, [report.path for report in slow.reports]) == ("slow", "1", ["c.txt", "x.txt"])
        assert SECRET in repr(slow.reports)
        assert slow.gaps == ()
        assert 0 < slow.seconds == round(slow.seconds, 3) < 2
        assert (missing.scanner, missing.version, missing.reports) == ("missing", None, ())
        assert [(gap.path, gap.kind) for gap in missing.gaps] == [(path, GapKind.TOOL_MISSING) for path in ("c.txt", "x.txt")]
    cache.close()


def test_unredacted_results_are_made_anew_even_if_the_scan_is_cached(scans: Scans) -> None:
    places: list[Path] = []

    class Looking(WordScanner):
        def scan(self, files: Sequence[SourceFile], options: Any, run: ScanContext) -> Iterable[FileReport]:
            places.extend(source.file for source in files)
            return super().scan(files, options, run)

    words = Looking()
    write_files(scans.harness.root, FILES)
    scans.run(words)
    places.clear()
    cache = CacheStore(scans.cache, scans.harness.root, now=LATER)
    listing, folder = scans.harness.listing(), scans.harness.private_folder
    (result,) = scan_unredacted(listing, scans.plan(words, cache=cache), scans.harness.processes, folder, lambda *_: None)
    cache.close()
    assert [report.path for report in result.reports] == sorted(FILES)
    assert len(places) == len(FILES)
    assert all(folder in place.parents for place in places)


def test_scan_folder_is_below_the_private_folder(scans: Scans) -> None:
    places: list[Path] = []

    def look(files: Sequence[SourceFile]) -> list[FileReport]:
        places.extend(source.file for source in files)
        return read_all(files)

    scans.harness.result(FakeScanner(look), FILES)
    assert len(places) == len(FILES)
    assert all(scans.harness.private_folder in place.parents for place in places)


def test_findings_of_one_scan_keep_their_order_and_fingerprints_when_reused(scans: Scans) -> None:
    words = WordScanner()
    write_files(scans.harness.root, {"a.txt": "bad\nbad\n", "b.txt": "bad\n"})
    (cold,), _ = scans.run(words)
    write_files(scans.harness.root, {"z.txt": "good\n"})
    (warm,), _ = scans.run(words)
    assert words.asked == ["z.txt"]
    assert warm.findings == cold.findings == tuple(sorted(cold.findings, key=Finding.sort_key))
    assert len(cold.findings) == 3


def test_secrets_of_a_cached_scan_are_masked_in_later_texts(scans: Scans) -> None:
    scanner = WordScanner("calm")
    scanner.mood = "well"
    write_files(scans.harness.root, FILES)
    scans.run(scanner, texts=TextRedactor())
    texts = TextRedactor()
    scans.run(scanner, texts=texts)
    assert scanner.asked == []
    assert SECRET not in texts.redact(f"refused: {SECRET}")
    assert texts.redact("refused: 12") == "refused: 12"
