"""The store answers from what was imported, and believes no file that is not wholly ours."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from packaging.version import InvalidVersion

from scangate.advisories.store import APPLICATION_ID, Store
from scangate.advisories.store_paths import default_store_path
from scangate.errors import ScangateError
from tests.support.osv_records import NOW, build_store, osv_record

FIXED = ("introduced", "0"), ("fixed", "2.0")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A store with two packages, closed."""
    with build_store(
        tmp_path, osv_record("PYSEC-1-1", "Some.Thing", *FIXED, aliases=["CVE-1-1"]), osv_record("GHSA-2", "other", *FIXED)
    ) as opened:
        return opened.path


def test_lookups(place: Path) -> None:
    with Store.open(place) as opened:
        assert opened.package_names() == {"some-thing", "other"}
        assert opened.query("some_THING")
        assert not opened.query("nobody")
        assert [record.id for record in opened.query("some-thing")] == ["PYSEC-1-1"]
        (found,) = opened.find_advisories("Some.Thing", "1.0rc1+local")
        assert (found.ids, found.fixed_in, found.source) == (("CVE-1-1", "PYSEC-1-1"), ("2.0",), "store")
        assert opened.find_advisories("some-thing", "2.0") == ()
        assert opened.find_advisories("nobody", "1") == ()
        assert opened.find_upgrade("some-thing", "1.0") == "2.0"
        with pytest.raises(InvalidVersion):
            opened.find_advisories("some-thing", "not a version")


def test_info(place: Path) -> None:
    with Store.open(place) as opened:
        facts = opened.info()
    assert (facts.records, facts.packages, facts.newest, facts.imported) == (2, 2, "2025-05-05T05:05:05Z", NOW)
    assert facts.bytes == place.stat().st_size
    assert len(facts.digest) == 64


def test_the_digest_depends_on_the_content(tmp_path: Path, place: Path) -> None:
    folders = [tmp_path / "again", tmp_path / "changed"]
    for folder in folders:
        folder.mkdir()
    records = osv_record("GHSA-2", "other", *FIXED), osv_record("PYSEC-1-1", "some-thing", *FIXED, aliases=["CVE-1-1"])
    again = build_store(folders[0], *records).info().digest
    changed = build_store(folders[1], records[0]).info().digest
    with Store.open(place) as opened:
        assert opened.info().digest == again != changed


def test_only_its_owner_can_read_it(place: Path) -> None:
    assert place.stat().st_mode & 0o777 == 0o600


def test_it_is_thread_safe(place: Path) -> None:
    with Store.open(place) as opened, ThreadPoolExecutor(8) as pool:
        assert {len(found) for found in pool.map(lambda _: opened.find_advisories("other", "1"), range(400))} == {1}


def test_an_open_store_is_not_affected_by_an_update(tmp_path: Path, place: Path) -> None:
    with Store.open(place) as opened:
        build_store(tmp_path, osv_record("GHSA-3", "third")).close()
        assert opened.query("other")
        assert not opened.query("third")
    with Store.open(place) as opened:
        assert opened.query("third")


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(ScangateError, match="there is no advisory store") as caught:
        Store.open(tmp_path / "none.sqlite")
    assert caught.value.hint == "scangate advisories update"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_store_that_others_can_write(place: Path, mode: int) -> None:
    place.chmod(mode)
    with pytest.raises(ScangateError, match="other users can write") as caught:
        Store.open(place)
    assert "chmod 600" in caught.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_store_of_another_user(place: Path) -> None:
    os.chown(place, 65534, 65534)
    with pytest.raises(ScangateError, match="belongs to another user"):
        Store.open(place)


def test_a_folder_or_a_pipe_at_its_path(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ScangateError, match="not a regular file"):
            Store.open(path)


def changed(statement: str) -> Callable[[Path], None]:
    """What a statement makes of a store."""

    def change(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(statement)
        connection.close()

    return change


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("hello\n" * 2000),
    "short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "a page of zeros": lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(4096) + path.read_bytes()[8192:]),
    "another application": changed("PRAGMA application_id = 7"),
    "another form": changed("PRAGMA user_version = 99"),
    "a record less": changed("DELETE FROM packages WHERE name = 'other'"),
    "a record changed": changed("UPDATE packages SET records = replace(records, '2.0', '1.0')"),
    "a record of another kind": changed("UPDATE packages SET records = 5"),
    "a name changed": changed("UPDATE packages SET name = 'elsewhere' WHERE name = 'other'"),
    "no facts": changed("DELETE FROM facts"),
    "facts twice": changed("INSERT INTO facts SELECT 'elsewhere', content FROM facts"),
    "other facts": changed("UPDATE facts SET content = '[]'"),
    "a trigger": changed("CREATE TRIGGER t AFTER INSERT ON packages BEGIN DELETE FROM packages; END"),
    "a view": changed("CREATE VIEW v AS SELECT 1"),
    "a table": changed("CREATE TABLE more (x)"),
    "no table": changed("DROP TABLE packages"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_or_foreign_file_is_an_error_with_a_hint(place: Path, damage: Callable[[Path], object]) -> None:
    damage(place)
    with pytest.raises(ScangateError, match="is not used") as caught:
        Store.open(place)
    assert "scangate advisories" in caught.value.hint


def test_a_changed_byte_is_detected(place: Path, tmp_path: Path) -> None:
    whole = place.read_bytes()
    with Store.open(place) as opened:
        before = opened.query("some-thing"), opened.query("other")
    copy = tmp_path / "copy.sqlite"
    shutil.copy2(place, copy)
    for at in range(0, len(whole), 37):
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ 0x11]) + whole[at + 1 :])
        try:
            with Store.open(copy) as opened:
                assert (opened.query("some-thing"), opened.query("other")) == before, f"byte {at}"
        except ScangateError:
            continue


def test_a_journal_file_is_ignored(place: Path) -> None:
    """SQLite would roll a journal back into the store, and read a write-ahead log as part of it."""
    for suffix in ("-journal", "-wal"):
        place.with_name(place.name + suffix).write_bytes(os.urandom(2048))
    with Store.open(place) as opened:
        assert opened.query("other")


def test_a_path_with_special_characters(tmp_path: Path) -> None:
    folder = tmp_path / "a?mode=rwc&x=%41#b"
    folder.mkdir()
    with build_store(folder, osv_record("GHSA-2", "other")) as opened:
        assert opened.query("other")


def test_its_application_id_is_its_own() -> None:
    assert APPLICATION_ID.to_bytes(4) == b"Scad"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"SCANGATE_STORE": "/x/s.sqlite", "HOME": "/h"}, "/x/s.sqlite"),
        ({"XDG_DATA_HOME": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c/scangate/advisories.sqlite"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/h"}, "/h/.local/share/scangate/advisories.sqlite"),
        ({"SCANGATE_STORE": "", "XDG_DATA_HOME": "", "HOME": "/h"}, "/h/.local/share/scangate/advisories.sqlite"),
    ],
)
def test_its_default_path(environment: dict[str, str], expected: str) -> None:
    assert default_store_path(environment) == Path(expected)
