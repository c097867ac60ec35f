"""Reads one OSV record (https://ossf.github.io/osv-schema/) and tells which versions of a PyPI package it affects; opens no file.

A record is taken over in a compact form: the events of all its ranges become intervals, and of the versions it lists one by one
only those stay that no interval covers. What it says cannot change by that; about a sixth of its bytes is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

__all__ = [
    "MOST_ALIASES",
    "Broken",
    "Interval",
    "Reading",
    "Record",
    "affects",
    "fixed_in",
    "intervals",
    "one_line",
    "read",
    "released",
]

ECOSYSTEM = "PyPI"
KINDS = ("introduced", "fixed", "last_affected")
LONGEST_SUMMARY = 200  # characters
LONGEST_VERSION = 128
MOST_VECTORS, MOST_ALIASES = 16, 64  # of one record

_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9][A-Za-z0-9:._-]{0,99}")
_DATE = re.compile(r"([12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9])(?:\.[0-9]{1,12})?Z")
_VECTOR = re.compile(r"[A-Za-z0-9:./()]{8,300}")


class Broken(ValueError):  # noqa: N818 -- a state of the record, not of us
    """A record that is not in the form OSV says."""


class Interval(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Versions from ``start`` on (empty: from the first) to before ``end`` (empty: for ever); with ``end`` itself if ``closed``."""

    start: str = ""
    end: str = ""
    closed: bool = False


class Record(msgspec.Struct, frozen=True, array_like=True):
    """What one database says of one fault in one package.

    ``listed`` are affected versions that no interval covers; ``vectors`` are CVSS vectors as they stand, ``word`` is the
    database's own severity. ``elsewhere`` names records of the same fault in other packages: names of it, but they join nothing.
    Dates are UTC, ISO 8601 to the second, or empty.
    """

    id: str
    aliases: tuple[str, ...] = ()
    intervals: tuple[Interval, ...] = ()
    listed: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    word: str = ""
    published: str = ""
    modified: str = ""
    summary: str = ""
    elsewhere: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """What came of one file: the record of each package, by canonical name; ``skipped`` counts versions that are none."""

    id: str
    modified: str = ""
    records: dict[str, Record] = {}
    withdrawn: bool = False
    skipped: int = 0


Text = Annotated[str, msgspec.Meta(max_length=1_000_000)]


class _Event(msgspec.Struct):
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None


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


class _Document(msgspec.Struct):
    """The parts of an OSV record that are used; the schema lets a list be null wherever it may be missing."""

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


_DECODER = msgspec.json.Decoder(_Document)


def read(content: bytes) -> Reading:
    """Reads an OSV record. Raises Broken where it is not one; fields that are not known are passed over."""
    try:
        document = _DECODER.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Broken(one_line(str(error), LONGEST_SUMMARY)) from error
    except RecursionError as error:
        raise Broken("nested too deeply") from error
    if not _ID.fullmatch(document.id):
        raise Broken("its id is none")
    modified = _date(document.modified)
    if document.withdrawn is not None:
        return Reading(document.id, modified, withdrawn=True)
    skipped = 0
    records: dict[str, Record] = {}
    for name, parts in _by_package(document.affected or ()).items():
        records[name], unread = _record(document, parts)
        skipped += unread
    return Reading(document.id, modified, records, skipped=skipped)


def _by_package(affected: Iterable[_Affected]) -> dict[str, list[_Affected]]:
    found: dict[str, list[_Affected]] = {}
    for part in affected:
        if part.package is None or part.package.ecosystem.partition(":")[0] != ECOSYSTEM:
            continue
        try:
            name = canonicalize_name(part.package.name, validate=True)
        except InvalidName as error:
            raise Broken("no package can have the name it gives") from error
        found.setdefault(name, []).append(part)
    return found


def _record(document: _Document, parts: list[_Affected]) -> tuple[Record, int]:
    ranges = [range_.events for part in parts for range_ in part.ranges or () if range_.type == "ECOSYSTEM"]
    told = [_spelled(events) for events in ranges]
    spans = tuple(sorted({span for events, _ in told for span in intervals(events)}))
    versions = [released(version) for part in parts for version in part.versions or ()]
    bounds = _bounds(spans)
    listed = {
        version
        for version in versions
        if version is not None and not any(_covers(bound, version, _public(version)) for bound in bounds)
    }
    scores = [*(document.severity or ()), *(score for part in parts for score in part.severity or ())]
    record = Record(
        id=document.id,
        aliases=_ids(document.aliases or ()),
        intervals=spans,
        listed=tuple(map(str, sorted(listed))),
        vectors=tuple(sorted({score.score for score in scores if _VECTOR.fullmatch(score.score)}))[:MOST_VECTORS],
        word=_word(document.database_specific),
        published=_date(document.published or ""),
        modified=_date(document.modified),
        summary=one_line(document.summary or document.details or "", LONGEST_SUMMARY),
    )
    return record, sum(unread for _, unread in told) + versions.count(None)


