"""Builds the advisory store from OSV's export or a folder of OSV records, completely or not at all; everything is bounded.

An import replaces the records of one ecosystem, and keeps those of the others.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import struct
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from scangate.advisories.ecosystems import PYPI, Ecosystem
from scangate.advisories.osv import MAX_ALIASES, AdvisoryRecord, InvalidRecordError, one_line, parse_record
from scangate.advisories.store import Store, StoreInfo, digest_rows, open_all, write_store
from scangate.errors import ScangateError
from scangate.files import FileTooLargeError, NotRegularFileError, read_regular_file

MAX_ENTRIES = 500_000
MAX_BYTES = 4 << 30  # of all records, unpacked
MAX_ENTRY_BYTES = 8 << 20
MAX_RATIO = 200  # unpacked to packed, of an entry above SMALL_BYTES
SMALL_BYTES = 1 << 16
MAX_DEPTH = 64  # folders
MAX_DIRECTORY_BYTES = 64 * MAX_ENTRIES
MAX_INVALID_SHARE = 100  # at most one in this many
MAX_EXAMPLES = 5
EXPORT_HINT = f"use OSV's export: {PYPI.export_url}"
REFETCH_HINT = "download the file again and compare its checksum"

Progress = Callable[[str, int, int], None]
"""Called with a unit (``bytes`` fetched, ``records`` read), the number done and the total (0: unknown)."""
Entry = tuple[str, bytes]


def import_osv(  # noqa: PLR0913 -- what to read, where to, and what to record
    source: Path, target: Path, progress: Progress, *, imported: str, origin: str = "", ecosystem: Ecosystem = PYPI
) -> StoreInfo:
    """Puts the records of ``ecosystem`` in a zip archive or a folder into the store ``target``, and returns the facts about them.

    ``imported`` is the time to record (UTC, ISO 8601), ``origin`` the name to record instead of ``source``. The previous store is
    replaced only when all records are read and checked. Raises ScangateError.
    """
    with lock_store(target):
        records = _ImportedRecords(ecosystem)
        for name, content in _entries(source, progress):
            records.add(name, content)
        return _replace_store(target, records, imported, one_line(origin or str(source), 500))


class _ImportedRecords:
    """The records read so far, the newest version of each, and counts of those not imported."""

    def __init__(self, ecosystem: Ecosystem) -> None:
        self.ecosystem = ecosystem
        self.newest: dict[str, tuple[str, dict[str, AdvisoryRecord]]] = {}
        self.counts: Counter[str] = Counter()
        self.examples: list[str] = []
        self.modified = ""

    def add(self, name: str, content: bytes) -> None:
        """Adds one entry."""
        self.counts["entries"] += 1
        try:
            record = parse_record(content, self.ecosystem)
        except InvalidRecordError as error:
            self.counts["broken"] += 1
            if len(self.examples) < MAX_EXAMPLES:
                self.examples.append(one_line(f"{name}: {error}", 300))
            return
        self.modified = max(self.modified, record.modified)
        self.counts["skipped"] += record.skipped
        self.counts["withdrawn"] += record.withdrawn
        self.counts["other"] += not record.withdrawn and not record.records
        before = self.newest.get(record.id)
        self.counts["repeated"] += before is not None
        if before is None or before[0] <= record.modified:
            self.newest[record.id] = (record.modified, record.records)

    def rows(self) -> list[tuple[str, bytes]]:
        """One row for each package, sorted, with its records sorted."""
        by_alias = self._records_by_alias()
        packages: defaultdict[str, list[AdvisoryRecord]] = defaultdict(list)
        for _, (_, records) in sorted(self.newest.items()):
            for package, record in records.items():
                names = {record.id, *record.aliases}
                elsewhere = sorted({other for name in names for other in by_alias[name]} - names)[:MAX_ALIASES]
                packages[package].append(msgspec.structs.replace(record, related=tuple(elsewhere)) if elsewhere else record)
        return [(package, msgspec.json.encode(records)) for package, records in sorted(packages.items())]

    def _records_by_alias(self) -> dict[str, set[str]]:
        """The records with each identifier."""
        by_alias: defaultdict[str, set[str]] = defaultdict(set)
        for name, (_, records) in self.newest.items():
            for record in records.values():
                for alias in (name, *record.aliases):
                    by_alias[alias].add(name)
        return by_alias

    def validate(self) -> None:
        """Raises ScangateError if there are too many invalid records, or none of a package of the ecosystem."""
        if self.counts["broken"] * MAX_INVALID_SHARE > self.counts["entries"]:
            message = f"{self.counts['broken']} of {self.counts['entries']} records are invalid, so none is imported"
            raise ScangateError(f"{message}; the first is {self.examples[0]}", REFETCH_HINT)
        if not any(records for _, records in self.newest.values()):
            hint = f"use OSV's export: {self.ecosystem.export_url}, or name its ecosystem: --ecosystem NAME"
            raise ScangateError(f"no record of a {self.ecosystem.name} package found", hint)


def _replace_store(target: Path, imported_records: _ImportedRecords, imported: str, source: str) -> StoreInfo:
    imported_records.validate()
    rows = imported_records.rows()
    facts = StoreInfo(
        records=sum(bool(records) for _, records in imported_records.newest.values()),
        packages=len(rows),
        newest=imported_records.modified,
        imported=imported,
        digest=digest_rows(rows),
        source=source,
        examples=tuple(imported_records.examples),
        **{name: imported_records.counts[name] for name in ("withdrawn", "other", "repeated", "broken", "skipped")},
    )
    new_file = target.with_name(f"{target.name}.new")
    try:
        new_file.unlink(missing_ok=True)
        with contextlib.ExitStack() as stack:
            kept = [
                (store.ecosystem, store.rows(), store.info())
                for store in _open_previous(target, stack)
                if store.ecosystem is not imported_records.ecosystem
            ]
            write_store(new_file, [*kept, (imported_records.ecosystem, rows, facts)])
        with Store.open(new_file, imported_records.ecosystem) as store:
            facts = store.info()
        new_file.replace(target)
        _sync_folder(target.parent)
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ScangateError(f"the advisory store {target} cannot be written: {why}", "choose another file: --store FILE") from error
    finally:
        with contextlib.suppress(OSError):
            new_file.unlink(missing_ok=True)
    return facts


def _open_previous(target: Path, stack: contextlib.ExitStack) -> tuple[Store, ...]:
    """What the store that is replaced has; nothing if there is none, or of a file that cannot be trusted."""
    try:
        return stack.enter_context(open_all(target))
    except ScangateError:
        return ()


def _sync_folder(folder: Path) -> None:
    """Syncs the folder, so that the rename survives a crash."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def lock_store(target: Path) -> Iterator[None]:
    """Locks the store ``target`` against other builds; creates its folder, private to the owner. Raises ScangateError."""
    lock = target.with_name(f"{target.name}.lock")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        message = f"the advisory store {target} cannot be written: {error.strerror}"
        raise ScangateError(message, "choose another file: --store FILE") from error
    try:
        _lock_file(handle, target)
        yield
    finally:
        os.close(handle)


