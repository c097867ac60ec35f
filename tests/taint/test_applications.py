"""64 pairs of applications by an author who had not seen the engine: at least 90 % of the weak are found, 5 % of the safe alarm."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from scangate.taint.request_flows import Answer
from tests.support.taint_pairs import APPLICATIONS, Place, expected, follow, found, read_pair

NAMES = sorted(file.stem for file in APPLICATIONS.glob("*.txt"))
FOUND_AT_LEAST = 0.9
ALARMS_AT_MOST = 0.05

_NO_FLOW = "semgrep's rule finds how the parser is made, wherever its text comes from"
KNOWN_MISSES: Mapping[str, str] = {
    "django-middleware-return": "an attribute that a middleware sets on the request",
    "fastapi-invoice-xml": _NO_FLOW,
    "lambda-soap-relay": _NO_FLOW,
}
"""Weak applications that the engine does not find yet, and what it does not follow."""
KNOWN_ALARMS: Mapping[str, str] = {
    "django-signup-create": "keywords with constant names, collected into a dictionary",
}
"""Safe applications that the engine reports, and why they are safe."""


class Outcome(NamedTuple):
    """What is expected in a weak application, and what the engine finds in it and in its safe twin."""

    expected: set[Place]
    weak: set[Place]
    safe: set[Place]
    whole: bool


@cache  # 128 projects take two seconds, for all tests of this file together
def outcomes() -> Mapping[str, Outcome]:
    """The outcome of each pair."""
    return {name: _outcome(name) for name in NAMES}


def _outcome(name: str) -> Outcome:
    pair = read_pair(name, APPLICATIONS)
    weak, safe = follow(pair["weak"]), follow(pair["safe"])
    return Outcome(expected(pair["weak"]), found(weak), found(safe), _is_whole(weak) and _is_whole(safe))


def _is_whole(answer: Answer) -> bool:
    return not answer.unparsable and not answer.unfinished


def _missed() -> set[str]:
    return {name for name, outcome in outcomes().items() if not outcome.expected <= outcome.weak}


def _alarming() -> set[str]:
    return {name for name, outcome in outcomes().items() if outcome.safe}


def test_pairs_are_applications_of_several_files() -> None:
    assert len(NAMES) >= 64
    for name in NAMES:
        pair = read_pair(name, APPLICATIONS)
        assert all(3 <= len(files) <= 6 for files in pair.values()), name
        assert (len(expected(pair["weak"])), expected(pair["safe"])) == (1, set()), name


def test_missed_applications_are_the_known_ones() -> None:
    assert _missed() == set(KNOWN_MISSES)


def test_alarming_applications_are_the_known_ones() -> None:
    assert _alarming() == set(KNOWN_ALARMS)


def test_nothing_else_is_found_and_nothing_is_left_out() -> None:
    for name, outcome in outcomes().items():
        assert outcome.whole, name
        assert {rule for *_, rule in outcome.weak} <= {rule for *_, rule in outcome.expected}, name


def test_nine_of_ten_weak_applications_are_found() -> None:
    assert 1 - len(_missed()) / len(NAMES) >= FOUND_AT_LEAST


def test_one_of_twenty_safe_applications_alarms_at_most() -> None:
    assert len(_alarming()) / len(NAMES) <= ALARMS_AT_MOST
