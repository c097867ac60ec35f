"""What all versions share: a text, a key that orders it, and whether it is a pre-release."""

from __future__ import annotations

import functools
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeAlias

MAX_LENGTH = 128  # characters

AnyVersion: TypeAlias = Any
"""A packaging.version.Version, or an OrderedVersion; only versions of one ecosystem are compared with each other."""


@functools.total_ordering
class OrderedVersion:
    """A version of one ecosystem. A subclass defines how its text is parsed, and may define how two keys compare."""

    local: ClassVar[None] = None  # the part that packaging's versions have in addition

    def __init__(self, text: str, key: Any, *, is_prerelease: bool = False) -> None:
        self.text = text
        self.key = key
        self.is_prerelease = is_prerelease

    @classmethod
    def parse_text(cls, text: str) -> Self | None:
        """The version that ``text`` writes; None if it is invalid. ``text`` has at most MAX_LENGTH characters."""
        raise NotImplementedError

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The version that ``text`` writes; None if it is invalid."""
        return _parse(cls, text) if len(text) <= MAX_LENGTH else None  # type: ignore[arg-type] # a class is hashable

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OrderedVersion) and self.key == other.key

    def __lt__(self, other: OrderedVersion) -> bool:
        return bool(self.key < other.key)

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


@lru_cache(maxsize=1 << 17)
def _parse(kind: type[OrderedVersion], text: str) -> Any:
    return kind.parse_text(text)
