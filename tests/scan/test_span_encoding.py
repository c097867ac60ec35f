"""Quotations: the same text comes back, and nothing of the file is in what is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.scan.span_encoding import MIN_PIECE_LENGTH, SPANS_KEY, SpanCodec

TEXTS = st.text("ab \nß\U0001f511", max_size=40)
PASSWORD = "hunter2-" + "correct-horse"  # pragma: allowlist secret


def literals(value: Any) -> Iterator[str]:
    """Every text that is not encoded."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from literals(each)
    elif isinstance(value, list):
        for each in value:
            yield from literals(each)


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=4), st.lists(st.tuples(TEXTS, TEXTS), max_size=3))
def test_encoded_text_is_restored_and_has_no_text_of_the_file(
    path: str, content: str, texts: list[str], cuts: list[tuple[str, str]]
) -> None:
    page = SpanCodec(path, content.split("\n"))
    said = {"texts": [*texts, *(before + content + after for before, after in cuts)], "path": path, "number": 3, "none": None}
    written = page.encode(said)
    assert page.decode(json.loads(json.dumps(written)), dict[str, Any]) == said
    whole = f"{path}\n{content}"
    runs = {whole[at : at + MIN_PIECE_LENGTH] for at in range(len(whole) - MIN_PIECE_LENGTH + 1)}
    for text in literals(written):
        assert not [at for at in range(len(text) - MIN_PIECE_LENGTH + 1) if text[at : at + MIN_PIECE_LENGTH] in runs], text


def test_the_longest_match_is_taken_so_that_no_end_of_a_secret_remains() -> None:
    page = SpanCodec("a.py", ["hunter = 1", "hunter2 = 2", f"password = '{PASSWORD}'", ""])
    written = page.encode(f"Possible hardcoded password: '{PASSWORD}'!")
    assert written[SPANS_KEY][-1] == "!"
    assert not [piece for piece in ("hunt", "correct", "horse") if piece in json.dumps(written)]


@pytest.mark.parametrize(
    "value",
    [
        {SPANS_KEY: "text"},
        {SPANS_KEY: [], "more": 1},
        {SPANS_KEY: [[0]]},
        {SPANS_KEY: [[0, 1, 2]]},
        {SPANS_KEY: [[0, 0]]},
        {SPANS_KEY: [[-1, 3]]},
        {SPANS_KEY: [[0, 1000]]},
        {SPANS_KEY: [[True, 1]]},
        {SPANS_KEY: [[0.0, 1]]},
        {SPANS_KEY: [None]},
        {SPANS_KEY: [["a", "b"]]},
    ],
)
def test_an_invalid_encoding_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"position|encoded"):
        SpanCodec("a.py", ["content"]).decode(value, str)
