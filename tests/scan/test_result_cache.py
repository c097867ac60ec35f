"""A result is reused while all that it depends on is the same, and not after any change."""

from __future__ import annotations

import importlib
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.model import (
    NEVER_ALLOWED,
    FileReport,
    Finding,
    FindingKind,
    GapKind,
    Location,
    ScanResult,
    SkippedPath,
    SkipReason,
)
from scangate.plugin import FileFacts, SourceFile
from scangate.scan import content_cache
from scangate.scan import result_cache as memory_module
from scangate.scan.cache_store import CacheStore
from scangate.scan.content_types import FileContent
from scangate.scan.engine import scan
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.scan.result_cache import ResultCache
from scangate.scan.skipping import ExcludedPaths
from scangate.scan.text_redactor import TextRedactor
from scangate.scan.whole_scan_cache import scan_key
from tests.support.fake_scanners import FILES, LATER, SECRET, WordScanner
from tests.support.scan_harness import ScanHarness, run_git, write_files


class CachedScans:
    """A tree, a cache, and runs over the one with the other."""

    def __init__(self, folder: Path) -> None:
        self.bench = ScanHarness(folder)
        self.cache = folder / "cache"
        self.now = LATER
        self.text, self.redacted = "", ""  # of runs with ``texts``: a text that is none of a scanner's, and what became of it

    def run(
        self, *scanners: WordScanner, files: Mapping[str, bytes | str] | None = None, remember: bool = True, **plan: Any
    ) -> tuple[ScanResult, ...]:
        """The results of one run; what each scanner was asked about is in its ``asked``."""
        write_files(self.bench.root, files or {})
        for scanner in scanners:
            scanner.asked = []
        options = plan.pop("options", WordScanner.Options())
        timeout, rules = plan.pop("timeout", 60), plan.pop("rules", {})
        listing = plan.pop("listing", None) or self.bench.listing()
        cache = CacheStore(self.cache, self.bench.root, now=self.now) if remember else None
        memory = ResultCache(cache, rules, self.now) if cache is not None else None
        tasks = tuple(ScannerTask(scanner, options, timeout) for scanner in scanners)
        texts: TextRedactor | None = plan.pop("texts", None)
        todo = ScanPlan(tasks, result_cache=memory, **plan)
        results, _ = scan(listing, todo, self.bench.processes, self.bench.private_folder, lambda *_: None, texts)
        if texts is not None:
            self.redacted = texts.redact(self.text)
            texts.save()
        if cache is not None:
            assert cache.notes == []
            cache.close()
        return results

    def kept(self) -> bytes:
        """Every byte of the cache."""
        return b"".join(file.read_bytes() for file in self.cache.iterdir())


class KeyScanner(WordScanner):
    """Its findings are secrets, each where its value is."""

    def _finding(self, path: str, number: int, line: str) -> Finding:
        found = super()._finding(path, number, line)
        place = Location(path, number, number, 1, len(line) + 1)
        return msgspec.structs.replace(found, kind=FindingKind.SECRET, location=place)


class IndexScanner(WordScanner):
    """Its components come from an index whose address is SECRET, and the files that have some are skipped in part."""

    def _report(self, source: SourceFile) -> FileReport:
        report = super()._report(source)
        parts = tuple(msgspec.structs.replace(part, index=SECRET) for part in report.components)
        skipped = tuple(SkippedPath(part.path, SkipReason.EXCLUDED, self.NAME, "a part") for part in parts)
        return msgspec.structs.replace(report, components=parts, skipped_paths=skipped)


def plain(results: Iterable[ScanResult]) -> list[ScanResult]:
    """The results without what may differ."""
    return [msgspec.structs.replace(result, files_cached=0, seconds=0.0) for result in results]


@pytest.fixture
def lab(tmp_path: Path) -> CachedScans:
    return CachedScans(tmp_path)


def test_a_second_scan_asks_nobody_and_says_the_same(lab: CachedScans) -> None:
    words = WordScanner()
    cold = lab.run(words, files=FILES)
    assert words.asked == sorted(FILES)
    warm = lab.run(words)
    assert words.asked == []
    assert [result.files_cached for result in warm] == [4]
    assert plain(warm) == plain(cold)
    assert plain(warm) == plain(lab.run(words, remember=False))


