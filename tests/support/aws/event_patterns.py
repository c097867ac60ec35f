"""Matches events with EventBridge patterns; supports exact values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["matches_pattern"]


def matches_pattern(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether an event fits a rule's pattern."""
    return all(
        key in event and (matches_pattern(expected, event[key]) if isinstance(expected, Mapping) else event[key] in expected)
        for key, expected in pattern.items()
    )
