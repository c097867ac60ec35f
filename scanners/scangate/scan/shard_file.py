"""Shard files: the reports of one shard's scanners, for other machines to merge; they contain no scanned text.

Files are numbers in the listing, texts are encoded by `span_encoding`: without the tree a shard file reveals next to nothing, with
another tree it is refused. With a key it carries a MAC, and files with another one, or none, are refused.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.model import FileReport, Gap
from scangate.scan.engine import UnredactedResult
from scangate.scan.listing import Listing
from scangate.scan.mac_key import KEY_VARIABLE
from scangate.scan.shards import Shard
from scangate.scan.span_encoding import SpanCodec, canonical_json, convert_exactly
from scangate.source_text import decode, split_lines

SCHEMA = 3
KEY_PURPOSE = "shard"
"""The purpose of the signing key, see `mac_key`."""
MAX_CHARACTERS = 256 * 1024 * 1024
RESCAN_HINT = "scan this shard again: scangate scan --shard I/N --output-dir DIR"

Entry = TypeVar("Entry", FileReport, Gap)


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ShardHeader(_Strict, frozen=True):
    """What all shards of a scan have in common. ``inventory``: digest of all paths and of the content of every scanned file."""

    scangate: str
    python: str
    commit: str
    policy: str
    environment: str
    only: tuple[str, ...]
    skip: tuple[str, ...]
    rules: dict[str, str]
    files: int
    inventory: str
    shards: int


class ScannerOutput(_Strict, frozen=True):
    """One scanner's encoded reports and gaps in one shard. ``version`` is None if the tool is missing."""

    scanner: str
    version: str | None
    reports: tuple[dict[str, Any], ...]
    gaps: tuple[dict[str, Any], ...]


class ShardFile(_Strict, frozen=True):
    """The content of one shard file."""

    schema: int
    number: int
    header: ShardHeader
    scanners: tuple[ScannerOutput, ...]

    @property
    def shard(self) -> Shard:
        """The shard that wrote it. Raises ValueError for an impossible number."""
        return Shard(self.number, self.header.shards)


class _Seal(_Strict, frozen=True, omit_defaults=True):
    """The first line of the file: the digest of the second, its content, and its MAC if there is a key."""

    digest: str
    mac: str = ""


class _Versioned(msgspec.Struct):
    schema: int


def write_shard_file(  # noqa: PLR0913 -- the content, and what to encode and sign it with
    shard: Shard, header: ShardHeader, results: Iterable[UnredactedResult], listing: Listing, limit: int, *, key: bytes = b""
) -> str:
    """The text of a shard file, signed if there is a ``key``. ``limit``: the scan's maximum file size in bytes."""
    codec = _EntryCodec(listing, limit)
    outputs = tuple(
        ScannerOutput(
            result.scanner,
            result.version,
            tuple(map(codec.encode_report, result.reports)),
            tuple(map(codec.encode_gap, result.gaps)),
        )
        for result in results
    )
    content = canonical_json(msgspec.to_builtins(ShardFile(SCHEMA, shard.number, header, outputs)))
    seal = _Seal(_digest(content), hmac.digest(key, content.encode(), "sha256").hex() if key else "")
    return f"{msgspec.json.encode(seal).decode()}\n{content}\n"


