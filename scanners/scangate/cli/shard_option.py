"""The type of ``--shard I/N``."""

from __future__ import annotations

import click

from scangate.app.requests import MAX_SHARDS

__all__ = ["ShardParam"]


class ShardParam(click.ParamType[tuple[int, int]]):
    """``I/N``: the number of a shard, and of how many."""

    name = "shard"

    def convert(self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """The two numbers, or click's error."""
        if isinstance(value, tuple):
            return value
        number, _, count = value.partition("/")
        if not (number.isascii() and number.isdigit() and count.isascii() and count.isdigit()) or len(value) > 16:
            self.fail(f"{value!r} is not I/N, as in 2/4", param, ctx)
        if not 1 <= int(number) <= int(count) <= MAX_SHARDS:
            self.fail(f"{value!r}: I counts from 1 to N, and N is at most {MAX_SHARDS}", param, ctx)
        return int(number), int(count)
