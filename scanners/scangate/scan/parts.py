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

from scangate.errors import Unreadable, UsageError
from scangate.model import FileReport, Gap
from scangate.scan.engine import Answers
from scangate.scan.quoting import Page
from scangate.scan.shards import Shard
from scangate.scan.signing import KEY
from scangate.scan.targets import Listing
from scangate.scan.text import decode, lines_of

__all__ = ["MOST_CHARACTERS", "PURPOSE", "Header", "Part", "Told", "read", "revived", "write"]

SCHEMA = 2
PURPOSE = "part"
"""What a part's key is made for, see `signing`."""
MOST_CHARACTERS = 256 * 1024 * 1024
HINT = "scan this shard again: scangate scan --shard I/N --output-dir DIR"


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Header(_Strict, frozen=True):
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


class Told(_Strict, frozen=True):
    """What one scanner said in one shard: reports and gaps with their texts quoted. ``version`` is None where there was no tool."""

    scanner: str
    version: str | None
    reports: tuple[dict[str, Any], ...]
    gaps: tuple[dict[str, Any], ...]


class Part(_Strict, frozen=True):
    """One shard's answers."""

    schema: int
    number: int
    header: Header
    scanners: tuple[Told, ...]

    @property
    def shard(self) -> Shard:
        """Which shard's it is."""
        return Shard(self.number, self.header.shards)


class _Document(_Strict, frozen=True):
    digest: str
    part: Any
    mac: str = ""


def write(  # noqa: PLR0913 -- what a part is made of, and what it is signed with
    shard: Shard, header: Header, answers: Iterable[Answers], listing: Listing, limit: int, *, key: bytes = b""
) -> str:
    """The part as text, signed where there is a ``key``. ``limit``: as many bytes of a file are read, as in the scan."""
    pages = _Pages(listing, limit)
    told = tuple(
        Told(each.scanner, each.version, tuple(map(pages.report, each.reports)), tuple(map(pages.gap, each.gaps)))
        for each in answers
    )
    part = msgspec.to_builtins(Part(SCHEMA, shard.number, header, told))
    text = _plain(part)
    signed = f' "mac": "{_mac(text, key)}",\n' if key else ""
    return f'{{"digest": "{_digest(text)}",\n{signed} "part": {text}}}\n'


def read(text: str, name: str, key: bytes = b"") -> Part:
    """A part from its text, its reports not yet looked into. UsageError for anything that is not one, for one that is not
    signed with ``key``, and for one that is signed where there is no key; ``name`` is the file's."""
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"{name} is too large: {len(text):,} characters, at most {MOST_CHARACTERS:,} are read", HINT)
    try:
        document = msgspec.convert(json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant), _Document)
        plain = _plain(document.part)
        if document.digest != _digest(plain):
            raise ValueError("its content is not what was written")
        _check_mac(document.mac, plain, key, name)
        schema = document.part.get("schema") if isinstance(document.part, dict) else None
        if schema != SCHEMA:
            raise ValueError(f"it has schema {schema}, and this scangate reads schema {SCHEMA}")
        part = msgspec.convert(document.part, Part)
        part.shard  # noqa: B018 -- raises for a number that is none of them
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no part of a scan, or was changed: {_said(error)}", HINT) from error
    return part


def revived(parts: Sequence[Part], listing: Listing, limit: int) -> dict[str, Answers]:
    """What each scanner said in all ``parts`` together, as it said it. UsageError where a part does not fit to ``listing``.

    Where no part has a version there was no tool; whether all parts have the same one is not asked here.
    """
    pages = _Pages(listing, limit)
    versions: dict[str, str | None] = {}
    reports: defaultdict[str, list[FileReport]] = defaultdict(list)
    gaps: defaultdict[str, list[Gap]] = defaultdict(list)
    for part in parts:
        for told in part.scanners:
            try:
                reports[told.scanner] += map(pages.revived_report, told.reports)
                gaps[told.scanner] += map(pages.revived_gap, told.gaps)
            except (ValueError, RecursionError) as error:
                raise UsageError(f"the part of shard {part.shard} does not fit to this tree: {_said(error)}", HINT) from error
            versions[told.scanner] = versions.get(told.scanner) or told.version
    return {name: Answers(name, versions[name], tuple(reports[name]), tuple(gaps[name]), 0.0) for name in versions}


