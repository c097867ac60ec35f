"""What the plan knows to be no secret is taken out of a scanner's report: neither reported nor masked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from scangate.model import FileReport, FindingKind, Location, Secret, Span
from scangate.plugin import SourceFile
from scangate.scan.dispatch import without_not_secrets
from scangate.scan.plan import ScanPlan
from tests.support.policy_builders import make_finding

KNOWN = (Span(3, 5, 3, 15), Span(7, 1, 7, 9))
SOURCE = SourceFile("a.py", Path("a.py"))
INSIDE = [Span(3, 5, 3, 15), Span(3, 6, 3, 14), Span(7, 1, 7, 2)]
OUTSIDE = [
    Span(3, 4, 3, 15),
    Span(3, 5, 3, 16),
    Span(7, 5, 7, 15),  # the columns of another place
    Span(2, 5, 3, 15),
    Span(3, 5, 4, 15),
    Span(5, 5, 5, 15),  # between the two lines
    Span(3, 0, 3, 0),  # a whole line: its columns are not known
]


def cleaned(report: FileReport, known: Sequence[Span] = KNOWN) -> FileReport:
    return without_not_secrets(report, SOURCE, ScanPlan((), find_not_secrets=lambda source: known if source is SOURCE else ()))


def secret_report(*spans: Span) -> FileReport:
    """A finding and a secret for each place."""
    places = [Location("a.py", span.line, span.end_line, span.column, span.end_column) for span in spans]
    findings = tuple(make_finding("x:y", kind=FindingKind.SECRET, location=place) for place in places)
    return FileReport("a.py", findings, secrets=tuple(Secret((span,)) for span in spans))


@pytest.mark.parametrize("span", INSIDE)
def test_a_secret_inside_of_a_known_place_is_left_out(span: Span) -> None:
    assert cleaned(secret_report(span)) == FileReport("a.py")
    assert cleaned(secret_report(span, OUTSIDE[0])) == secret_report(OUTSIDE[0])


@pytest.mark.parametrize("span", OUTSIDE)
def test_a_secret_that_is_not_wholly_inside_stays(span: Span) -> None:
    assert cleaned(secret_report(span)) == secret_report(span)
    assert cleaned(secret_report(INSIDE[0], span)) == secret_report(span)


def test_a_secret_in_several_pieces_is_left_out_only_if_all_are_inside() -> None:
    half, whole = Secret((INSIDE[0], OUTSIDE[0])), Secret((INSIDE[0], INSIDE[2]))
    assert cleaned(FileReport("a.py", secrets=(half, whole))) == FileReport("a.py", secrets=(half,))


def test_a_place_without_more_is_a_secret_as_well() -> None:
    report = FileReport("a.py", secret_spans=(INSIDE[1], OUTSIDE[1]))
    assert cleaned(report) == FileReport("a.py", secrets=(Secret((OUTSIDE[1],)),))


def test_other_findings_stay_wherever_they_are() -> None:
    report = secret_report(INSIDE[0])
    weakness = make_finding("x:z", location=report.findings[0].location)
    both = FileReport("a.py", (*report.findings, weakness), secrets=report.secrets)
    assert cleaned(both) == FileReport("a.py", (weakness,))


def test_a_report_without_a_secret_or_a_known_place_is_as_it_was() -> None:
    report = FileReport("a.py", (make_finding("x:z"),))
    assert cleaned(report) is report
    report = FileReport("a.py", secret_spans=(INSIDE[0],))
    assert cleaned(report, ()) is report


def test_a_finding_alone_and_a_secret_alone_are_looked_up() -> None:
    report = secret_report(INSIDE[0])
    assert cleaned(FileReport("a.py", report.findings)) == FileReport("a.py")
    assert cleaned(FileReport("a.py", secrets=report.secrets)) == FileReport("a.py")
