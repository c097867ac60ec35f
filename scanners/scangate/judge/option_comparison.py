"""Compares the options a scanner was given with those it should have been given; knows no scanner, only their types.

Different options may find less, so they never suffice. The exceptions are a number whose type declares that lower is
tighter: ``Annotated[int | None, Meta(extra={"tighter": "lower"})]``, where None means no bound; and a list whose type declares that
more is tighter, where an absent one is empty.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import inspect as kinds

from scangate.judge.decode import struct_fields


def find_looser_options(required: Any, actual: Any) -> tuple[str, ...]:
    """The names of the options in which ``actual`` is not at least as tight as ``required``, sorted; empty where it suffices.

    ``required`` is a value of the scanner's own type; ``actual`` another, or what JSON made of one.
    """
    asked, had = _to_builtins(required), _to_builtins(actual)
    if not isinstance(asked, dict) or not isinstance(had, dict):
        return () if _equals(asked, had) else ("options",)
    lower, more = _tighter(type(required), "lower"), _tighter(type(required), "more")
    asked, had = ({**{key: [] for key in more}, **each} for each in (asked, had))
    return tuple(
        key
        for key in sorted(asked.keys() | had.keys())
        if key not in asked
        or key not in had
        or not (
            _equals(asked[key], had[key])
            or (key in lower and _is_lower(had[key], asked[key]))
            or (key in more and _has_all(had[key], asked[key]))
        )
    )


def _to_builtins(options: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(options))


def _equals(one: Any, other: Any) -> bool:
    return msgspec.json.encode(one, order="sorted") == msgspec.json.encode(other, order="sorted")  # 1 is not true


def _tighter(kind: type[Any], way: str) -> frozenset[str]:
    """The options of a type that tighten as they go down ("lower"), or as they get longer ("more")."""
    if not issubclass(kind, msgspec.Struct):
        return frozenset()
    extras = {name: field.type.extra or {} for name, field in struct_fields(kind).items() if isinstance(field.type, kinds.Metadata)}
    return frozenset(name for name, extra in extras.items() if extra.get("tighter") == way)


def _is_lower(had: Any, asked: Any) -> bool:
    return type(had) in (int, float) and (asked is None or had < asked)


def _has_all(had: Any, asked: Any) -> bool:
    return isinstance(had, list) and isinstance(asked, list) and all(each in had for each in asked)
