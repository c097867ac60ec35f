"""A value is one finding a path, in the version that brought it first; gaps of many versions are one a path and kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scangate.model import (
    Confidence,
    FileSource,
    Finding,
    FindingIdentity,
    FindingKind,
    Gap,
    GapKind,
    Location,
    ScanResult,
    Severity,
    Targets,
)
from scangate.scan.history import Blob, Version
from scangate.scan.history_results import HistoryResults
from scangate.scan.redaction import Redactor
from scangate.scan.results import status_of

COMMITS = ("c0", "c1", "c2", "c3")
BLOBS = ("a" * 40, "b" * 40, "c" * 40)


def blob(number: int, *versions: Version) -> Blob:
    return Blob(BLOBS[number], False, versions)


def listed(*blobs: Blob) -> dict[str, Blob]:
    return {each.target(1, each.versions[0]).path: each for each in blobs}


def found(path: str, value: str = "v", **more: Any) -> Finding:
    fields = {"severity": Severity.HIGH, "confidence": Confidence.HIGH, "kind": FindingKind.SECRET, "title": "t", "message": "m"}
    record = FindingIdentity(content="content", secret=value)
    return Finding(**{"rule": "fake:x", "location": Location(path, 1, 1), "identity": record, **fields, **more})


def result(findings: Sequence[Finding] = (), gaps: Sequence[Gap] = (), analyzed: Sequence[str] = ()) -> ScanResult:
    files = tuple(sorted(analyzed))
    given = len(files) + len({gap.path for gap in gaps})
    return ScanResult(
        "fake", "1", status_of(files, gaps), findings=tuple(findings), gaps=tuple(gaps), analyzed_files=files, files_given=given
    )


def merged(*parts: tuple[ScanResult, Mapping[str, Blob]], head: Sequence[int] = (), hidden: Sequence[str] = ()) -> HistoryResults:
    results = HistoryResults(COMMITS, lambda _, path: path not in hidden, frozenset(BLOBS[number] for number in head))
    for each, blobs in parts:
        results.add([each], Targets(FileSource.HISTORY, len(blobs)), blobs, {})
    return results


def report(results: HistoryResults, times: Mapping[str, int] | None = None) -> ScanResult:
    (only,) = results.results(Redactor(()), times or {}, ())
    return only


def places(results: HistoryResults) -> set[tuple[str, str, bool]]:
    findings = report(results).findings
    introductions = [(each.location.path, each.introduction) for each in findings]
    return {(path, each.commit, each.in_head) for path, each in introductions if each is not None}


def test_a_value_is_reported_where_it_came_first_whatever_the_order_of_the_parts() -> None:
    later, earlier = listed(blob(0, Version(2, b"a.py"))), listed(blob(1, Version(1, b"a.py")))
    parts = [(result([found(path) for path in blobs]), blobs) for blobs in (later, earlier)]
    assert places(merged(*parts)) == places(merged(*reversed(parts))) == {("a.py", "c1", False)}


def test_another_value_severity_or_path_is_another_finding() -> None:
    blobs = listed(blob(0, Version(0, b"one/a.py"), Version(2, b"two/a.py")), blob(1, Version(1, b"one/a.py")))
    first, second = blobs
    results = merged((result([found(first), found(second), found(second, "other")]), blobs))
    assert places(results) == {("one/a.py", "c0", False), ("two/a.py", "c2", False), ("one/a.py", "c1", False)}
    assert len({each.fingerprint for each in report(results).findings}) == 3
    weaker = merged((result([found(first), found(second, severity=Severity.LOW)]), blobs))
    assert len(report(weaker).findings) == 3


def test_a_path_that_a_scanner_may_not_report_on_has_no_finding() -> None:
    blobs = listed(blob(0, Version(0, b"no/a.py"), Version(1, b"a.py")))
    assert places(merged((result([found(path) for path in blobs]), blobs), hidden=["no/a.py"])) == {("a.py", "c1", False)}


def test_a_value_is_in_head_if_any_blob_of_head_has_it() -> None:
    blobs = listed(blob(0, Version(0, b"a.py")), blob(1, Version(1, b"b.py")))
    first, second = blobs
    results = merged((result([found(first), found(second), found(first, "gone")]), blobs), head=[1])
    assert places(results) == {("a.py", "c0", True), ("b.py", "c1", True), ("a.py", "c0", False)}
    assert results.has_values_to_find
    results.add_head([result([found("elsewhere.py", "gone")])])
    assert not results.has_values_to_find
    assert {each[2] for each in places(results)} == {True}


@pytest.mark.parametrize(("seconds", "date"), [(0, "1970-01-01"), (-1, "1969-12-31"), (10**17, ""), (None, "")])
def test_a_date_is_in_utc_or_absent(seconds: int | None, date: str) -> None:
    blobs = listed(blob(0, Version(3, b"a.py")))
    results = merged((result([found(path) for path in blobs]), blobs))
    assert results.commits_with_findings() == ["c3"]
    (finding,) = report(results, {} if seconds is None else {"c3": seconds}).findings
    assert finding.introduction is not None
    assert finding.introduction.date == date
    assert finding.message.startswith("brought by commit c3" + (f" of {date}" if date else "") + ", no longer in HEAD: ")


def test_gaps_of_a_path_are_one_of_each_kind_and_name_the_first_commit() -> None:
    blobs = listed(*(blob(number, Version(2 - number, b"a.py")) for number in range(3)))
    kinds = (GapKind.CRASH, GapKind.CRASH, GapKind.TIMEOUT)
    gaps = [Gap("fake", path, kind, "reason", line=7) for path, kind in zip(blobs, kinds, strict=True)]
    blobs |= (clean := listed(blob(0, Version(3, b"other/a.py"), Version(3, b"a.py"))))
    merged_result = report(merged((result(gaps=gaps, analyzed=list(clean)), blobs)))
    assert {(gap.path, gap.kind, gap.line) for gap in merged_result.gaps} == {("a.py", kind, 0) for kind in kinds}
    assert len(merged_result.gaps) == 2
    assert {"c1" in gap.reason for gap in merged_result.gaps if gap.kind is GapKind.CRASH} == {True}
    assert (merged_result.analyzed_files, merged_result.files_given) == (("other/a.py",), 2)
