"""Which files a scanner is responsible for, and what is made of a plugin that fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from scangate.errors import ScanError
from scangate.model import Analysis, Coverage, FileSource, Gap, GapKind, ScanStatus, SkippedPath, SkipReason, Targets
from scangate.plugin import FileFacts
from scangate.scan.listing import Listing
from scangate.scan.pieces import typical_path
from scangate.scan.plan import (
    UNKNOWN_TOOL,
    ScannerTask,
    ScanPlan,
    ToolInfo,
    accepts,
    accepts_piece,
    assign_files,
    call_guarded,
    gap_from_error,
)
from scangate.scan.result_cache import ResultCache
from scangate.scan.results import status_of, with_hint
from scangate.scan.skipping import ExcludedPaths
from scangate.scan.target import Target
from tests.support.fake_scanners import FakeScanner, WordScanner, read_all

PATHS = ("a.txt", "b.md", "gen/c.txt", "gen/d.txt", "old/e.txt", "z.txt")
LISTING = Listing(Path(), tuple(Target(path, path.encode()) for path in PATHS), Targets(FileSource.GIT_INDEX, len(PATHS)))
EXCLUSIONS = (
    ExcludedPaths("gen/d.txt", "not theirs", ("other",)),
    ExcludedPaths("gen/", "generated"),
    ExcludedPaths("gen/c.txt", "again"),
    ExcludedPaths("old/", "old", ("other", "plugin")),
)


def task(**more: Any) -> ScannerTask:
    return ScannerTask(FakeScanner(read_all), None, 1.0, **more)


def test_scanner_gets_the_files_that_it_reads_without_the_excluded_ones() -> None:
    run = assign_files(task(), LISTING, EXCLUSIONS)
    assert run.tool is UNKNOWN_TOOL
    assert [target.path for target in run.targets] == ["a.txt", "z.txt"]
    assert run.skipped_paths == [
        SkippedPath("gen/c.txt", SkipReason.EXCLUDED, "plugin", "generated"),
        SkippedPath("gen/d.txt", SkipReason.EXCLUDED, "plugin", "generated"),
        SkippedPath("old/e.txt", SkipReason.EXCLUDED, "plugin", "old"),
    ]


def test_task_may_be_limited_to_some_paths_or_be_skipped() -> None:
    tool = ToolInfo("1")
    some = assign_files(task(paths=frozenset({"b.md", "gen/c.txt", "z.txt"})), LISTING, (), tool)
    assert (some.tool, [target.path for target in some.targets]) == (tool, ["gen/c.txt", "z.txt"])
    assert assign_files(task(paths=frozenset()), LISTING, ()).targets == []
    skipped = assign_files(task(skip_reason="off"), LISTING, EXCLUSIONS)
    assert (skipped.targets, skipped.skipped_paths) == ([], [])


def test_scanner_that_cannot_say_whether_it_reads_a_file_gets_it() -> None:
    scanner = FakeScanner(read_all)
    answers: dict[str, Callable[[], Any]] = {"yes": lambda: 1, "no": lambda: "", "error": lambda: 1 / 0}
    scanner.reads = lambda file, options: answers[file.path]()  # type: ignore[method-assign]
    assert [accepts(ScannerTask(scanner, None, 1.0), Target(path, path.encode())) for path in answers] == [True, False, True]


def test_scanner_without_pieces_is_not_given_a_file_for_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = FakeScanner(read_all)
    scanner.reads = lambda file, options: file.content_type == "python"  # type: ignore[method-assign]
    template = Target("template.yaml", b"template.yaml", content_type="cloudformation", piece_types=("python",))
    assert accepts(ScannerTask(scanner, None, 1.0), template)
    monkeypatch.setattr(scanner, "READS_PIECES", False, raising=False)
    assert not accepts(ScannerTask(scanner, None, 1.0), template)


def test_a_piece_is_offered_as_a_file_below_its_container() -> None:
    offered: list[tuple[FileFacts, Any]] = []

    class Refuser(FakeScanner):
        def reads(self, file: FileFacts, options: Any) -> bool:
            offered.append((file, options))
            return False

    target = Target("ci/build.yml", b"ci/build.yml", content_type="buildspec", piece_types=("shell",))
    assert not accepts_piece(ScannerTask(Refuser(read_all), 7, 1.0), target, "shell")
    assert offered == [(FileFacts(typical_path("ci/build.yml", "shell"), "shell"), 7)]
    assert offered[0][0].path.startswith("ci/build.yml/")


def test_a_scanner_says_with_its_options_which_files_a_file_names(tmp_path: Path) -> None:
    asked = []

    class Includer(FakeScanner):
        def also_reads(self, path: str, data: bytes, options: Any) -> list[str]:
            asked.append((path, data, options))
            return ["z.md"]

    (tmp_path / "a.txt").write_bytes(b"see z.md")
    (tmp_path / "z.md").write_bytes(b"")
    targets = tuple(Target(path, path.encode()) for path in ("a.txt", "z.md"))
    listing = Listing(tmp_path, targets, Targets(FileSource.GIT_INDEX, len(targets)))
    run = assign_files(ScannerTask(Includer(read_all), 7, 1.0), listing, ())
    assert [target.path for target in run.targets] == ["a.txt", "z.md"]
    assert asked[0] == ("a.txt", b"see z.md", 7)


def test_scanner_is_asked_with_its_own_options() -> None:
    scanner = FakeScanner(read_all)
    scanner.reads = lambda file, options: (file.path, options) == ("a", 7)  # type: ignore[method-assign]
    assert accepts(ScannerTask(scanner, 7, 1.0), Target("a", b"a"))
    assert not accepts(ScannerTask(scanner, 8, 1.0), Target("a", b"a"))


def fail(error: BaseException) -> Callable[[], None]:
    def call() -> None:
        raise error

    return call


def test_whatever_a_plugin_raises_is_an_error_of_the_scan() -> None:
    own = ScanError(GapKind.TIMEOUT, "slow", "wait")
    assert call_guarded(lambda: 7) == (7, None)
    assert call_guarded(fail(own)) == (None, own)
    for raised in (ValueError("secret text"), SystemExit(0), GeneratorExit()):
        value, error = call_guarded(fail(raised))
        assert value is None
        assert error is not None
        assert (error.kind, type(raised).__name__ in error.reason, "secret text" in error.reason) == (GapKind.CRASH, True, False)
        assert error.hint
    with pytest.raises(KeyboardInterrupt):
        call_guarded(fail(KeyboardInterrupt()))
    assert gap_from_error("s", "a", own) == Gap("s", "a", GapKind.TIMEOUT, "slow", hint="wait")
    assert gap_from_error("s", None, own).path is None


class Digests:
    """A cache that shows what it is asked to digest."""

    def settings_digest(self, scanner: Any, options: object, facts: object) -> bytes:
        return repr((scanner.NAME, options, facts)).encode()


def test_settings_are_digested_with_all_that_results_depend_on() -> None:
    asked: list[tuple[object, ...]] = []

    class Asked(WordScanner):
        def cache_key(self, options: Any, environ: Mapping[str, str], today: dt.date) -> str | None:
            asked.append((options, environ, today))
            return super().cache_key(options, environ, today)

    scanner, day = Asked(), dt.date(2026, 1, 2)
    scanner.resting_on = "rules 7"
    one = ScannerTask(scanner, "options", 60)
    plan = ScanPlan((one,), max_file_bytes=99, today=day, result_cache=cast("ResultCache", Digests()))
    assert plan.task_digest(one, "v1", {"A": "b"}) == repr(("words", "options", ("v1", "rules 7", 60, 99))).encode()
    assert asked == [("options", {"A": "b"}, day)]
    scanner.resting_on = None
    assert plan.task_digest(one, "v1", {}) is None
    scanner.resting_on = ""
    assert plan.task_digest(one, "v1", {}) is not None
    assert msgspec.structs.replace(plan, result_cache=None).task_digest(one, "v1", {}) is None


def test_status_follows_from_the_files_and_the_gaps() -> None:
    gap = Gap("s", "a", GapKind.CRASH, "r")
    assert [status_of(*case) for case in ((("b",), ()), ((), ()), (("b",), (gap,)), ((), (gap,)))] == [
        ScanStatus.COMPLETE,
        ScanStatus.COMPLETE,
        ScanStatus.PARTIAL,
        ScanStatus.FAILED,
    ]


def test_every_gap_has_a_hint_and_its_own_comes_first() -> None:
    hints = {kind: with_hint(Gap("s", "a", kind, "r")).hint for kind in GapKind}
    assert all(hints.values())
    assert len({hints[kind] for kind in (GapKind.TOOL_MISSING, GapKind.CRASH, GapKind.TIMEOUT, GapKind.UNPARSABLE)}) == 4
    own = Gap("s", "a", GapKind.CRASH, "r", hint="own")
    assert with_hint(own) == own
    assert with_hint(Gap("s", "a", GapKind.CRASH, "r")) == Gap("s", "a", GapKind.CRASH, "r", hint=hints[GapKind.CRASH])


def test_a_scanner_that_fails_to_declare_what_it_analyzes_covers_nothing() -> None:
    scanner: Any = FakeScanner(read_all)
    assert ScannerTask(scanner, None, 1.0).declared_coverage == ()
    declared = Coverage("go", Analysis.CODE, 3)
    for coverage, expected in (
        (lambda _: [declared], (declared,)),
        (lambda _: [declared, "go"], (declared,)),
        (lambda _: 1 / 0, ()),
        (lambda _: None, ()),
    ):
        scanner.coverage = coverage
        assert ScannerTask(scanner, None, 1.0).declared_coverage == expected
