"""What a scan knows from earlier ones: the answers of scanners over the same bytes, and the digests of files that did not change.

An answer is kept as reports show it, without a byte of a detected secret; it is used again only where the same secrets stand
around it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from scangate.errors import ScanError
from scangate.model import Component, FileReport, Finding, SkippedPath, Span
from scangate.plugin import SourceFile, read_traits
from scangate.scan.cache import Cache
from scangate.scan.discovery import Listing, Target, take_stat_signature

__all__ = [
    "DEFAULT_SECONDS_PER_BYTE",
    "CachedResult",
    "FileChangedError",
    "ResultCache",
    "UnchangedFile",
    "content_digest",
    "digest_secrets",
    "digest_spans",
    "merge_reports",
    "result_key",
]

DEFAULT_SECONDS_PER_BYTE = 4e-6  # seconds for a byte: what a scanner takes about which nothing is known yet
MIN_BYTES_FOR_RATE = 100_000  # bytes: less says nothing about how long more would take
MAX_CACHED_SCAN_BYTES = 64 * 1024 * 1024  # bytes
FILES_PER_PAGE = 4096  # files about which is remembered in one place what they look like
RACY_SECONDS = 2.0  # seconds: a file that changed so shortly before it was read may change again and look the same
EMPTY_RESULT = b"\0"
RESULT_PACKAGES = ("model", "scan", "tools", "advisories")  # packages of ours that decide what an answer is
BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id"


_StatSignature = tuple[int, ...]


class FileChangedError(Exception):
    """A file is not what it was when its answers were looked up; nothing that was remembered can be used in this run."""


class CachedResult(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One scanner's answer over one file, which had no gap: findings with their identity, redacted.

    ``around`` is the digest of where all scanners saw secrets in this file, ``world`` of where they stood in all files; ``touched``
    tells that a secret of another file was taken out of this answer, which then holds in that world alone.
    """

    findings: tuple[Finding, ...] = ()
    secrets: tuple[Span, ...] = ()
    components: tuple[Component, ...] = ()
    left_out: tuple[SkippedPath, ...] = ()
    file_secrets_digest: bytes = b""
    run_secrets_digest: bytes = b""
    has_foreign_secrets: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it holds whatever stands around it."""
        return not (self.findings or self.secrets or self.components or self.left_out)


class _StatPage(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What some files looked like when they were read, and in the same order the digests of what was read; no name: it may hold a
    secret. ``states`` is what `_packed` makes of them: most pages are the same again, and their bytes tell it."""

    signatures: bytes = b""
    digests: tuple[str, ...] = ()

    def by_inode(self) -> dict[int, tuple[_StatSignature, str]]:
        """State and digest of each file; nothing where that is not what was kept."""
        try:
            states = msgspec.msgpack.decode(self.signatures, type=list[_StatSignature]) if self.signatures else []
            return {state[1]: (state, digest) for state, digest in zip(states, self.digests, strict=True)}
        except (msgspec.MsgspecError, ValueError, IndexError):
            return {}


class UnchangedFile(SourceFile):
    """A file that nobody needs to scan: its bytes are read only where its secrets have to be looked up, and are what they were."""

    def __init__(self, path: str, target: Target, digest: str, listing: Listing, limit: int) -> None:
        super().__init__(path, Path())
        self._target = target
        self._digest = digest
        self._listing = listing
        self._limit = limit

    def read_bytes(self) -> bytes:
        """The bytes of the file; ChangedError where they are others than those that were answered for."""
        try:
            data = self._listing.reader([self._target], self._limit)(self._target)
        except ScanError as fault:
            raise FileChangedError from fault
        if content_digest(data, self._target.blob) != self._digest:
            raise FileChangedError
        return data


def content_digest(data: bytes, blob: str = "") -> str:
    """The digest of the bytes that are read; of bytes from git, the name that git gives them: empty where it is not theirs."""
    if not blob:
        return hashlib.sha256(data).hexdigest()
    name = hashlib.sha256() if len(blob) == 64 else hashlib.sha1(usedforsecurity=False)
    name.update(b"blob %d\0" % len(data) + data)
    return f"git:{blob}" if name.hexdigest() == blob else ""


def digest_spans(spans: Iterable[Span]) -> bytes:
    """Where secrets stand in one file; empty where there is none."""
    found = sorted(set(spans))
    return hashlib.sha256(msgspec.msgpack.encode(found)).digest() if found else b""


def digest_secrets(spans: Mapping[str, Iterable[Span]], digests: Mapping[str, str]) -> bytes:
    """Where secrets stand in all files, and so which they are."""
    told = [(path, digests.get(path, ""), sorted(set(found))) for path, found in sorted(spans.items()) if found]
    return hashlib.sha256(msgspec.msgpack.encode(told)).digest()


