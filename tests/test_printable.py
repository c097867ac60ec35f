"""Text for messages has no characters that change how the rest of a line is shown."""

from __future__ import annotations

from scangate.printable import replace_unprintable


def test_unprintable_characters_are_replaced() -> None:
    assert replace_unprintable("a\x1b[31m\nb\u202e") == "a?[31m?b?"
    assert replace_unprintable("a\tb", " ") == "a b"
    assert replace_unprintable("plain é") == "plain é"