def _lock_file(handle: int, target: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ScangateError(f"the advisory store {target} is being built by another process", "try again later") from error
    except OSError as error:
        message = f"the advisory store {target} cannot be locked: {error.strerror}"
        raise ScangateError(message, "choose a file on a local disk: --store FILE") from error


def _entries(source: Path, progress: Progress) -> Iterator[Entry]:
    try:
        yield from _folder_entries(source, progress) if source.is_dir() else _archive_entries(source, progress)
    except OSError as error:
        raise ScangateError(f"cannot read {source}: {error.strerror or type(error).__name__}", f"ls -l {source}") from error


def _archive_entries(source: Path, progress: Progress) -> Iterator[Entry]:
    """The records in a zip archive; other entries, such as nested archives, are ignored."""
    try:
        _check_directory_size(source)
        with zipfile.ZipFile(source) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith(".json") and not entry.is_dir()]
            _check_limits(len(archive.infolist()), sum(entry.file_size for entry in entries))
            for number, entry in enumerate(entries):
                progress("records", number, len(entries))
                yield PurePosixPath(entry.filename).name, _unpack(archive, entry)
            progress("records", len(entries), len(entries))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        LookupError,
        ValueError,
        struct.error,
    ) as error:
        message = f"{source} is not a zip archive, or is damaged: {one_line(str(error), 200)}"
        raise ScangateError(message, REFETCH_HINT) from error


def _check_directory_size(source: Path) -> None:
    """Raises ScangateError if the central directory is too large: zipfile reads all of it before it can be checked.

    See 4.3.14 to 4.3.16 of https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT; reads the fields that zipfile reads.
    """
    with source.open("rb") as file:
        file.seek(-min(1 << 17, file.seek(0, os.SEEK_END)), os.SEEK_END)
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0:
        return
    (size,) = struct.unpack_from("<L", tail, end + 12)
    if tail[:end][-20:].startswith(b"PK\x06\x07") and tail[:end][-76:].startswith(b"PK\x06\x06"):
        (size,) = struct.unpack_from("<Q", tail, end - 76 + 40)
    if size > MAX_DIRECTORY_BYTES:
        raise _rejected(f"it has more than {MAX_ENTRIES:,} entries")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry; zipfile checks the CRC."""
    if entry.file_size > MAX_ENTRY_BYTES or entry.file_size > max(SMALL_BYTES, entry.compress_size * MAX_RATIO):
        raise _rejected("a record is too large")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile("unsupported compression method")
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile("an entry has the wrong length")
    return content


def _folder_entries(source: Path, progress: Progress) -> Iterator[Entry]:
    files = sorted(_list_files(source, MAX_DEPTH))
    _check_limits(len(files), 0)
    taken = 0
    for number, file in enumerate(files):
        progress("records", number, len(files))
        content = _read_file(file)
        taken += len(content)
        _check_limits(0, taken)
        yield file.name, content
    progress("records", len(files), len(files))


def _list_files(folder: Path, depth: int) -> Iterator[Path]:
    """The records in a folder, without following links."""
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            _check_limits(number, 0)
            if entry.is_dir(follow_symlinks=False) and depth:
                yield from _list_files(Path(entry.path), depth - 1)
            elif entry.is_file(follow_symlinks=False) and entry.name.endswith(".json"):
                yield Path(entry.path)


def _read_file(file: Path) -> bytes:
    try:
        return read_regular_file(file, MAX_ENTRY_BYTES)
    except FileTooLargeError:
        raise _rejected("a record is too large") from None
    except NotRegularFileError:
        raise _rejected(f"{file.name} is not a regular file") from None


def _check_limits(entries: int, size: int) -> None:
    if entries > MAX_ENTRIES:
        raise _rejected(f"it has more than {MAX_ENTRIES:,} entries")
    if size > MAX_BYTES:
        raise _rejected(f"its records are more than {MAX_BYTES >> 30} GiB")


def _rejected(why: str) -> ScangateError:
    return ScangateError(f"not an export of advisories: {why}", EXPORT_HINT)
