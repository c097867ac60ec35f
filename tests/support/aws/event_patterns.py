"""Decides whether an event fits the pattern of an EventBridge rule, as far as our rules use patterns: exact values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["matches_pattern"]


def matches_pattern(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether an event fits a rule's pattern."""
    return all(
        key in event and (matches_pattern(wanted, event[key]) if isinstance(wanted, Mapping) else event[key] in wanted)
        for key, wanted in pattern.items()
    )
