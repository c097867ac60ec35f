"""Split a list into batches that fit an API's limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def split_batches(
    items: Iterable[T], max_items: int, max_bytes: int = 0, size_of: Callable[[T], int] = lambda _: 0
) -> Iterator[list[T]]:
    """Yield the items in order, at most ``max_items`` and ``max_bytes`` (by ``size_of``) at a time. No batch is empty."""
    batch: list[T] = []
    total = 0
    for item in items:
        size = size_of(item)
        if batch and (len(batch) == max_items or total + size > max_bytes):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += size
    if batch:
        yield batch