class _Pages:
    """Turns reports and gaps into quoted values and back; reads again the files that are quoted."""

    def __init__(self, listing: Listing, limit: int) -> None:
        self._targets = listing.targets
        self._numbers: Mapping[str, int] = {target.path: number for number, target in enumerate(listing.targets)}
        self._read: Callable[[Any], bytes] = listing.reader(listing.targets, limit)
        self._page = functools.lru_cache(maxsize=8)(self._new_page)

    def report(self, report: FileReport) -> dict[str, Any]:
        """A report; one that tells nothing but the file is just its number."""
        number = self._numbers[report.path]
        if report == FileReport(report.path):
            return {"file": number}
        return {"file": number, "report": self._page(number).quoted(msgspec.to_builtins(report))}

    def gap(self, gap: Gap) -> dict[str, Any]:
        """A gap; it has no number where it is not about one file."""
        plain = msgspec.to_builtins(gap)
        if gap.path is None:
            return {"gap": plain}
        number = self._numbers[gap.path]
        return {"file": number, "gap": self._page(number).quoted(plain)}

    def revived_report(self, told: Mapping[str, Any]) -> FileReport:
        """The report that `report` was given; ValueError for anything else."""
        number = self._known(told)
        if "report" not in told:
            return FileReport(self._targets[number].path)
        report: FileReport = converted(self._page(number).unquoted(told["report"]), FileReport)
        if report.path != self._targets[number].path:
            raise ValueError("a report is about another file than it says")
        return report

    def revived_gap(self, told: Mapping[str, Any]) -> Gap:
        """The gap that `gap` was given; ValueError for anything else."""
        if "gap" not in told:
            raise ValueError("a gap is missing")
        number = self._known(told) if "file" in told else None
        gap: Gap = converted(told["gap"] if number is None else self._page(number).unquoted(told["gap"]), Gap)
        if gap.path != (None if number is None else self._targets[number].path):
            raise ValueError("a gap is about another file than it says")
        return gap

    def _known(self, told: Mapping[str, Any]) -> int:
        number = told.get("file")
        if told.keys() - {"file", "report", "gap"} or type(number) is not int or not 0 <= number < len(self._targets):
            raise ValueError("it names a file that is not there")
        return number

    def _new_page(self, number: int) -> Page:
        target = self._targets[number]
        try:
            content = "\n".join(lines_of(decode(self._read(target))[0]))
        except Unreadable:
            content = ""  # a gap says so, and quotes no more than the path
        return Page(target.path, content)


def converted(plain: Any, sort: type[Any]) -> Any:
    """``plain`` as a value of ``sort``; ValueError where it is not just what such a value is written as."""
    value = msgspec.convert(plain, sort)
    if _plain(msgspec.to_builtins(value)) != _plain(plain):
        raise ValueError("it holds more than belongs there")
    return value


def _said(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _mac(text: str, key: bytes) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()


def _check_mac(mac: str, text: str, key: bytes, name: str) -> None:
    if mac and not key:
        raise UsageError(f"{name} is signed, and {KEY} is not set: nobody knows by whom", f"set {KEY} as the shards had it")
    if key and not hmac.compare_digest(mac.encode(), _mac(text, key).encode()):
        told = "is signed with another key" if mac else "is not signed"
        raise UsageError(
            f"{name} {told}: whoever has not {KEY} could have written it", f"scan this shard again, with {KEY} as here"
        )


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return entries


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
