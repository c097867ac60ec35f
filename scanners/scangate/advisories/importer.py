"""Builds the advisory store from OSV's export or a folder of OSV records; bounded in every measure, and all or nothing."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import stat
import struct
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from scangate.advisories.osv import MOST_ALIASES, Broken, Record, one_line, read
from scangate.advisories.store import Store, StoreFacts, rows_digest, write
from scangate.errors import ScangateError

__all__ = ["ADDRESS", "Progress", "import_export", "only_one"]

MOST_ENTRIES = 500_000
MOST_BYTES = 4 << 30  # of all records together, unpacked
MOST_ENTRY_BYTES = 8 << 20
MOST_RATIO = 200  # unpacked to packed, of one entry that is more than small
SMALL = 1 << 16
MOST_DEPTH = 64  # folders
MOST_DIRECTORY_BYTES = 64 * MOST_ENTRIES
BROKEN_SHARE = 100  # at most one in so many
EXAMPLES = 5
ADDRESS = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
EXPORT_HINT = f"take OSV's export: {ADDRESS}"
AGAIN_HINT = "fetch the file again and compare its checksum"

Progress = Callable[[str, int, int], None]
"""Told how many are done of how many (0: not known) of what: ``bytes`` that are fetched, ``records`` that are read."""
Entry = tuple[str, bytes]


def import_export(source: Path, target: Path, progress: Progress, *, imported: str, origin: str = "") -> StoreFacts:
    """Builds the store ``target`` anew from a zip archive or a folder, and gives its facts.

    ``imported`` is the time to note (UTC, ISO 8601), ``origin`` the name to note instead of ``source``. Until all is read and
    checked the store that was there stays. Raises ScangateError.
    """
    with only_one(target):
        gathered = _Gathered()
        for name, content in _entries(source, progress):
            gathered.take(name, content)
        return _swap(target, gathered, imported, one_line(origin or str(source), 500))


class _Gathered:
    """What was read so far: the newest form of every record, and a count of all that was left out."""

    def __init__(self) -> None:
        self.newest: dict[str, tuple[str, dict[str, Record]]] = {}
        self.counts: Counter[str] = Counter()
        self.examples: list[str] = []
        self.modified = ""

    def take(self, name: str, content: bytes) -> None:
        """Takes one entry in."""
        self.counts["entries"] += 1
        try:
            reading = read(content)
        except Broken as fault:
            self.counts["broken"] += 1
            if len(self.examples) < EXAMPLES:
                self.examples.append(one_line(f"{name}: {fault}", 300))
            return
        self.modified = max(self.modified, reading.modified)
        self.counts["skipped"] += reading.skipped
        self.counts["withdrawn"] += reading.withdrawn
        self.counts["other"] += not reading.withdrawn and not reading.records
        before = self.newest.get(reading.id)
        self.counts["repeated"] += before is not None
        if before is None or before[0] <= reading.modified:
            self.newest[reading.id] = (reading.modified, reading.records)

    def rows(self) -> list[tuple[str, bytes]]:
        """A row a package, in order, with its records in order."""
        sharing = self._sharing()
        packages: defaultdict[str, list[Record]] = defaultdict(list)
        for _, (_, records) in sorted(self.newest.items()):
            for package, record in records.items():
                names = {record.id, *record.aliases}
                elsewhere = sorted({other for name in names for other in sharing[name]} - names)[:MOST_ALIASES]
                packages[package].append(msgspec.structs.replace(record, elsewhere=tuple(elsewhere)) if elsewhere else record)
        return [(package, msgspec.json.encode(records)) for package, records in sorted(packages.items())]

    def _sharing(self) -> dict[str, set[str]]:
        """Each name of a fault, and the records that bear it."""
        sharing: defaultdict[str, set[str]] = defaultdict(set)
        for name, (_, records) in self.newest.items():
            for record in records.values():
                for alias in (name, *record.aliases):
                    sharing[alias].add(name)
        return sharing

    def refuse(self) -> None:
        """Raises ScangateError where this is not what it should be."""
        if self.counts["broken"] * BROKEN_SHARE > self.counts["entries"]:
            told = f"{self.counts['broken']} of {self.counts['entries']} records are broken, so none is taken"
            raise ScangateError(f"{told}; the first is {self.examples[0]}", AGAIN_HINT)
        if not any(records for _, records in self.newest.values()):
            raise ScangateError("there is no record of a PyPI package in it", EXPORT_HINT)


def _swap(target: Path, gathered: _Gathered, imported: str, source: str) -> StoreFacts:
    gathered.refuse()
    rows = gathered.rows()
    counts = gathered.counts
    facts = StoreFacts(
        records=sum(bool(records) for _, records in gathered.newest.values()),
        packages=len(rows),
        newest=gathered.modified,
        imported=imported,
        digest=rows_digest(rows),
        source=source,
        withdrawn=counts["withdrawn"],
        other=counts["other"],
        repeated=counts["repeated"],
        broken=counts["broken"],
        skipped=counts["skipped"],
        examples=tuple(gathered.examples),
    )
    beside = target.with_name(f"{target.name}.new")
    try:
        beside.unlink(missing_ok=True)
        write(beside, rows, facts)
        with Store.open(beside) as store:
            facts = store.facts()
        beside.replace(target)
        _settle(target.parent)
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ScangateError(f"the advisory store {target} cannot be written: {why}", "name another place: --store FILE") from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return facts


def _settle(folder: Path) -> None:
    """The new name is on the disk, too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def only_one(target: Path) -> Iterator[None]:
    """Nobody else builds the store ``target`` meanwhile; makes its folder, for its owner alone. Raises ScangateError."""
    lock = target.with_name(f"{target.name}.lock")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        told = f"the advisory store {target} cannot be written: {error.strerror}"
        raise ScangateError(told, "name another place: --store FILE") from error
    try:
        _lock(handle, target)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, target: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ScangateError(f"the advisory store {target} is being built by another process", "wait, then try again") from error
    except OSError as error:
        told = f"the advisory store {target} cannot be locked: {error.strerror}"
        raise ScangateError(told, "name a place on a local disk: --store FILE") from error


