"""How bad: the worst of the CVSS vectors, else the worst of the words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.advisories.severity import score_vector, worst_rating
from scangate.model import Severity
from tests.support.osv_records import CRITICAL, MEDIUM

NONE = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"
LOW = "CVSS:3.0/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
FOUR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
TWO = "AV:N/AC:L/Au:N/C:C/I:C/A:C"


@pytest.mark.parametrize(
    ("vector", "severity", "score"),
    [
        (NONE, Severity.INFO, 0.0),
        (LOW, Severity.LOW, 1.6),
        (MEDIUM, Severity.MEDIUM, 6.1),
        (HIGH, Severity.HIGH, 7.5),
        (CRITICAL, Severity.CRITICAL, 9.8),
        (FOUR, Severity.CRITICAL, 9.3),
        (TWO, Severity.HIGH, 10.0),  # version 2 has no CRITICAL
        (f"({TWO})", Severity.HIGH, 10.0),
    ],
)
def test_a_vector(vector: str, severity: Severity, score: float) -> None:
    found = worst_rating([vector], ["LOW"])
    assert (found.severity, found.score) == (severity, score)
    assert found.text == f"{score:.1f} {vector}"


def test_the_worst_vector_counts() -> None:
    assert worst_rating([LOW, TWO, CRITICAL, HIGH], []).vector == CRITICAL
    assert worst_rating([MEDIUM, TWO], []).vector == TWO


@pytest.mark.parametrize(
    "vector", ["", "CVSS:3.1/AV:N", "CVSS:9.9/AV:N/AC:L", "CVSS:3.1/" + "AV:N/" * 50, "nonsense", "CVSS:4.0/x"]
)
def test_an_invalid_vector_is_ignored(vector: str) -> None:
    assert score_vector(vector) is None
    assert worst_rating([vector], ["moderate"]).severity is Severity.MEDIUM


def test_labels_rate_records_without_a_vector() -> None:
    worst = worst_rating([], ["LOW", "CRITICAL", "whatever"])
    assert (worst.severity, worst.text) == (Severity.CRITICAL, "")
    assert worst_rating([], ["whatever"]).severity is Severity.UNKNOWN
    assert worst_rating([], []).severity is Severity.UNKNOWN


@settings(max_examples=80, deadline=None)
@given(vector=st.text("CVSS:3.1/AVNLPRUIHSAMXau420!()", max_size=60) | st.text(max_size=30))
def test_no_vector_can_break_it(vector: str) -> None:
    found = score_vector(vector)
    assert found is None or found.vector == vector
