"""Versions of Maven, which are nested lists of numbers and qualifiers; their order has rules for each pair of kinds.

The order is documented at https://maven.apache.org/pom.html#version-order-specification; where that leaves a case open, it is that
of Maven 3.9.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Self

from scangate.advisories.versions.ordered import OrderedVersion

_QUALIFIERS = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
_EQUAL = {"ga": "", "final": "", "release": "", "cr": "rc"}
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}  # where a digit follows directly

_Item = Any
"""A number; a qualifier, as its rank and its name if it is no known one; or a tuple of items in a list of its own."""
_NULL = (_QUALIFIERS.index(""), "")


class MavenVersion(OrderedVersion):
    """A version of Maven; any text is one."""

    @classmethod
    def parse_text(cls, text: str) -> Self | None:
        """See `OrderedVersion`."""
        plain = text.strip()
        if not plain or not plain.isprintable():
            return None
        key = _close(_read(plain.lower()))
        return cls(plain, key, is_prerelease=_has_prerelease(key))

    def __lt__(self, other: OrderedVersion) -> bool:
        return _compare(self.key, other.key) < 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MavenVersion) and _compare(self.key, other.key) == 0

    def __hash__(self) -> int:
        return hash(self.key)


def _read(text: str) -> list[list[_Item]]:
    """The items of a version in lower case, by level: a level is a list at the end of the one before it."""
    levels: list[list[_Item]] = [[]]
    start, is_digit = 0, False
    for index, character in enumerate(text):
        if character in ".-":
            levels[-1].append(_item(text[start:index] or "0"))
            start = index + 1
            if character == "-":
                levels.append([])
        elif character.isdecimal():
            if not is_digit and index > start:
                _nest(levels)
                levels[-1].append(_item(text[start:index], before_digit=True))
                levels.append([])
                start = index
            is_digit = True
        else:
            if is_digit and index > start:
                levels[-1].append(_item(text[start:index]))
                levels.append([])
                start = index
            is_digit = False
    if len(text) > start:
        if not is_digit:
            _nest(levels)
        levels[-1].append(_item(text[start:]))
    return levels


def _nest(levels: list[list[_Item]]) -> None:
    """Begins a level for a qualifier, unless it is the first item of one."""
    if levels[-1]:
        levels.append([])


def _item(token: str, *, before_digit: bool = False) -> _Item:
    if token.isdecimal():
        return int(token)
    name = _SHORT.get(token, token) if before_digit else token
    name = _EQUAL.get(name, name)
    return (_QUALIFIERS.index(name), "") if name in _QUALIFIERS else (len(_QUALIFIERS), name)


def _close(levels: list[list[_Item]]) -> tuple[_Item, ...]:
    """The nested lists, without the items that add nothing: at the end, and before the list that is there."""
    closed: tuple[_Item, ...] = ()
    for level in reversed(levels):
        while level and level[-1] in (0, _NULL):
            level.pop()
        closed = (*level, ("", closed)) if closed else tuple(level)
    return closed


def _kind(item: _Item) -> int:
    """The order of the kinds: qualifiers, lists, numbers."""
    return 2 if isinstance(item, int) else 1 if item[0] == "" else 0


def _has_prerelease(items: tuple[_Item, ...]) -> bool:
    return any(_has_prerelease(item[1]) if _kind(item) == 1 else _kind(item) == 0 and item < _NULL for item in items)


def _compare(left: tuple[_Item, ...], right: tuple[_Item, ...]) -> int:
    """Negative, zero or positive."""
    return next((found for pair in zip_longest(left, right) if (found := _compare_items(*pair))), 0)


def _compare_items(left: _Item, right: _Item) -> int:
    """``None`` is the end of the shorter list."""
    if left is None:
        return -_compare_with_end(right)
    if right is None:
        return _compare_with_end(left)
    kinds = _kind(left), _kind(right)
    if kinds == (1, 1):
        return _compare(left[1], right[1])
    return _sign(left, right) if kinds[0] == kinds[1] else kinds[0] - kinds[1]


def _compare_with_end(item: _Item) -> int:
    if _kind(item) == 1:
        return next((found for each in item[1] if (found := _compare_with_end(each))), 0)
    return _sign(item, 0 if isinstance(item, int) else _NULL)


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)