class ResultCache:
    """The memory of one run. ``rules``: digests of the rules that are ours, by scanner; ``now``: seconds since 1970."""

    def __init__(self, cache: Cache, rules: Mapping[str, str], now: float) -> None:
        self._cache = cache
        self._rules = rules
        self._now = now
        self._result_decoder = msgspec.msgpack.Decoder(CachedResult)
        self._page_decoder = msgspec.msgpack.Decoder(_StatPage)

    def content_digests(self, listing: Listing, targets: Sequence[Target], limit: int) -> dict[str, str]:
        """The digests of ``targets`` by path. One that cannot be read has none."""
        found = {target.path: f"git:{target.blob}" for target in targets if target.blob}
        pages: defaultdict[int, list[Target]] = defaultdict(list)
        listed = [target for target in targets if not target.blob and target.stat_signature]
        number = -(-len(listed) // FILES_PER_PAGE)
        for target in listed:
            pages[zlib.crc32(target.raw_path) % number].append(target)
        keys = {page: _page_key(listing.root, page, number) for page in pages}
        held = self._cache.get(keys.values())
        fresh: dict[bytes, bytes] = {}
        for place, page in pages.items():
            before = self._decode_stat_page(held.get(keys[place]))
            now = [_stat_signature(target) for target in page]
            if _pack(now) == before.signatures and len(page) == len(before.digests):
                found.update(zip((target.path for target in page), before.digests, strict=True))
                continue
            known = before.by_inode()
            told = [
                (target, *self._signature_and_digest(listing, target, state, known, limit))
                for target, state in zip(page, now, strict=True)
            ]
            found.update((target.path, digest) for target, _, digest in told if digest)
            settled = [(state, digest) for _, state, digest in told if state]
            after = _StatPage(_pack([state for state, _ in settled]), tuple(digest for _, digest in settled))
            if after != before:
                fresh[keys[place]] = msgspec.msgpack.encode(after)
        self._cache.put(fresh)
        return found

    def _signature_and_digest(
        self,
        listing: Listing,
        target: Target,
        signature: _StatSignature,
        known: Mapping[int, tuple[_StatSignature, str]],
        limit: int,
    ) -> tuple[_StatSignature, str]:
        """A file's state and digest, remembered or read; no state where it may yet change and look the same, no digest unread."""
        state, digest = known.get(target.stat_signature[1], ((), ""))
        if state == signature:
            return state, digest
        try:
            digest = content_digest(listing.reader([], limit)(target))
        except ScanError:
            return (), ""
        return (signature if self._is_stable(listing, target) else ()), digest

    def settings_digest(self, scanner: Any, options: Any, version: str, facts: tuple[Any, ...]) -> bytes | None:
        """What an answer of ``scanner`` depends on beside a file's path and bytes; None where nothing of it may be kept."""
        dependencies = read_traits(scanner).cache_key(options, *facts[:2])
        if dependencies is None:
            return None
        told = (
            *(
                scanner.NAME,
                version,
                dependencies,
                list(sys.version_info[:2]),
                _program_digest(),
                _adapter_digest(scanner),
                _installed_digest(),
            ),
            *(self._rules.get(scanner.NAME, ""), msgspec.to_builtins(options), list(facts[2:])),
        )
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).digest()

    def load_results(self, keys: Mapping[str, bytes]) -> dict[str, CachedResult]:
        """The answers that are kept, by path."""
        held = self._cache.get(keys.values())
        found = {}
        for path, key in keys.items():
            value = held.get(key)
            kept = CachedResult() if value == EMPTY_RESULT else self._decode_result(value, path)
            if kept is not None:
                found[path] = kept
        return found

    def load_scan(self, key: bytes) -> bytes:
        """What was kept last in ``place``, empty where there is nothing."""
        return self._cache.get([key]).get(key, b"")

    def save_scan(self, key: bytes, value: bytes) -> None:
        """Keeps ``value`` in ``place``, or nothing where it would leave no room for anything else. What was there goes in any case:
        more may be secret now."""
        value = value if len(value) <= MAX_CACHED_SCAN_BYTES else b""
        if value or self.load_scan(key):
            self._cache.put({key: value})

    @property
    def program_digest(self) -> str:
        """The digest of what decides how answers are told."""
        return _program_digest()

    def save_results(self, results: Mapping[bytes, CachedResult]) -> None:
        """Keeps answers by their keys."""
        encode = msgspec.msgpack.Encoder().encode
        self._cache.put({key: EMPTY_RESULT if kept.is_empty else encode(kept) for key, kept in results.items()})

    def load_encoded(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What `keep_words` was given, as far as it is there."""
        return self._cache.get(keys)

    def save_encoded(self, entries: Mapping[bytes, bytes]) -> None:
        """Keeps answers of which `repeated` alone knows the form."""
        self._cache.put(entries)

    def seconds_per_byte(self, scanner: str) -> float:
        """The seconds that a scanner took for a byte in earlier runs, its start included."""
        value = self._cache.get([_rate_key(scanner)]).get(_rate_key(scanner), b"")
        try:
            return min(max(float(value), 1e-9), 1.0) if value else DEFAULT_SECONDS_PER_BYTE
        except ValueError:
            return DEFAULT_SECONDS_PER_BYTE

    def record_rates(self, measured: Mapping[str, tuple[float, int]]) -> None:
        """Remembers the seconds and bytes of each scanner's work in this run, half of it and half of what was known."""
        rates = {
            name: (self.seconds_per_byte(name) + seconds / size) / 2
            for name, (seconds, size) in measured.items()
            if size >= MIN_BYTES_FOR_RATE
        }
        self._cache.put({_rate_key(name): repr(rate).encode() for name, rate in rates.items()})

    def _decode_result(self, value: bytes | None, path: str) -> CachedResult | None:
        if value is None:
            return None
        try:
            kept = self._result_decoder.decode(value)
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError):
            return None
        places = {finding.location.path for finding in kept.findings} | {component.path for component in kept.components}
        return kept if places <= {path} else None

    def _decode_stat_page(self, value: bytes | None) -> _StatPage:
        try:
            return self._page_decoder.decode(value) if value is not None else _StatPage()
        except (msgspec.MsgspecError, ValueError):
            return _StatPage()

    def _is_stable(self, listing: Listing, target: Target) -> bool:
        """Whether a file is still what was listed after it was read, and had been for a while: git's rule for what is racy."""
        try:
            after = os.lstat(os.path.join(os.fsencode(listing.root), target.raw_path))  # noqa: PTH118 -- bytes: a name need not be text
        except OSError:
            return False
        is_old = self._now - max(after.st_mtime, after.st_ctime) > RACY_SECONDS
        return (
            take_stat_signature(after) == target.stat_signature
            and is_old
            and all(-(2**63) <= fact < 2**63 for fact in target.stat_signature)
        )