def _spelled(events: list[_Event]) -> tuple[list[tuple[str, str]], int]:
    """The events as (kind, version), and how many versions were not read.

    What is not understood never clears a version: an end that cannot be read is none, and where a start cannot be read the range
    goes from the first version of all to the last end of the range.
    """
    told = [(kind, value) for event in events for kind in KINDS if (value := getattr(event, kind)) is not None]
    begins = [_start(value) for kind, value in told if kind == "introduced"]
    ends = [(kind, end) for kind, value in told if kind != "introduced" and (end := released(value)) is not None]
    unread = len(told) - len(ends) - sum(begin is not None for begin in begins)
    if told and not begins:
        raise Broken("a range of it has no beginning")
    if None in begins:
        begins = [""]
        ends = sorted(ends, key=lambda end: (end[1], end[0]))[-1:]
    starts = [("introduced", begin) for begin in begins if begin is not None]
    return [*starts, *((kind, str(end)) for kind, end in ends)], unread


def _start(value: str) -> str | None:
    if value == "0":
        return ""
    version = released(value)
    return None if version is None else str(version)


def intervals(events: Iterable[tuple[str, str]]) -> list[Interval]:
    """The intervals that (kind, version) events make, in any order; an ``introduced`` without version is the beginning of all.

    What ends and begins at one version goes on where it was open, and is empty where it was not.
    """
    groups: dict[Version | None, dict[str, str]] = {}
    for kind, value in events:
        groups.setdefault(released(value) if value else None, {}).setdefault(kind, value)
    found: list[Interval] = []
    start: str | None = None
    for _, group in sorted(groups.items(), key=lambda item: (item[0] is not None, item[0] or _FIRST)):
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


_FIRST = Version("0.dev0")


def affects(record: Record, version: Version) -> bool:
    """Whether the record names ``version``. A local version (``2.0+cu118``) is what the version before its ``+`` is."""
    public = _public(version)
    if any(_covers(bound, version, public) for bound in _bounds(record.intervals)):
        return True
    return any(known in (version, public) for known in map(released, record.listed))


Bound = tuple[Version | None, Version | None, bool]


def _bounds(spans: Iterable[Interval]) -> list[Bound]:
    """The intervals in the form in which versions are compared; an end that is open is None."""
    return [(released(span.start) if span.start else None, released(span.end) if span.end else None, span.closed) for span in spans]


def _covers(bound: Bound, version: Version, public: Version) -> bool:
    start, end, closed = bound
    if start is not None and version < start:
        return False
    if end is None:
        return True
    asked = public if end.local is None else version
    return asked < end or (closed and asked == end)


def fixed_in(records: Iterable[Record], version: Version) -> tuple[Version, ...]:
    """The versions after ``version`` in which one of the records says the fault is mended and none says it is there, in order."""
    records = tuple(records)
    ends = {released(span.end) for record in records for span in record.intervals if not span.closed}
    later = sorted(end for end in ends if end is not None and end > version)
    return tuple(end for end in later if not any(affects(record, end) for record in records))


@lru_cache(maxsize=1 << 17)
def released(text: str) -> Version | None:
    """A version as PEP 440 reads it, or None."""
    try:
        return Version(text) if len(text) <= LONGEST_VERSION else None
    except InvalidVersion:
        return None


def _public(version: Version) -> Version:
    return version if version.local is None else Version(version.public)


def _ids(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if _ID.fullmatch(name)}))[:MOST_ALIASES]


def _date(text: str) -> str:
    match = _DATE.fullmatch(text)
    return f"{match[1]}Z" if match else ""


def _word(specific: Any) -> str:
    word = specific.get("severity") if isinstance(specific, dict) else None
    return word.upper() if isinstance(word, str) and word.isascii() and word.isalpha() and len(word) <= 16 else ""


def one_line(text: str, most: int) -> str:
    """``text`` on one line of at most ``most`` characters, without control, invisible and direction characters."""
    plain = " ".join(text[: 8 * most].split())
    if not plain.isprintable():
        plain = " ".join(_plain(plain).split())
    return plain if len(plain) <= most else plain[: most - 3].rsplit(" ", 1)[0] + "..."


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
