"""What a value can refer to: functions, classes and instances of the project, modules, and functions with arguments that wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from scangate.taint.project import Class, Function
from scangate.taint.values import Step, Value, resolve_value


class Instance(NamedTuple):
    """An object of a class of the project."""

    owner: Class


class Named(NamedTuple):
    """What an import names: a module, or something in it that is not a function or a class of the project."""

    name: str


class Bound:
    """A function with its first arguments: a method of an object, or a ``functools.partial``."""

    __slots__ = ("arguments", "function", "keywords")

    def __init__(self, function: object, arguments: tuple[Value, ...], keywords: Mapping[str, Value] | None = None) -> None:
        self.function, self.arguments, self.keywords = function, arguments, keywords or {}

    def _key(self) -> object:
        return self.function, tuple(each.signature(1) for each in self.arguments), tuple(self.keywords)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bound) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.function, len(self.arguments)))


class Closure:
    """A nested function, with the variables around it that it uses."""

    __slots__ = ("captured", "function")

    def __init__(self, function: Function, captured: Mapping[str, Value]) -> None:
        self.function, self.captured = function, captured

    def _key(self) -> object:
        return self.function, tuple((name, each.signature(1)) for name, each in self.captured.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Closure) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self.function)


def is_callable(reference: object) -> bool:
    """Whether a call of it can be followed."""
    return isinstance(reference, (Function, Class, Bound, Closure))


def instances(value: Value) -> list[Class]:
    """The classes of which a value may be an object."""
    return [each.owner for each in value.references if isinstance(each, Instance)]


def resolve_references(references: Iterable[object], arguments: Mapping[int, Value], call: Step | None) -> tuple[object, ...]:
    """References of a summary as those of its caller: what they hold is resolved."""
    found: list[object] = []
    for each in references:
        if isinstance(each, Closure):
            found.append(
                Closure(each.function, {name: resolve_value(value, arguments, call) for name, value in each.captured.items()})
            )
        elif isinstance(each, Bound):
            held = tuple(resolve_value(value, arguments, call) for value in each.arguments)
            found.append(
                Bound(each.function, held, {name: resolve_value(value, arguments, call) for name, value in each.keywords.items()})
            )
        else:
            found.append(each)
    return tuple(found)


__all__ = ["Bound", "Closure", "Instance", "Named", "instances", "is_callable", "resolve_references"]
