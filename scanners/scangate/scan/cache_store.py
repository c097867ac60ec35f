"""A key-value store in one SQLite file that only its owner may write.

A value is used only if its MAC is valid: under SCANGATE_CACHE_KEY if that is set, else under an empty key, which only detects
damage. Problems of the cache are reported in ``notes`` and never fail the run: without it everything is scanned.

Each kind of value has a module, which also makes its keys:

| value | module |
|---|---|
| what a file is: digest and content types | `content_cache` |
| what one scanner reported about one file | `result_cache` |
| the results of a whole scan | `whole_scan_cache` |
| what one scanner reported in a shard, not redacted | `shard_cache` |
| what is known of texts that no scanner reported | `text_redactor` |
| what a scanner itself saves, such as answers of a service | `saved_values` |
| the verdict of the last scan of a tree | `app.last_verdict` |
"""

from __future__ import annotations

import contextlib
import hmac
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from scangate.errors import ScangateError
from scangate.scan.mac_key import derive_mac_key
from scangate.user_folders import user_cache_directory

DATABASE_FILE = "answers.sqlite"
SET_ASIDE_FILE = "answers.sqlite.set-aside"
SIDECAR_SUFFIXES = ("-wal", "-shm", "-journal")
DEFAULT_SIZE_LIMIT = 512 * 1024 * 1024  # bytes
FILL_RATIO = 0.8  # of the limit is kept when old rows are evicted
APPLICATION_ID = 0x5347_4341  # "SGCA", in the file header
SCHEMA = 1
TABLE = "CREATE TABLE rows (key BLOB PRIMARY KEY, value BLOB NOT NULL, mac BLOB NOT NULL, used INTEGER NOT NULL)"
MAX_SQL_VARIABLES = 500  # some builds of SQLite allow no more than 999
BUSY_SECONDS = 10.0  # to wait for another process
HOUR_SECONDS = 3600
GROUP_OR_OTHERS_WRITABLE = stat.S_IWGRP | stat.S_IWOTH
OTHER_DIRECTORY_HINT = "choose another directory: --cache-dir DIR or SCANGATE_CACHE=DIR, or disable the cache: --no-cache"


class CacheStats(msgspec.Struct, frozen=True):
    """The number of values, the bytes of the file, and its size limit."""

    rows: int
    size: int
    limit: int


def default_cache_directory(environ: Mapping[str, str]) -> Path:
    """``SCANGATE_CACHE``, else a folder in the user's cache directory. Raises ScangateError if there is no home directory."""
    named = environ.get("SCANGATE_CACHE")
    return Path(named) if named else user_cache_directory(environ, "--cache-dir DIR")


