"""What a file is gets decided by its bytes, once; what cannot be analyzed because of what it is, is a gap."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scangate.content.catalog import CONTENT_TYPES, Form
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.scan.cache_store import CacheStore
from scangate.scan.content_types import NOT_OPENED, forget_types, identify_targets
from scangate.scan.discovery import Listing, list_commit, list_files, list_staged
from scangate.scan.result_cache import ResultCache
from tests.support.fake_scanners import LATER, FakeScanner, read_all
from tests.support.scan_harness import ScanHarness, run_git, write_files

LIMIT = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(64))
SCRIPT = "#!/usr/bin/env python3\nimport subprocess, sys\nsubprocess.call(sys.argv[1], shell=True)\n"


def make_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "a" * 100)
    return buffer.getvalue()


FILES: dict[str, bytes | str] = {
    "bin/deploy": SCRIPT,
    "APP.PY": "x = 1\n",
    "keys.db": "password = correct-horse\n",
    "logo.bin": PNG,
    "lib/a.jar": make_zip(),
    "lib/renamed.txt": make_zip(),
    "tool": b"\x7fELF\x02\x01\x01" + bytes(100),
    "recipe": "FROM python:3.12\nRUN pip install x\n",
}
TYPES = {
    "bin/deploy": "python",
    "APP.PY": "python",
    "keys.db": "unknown",
    "logo.bin": "image",
    "lib/a.jar": "archive",
    "lib/renamed.txt": "archive",
    "tool": "program",
    "recipe": "dockerfile",
}


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def types(listing: Listing) -> dict[str, str]:
    return {target.path: target.content_type for target in listing.targets}


def gaps(listing: Listing) -> set[tuple[str | None, GapKind, str]]:
    return {(gap.path, gap.kind, gap.content_type) for gap in listing.content_gaps}


def listings(bench: ScanHarness, files: dict[str, bytes | str]) -> Iterator[Listing]:
    """The same files as a folder, as a repository, staged and committed."""
    root = write_files(bench.root, files)
    yield list_files(root, None)
    run_git(root, "init", "-q")
    yield bench.listing()
    run_git(root, "add", "-A", "-f")
    yield list_staged(root, bench.repository(), [])
    run_git(root, "commit", "-q", "-m", "x")
    repository = bench.repository()
    assert repository is not None
    yield list_commit(root, repository, "HEAD")


def test_each_kind_of_file_that_is_not_opened_has_its_own_reason_and_hint() -> None:
    kinds = {name for name, kind in CONTENT_TYPES.items() if kind.form is Form.NOT_OPENED}
    assert kinds == set(NOT_OPENED)
    assert len(set(NOT_OPENED.values())) == len(kinds)


@pytest.mark.integration
def test_bytes_decide_and_names_do_not(bench: ScanHarness) -> None:
    for listing in listings(bench, FILES):
        found = identify_targets(listing, LIMIT)
        assert TYPES.items() <= types(found).items()
        assert gaps(found) == {
            ("lib/a.jar", GapKind.NOT_OPENED, "archive"),
            ("lib/renamed.txt", GapKind.NOT_OPENED, "archive"),
            ("tool", GapKind.NOT_OPENED, "program"),
        }
        assert types(identify_targets(forget_types(found), LIMIT)) == types(found)


@pytest.mark.integration
def test_the_beginning_decides_about_a_file_over_the_limit(bench: ScanHarness) -> None:
    files: dict[str, bytes | str] = {"a.png": PNG + bytes(5000), "b.txt": "words\n" * 1000, "c.dat": make_zip() + bytes(5000)}
    for listing in listings(bench, files):
        found = identify_targets(listing, 1000)
        assert types(found) == {"a.png": "image", "b.txt": "text", "c.dat": "archive"}
        assert gaps(found) == {("c.dat", GapKind.NOT_OPENED, "archive")}


def test_a_file_that_cannot_be_read_is_no_image(bench: ScanHarness) -> None:
    listing = list_files(write_files(bench.root, {"a.png": PNG, "b.py": "x = 1\n", "c": "x"}), None)
    for name in ("a.png", "b.py", "c"):
        (bench.root / name).unlink()
    assert types(identify_targets(listing, LIMIT)) == {"a.png": "unknown", "b.py": "python", "c": "unknown"}


@pytest.mark.integration
def test_content_that_is_elsewhere_is_a_gap(bench: ScanHarness) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    files: dict[str, bytes | str] = {
        "prod.env": pointer,
        "data.json": pointer,
        "x.py": pointer,
        "annexed": "/annex/objects/SHA256E-s1--abc\n",
    }
    for listing in listings(bench, files):
        found = identify_targets(listing, LIMIT)
        assert {(path, kind) for path, kind, _ in gaps(found)} == {(path, GapKind.STAND_IN) for path in files}
        assert "git lfs pull" in next(gap.hint for gap in found.content_gaps if gap.path == "prod.env")


def store_object(root: Path, data: bytes, stored: bytes | None = None) -> str:
    """Puts content into the local store of git LFS; the pointer to it."""
    digest = hashlib.sha256(data).hexdigest()
    file = root / ".git/lfs/objects" / digest[:2] / digest[2:4] / digest
    file.parent.mkdir(parents=True)
    file.write_bytes(data if stored is None else stored)
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"


@pytest.mark.integration
def test_content_in_the_store_of_git_lfs_is_read_from_there(bench: ScanHarness) -> None:
    secret, weak = b"DB_PASSWORD=correct-horse-battery\n", b"#!/usr/bin/python3\neval(input())\n"
    run_git(bench.root, "init", "-q")
    pointers: dict[str, bytes | str] = {"prod.env": store_object(bench.root, secret), "deploy": store_object(bench.root, weak)}
    pointers["damaged.txt"] = store_object(bench.root, b"wanted", b"other!")
    pointers["cut.txt"] = store_object(bench.root, b"a long text", b"a long")
    (_, *in_repository) = listings(bench, pointers)
    for listing in in_repository:
        found = identify_targets(listing, LIMIT)
        read = found.reader(found.targets, LIMIT)
        by_path = {target.path: target for target in found.targets}
        assert (read(by_path["prod.env"]), read(by_path["deploy"])) == (secret, weak)
        assert types(found)["deploy"] == "python"
        with pytest.raises(ScanError) as damaged:
            read(by_path["damaged.txt"])
        assert damaged.value.kind is GapKind.STAND_IN
        assert gaps(found) == {("cut.txt", GapKind.STAND_IN, "lfs-pointer")}


@contextmanager
def opened_cache(bench: ScanHarness) -> Iterator[ResultCache]:
    cache = CacheStore(bench.private_folder / "cache", bench.root, now=LATER)
    yield ResultCache(cache, {}, LATER)
    cache.close()


@pytest.mark.integration
def test_a_second_scan_reads_nothing_to_know_the_types(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    for listing in listings(bench, FILES):
        with opened_cache(bench) as cache:
            first = identify_targets(listing, LIMIT, cache)
            monkeypatch.setattr(Listing, "reader", lambda *_: pytest.fail)
            assert identify_targets(listing, LIMIT, cache) == first
            monkeypatch.undo()


def test_a_name_is_a_part_of_what_is_remembered(bench: ScanHarness) -> None:
    """The same inode, time and bytes, but another name."""
    listing = list_files(write_files(bench.root, {"a.txt": "x = 1\n"}), None)
    with opened_cache(bench) as cache:
        assert types(identify_targets(listing, LIMIT, cache)) == {"a.txt": "text"}
        (bench.root / "b.py").hardlink_to(bench.root / "a.txt")
        listing = list_files(bench.root, None)
        assert types(identify_targets(listing, LIMIT, cache)) == {"a.txt": "text", "b.py": "python"}


def test_scanners_are_given_files_with_their_types(bench: ScanHarness) -> None:
    class TypeScanner(FakeScanner):
        def reads(self, file: object, options: object) -> bool:
            return getattr(file, "content_type", "") == "python"

    given: dict[str, str] = {}

    def act(files: object) -> list[object]:
        given.update({source.path: source.content_type for source in files})  # type: ignore[attr-defined]
        return read_all(files)  # type: ignore[arg-type, return-value]

    result, targets = bench.run(TypeScanner(act), FILES)  # type: ignore[arg-type]
    assert given == {"bin/deploy": "python", "APP.PY": "python"}
    assert set(result.analyzed_files) == set(given)
    assert {each.content_type: each.paths for each in targets.content}["archive"] == ("lib/a.jar", "lib/renamed.txt")
    assert {gap.kind for gap in targets.gaps} == {GapKind.NOT_OPENED}


def test_pieces_are_not_taken_out_when_the_time_is_over(tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    write_files(bench.root, {"a.py": "x = 1\n", "n.sh": "cat <<EOF > x.py\nx = 1\nEOF\n"})
    listing = identify_targets(bench.listing(), 1024, None, lambda: True)
    assert {target.path: target.content_type for target in listing.targets} == {"a.py": "python", "n.sh": "shell"}
    assert {(gap.path, gap.kind) for gap in listing.content_gaps} >= {("n.sh", GapKind.TIMEOUT)}