def test_only_what_changed_is_asked(lab: CachedScans) -> None:
    words = WordScanner()
    lab.run(words, files=FILES)
    warm = lab.run(words, files={"b.txt": "bad\n"})
    assert words.asked == ["b.txt"]
    assert plain(warm) == plain(lab.run(words, remember=False))


def test_no_byte_of_a_secret_is_kept_whoever_found_it(lab: CachedScans) -> None:
    files = {**FILES, "e.txt": f"bad {SECRET}\nsecret={SECRET}\n", "package.txt": f"package\nsecret={SECRET}\n"}
    lab.run(WordScanner("blind", secrets=False), WordScanner("seeing"), files=files)
    assert SECRET[:10].encode() not in lab.kept()
    lab.run(WordScanner("blind", secrets=False), WordScanner("seeing"), files={"c.txt": "bad\n"})
    assert SECRET[:10].encode() not in lab.kept()


def test_a_secret_that_is_gone_or_new_is_masked_as_in_a_cold_scan(lab: CachedScans) -> None:
    """Whether the line of d.txt is masked depends on c.txt alone."""
    words = WordScanner()
    for content in ("bad\n", f"secret={SECRET}\n", "bad\n", f"x\nsecret={SECRET}\n"):
        warm = lab.run(words, files={**FILES, "c.txt": content})
        assert plain(warm) == plain(lab.run(words, remember=False))


def test_secrets_of_another_scanner_invalidate_cache(lab: CachedScans) -> None:
    blind = WordScanner("blind", secrets=False)
    lab.run(blind, files=FILES)
    lab.run(blind, WordScanner("seeing"))
    assert blind.asked == ["c.txt"]
    assert SECRET[:10].encode() not in lab.kept()
    lab.run(blind, WordScanner("seeing"))
    assert blind.asked == []


def test_a_warm_scan_digests_the_secrets_under_its_own_salt(lab: CachedScans) -> None:
    """The digests in the findings depend on the salt, which each repository and baseline may change."""
    keys = KeyScanner()
    (first,) = lab.run(keys, files=FILES, secret_salt=b"one")
    (second,) = lab.run(keys, files={"b.txt": "bad\n"}, secret_salt=b"two")
    assert keys.asked == ["b.txt"]
    assert [second] != [first]
    assert plain([second]) == plain(lab.run(keys, remember=False, secret_salt=b"two"))
    assert {finding.identity.secret != "" for finding in second.findings if finding.identity} == {True}


def test_components_are_those_of_a_cold_scan_whatever_is_masked_in_them(lab: CachedScans) -> None:
    """The address of an index is masked while it is a secret of any file."""
    words = IndexScanner()
    files = {**FILES, "p.txt": "package\n", "q.txt": "package\nbad package\n"}
    is_secret = f"secret={SECRET}\n"
    masked = ["c.txt", "d.txt", "p.txt", "q.txt"]
    scans: list[tuple[str, list[str]]] = [
        ("bad\n", sorted(files)),
        (is_secret, ["c.txt"]),
        ("bad\nx\n", masked),
        (f"y\n{is_secret}", ["c.txt"]),
        (f"{is_secret}\n", masked),  # the place of the secret counts as well
        ("z\n", masked),
    ]
    for content, asked in scans:
        warm = lab.run(words, files={**files, "c.txt": content})
        assert words.asked == asked
        assert plain(warm) == plain(lab.run(words, remember=False))
        assert [part.index for part in warm[0].components] == ["***" if is_secret in content else SECRET] * 2
        assert [skipped.path for skipped in warm[0].skipped_paths] == ["p.txt", "q.txt"]


def test_a_text_is_redacted_after_a_warm_scan_as_after_a_cold_one(lab: CachedScans) -> None:
    """After a warm scan the secrets are read from their files again, and only for a text that is new."""
    words, files = (
        WordScanner(),
        {"a.txt": "bad\n", "b.txt": "x\n", "c.txt": f"x\nsecret={SECRET}\n", "d.txt": "secret=hunter2-pony\n"},
    )
    for text in ("nothing", f"see {SECRET}", "see hunter2-pony", f"{SECRET} and hunter2-pony", "nothing more"):
        lab.text = text
        lab.run(words, files=files, texts=TextRedactor())
        assert lab.redacted == text.replace(SECRET, "***").replace("hunter2-pony", "***")
        assert (words.asked == []) == (text != "nothing")


