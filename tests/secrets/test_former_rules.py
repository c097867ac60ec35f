"""Which rule reported a secret before: none where it is the same one."""

from __future__ import annotations

import pytest

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.former_rules import former_rule
from scangate.secrets.merging import merge_overlapping


@pytest.mark.parametrize(
    ("detectors", "expected"),
    [
        (("url-password", "secret-keyword"), "secret-keyword"),
        (("url-password", "a-new-one", "secret-keyword", "base64-high-entropy-string"), "secret-keyword"),
        (("google-api-key", "secret-keyword"), ""),
        (("secret-keyword", "base64-high-entropy-string"), ""),
        (("url-password", "a-new-one"), ""),
    ],
)
def test_the_former_rule_is_the_most_specific_one_that_reported_before(detectors: tuple[str, ...], expected: str) -> None:
    assert former_rule(detectors) == expected


def test_the_first_detector_of_a_merged_secret_represents_it() -> None:
    found = [
        Detection(start=0, end=9, rule=rule, secret_class=secret_class, value="x" * 9)
        for rule, secret_class in (("secret-keyword", SecretClass.ASSIGNMENT), ("url-password", SecretClass.PASSWORD))
    ]
    (merged,) = merge_overlapping(found)
    assert merged.detectors[0] == merged.detection.rule == "url-password"
