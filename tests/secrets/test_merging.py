"""Overlapping detections become one, and no detection is lost."""

from __future__ import annotations

import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.merging import merge_overlapping


def detection(start: int, end: int, rule: str, secret_class: SecretClass, *, is_verified: bool = False) -> Detection:
    """A detection of a value that does not matter."""
    return Detection(start=start, end=end, rule=rule, secret_class=secret_class, value="x", is_verified=is_verified)


def test_the_most_specific_represents_a_secret_and_the_others_are_named() -> None:
    password = detection(10, 20, "url-password", SecretClass.PASSWORD)
    keyword = detection(0, 30, "secret-keyword", SecretClass.ASSIGNMENT)
    random = detection(12, 18, "entropy", SecretClass.RANDOM)
    (merged,) = merge_overlapping([random, keyword, password])
    assert (merged.detection, merged.detectors) == (password, ("url-password", "secret-keyword", "entropy"))
    assert merged.ranges == ((0, 30), (10, 20), (12, 18))


def test_a_proven_format_comes_before_a_longer_one() -> None:
    proven = detection(5, 9, "checked-token", SecretClass.TOKEN, is_verified=True)
    (merged,) = merge_overlapping([detection(0, 20, "token", SecretClass.TOKEN), proven])
    assert merged.detection is proven


def test_two_secrets_in_a_wider_detection_stay_two() -> None:
    first, second = (detection(at, at + 5, "token", SecretClass.TOKEN) for at in (2, 12))
    merged = merge_overlapping([detection(0, 30, "secret-keyword", SecretClass.ASSIGNMENT), second, first])
    assert [each.detection for each in merged] == [first, second]
    assert merged[0].detectors == ("token", "secret-keyword")


def test_partners_are_one_secret_with_what_is_detected_there() -> None:
    pair = msgspec.structs.replace(detection(0, 20, "key", SecretClass.TOKEN), partners=((30, 70),))
    alone = detection(30, 70, "secret", SecretClass.TOKEN)
    (merged,) = merge_overlapping([detection(32, 40, "entropy", SecretClass.RANDOM), alone, pair])
    assert (merged.detection, merged.detectors) == (pair, ("key", "secret", "entropy"))
    assert merged.ranges == ((0, 20), (30, 70), (32, 40))


def test_a_partner_of_two_belongs_to_the_first() -> None:
    first, second = (
        msgspec.structs.replace(detection(at, at + 20, "key", SecretClass.TOKEN), partners=((60, 100),)) for at in (0, 30)
    )
    merged = merge_overlapping([first, second, detection(60, 100, "secret", SecretClass.ASSIGNMENT)])
    assert [each.detectors for each in merged] == [("key", "secret"), ("key",)]


RANGES = st.tuples(st.integers(0, 40), st.integers(1, 15))


@given(st.lists(st.tuples(RANGES, st.sampled_from(SecretClass)), max_size=12))
def test_each_detection_is_redacted_and_no_two_results_overlap(drawn: list[tuple[tuple[int, int], SecretClass]]) -> None:
    detections = [detection(at, at + length, f"r{number}", kind) for number, ((at, length), kind) in enumerate(drawn)]
    merged = merge_overlapping(detections)
    assert {span for each in merged for span in each.ranges} == {(each.start, each.end) for each in detections}
    places = [(each.detection.start, each.detection.end) for each in merged]
    assert places == sorted(places)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))
