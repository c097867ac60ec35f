"""Results of earlier scans: what each scanner reported for files with the same content.

A result is stored redacted, without a byte of a detected secret; it is reused only while the same secrets surround it.

The key of a result (`result_key`): the file's path and content, or all files if the scanner is not splittable, and a digest of the
scanner's settings: its options, what its ``cache_key`` returns, the tool's version, time and size limit (`ScanPlan.task_digest`);
Python's version, scangate's code, the plugin's code, all installed distributions, and our rules (`ResultCache.settings_digest`).
The rest of the policy is not in it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from scangate.errors import ScanError
from scangate.model import Component, FileReport, Finding, Secret, SecretWeight, SkippedPath
from scangate.plugin import Scanner, SourceFile
from scangate.scan.cache_store import CacheStore
from scangate.scan.content_cache import ContentCache, content_digest
from scangate.scan.content_types import FileContent, Identifier
from scangate.scan.listing import Listing
from scangate.scan.target import Target

DEFAULT_SECONDS_PER_BYTE = 4e-6  # of a scanner that has not run before
MIN_BYTES_FOR_RATE = 100_000  # a smaller run says nothing about the speed
MAX_CACHED_SCAN_BYTES = 64 * 1024 * 1024
EMPTY_RESULT = b"\0"
RESULT_PACKAGES = ("model", "content", "scan", "taint", "tools", "advisories")  # a result depends on their code


class FileChangedError(Exception):
    """A file changed after its results were looked up; nothing cached can be used in this run."""


class CachedResult(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One scanner's redacted result for one file without gaps.

    ``file_secrets_digest`` covers the secrets that all scanners saw in this file, ``run_secrets_digest`` those in all files.
    ``has_foreign_secrets``: a secret of another file was masked, so the result is valid for that ``run_secrets_digest`` only.
    """

    findings: tuple[Finding, ...] = ()
    secrets: tuple[Secret, ...] = ()
    components: tuple[Component, ...] = ()
    skipped_paths: tuple[SkippedPath, ...] = ()
    file_secrets_digest: bytes = b""
    run_secrets_digest: bytes = b""
    has_foreign_secrets: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it is valid whatever secrets surround it."""
        return not (self.findings or self.secrets or self.components or self.skipped_paths)


class UnchangedFile(SourceFile):
    """A file with cached results: read only if secrets in it have to be looked up, and then checked against its digest."""

    def __init__(self, target: Target, digest: str, open_reader: Callable[[], Callable[[Target], bytes]]) -> None:
        """``open_reader``: `Listing.reader` for this file at least, called when one is read."""
        super().__init__(target.path, Path(), target.content_type)
        self._target = target
        self._digest = digest
        self._open_reader = open_reader

    def read_bytes(self) -> bytes:
        """The content of the file. Raises FileChangedError if it is not what the results are for."""
        try:
            data = self._open_reader()(self._target)
        except ScanError as error:
            raise FileChangedError from error
        if content_digest(data, self._target.blob) != self._digest:
            raise FileChangedError
        return data


def unchanged_files(
    listing: Listing, digests: Mapping[str, str], limit: int, paths: Iterable[str], read_together: Collection[str] = ()
) -> Iterator[UnchangedFile]:
    """The files at ``paths``. Those in ``read_together`` are likely to be read: git is asked for their blobs in batches."""
    targets = {target.path: target for target in listing.targets}
    together = [targets[path] for path in sorted(read_together)]
    open_reader = functools.cache(functools.partial(listing.reader, together, limit))
    for path in paths:
        target = targets[path]
        own_reader = functools.partial(listing.reader, [target], limit)
        yield UnchangedFile(target, digests[path], open_reader if path in read_together else own_reader)


def digest_file_secrets(secrets: Iterable[Secret]) -> bytes:
    """The digest of the secrets in one file, by their positions; empty if there are none."""
    unique = sorted(set(secrets))
    return hashlib.sha256(msgspec.msgpack.encode(unique)).digest() if unique else b""


def digest_secrets(secrets: Mapping[str, Iterable[Secret]], digests: Mapping[str, str]) -> bytes:
    """The digest of the strong secrets' positions in all files and these files' contents: of what is masked everywhere."""
    facts = []
    for path, found in sorted(secrets.items()):
        if strong := sorted({each for each in found if each.weight is SecretWeight.STRONG}):
            facts.append((path, digests.get(path, ""), strong))
    return hashlib.sha256(msgspec.msgpack.encode(facts)).digest()


class ResultCache:
    """Cached results in a ``store``. ``rules``: digests of the bundled rules by scanner; ``now``: seconds since 1970."""

    def __init__(self, cache: CacheStore, rules: Mapping[str, str], now: float) -> None:
        self.store = cache
        self._rules = rules
        self._now = now
        self._decoder = msgspec.msgpack.Decoder(CachedResult)

    def contents(self, listing: Listing, targets: Sequence[Target], limit: int, identifier: Identifier) -> dict[str, FileContent]:
        """The content digests and types of ``targets`` by path; unreadable files have no digest."""
        return ContentCache(self.store, self._types_version, self._now).contents(listing, targets, limit, identifier)

    def settings_digest(self, scanner: Scanner[Any], options: object, facts: tuple[object, ...]) -> bytes:
        """The digest of what results depend on, except path and content. ``facts``: anything that msgspec encodes."""
        code = (self.program_digest, _adapter_digest(scanner), self._installed_digest, self._rules.get(scanner.NAME, ""))
        settings = (scanner.NAME, list(sys.version_info[:2]), code, msgspec.to_builtins(options), facts)
        return hashlib.sha256(msgspec.json.encode(settings, order="sorted")).digest()

    @functools.cached_property
    def program_digest(self) -> str:
        """The digest of scangate's modules that decide what a result is: a change to them invalidates all results."""
        root = Path(__file__).parents[1]
        files = [*root.glob("*.py"), *(file for name in RESULT_PACKAGES for file in (root / name).rglob("*.py"))]
        digest = hashlib.sha256()
        for file in sorted(files):
            data = file.read_bytes()
            digest.update(f"{file.relative_to(root)}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()

    @property
    def _types_version(self) -> str:
        """The version of all that decides the content type of a file."""
        return repr((self.program_digest, self._installed_digest, sys.version_info[:2]))

    @functools.cached_property
    def _installed_digest(self) -> str:
        """The digest of all installed distributions and versions: a tool's plugins and libraries may change what it reports."""
        folders = [entry for entry in sys.path if entry.endswith("-packages") and Path(entry).is_dir()]
        names = {name for folder in folders for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))}  # noqa: PTH208
        return hashlib.sha256("\0".join(sorted(names)).encode()).hexdigest()

    def load_results(self, keys: Mapping[str, bytes]) -> dict[str, CachedResult]:
        """The stored results by path, for ``keys`` by path."""
        stored = self.store.get(keys.values())
        results = {path: self._decode_result(stored[key], path) for path, key in keys.items() if key in stored}
        return {path: result for path, result in results.items() if result is not None}

    def save_results(self, results: Mapping[bytes, CachedResult]) -> None:
        """Stores results by their keys."""
        encode = msgspec.msgpack.Encoder().encode
        self.store.put({key: EMPTY_RESULT if result.is_empty else encode(result) for key, result in results.items()})

    def load_scan(self, key: bytes) -> bytes:
        """The encoded scan under ``key``, empty if there is none."""
        return self.store.get([key]).get(key, b"")

    def save_scan(self, key: bytes, value: bytes) -> None:
        """Stores an encoded scan unless it is too large. The previous one is removed in any case: it may show new secrets."""
        value = value if len(value) <= MAX_CACHED_SCAN_BYTES else b""
        if value or self.load_scan(key):
            self.store.put({key: value})

    def seconds_per_byte(self, scanner: str) -> float:
        """How long a scanner took in earlier runs, its start included."""
        value = self.store.get([_rate_key(scanner)], for_results=False).get(_rate_key(scanner), b"")
        try:
            return min(max(float(value), 1e-9), 1.0) if value else DEFAULT_SECONDS_PER_BYTE
        except ValueError:
            return DEFAULT_SECONDS_PER_BYTE

    def record_rates(self, measured: Mapping[str, tuple[float, int]]) -> None:
        """Averages the seconds and bytes of each scanner in this run into its stored rate."""
        rates = {
            name: (self.seconds_per_byte(name) + seconds / size) / 2
            for name, (seconds, size) in measured.items()
            if size >= MIN_BYTES_FOR_RATE
        }
        self.store.put({_rate_key(name): repr(rate).encode() for name, rate in rates.items()})

    def _decode_result(self, value: bytes, path: str) -> CachedResult | None:
        """The result; None if it is damaged, or about another file."""
        if value == EMPTY_RESULT:
            return CachedResult()
        try:
            result = self._decoder.decode(value)
        except (msgspec.MsgspecError, ValueError):
            return None
        paths = {finding.location.path for finding in result.findings} | {component.path for component in result.components}
        return result if paths <= {path} else None


