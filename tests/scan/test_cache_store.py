"""The cache trusts no one: no damaged file, no other user, not the scanned tree, nothing without a MAC."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scangate.errors import ScangateError
from scangate.scan.cache_store import CacheStore, default_cache_directory

KEY = b"k" * 32
SECRET = "a secret of sixteen or more"


def opened(folder: Path, **more: object) -> CacheStore:
    return CacheStore(folder / "cache", None, **{"now": 3600.0 * 500_000, **more})  # type: ignore[arg-type]


def raw(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "cache" / "answers.sqlite")


def test_cached_entry_is_found_in_the_next_run(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.put({KEY: b"value"})
    first.close()
    again = opened(tmp_path)
    assert again.get([KEY, b"other"]) == {KEY: b"value"}
    assert (again.stats().rows, again.notes) == (1, [])
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "cache" / "answers.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("secret", ["", SECRET])
def test_only_a_value_without_signature_of_an_earlier_run_counts_as_unsigned(tmp_path: Path, secret: str) -> None:
    first = opened(tmp_path, secret=secret)
    first.get([KEY])
    first.put({KEY: b"value"})
    assert first.get([KEY]) == {KEY: b"value"}
    assert not first.used_unsigned, "this run wrote it"
    first.close()
    again = opened(tmp_path, secret=secret)
    again.get([b"other"])
    again.get([KEY], for_results=False)
    assert not again.used_unsigned
    again.get([KEY])
    assert again.used_unsigned is (secret == "")


def test_value_that_another_process_replaced_counts_as_unsigned(tmp_path: Path) -> None:
    cache, other = opened(tmp_path), opened(tmp_path)
    cache.put({KEY: b"value"})
    other.put({KEY: b"poison"})
    assert cache.get([KEY]) == {KEY: b"poison"}
    assert cache.used_unsigned


@pytest.mark.parametrize("column", ["value", "mac", "key"])
def test_a_row_that_was_changed_is_not_there(tmp_path: Path, column: str) -> None:
    cache = opened(tmp_path)
    cache.put({KEY: b"value"})
    cache.close()
    with raw(tmp_path) as connection:
        connection.execute(f"UPDATE rows SET {column} = CAST('poison' AS BLOB)")
    connection.close()
    again = opened(tmp_path)
    assert again.get([KEY]) == {}


@pytest.mark.parametrize(("wrote", "reads"), [("", SECRET), (SECRET, ""), (SECRET, SECRET + "!")])
def test_entry_signed_by_another_key_is_ignored(tmp_path: Path, wrote: str, reads: str) -> None:
    first = opened(tmp_path, secret=wrote)
    first.put({KEY: b"value"})
    first.close()
    second = opened(tmp_path, secret=reads)
    assert second.get([KEY]) == {}
    second.put({KEY: b"other"})
    second.close()
    assert opened(tmp_path, secret=wrote).get([KEY]) == {KEY: b"value"}


def test_a_row_copied_under_the_mark_of_a_key_is_not_there(tmp_path: Path) -> None:
    """Who can write to the file sees the mark of the key in the rows, but cannot sign."""
    signed = opened(tmp_path, secret=SECRET)
    signed.put({KEY: b"honest"})
    signed.close()
    with raw(tmp_path) as connection:
        ((row,),) = connection.execute("SELECT key FROM rows")
        plain = CacheStore(tmp_path / "cache", None)
        connection.execute("UPDATE rows SET value = ?, mac = ?", (b"poison", plain._mac(row, b"poison")))
    connection.close()
    assert opened(tmp_path, secret=SECRET).get([KEY]) == {}


def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScangateError):
        opened(tmp_path, secret="short")


def link(folder: Path) -> None:
    (folder / "elsewhere").mkdir(mode=0o700)
    (folder / "cache").symlink_to(folder / "elsewhere")


def open_to_all(folder: Path) -> None:
    (folder / "cache").mkdir()
    (folder / "cache").chmod(0o777)


def linked_file(folder: Path) -> None:
    (folder / "cache").mkdir(mode=0o700)
    (folder / "other").touch(mode=0o600)
    (folder / "cache" / "answers.sqlite").symlink_to(folder / "other")


def writable_file(folder: Path) -> None:
    (folder / "cache").mkdir(mode=0o700)
    (folder / "cache" / "answers.sqlite").touch()
    (folder / "cache" / "answers.sqlite").chmod(0o666)


def plain_file(folder: Path) -> None:
    (folder / "cache").touch()


@pytest.mark.parametrize("plant", [link, open_to_all, linked_file, writable_file, plain_file])
def test_a_place_that_others_may_have_prepared_is_refused(tmp_path: Path, plant: Callable[[Path], None]) -> None:
    plant(tmp_path)
    with pytest.raises(ScangateError) as reported:
        opened(tmp_path)
    assert reported.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")
@pytest.mark.parametrize("part", ["cache", "cache/answers.sqlite"])
def test_cache_of_another_user_is_rejected(tmp_path: Path, part: str) -> None:
    opened(tmp_path).close()
    os.chown(tmp_path / part, 4711, 4711)
    with pytest.raises(ScangateError):
        opened(tmp_path)


@pytest.mark.parametrize("place", [".", "cache", "deep/in/it"])
def test_a_cache_in_the_scanned_tree_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(ScangateError):
        CacheStore(tmp_path / place, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_into_the_tree_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tree" / "planted").mkdir(parents=True, mode=0o700)
    (tmp_path / "home").symlink_to(tmp_path / "tree")
    with pytest.raises(ScangateError):
        CacheStore(tmp_path / "home" / "planted", tmp_path / "tree")


def rubbish(file: Path) -> None:
    file.write_bytes(b"this is no database at all, and long enough to be looked at" * 100)


def foreign(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE rows (key BLOB, value BLOB, mac BLOB, used INTEGER)")
    connection.close()


def triggered(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TRIGGER evil AFTER INSERT ON rows BEGIN DELETE FROM rows; END")
    connection.close()


def next_schema(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()


@pytest.mark.parametrize("spoil", [rubbish, foreign, triggered, next_schema])
def test_foreign_cache_file_is_moved_aside_and_reported(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    cache = opened(tmp_path)
    cache.put({KEY: b"value"})
    cache.close()
    file = tmp_path / "cache" / "answers.sqlite"
    if spoil is foreign:
        file.unlink()
    spoil(file)
    again = opened(tmp_path)
    assert "set aside" in again.notes[0]
    assert again.get([KEY]) == {}
    again.put({KEY: b"new"})
    again.close()
    third = opened(tmp_path)
    assert (third.get([KEY]), third.notes) == ({KEY: b"new"}, [])
    assert (tmp_path / "cache" / "answers.sqlite.set-aside").is_file()


def test_damaged_cache_returns_original_values_or_nothing(tmp_path: Path) -> None:
    """Whatever bytes change, what comes back is what was put or nothing."""
    cache = opened(tmp_path)
    honest = {bytes([number]) * 32: bytes([number]) * 3000 for number in range(60)}
    cache.put(honest)
    cache.close()
    file = tmp_path / "cache" / "answers.sqlite"
    good = file.read_bytes()
    chance = random.Random(5)
    for _ in range(40):
        bad = bytearray(good)
        for _ in range(20):
            bad[chance.randrange(100, len(bad))] = chance.randrange(256)
        file.write_bytes(bytes(bad))
        try:
            damaged = opened(tmp_path)
        except ScangateError:
            continue
        assert damaged.get(honest).items() <= honest.items()
        damaged.put({KEY: b"x"})
        damaged.close()
        for left in file.parent.iterdir():
            left.unlink()
        file.touch(mode=0o600)


def test_least_recently_used_entry_is_evicted(tmp_path: Path) -> None:
    limit = 400_000
    values = {bytes([number]) * 32: bytes(10_000) for number in range(30)}
    cache = opened(tmp_path, limit=limit)
    cache.put(values)
    cache.close()
    later = opened(tmp_path, limit=limit, now=3600.0 * 500_009)
    used = list(values)[:5]
    assert len(later.get(used)) == 5
    later.put({bytes([number]) * 32: bytes(10_000) for number in range(100, 120)})
    assert later.stats().size <= limit
    assert len(later.get(used)) == 5
    assert 0 < len(later.get(values)) < 30


def test_cleared_entry_leaves_no_bytes(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.put({KEY: b"a word that must go" * 500})
    assert cache.clear() == 1
    cache.close()
    assert b"a word that must go" not in (tmp_path / "cache" / "answers.sqlite").read_bytes()
    assert opened(tmp_path).get([KEY]) == {}


def test_failed_cache_clear_raises(tmp_path: Path) -> None:
    """Another process is in the midst of writing."""
    cache = opened(tmp_path)
    cache.put({KEY: b"value"})
    other = raw(tmp_path)
    other.execute("BEGIN IMMEDIATE")
    cache._connection.execute("PRAGMA busy_timeout = 1")  # type: ignore[union-attr]
    with pytest.raises(ScangateError):
        cache.clear()
    other.rollback()
    other.close()
    cache.close()
    assert opened(tmp_path).get([KEY]) == {KEY: b"value"}


def test_the_usual_place() -> None:
    assert default_cache_directory({"HOME": "/h"}) == Path("/h/.cache/scangate")
    assert default_cache_directory({"HOME": "/h", "XDG_CACHE_HOME": "/x"}) == Path("/x/scangate")
    assert default_cache_directory({"HOME": "/h", "XDG_CACHE_HOME": "relative"}) == Path("/h/.cache/scangate")
    assert default_cache_directory({"HOME": "/h", "SCANGATE_CACHE": "/c"}) == Path("/c")


def test_without_a_home_directory_there_is_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "expanduser", fail)
    for environ in ({}, {"HOME": ""}):
        with pytest.raises(ScangateError) as failed:
            default_cache_directory(environ)
        assert failed.value.hint == "--cache-dir DIR"


WRITER = """
import sys
from pathlib import Path
from scangate.scan.cache_store import CacheStore
cache = CacheStore(Path(sys.argv[1]), None, limit=3_000_000)
print("ready", flush=True)
for number in range(10_000):
    cache.put({number.to_bytes(32, "big"): number.to_bytes(4, "big") * 2000, b"last" * 8: number.to_bytes(8, "big")})
