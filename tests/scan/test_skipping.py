"""Skipped files: each with its reason."""

from __future__ import annotations

import pytest

from scangate.model import SkippedPath, SkipReason
from scangate.scan.skipping import ExcludedPaths, skip_excluded


@pytest.mark.parametrize(
    ("path", "scanner", "detail"),
    [
        ("gen/a.py", "bandit", "generated"),
        ("gen/a.py", "semgrep", "of both"),
        ("src/a.py", "bandit", None),
    ],
)
def test_the_first_exclusion_that_matches_gives_the_reason(path: str, scanner: str, detail: str | None) -> None:
    exclusions = [ExcludedPaths("gen/", "generated", ("bandit",)), ExcludedPaths("gen/", "of both")]
    expected = None if detail is None else SkippedPath(path, SkipReason.EXCLUDED, scanner, detail)
    assert skip_excluded(path, exclusions, scanner) == expected
