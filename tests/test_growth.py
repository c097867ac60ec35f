"""The check of growth, by which other tests find what is slow with large input, can fail."""

from __future__ import annotations

from tests.support.growth import grows_linearly


def test_what_is_squared_is_found() -> None:
    assert not grows_linearly(lambda size: sum(1 for _ in range(size) for _ in range(size)), 1_000)


def test_what_is_linear_is_not() -> None:
    assert grows_linearly(lambda size: sum(1 for _ in range(size)), 500_000)