"""


def _kill_while_writing(folder: Path, times: int) -> None:
    chance = random.Random(7)
    for _ in range(times):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder / "cache")], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(chance.random() * 0.3)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        cache = CacheStore(folder / "cache", None, limit=3_000_000)
        assert cache.notes == []
        found = cache.get([number.to_bytes(32, "big") for number in range(10_000)])
        assert all(value == key[-4:] * 2000 for key, value in found.items())
        last = cache.get([b"last" * 8])[b"last" * 8]
        assert int.to_bytes(int.from_bytes(last, "big"), 32, "big") in found, "a transaction is there by half"
        cache.close()


@pytest.mark.integration
def test_a_kill_at_any_moment_leaves_what_was_put(tmp_path: Path) -> None:
    _kill_while_writing(tmp_path, 4)


@pytest.mark.integration
@pytest.mark.nightly
def test_fifty_kills_at_any_moment_leave_what_was_put(tmp_path: Path) -> None:
    _kill_while_writing(tmp_path, 50)


@pytest.mark.integration
def test_several_processes_make_and_fill_one_cache_at_once(tmp_path: Path) -> None:
    script = WRITER.replace("10_000", "30").replace("number.to_bytes(32", "(number + int(sys.argv[2])).to_bytes(32")
    argv = [[sys.executable, "-c", script, str(tmp_path / "cache"), str(start)] for start in range(0, 300, 50)]
    writers = [subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for line in argv]
    reported = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 6, reported
    cache = opened(tmp_path)
    assert len(cache.get([(number + start).to_bytes(32, "big") for start in range(0, 300, 50) for number in range(30)])) == 180
    assert cache.notes == []
