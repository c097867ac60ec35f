"""Severity and confidence of a finding."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self


class _Level(enum.Enum):
    """An ordered enumeration of names: its members are listed from the lowest to the highest, and compare by ``rank``."""

    rank: int

    def __init__(self, _value: str) -> None:
        self.rank = len(type(self).__members__)

    def __lt__(self, other: Self) -> bool:
        return self.rank < other.rank

    def __le__(self, other: Self) -> bool:
        return self.rank <= other.rank

    def __gt__(self, other: Self) -> bool:
        return self.rank > other.rank

    def __ge__(self, other: Self) -> bool:
        return self.rank >= other.rank


class Severity(_Level):
    """How bad a finding is. UNKNOWN is a level of its own; the policy says which severity it counts as."""

    UNKNOWN = "unknown"
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @classmethod
    def worst_first(cls) -> tuple[Severity, ...]:
        """All severities from the highest to the lowest, UNKNOWN last."""
        return tuple(sorted(cls, reverse=True))


class Confidence(_Level):
    """How sure the scanner is."""

    UNKNOWN = "unknown"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
