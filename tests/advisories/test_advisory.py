"""One fault, several databases: joined by their aliases, named by all, fixed where none of them sees it any more."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from scangate.advisories.advisory import find_advisories, find_upgrade, group_records
from scangate.advisories.osv import AdvisoryRecord, affects, parse_record
from scangate.model import Severity
from tests.support.osv_records import CRITICAL, MEDIUM, osv_record, parsed_record

ONE = ("introduced", "0"), ("fixed", "1.2")
TWO = ("introduced", "0"), ("fixed", "1.3")


def test_records_that_share_an_id_are_one_advisory() -> None:
    known = [
        parsed_record("PYSEC-2025-10", *ONE, aliases=["CVE-2025-9"], published="2025-02-02T00:00:00Z", details="why it is bad"),
        parsed_record("GHSA-aaaa-bbbb-cccc", *TWO, aliases=["CVE-2025-9", "CVE-2025-10"], summary="bad", severity=[score(MEDIUM)]),
        parsed_record("PYSEC-2025-9", *ONE, aliases=["CVE-2025-10"], severity=[score(CRITICAL)], modified="2025-09-09T00:00:00Z"),
        parsed_record("PYSEC-2025-11", *ONE, aliases=["CVE-2025-11"]),
    ]
    first, second = find_advisories(known, Version("1.0"), "store")
    assert first.ids == ("CVE-2025-9", "CVE-2025-10", "GHSA-aaaa-bbbb-cccc", "PYSEC-2025-9", "PYSEC-2025-10")
    assert (first.severity, first.cvss) == (Severity.CRITICAL, f"9.8 {CRITICAL}")
    assert first.summary == "bad"
    assert (first.published, first.modified) == ("2025-01-01T00:00:00Z", "2025-09-09T00:00:00Z")
    assert first.fixed_in == ("1.3",)
    assert first.url == "https://osv.dev/vulnerability/GHSA-aaaa-bbbb-cccc"
    assert first.source == "store"
    assert (second.ids, second.severity) == (("CVE-2025-11", "PYSEC-2025-11"), Severity.UNKNOWN)


def score(vector: str) -> dict[str, str]:
    """A score as OSV writes it."""
    return {"type": "CVSS_V3", "score": vector}


def test_a_version_is_affected_if_one_record_affects_it() -> None:
    known = [parsed_record("PYSEC-1-1", *TWO, aliases=["CVE-1-1"]), parsed_record("GHSA-1", *ONE, aliases=["CVE-1-1"])]
    (found,) = find_advisories(known, Version("1.2"), "")
    assert found.ids == ("CVE-1-1", "GHSA-1", "PYSEC-1-1")
    (found,) = find_advisories(known, Version("1.0"), "")
    assert found.fixed_in == ("1.3",)
    assert not find_advisories(known, Version("1.3"), "")


def test_a_cve_without_a_record_of_another_database() -> None:
    (found,) = find_advisories([parsed_record("CVE-2025-1", *ONE)], Version("1.0"), "")
    assert found.url.endswith("/CVE-2025-1")


IDS = st.sampled_from([f"CVE-1-{number}" for number in range(6)])


@settings(max_examples=80, deadline=None)
@given(aliases=st.lists(st.frozensets(IDS, max_size=3), max_size=8))
def test_groups_are_the_connected_components(aliases: list[frozenset[str]]) -> None:
    known = [parsed_record(f"PYSEC-1-{number}", aliases=sorted(names)) for number, names in enumerate(aliases)]
    found = group_records(known)
    assert sorted(one.id for group in found for one in group) == sorted(one.id for one in known)
    names = [{name for one in group for name in (one.id, *one.aliases)} for group in found]
    for number, one in enumerate(names):
        assert all(one.isdisjoint(other) for other in names[number + 1 :])
    for group in found:
        assert is_connected(list(group))
    assert {frozenset(group) for group in group_records(known[::-1])} == {frozenset(group) for group in found}


def is_connected(group: list[AdvisoryRecord]) -> bool:
    """Whether each record can be reached from the first by shared names."""
    reached, left = {group[0].id, *group[0].aliases}, group[1:]
    while near := [one for one in left if not reached.isdisjoint((one.id, *one.aliases))]:
        left = [one for one in left if one not in near]
        reached |= {name for one in near for name in (one.id, *one.aliases)}
    return not left


def test_the_nearest_upgrade_clears_every_advisory() -> None:
    known = [
        parsed_record("PYSEC-1-1", ("introduced", "0"), ("fixed", "1.5")),
        parsed_record("PYSEC-1-2", ("introduced", "1.5"), ("fixed", "1.6"), ("introduced", "2.0"), ("fixed", "2.1")),
        parsed_record("PYSEC-1-3", ("introduced", "0"), ("fixed", "2.0")),
    ]
    assert find_upgrade(known, Version("1.0")) == "2.1"
    assert find_upgrade(known[:2], Version("1.0")) == "1.6"
    assert find_upgrade(known[:1], Version("1.0")) == "1.5"
    assert find_upgrade([parsed_record("PYSEC-1-4")], Version("1.0")) == ""
    assert find_upgrade([*known, parsed_record("PYSEC-1-4")], Version("1.0")) == ""


def test_a_pre_release_is_an_upgrade_only_without_a_release() -> None:
    early = parsed_record("PYSEC-1-1", ("introduced", "0"), ("fixed", "1.5rc1"), ("introduced", "1.5"), ("fixed", "1.6"))
    assert find_upgrade([early], Version("1.0")) == "1.6"
    assert find_upgrade([early], Version("1.0b1")) == "1.5rc1"
    assert find_upgrade([parsed_record("PYSEC-1-2", ("introduced", "0"), ("fixed", "1.5rc1"))], Version("1.0")) == "1.5rc1"


VERSION = st.builds("{}.{}{}".format, st.integers(0, 3), st.integers(0, 2), st.sampled_from(["", "", "rc1", ".post1"]))


@settings(max_examples=80, deadline=None)
@given(ends=st.lists(st.tuples(VERSION, VERSION), min_size=1, max_size=5), asked=VERSION)
def test_an_upgrade_is_the_nearest_unaffected_version(ends: list[tuple[str, str]], asked: str) -> None:
    known = [parsed_record(f"PYSEC-1-{number}", ("introduced", a), ("fixed", b)) for number, (a, b) in enumerate(ends)]
    version = Version(asked)
    found = find_upgrade(known, version)
    clear = sorted(end for _, b in ends if (end := Version(b)) > version and not any(affects(one, end) for one in known))
    named = {end for one in known for span in one.intervals if span.end for end in [Version(span.end)]}
    clear = [end for end in clear if end in named]
    if found:
        assert Version(found) in clear
        assert all(end.is_prerelease for end in clear if end < Version(found))
    else:
        assert not clear


def test_related_records_of_other_packages_are_not_grouped() -> None:
    bridge = {"related": ("PYSEC-9-9",)}
    plain = [parse_record(json.dumps(osv_record(f"PYSEC-1-{number}")).encode()).records["sample"] for number in (1, 2)]
    linked = [AdvisoryRecord(**{name: getattr(one, name) for name in one.__struct_fields__} | bridge) for one in plain]
    first, second = find_advisories(linked, Version("1.0"), "")
    assert (first.ids, second.ids) == (("PYSEC-1-1", "PYSEC-9-9"), ("PYSEC-1-2", "PYSEC-9-9"))
