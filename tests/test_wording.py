"""User-facing texts, docstrings and comments use standard words."""

from __future__ import annotations

import pytest

from tests.support.wording_rules import Text, find_denied, source_texts, user_facing_texts


def test_user_facing_texts_contain_no_denied_word() -> None:
    texts = list(user_facing_texts())
    assert len(texts) > 1000
    denied = find_denied(texts)
    assert not denied, "\n".join(["", *denied])


def test_docstrings_and_comments_contain_no_denied_word() -> None:
    texts = list(source_texts())
    assert len(texts) > 1000
    denied = find_denied(texts)
    assert not denied, "\n".join(["", *denied])


@pytest.mark.parametrize(
    ("text", "found"),
    [("it is Told twice", 1), ("untold, retelling", 0), ("mend it; stands beside", 3), ("it lies below; it lies", 1)],
)
def test_whole_words_are_found_in_any_case(text: str, found: int) -> None:
    assert len(find_denied([Text("here", text)])) == found
