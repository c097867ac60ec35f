"""The importer takes an export whole or not at all, whatever it is given, and never leaves the place without a store."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import signal
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scangate.advisories import importer
from scangate.advisories.importer import import_osv, lock_store
from scangate.advisories.store import Store, StoreInfo
from scangate.errors import ScangateError
from tests.support.osv_records import NOW, osv_record, write_archive

FIXED = ("introduced", "0"), ("fixed", "2.0")


def run(source: Path, target: Path) -> StoreInfo:
    """An import without a listener."""
    return import_osv(source, target, lambda *_: None, imported=NOW)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A store that is there before."""
    place = tmp_path / "cache" / "advisories.sqlite"
    run(write_archive(tmp_path / "before.zip", [osv_record("OLD-1", "before")]), place)
    return place


def unchanged(target: Path) -> bool:
    """Whether the earlier store is unchanged, and only its lock is next to it."""
    with Store.open(target) as store:
        kept = store.package_names() == {"before"}
    return kept and {file.name for file in target.parent.iterdir()} == {target.name, f"{target.name}.lock"}


def test_an_archive(tmp_path: Path, target: Path) -> None:
    events: list[tuple[str, int, int]] = []
    records = [
        osv_record("PYSEC-1-1", "one", *FIXED),
        osv_record("PYSEC-1-2", "two", withdrawn=NOW),
        osv_record("GHSA-1", "three", ecosystem="npm"),
    ]
    source = write_archive(tmp_path / "all.zip", records, {"LICENSE.txt": b"words", "nested.zip": b"PK\x03\x04", "folder/": b""})
    facts = import_osv(source, target, lambda *each: events.append(each), imported=NOW, origin="https://example.org/all.zip")
    assert (facts.records, facts.withdrawn, facts.other, facts.broken) == (1, 1, 1, 0)
    assert (facts.source, facts.imported) == ("https://example.org/all.zip", NOW)
    assert events[0] == ("records", 0, 3)
    assert events[-1] == ("records", 3, 3)
    with Store.open(target) as store:
        assert store.info() == facts
        assert store.package_names() == {"one"}


def test_a_folder(tmp_path: Path, target: Path) -> None:
    folder = tmp_path / "export" / "deep"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(osv_record("PYSEC-1-1", "one", *FIXED)))
    (folder.parent / "b.json").write_text(json.dumps(osv_record("PYSEC-1-2", "two", *FIXED)))
    (folder / "notes.txt").write_text("no record")
    (folder / "link.json").symlink_to(folder / "a.json")
    (folder / "loop").symlink_to(folder.parent)
    os.mkfifo(folder / "pipe.json")
    facts = run(folder.parent, target)
    assert (facts.records, facts.repeated, facts.source) == (2, 0, str(folder.parent))


def test_the_same_records_make_the_same_store(tmp_path: Path) -> None:
    records = [osv_record(f"PYSEC-1-{number}", f"p{number % 3}", *FIXED) for number in range(9)]
    digests = {
        run(write_archive(tmp_path / f"{turn}.zip", each), tmp_path / f"{turn}.sqlite").digest
        for turn, each in enumerate((records, records[::-1], records[4:] + records[:4]))
    }
    assert len(digests) == 1


def test_the_newer_of_two_equal_records_counts(tmp_path: Path, target: Path) -> None:
    new, old = (
        osv_record("PYSEC-1-1", name, *FIXED, modified=f"{year}-01-01T00:00:00Z") for name, year in (("new", 2025), ("old", 2020))
    )
    source = tmp_path / "twice.zip"
    with zipfile.ZipFile(source, "w") as out:
        out.writestr("a/x.json", json.dumps(new))
        out.writestr("b/x.json", json.dumps(old))
    assert run(source, target).repeated == 1
    with Store.open(target) as store:
        assert store.package_names() == {"new"}


def test_a_vulnerability_in_two_packages_is_related(tmp_path: Path, target: Path) -> None:
    records = [
        osv_record("PYSEC-1-1", "one", aliases=["CVE-1"]),
        osv_record("PYSEC-1-2", "two", aliases=["CVE-1"]),
        osv_record("PYSEC-1-3", "one"),
    ]
    run(write_archive(tmp_path / "all.zip", records), target)
    with Store.open(target) as store:
        found = [advisory.ids for advisory in store.find_advisories("one", "1")]
    assert found == [("CVE-1", "PYSEC-1-1", "PYSEC-1-2"), ("PYSEC-1-3",)]


