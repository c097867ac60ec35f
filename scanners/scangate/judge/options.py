"""Compares the options a scanner was given with those it should have been given; knows no scanner, only their types.

Other options may mean that less is seen, so they never suffice. The one thing between them is a number whose type says that it
tightens as it goes down: ``Annotated[int | None, Meta(extra={"tighter": "lower"})]``, where None stands for no bound at all.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import inspect as kinds

from scangate.judge.typed import fields_of

__all__ = ["short"]


def short(wanted: Any, given: Any) -> tuple[str, ...]:
    """The names of the options in which ``given`` is not at least as tight as ``wanted``, sorted; empty where it suffices.

    ``wanted`` is a value of the scanner's own type; ``given`` another, or what JSON made of one.
    """
    asked, had = _plain(wanted), _plain(given)
    if not isinstance(asked, dict) or not isinstance(had, dict):
        return () if _same(asked, had) else ("options",)
    lower = _lower(type(wanted))
    return tuple(
        key
        for key in sorted(asked.keys() | had.keys())
        if key not in asked
        or key not in had
        or not (_same(asked[key], had[key]) or (key in lower and _below(had[key], asked[key])))
    )


def _plain(options: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(options))


def _same(one: Any, other: Any) -> bool:
    return msgspec.json.encode(one, order="sorted") == msgspec.json.encode(other, order="sorted")  # 1 is not true


def _lower(kind: type[Any]) -> frozenset[str]:
    """The options of a type that tighten as they go down."""
    if not issubclass(kind, msgspec.Struct):
        return frozenset()
    extras = {name: field.type.extra or {} for name, field in fields_of(kind).items() if isinstance(field.type, kinds.Metadata)}
    return frozenset(name for name, extra in extras.items() if extra.get("tighter") == "lower")


def _below(had: Any, asked: Any) -> bool:
    return type(had) in (int, float) and (asked is None or had < asked)
