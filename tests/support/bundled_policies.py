"""Bundled policies, loaded."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from scangate.app.policies import scanner_option_types
from scangate.app.scanner_registry import load_scanners
from scangate.judge.policy import Policy
from scangate.judge.policy_loader import load_policy
from scangate.tools.sarif_command import Options as CommandOptions


def load_bundled_policy(name: str) -> Policy:
    """A bundled policy as the command line reads it."""
    today = dt.date(2026, 1, 2)
    types = scanner_option_types(load_scanners())
    return load_policy(name, Path("/nonexistent"), scanner_options=types, command_options=CommandOptions, today=today)