def result_key(settings_digest: bytes, path: str, digest: str) -> bytes:
    """The key of one scanner's result for one file."""
    name = path.encode("utf-8", "surrogatepass")
    return hashlib.sha256(settings_digest + len(name).to_bytes(8, "big") + name + digest.encode()).digest()


def _rate_key(scanner: str) -> bytes:
    return hashlib.sha256(f"rate\0{scanner}".encode()).digest()


def merge_reports(reports: Sequence[FileReport]) -> FileReport:
    """One report with the secrets, components and skipped paths of several reports on one file."""
    return FileReport(
        reports[0].path,
        secrets=tuple(secret for report in reports for secret in report.all_secrets),
        components=tuple(component for report in reports for component in report.components),
        skipped_paths=tuple(skipped for report in reports for skipped in report.skipped_paths),
    )


def _adapter_digest(scanner: object) -> str:
    """The digest of a plugin's code: its module or, if that is in a package, all modules of the package."""
    module = scanner if isinstance(scanner, ModuleType) else sys.modules.get(getattr(scanner, "__name__", type(scanner).__module__))
    file = getattr(module, "__file__", None)
    if module is None or not file:
        return ""
    package = sys.modules.get(module.__name__.partition(".")[0])
    folders = [] if package is sys.modules[__package__.partition(".")[0]] else getattr(package, "__path__", [])
    files = sorted({Path(file), *(each for folder in folders for each in Path(folder).rglob("*.py"))})
    return hashlib.sha256(b"".join(hashlib.sha256(each.read_bytes()).digest() for each in files)).hexdigest()