def test_a_few_invalid_records_are_counted_and_skipped(tmp_path: Path, target: Path) -> None:
    records = [osv_record(f"PYSEC-1-{number}", "one", *FIXED) for number in range(99)]
    facts = run(write_archive(tmp_path / "all.zip", records, {"bad\x1b.json": b"{}"}), target)
    assert (facts.records, facts.broken) == (99, 1)
    (example,) = facts.examples
    assert "missing required field" in example
    assert example.isprintable()


def test_many_invalid_records_are_refused(tmp_path: Path, target: Path) -> None:
    records = [osv_record(f"PYSEC-1-{number}", "one", *FIXED) for number in range(98)]
    source = write_archive(tmp_path / "all.zip", records, {"a.json": b"{}", "b.json": b"[]"})
    with pytest.raises(ScangateError, match=r"2 of 100 records are invalid"):
        run(source, target)
    assert unchanged(target)


@pytest.mark.parametrize(
    "records", [[], [osv_record("GHSA-1", "left-pad", ecosystem="npm")], [osv_record("PYSEC-1-1", withdrawn=NOW)]]
)
def test_an_empty_export_is_refused(tmp_path: Path, target: Path, records: list[Any]) -> None:
    with pytest.raises(ScangateError, match="no record of a PyPI package") as caught:
        run(write_archive(tmp_path / "all.zip", records), target)
    assert "PyPI/all.zip" in caught.value.hint
    assert unchanged(target)


