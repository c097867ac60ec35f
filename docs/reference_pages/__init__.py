"""Generates the pages of the manual that describe what the code defines. ``make reference`` writes them; a test compares them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference_pages import commands, policy_keys

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
PAGES: dict[str, Callable[[], str]] = {"commands.md": commands.render, "policy.md": policy_keys.render}
"""The file name of each page in ``docs/reference``, and what makes its text."""
