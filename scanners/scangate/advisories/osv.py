"""Parses OSV records (https://ossf.github.io/osv-schema/) and determines which versions of a package they affect.

Records are stored in an equivalent form of about a sixth of the size: the events of all ranges become intervals, and of the
versions listed one by one only those are kept that no interval covers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any

import msgspec
from packaging.version import Version

from scangate.advisories.ecosystems import PYPI, Ecosystem
from scangate.advisories.versions.ordered import AnyVersion
from scangate.advisories.versions.python import parse_version
from scangate.printable import replace_unprintable

RANGE_TYPES = ("ECOSYSTEM", "SEMVER")  # ranges of commits, GIT, are about no release
EVENT_KINDS = ("introduced", "fixed", "last_affected")
MAX_SUMMARY = 200  # characters
MAX_VECTORS, MAX_ALIASES = 16, 64  # of one record

_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9][A-Za-z0-9:._-]{0,99}")
_DATE = re.compile(r"([12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9])(?:\.[0-9]{1,12})?Z")
_VECTOR = re.compile(r"[A-Za-z0-9:./()]{8,300}")


class InvalidRecordError(ValueError):
    """A record that does not follow the OSV schema."""


class Interval(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Versions from ``start`` (empty: the first) up to ``end`` (empty: no end), which is included only if ``closed``."""

    start: str = ""
    end: str = ""
    closed: bool = False


class AdvisoryRecord(msgspec.Struct, frozen=True, array_like=True):
    """The record of one database on one vulnerability in one package.

    ``versions`` are affected versions that no interval covers; ``vectors`` are unparsed CVSS vectors, ``severity_label`` is the
    database's own rating. ``related`` are records on the same vulnerability in other packages; records are not grouped by them.
    Dates are UTC, ISO 8601 to the second, or empty.
    """

    id: str
    aliases: tuple[str, ...] = ()
    intervals: tuple[Interval, ...] = ()
    versions: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    severity_label: str = ""
    published: str = ""
    modified: str = ""
    summary: str = ""
    related: tuple[str, ...] = ()


class ParsedRecord(msgspec.Struct, frozen=True):
    """The content of one file: a record for each package, by normalized name; ``skipped`` counts invalid versions."""

    id: str
    modified: str = ""
    records: dict[str, AdvisoryRecord] = {}
    withdrawn: bool = False
    skipped: int = 0


Text = Annotated[str, msgspec.Meta(max_length=1_000_000)]


class _Event(msgspec.Struct):
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class _Range(msgspec.Struct):
    type: str
    events: list[_Event] = []


class _Package(msgspec.Struct):
    ecosystem: str
    name: str


class _Score(msgspec.Struct):
    type: str
    score: str


class _Affected(msgspec.Struct):
    package: _Package | None = None
    ranges: list[_Range] | None = None
    versions: list[str] | None = None
    severity: list[_Score] | None = None


class _OsvRecord(msgspec.Struct):
    """The fields of an OSV record that are used; the schema allows null for every optional list."""

    id: str
    modified: str
    affected: list[_Affected] | None = None
    aliases: list[str] | None = None
    published: str | None = None
    withdrawn: str | None = None
    summary: Text | None = None
    details: Text | None = None
    severity: list[_Score] | None = None
    database_specific: Any = None


_DECODER = msgspec.json.Decoder(_OsvRecord)
_Parse = Callable[[str], AnyVersion | None]


def parse_record(content: bytes, ecosystem: Ecosystem = PYPI) -> ParsedRecord:
    """Parses what an OSV record says of an ecosystem; unknown fields are ignored. Raises InvalidRecordError."""
    try:
        document = _DECODER.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRecordError(one_line(str(error), MAX_SUMMARY)) from error
    except RecursionError as error:
        raise InvalidRecordError("nested too deeply") from error
    if not _ID.fullmatch(document.id):
        raise InvalidRecordError("invalid id")
    modified = _normalize_date(document.modified)
    if document.withdrawn is not None:
        return ParsedRecord(document.id, modified, withdrawn=True)
    skipped = 0
    records: dict[str, AdvisoryRecord] = {}
    for name, parts in _by_package(document.affected or (), ecosystem).items():
        records[name], unread = _record(document, parts, ecosystem)
        skipped += unread
    return ParsedRecord(document.id, modified, records, skipped=skipped)


def _by_package(affected: Iterable[_Affected], ecosystem: Ecosystem) -> dict[str, list[_Affected]]:
    found: dict[str, list[_Affected]] = {}
    for part in affected:
        if part.package is None or part.package.ecosystem.partition(":")[0] != ecosystem.name:
            continue
        try:
            name = ecosystem.normalize(part.package.name)
        except ValueError as error:
            raise InvalidRecordError("invalid package name") from error
        found.setdefault(name, []).append(part)
    return found


def _record(document: _OsvRecord, parts: list[_Affected], ecosystem: Ecosystem) -> tuple[AdvisoryRecord, int]:
    parse = ecosystem.parse_version
    ranges = [range_.events for part in parts for range_ in part.ranges or () if range_.type in RANGE_TYPES]
    normalized = [_normalize_events(events, parse) for events in ranges]
    spans = tuple(
        sorted(
            {
                span
                for events, (pairs, _) in zip(ranges, normalized, strict=True)
                for span in _before_limits(build_intervals(pairs, parse), events, parse)
            }
        )
    )
    versions = [parse(version) for part in parts for version in part.versions or ()]
    listed = {
        version
        for version in versions
        if version is not None and not any(_covers(span, version, _without_local(version)) for span in spans)
    }
    scores = [*(document.severity or ()), *(score for part in parts for score in part.severity or ())]
    record = AdvisoryRecord(
        id=document.id,
        aliases=_valid_ids(document.aliases or ()),
        intervals=spans,
        versions=tuple(map(str, sorted(listed))),
        vectors=tuple(sorted({score.score for score in scores if _VECTOR.fullmatch(score.score)}))[:MAX_VECTORS],
        severity_label=_severity_label(document.database_specific),
        published=_normalize_date(document.published or ""),
        modified=_normalize_date(document.modified),
        summary=one_line(document.summary or document.details or "", MAX_SUMMARY),
    )
    return record, sum(unread for _, unread in normalized) + versions.count(None)


