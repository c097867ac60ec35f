"""Parses JSON strictly: no repeated keys, no NaN or Infinity, no runaway nesting; imports nothing of ours."""

from __future__ import annotations

import json
from typing import Any, NoReturn

__all__ = ["describe_error", "parse_json"]


def parse_json(text: str) -> Any:
    """The value that ``text`` contains. Raises ValueError for anything that is not strict JSON.

    Unlike msgspec's decoder it accepts lone surrogates, which represent the bytes of a path that is not UTF-8.
    """
    try:
        return json.loads(text, object_pairs_hook=_reject_repeated_keys, parse_constant=_reject_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def describe_error(error: Exception) -> str:
    """The text of an error on one line."""
    return " ".join(str(error).split())


def _reject_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("an object has the same key twice")
    return entries


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
