"""Generated values are distinguished from written ones."""

from __future__ import annotations

import pytest

from scangate.secrets.tokens.randomness import is_written, variable_part
from tests.support.token_samples import sample

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-"


@pytest.mark.parametrize("last", ["ecce6332f2fc", "944c3454f54f"])
def test_one_piece_of_few_characters_does_not_speak_against_a_uuid(last: str) -> None:
    token = "access-production-" + sample(UUID, "few") + last
    assert not is_written(variable_part(token))


def test_short_pieces_are_judged_together() -> None:
    token = "glrt-" + "WKKNW511Wl" + "-SgTeuVgyF"
    assert not is_written(variable_part(token))


@pytest.mark.parametrize(
    "token", ["glpat-your0token0here0123", "sk-ant-api03-xxxxxxxxxxxxxxxxxxxx-0f", "dop_v1_aaaaaaaaaaaaaaaaaaaaaaaa"]
)
def test_a_placeholder_is_written(token: str) -> None:
    assert is_written(variable_part(token))


@pytest.mark.parametrize(("word", "expected"), [("yoUR", False), ("your", True), ("YOUR", True), ("Your", True), ("exAMple", True)])
def test_a_short_word_in_mixed_case_is_chance(word: str, expected: bool) -> None:
    assert is_written("kO5Seu45v3wv" + word + "Jq81PzLm") is expected
