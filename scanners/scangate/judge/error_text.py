"""Text for error messages: the nearest valid name, shortened text, and plurals."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from scangate.printable import replace_unprintable

MAX_CHARACTERS = 60  # characters of a key that are echoed


def shorten(text: str) -> str:
    """``text`` on one line, without control characters, cut to what a reader can use."""
    plain = replace_unprintable(text[: MAX_CHARACTERS + 1])
    return plain if len(text) <= MAX_CHARACTERS else plain[:MAX_CHARACTERS] + "..."


def suggest(name: str, allowed: Iterable[str]) -> str:
    """The hint for an unknown name: the closest valid one, and all that are valid."""
    names = sorted(allowed)
    close = difflib.get_close_matches(name[:MAX_CHARACTERS].lower(), names, n=1, cutoff=0.5)
    valid = f"allowed: {', '.join(names)}" if names else "nothing is allowed here"
    return f"did you mean `{close[0]}`? {valid}" if close else valid


def pluralize(number: int, noun: str) -> str:
    """``1 finding``, ``2 findings``: a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
