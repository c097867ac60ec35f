"""Quotations: the same text comes back, and nothing of the page stands in what is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.scan.quoting import QUOTE, Page
from scangate.scan.redact import SHORTEST_VALUE

TEXTS = st.text("ab \nß\U0001f511", max_size=40)
PASSWORD = "hunter2-" + "correct-horse"  # pragma: allowlist secret


def literals(value: Any) -> Iterator[str]:
    """Every text that is written as it is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from literals(each)
    elif isinstance(value, list):
        for each in value:
            yield from literals(each)


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=4), st.lists(st.tuples(TEXTS, TEXTS), max_size=3))
def test_what_is_quoted_comes_back_and_is_not_there_to_be_read(
    path: str, content: str, texts: list[str], cuts: list[tuple[str, str]]
) -> None:
    page = Page(path, content)
    said = {"texts": [*texts, *(before + content + after for before, after in cuts)], "path": path, "number": 3, "none": None}
    written = page.quoted(said)
    assert page.unquoted(json.loads(json.dumps(written))) == said
    whole = f"{path}\n{content}"
    runs = {whole[at : at + SHORTEST_VALUE] for at in range(len(whole) - SHORTEST_VALUE + 1)}
    for text in literals(written):
        assert not [at for at in range(len(text) - SHORTEST_VALUE + 1) if text[at : at + SHORTEST_VALUE] in runs], text


def test_the_longest_quotation_is_taken_so_that_no_end_of_a_secret_is_left() -> None:
    page = Page("a.py", f"hunter = 1\nhunter2 = 2\npassword = '{PASSWORD}'\n")
    written = page.quoted(f"Possible hardcoded password: '{PASSWORD}'!")
    assert written[QUOTE][-1] == "!"
    assert not [piece for piece in ("hunt", "correct", "horse") if piece in json.dumps(written)]


@pytest.mark.parametrize(
    "value",
    [
        {QUOTE: "text"},
        {QUOTE: [], "more": 1},
        {QUOTE: [[0]]},
        {QUOTE: [[0, 1, 2]]},
        {QUOTE: [[0, 0]]},
        {QUOTE: [[-1, 3]]},
        {QUOTE: [[0, 1000]]},
        {QUOTE: [[True, 1]]},
        {QUOTE: [[0.0, 1]]},
        {QUOTE: [None]},
        {QUOTE: [["a", "b"]]},
    ],
)
def test_a_quotation_that_is_none(value: Any) -> None:
    with pytest.raises(ValueError, match="quotation"):
        Page("a.py", "content").unquoted(value)
