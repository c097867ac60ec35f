"""How the files of a scan are spread over calls: equal in bytes, the longest first, and halved where a scanner fails."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from scangate.errors import ScanError
from scangate.model import Component, FileReport, Gap, GapKind, SkippedPath, SkipReason
from scangate.plugin import ScanContext, SourceFile
from scangate.scan import dispatch
from scangate.scan.context import CallContext
from scangate.scan.dispatch import run_calls
from scangate.scan.plan import UNKNOWN_TOOL, ScannerTask, ScanPlan, TaskRun
from scangate.scan.result_cache import DEFAULT_SECONDS_PER_BYTE, ResultCache
from tests.support.fake_scanners import FakeScanner, Scan, read_all
from tests.support.scan_harness import ScanHarness


class Recorder(FakeScanner):
    """Notes the paths of each call, and the time limit that it had."""

    def __init__(self, act: Scan = read_all, name: str = "plugin", **more: Any) -> None:
        super().__init__(act, **more)
        self.NAME = name
        self.batches: list[str] = []
        self.contexts: list[ScanContext] = []

    def scan(self, files: Sequence[SourceFile], options: Any, run: ScanContext) -> Iterable[FileReport]:
        self.batches.append("".join(source.path for source in files))
        self.contexts.append(run)
        return super().scan(files, options, run)


class Dispatcher:
    """Runs scanners over files of given sizes."""

    def __init__(self, folder: Path) -> None:
        self._harness = ScanHarness(folder)
        self.progress: list[tuple[str, int, int]] = []
        self.timeouts: list[float] = []

    def start(self, scanner: FakeScanner, sizes: dict[str, int], timeout: float = 60) -> TaskRun:
        _, sources = self._harness.sources({path: b"x" * size for path, size in sizes.items()})
        return TaskRun(ScannerTask(scanner, None, timeout), UNKNOWN_TOOL, sources=sources)

    def run(self, *runs: TaskRun, jobs: int = 1, cache: object = None) -> None:
        def new_context(task: ScannerTask) -> CallContext:
            self.timeouts.append(task.timeout)
            return self._harness.new_context(timeout=task.timeout)

        plan = ScanPlan(tuple(run.task for run in runs), jobs=jobs, result_cache=cast("ResultCache | None", cache))
        run_calls(runs, plan, new_context, lambda *reported: self.progress.append(reported))


@pytest.fixture
def dispatcher(tmp_path: Path) -> Dispatcher:
    return Dispatcher(tmp_path)


NINE = {name: 10 * size for name, size in zip("abcdefghi", range(9, 0, -1), strict=True)}


def test_calls_are_about_equal_in_bytes(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MIN_SECONDS_PER_CALL", 1e-9)
    scanner = Recorder()
    dispatcher.run(dispatcher.start(scanner, NINE), jobs=3)
    assert sorted(scanner.batches) == ["afg", "beh", "cdi"]


def test_little_work_is_one_call_whatever_the_number_of_jobs(dispatcher: Dispatcher) -> None:
    scanner = Recorder()
    dispatcher.run(dispatcher.start(scanner, NINE), jobs=3)
    assert scanner.batches == ["abcdefghi"]


def test_call_takes_about_the_shortest_time_that_is_worth_it(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MIN_SECONDS_PER_CALL", 450 * DEFAULT_SECONDS_PER_BYTE / 1.5)
    scanner = Recorder()
    dispatcher.run(dispatcher.start(scanner, NINE), jobs=9)
    assert len(scanner.batches) == 2


def test_call_has_no_more_files_than_the_limit(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MAX_FILES_PER_CALL", 2)
    scanner = Recorder()
    dispatcher.run(dispatcher.start(scanner, dict.fromkeys("abcde", 1)))
    assert sorted(map(len, scanner.batches)) == [1, 2, 2]
    whole = Recorder(splits=False)
    dispatcher.run(dispatcher.start(whole, dict.fromkeys("abcde", 1)))
    assert whole.batches == ["abcde"]


def test_there_are_no_more_calls_than_files_and_none_without_files(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MIN_SECONDS_PER_CALL", 1e-9)
    scanner = Recorder()
    dispatcher.run(dispatcher.start(scanner, {"a": 5, "b": 5}), jobs=8)
    assert sorted(scanner.batches) == ["a", "b"]
    idle = Recorder()
    dispatcher.run(dispatcher.start(idle, {}), jobs=8)
    assert idle.batches == []
    none = Recorder(splits=False)
    dispatcher.run(dispatcher.start(none, {}), jobs=0)
    assert none.batches == []


def test_longest_call_comes_first(dispatcher: Dispatcher) -> None:
    order: list[str] = []

    def note(files: Sequence[SourceFile]) -> list[FileReport]:
        order.extend(source.path for source in files)
        return read_all(files)

    runs = [dispatcher.start(Recorder(note, name), {name: size}) for name, size in (("b", 5), ("a", 9), ("c", 7))]
    dispatcher.run(*runs)
    assert order == ["a", "c", "b"]


class Rates:
    """A cache that knows how fast each scanner is, and remembers what it is given."""

    def __init__(self, **rates: float) -> None:
        self._rates = rates
        self.recorded: dict[str, tuple[float, int]] = {}

    def seconds_per_byte(self, name: str) -> float:
        return self._rates[name]

    def record_rates(self, rates: dict[str, tuple[float, int]]) -> None:
        self.recorded = rates


def test_speed_of_earlier_runs_decides_what_is_longest_and_is_recorded(dispatcher: Dispatcher) -> None:
    order: list[str] = []

    def note(files: Sequence[SourceFile]) -> list[FileReport]:
        order.extend(source.path for source in files)
        return read_all(files)

    cache = Rates(a=1e-9, b=1e-6, idle=1.0)
    runs = [dispatcher.start(Recorder(note, name), {name: size}) for name, size in (("a", 90), ("b", 5))]
    dispatcher.run(*runs, dispatcher.start(Recorder(name="idle"), {}), cache=cache)
    assert order == ["b", "a"]
    assert {name: size for name, (_, size) in cache.recorded.items()} == {"a": 90, "b": 5}
    assert all(seconds == run.seconds > 0 for run, (seconds, _) in zip(runs, cache.recorded.values(), strict=True))


def test_seconds_add_up_over_calls(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MAX_FILES_PER_CALL", 1)
    monkeypatch.setattr("scangate.scan.dispatch.time.monotonic", iter(range(100)).__next__)
    run = dispatcher.start(Recorder(), dict.fromkeys("abc", 1))
    dispatcher.run(run)
    assert run.seconds == 3


def test_each_call_gets_the_time_limit_of_its_task_and_progress_follows_the_calls(
    dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "MAX_FILES_PER_CALL", 2)
    one, two = (dispatcher.start(Recorder(name=name), dict.fromkeys(files, 1), limit) for name, files, limit in TASKS)
    dispatcher.run(one, two)
    assert sorted(dispatcher.timeouts) == [5, 5, 7]
    assert dispatcher.progress[:2] == [("one", 0, 3), ("two", 0, 1)]
    assert [reported for reported in dispatcher.progress if reported[0] == "one"] == [("one", 0, 3), ("one", 2, 3), ("one", 3, 3)]
    assert [reported for reported in dispatcher.progress if reported[0] == "two"] == [("two", 0, 1), ("two", 1, 1)]
    assert sorted(report.path for report in one.reports) == ["a", "b", "c"]


TASKS = (("one", "abc", 5), ("two", "d", 7))


def test_scanners_that_wait_for_a_service_run_beside_the_others(dispatcher: Dispatcher) -> None:
    meeting = threading.Barrier(3, timeout=10)

    def meet(files: Sequence[SourceFile]) -> list[FileReport]:
        meeting.wait()
        return read_all(files)

    runs = [dispatcher.start(Recorder(meet, name), {name: 1}) for name in "abc"]
    for run in runs[:2]:
        run.task.scanner.IO_BOUND = True  # type: ignore[attr-defined]
    dispatcher.run(*runs, jobs=1)
    assert all(not run.gaps for run in runs)


def fails_on(paths: str, least: int = 1, kind: GapKind = GapKind.CRASH) -> Scan:
    """Fails over so many of ``paths`` or more."""

    def act(files: Sequence[SourceFile]) -> list[FileReport]:
        if sum(source.path in paths for source in files) >= least:
            raise ScanError(kind, "it failed", "a hint")
        return read_all(files)

    return act


def test_failing_call_is_halved_until_the_file_is_found(dispatcher: Dispatcher) -> None:
    scanner = Recorder(fails_on("a"))
    run = dispatcher.start(scanner, dict.fromkeys("abcdefg", 1))
    dispatcher.run(run)
    assert scanner.batches == ["abcdefg", "abc", "defg", "a", "bc"]
    assert [(gap.path, gap.kind, gap.reason, gap.hint) for gap in run.gaps] == [("a", GapKind.CRASH, "it failed", "a hint")]
    assert sorted(report.path for report in run.reports) == list("bcdefg")
    folders = {cast("CallContext", context).temp_folder for context in scanner.contexts}
    assert len(folders) == len(scanner.batches), "each call has a folder of its own"


def test_scanner_that_fails_over_both_halves_is_not_called_again(dispatcher: Dispatcher) -> None:
    scanner = Recorder(fails_on("abcd"))
    run = dispatcher.start(scanner, dict.fromkeys("abcd", 1))
    dispatcher.run(run)
    assert scanner.batches == ["abcd", "ab", "cd"]
    assert [gap.path for gap in run.gaps] == list("abcd")


def test_files_that_fail_only_together_are_all_scanned(dispatcher: Dispatcher) -> None:
    scanner = Recorder(fails_on("ad", least=2))
    run = dispatcher.start(scanner, dict.fromkeys("abcd", 1))
    dispatcher.run(run)
    assert scanner.batches == ["abcd", "ab", "cd"]
    assert run.gaps == []


@pytest.mark.parametrize(
    ("kind", "calls"), [(GapKind.CRASH, 5), (GapKind.GARBAGE, 5), (GapKind.TIMEOUT, 1), (GapKind.TOOL_MISSING, 1)]
)
def test_only_a_failure_that_a_file_may_cause_is_looked_for(dispatcher: Dispatcher, kind: GapKind, calls: int) -> None:
    scanner = Recorder(fails_on("a", kind=kind))
    run = dispatcher.start(scanner, dict.fromkeys("abcd", 1))
    dispatcher.run(run)
    assert len(scanner.batches) == calls
    assert {gap.kind for gap in run.gaps} == {kind}


FOREIGN = {
    "a report of another file": FileReport("z"),
    "a component of another file": FileReport("a", components=(Component("n", "1", "z", 1),)),
    "a skipped path of another scanner": FileReport("a", skipped_paths=(SkippedPath("a", SkipReason.EXCLUDED, "other"),)),
    "a gap of another file": FileReport("a", gaps=(Gap("plugin", "z", GapKind.CRASH, "r"),)),
    "a gap of another scanner": FileReport("a", gaps=(Gap("other", "a", GapKind.CRASH, "r"),)),
}


@pytest.mark.parametrize("report", FOREIGN.values(), ids=FOREIGN)
def test_report_about_something_else_is_garbage(dispatcher: Dispatcher, report: FileReport) -> None:
    run = dispatcher.start(Recorder(lambda _: [report]), {"a": 1})
    dispatcher.run(run)
    assert (run.reports, [(gap.scanner, gap.path, gap.kind) for gap in run.gaps]) == ([], [("plugin", "a", GapKind.GARBAGE)])


def test_report_about_the_file_itself_is_accepted(dispatcher: Dispatcher) -> None:
    own = FileReport(
        "a",
        components=(Component("n", "1", "a", 1),),
        skipped_paths=(SkippedPath("b", SkipReason.EXCLUDED, "plugin"),),
        gaps=(Gap("plugin", "a", GapKind.CRASH, "r"),),
    )
    run = dispatcher.start(Recorder(lambda _: [own, own]), {"a": 1})
    dispatcher.run(run)
    assert (run.reports, run.gaps) == ([own, own], [])


def test_files_without_a_report_are_gaps_in_the_order_of_their_paths(dispatcher: Dispatcher) -> None:
    run = dispatcher.start(Recorder(lambda files: [FileReport("b")]), dict.fromkeys("dcba", 1))
    dispatcher.run(run)
    assert [(gap.path, gap.kind) for gap in run.gaps] == [(path, GapKind.GARBAGE) for path in "acd"]
    assert all(gap.reason for gap in run.gaps)
    assert [report.path for report in run.reports] == ["b"]
