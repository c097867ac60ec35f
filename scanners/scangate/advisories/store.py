"""Answers from the local advisory store, one SQLite file; believes no file that is not wholly ours, and never changes one."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from scangate.advisories.advisory import Advisory, find_advisories, find_upgrade
from scangate.advisories.osv import AdvisoryRecord
from scangate.errors import ScangateError

__all__ = ["IMPORT_HINT", "Store", "StoreInfo", "digest_rows", "write_store"]

SOURCE = "store"
APPLICATION_ID = 0x53636164  # "Scad", by which our file is told from other SQLite files
SCHEMA_VERSION = 1  # raised whenever the tables or the form of a record change
TABLES = (
    "CREATE TABLE facts (content BLOB NOT NULL)",
    "CREATE TABLE packages (name TEXT NOT NULL PRIMARY KEY, records BLOB NOT NULL)",
)
MAX_BYTES = 1 << 30
MAX_CACHED_RELEASES = 4096  # releases whose answers are remembered while the store is open
IMPORT_HINT = "load it anew: scangate advisories update, or scangate advisories import FILE.zip"

Rows = list[tuple[str, bytes]]


class StoreInfo(msgspec.Struct, frozen=True):
    """What a store is.

    ``records`` and ``packages`` count what it holds; ``newest`` is the newest modification of a record, ``imported`` when it was
    built (UTC, ISO 8601); ``bytes`` its size; ``digest`` is that of its content (sha256), ``source`` where that came from.
    Of what was imported, ``withdrawn``, ``other`` (no PyPI package), ``repeated`` and ``broken`` count the records left out,
    ``skipped`` the versions that PEP 440 cannot read; ``examples`` names some broken ones.
    """

    records: int
    packages: int
    newest: str
    imported: str
    digest: str
    source: str
    bytes: int = 0
    withdrawn: int = 0
    other: int = 0
    repeated: int = 0
    broken: int = 0
    skipped: int = 0
    examples: tuple[str, ...] = ()


_INFO_DECODER = msgspec.json.Decoder(StoreInfo)
_RECORDS_DECODER = msgspec.json.Decoder(tuple[AdvisoryRecord, ...])


class Store:
    """An open store; a context manager, and safe to ask from several threads.

    It stays what it was when it was opened: a new one takes its place under the same name without disturbing it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, facts: StoreInfo) -> None:
        self.path = path
        self._connection = connection
        self._facts = facts
        self._lock = threading.Lock()
        # every finding of a release asks again, and so does the endpoint: some packages have hundreds of records
        self._advisories = lru_cache(MAX_CACHED_RELEASES)(
            lambda name, version: find_advisories(self.query(name), Version(version), SOURCE)
        )
        self._upgrade = lru_cache(MAX_CACHED_RELEASES)(lambda name, version: find_upgrade(self.query(name), Version(version)))

    @classmethod
    def open(cls, path: Path) -> Store:
        """Opens the store at ``path``. Raises ScangateError where there is none, or where it cannot be believed."""
        size = _check_file(path)
        try:
            # immutable: no lock, and no journal that somebody laid beside it
            connection = sqlite3.connect(
                f"file:{quote(os.fsencode(path.resolve()))}?immutable=1", uri=True, check_same_thread=False
            )
        except (sqlite3.Error, OSError) as error:
            raise _rejected(path, "it cannot be opened") from error
        try:
            facts = _check_content(path, connection)
        except (sqlite3.Error, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError) as error:
            connection.close()
            raise _rejected(path, "it is damaged, or no advisory store") from error
        except ScangateError:
            connection.close()
            raise
        return cls(path, connection, msgspec.structs.replace(facts, bytes=size))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def info(self) -> StoreInfo:
        """What this store is."""
        return self._facts

    def has_package(self, name: str) -> bool:
        """Whether there is any record of the package, of whatever version."""
        return bool(self.query(name))

    def package_names(self) -> frozenset[str]:
        """The canonical names of all packages that it has records of."""
        with self._lock:
            return frozenset(name for (name,) in self._connection.execute("SELECT name FROM packages"))

    def query(self, name: str) -> tuple[AdvisoryRecord, ...]:
        """All records of a package, however its name is spelled. Raises ScangateError where the file was changed meanwhile."""
        asked = (canonicalize_name(name),)
        try:
            with self._lock:
                row = self._connection.execute("SELECT records FROM packages WHERE name = ?", asked).fetchone()
            return () if row is None else _RECORDS_DECODER.decode(row[0])
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise _rejected(self.path, "it was damaged while it was read") from error

    def find_advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The faults of a release. Raises ValueError (InvalidVersion) where PEP 440 cannot read ``version``."""
        return self._advisories(str(canonicalize_name(name)), version)

    def find_upgrade(self, name: str, version: str) -> str:
        """The nearest later release that no advisory of the package affects, or empty. Raises ValueError as ``advisories``."""
        return self._upgrade(str(canonicalize_name(name)), version)


def _check_file(path: Path) -> int:
    """The size of a file that nobody but us, and root, can have written."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise ScangateError(f"there is no advisory store at {path}", "scangate advisories update") from error
    except OSError as error:
        raise ScangateError(f"the advisory store {path} cannot be read: {error.strerror}", f"ls -l {path}") from error
    if not stat.S_ISREG(status.st_mode):
        raise _rejected(path, "it is no file")
    if status.st_uid not in {os.geteuid(), 0}:
        raise _rejected(path, "it belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ScangateError(f"the advisory store {path} is not used: others may write to it", f"look at it, then: chmod 600 {path}")
    if status.st_size > MAX_BYTES:
        raise _rejected(path, "it is too large")
    return status.st_size


def _check_content(path: Path, connection: sqlite3.Connection) -> StoreInfo:
    """The facts of a store whose form and content are what they should be."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    application, schema = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if application != APPLICATION_ID:
        raise _rejected(path, "it is no advisory store")
    if schema != SCHEMA_VERSION:
        raise _rejected(path, f"it has form {schema}, and this scangate reads form {SCHEMA_VERSION}")
    tables = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    if tables != [(table,) for table in TABLES]:
        raise _rejected(path, "its tables are not ours")
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    contents = connection.execute("SELECT content FROM facts LIMIT 2").fetchall()
    if len(contents) != 1:
        raise _rejected(path, "its content is not what was written")
    ((content,),) = contents
    facts = _INFO_DECODER.decode(content)
    if answer != "ok" or digest_rows(connection.execute("SELECT name, records FROM packages ORDER BY name")) != facts.digest:
        raise _rejected(path, "its content is not what was written")
    return facts


def digest_rows(rows: Iterable[tuple[str, bytes]]) -> str:
    """The digest of names and records, in their order."""
    sha = hashlib.sha256()
    for name, records in rows:
        sha.update(b"%d %d\n" % (len(name), len(records)))
        sha.update(name.encode())
        sha.update(records)
    return sha.hexdigest()


def write_store(path: Path, rows: Rows, info: StoreInfo) -> None:
    """A new store at ``path``, where nothing may be yet; it is on the disk when this returns. Raises OSError, sqlite3.Error."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("BEGIN")
        for table in TABLES:
            connection.execute(table)
        connection.execute("INSERT INTO facts VALUES (?)", (msgspec.json.encode(info),))
        connection.executemany("INSERT INTO packages VALUES (?, ?)", rows)
        connection.execute("COMMIT")
    finally:
        connection.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _rejected(path: Path, reason: str) -> ScangateError:
    return ScangateError(f"the advisory store {path} is not used: {reason}", IMPORT_HINT)