def flat(content: bytes = b"{}", **changes: Any) -> bytes:
    """A zip archive of one entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", changes.pop("compression", zipfile.ZIP_DEFLATED)) as file:
        info = zipfile.ZipInfo("a.json")
        info.compress_type = file.compression
        file.writestr(info, content)
    return out.getvalue()


def encrypted() -> bytes:
    """An archive whose entry says that it is encrypted."""
    content = bytearray(flat())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


def wrong_crc() -> bytes:
    """An archive whose entry has another checksum than it says."""
    content = bytearray(flat(json.dumps(osv_record("A-1")).encode(), compression=zipfile.ZIP_STORED))
    content[content.index(b'"id"') + 1] ^= 1
    return bytes(content)


def lying(size: int) -> bytes:
    """An archive whose entry says another length than it has."""
    content = bytearray(flat(b"[" * 100_000))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + offset
        content[at : at + 4] = struct.pack("<I", size)
    return bytes(content)


BAD = {
    "nothing": b"",
    "text": b"<html>please log in</html>",
    "cut": flat(json.dumps(osv_record("A-1")).encode())[:-30],
    "encrypted": encrypted(),
    "wrong checksum": wrong_crc(),
    "unusual": flat(compression=zipfile.ZIP_BZIP2),
    "bomb": flat(b" " * (7 << 20)),
    "huge": flat(os.urandom(9 << 20), compression=zipfile.ZIP_STORED),
    "ends within its end": b"PK\x03\x04" + bytes(100) + b"PK\x05\x06",
    "says less": lying(10),
    "says more": lying(200_000),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_file_that_is_not_an_export_is_refused(tmp_path: Path, target: Path, content: bytes) -> None:
    source = tmp_path / "bad.zip"
    source.write_bytes(content)
    with pytest.raises(ScangateError) as caught:
        run(source, target)
    assert caught.value.hint
    assert unchanged(target)


@pytest.mark.parametrize("kind", ["bomb", "huge"])
def test_oversized_entries_are_not_unpacked(tmp_path: Path, target: Path, kind: str) -> None:
    source = tmp_path / "bad.zip"
    source.write_bytes(BAD[kind])
    with pytest.raises(ScangateError, match="a record is too large"):
        run(source, target)


def test_a_disk_that_is_full(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, *rest: Any) -> None:
        path.write_bytes(b"the beginning")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(importer, "write_store", write)
    with pytest.raises(ScangateError, match="cannot be written: No space left on device"):
        run(write_archive(tmp_path / "all.zip", [osv_record("A-1")]), target)
    assert unchanged(target)


def test_bounds(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [osv_record(f"PYSEC-1-{number}", "one", *FIXED) for number in range(20)]
    source = write_archive(tmp_path / "all.zip", records)
    folder = tmp_path / "folder"
    with zipfile.ZipFile(source) as file:
        file.extractall(folder)
    for name, value in (("MAX_ENTRIES", 10), ("MAX_BYTES", 100), ("MAX_ENTRY_BYTES", 100)):
        with monkeypatch.context() as patch:
            patch.setattr(importer, name, value)
            for each in (source, folder):
                with pytest.raises(ScangateError, match="not an export of advisories"):
                    run(each, target)
    assert unchanged(target)


def test_an_oversized_directory_is_not_read(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_archive(tmp_path / "all.zip", [osv_record(f"PYSEC-1-{number}", "one") for number in range(50)])
    monkeypatch.setattr(importer, "MAX_DIRECTORY_BYTES", 1000)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(ScangateError, match="entries"):
        run(source, target)
    assert unchanged(target)


def test_unreadable_sources_and_unwritable_targets(tmp_path: Path, target: Path) -> None:
    with pytest.raises(ScangateError, match="cannot read"):
        run(tmp_path / "nowhere.zip", target)
    (tmp_path / "file").write_text("")
    with pytest.raises(ScangateError, match="cannot be written") as caught:
        run(write_archive(tmp_path / "all.zip", [osv_record("A-1")]), tmp_path / "file" / "store.sqlite")
    assert "--store" in caught.value.hint
    assert unchanged(target)


def test_a_created_folder_is_private(target: Path) -> None:
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700


def test_builds_of_one_store_are_exclusive(tmp_path: Path, target: Path) -> None:
    with lock_store(target), pytest.raises(ScangateError, match="another process"):
        run(write_archive(tmp_path / "all.zip", [osv_record("A-1")]), target)
    assert unchanged(target)


@pytest.mark.integration
def test_leftovers_of_a_killed_import_are_removed(tmp_path: Path, target: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from scangate.advisories import importer, store\n"
        "importer.write_store = lambda path, *rest: (store.write_store(path, *rest), os.kill(os.getpid(), signal.SIGKILL))\n"
        "importer.import_osv(Path(sys.argv[1]), Path(sys.argv[2]), lambda *_: None, imported='')\n"
    )
    source = write_archive(tmp_path / "all.zip", [osv_record("A-1", "after")])
    done = subprocess.run([sys.executable, "-c", code, source, target], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    with Store.open(target) as store:
        assert store.package_names() == {"before"}
    assert target.with_name(f"{target.name}.new").exists()
    run(source, target)
    with Store.open(target) as store:
        assert store.package_names() == {"after"}
    assert not target.with_name(f"{target.name}.new").exists()


def test_a_symlink_at_the_new_file_is_not_followed(tmp_path: Path, target: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    target.with_name(f"{target.name}.new").symlink_to(victim)
    run(write_archive(tmp_path / "all.zip", [osv_record("A-1", "after")]), target)
    assert victim.read_text() == "precious"


ENTRY = st.dictionaries(
    st.sampled_from(["id", "modified", "affected", "aliases", "x"]),
    st.none() | st.text(max_size=5) | st.lists(st.none() | st.text(max_size=5), max_size=3),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contents=st.lists(st.binary(max_size=60) | st.builds(lambda entry: json.dumps(entry).encode(), ENTRY), max_size=5),
    cuts=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6),
)
def test_no_bytes_can_break_the_importer(tmp_path: Path, contents: list[bytes], cuts: list[tuple[int, int]]) -> None:
    """An archive of anything, some of its bytes changed: a store or an error, and never one that cannot be opened."""
    more = {f"{number}.json": content for number, content in enumerate(contents)}
    source = write_archive(tmp_path / "fuzz.zip", [osv_record("A-1"), osv_record("A-2")], more)
    content = bytearray(source.read_bytes())
    for at, value in cuts:
        content[at % len(content)] = value
    source.write_bytes(content)
    target = tmp_path / "fuzz.sqlite"
    with contextlib.suppress(ScangateError):
        run(source, target)
        Store.open(target).close()
