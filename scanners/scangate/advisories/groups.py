"""Joins what several databases say of one fault into one advisory; opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec
from packaging.version import Version

from scangate.advisories.osv import Record, affects, fixed_in
from scangate.advisories.severity import rating
from scangate.model import Severity

__all__ = ["Advisory", "advisories", "groups", "upgrade"]

FIRST = ("CVE", "GHSA", "PYSEC")
WEB = "https://osv.dev/vulnerability/"


class Advisory(msgspec.Struct, frozen=True):
    """One fault of one version of a package, by all its names.

    ``ids``: CVE first, then GHSA, PYSEC, others. ``cvss``: score and vector, or empty. ``fixed_in``: later versions without it, in
    order. Dates are UTC, ISO 8601, the earliest publication and the latest change, or empty. ``source``: who says so.
    """

    ids: tuple[str, ...]
    severity: Severity
    cvss: str
    summary: str
    published: str
    modified: str
    fixed_in: tuple[str, ...]
    url: str
    source: str


def advisories(records: Iterable[Record], version: Version, source: str) -> tuple[Advisory, ...]:
    """The faults of ``version``, of all that is known of its package; sorted by their names."""
    joined = (_advisory(group, version, source) for group in groups(records) if any(affects(one, version) for one in group))
    return tuple(sorted(joined, key=lambda advisory: tuple(map(_order, advisory.ids))))


def groups(records: Iterable[Record]) -> tuple[tuple[Record, ...], ...]:
    """The records of one package, those together that share a name directly or through others."""
    named: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda record: _order(record.id)):
        names = (record.id, *record.aliases)
        near = {id(group): group for group in (named.get(name) for name in names) if group is not None}
        together = [one for group in near.values() for one in group] + [record]
        for name in {*names, *(name for one in together for name in (one.id, *one.aliases))} if near else names:
            named[name] = together
    found = {id(group): group for group in named.values()}
    return tuple(tuple(sorted(group, key=lambda record: _order(record.id))) for group in found.values())


def upgrade(records: Iterable[Record], version: Version) -> str:
    """The nearest later version that none of the records of a package affects, by what they say is fixed; empty if none is known.

    A pre-release is named only where nothing else is known, or where ``version`` is one itself.
    """
    clear = fixed_in(records, version)
    steady = [one for one in clear if version.is_prerelease or not one.is_prerelease]
    return str(next(iter(steady or clear), ""))


def _advisory(group: tuple[Record, ...], version: Version, source: str) -> Advisory:
    worst = rating((vector for record in group for vector in record.vectors), (record.word for record in group))
    return Advisory(
        ids=tuple(sorted({name for one in group for name in (one.id, *one.aliases, *one.elsewhere)}, key=_order)),
        severity=worst.severity,
        cvss=worst.text,
        summary=next((record.summary for record in group if record.summary), ""),
        published=min((record.published for record in group if record.published), default=""),
        modified=max(record.modified for record in group),
        fixed_in=tuple(map(str, fixed_in(group, version))),
        url=f"{WEB}{_named(group)}",
        source=source,
    )


def _named(group: tuple[Record, ...]) -> str:
    """A database's own name for its record: that page is there, while a CVE's may be missing."""
    return next((record.id for record in group if not record.id.startswith("CVE-")), group[0].id)


@lru_cache(maxsize=1 << 15)
def _order(name: str) -> tuple[int, str, tuple[tuple[int, str], ...]]:
    database = name.partition("-")[0]
    rank = FIRST.index(database) if database in FIRST else len(FIRST)
    return rank, database, tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[-:.]", name))
