"""Decides whether an event fits the pattern of an EventBridge rule, as far as our rules use patterns: exact values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["matches"]


def matches(pattern: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether an event fits a rule's pattern."""
    return all(
        key in told and (matches(wanted, told[key]) if isinstance(wanted, Mapping) else told[key] in wanted)
        for key, wanted in pattern.items()
    )
