"""Merges the records of several databases on one vulnerability into one advisory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from scangate.advisories.osv import AdvisoryRecord, affects, fixed_versions
from scangate.advisories.severity import worst_rating
from scangate.advisories.versions.ordered import AnyVersion
from scangate.model import Severity

ID_PREFERENCE = ("CVE", "GHSA", "PYSEC")
MALICIOUS = "MAL-"  # ids of https://github.com/ossf/malicious-packages, whose records have no score
ADVISORY_URL = "https://osv.dev/vulnerability/"


class Advisory(msgspec.Struct, frozen=True):
    """One vulnerability of one version of a package.

    ``ids``: CVE first, then GHSA, PYSEC, others. ``cvss``: score and vector, or empty. ``fixed_in``: later unaffected versions, in
    order. Dates are UTC, ISO 8601, the earliest publication and the latest change, or empty. ``source``: the store or the bundled
    advisories. ``is_malicious``: the package itself is the attack.
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
    is_malicious: bool = False


def find_advisories(records: Iterable[AdvisoryRecord], version: AnyVersion, source: str) -> tuple[Advisory, ...]:
    """The advisories among ``records`` of a package that affect ``version``, sorted by identifier."""
    joined = (_merge(group, version, source) for group in group_records(records) if any(affects(one, version) for one in group))
    return tuple(sorted(joined, key=lambda advisory: tuple(map(_id_order, advisory.ids))))


def group_records(records: Iterable[AdvisoryRecord]) -> tuple[tuple[AdvisoryRecord, ...], ...]:
    """Groups the records of one package that share an identifier, directly or through others."""
    named: dict[str, list[AdvisoryRecord]] = {}
    for record in sorted(records, key=lambda record: _id_order(record.id)):
        names = (record.id, *record.aliases)
        near = {id(group): group for group in (named.get(name) for name in names) if group is not None}
        together = [one for group in near.values() for one in group] + [record]
        for name in {*names, *(name for one in together for name in (one.id, *one.aliases))} if near else names:
            named[name] = together
    found = {id(group): group for group in named.values()}
    return tuple(tuple(sorted(group, key=lambda record: _id_order(record.id))) for group in found.values())


def find_upgrade(records: Iterable[AdvisoryRecord], version: AnyVersion) -> str:
    """The nearest later version that none of the records of a package affects, among the fixed versions; empty if unknown.

    A pre-release is returned only if there is no other, or if ``version`` is one itself.
    """
    clear = fixed_versions(records, version)
    steady = [one for one in clear if version.is_prerelease or not one.is_prerelease]
    return str(next(iter(steady or clear), ""))


def _merge(group: tuple[AdvisoryRecord, ...], version: AnyVersion, source: str) -> Advisory:
    is_malicious = any(record.id.startswith(MALICIOUS) for record in group)
    worst = worst_rating((vector for record in group for vector in record.vectors), (record.severity_label for record in group))
    return Advisory(
        ids=tuple(sorted({name for one in group for name in (one.id, *one.aliases, *one.related)}, key=_id_order)),
        severity=Severity.CRITICAL if is_malicious else worst.severity,
        cvss=worst.text,
        summary=next((record.summary for record in group if record.summary), ""),
        published=min((record.published for record in group if record.published), default=""),
        modified=max(record.modified for record in group),
        fixed_in=tuple(map(str, fixed_versions(group, version))),
        url=f"{ADVISORY_URL}{_page_id(group)}",
        source=source,
        is_malicious=is_malicious,
    )


def _page_id(group: tuple[AdvisoryRecord, ...]) -> str:
    """The identifier whose page on osv.dev exists: a database's own one; a page for the CVE may be missing."""
    return next((record.id for record in group if not record.id.startswith("CVE-")), group[0].id)


@lru_cache(maxsize=1 << 15)
def _id_order(name: str) -> tuple[int, str, tuple[tuple[int, str], ...]]:
    database = name.partition("-")[0]
    rank = ID_PREFERENCE.index(database) if database in ID_PREFERENCE else len(ID_PREFERENCE)
    return rank, database, tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[-:.]", name))