def test_a_gap_is_not_kept(lab: CachedScans) -> None:
    words = WordScanner()
    for _ in range(2):
        (result,) = lab.run(words, files={**FILES, "x.txt": "broken\n"})
        assert "x.txt" in words.asked
        assert [gap.path for gap in result.gaps] == ["x.txt"]


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the tool's version": ({"version": "2"}, {}),
    "an option": ({}, {"options": WordScanner.Options(2)}),
    "the time limit": ({}, {"timeout": 61}),
    "the size limit": ({}, {"max_file_bytes": 4096}),
    "the rules": ({}, {"rules": {"words": "other"}}),
    "the scanner": ({"name": "other"}, {}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_changed_inputs_invalidate_cache(lab: CachedScans, what: str) -> None:
    lab.run(WordScanner(), files=FILES)
    scanner, plan = CHANGES[what]
    words = WordScanner(**scanner)
    lab.run(words, **plan)
    assert words.asked == sorted(FILES)


@pytest.mark.parametrize("part", ["program_digest", "_installed_digest"])
def test_changed_program_invalidates_cache(lab: CachedScans, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    lab.run(WordScanner(), files=FILES)
    monkeypatch.setattr(ResultCache, part, "other")
    words = WordScanner()
    lab.run(words)
    assert words.asked == sorted(FILES)


def test_change_in_plugin_package_invalidates_cache(lab: CachedScans, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed in place, with the version that it had."""
    write_files(
        tmp_path / "lib" / "strange_scanner",
        {"__init__.py": "", "adapter.py": "from strange_scanner import rules\n", "rules.py": ""},
    )
    monkeypatch.syspath_prepend(tmp_path / "lib")
    for name in ("strange_scanner", "strange_scanner.adapter", "strange_scanner.rules"):  # of an earlier run in this process
        monkeypatch.delitem(sys.modules, name, raising=False)
    adapter = importlib.import_module("strange_scanner.adapter")
    for place in ("adapter.py", "rules.py"):
        words = type("Plugin", (WordScanner,), {"__module__": adapter.__name__})()
        lab.run(words, files=FILES)
        lab.run(words)
        assert words.asked == []
        with (tmp_path / "lib" / "strange_scanner" / place).open("a") as file:
            file.write("x = 1\n")
        lab.run(words)
        assert words.asked == sorted(FILES)


def test_changed_python_version_invalidates_cache(lab: CachedScans, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.run(WordScanner(), files=FILES)
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    words = WordScanner()
    lab.run(words)
    assert words.asked == sorted(FILES)


def test_cache_key_change_invalidates_and_none_disables_caching(lab: CachedScans) -> None:
    words = WordScanner()
    lab.run(words, files=FILES)
    for digest in ("newer store", None, None):
        words.resting_on = digest
        lab.run(words)
        assert words.asked == sorted(FILES)


def test_a_scanner_that_does_not_offer_it_is_always_asked(lab: CachedScans) -> None:
    class Silent(WordScanner):
        cache_key = None  # type: ignore[assignment]

    words = Silent()
    for _ in range(2):
        lab.run(words, files=FILES)
        assert words.asked == sorted(FILES)


def test_a_scanner_that_sees_all_files_at_once_is_asked_about_all_or_none(lab: CachedScans) -> None:
    words = WordScanner(splits=False)
    lab.run(words, files=FILES)
    lab.run(words)
    assert words.asked == []
    warm = lab.run(words, files={"b.txt": "bad\n"})
    assert words.asked == sorted(FILES)
    assert plain(warm) == plain(lab.run(words, remember=False))


def test_a_file_that_looks_the_same_but_changed_just_now_is_read(lab: CachedScans) -> None:
    """Same size, same time stamp: git's racy case."""
    words = WordScanner()
    lab.run(words, files={"a.txt": "good\n"})
    file = lab.bench.root / "a.txt"
    lab.now = file.stat().st_mtime + 1
    lab.run(words, files={"a.txt": "goof\n"})
    before = file.stat()
    file.write_bytes(b"bad!\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    (result,) = lab.run(words)
    assert len(result.findings) == 1


def test_a_time_stamp_that_was_set_back_deceives_nobody(lab: CachedScans) -> None:
    words = WordScanner()
    lab.run(words, files={"a.txt": "good\n"})
    file = lab.bench.root / "a.txt"
    before = file.stat()
    file.write_bytes(b"bad!\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    (result,) = lab.run(words)
    assert len(result.findings) == 1


@pytest.mark.integration
def test_index_content_is_identified_by_blob_id(lab: CachedScans) -> None:
    from scangate.scan.discovery import list_staged

    write_files(lab.bench.root, FILES)
    run_git(lab.bench.root, "init", "--quiet")
    run_git(lab.bench.root, "add", "--all")
    write_files(lab.bench.root, {"a.txt": "worse, and bad\n"})
    words = WordScanner()
    repository = lab.bench.repository()
    cold = lab.run(words, listing=list_staged(lab.bench.root, repository, []))
    assert [finding.location.line for finding in cold[0].findings if finding.location.path == "a.txt"] == [2]
    warm = lab.run(words, listing=list_staged(lab.bench.root, repository, []))
    assert words.asked == []
    assert plain(warm) == plain(cold)


def test_a_secret_in_a_paths_name_is_not_kept_and_asked_about_again_only_where_something_changed(lab: CachedScans) -> None:
    token = "ghp_" + "a1B2" * 9
    words = WordScanner()
    cold = lab.run(words, files={f"{token}.txt": "bad\n", "other.txt": "bad\n"})
    warm = lab.run(words)
    assert words.asked == []
    assert plain(warm) == plain(cold)
    changed = lab.run(words, files={"other.txt": "bad\nbad\n"})
    assert words.asked == [f"{token}.txt", "other.txt"]
    assert plain(changed) == plain(lab.run(words, remember=False))
    assert token.encode() not in lab.kept()


def test_a_poisoned_answer_about_another_file_is_not_used(lab: CachedScans) -> None:
    """Even one with a good MAC: an answer speaks of its own file."""
    words = WordScanner()
    lab.run(words, files=FILES)
    cache = CacheStore(lab.cache, None)
    with_finding = msgspec.msgpack.encode(memory_module.CachedResult((words._finding("z.txt", 1, "bad"),)))
    rows = cache._connection.execute("SELECT key FROM rows").fetchall()  # type: ignore[union-attr]
    cache.put({row[len(cache._key_id) :]: with_finding for (row,) in rows})
    cache.close()
    warm = lab.run(words)
    assert words.asked == sorted(FILES)
    assert plain(warm) == plain(lab.run(words, remember=False))


@pytest.mark.parametrize("seed", range(4))
def test_warm_scan_equals_cold_scan_after_any_edit(lab: CachedScans, seed: int) -> None:
    chance = random.Random(seed)
    lines = [
        "good",
        "bad",
        f"bad {SECRET}",
        f"secret={SECRET}",
        "secret=another-word-of-mine",
        "bad another-word-of-mine",
        "package",
    ]
    names = [f"{letter}.txt" for letter in "abcdef"]
    scanners = (WordScanner("one"), WordScanner("two", secrets=False), WordScanner("all", splits=False, secrets=seed % 2 == 0))
    for _ in range(8):
        for name in chance.sample(names, 2):
            file = lab.bench.root / name
            if chance.random() < 0.2:
                file.unlink(missing_ok=True)
            else:
                content = [*chance.choices(lines, k=chance.randrange(5)), *(["broken"] if chance.random() < 0.1 else [])]
                file.write_text("\n".join(content))
        chosen = chance.sample(scanners, chance.randrange(1, 4))
        assert plain(lab.run(*chosen)) == plain(lab.run(*chosen, remember=False))


@pytest.mark.parametrize("others", [(), ("newcomer",)], ids=["read again", "copied again"])
def test_a_file_that_changes_after_it_was_looked_up_spoils_nothing(
    lab: CachedScans, monkeypatch: pytest.MonkeyPatch, others: tuple[str, ...]
) -> None:
    """What is known of the old bytes is not mixed with results for the new ones."""
    words = WordScanner()
    lab.run(words, files=FILES)
    write_files(lab.bench.root, {"b.txt": "bad\n"})  # so that the run is not the very same
    recall = ResultCache.load_results

    def meddle(self: ResultCache, keys: Mapping[str, bytes]) -> dict[str, memory_module.CachedResult]:
        write_files(lab.bench.root, {"c.txt": "nothing at all\n"})
        return recall(self, keys)

    monkeypatch.setattr(ResultCache, "load_results", meddle)
    results = lab.run(words, *map(WordScanner, others))
    assert words.asked[-len(FILES) :] == sorted(FILES)
    assert plain(results) == plain(lab.run(words, *map(WordScanner, others), remember=False))


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer over a single file is recalled, so that only a whole run can be."""
    monkeypatch.setattr(ResultCache, "load_results", lambda self, keys: {})


def test_a_run_that_is_asked_the_very_same_looks_nothing_up_and_asks_what_had_a_gap(lab: CachedScans, forgetful: None) -> None:
    words, all_at_once = WordScanner(), WordScanner("all", splits=False)
    cold = lab.run(words, all_at_once, files={**FILES, "x.txt": "broken\n", "y.txt": "x" * 5000}, max_file_bytes=4096)
    warm = lab.run(words, all_at_once, max_file_bytes=4096)
    assert words.asked == ["x.txt"]
    assert all_at_once.asked == [*sorted(FILES), "x.txt"]
    assert [result.files_cached for result in warm] == [4, 0]
    assert plain(warm) == plain(cold)


def test_changed_gap_invalidates_the_cached_scan(lab: CachedScans, forgetful: None) -> None:
    words = WordScanner()
    lab.run(words, files={**FILES, "x.txt": "broken\n"})
    words.mood = "well"
    (warm,) = lab.run(words)
    assert words.asked == ["x.txt", *sorted([*FILES, "x.txt"])]
    assert not warm.gaps
    assert plain([warm]) == plain(lab.run(words, remember=False))
    lab.run(words)
    assert words.asked == []


def test_a_file_with_a_gap_that_is_read_in_other_bytes_is_not_taken_for_the_old_one(
    lab: CachedScans, forgetful: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own result is the same, but those of others are unknown."""
    words, contents = WordScanner(), ResultCache.contents

    def meddle(self: ResultCache, *arguments: Any) -> dict[str, FileContent]:
        found = contents(self, *arguments)
        write_files(lab.bench.root, {"x.txt": "broken, and now bad\n"})
        return found

    lab.run(words, files={**FILES, "x.txt": "broken\n"})
    monkeypatch.setattr(ResultCache, "contents", meddle)
    lab.run(words)
    assert words.asked == ["x.txt", *sorted([*FILES, "x.txt"])]


@pytest.mark.parametrize("kind", sorted(NEVER_ALLOWED, key=str))
def test_a_run_in_which_a_scanner_failed_is_not_kept_whole(lab: CachedScans, forgetful: None, kind: GapKind) -> None:
    """Which secrets it would have reported is unknown."""
    words, failing = WordScanner(), WordScanner("failing")
    failing.failing = kind
    for _ in range(2):
        lab.run(words, failing, files={**FILES, "x.txt": "broken\n"})
        assert words.asked == sorted([*FILES, "x.txt"])


OTHERS: dict[str, dict[str, Any]] = {
    "another exclude": {"exclusions": (ExcludedPaths("b.txt", "not ours"),)},
    "another salt": {"secret_salt": b"salt"},
    "the size limit": {"max_file_bytes": 4096},
}


@pytest.mark.parametrize("what", OTHERS)
def test_different_options_invalidate_the_cached_scan(lab: CachedScans, forgetful: None, what: str) -> None:
    words = WordScanner()
    lab.run(words, files=FILES)
    warm = lab.run(words, **OTHERS[what])
    assert words.asked
    assert plain(warm) == plain(lab.run(words, remember=False, **OTHERS[what]))


def test_a_file_more_or_less_or_moved_makes_the_run_anew(lab: CachedScans, forgetful: None) -> None:
    words = WordScanner()
    lab.run(words, files=FILES)
    changes: tuple[Callable[[], object], ...] = (
        lambda: write_files(lab.bench.root, {"e.txt": "good\n"}),
        (lab.bench.root / "e.txt").unlink,
        lambda: (lab.bench.root / "b.txt").rename(lab.bench.root / "e.txt"),
        lambda: (lab.bench.root / "link.txt").symlink_to("a.txt"),
    )
    for change in changes:
        change()
        assert plain(lab.run(words)) == plain(lab.run(words, remember=False))
        lab.run(words)
        assert words.asked == []


def test_invalid_cached_scan_is_ignored(lab: CachedScans, monkeypatch: pytest.MonkeyPatch) -> None:
    words = WordScanner()
    cold = lab.run(words, files=FILES)
    for value in (b"", b"\x00", msgspec.msgpack.encode([b"", [], None, [], b""])):
        monkeypatch.setattr(ResultCache, "load_scan", lambda self, place, value=value: value)
        assert plain(lab.run(words)) == plain(cold)


def test_cache_key_is_not_computed_without_files(lab: CachedScans, forgetful: None) -> None:
    words, idle = WordScanner(), WordScanner("idle")
    idle.reads = lambda file, options: file.path.endswith(".none")  # type: ignore[method-assign]
    idle.resting_on = None
    lab.run(words, idle, files=FILES)
    lab.run(words, idle)
    assert words.asked == []
    newer = WordScanner("idle", version="2")
    newer.reads = idle.reads  # type: ignore[method-assign]
    assert [result.version for result in lab.run(words, newer)] == ["1", "2"]


def test_of_a_file_with_a_secret_in_its_name_a_clean_answer_is_kept_without_the_name(lab: CachedScans) -> None:
    token = "ghp_" + "a1B2" * 9
    words = WordScanner()
    lab.run(words, files={f"{token}.txt": "good\n"})
    lab.run(words)
    assert words.asked == []
    assert token.encode() not in lab.kept()


@pytest.mark.parametrize("why", ["a scanner that fails", "a salt", "nothing may be kept"])
def test_where_no_whole_run_is_kept_what_was_kept_before_goes(lab: CachedScans, why: str) -> None:
    """It may hold what is known to be a secret now."""
    lab.run(WordScanner("blind", secrets=False), files={"a.txt": f"bad {SECRET}\n"})
    assert SECRET[:10].encode() in lab.kept()
    failing, seeing = WordScanner("failing"), WordScanner("seeing")
    failing.failing = GapKind.CRASH if why == "a scanner that fails" else None
    failing.resting_on = None if why == "nothing may be kept" else ""
    options: dict[str, Any] = {"secret_salt": b"salt"} if why == "a salt" else {}
    lab.run(WordScanner("blind", secrets=False), seeing, failing, files={"b.txt": f"secret={SECRET}\n"}, **options)
    cache = CacheStore(lab.cache, lab.bench.root, now=lab.now)
    assert SECRET.encode() not in ResultCache(cache, {}, lab.now).load_scan(scan_key(lab.bench.listing()))
    cache.close()


def test_a_folder_whose_name_is_no_text_and_words_that_are_none_are_no_fault(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    odd.mkdir()
    lab, words = CachedScans(odd), WordScanner()
    lab.bench.root.rename(lab.bench.root.with_name(os.fsdecode(b"\xfe")))
    lab.bench.root = lab.bench.root.with_name(os.fsdecode(b"\xfe"))
    lab.run(words, files=FILES)
    lab.run(words)
    assert words.asked == []
    words.mood = "odd"
    (reported,) = lab.run(words, files={"a.txt": "other\n"})
    assert [gap.path for gap in reported.gaps] == ["a.txt"]


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a file system that keeps such times")
def test_a_time_before_all_times_is_no_fault() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        lab, words = CachedScans(Path(folder)), WordScanner()
        write_files(lab.bench.root, FILES)
        os.utime(lab.bench.root / "a.txt", (-2e10, -2e10))
        lab.run(words)
        lab.run(words)
        assert words.asked == []


class _Uncached(WordScanner):
    """A plugin that defines no cache key."""

    cache_key = None  # type: ignore[assignment]


def test_a_scanner_without_a_cache_key_does_not_disable_reuse_of_the_scan(lab: CachedScans, forgetful: None) -> None:
    words, plugin = WordScanner(), _Uncached("plugin")
    cold = lab.run(words, plugin, files=FILES)
    assert plain(lab.run(words, plugin)) == plain(cold)
    assert (words.asked, plugin.asked) == ([], sorted(FILES))


def test_a_scanner_without_a_cache_key_scans_the_files_that_other_options_add(lab: CachedScans, forgetful: None) -> None:
    class Picky(_Uncached):
        suffix = "a.txt"

        def reads(self, file: FileFacts, options: object) -> bool:
            return file.path.endswith(self.suffix)

    words, plugin = WordScanner(), Picky("plugin")
    lab.run(words, plugin, files=FILES)
    plugin.suffix = ".txt"
    assert plain(lab.run(words, plugin)) == plain(lab.run(words, plugin, remember=False))


def test_without_a_boot_id_files_are_digested_again_in_the_next_process(lab: CachedScans, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, which has no /proc."""
    monkeypatch.setattr(content_cache, "BOOT_ID_FILE", "/no/such/file")
    words = WordScanner()
    cold = lab.run(words, files=FILES)
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert plain(lab.run(words)) == plain(cold)
    assert words.asked == []
