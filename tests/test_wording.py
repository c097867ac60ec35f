"""The check of user-facing texts finds denied words."""

from __future__ import annotations

import pytest

from tests.support.wording_rules import Text, find_denied


@pytest.mark.parametrize(("text", "found"), [("it is Told twice", 1), ("untold, retelling", 0), ("mend it; stands beside", 3)])
def test_whole_words_are_found_in_any_case(text: str, found: int) -> None:
    assert len(find_denied([Text("here", text)])) == found
