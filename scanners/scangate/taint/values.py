"""What is known of a value: where its request data came from, what it is made of, and which functions and classes it refers to."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

MAX_ORIGINS, MAX_REFERENCES, MAX_DEPTH, MAX_STEPS = 12, 4, 3, 40
MAX_ITEMS, MAX_DISTINGUISHED, MAX_CONSTANT = 60, 12, 80
NO_SIGNATURE: object = (None, (), ())
"""The signature of a value of which nothing is known."""

Path = tuple[object, ...]
"""Keys from a value to a part of it: ``.name`` for a field, the key or index itself for an item."""


class StepRole(enum.IntEnum):
    """What happens at a place on the way of request data."""

    SOURCE = 0
    CALL = 1
    RETURN = 2
    SINK = 3


class Step(NamedTuple):
    """A place on the way of request data. Columns are offsets in UTF-8 bytes, from 0."""

    path: str
    line: int
    offset: int
    end_line: int
    end_offset: int
    role: StepRole


class Origin(NamedTuple):
    """Where data came from: a source at a place of the code, or, while a function is summarized, a part of one of its parameters.

    ``parameter``: the index of the parameter, -1 for a source. ``is_assumed``: it is not known
    that it gets here, since a method that is not known looks something up by it.
    """

    parameter: int
    path: Path = ()
    source: Step | None = None
    is_assumed: bool = False


class Taint(NamedTuple):
    """Data of one origin in a value. ``cleaned``: the rules, as bits, for which it is harmless. ``steps``: how it came here."""

    cleaned: int
    steps: tuple[Step, ...] = ()


Taints = Mapping[Origin, Taint]


class Place(NamedTuple):
    """The part of a parameter that a value is, unchanged."""

    parameter: int
    path: Path = ()


class Value:
    """An immutable description of a value.

    ``taints``: of the value as a whole. ``constant``: a tuple with the value, if it is known. ``items``: the parts that are known
    one by one, by key. ``references``: functions, classes, modules and instances that it may be.
    """

    __slots__ = ("constant", "items", "place", "references", "taints")

    def __init__(
        self,
        taints: Taints | None = None,
        constant: tuple[Any] | None = None,
        items: Mapping[object, Value] | None = None,
        references: tuple[object, ...] = (),
        place: Place | None = None,
    ) -> None:
        self.taints = taints or {}
        self.constant = constant
        self.items = items
        self.references = references
        self.place = place

    @property
    def is_clean(self) -> bool:
        """Whether no part has data of any origin."""
        return not self.taints and not any(not each.is_clean for each in (self.items or {}).values())

    def all_taints(self) -> Taints:
        """The taints of the value and of its parts."""
        if not self.items:
            return self.taints
        found = dict(self.taints)
        for each in self.items.values():
            _merge_taints(found, each.all_taints())
        return found

    def derived(self) -> Value:
        """A value that is made from this one."""
        return Value(self.all_taints()) if self.taints or self.items else NOTHING

    def cleaned(self, rules: int) -> Value:
        """This value after a check or a conversion that makes it harmless for ``rules``."""
        if not rules or self.is_clean:
            return self
        taints = {origin: Taint(taint.cleaned | rules, taint.steps) for origin, taint in self.taints.items()}
        items = {key: each.cleaned(rules) for key, each in self.items.items()} if self.items is not None else None
        return Value(taints, self.constant, items, self.references, self.place)

    def assumed(self) -> Value:
        """This value where it is not known that its data gets here."""
        if self.is_clean:
            return self
        taints = {origin._replace(is_assumed=True): taint for origin, taint in self.taints.items()}
        items = {key: each.assumed() for key, each in self.items.items()} if self.items is not None else None
        return Value(taints, self.constant, items, self.references, self.place)

    def part(self, key: object) -> Value:
        """The part with a key; for an unknown part, what the whole has."""
        known = (self.items or {}).get(key)
        inherited = {_below(origin, key): taint for origin, taint in self.taints.items()}
        place = Place(self.place.parameter, (*self.place.path, key)) if self.place and len(self.place.path) < MAX_DEPTH else None
        if known is None:
            return Value(inherited, place=place) if inherited or place else NOTHING
        if not inherited:
            return known
        return Value(_union(known.taints, inherited), known.constant, known.items, known.references, known.place or place)

    def element(self) -> Value:
        """Any element of a collection."""
        found = join(self.items.values()) if self.items else NOTHING
        return Value(_union(found.taints, self.taints), None, found.items, found.references)

    def with_part(self, key: object, value: Value) -> Value:
        """This value with another part under ``key``."""
        items = dict(self.items or {})
        if key in items or len(items) < MAX_ITEMS:
            items[key] = value
            return Value(self.taints, None, items, self.references, self.place)
        return self.with_taints(value.all_taints())

    def with_taints(self, taints: Taints) -> Value:
        """This value with more taints."""
        if not taints:
            return self
        return Value(_union(self.taints, taints), None, self.items, self.references, self.place)

    def referring_to(self, *references: object) -> Value:
        """This value with other references."""
        return Value(self.taints, self.constant, self.items, references, self.place)

    def signature(self, depth: int = MAX_DEPTH) -> object:
        """What distinguishes contexts in which a function is summarized: all but the taints."""
        items = self.items or {}
        parts: list[tuple[object, object]] = []
        for key, each in items.items() if depth and len(items) <= MAX_DISTINGUISHED else ():
            inner = each.signature(depth - 1)
            if inner != NO_SIGNATURE:
                parts.append((key, inner))
        known = self.constant if self.constant is not None and len(str(self.constant[0])) <= MAX_CONSTANT else None
        return (known and (type(known[0]).__name__, known[0]), self.references, tuple(parts))

    def as_parameter(self, origin: Origin, depth: int = MAX_DEPTH) -> Value:
        """This value as a function sees it that is summarized: parts have the parameter as their origin."""
        if self.constant is not None and not self.taints:
            return Value(None, self.constant, None, self.references, Place(origin.parameter, origin.path))
        items = None
        if self.items is not None and depth:
            items = {
                key: each.as_parameter(Origin(origin.parameter, (*origin.path, key)), depth - 1) for key, each in self.items.items()
            }
        return Value({origin: Taint(0)}, None, items, self.references, Place(origin.parameter, origin.path))


NOTHING = Value()
"""A value without request data, of which nothing is known."""


class Setting(str):
    """The text of a variable or field that other code may set: no branch is ruled out by it."""

    __slots__ = ()


def constant(value: Any) -> Value:
    """A known constant."""
    return Value(constant=(value,))


def as_setting(value: Value, depth: int = MAX_DEPTH) -> Value:
    """What is known of a value that other code may have set in the meantime: of constants, only texts, as `Setting`."""
    known = value.constant[0] if value.constant is not None else None
    text = (Setting(known),) if isinstance(known, str) else None
    items = value.items
    if items is not None:
        items = {key: as_setting(each, depth - 1) for key, each in items.items()} if depth else {}
    return Value(value.taints, text, items, value.references, value.place)


def is_settled(value: Value, depth: int = MAX_DEPTH) -> bool:
    """Whether a part of a value is a constant that `as_setting` changes."""
    if value.constant is not None and not isinstance(value.constant[0], Setting):
        return True
    return bool(depth and value.items) and any(is_settled(each, depth - 1) for each in (value.items or {}).values())


def as_unordered(value: Value) -> Value:
    """A collection whose elements may have moved: what any of them has, each may have."""
    return Value(value.all_taints(), None, {"*": value.element()}, value.references, value.place)


def join(values: Iterable[Value]) -> Value:
    """What is true of any of ``values``."""
    found: Value | None = None
    for value in values:
        found = value if found is None else _join(found, value)
    return found or NOTHING


def _join(first: Value, second: Value) -> Value:
    if first is second or second is NOTHING:
        return first if first is second or first.constant is None else Value(first.taints, None, first.items, first.references)
    same = (
        first.constant is not None
        and first.constant == second.constant
        and type(first.constant[0]) is type(second.constant and second.constant[0])
    )
    items: dict[object, Value] | None = None
    if first.items is not None or second.items is not None:
        items = dict(first.items or {})
        for key, each in (second.items or {}).items():
            items[key] = _join(items[key], each) if key in items else each
    references = tuple(dict.fromkeys((*first.references, *second.references)))[:MAX_REFERENCES]
    place = first.place if first.place == second.place else None
    return Value(_union(first.taints, second.taints), first.constant if same else None, items, references, place)


def _union(first: Taints, second: Taints) -> Taints:
    if not second:
        return first
    if not first:
        return second
    found = dict(first)
    _merge_taints(found, second)
    return found


def _merge_taints(found: dict[Origin, Taint], more: Taints) -> None:
    for origin, taint in more.items():
        known = found.get(origin)
        if known is None:
            if len(found) < MAX_ORIGINS:
                found[origin] = taint
        elif known.cleaned & ~taint.cleaned:
            found[origin] = Taint(known.cleaned & taint.cleaned, taint.steps)


def _below(origin: Origin, key: object) -> Origin:
    if origin.parameter < 0 or len(origin.path) >= MAX_DEPTH:
        return origin
    return origin._replace(path=(*origin.path, key))


def resolve_taints(taints: Taints, arguments: Mapping[int, Value], call: Step | None) -> Iterator[tuple[Origin, Taint]]:
    """The taints of a summary as those of its caller: parts of parameters are replaced by what the arguments have there."""
    for origin, taint in taints.items():
        if origin.parameter < 0:
            yield origin, taint
            continue
        value = arguments.get(origin.parameter, NOTHING)
        for key in origin.path:
            value = value.part(key)
        for outer, known in value.all_taints().items():
            steps = (*known.steps, *((call,) if call else ()), *taint.steps)
            is_assumed = outer.is_assumed or origin.is_assumed
            yield (
                outer._replace(is_assumed=is_assumed),
                Taint(known.cleaned | taint.cleaned, steps if len(steps) <= MAX_STEPS else (*known.steps, *taint.steps[-1:])),
            )


def resolve_value(value: Value, arguments: Mapping[int, Value], call: Step | None, depth: int = MAX_DEPTH) -> Value:
    """A value of a summary as one of its caller."""
    taints: dict[Origin, Taint] = {}
    for origin, taint in resolve_taints(value.taints, arguments, call):
        _merge_taints(taints, {origin: taint})
    items = value.items
    if items is not None:
        items = {key: resolve_value(each, arguments, call, depth - 1) for key, each in items.items()} if depth else None
    place = None
    if value.place is not None:  # the argument itself is returned
        actual = arguments.get(value.place.parameter, NOTHING)
        for key in value.place.path:
            actual = actual.part(key)
        place = actual.place
        items = items if items is not None else actual.items
        return Value(
            taints, value.constant or (None if taints else actual.constant), items, value.references or actual.references, place
        )
    return Value(taints, value.constant, items, value.references, place)
