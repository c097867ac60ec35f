"""Which versions an OSV record affects: against the algorithm of the specification, and in the corners of PEP 440."""

from __future__ import annotations

import contextlib
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from scangate.advisories.osv import Interval, InvalidRecordError, affects, build_intervals, fixed_versions, one_line, parse_record
from tests.support.osv_records import osv_record, parsed_record

EPOCHS, NUMBERS = st.sampled_from(["", "", "", "1!"]), st.integers(0, 3)
TAILS = st.sampled_from(["", "", "", "a1", "b2", "rc1", ".post1", ".dev1", "rc1.dev2"])
VERSIONS = st.builds("{}{}.{}{}".format, EPOCHS, NUMBERS, NUMBERS, TAILS)


def is_in(version: Version, events: list[tuple[str, str]]) -> bool:
    """The evaluation that https://ossf.github.io/osv-schema/#evaluation prescribes, for events at different versions."""
    vulnerable = False
    for kind, value in sorted(events, key=lambda event: (event[1] != "0", Version(event[1]))):
        if kind == "introduced" and (value == "0" or version >= Version(value)):
            vulnerable = True
        elif (kind == "fixed" and version >= Version(value)) or (kind == "last_affected" and version > Version(value)):
            vulnerable = False
    return vulnerable


@st.composite
def ranges(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Events of one range in any order, each at a version of its own."""
    values = draw(st.lists(VERSIONS, min_size=1, max_size=6, unique_by=Version))
    kinds = st.sampled_from(["introduced", "fixed", "last_affected"])
    events = [(draw(kinds), value) for value in values]
    start = draw(st.sampled_from(["0", *values]))
    return draw(st.permutations([("introduced", start), *(event for event in events if event[1] != start)]))


@settings(max_examples=80, deadline=None)
@given(events=ranges(), asked=VERSIONS)
def test_ranges_follow_the_osv_specification(events: list[tuple[str, str]], asked: str) -> None:
    assert affects(parsed_record("PYSEC-1-1", *events), Version(asked)) == is_in(Version(asked), events)


@settings(max_examples=80, deadline=None)
@given(first=ranges(), second=ranges(), listed=st.lists(VERSIONS, max_size=4), asked=VERSIONS)
def test_ranges_and_listed_versions_add_up(
    first: list[tuple[str, str]], second: list[tuple[str, str]], listed: list[str], asked: str
) -> None:
    content = osv_record("PYSEC-1-1", "sample", *first, versions=listed)
    content["affected"] += osv_record("PYSEC-1-1", "Sample", *second)["affected"]
    found = parse_record(json.dumps(content).encode()).records["sample"]
    version = Version(asked)
    named = version in map(Version, listed)
    assert affects(found, version) == (named or is_in(version, first) or is_in(version, second))
    assert not set(map(Version, found.versions)) - set(map(Version, listed))


@pytest.mark.parametrize(
    ("events", "inside", "outside"),
    [
        ([("introduced", "0"), ("fixed", "2.0")], "0.dev0 0 1.9 2.0rc1 2.0.dev1 2.0a1", "2.0 2.0.0 2.0.post1 2.1 1!0"),
        ([("introduced", "1.0"), ("last_affected", "2.0")], "1.0 2 2.0.0 2.0+cu118 2.0rc1", "0.9 1.0rc1 2.0.1 2.0.post1"),
        ([("introduced", "1.0"), ("last_affected", "1.0")], "1 1.0 1.0.0", "0.9 1.0.post1 1.0.1"),
        ([("introduced", "1.0"), ("fixed", "1.0")], "", "0.9 1.0 1.1"),
        ([("fixed", "3"), ("introduced", "2"), ("fixed", "2"), ("introduced", "1")], "1 1.9 2 2.9", "0.9 3"),
        ([("introduced", "1!0"), ("fixed", "1!2")], "1!0 1!1.9", "0 99 1!2 2!0"),
        ([("introduced", "0")], "0.dev0 0 99 9!9", ""),
        ([("introduced", "0"), ("fixed", "2.0+patched")], "2.0 2.0+a 1.9+z", "2.0+patched 2.0+zz 2.1"),
        ([("introduced", "2.0"), ("fixed", "2.1")], "2.0+local 2.0.5+local 2.1rc1", "2.1+local 1.9+local"),
    ],
)
def test_edge_cases_of_pep_440(events: list[tuple[str, str]], inside: str, outside: str) -> None:
    found = parsed_record("PYSEC-1-1", *events)
    assert [version for version in inside.split() if not affects(found, Version(version))] == []
    assert [version for version in outside.split() if affects(found, Version(version))] == []


def test_a_listed_version_includes_its_local_versions() -> None:
    found = parsed_record("PYSEC-1-1", ("introduced", "0"), ("fixed", "1"), versions=["0.5", "2.0", "3.0+x"])
    assert found.versions == ("2.0", "3.0+x")
    assert affects(found, Version("2.0+cu118"))
    assert affects(found, Version("3.0+x"))
    assert not affects(found, Version("3.0"))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("introduced", "0"), ("fixed", "2019-09-12-final")], [Interval()]),
        ([("introduced", "not a version"), ("fixed", "2.0")], [Interval("", "2.0")]),
        ([("introduced", "1.0"), ("fixed", "1.5"), ("introduced", "??"), ("fixed", "3.0")], [Interval("", "3.0")]),
        ([("introduced", "??")], [Interval()]),
    ],
)
def test_an_invalid_version_never_shrinks_a_range(events: list[tuple[str, str]], expected: list[Interval]) -> None:
    reading = parse_record(json.dumps(osv_record("PYSEC-1-1", "sample", *events, versions=["2004d", "1"])).encode())
    assert list(reading.records["sample"].intervals) == expected
    assert reading.skipped == 2


def test_only_ecosystem_ranges_of_pypi_packages_are_read() -> None:
    content = osv_record("GHSA-1-1", "Some_Thing.x", ("introduced", "1"))
    content["affected"][0]["ranges"].append({"type": "GIT", "repo": "x", "events": [{"introduced": "0"}, {"fixed": "abcdef"}]})
    content["affected"] += osv_record("GHSA-1-1", "other", ecosystem="npm")["affected"]
    content["affected"].append({"ranges": [], "package": None})
    reading = parse_record(json.dumps(content).encode())
    assert list(reading.records) == ["some-thing-x"]
    assert reading.records["some-thing-x"].intervals == (Interval("1"),)
    assert reading.skipped == 0


def test_unknown_fields_are_ignored_and_null_is_empty() -> None:
    content = osv_record("PYSEC-1-1") | {"future": [{"x": 1}], "aliases": None, "severity": None, "database_specific": None}
    content["affected"][0] |= {"versions": None, "severity": None}
    assert parse_record(json.dumps(content).encode()).records["sample"].aliases == ()


def test_the_rest_of_a_record() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    content = osv_record(
        "PYSEC-2025-1",
        aliases=["CVE-2025-1", "GHSA-x", "CVE-2025-1", "not an id\x1b[31m"],
        severity=[{"type": "CVSS_V3", "score": vector}, {"type": "Ubuntu", "score": "low"}],
        summary=None,
        details="First line\nsecond \x1b[31mline\u202e" + " word" * 100,
        database_specific={"severity": "Moderate"},
    )
    found = parse_record(json.dumps(content).encode()).records["sample"]
    assert found.aliases == ("CVE-2025-1", "GHSA-x")
    assert found.vectors == (vector,)
    assert found.severity_label == "MODERATE"
    assert (found.published, found.modified) == ("2025-01-01T00:00:00Z", "2025-05-05T05:05:05Z")
    assert found.summary.startswith("First line second [31mline word")
    assert len(found.summary) <= 200
    assert found.summary.isprintable()


def test_a_withdrawn_record_affects_nothing() -> None:
    reading = parse_record(json.dumps(osv_record("PYSEC-1-1", withdrawn="2025-01-01T00:00:00Z")).encode())
    assert reading.withdrawn
    assert not reading.records


@pytest.mark.parametrize("date", ["1-01-01T00:00:00Z", "yesterday", "", "2025-01-01", "2025-01-01T00:00:00+02:00"])
def test_an_invalid_date_is_empty(date: str) -> None:
    assert parsed_record("PYSEC-1-1", published=date, modified=date).modified == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"id": 1, "modified": ""}',
        b'{"id": "x y", "modified": ""}',
        b'{"id": "../../etc-passwd", "modified": ""}',
        b'{"id": "A-1", "modified": "", "affected": [1]}',
        b'{"id": "A-1", "modified": "", "affected": {}}',
        b'{"id": "A-1", "modified": "", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"id": "A-1", "modified": "", "summary": "\xff"}',
        json.dumps(osv_record("A-1", "not a name")).encode(),
        json.dumps(osv_record("A-1", "sample", ("fixed", "1.0"))).encode(),
    ],
)
def test_an_invalid_record_is_rejected(content: bytes) -> None:
    with pytest.raises(InvalidRecordError):
        parse_record(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | VERSIONS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(field=st.sampled_from([*osv_record("A-1"), "severity", "aliases", "summary", "withdrawn"]), value=JSON)
def test_no_field_can_break_the_reader(field: str, value: Any) -> None:
    with contextlib.suppress(InvalidRecordError):
        parse_record(json.dumps(osv_record("A-1") | {field: value}).encode())


@settings(max_examples=80, deadline=None)
@given(content=st.binary(max_size=200))
def test_no_bytes_can_break_the_reader(content: bytes) -> None:
    with pytest.raises(InvalidRecordError):
        parse_record(content)


def test_fixed_versions_exclude_versions_that_another_record_affects() -> None:
    first = parsed_record("GHSA-1", ("introduced", "0"), ("fixed", "1.2"), ("introduced", "2.0"), ("fixed", "2.2"))
    second = parsed_record("PYSEC-1", ("introduced", "0"), ("fixed", "1.3"))
    assert list(map(str, fixed_versions([first], Version("1.0")))) == ["1.2", "2.2"]
    assert list(map(str, fixed_versions([first, second], Version("1.0")))) == ["1.3", "2.2"]
    assert list(map(str, fixed_versions([first, second], Version("2.1")))) == ["2.2"]
    assert fixed_versions([parsed_record("PYSEC-1", ("introduced", "0"), ("last_affected", "9"))], Version("1.0")) == ()


@settings(max_examples=80, deadline=None)
@given(events=st.lists(st.tuples(st.sampled_from(["introduced", "fixed", "last_affected"]), VERSIONS), max_size=8))
def test_intervals_are_in_order_and_apart(events: list[tuple[str, str]]) -> None:
    found = build_intervals(events)
    for left, right in pairwise(found):
        assert left.end
        assert Version(left.end) <= Version(right.start)


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=600), most=st.integers(10, 200))
def test_one_line_is_printable_and_bounded(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    assert line.isprintable()
