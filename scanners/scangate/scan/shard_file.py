"""A part: what one shard's scanners said, as a file that other machines can read back. It quotes nothing of what was scanned.

Files stand in it by their number in the listing, texts as `quoting` writes them: without the tree a part tells next to nothing, and
with another tree it is refused. Where there is a key it bears a MAC, and what bears another one, or none, is refused.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.model import FileReport, Gap
from scangate.scan.discovery import Listing
from scangate.scan.engine import UnredactedResult
from scangate.scan.key_derivation import KEY_VARIABLE
from scangate.scan.shards import Shard
from scangate.scan.span_encoding import SpanCodec
from scangate.source_text import decode, split_lines

__all__ = [
    "KEY_PURPOSE",
    "MAX_CHARACTERS",
    "ScannerOutput",
    "ShardFile",
    "ShardHeader",
    "merge_shard_files",
    "parse_shard_file",
    "write_shard_file",
]

SCHEMA = 3
KEY_PURPOSE = "part"
"""What a part's key is made for, see `signing`."""
MAX_CHARACTERS = 256 * 1024 * 1024
RESCAN_HINT = "scan this shard again: scangate scan --shard I/N --output-dir DIR"


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ShardHeader(_Strict, frozen=True):
    """What all parts of one scan have in common. ``inventory`` covers every path and the content of every file that is read."""

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
    """What one scanner said in one shard: reports and gaps with their texts quoted. ``version`` is None where there was no tool."""

    scanner: str
    version: str | None
    reports: tuple[dict[str, Any], ...]
    gaps: tuple[dict[str, Any], ...]


class ShardFile(_Strict, frozen=True):
    """One shard's answers."""

    schema: int
    number: int
    header: ShardHeader
    scanners: tuple[ScannerOutput, ...]

    @property
    def shard(self) -> Shard:
        """Which shard's it is."""
        return Shard(self.number, self.header.shards)


class _SignedFile(_Strict, frozen=True):
    digest: str
    part: Any
    mac: str = ""


def write_shard_file(  # noqa: PLR0913 -- what a part is made of, and what it is signed with
    shard: Shard, header: ShardHeader, results: Iterable[UnredactedResult], listing: Listing, limit: int, *, key: bytes = b""
) -> str:
    """The part as text, signed where there is a ``key``. ``limit``: as many bytes of a file are read, as in the scan."""
    pages = _ReportCodec(listing, limit)
    told = tuple(
        ScannerOutput(
            each.scanner, each.version, tuple(map(pages.encode_report, each.reports)), tuple(map(pages.encode_gap, each.gaps))
        )
        for each in results
    )
    part = msgspec.to_builtins(ShardFile(SCHEMA, shard.number, header, told))
    text = _canonical_json(part)
    signed = f' "mac": "{_mac(text, key)}",\n' if key else ""
    return f'{{"digest": "{_digest(text)}",\n{signed} "part": {text}}}\n'


def parse_shard_file(text: str, name: str, key: bytes = b"") -> ShardFile:
    """A part from its text, its reports not yet looked into. UsageError for anything that is not one, for one that is not
    signed with ``key``, and for one that is signed where there is no key; ``name`` is the file's."""
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"{name} is too large: {len(text):,} characters, at most {MAX_CHARACTERS:,} are read", RESCAN_HINT)
    try:
        document = msgspec.convert(
            json.loads(text, object_pairs_hook=_reject_duplicate_keys, parse_constant=_reject_constant), _SignedFile
        )
        plain = _canonical_json(document.part)
        if document.digest != _digest(plain):
            raise ValueError("its content is not what was written")
        _check_mac(document.mac, plain, key, name)
        schema = document.part.get("schema") if isinstance(document.part, dict) else None
        if schema != SCHEMA:
            raise ValueError(f"it has schema {schema}, and this scangate reads schema {SCHEMA}")
        part = msgspec.convert(document.part, ShardFile)
        part.shard  # noqa: B018 -- raises for a number that is none of them
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no part of a scan, or was changed: {_error_text(error)}", RESCAN_HINT) from error
    return part


