"""What a function does with its parameters: what it returns, checks and changes, and which sinks they reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scangate.taint.values import NOTHING, Origin, Place, Step, Taint, Value

CAPTURED = 1000
"""From this index on, parameters are the variables that a nested function uses of those around it."""


class SinkKey(NamedTuple):
    """A place that request data must not reach, for one rule, by its index."""

    rule: int
    sink: Step


class Raised(NamedTuple):
    """An exception that is raised with data in it. ``names``: the last names of its class and of those that it is derived from."""

    names: frozenset[str]
    value: Value


class Summary:
    """Facts of one function, for arguments of some shape. Data of parameters has the parameter as its origin.

    ``value``: what it returns. ``hits``: the sinks that parts of parameters reach. ``writes``: parts of parameters that it changes.
    ``ensures``: parts that are harmless for some rules, as bits, once it has returned; ``if_true`` and ``if_false``: once it has
    returned a true or a false value. ``raised``: exceptions with data in them.
    """

    __slots__ = ("ensures", "hits", "if_false", "if_true", "raised", "value", "writes")

    def __init__(self, value: Value = NOTHING) -> None:
        self.value = value
        self.hits: dict[tuple[SinkKey, Origin], Taint] = {}
        self.writes: dict[Place, Value] = {}
        self.ensures: dict[Place, int] = {}
        self.if_true: dict[Place, int] = {}
        self.if_false: dict[Place, int] = {}
        self.raised: Sequence[Raised] = ()
