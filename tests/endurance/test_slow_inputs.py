"""A reader whose time is squared is found; one that is linear is not."""

from __future__ import annotations

from random import Random

import pytest

from tests.endurance.slow_inputs import SIZE, draw_units, estimate, report


def test_time_that_grows_with_the_square_is_measured_to_the_end() -> None:
    tried: list[int] = []

    def squared(data: bytes) -> float:
        tried.append(len(data))
        return (len(data) / 400_000) ** 2

    assert estimate(b"ab", b"", squared) == pytest.approx((SIZE / 400_000) ** 2)
    assert tried[-1] == SIZE


def test_time_that_grows_with_the_size_is_measured_once_and_estimated() -> None:
    assert estimate(b"ab", b"", lambda data: len(data) / 100_000) == pytest.approx(SIZE / 100_000)


def test_units_are_words_of_the_samples_and_their_pairs() -> None:
    units = draw_units([b"RUN x\n"], Random(1), 200)
    assert b"RUN" in b" ".join(units)
    assert len(units) == len(set(units))


def test_the_report_fails_for_a_ratio_above_ten() -> None:
    record: dict[str, object] = {"reader": "shell", "kind": "", "unit": "a", "seconds": 5.0, "plain": 0.5}
    assert report([record]) == 0
    assert report([record | {"seconds": 5.1}]) == 1
