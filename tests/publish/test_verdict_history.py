"""The time that a branch was blocked, by its verdicts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.errors import UsageError
from scangate.model import Outcome
from scangate.publish.verdict_history import MAX_ENTRIES, PastVerdict, add_verdict, blocked_seconds, parse_history, render_history

PASS, FAIL, INCOMPLETE = Outcome.PASS, Outcome.FAIL, Outcome.INCOMPLETE


def hourly(*outcomes: Outcome) -> tuple[PastVerdict, ...]:
    """One verdict an hour."""
    return tuple(
        PastVerdict(f"2026-01-0{1 + hour // 24}T{hour % 24:02}:00:00Z", outcome, f"{hour:040x}", f"{hour:064x}")
        for hour, outcome in enumerate(outcomes)
    )


@pytest.mark.parametrize(
    ("outcomes", "hours"),
    [
        ((PASS,), None),
        ((PASS, PASS), None),
        ((PASS, FAIL), None),
        ((FAIL, PASS), 1),
        ((PASS, FAIL, INCOMPLETE, FAIL, PASS), 3),
        ((FAIL, PASS, INCOMPLETE, PASS), 1),
        ((FAIL, PASS, PASS), None),
    ],
)
def test_blocked_seconds(outcomes: tuple[Outcome, ...], hours: int | None) -> None:
    *before, now = hourly(*outcomes)
    assert blocked_seconds(before, now) == (None if hours is None else hours * 3600)
    assert blocked_seconds([*before, now], now) == blocked_seconds(before, now)


def test_the_history_has_each_verdict_once_and_drops_the_oldest() -> None:
    first, second = hourly(FAIL, PASS)
    assert add_verdict(add_verdict((first,), second), second) == (first, second)
    many = tuple(PastVerdict("2026-01-01T00:00:00Z", PASS, "", str(number)) for number in range(MAX_ENTRIES))
    assert add_verdict(many, second) == (*many[1:], second)


@given(st.lists(st.sampled_from(list(Outcome)), max_size=30).map(lambda outcomes: hourly(*outcomes)))
def test_a_history_survives_encoding(kept: tuple[PastVerdict, ...]) -> None:
    assert parse_history(render_history(kept), "here") == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"schema": 2, "verdicts": []}',
        '{"schema": 1, "verdicts": [{"finished": "soon", "outcome": "PASS", "commit": "", "verdict": ""}]}',
        '{"schema": 1, "verdicts": [{"outcome": "PASS"}]}',
    ],
)
def test_an_invalid_history_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match=r"^here "):
        parse_history(text, "here")