def _entries(source: Path, progress: Progress) -> Iterator[Entry]:
    try:
        yield from _folder_entries(source, progress) if source.is_dir() else _archive_entries(source, progress)
    except OSError as error:
        raise ScangateError(f"cannot read {source}: {error.strerror or type(error).__name__}", f"ls -l {source}") from error


def _archive_entries(source: Path, progress: Progress) -> Iterator[Entry]:
    """The records of a zip archive; whatever else lies in it, another archive for one, is passed over."""
    try:
        _refuse_directory(source)
        with zipfile.ZipFile(source) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith(".json") and not entry.is_dir()]
            _refuse_many(len(archive.infolist()), sum(entry.file_size for entry in entries))
            for number, entry in enumerate(entries):
                progress("records", number, len(entries))
                yield PurePosixPath(entry.filename).name, _unpacked(archive, entry)
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
        told = f"{source} is no zip archive, or a damaged one: {one_line(str(error), 200)}"
        raise ScangateError(told, AGAIN_HINT) from error


def _refuse_directory(source: Path) -> None:
    """Raises ScangateError where the list of entries alone is too large: zipfile takes it in before anything can be asked.

    See 4.3.14 to 4.3.16 of https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT; where zipfile looks, this looks.
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
    if size > MOST_DIRECTORY_BYTES:
        raise _too_much(f"it has more than {MOST_ENTRIES:,} entries")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry, checked against their CRC by zipfile."""
    if entry.file_size > MOST_ENTRY_BYTES or entry.file_size > max(SMALL, entry.compress_size * MOST_RATIO):
        raise _too_much("a record in it is far too large")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile("packed in an unusual way")
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile("an entry has another length than it says")
    return content


def _folder_entries(source: Path, progress: Progress) -> Iterator[Entry]:
    files = sorted(_files(source, MOST_DEPTH))
    _refuse_many(len(files), 0)
    taken = 0
    for number, file in enumerate(files):
        progress("records", number, len(files))
        content = _content(file)
        taken += len(content)
        _refuse_many(0, taken)
        yield file.name, content
    progress("records", len(files), len(files))


def _files(folder: Path, depth: int) -> Iterator[Path]:
    """The records under a folder; no link is followed."""
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            _refuse_many(number, 0)
            if entry.is_dir(follow_symlinks=False) and depth:
                yield from _files(Path(entry.path), depth - 1)
            elif entry.is_file(follow_symlinks=False) and entry.name.endswith(".json"):
                yield Path(entry.path)


def _content(file: Path) -> bytes:
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _too_much(f"{file.name} is no file")
        content = stream.read(MOST_ENTRY_BYTES + 1)
    if len(content) > MOST_ENTRY_BYTES:
        raise _too_much("a record in it is far too large")
    return content


def _refuse_many(entries: int, size: int) -> None:
    if entries > MOST_ENTRIES:
        raise _too_much(f"it has more than {MOST_ENTRIES:,} entries")
    if size > MOST_BYTES:
        raise _too_much(f"its records are more than {MOST_BYTES >> 30} GiB")


def _too_much(why: str) -> ScangateError:
    return ScangateError(f"this is no export of advisories: {why}", EXPORT_HINT)
