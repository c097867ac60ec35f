"""The older side of a change is spared what the newer one has read already, and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import pytest

from scangate.model import (
    Confidence,
    FileAccounting,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    ScanResult,
    ScanStatus,
    Severity,
)
from scangate.plugin import FileFacts, ScanContext, SourceFile
from scangate.scan.discovery import Listing, list_commit
from scangate.scan.engine import scan
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.scan.unchanged_files import merge_results, without_unchanged
from tests.support.scan_harness import ScanHarness, run_git, write_files


class Options(msgspec.Struct, frozen=True):
    """None."""


class LineScanner:
    """Finds every line; ``together`` says whether it looks at all its files at once, and ``endings`` which those are."""

    ACCOUNTING = FileAccounting.PER_FILE
    Options = Options

    def __init__(self, name: str, *endings: str, together: bool = False) -> None:
        self.NAME = name
        self.SPLITTABLE = not together
        self._endings = endings

    def version(self) -> str:
        """Its version."""
        return "1"

    def reads(self, file: FileFacts, options: object) -> bool:
        """Whether the name ends as it should."""
        del options
        return file.path.endswith(self._endings)

    def scan(self, files: Sequence[SourceFile], options: object, run: ScanContext) -> Iterable[FileReport]:
        """A finding a line, in the words of the line and the number of files where it sees all of them."""
        del options, run
        for source in files:
            title = "a line" if self.SPLITTABLE else f"a line in one of {len(files)}"
            yield FileReport(source.path, tuple(self._finding(source, number, title) for number in range(1, len(source.lines) + 1)))

    def _finding(self, source: SourceFile, number: int, title: str) -> Finding:
        place = Location(source.path, number, number)
        return Finding(f"{self.NAME}:line", Severity.LOW, Confidence.LOW, FindingKind.CODE, title, title, place)


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    bench = ScanHarness(tmp_path)
    write_files(bench.root, {"a.py": "a\n", "b.py": "b\n", "a.lock": "a\n", "b.lock": "b\n", "c.txt": "c\n"})
    run_git(bench.root, "init", "-q", "-b", "main")
    run_git(bench.root, "add", "-A")
    run_git(bench.root, "commit", "-q", "-m", "x")
    return bench


def older_of(bench: ScanHarness) -> Listing:
    repository = bench.repository()
    assert repository is not None
    return list_commit(bench.root, repository, repository.head_commit())


def plan(*scanners: LineScanner) -> ScanPlan:
    return ScanPlan(tuple(ScannerTask(scanner, Options(), 60) for scanner in scanners))


def rest(bench: ScanHarness, *scanners: LineScanner) -> set[str]:
    """The paths that have to be scanned again."""
    spared = without_unchanged(older_of(bench), bench.listing(), plan(*scanners))
    paths = {target.path for target in spared.listing.targets}
    assert not any(paths & spared.unchanged[each.NAME] for each in scanners if not each.SPLITTABLE)
    return paths


def test_only_what_differs_is_read_again(bench: ScanHarness) -> None:
    assert rest(bench, LineScanner("py", ".py")) == set()
    write_files(bench.root, {"a.py": "other\n", "new.py": "n\n"})
    (bench.root / "b.py").unlink()
    (bench.root / "c.txt").unlink()
    (bench.root / "c.txt").symlink_to("a.lock")
    assert rest(bench, LineScanner("py", ".py")) == {"a.py", "b.py", "c.txt"}


def test_files_that_are_seen_together_are_read_together(bench: ScanHarness) -> None:
    lock = LineScanner("lock", ".lock", together=True)
    write_files(bench.root, {"a.py": "other\n"})
    assert rest(bench, LineScanner("py", ".py"), lock) == {"a.py"}
    write_files(bench.root, {"a.lock": "other\n"})
    assert rest(bench, LineScanner("py", ".py"), lock) == {"a.py", "a.lock", "b.lock"}
    assert rest(bench, lock, LineScanner("all", "", together=True)) == {"a.py", "b.py", "a.lock", "b.lock", "c.txt"}
    write_files(bench.root, {"a.py": "a\n", "a.lock": "a\n", "c.lock": "new\n"})
    assert rest(bench, lock) == {"a.lock", "b.lock"}


def test_invalidated_scanner_invalidates_the_next(bench: ScanHarness) -> None:
    write_files(bench.root, {"c.txt": "other\n"})
    chain = (LineScanner("lock", ".lock", together=True), LineScanner("some", "b.lock", "c.txt", together=True))
    assert rest(bench, *chain) == {"a.lock", "b.lock", "c.txt"}


def test_the_names_of_another_hash_are_known_too(tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    run_git(bench.root, "init", "-q", "--object-format=sha256")
    write_files(bench.root, {"a.py": "a\n", "b.py": "b\n"})
    run_git(bench.root, "add", "-A")
    run_git(bench.root, "commit", "-q", "-m", "x")
    write_files(bench.root, {"b.py": "other\n"})
    assert rest(bench, LineScanner("py", ".py")) == {"b.py"}


def whole(bench: ScanHarness, listing: Listing, work: ScanPlan) -> tuple[ScanResult, ...]:
    folder = Path(tempfile.mkdtemp(dir=bench.private_folder))
    return scan(listing, work, bench.processes, folder, lambda *_: None)[0]


def test_a_spared_scan_comes_to_the_same_as_a_whole_one(bench: ScanHarness) -> None:
    work = plan(LineScanner("py", ".py"), LineScanner("lock", ".lock", together=True), LineScanner("txt", ".txt"))
    before = whole(bench, older_of(bench), work)
    write_files(bench.root, {"a.py": "other\n", "new.py": "n\n", "a.lock": "a\nb\n"})
    listing = bench.listing()
    spared = without_unchanged(older_of(bench), listing, work)
    older = whole(bench, spared.listing, spared.plan)
    assert [result.analyzed_files for result in older] == [("a.py",), ("a.lock", "b.lock"), ()]
    same = {"b.py", "b.lock", "c.txt"}
    assert spared.unchanged == {"py": same, "txt": same, "lock": {"b.py", "c.txt"}}
    for one, other in zip(before, merge_results(older, whole(bench, listing, work), spared.unchanged), strict=True):
        assert (one.analyzed_files, one.files_given, one.status) == (other.analyzed_files, other.files_given, other.status)
        assert set(one.findings) == set(other.findings)
        assert len(one.findings) == len(other.findings)


def test_a_gap_of_the_newer_side_is_one_of_the_older(bench: ScanHarness) -> None:
    del bench
    gap = Gap("py", "same.py", GapKind.UNPARSABLE, "not Python")
    newer = ScanResult("py", "1", ScanStatus.PARTIAL, files_given=2, analyzed_files=("a.py",), gaps=(gap,))
    found = ScanResult("py", "1", ScanStatus.COMPLETE, files_given=1, analyzed_files=("b.py",))
    (result,) = merge_results((found,), (newer,), {"py": frozenset({"same.py"})})
    assert (result.status, result.analyzed_files, result.gaps, result.files_given) == (ScanStatus.PARTIAL, ("b.py",), (gap,), 2)
    (result,) = merge_results((found,), (newer,), {})
    assert result == found
