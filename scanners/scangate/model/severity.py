"""Severity and confidence of a finding."""

from __future__ import annotations

import enum

__all__ = ["Confidence", "Severity"]


class Severity(enum.IntEnum):
    """How bad a finding is. UNKNOWN is a level of its own; the policy says which severity it counts as."""

    UNKNOWN = 0
    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Confidence(enum.IntEnum):
    """How sure the scanner is."""

    UNKNOWN = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