def merge_shard_files(shard_files: Sequence[ShardFile], listing: Listing, limit: int) -> dict[str, UnredactedResult]:
    """What each scanner said in all ``parts`` together, as it said it. UsageError where a part does not fit to ``listing``.

    Where no part has a version there was no tool; whether all parts have the same one is not asked here.
    """
    pages = _ReportCodec(listing, limit)
    versions: dict[str, str | None] = {}
    reports: defaultdict[str, list[FileReport]] = defaultdict(list)
    gaps: defaultdict[str, list[Gap]] = defaultdict(list)
    for part in shard_files:
        for told in part.scanners:
            try:
                reports[told.scanner] += map(pages.decode_report, told.reports)
                gaps[told.scanner] += map(pages.decode_gap, told.gaps)
            except (ValueError, RecursionError) as error:
                raise UsageError(
                    f"the part of shard {part.shard} does not fit to this tree: {_error_text(error)}", RESCAN_HINT
                ) from error
            versions[told.scanner] = versions.get(told.scanner) or told.version
    return {name: UnredactedResult(name, versions[name], tuple(reports[name]), tuple(gaps[name]), 0.0) for name in versions}


class _ReportCodec:
    """Turns reports and gaps into quoted values and back; reads again the files that are quoted."""

    def __init__(self, listing: Listing, limit: int) -> None:
        self._targets = listing.targets
        self._numbers: Mapping[str, int] = {target.path: number for number, target in enumerate(listing.targets)}
        self._read_target: Callable[[Any], bytes] = listing.reader(listing.targets, limit)
        self._codec = functools.lru_cache(maxsize=8)(self._new_codec)

    def encode_report(self, report: FileReport) -> dict[str, Any]:
        """A report; one that tells nothing but the file is just its number."""
        number = self._numbers[report.path]
        if report == FileReport(report.path):
            return {"file": number}
        return {"file": number, "report": self._codec(number).encode(msgspec.to_builtins(report))}

    def encode_gap(self, gap: Gap) -> dict[str, Any]:
        """A gap; it has no number where it is not about one file."""
        plain = msgspec.to_builtins(gap)
        if gap.path is None:
            return {"gap": plain}
        number = self._numbers[gap.path]
        return {"file": number, "gap": self._codec(number).encode(plain)}

    def decode_report(self, encoded: Mapping[str, Any]) -> FileReport:
        """The report that `report` was given; ValueError for anything else."""
        number = self._target_number(encoded)
        if "report" not in encoded:
            return FileReport(self._targets[number].path)
        report: FileReport = convert_exactly(self._codec(number).decode(encoded["report"]), FileReport)
        if report.path != self._targets[number].path:
            raise ValueError("a report is about another file than it says")
        return report

    def decode_gap(self, encoded: Mapping[str, Any]) -> Gap:
        """The gap that `gap` was given; ValueError for anything else."""
        if "gap" not in encoded:
            raise ValueError("a gap is missing")
        number = self._target_number(encoded) if "file" in encoded else None
        gap: Gap = convert_exactly(encoded["gap"] if number is None else self._codec(number).decode(encoded["gap"]), Gap)
        if gap.path != (None if number is None else self._targets[number].path):
            raise ValueError("a gap is about another file than it says")
        return gap

    def _target_number(self, encoded: Mapping[str, Any]) -> int:
        number = encoded.get("file")
        if encoded.keys() - {"file", "report", "gap"} or type(number) is not int or not 0 <= number < len(self._targets):
            raise ValueError("it names a file that is not there")
        return number

    def _new_codec(self, number: int) -> SpanCodec:
        target = self._targets[number]
        try:
            content = "\n".join(split_lines(decode(self._read_target(target))[0]))
        except ScanError:
            content = ""  # a gap says so, and quotes no more than the path
        return SpanCodec(target.path, content)


def convert_exactly(plain: Any, type_: type[Any]) -> Any:
    """``plain`` as a value of ``sort``; ValueError where it is not just what such a value is written as."""
    value = msgspec.convert(plain, type_)
    if _canonical_json(msgspec.to_builtins(value)) != _canonical_json(plain):
        raise ValueError("it holds more than belongs there")
    return value


def _error_text(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _mac(text: str, key: bytes) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()


def _check_mac(mac: str, text: str, key: bytes, name: str) -> None:
    if mac and not key:
        raise UsageError(
            f"{name} is signed, and {KEY_VARIABLE} is not set: nobody knows by whom", f"set {KEY_VARIABLE} as the shards had it"
        )
    if key and not hmac.compare_digest(mac.encode(), _mac(text, key).encode()):
        told = "is signed with another key" if mac else "is not signed"
        raise UsageError(
            f"{name} {told}: whoever has not {KEY_VARIABLE} could have written it",
            f"scan this shard again, with {KEY_VARIABLE} as here",
        )


def _canonical_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))


def _reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return entries


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
