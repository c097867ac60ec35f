"""Every version of a file is listed once, with all places that had it, in parts of a bounded size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from scangate.scan import history as versions
from scangate.scan.content_types import identify_targets
from scangate.scan.git import SUBMODULE, SYMBOLIC_LINK, BroughtBlob, Repository
from scangate.scan.history import Blob, History, Version, divide_into_listings, file_path, list_history, make_listing
from scangate.scan.target import display_path
from tests.support.scan_harness import ScanHarness, run_git, write_files

FILE = "100644"
A, B = "a" * 40, "b" * 40


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    bench = ScanHarness(tmp_path)
    run_git(bench.root, "init", "-q", "-b", "main")
    return bench


def commit(bench: ScanHarness, files: dict[str, bytes | str]) -> None:
    write_files(bench.root, files)
    run_git(bench.root, "add", "-A")
    run_git(bench.root, "commit", "-q", "-m", "x")


def repository(bench: ScanHarness) -> Repository:
    found = bench.repository()
    assert found is not None
    return found


def brought(raw_path: bytes, blob: str = A, mode: str = FILE) -> BroughtBlob:
    return BroughtBlob("", raw_path, mode, blob)


def listed(bench: ScanHarness, commits: Sequence[str]) -> list[Blob]:
    return list(list_history(repository(bench), commits, lambda path: not path.startswith(b"no/"), lambda *_: None).blobs(40))


def test_a_blob_has_each_path_with_the_first_commit_that_brought_it() -> None:
    history = History()
    for order, path in enumerate((b"one/a.py", b"two/a.py", b"one/a.py", b"a.py", b"two/a.py")):
        history.add(brought(path), order)
    (blob,) = history.blobs(40)
    assert blob.versions == (Version(0, b"one/a.py"), Version(1, b"two/a.py"), Version(3, b"a.py"))
    assert len(history) == 1


def test_another_name_a_link_and_another_blob_are_versions_of_their_own() -> None:
    history = History()
    for found in (brought(b"a.py"), brought(b"b.py"), brought(b"a.py", mode=SYMBOLIC_LINK), brought(b"a.py", B)):
        assert not history.has(found)
        history.add(found, 0)
        assert history.has(found)
    assert [(blob.id, blob.is_link) for blob in history.blobs(40)] == [(A, False), (A, False), (A, True), (B, False)]


def test_a_submodule_is_no_version_and_is_kept_once() -> None:
    history = History()
    history.add(brought(b"lib", A, SUBMODULE), 0)
    history.add(brought(b"lib", B, SUBMODULE), 1)
    assert len(history) == 0
    assert [(path, entry.blob) for path, entry in history.submodules.items()] == [(b"lib", A)]


def test_the_paths_of_a_listing_are_distinct_and_lead_back_to_the_file() -> None:
    paths = set()
    for name in (b"a.py", b"d/a.py", b"~x/y/\xff.py", b"d/e/ a"):
        for blob in (Blob(A, False, (Version(0, name),)), Blob(A, True, (Version(0, name),)), Blob(B, False, (Version(0, name),))):
            target = blob.target(1, blob.versions[0])
            assert file_path(target.path) == display_path(name)
            paths.add(target.raw_path)
    assert len(paths) == 12


@pytest.mark.integration
def test_commits_are_read_in_their_order_and_only_where_wanted(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        commit(bench, {"a.py": f"{number}\n", "no/b.py": f"{number}\n"})
    commits = repository(bench).list_commits(["HEAD"])
    monkeypatch.setattr(versions, "COMMITS_PER_CALL", 2)
    assert [blob.versions for blob in listed(bench, commits)] == [(Version(number, b"a.py"),) for number in range(5)]
    assert [blob.versions[0].order for blob in listed(bench, commits[3:])] == [0, 1]


@pytest.mark.integration
def test_parts_are_bounded_in_files_and_bytes_and_have_everything(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [1, 900, 10, 700, 20, 300, 5000, 30]
    commit(bench, {f"{number}.txt": "x" * size for number, size in enumerate(sizes)})
    git = repository(bench)
    blobs = listed(bench, git.list_commits(["HEAD"]))
    monkeypatch.setattr(versions, "BYTES_PER_LISTING", 1000)
    monkeypatch.setattr(versions, "FILES_PER_LISTING", 3)
    excluded = {b"2.txt"}

    def choose(blob: Blob) -> Version | None:
        return None if blob.versions[0].raw_path in excluded else blob.versions[0]

    parts = list(divide_into_listings(bench.root, git, blobs, choose, 4000, {blobs[0].id}))
    found = [[(target.path.rpartition("/")[2], target.size) for target in part.listing.targets] for part in parts]
    assert sorted(each for part in found for each in part) == [
        (f"{number}.txt", size if number else -1) for number, size in enumerate(sizes) if number != 2
    ]
    for part in found:
        assert len(part) <= 3
        assert sum(size for _, size in part if 0 < size <= 4000) <= 1000
    assert len(parts) < len(sizes) - 1


@pytest.mark.integration
def test_a_blob_of_a_part_is_fetched_from_git_once(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(bench, {"a.py": "a = 1\n", "b.py": "b = 1\n"})
    git = repository(bench)
    blobs = listed(bench, git.list_commits(["HEAD"]))
    fetched: list[str] = []
    read_blobs = git.read_blobs

    def count(names: Sequence[str]) -> dict[str, bytes]:
        fetched.extend(names)
        return read_blobs(names)

    monkeypatch.setattr(git, "read_blobs", count)
    part = make_listing(bench.root, git, [(blob.target(6, blob.versions[0]), blob) for blob in blobs])
    listing = identify_targets(part.listing, 1000)
    read = listing.reader(listing.targets, 1000)
    assert [read(target) for target in listing.targets] == [b"a = 1\n", b"b = 1\n"]
    assert sorted(fetched) == sorted(blob.id for blob in blobs)