def _normalize_events(events: list[_Event], parse: _Parse) -> tuple[list[tuple[str, str]], int]:
    """The events as (kind, version), and the number of invalid versions.

    An invalid version never makes the range smaller: an invalid end is ignored, and with an invalid start the range goes from the
    first version to the last end.
    """
    pairs = [(kind, value) for event in events for kind in EVENT_KINDS if (value := getattr(event, kind)) is not None]
    begins = [_start_version(value, parse) for kind, value in pairs if kind == "introduced"]
    ends = [(kind, end) for kind, value in pairs if kind != "introduced" and (end := parse(value)) is not None]
    unread = len(pairs) - len(ends) - sum(begin is not None for begin in begins)
    if pairs and not begins:
        raise InvalidRecordError("a range without an introduced event")
    if None in begins:
        begins = [""]
        ends = sorted(ends, key=lambda end: (end[1], end[0]))[-1:]
    starts = [("introduced", begin) for begin in begins if begin is not None]
    return [*starts, *((kind, str(end)) for kind, end in ends)], unread


def _start_version(value: str, parse: _Parse) -> str | None:
    if value == "0":
        return ""
    version = parse(value)
    return None if version is None else str(version)


def _before_limits(intervals: Iterable[Interval], events: Iterable[_Event], parse: _Parse) -> Iterator[Interval]:
    """The intervals up to the last ``limit`` event of their range; all of them if there is none, or one that is no version."""
    limits = [event.limit for event in events if event.limit is not None]
    last = max(known) if len(known := [limit for limit in map(parse, limits) if limit is not None]) == len(limits) > 0 else None
    for interval in intervals:
        if last is None:
            yield interval
        elif not interval.start or parse(interval.start) < last:
            is_within = interval.end and parse(interval.end) < last
            yield interval if is_within else Interval(interval.start, str(last))


def build_intervals(events: Iterable[tuple[str, str]], parse: _Parse = parse_version) -> list[Interval]:
    """The intervals of (kind, version) events, given in any order; ``introduced`` with an empty version is the first version.

    An interval that ends and begins at the same version continues if it was open, and is empty otherwise.
    """
    groups: dict[AnyVersion | None, dict[str, str]] = {}
    for kind, value in events:
        groups.setdefault(parse(value) if value else None, {}).setdefault(kind, value)
    found: list[Interval] = []
    start: str | None = None
    for _, group in sorted(groups.items(), key=lambda item: (True, item[0]) if item[0] is not None else (False, 0)):
        begins, ends, last = group.get("introduced"), group.get("fixed"), group.get("last_affected")
        if start is None and begins is not None:
            if last is not None:
                found.append(Interval(begins, last, closed=True))
            elif ends is None:
                start = begins
        elif start is not None and (ends is not None or last is not None):
            found.append(Interval(start, last or ends or "", closed=last is not None))
            start = begins
    return found if start is None else [*found, Interval(start)]


def affects(record: AdvisoryRecord, version: AnyVersion) -> bool:
    """Whether the record affects ``version``. A local version (``2.0+cu118``) counts as the version before the ``+``."""
    public = _without_local(version)
    is_covered = any(_covers(interval, version, public) for interval in record.intervals)
    return is_covered or any(known in (version, public) for known in map(_parser_of(version), record.versions))


def _parser_of(version: AnyVersion) -> _Parse:
    """What parses the versions that ``version`` may be compared with."""
    parse: _Parse = parse_version if isinstance(version, Version) else version.parse
    return parse


def _covers(interval: Interval, version: AnyVersion, public: AnyVersion) -> bool:
    parse = _parser_of(version)
    start = parse(interval.start) if interval.start else None
    end = parse(interval.end) if interval.end else None
    if start is not None and version < start:
        return False
    if end is None:
        return True
    compared = public if end.local is None else version
    return bool(compared < end or (interval.closed and compared == end))


def fixed_versions(records: Iterable[AdvisoryRecord], version: AnyVersion) -> tuple[AnyVersion, ...]:
    """The later versions, in order, that one of the records calls fixed and none of them affects."""
    records = tuple(records)
    ends = {_parser_of(version)(span.end) for record in records for span in record.intervals if not span.closed}
    later = sorted(end for end in ends if end is not None and end > version)
    return tuple(end for end in later if not any(affects(record, end) for record in records))


def _without_local(version: AnyVersion) -> AnyVersion:
    return version if version.local is None else Version(version.public)


def _valid_ids(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if _ID.fullmatch(name)}))[:MAX_ALIASES]


def _normalize_date(text: str) -> str:
    match = _DATE.fullmatch(text)
    return f"{match[1]}Z" if match else ""


def _severity_label(specific: Any) -> str:
    word = specific.get("severity") if isinstance(specific, dict) else None
    return word.upper() if isinstance(word, str) and word.isascii() and word.isalpha() and len(word) <= 16 else ""


def one_line(text: str, max_length: int) -> str:
    """``text`` on one line of at most ``max_length`` characters, without control, invisible and direction characters."""
    plain = " ".join(replace_unprintable(" ".join(text[: 8 * max_length].split()), " ").split())
    return plain if len(plain) <= max_length else plain[: max_length - 3].rsplit(" ", 1)[0] + "..."
