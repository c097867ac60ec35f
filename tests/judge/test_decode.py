"""Values read into a scanner's own types: what a type may use, and how its own errors are reported."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from scangate.errors import PolicyError
from scangate.judge.decode import decode_node, struct_fields
from scangate.judge.policy_yaml import parse_policy_yaml


class Rich(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Everything a scanner's options may be made of."""

    names: frozenset[str] = frozenset()
    pair: Annotated[list[int], Meta(min_length=2, max_length=2)] = []
    ratio: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    word: Annotated[str, Meta(min_length=2, max_length=3)] | None = None
    env: dict[str, str] = {}
    max_age: int = 1

    def __post_init__(self) -> None:
        if self.max_age == 13:
            raise ValueError("max-age cannot be 13")


def made(text: str) -> Any:
    return decode_node(parse_policy_yaml(text.encode(), "p"), Rich)


def test_decoder_supports_the_documented_types() -> None:
    text = "{names: [b, a], pair: [1, 2], ratio: 0.25, word: abc, env: {A: b}, max-age: 2}"
    assert made(text) == Rich(frozenset("ab"), [1, 2], 0.25, "abc", {"A": "b"}, 2)
    assert made("word: null") == Rich()
    assert set(struct_fields(Rich)) == {"names", "pair", "ratio", "word", "env", "max-age"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("names: {a: 1}", "p:1:8: names: expected a list, got a mapping"),
        ("pair: [1]", "p:1:7: pair: the list has 1"),
        ("pair: [1, 2, 3]", "p:1:7: pair: the list has 3"),
        ("ratio: 1", "p:1:8: ratio: expected a number"),
        ("ratio: 0", "p:1:8: ratio: expected a number"),
        ("word: a", "p:1:7: word: expected text"),
        ("word: [a]", "p:1:7: word: expected text of at most 3 characters or nothing, got a list"),
        ("env: {A: 1}", "p:1:10: env.A: expected text, got a number"),
        ("max-age: 13", "p:1:1: max-age cannot be 13"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        made(text)
    assert caught.value.message.startswith(message)
    assert caught.value.hint


def test_a_type_that_no_file_can_hold_is_our_bug() -> None:
    class Odd(msgspec.Struct):
        data: bytes

    with pytest.raises(TypeError, match="a policy cannot hold"):
        decode_node(parse_policy_yaml(b"data: x", "p"), Odd)
