"""Reads and writes the local advisory store, one SQLite file for all ecosystems; rejects files that scangate did not write."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import stat
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import msgspec
from packaging.version import InvalidVersion

from scangate.advisories.advisory import Advisory, find_advisories, find_upgrade
from scangate.advisories.ecosystems import BY_NAME, ECOSYSTEMS, PYPI, Ecosystem
from scangate.advisories.osv import AdvisoryRecord
from scangate.advisories.versions.ordered import AnyVersion
from scangate.errors import ScangateError

SOURCE = "store"
APPLICATION_ID = 0x53636164  # "Scad", which marks the SQLite file as ours
SCHEMA_VERSION = 2  # increased whenever the tables or the encoding of a record change
TABLES = (
    "CREATE TABLE facts (ecosystem TEXT NOT NULL PRIMARY KEY, content BLOB NOT NULL)",
    "CREATE TABLE packages (ecosystem TEXT NOT NULL, name TEXT NOT NULL, records BLOB NOT NULL, PRIMARY KEY (ecosystem, name))",
)
MAX_BYTES = 1 << 30
MAX_CACHED_RELEASES = 4096  # while the store is open
IMPORT_HINT = "rebuild it: scangate advisories update, or scangate advisories import FILE.zip"

NAMES = "SELECT name FROM packages WHERE ecosystem = ?"
RECORDS = "SELECT records FROM packages WHERE ecosystem = ? AND name = ?"
ROWS = "SELECT name, records FROM packages WHERE ecosystem = ? ORDER BY name"

Row = tuple[str, bytes]
"""The normalized name of a package, and its encoded records."""


class StoreMissingError(ScangateError):
    """There is no store at the path, or it has no records of the ecosystem."""


class StoreInfo(msgspec.Struct, frozen=True):
    """Facts about what a store has of one ecosystem.

    ``records`` and ``packages`` are counts; ``newest`` is the latest modification of a record, ``imported`` when the store was
    built (UTC, ISO 8601); ``digest`` is the SHA-256 of its content, ``source`` where that came from. ``withdrawn``, ``other`` (no
    package of the ecosystem), ``repeated`` and ``broken`` count the records that were not imported, ``skipped`` the invalid
    versions; ``examples`` describes some of the broken records.
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


Contents = Iterable[tuple[Ecosystem, Iterable[Row], StoreInfo]]
"""All that a store has: an ecosystem's rows, and the facts about them."""
_INFO_DECODER = msgspec.json.Decoder(StoreInfo)
_RECORDS_DECODER = msgspec.json.Decoder(tuple[AdvisoryRecord, ...])


class Store:
    """The records of one ecosystem in an open store; a context manager, safe for several threads.

    An update replaces the file and does not disturb a store that is already open.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, facts: StoreInfo, ecosystem: Ecosystem) -> None:
        self.path = path
        self.ecosystem = ecosystem
        self._connection = connection
        self._facts = facts
        self._lock = threading.Lock()
        # called for every finding and every query of the endpoint: some packages have hundreds of records
        self._advisories = lru_cache(MAX_CACHED_RELEASES)(
            lambda name, version: find_advisories(self.query(name), self._parse_version(version), SOURCE)
        )
        self._upgrade = lru_cache(MAX_CACHED_RELEASES)(
            lambda name, version: find_upgrade(self.query(name), self._parse_version(version))
        )

    @classmethod
    def open(cls, path: Path, ecosystem: Ecosystem = PYPI) -> Store:
        """Opens the store at ``path`` for an ecosystem.

        Raises StoreMissingError if there is none or it has no records of the ecosystem, ScangateError if it cannot be trusted.
        """
        size = _check_file(path)
        try:
            connection = _connect(path)
        except (sqlite3.Error, OSError) as error:
            raise _rejected(path, "it cannot be opened") from error
        try:
            facts = _check_content(path, connection, ecosystem)
        except (sqlite3.Error, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError) as error:
            connection.close()
            raise _rejected(path, "it is damaged, or not an advisory store") from error
        except ScangateError:
            connection.close()
            raise
        return cls(path, connection, msgspec.structs.replace(facts, bytes=size), ecosystem)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def info(self) -> StoreInfo:
        """Facts about the records of the ecosystem."""
        return self._facts

    def rows(self) -> Iterator[Row]:
        """The row of each package, by name."""
        return _select_rows(self._connection, self.ecosystem)

    def _parse_version(self, text: str) -> AnyVersion:
        version = self.ecosystem.parse_version(text)
        if version is None:
            raise InvalidVersion(f"invalid version: {text[:100]!r}")
        return version

    def package_names(self) -> frozenset[str]:
        """The normalized names of all packages with records."""
        with self._lock:
            return frozenset(name for (name,) in self._connection.execute(NAMES, (self.ecosystem.name,)))

    def query(self, name: str) -> tuple[AdvisoryRecord, ...]:
        """The records of a package; the name is normalized. Raises ScangateError if the file has changed since it was opened."""
        try:
            with self._lock:
                row = self._connection.execute(RECORDS, (self.ecosystem.name, self._normalize(name))).fetchone()
            return () if row is None else _RECORDS_DECODER.decode(row[0])
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise _rejected(self.path, "it changed while it was read") from error

    def find_advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The advisories that affect a release. Raises ValueError (InvalidVersion) for an invalid version."""
        return self._advisories(self._normalize(name), version)

    def find_upgrade(self, name: str, version: str) -> str:
        """The nearest later release that no advisory affects, or empty. Raises ValueError for an invalid version."""
        return self._upgrade(self._normalize(name), version)

    def _normalize(self, name: str) -> str:
        try:
            return self.ecosystem.normalize(name)
        except ValueError:  # no name: there is no record of it
            return ""


