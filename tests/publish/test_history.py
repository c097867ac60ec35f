"""How long a branch was blocked, from what its verdicts were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.errors import UsageError
from scangate.model import Outcome
from scangate.publish.history import MOST, Past, add, blocked_seconds, read, render

PASS, FAIL, INCOMPLETE = Outcome.PASS, Outcome.FAIL, Outcome.INCOMPLETE


def past(*outcomes: Outcome) -> tuple[Past, ...]:
    """One verdict an hour."""
    return tuple(
        Past(f"2026-01-0{1 + hour // 24}T{hour % 24:02}:00:00Z", outcome, f"{hour:040x}", f"{hour:064x}")
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
def test_the_time_from_block_to_green(outcomes: tuple[Outcome, ...], hours: int | None) -> None:
    *before, now = past(*outcomes)
    assert blocked_seconds(before, now) == (None if hours is None else hours * 3600)
    assert blocked_seconds([*before, now], now) == blocked_seconds(before, now)


def test_the_same_verdict_is_kept_once_and_the_oldest_go() -> None:
    first, second = past(FAIL, PASS)
    assert add(add((first,), second), second) == (first, second)
    many = tuple(Past("2026-01-01T00:00:00Z", PASS, "", str(number)) for number in range(MOST))
    assert add(many, second) == (*many[1:], second)


@given(st.lists(st.sampled_from(list(Outcome)), max_size=30).map(lambda outcomes: past(*outcomes)))
def test_a_history_comes_back_as_it_was(kept: tuple[Past, ...]) -> None:
    assert read(render(kept), "here") == kept


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
def test_what_is_no_history_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="here is no history"):
        read(text, "here")