class CacheStore:
    """The values in one folder. Several processes may use it at once, and one that is killed leaves it intact."""

    def __init__(
        self, folder: Path, tree: Path | None, *, secret: str = "", now: float = 0.0, limit: int = DEFAULT_SIZE_LIMIT
    ) -> None:
        """Opens the cache in ``folder``, created if missing. ``tree``: the scanned one, in which no cache is trusted; ``secret``:
        for the rows' MACs; ``now``: seconds since 1970. Raises ScangateError if it cannot be used."""
        self._key = derive_mac_key(secret)
        self._key_id = hmac.digest(self._key, b"mark", "sha256")[:8]
        self._folder = folder = Path(os.path.abspath(folder))  # noqa: PTH100 -- links stay, to be seen
        self._hour = int(now // HOUR_SECONDS)
        self._limit = limit
        self._written: dict[bytes, bytes] = {}  # the MAC of each row that this process wrote
        self.used_unsigned = False
        """Whether `get` returned a value that has no signature and that this process did not write."""
        if tree is not None and (folder.resolve().is_relative_to(tree) or folder.is_relative_to(tree)):
            reason = "is in the scanned tree: its contents may be attacker-controlled"
            raise ScangateError(f"the cache {folder} {reason}", OTHER_DIRECTORY_HINT)
        self._connection: sqlite3.Connection | None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_ownership(folder.lstat(), folder, stat.S_ISDIR)
            self._connection, self.notes = _connect(folder)
        except (OSError, sqlite3.Error) as error:
            raise ScangateError(f"the cache {folder} cannot be used: {_error_text(error)}", OTHER_DIRECTORY_HINT) from error

    def get(self, keys: Iterable[bytes], *, for_results: bool = True) -> dict[bytes, bytes]:
        """The values of ``keys`` that are stored and have a valid MAC. ``for_results``: whether results depend on them."""
        found: dict[bytes, bytes] = {}
        rows = {self._row_key(key): key for key in keys}
        wanted, old = list(rows), list[bytes]()
        with self._usable_connection() as connection:
            for start in range(0, len(rows), MAX_SQL_VARIABLES):
                some = wanted[start : start + MAX_SQL_VARIABLES]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, value, mac, used FROM rows WHERE key IN ({marks})"  # noqa: S608 -- question marks alone
                for row, value, mac, used in connection.execute(query, some):
                    if {type(row), type(value), type(mac)} == {bytes} and hmac.compare_digest(mac, self._mac(row, value)):
                        found[rows[row]] = value
                        self.used_unsigned |= for_results and not self._key and self._written.get(row) != mac
                        old += [row] if used != self._hour else []
        if old:
            with self._usable_connection() as connection, _transaction(connection):
                connection.executemany("UPDATE rows SET used = ? WHERE key = ?", [(self._hour, row) for row in old])
        return found

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Stores ``values``, all or none; evicts the least recently used ones above the size limit."""
        if not values:
            return
        rows = [(self._row_key(key), value) for key, value in values.items()]
        signed = [(row, value, self._mac(row, value), self._hour) for row, value in rows]
        self._written |= {row: mac for row, _, mac, _ in signed}
        with self._usable_connection() as connection:
            with _transaction(connection):
                connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", signed)
            if self._size(connection) > self._limit:
                self._evict(connection)

    def stats(self) -> CacheStats:
        """The size of the cache."""
        rows = size = 0
        with self._usable_connection() as connection:
            ((rows,),) = connection.execute("SELECT count(*) FROM rows")
            size = self._size(connection)
        return CacheStats(rows, size, self._limit)

    def clear(self) -> int:
        """Removes and overwrites all values; their number. Raises ScangateError if something may be left."""
        rows, notes = self.stats().rows, len(self.notes)
        with self._usable_connection() as connection:
            with _transaction(connection):
                connection.execute("DELETE FROM rows")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (self._folder / SET_ASIDE_FILE).unlink(missing_ok=True)
        if len(self.notes) > notes:
            raise ScangateError(f"the cache {self._folder} was not cleared: {self.notes.pop()}", f"rm -r {self._folder}")
        return rows

    def close(self) -> None:
        """Closes the file."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _row_key(self, key: bytes) -> bytes:
        """Rows under different secrets have different keys."""
        return self._key_id + key

    def _mac(self, row: bytes, value: bytes) -> bytes:
        return hmac.digest(self._key, len(row).to_bytes(8, "big") + row + value, "sha256")

    @staticmethod
    def _size(connection: sqlite3.Connection) -> int:
        pragmas = "pragma_page_count, pragma_freelist_count, pragma_page_size"
        ((size,),) = connection.execute(f"SELECT (page_count - freelist_count) * page_size FROM {pragmas}")  # noqa: S608
        return int(size)

    def _evict(self, connection: sqlite3.Connection) -> None:
        """Deletes the least recently used rows."""
        sums = "SELECT rowid AS id, sum(length(value) + 200) OVER (ORDER BY used DESC, rowid DESC) AS total FROM rows"
        with _transaction(connection):
            query = f"DELETE FROM rows WHERE rowid IN (SELECT id FROM ({sums}) WHERE total > ?)"  # noqa: S608
            connection.execute(query, (FILL_RATIO * self._limit,))
        connection.execute("PRAGMA incremental_vacuum").fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextlib.contextmanager
    def _usable_connection(self) -> Iterator[sqlite3.Connection]:
        """The connection, closed after an error; once closed, an empty in-memory database in its place."""
        if self._connection is None:
            with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as nothing:
                nothing.execute(TABLE)
                yield nothing
            return
        try:
            yield self._connection
        except sqlite3.OperationalError as error:  # busy, or a full disk: the file itself is intact
            self.notes.append(f"the cache is disabled for the rest of this run: {_error_text(error)}")
            self.close()
        except sqlite3.Error as error:
            self.close()
            self.notes.append(_set_aside(self._folder, _error_text(error)))


def _connect(folder: Path) -> tuple[sqlite3.Connection, list[str]]:
    """A connection to the file in ``folder``, and notes; a file that is not ours is set aside."""
    file = folder / DATABASE_FILE
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
    _check_ownership(file.lstat(), file, stat.S_ISREG)
    try:
        return _open_database(file), []
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        note = _set_aside(folder, _error_text(error))
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
        return _open_database(file), [note]


def _open_database(file: Path) -> sqlite3.Connection:
    """Raises sqlite3.DatabaseError for a file with anything but our table."""
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "secure_delete = ON", "auto_vacuum = INCREMENTAL"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if not _has_our_schema(connection):
            _execute_with_retry(connection, "PRAGMA journal_mode = WAL")
            with _transaction(connection):
                if not _has_our_schema(connection):
                    connection.execute(TABLE)
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _has_our_schema(connection: sqlite3.Connection) -> bool:
    """True for exactly our table, False for an empty database. Raises DatabaseError for anything else."""
    query = "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
    (ids,) = connection.execute(query)
    tables = [text for (text,) in connection.execute("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")]
    if (ids, tables) == ((APPLICATION_ID, SCHEMA), [TABLE]):
        return True
    if (ids, tables) == ((0, 0), []):
        return False
    raise sqlite3.DatabaseError("it is not a cache of this version of scangate")


def _execute_with_retry(connection: sqlite3.Connection, statement: str) -> None:
    """SQLite itself does not wait if two processes create one file at the same time."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(statement).fetchall()
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # commits or rolls back
        yield


def _set_aside(folder: Path, reason: str) -> str:
    """Renames the file, replacing an earlier one that was set aside; the note for the user."""
    with contextlib.suppress(OSError):
        (folder / DATABASE_FILE).replace(folder / SET_ASIDE_FILE)
    for end in SIDECAR_SUFFIXES:
        with contextlib.suppress(OSError):
            (folder / f"{DATABASE_FILE}{end}").unlink(missing_ok=True)
    return f"the cache {folder / DATABASE_FILE} was set aside as {SET_ASIDE_FILE} and is not used: {reason}"


def _check_ownership(found: os.stat_result, path: Path, is_right: Callable[[int], bool]) -> None:
    """Raises ScangateError for a link, another user's file, and anything that others may write."""
    if not is_right(found.st_mode):
        raise ScangateError(f"the cache is not used: {path} is a symbolic link or has the wrong type", OTHER_DIRECTORY_HINT)
    if found.st_uid != os.geteuid():
        raise ScangateError(f"the cache is not used: {path} belongs to another user", OTHER_DIRECTORY_HINT)
    if found.st_mode & GROUP_OR_OTHERS_WRITABLE:
        raise ScangateError(f"the cache is not used: others may write to {path}", f"chmod go-w {path}")


def _error_text(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