def result_key(settings_digest: bytes, path: str, digest: str) -> bytes:
    """The key of an answer over one file."""
    name = path.encode("utf-8", "surrogatepass")
    return hashlib.sha256(settings_digest + len(name).to_bytes(8, "big") + name + digest.encode()).digest()


def _rate_key(scanner: str) -> bytes:
    return hashlib.sha256(f"rate\0{scanner}".encode()).digest()


def merge_reports(reports: Sequence[FileReport]) -> FileReport:
    """What one scanner said of one file, in one report."""
    return FileReport(
        reports[0].path,
        secret_spans=tuple(span for report in reports for span in report.secret_spans),
        components=tuple(component for report in reports for component in report.components),
        skipped_paths=tuple(left for report in reports for left in report.skipped_paths),
    )


def _stat_signature(target: Target) -> _StatSignature:
    """What a file looked like when it was listed; with its name, since some file systems number their files anew."""
    return (*target.stat_signature, zlib.crc32(target.raw_path))


def _pack(signatures: Sequence[_StatSignature]) -> bytes:
    """The states in bytes; none where a time is so far away that msgpack has no number for it."""
    try:
        return msgspec.msgpack.encode(signatures)
    except OverflowError:
        return b""


def _page_key(root: Path, page: int, number: int) -> bytes:
    """Where a part of what is remembered of the files under ``root`` stands."""
    return hashlib.sha256(f"seen\0{_boot_id()}\0{page} of {number}\0".encode() + os.fsencode(root)).digest()


@functools.cache
def _boot_id() -> str:
    """This machine since it was started: another one may number its files in the same way."""
    try:
        return Path(BOOT_ID_FILE).read_text("ascii")
    except OSError:
        return str(os.getpid())  # then nothing is remembered


@functools.cache
def _program_digest() -> str:
    """The digest of our own modules that decide what an answer is: a developer's change never reads what the old ones said."""
    root = Path(__file__).parents[1]
    files = [*root.glob("*.py"), *(file for name in RESULT_PACKAGES for file in sorted((root / name).rglob("*.py")))]
    digest = hashlib.sha256()
    for file in sorted(files):
        data = file.read_bytes()
        digest.update(f"{file.relative_to(root)}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _adapter_digest(scanner: Any) -> str:
    """The digest of the code that a scanner comes from: its module or, where that is part of a package, all of the package's."""
    module = scanner if isinstance(scanner, ModuleType) else sys.modules.get(type(scanner).__module__)
    file = getattr(module, "__file__", None)
    if module is None or not file:
        return ""
    package = sys.modules.get(module.__name__.partition(".")[0])
    folders = [] if package is sys.modules[__package__.partition(".")[0]] else getattr(package, "__path__", [])
    files = sorted({Path(file), *(each for folder in folders for each in Path(folder).rglob("*.py"))})
    digest = hashlib.sha256()
    for each in files:
        digest.update(hashlib.sha256(each.read_bytes()).digest())
    return digest.hexdigest()


@functools.cache
def _installed_digest() -> str:
    """What is installed beside us, by name and version: a tool may have plugins and libraries that change what it says."""
    names: set[str] = set()
    for entry in sys.path:
        if entry.endswith("-packages") and Path(entry).is_dir():
            names |= {name for name in os.listdir(entry) if name.endswith((".dist-info", ".egg-info"))}  # noqa: PTH208
    return hashlib.sha256("\0".join(sorted(names)).encode()).hexdigest()