def parse_shard_file(text: str, name: str, key: bytes = b"") -> ShardFile:
    """A shard file from its text; its reports are not decoded yet. ``name``: how messages call it.

    Raises UsageError for anything else, for one that is not signed with ``key``, and for a signed one if there is no key.
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"{name} is too large: {len(text):,} characters, the limit is {MAX_CHARACTERS:,}", RESCAN_HINT)
    first_line, _, content = text.rstrip("\n").partition("\n")
    try:
        seal = _parse_seal(first_line)
        if seal.digest != _digest(content):
            raise ValueError("the digest does not match the content")
        _check_mac(seal.mac, content, key, name)
        schema = msgspec.json.decode(content, type=_Versioned).schema
        if schema != SCHEMA:
            raise ValueError(f"it has schema {schema}, this version of scangate reads schema {SCHEMA}")
        shard_file = msgspec.json.decode(content, type=ShardFile)
        shard_file.shard  # noqa: B018 -- raises for an impossible number
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not a shard file, or was changed: {_error_text(error)}", RESCAN_HINT) from error
    return shard_file


def merge_shard_files(shard_files: Sequence[ShardFile], listing: Listing, limit: int) -> dict[str, UnredactedResult]:
    """Each scanner's reports in all ``shard_files``, decoded. Raises UsageError if one does not match ``listing``.

    The version is None if no shard has one; whether all have the same is not checked here.
    """
    codec = _EntryCodec(listing, limit)
    versions: dict[str, str | None] = {}
    reports: defaultdict[str, list[FileReport]] = defaultdict(list)
    gaps: defaultdict[str, list[Gap]] = defaultdict(list)
    for file in shard_files:
        for output in file.scanners:
            try:
                reports[output.scanner] += map(codec.decode_report, output.reports)
                gaps[output.scanner] += map(codec.decode_gap, output.gaps)
            except (ValueError, RecursionError) as error:
                message = f"the file of shard {file.shard} does not match this tree: {_error_text(error)}"
                raise UsageError(message, RESCAN_HINT) from error
            versions[output.scanner] = versions.get(output.scanner) or output.version
    return {name: UnredactedResult(name, versions[name], tuple(reports[name]), tuple(gaps[name]), 0.0) for name in versions}


class _EntryCodec:
    """Encodes reports and gaps, and decodes them by reading the files again."""

    def __init__(self, listing: Listing, limit: int) -> None:
        self._targets = listing.targets
        self._numbers = {target.path: number for number, target in enumerate(listing.targets)}
        self._read = listing.reader(listing.targets, limit)
        self._codec = functools.lru_cache(maxsize=8)(self._new_codec)

    def encode_report(self, report: FileReport) -> dict[str, Any]:
        """A report; an empty one is just the file's number."""
        number = self._numbers[report.path]
        return (
            {"file": number}
            if report == FileReport(report.path)
            else {"file": number, "report": self._codec(number).encode(report)}
        )

    def encode_gap(self, gap: Gap) -> dict[str, Any]:
        """A gap; without a number if it is not about one file."""
        if gap.path is None:
            return {"gap": msgspec.to_builtins(gap)}
        number = self._numbers[gap.path]
        return {"file": number, "gap": self._codec(number).encode(gap)}

    def decode_report(self, encoded: Mapping[str, Any]) -> FileReport:
        """The report that was encoded. Raises ValueError for anything else."""
        if "report" not in encoded:
            return FileReport(self._targets[self._number(encoded)].path)
        return self._decode(encoded, "report", FileReport)

    def decode_gap(self, encoded: Mapping[str, Any]) -> Gap:
        """The gap that was encoded. Raises ValueError for anything else."""
        if "gap" not in encoded:
            raise ValueError("a gap is missing")
        if "file" in encoded:
            return self._decode(encoded, "gap", Gap)
        gap = convert_exactly(encoded["gap"], Gap)
        if gap.path is not None:
            raise ValueError("a gap has a path, but no file")
        return gap

    def _decode(self, encoded: Mapping[str, Any], key: str, type_: type[Entry]) -> Entry:
        number = self._number(encoded)
        entry = self._codec(number).decode(encoded[key], type_)
        if entry.path != self._targets[number].path:
            raise ValueError(f"a {key} is about another file than its number")
        return entry

    def _number(self, encoded: Mapping[str, Any]) -> int:
        number = encoded.get("file")
        if encoded.keys() - {"file", "report", "gap"} or type(number) is not int or not 0 <= number < len(self._targets):
            raise ValueError("it names a file that does not exist")
        return number

    def _new_codec(self, number: int) -> SpanCodec:
        target = self._targets[number]
        try:
            lines = split_lines(decode(self._read(target))[0])
        except ScanError:
            lines = [""]  # the file has a gap, whose text quotes no more than the path
        return SpanCodec(target.path, lines)


def _error_text(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())


def _parse_seal(line: str) -> _Seal:
    try:
        return msgspec.json.decode(line, type=_Seal)
    except (ValueError, RecursionError) as error:
        raise ValueError("its first line is no digest; another version of scangate may have written it") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_mac(mac: str, content: str, key: bytes, name: str) -> None:
    if mac and not key:
        hint = f"set {KEY_VARIABLE} to the value that the shards used"
        raise UsageError(f"{name} is signed, but {KEY_VARIABLE} is not set", hint)
    if key and not hmac.compare_digest(mac.encode(), hmac.digest(key, content.encode(), "sha256").hex().encode()):
        problem = "is signed with another key" if mac else "is not signed"
        raise UsageError(f"{name} {problem}", f"scan this shard again with the same {KEY_VARIABLE}")
