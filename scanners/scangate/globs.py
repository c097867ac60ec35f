"""Path patterns as in ``.gitignore``, for exclusions, budgets and exceptions; imports nothing of ours, reads no file.

A pattern is matched against a path relative to the root, with ``/`` and without a leading one. It matches that path or any folder
that contains it: a pattern for a folder covers everything in it.

- ``build`` or ``*.min.js`` (no slash, or only at the end) matches at any depth;
- ``src/vendor`` (a slash at the start or in the middle) is relative to the root; ``/build`` matches only at the root;
- ``build/`` (a slash at the end) matches only what is in a folder;
- ``*`` is any characters but ``/``, ``?`` is one, ``[a-z]`` and ``[!a-z]`` are one of a set, ``\\`` escapes the next one;
- ``**/`` is any number of folders, including none; ``/**`` at the end is everything inside.

There is no ``!``: an exclusion cannot be undone by a later one. Patterns are case-sensitive. Matching time is bounded by pattern
length times path length squared, whatever a hostile pattern contains (atomic groups never backtrack).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

import msgspec

Glob = Annotated[str, msgspec.Meta(extra={"check": "glob"})]
"""A pattern in a scanner's options; an invalid one is a policy error with its location."""

MAX_PATTERN_LENGTH = 1024  # characters
ANY_FOLDERS = "(?:[^/]+/)*"


def matches(pattern: str, path: str, *, include_contents: bool = True) -> bool:
    """Whether ``pattern`` covers ``path``; without ``include_contents`` only the path itself, not a folder's contents.

    Raises ValueError for an invalid pattern, see `pattern_error`.
    """
    return _compile(pattern, include_contents)(path) is not None


def pattern_error(pattern: str) -> str:
    """What is wrong with ``pattern``, or an empty string."""
    try:
        _compile(pattern, True)
    except ValueError as error:
        return str(error)
    return ""


@lru_cache(maxsize=4096)
def _compile(pattern: str, within: bool) -> Callable[[str], re.Match[str] | None]:
    _check_pattern(pattern)
    body = pattern.rstrip("/")
    inside = body != pattern
    anchored = "/" in body
    segments = [segment for segment in body.split("/") if segment]
    if not anchored:
        segments = ["**", *segments]
    return re.compile(_translate_segments(segments) + ("/.+" if inside else "(?:/.*)?" if within else ""), re.DOTALL).fullmatch


def _check_pattern(pattern: str) -> None:
    if not pattern.strip("/ \t"):
        raise ValueError("an empty pattern matches nothing")
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise ValueError(f"a pattern has at most {MAX_PATTERN_LENGTH} characters")
    if pattern.startswith("!"):
        raise ValueError("a pattern cannot be negated with `!`")
    if {".", ".."} & set(pattern.split("/")):
        raise ValueError("a pattern is relative to the root, without `.` and `..`")
    if "//" in pattern:
        raise ValueError("a pattern with `//` matches nothing")


def _translate_segments(segments: list[str]) -> str:
    """The expression for one segment. Each run up to the next star is atomic, for the same reason."""
    blocks: list[list[str]] = [[]]
    for segment in segments:
        if segment == "**":
            blocks.append([])
        else:
            blocks[-1].append(_translate_segment(segment))
    first, *rest = blocks
    if not rest:
        return "/".join(first)
    *middle, last = rest
    parts = ["".join(f"{segment}/" for segment in first)]
    parts += ["(?>" + "(?:[^/]+/)*?" + "".join(f"{segment}/" for segment in block) + ")" for block in middle if block]
    parts.append(ANY_FOLDERS + ("/".join(last) if last else "[^/]+"))
    return "".join(parts)


def _translate_segment(text: str) -> str:
    """One segment as an expression. Each run up to the next star is atomic, for the same reason as a block."""
    runs = [""]
    place = 0
    while place < len(text):
        piece, place = _translate_token(text, place)
        if piece == "*":
            runs.append("")
        else:
            runs[-1] += piece
    first, *rest = runs
    if not rest:
        return first
    *middle, last = rest
    atoms = "".join(f"(?>[^/]*?{run})" for run in middle if run)
    return f"(?=[^/]){first}{atoms}[^/]*{last}(?=/|\\Z)"


def _translate_token(text: str, position: int) -> tuple[str, int]:
    """The expression for the token at ``position``, and the position after it; a star is returned as it is."""
    sign = text[position]
    if sign == "*":
        return "*", position + 1
    if sign == "?":
        return "[^/]", position + 1
    if sign == "[":
        return _translate_set(text, position)
    if sign == "\\":
        if position + 1 == len(text):
            raise ValueError("a pattern cannot end with `\\`")
        return re.escape(text[position + 1]), position + 2
    return re.escape(sign), position + 1


def _translate_set(text: str, position: int) -> tuple[str, int]:
    """A set such as ``[a-z]``; a ``]`` right after the opening bracket is a member."""
    start = position + 1
    negated = text[start : start + 1] in ("!", "^")
    start += negated
    end = text.find("]", start + 1)
    if end < 0:
        raise ValueError("`[` without `]`")
    body = text[start:end]
    if "\\" in body or "[:" in body:
        raise ValueError("a set may contain plain characters and ranges only")
    escaped = re.sub(r"([\[\]^&~|])", r"\\\1", body)
    expression = f"(?!/)[{'^' if negated else ''}{escaped}]"
    try:
        re.compile(expression)
    except re.error:
        raise ValueError("a range in `[...]` is reversed") from None
    return expression, end + 1
