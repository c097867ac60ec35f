"""What a pattern needs is in every text that it matches, and is no less than what is written in the pattern."""

from __future__ import annotations

import pytest

from scangate.tools.pattern_needs import NUMBERS, TOKENS, Literals, parse, required_literals, required_run


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("abc", Literals(("abc",), 0)),
        ("[xy]{0,3}abc+", Literals(("ab",), 3)),
        ("(?:ab|cde)f", Literals(("ab", "cde"), 0)),
        ("x(?:ab|cde)", Literals(("ab", "cde"), 1)),
        ("(?:ab|[0-9])", Literals()),
        ("(?:abc)?de", Literals(("de",), 3)),
    ],
)
def test_the_longest_literal_is_required_with_what_may_precede_it(pattern: str, literals: Literals) -> None:
    assert required_literals(parse(pattern, 0)) == literals


@pytest.mark.parametrize(
    ("pattern", "tokens", "numbers"),
    [
        (r"key_[0-9a-f]{32}", 36, 0),
        (r"[0-9a-f]{24}\.[\w-]{6}", 24, 1),
        (r"\d{1,3}(?:\.\d{1,3}){3}", 1, 7),
        (r"(?:[a-z]{24}|[0-9]{64})", 24, 0),
        (r"a(?:bc|[^x]{9})d{3}", 3, 0),
        (r"a[x ]?b{3}", 3, 0),
        (r"(?<![\w.])[a-z]{9}(?=\s)", 9, 0),
        (r".{40}", 0, 0),
        (r"(a)\1{20}", 1, 0),
    ],
)
def test_what_may_be_something_else_ends_a_run(pattern: str, tokens: int, numbers: int) -> None:
    assert required_run(parse(pattern, 0), TOKENS) == tokens
    assert required_run(parse(pattern, 0), NUMBERS) == numbers


def test_other_characters_may_be_letters() -> None:
    assert TOKENS.shape("a \u212a9\n") == b"a\naa\n"
