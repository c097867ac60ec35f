"""Whether the cost of something grows no faster than the size of its input."""

from __future__ import annotations

import time
from collections.abc import Callable

FACTOR = 4
"""How much larger the large input is."""
ALLOWED = 2.5
"""How much more than that it may cost: what is squared costs FACTOR times more."""
ROUNDS = 3
RESOLUTION = 0.005
"""CPU seconds: differences below are noise."""


def grows_linearly(run: Callable[[int], object], size: int) -> bool:
    """Whether ``run`` costs about FACTOR times as much CPU time for FACTOR times ``size``: the best of some rounds side by side."""
    small = large = float("inf")
    for _ in range(ROUNDS):  # the first is mostly enough
        small, large = min(small, _cost(run, size)), min(large, _cost(run, size * FACTOR))
        if large <= (small + RESOLUTION) * FACTOR * ALLOWED:
            return True
    return False


def _cost(run: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    run(size)
    return time.process_time() - started
