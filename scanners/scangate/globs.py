"""Path patterns as a ``.gitignore`` reads them, for excludes, budgets and exceptions alike; imports nothing of ours, reads no file.

A pattern is matched against a path relative to the root, with ``/`` and without a leading one. It matches that path, or any folder
above it: whoever names a folder names all that is in it.

- ``build`` or ``*.min.js`` (no slash, or only at the end) matches at any depth;
- ``src/vendor`` (a slash at the start or in the middle) is told from the root; ``/build`` means only the one at the root;
- ``build/`` (a slash at the end) is a folder, so only what lies in it;
- ``*`` is any run of characters but ``/``, ``?`` is one, ``[a-z]`` and ``[!a-z]`` are one of a set, ``\\`` takes the next as it is;
- ``**/`` is any number of folders, none included; ``/**`` at the end is everything inside.

There is no ``!``: an exclude cannot be undone by a later line. Letter case counts. Time is bounded by pattern length times path
length squared, whatever a hostile pattern holds (atomic groups: no star ever gives back what it took).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

import msgspec

__all__ = ["Glob", "matches", "pattern_error"]

Glob = Annotated[str, msgspec.Meta(extra={"check": "glob"})]
"""A pattern in a scanner's options: the policy's reader refuses one that is not a pattern, with its place."""

MAX_PATTERN_LENGTH = 1024  # characters; a longer pattern is a mistake or an attack
ANY_FOLDERS = "(?:[^/]+/)*"


def matches(pattern: str, path: str, *, include_contents: bool = True) -> bool:
    """Whether ``pattern`` covers ``path``; without ``within``, only the path itself, not by a folder above it.

    Raises ValueError for a pattern of which `problem` has something to say.
    """
    return _compile(pattern, include_contents)(path) is not None


def pattern_error(pattern: str) -> str:
    """What is wrong with ``pattern`` in a few words, or the empty text."""
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
    """The runs of segments between ``**``. Each but the last is atomic: the first place it fits is as good as any later one."""
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
    """The expression for what stands at ``place``, and the place behind it; a star is given back as itself."""
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
    """A set such as ``[a-z]``; a ``]`` right after the opening is one of its characters."""
    start = position + 1
    negated = text[start : start + 1] in ("!", "^")
    start += negated
    end = text.find("]", start + 1)
    if end < 0:
        raise ValueError("`[` without `]`")
    body = text[start:end]
    if "\\" in body or "[:" in body:
        raise ValueError("a set holds plain characters and ranges only")
    escaped = re.sub(r"([\[\]^&~|])", r"\\\1", body)
    expression = f"(?!/)[{'^' if negated else ''}{escaped}]"
    try:
        re.compile(expression)
    except re.error:
        raise ValueError("a range in `[...]` runs backwards") from None
    return expression, end + 1
