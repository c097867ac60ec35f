"""The ledger: whatever a scanner does, each file it was given comes back as read or as a gap, and nothing else comes back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.errors import ScanError
from scangate.model import (
    AffectedPackage,
    Component,
    Confidence,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    ScanResult,
    ScanStatus,
    Severity,
    SkippedPath,
    SkipReason,
    Span,
)
from scangate.plugin import FileFacts, ScanContext, SourceFile
from scangate.scan.engine import scan
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.scan.skipping import ExcludedPaths
from tests.support.fake_scanners import FakeScanner, Scan, read_all
from tests.support.scan_harness import ScanHarness, is_ledger_complete, write_files

FILES: dict[str, bytes | str] = {f"{name}.txt": f"{name}\n" for name in "abcdefg"}


def finding(path: str, rule: str = "plugin:rule", line: int = 1) -> Finding:
    return Finding(rule, Severity.LOW, Confidence.LOW, FindingKind.CODE, "title", "message", Location(path, line, line))


def forget(files: Sequence[SourceFile]) -> list[FileReport]:
    return [FileReport(source.path) for source in files if source.path != "c.txt"]


def raises(error: BaseException) -> Scan:
    def act(files: Sequence[SourceFile]) -> Iterator[FileReport]:
        yield FileReport(files[0].path)
        raise error

    return act


def fails_over(name: str, error: BaseException) -> Scan:
    def act(files: Sequence[SourceFile]) -> list[FileReport]:
        if any(source.path == name for source in files):
            raise error
        return read_all(files)

    return act


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def lost(result: ScanResult) -> dict[str | None, str]:
    return {gap.path: gap.kind.value for gap in result.gaps}


@pytest.mark.smoke
def test_a_scanner_that_reads_all_is_complete(bench: ScanHarness) -> None:
    result = bench.result(FakeScanner(read_all), FILES)
    assert (result.status, result.analyzed_files, result.gaps) == (ScanStatus.COMPLETE, tuple(sorted(FILES)), ())


@pytest.mark.smoke
def test_a_file_that_a_scanner_forgets_is_a_gap(bench: ScanHarness) -> None:
    result = bench.result(FakeScanner(forget), FILES)
    assert result.status is ScanStatus.PARTIAL
    assert lost(result) == {"c.txt": "garbage"}


BAD_REPORTS: dict[str, Callable[[Sequence[SourceFile]], Any]] = {
    "a stranger's file": lambda files: [*read_all(files), FileReport("stranger.txt")],
    "a copy's path": lambda files: [FileReport(str(source.file)) for source in files],
    "a finding in another file": lambda files: [FileReport(source.path, (finding("z.txt"),)) for source in files],
    "a finding in another name": lambda files: [FileReport(source.path, (finding(source.path, "bandit:B1"),)) for source in files],
    "a gap of another file": lambda files: [
        FileReport("a.txt", gaps=(Gap("plugin", "b.txt", GapKind.TIMEOUT, "x"),)),
        *read_all(files),
    ],
    "a gap in another name": lambda files: [
        FileReport("a.txt", gaps=(Gap("bandit", "a.txt", GapKind.TIMEOUT, "x"),)),
        *read_all(files),
    ],
    "nothing at all": lambda files: None,
    "something else": lambda files: [source.path for source in files],
    "a number": lambda files: 7,
    "none among reports": lambda files: [*read_all(files), None],
}


@pytest.mark.parametrize("name", BAD_REPORTS)
def test_a_report_that_cannot_be_believed_is_a_gap_of_every_file(bench: ScanHarness, name: str) -> None:
    result = bench.result(FakeScanner(BAD_REPORTS[name]), FILES)
    assert result.status is ScanStatus.FAILED
    assert result.analyzed_files == ()
    assert set(lost(result)) == set(FILES)
    assert result.findings == ()


def test_an_empty_answer_is_no_clean_answer(bench: ScanHarness) -> None:
    assert set(lost(bench.result(FakeScanner(lambda files: []), FILES))) == set(FILES)


ERRORS = [
    ValueError("x"),
    KeyError("x"),
    RecursionError(),
    MemoryError(),
    OSError(5, "x"),
    SystemExit(0),
    SystemExit(1),
    GeneratorExit(),
]
ERRORS += [BaseException("x"), StopIteration(), AssertionError(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_any_scanner_exception_makes_gaps(bench: ScanHarness, error: BaseException) -> None:
    result = bench.result(FakeScanner(raises(error)), FILES)
    assert result.status is ScanStatus.FAILED
    assert set(lost(result)) == set(FILES)
    assert set(lost(result).values()) == {"crash"}
    assert "x" not in {gap.reason for gap in result.gaps}


@pytest.mark.parametrize("kind", list(GapKind))
def test_scanner_gaps_are_reported_unchanged(bench: ScanHarness, kind: GapKind) -> None:
    result = bench.result(FakeScanner(raises(ScanError(kind, "reason", "hint"))), FILES)
    assert {(gap.kind, gap.reason, gap.hint) for gap in result.gaps} == {(kind, "reason", "hint")}


@pytest.mark.parametrize("error", [ScanError(GapKind.CRASH, "x"), ValueError()], ids=["crash", "fault"])
@pytest.mark.parametrize("name", ["a.txt", "d.txt", "g.txt"])
def test_bad_file_affects_only_itself(bench: ScanHarness, name: str, error: Exception) -> None:
    result = bench.result(FakeScanner(fails_over(name, error)), FILES)
    assert lost(result) == {name: "crash"}


def test_a_scanner_that_cannot_be_split_is_asked_once(bench: ScanHarness) -> None:
    plugin = FakeScanner(fails_over("a.txt", ValueError()), splits=False)
    assert set(lost(bench.result(plugin, FILES))) == set(FILES)
    assert plugin.calls == 1


def test_reports_of_one_file_are_joined(bench: ScanHarness) -> None:
    def twice(files: Sequence[SourceFile]) -> list[FileReport]:
        return [FileReport(source.path, (finding(source.path, f"plugin:{number}"),)) for source in files for number in "12"]

    result = bench.result(FakeScanner(twice), FILES)
    assert result.analyzed_files == tuple(sorted(FILES))
    assert len(result.findings) == 2 * len(FILES)
    assert len({each.fingerprint for each in result.findings}) == 2 * len(FILES)


def test_a_file_with_a_gap_is_not_read_even_if_it_is_reported(bench: ScanHarness) -> None:
    def both(files: Sequence[SourceFile]) -> list[FileReport]:
        gaps = [FileReport(source.path, gaps=(Gap("plugin", source.path, GapKind.TIMEOUT, "x"),)) for source in files]
        return [*gaps, *read_all(files)]

    result = bench.result(FakeScanner(both), FILES)
    assert result.analyzed_files == ()
    assert result.status is ScanStatus.FAILED


@pytest.mark.parametrize(
    "error", [ScanError(GapKind.TOOL_MISSING, "x"), SystemExit(0), ValueError()], ids=["missing", "exit", "fault"]
)
@pytest.mark.parametrize("files", [FILES, {"other.md": ""}], ids=["files", "none"])
def test_a_tool_that_is_not_there_is_a_gap_even_without_files(
    bench: ScanHarness, files: dict[str, bytes | str], error: BaseException
) -> None:
    class Absent(FakeScanner):
        def version(self) -> str:
            raise error

    result = bench.result(Absent(read_all), files)
    assert result.status is ScanStatus.FAILED
    assert set(lost(result)) == (set(FILES) if files is FILES else {None})


def test_a_file_of_which_a_scanner_cannot_say_whether_it_reads_it_is_not_lost(bench: ScanHarness) -> None:
    class Unsure(FakeScanner):
        def reads(self, file: FileFacts, options: Any) -> bool:
            if file.path == "odd.md":
                raise SystemExit(0)
            return super().reads(file, options)

    result = bench.result(Unsure(forget), {**FILES, "odd.md": ""})
    assert "odd.md" in result.analyzed_files
    assert lost(result) == {"c.txt": "garbage"}


def test_files_that_cannot_be_had_are_gaps_of_who_would_read_them(bench: ScanHarness) -> None:
    result, facts = bench.run(
        FakeScanner(read_all), {**FILES, "large.txt": "x" * 2000, "large.md": "x" * 2000}, max_file_bytes=1000
    )
    assert lost(result) == {"large.txt": "too-large"}
    assert facts.file_count == len(FILES) + 2


def test_an_excluded_file_is_left_out_by_name_and_reason(bench: ScanHarness) -> None:
    excludes = (
        ExcludedPaths("a.txt", "it is generated"),
        ExcludedPaths("b.txt", "not ours", ("plugin",)),
        ExcludedPaths("c.txt", "x", ("other",)),
    )
    result = bench.result(FakeScanner(read_all), FILES, exclusions=excludes)
    assert result.files_given == len(FILES) - 2
    assert result.skipped_paths == (
        SkippedPath("a.txt", SkipReason.EXCLUDED, "plugin", "it is generated"),
        SkippedPath("b.txt", SkipReason.EXCLUDED, "plugin", "not ours"),
    )


def test_skipped_scanner_is_reported_and_not_run(bench: ScanHarness) -> None:
    plugin = FakeScanner(read_all)
    plan = ScanPlan((ScannerTask(plugin, None, 1.0, "the policy says no"),))
    ((result,), _) = scan(bench.listing(), plan, bench.processes, bench.private_folder, lambda *_: None)
    assert (result.status, result.reason, plugin.calls) == (ScanStatus.SKIPPED, "the policy says no", 0)


def test_progress_is_reported_from_start_to_last_file(bench: ScanHarness) -> None:
    heard: list[tuple[str, int, int]] = []
    write_files(bench.root, FILES)
    plan = ScanPlan((ScannerTask(FakeScanner(read_all, splits=False), None, 60.0),))
    scan(bench.listing(), plan, bench.processes, bench.private_folder, lambda *reported: heard.append(reported))
    assert heard == [("plugin", 0, len(FILES)), ("plugin", len(FILES), len(FILES))]


def test_a_waiver_of_ours_is_found_for_every_scanner_and_shows_no_secret(bench: ScanHarness) -> None:
    """A short secret, and one that takes the whole line with it: what is shown comes from the line without them."""

    def see(files: Sequence[SourceFile]) -> list[FileReport]:
        spans = (Span(1, 45, 1, 50), Span(2, 1, 2, 60))
        found = [finding("a.txt", line=line) for line in (1, 2, 4)]
        return [FileReport("a.txt", tuple(found), secret_spans=spans), FileReport("b.txt")]

    text = "x # scangate: ignore[plugin:*] -- password: abc12\ny # scangate: ignore[plugin:*] -- said Pq7\n"
    text += "# scangate: ignore[plugin:*] -- abc\nz\n"
    files = {"a.txt": text, "b.txt": ""}
    result = bench.result(FakeScanner(see), files)
    assert not result.gaps
    assert [[ignore.text for ignore in each.ignore_comments] for each in result.findings] == [
        ["scangate: ignore[plugin:*] -- password: ***"],
        ["scangate: ignore[plugin:*] -- ***"],
        ["scangate: ignore[plugin:*] -- abc"],
    ]
    assert "abc12" not in repr(result)
    assert "Pq7" not in repr(result)


@pytest.mark.parametrize("jobs", [1, 2, 7, 50])
def test_the_number_of_jobs_changes_nothing_but_time(bench: ScanHarness, jobs: int) -> None:
    def act(files: Sequence[SourceFile]) -> list[FileReport]:
        return [FileReport(source.path, (finding(source.path),)) for source in files if source.path != "c.txt"]

    one = bench.result(FakeScanner(act), FILES)
    many = bench.result(FakeScanner(act), FILES, jobs=jobs)
    assert msgspec.structs.replace(many, seconds=0.0) == msgspec.structs.replace(one, seconds=0.0)


def test_secret_seen_by_one_scanner_is_redacted_in_others(bench: ScanHarness) -> None:
    value = "Zq8" + "hunter" + "77xY"

    class Seer(FakeScanner):
        NAME = "seer"

    def see(files: Sequence[SourceFile]) -> list[FileReport]:
        return [FileReport("a.txt", secret_spans=(Span(1, 6, 1, 6 + len(value)),)), FileReport("b.txt")]

    def report_files(files: Sequence[SourceFile]) -> list[FileReport]:
        reported = finding("b.txt")
        reported = msgspec.structs.replace(
            reported,
            affected_package=AffectedPackage(value, value),
            title=value,
            message=f"says '{value}'",
            tool_comment=f"# nosec {value}",
        )
        return [
            FileReport("a.txt", (finding("a.txt"),), gaps=(Gap("plugin", "a.txt", GapKind.PARTIAL_PARSE, f"at {value}"),)),
            FileReport("b.txt", (reported,), components=(Component(value, value, "b.txt", 1, via=(value,), index=value),)),
            FileReport(f"{value}.txt", components=(Component("a", "1", f"{value}.txt", 1),)),
        ]

    seer = Seer(see)
    seer.reads = lambda file, options: file.path in {"a.txt", "b.txt"}  # type: ignore[method-assign]
    (bench.root / "a.txt").write_text(f"key: {value}\n")
    (bench.root / "b.txt").write_text(f"# {value}\n")
    (bench.root / f"{value}.txt").write_text("")
    (bench.root / f"{value}.lnk").symlink_to("nowhere")
    tasks = (ScannerTask(FakeScanner(report_files), None, 1.0), ScannerTask(seer, None, 1.0))
    folder = bench.private_folder / "run"
    folder.mkdir()
    results, facts = scan(bench.listing(), ScanPlan(tasks), bench.processes, folder, lambda *_: None)
    assert value not in repr(results) + repr(facts)
    assert all(is_ledger_complete(result) for result in results)
    assert results[0].files_given == 3


def test_components_are_sorted_and_unique(bench: ScanHarness) -> None:
    def act(files: Sequence[SourceFile]) -> list[FileReport]:
        pins = (("b", "2"), ("a", "1"), ("b", "2"))
        gaps = {"c.txt": (Gap("plugin", "c.txt", GapKind.UNPINNED, "not pinned"),)}
        return [
            FileReport(
                source.path, gaps=gaps.get(source.path, ()), components=tuple(Component(*pin, source.path, 1) for pin in pins)
            )
            for source in files
        ]

    result = bench.result(FakeScanner(act), FILES, jobs=3)
    assert result.components == tuple(Component(*pin, path, 1) for pin in (("a", "1"), ("b", "2")) for path in sorted(FILES))


def test_a_component_of_another_file_is_garbage(bench: ScanHarness) -> None:
    result = bench.result(
        FakeScanner(lambda files: [FileReport("a.txt", components=(Component("a", "1", "z.txt", 1),))]), {"a.txt": ""}
    )
    assert lost(result) == {"a.txt": "garbage"}
    assert result.components == ()


def test_a_plugin_that_ends_the_program_does_not_end_ours(bench: ScanHarness) -> None:
    """sys.exit(0) in a thread of the pool would come out of the scan as our own exit code: the falsest green of all."""
    result = bench.result(FakeScanner(lambda files: sys.exit(0)), FILES, jobs=3)
    assert result.status is ScanStatus.FAILED


def test_a_cancelled_run_reads_nothing_more(bench: ScanHarness) -> None:
    class Starts(FakeScanner):
        def scan(self, files: Sequence[SourceFile], options: Any, run: ScanContext) -> Iterable[FileReport]:
            run.run_program([sys.executable, "-c", ""])
            return read_all(files)

    bench.result(FakeScanner(read_all), FILES)
    listing = bench.listing()
    bench.processes.cancel()
    assert set(lost(bench.result(Starts(read_all), listing=listing)).values()) == {"interrupted"}
