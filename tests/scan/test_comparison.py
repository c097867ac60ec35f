"""The older side of a change is spared what the newer one has read already, and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import pytest

from scangate.model import (
    Accounting,
    Confidence,
    FileReport,
    Finding,
    Gap,
    GapKind,
    Kind,
    Location,
    ScanResult,
    Severity,
    Status,
)
from scangate.scan.comparison import joined, unlike
from scangate.scan.engine import scan
from scangate.scan.plan import Plan, Task
from scangate.scan.plugin import Run, Source
from scangate.scan.targets import Listing, list_commit

from .bench import Bench, git, write


class Options(msgspec.Struct, frozen=True):
    """None."""


class Lines:
    """Finds every line; ``together`` says whether it looks at all its files at once, and ``endings`` which those are."""

    ACCOUNTING = Accounting.PER_FILE
    Options = Options

    def __init__(self, name: str, *endings: str, together: bool = False) -> None:
        self.NAME = name
        self.SPLITS = not together
        self._endings = endings

    def version(self) -> str:
        """Its version."""
        return "1"

    def reads(self, path: str, options: object) -> bool:
        """Whether the name ends as it should."""
        del options
        return path.endswith(self._endings)

    def scan(self, files: Sequence[Source], options: object, run: Run) -> Iterable[FileReport]:
        """A finding a line, in the words of the line and the number of files where it sees all of them."""
        del options, run
        for source in files:
            title = "a line" if self.SPLITS else f"a line in one of {len(files)}"
            yield FileReport(source.path, tuple(self._finding(source, number, title) for number in range(1, len(source.lines) + 1)))

    def _finding(self, source: Source, number: int, title: str) -> Finding:
        place = Location(source.path, number, number)
        return Finding(f"{self.NAME}:line", Severity.LOW, Confidence.LOW, Kind.CODE, title, title, place)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    write(bench.root, {"a.py": "a\n", "b.py": "b\n", "a.lock": "a\n", "b.lock": "b\n", "c.txt": "c\n"})
    git(bench.root, "init", "-q", "-b", "main")
    git(bench.root, "add", "-A")
    git(bench.root, "commit", "-q", "-m", "x")
    return bench


def older_of(bench: Bench) -> Listing:
    repository = bench.repository()
    assert repository is not None
    return list_commit(bench.root, repository, repository.commit())


def plan(*scanners: Lines) -> Plan:
    return Plan(tuple(Task(scanner, Options(), 60) for scanner in scanners))


def rest(bench: Bench, *scanners: Lines) -> set[str]:
    """The paths that have to be scanned again."""
    older, same = unlike(older_of(bench), bench.listing(), plan(*scanners))
    paths = {target.path for target in older.targets}
    assert not paths & same
    return paths


def test_only_what_differs_is_read_again(bench: Bench) -> None:
    assert rest(bench, Lines("py", ".py")) == set()
    write(bench.root, {"a.py": "other\n", "new.py": "n\n"})
    (bench.root / "b.py").unlink()
    (bench.root / "c.txt").unlink()
    (bench.root / "c.txt").symlink_to("a.lock")
    assert rest(bench, Lines("py", ".py")) == {"a.py", "b.py", "c.txt"}


def test_files_that_are_seen_together_are_read_together(bench: Bench) -> None:
    lock = Lines("lock", ".lock", together=True)
    write(bench.root, {"a.py": "other\n"})
    assert rest(bench, Lines("py", ".py"), lock) == {"a.py"}
    write(bench.root, {"a.lock": "other\n"})
    assert rest(bench, Lines("py", ".py"), lock) == {"a.py", "a.lock", "b.lock"}
    assert rest(bench, lock, Lines("all", "", together=True)) == {"a.py", "b.py", "a.lock", "b.lock", "c.txt"}
    write(bench.root, {"a.py": "a\n", "a.lock": "a\n", "c.lock": "new\n"})
    assert rest(bench, lock) == {"a.lock", "b.lock"}


def test_what_makes_one_scanner_read_again_makes_the_next(bench: Bench) -> None:
    write(bench.root, {"c.txt": "other\n"})
    chain = (Lines("lock", ".lock", together=True), Lines("some", "b.lock", "c.txt", together=True))
    assert rest(bench, *chain) == {"a.lock", "b.lock", "c.txt"}


def test_the_names_of_another_hash_are_known_too(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    git(bench.root, "init", "-q", "--object-format=sha256")
    write(bench.root, {"a.py": "a\n", "b.py": "b\n"})
    git(bench.root, "add", "-A")
    git(bench.root, "commit", "-q", "-m", "x")
    write(bench.root, {"b.py": "other\n"})
    assert rest(bench, Lines("py", ".py")) == {"b.py"}


def whole(bench: Bench, listing: Listing, work: Plan) -> tuple[ScanResult, ...]:
    folder = Path(tempfile.mkdtemp(dir=bench.private))
    return scan(listing, work, bench.processes, folder, lambda *_: None)[0]


def test_a_spared_scan_comes_to_the_same_as_a_whole_one(bench: Bench) -> None:
    work = plan(Lines("py", ".py"), Lines("lock", ".lock", together=True), Lines("txt", ".txt"))
    before = whole(bench, older_of(bench), work)
    write(bench.root, {"a.py": "other\n", "new.py": "n\n", "a.lock": "a\nb\n"})
    listing = bench.listing()
    older, same = unlike(older_of(bench), listing, work)
    spared = joined(whole(bench, older, work), whole(bench, listing, work), same)
    assert same == {"b.py", "c.txt"}
    for one, other in zip(before, spared, strict=True):
        assert (one.files, one.given, one.status) == (other.files, other.given, other.status)
        assert set(one.findings) == set(other.findings)
        assert len(one.findings) == len(other.findings)


def test_a_gap_of_the_newer_side_is_one_of_the_older(bench: Bench) -> None:
    del bench
    gap = Gap("py", "same.py", GapKind.UNPARSABLE, "not Python")
    newer = ScanResult("py", "1", Status.PARTIAL, given=2, files=("a.py",), gaps=(gap,))
    found = ScanResult("py", "1", Status.COMPLETE, given=1, files=("b.py",))
    (result,) = joined((found,), (newer,), frozenset({"same.py"}))
    assert (result.status, result.files, result.gaps, result.given) == (Status.PARTIAL, ("b.py",), (gap,), 2)
    (result,) = joined((found,), (newer,), frozenset())
    assert result == found
