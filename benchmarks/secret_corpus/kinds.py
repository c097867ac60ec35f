"""Every kind of value and of name that templates may use."""

from __future__ import annotations

from collections.abc import Mapping

from .markup import Make
from .names import NAME_KINDS
from .values import KINDS

__all__ = ["ALL_KINDS"]

ALL_KINDS: Mapping[str, Make] = {**KINDS, **NAME_KINDS}