def _check_file(path: Path) -> int:
    """The size of the file. Raises ScangateError if another user could have written it."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise StoreMissingError(f"there is no advisory store at {path}", "scangate advisories update") from error
    except OSError as error:
        raise ScangateError(f"the advisory store {path} cannot be read: {error.strerror}", f"ls -l {path}") from error
    if not stat.S_ISREG(status.st_mode):
        raise _rejected(path, "it is not a regular file")
    if status.st_uid not in {os.geteuid(), 0}:
        raise _rejected(path, "it belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        hint = f"if its content is yours: chmod 600 {path}"
        raise ScangateError(f"the advisory store {path} is not used: other users can write to it", hint)
    if status.st_size > MAX_BYTES:
        raise _rejected(path, "it is too large")
    return status.st_size


def _check_content(path: Path, connection: sqlite3.Connection, ecosystem: Ecosystem) -> StoreInfo:
    """The facts about an ecosystem. Raises ScangateError if structure or content of the store is not as written."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    application, schema = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if application != APPLICATION_ID:
        raise _rejected(path, "it is not an advisory store")
    if schema != SCHEMA_VERSION:
        raise _rejected(path, f"it has format {schema}, this version of scangate reads format {SCHEMA_VERSION}")
    tables = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    if tables != [(table,) for table in TABLES]:
        raise _rejected(path, "it has other tables")
    names = {name for (name,) in connection.execute("SELECT ecosystem FROM facts")}
    if not names or not names.issubset(BY_NAME):
        raise _rejected(path, "its content has changed")
    if ecosystem.name not in names:
        message = f"the advisory store {path} has no advisories for {ecosystem.name}"
        raise StoreMissingError(message, ecosystem.update_command)
    (content,) = connection.execute("SELECT content FROM facts WHERE ecosystem = ?", (ecosystem.name,)).fetchone()
    facts = _INFO_DECODER.decode(content)
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok" or digest_rows(_select_rows(connection, ecosystem)) != facts.digest:
        raise _rejected(path, "its content has changed")
    return facts


def _select_rows(connection: sqlite3.Connection, ecosystem: Ecosystem) -> Iterator[Row]:
    """The rows of an ecosystem: a cursor, since a generator that is left open fails once the connection is closed."""
    return connection.execute(ROWS, (ecosystem.name,))


def list_ecosystems(path: Path) -> tuple[str, ...]:
    """The names of the ecosystems that the store at ``path`` claims to have; its content is checked when it is opened.

    All ecosystems if the file cannot be read, so that the scan says why.
    """
    try:
        with contextlib.closing(_connect(path)) as connection:
            names = {str(name) for (name,) in connection.execute("SELECT ecosystem FROM facts")}
    except (sqlite3.Error, OSError):
        names = set(BY_NAME)
    return tuple(sorted(names & BY_NAME.keys()))


def _connect(path: Path) -> sqlite3.Connection:
    """A connection for reading; it takes no lock, and ignores a journal file next to the store."""
    return sqlite3.connect(f"file:{quote(os.fsencode(path.resolve()))}?immutable=1", uri=True, check_same_thread=False)


@contextlib.contextmanager
def open_all(path: Path) -> Iterator[tuple[Store, ...]]:
    """What the store at ``path`` has, by ecosystem. Raises ScangateError as `Store.open` does."""
    with contextlib.ExitStack() as stack:
        found = []
        for ecosystem in ECOSYSTEMS:
            try:
                found.append(stack.enter_context(Store.open(path, ecosystem)))
            except StoreMissingError:
                if not path.exists():
                    raise
        yield tuple(found)


def digest_rows(rows: Iterable[tuple[str, bytes]]) -> str:
    """The SHA-256 (hex) of names and records, in order."""
    sha = hashlib.sha256()
    for name, records in rows:
        sha.update(b"%d %d\n" % (len(name), len(records)))
        sha.update(name.encode())
        sha.update(records)
    return sha.hexdigest()


def write_store(path: Path, contents: Contents) -> None:
    """Writes a new store to ``path``, which must not exist, and syncs it. Raises OSError or sqlite3.Error."""
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
        for ecosystem, rows, info in contents:
            connection.execute("INSERT INTO facts VALUES (?, ?)", (ecosystem.name, msgspec.json.encode(info)))
            packages = ((ecosystem.name, name, records) for name, records in rows)
            connection.executemany("INSERT INTO packages VALUES (?, ?, ?)", packages)
        connection.execute("COMMIT")
    finally:
        connection.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _rejected(path: Path, reason: str) -> ScangateError:
    return ScangateError(f"the advisory store {path} is not used: {reason}", IMPORT_HINT)
