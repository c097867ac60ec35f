"""Where the repository and the data of the tests are."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ROOT", "SNIPPETS", "TESTS"]

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
SNIPPETS = ROOT / "buildspec_snippets"
