"""``StrEnum``, also on Python 3.9 and 3.10: hosts that only verify attestations use the Python of their system."""

from __future__ import annotations

import enum
import sys

__all__ = ["StrEnum"]

if sys.version_info >= (3, 11):
    from enum import StrEnum
else:

    class StrEnum(str, enum.Enum):
        """Members are strings, and print as such."""

        __str__ = str.__str__
        __format__ = str.__format__
