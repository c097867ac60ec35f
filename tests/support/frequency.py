"""How often the cases of a test are run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def mostly_nightly(cases: Iterable[Any], *, often: int = 1) -> list[Any]:
    """The cases as parameters: the first ``often`` are run every time, the others by ``make nightly``."""
    return [case if number < often else _at_night(case) for number, case in enumerate(cases)]


def _at_night(case: Any) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.nightly)
