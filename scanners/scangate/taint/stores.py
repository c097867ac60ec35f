"""Finds what a file assigns of other modules, of objects and of global variables, by its text: it need not be parsed for that.

It finds too much rather than too little: a name that is found is not taken for a constant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"[\"'](\w+)[\"']")
_CHANGED = re.compile(
    r"\.(?:update|setdefault|pop|popitem|clear|append|extend|insert|remove|add|discard|reverse|sort|__setitem__)\("
)
_OWNER = re.compile(r"[\w.\[\]'\"]+$")
_MAX_NAME = 100
_BY_NAME = ("setattr", "globals(", "vars(", "locals(", "__dict__")


def list_stores(text: str) -> list[str]:
    """The names, each once for each place that assigns or changes it."""
    return [name for line in text.splitlines() for part in line.split(";") for name in _stores_of(part)]


def _stores_of(line: str) -> Iterator[str]:
    head, sign, rest = line.partition("=")
    if sign and ("." in head or "[" in head) and _is_target(head, rest):
        yield from _WORD.findall(head)
    if "(" in line:
        if "." in line:
            starts = (each.start() for each in _CHANGED.finditer(line))
            owners = (_OWNER.search(line[max(start - _MAX_NAME, 0) : start]) for start in starts)
            yield from (name for each in owners if each is not None for name in _WORD.findall(each[0]))
        if any(each in line for each in _BY_NAME):
            yield from _QUOTED.findall(line)
    words = line.split(maxsplit=1)
    if words and words[0] in {"global", "for", "with", "async", "except", "del"}:
        yield from _WORD.findall(words[1] if len(words) > 1 else "")


def _is_target(head: str, rest: str) -> bool:
    """Whether an equals sign assigns what is before it: it is not a part of a comparison, and not that of a keyword argument."""
    is_comparison = rest.startswith("=") or (head.endswith(("<", ">", "!")) and not head.endswith(("<<", ">>")))
    return not is_comparison and head.count("(") <= head.count(")")
