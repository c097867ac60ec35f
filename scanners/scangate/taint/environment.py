"""The variables of a function at one point of its code, and what has been checked there."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from typing import TypeVar

from scangate.taint.values import NOTHING, Place, Value, join

Key = TypeVar("Key")


class Environment:
    """Variables by name. ``checked``: expressions such as ``form["id"]`` that a check made harmless, with the rules as bits.

    ``places``: the same for parts of parameters, so that the caller knows what holds once the function has returned.
    """

    __slots__ = ("checked", "places", "variables")

    def __init__(self) -> None:
        self.variables: dict[str, Value] = {}
        self.checked: dict[str, int] = {}
        self.places: dict[Place, int] = {}

    def copy(self) -> Environment:
        """An independent copy."""
        other = Environment()
        other.variables, other.checked, other.places = dict(self.variables), dict(self.checked), dict(self.places)
        return other

    def assign(self, name: str, value: Value) -> None:
        """Binds a variable; what was checked about its old value is no longer known."""
        self.variables[name] = value
        if self.checked:
            self.checked = {text: rules for text, rules in self.checked.items() if not text.startswith((f"{name}.", f"{name}["))}

    def mark_checked(self, node: ast.AST, value: Value, rules: int) -> None:
        """Notes that a check made the value of an expression harmless for ``rules``."""
        if value.place is not None:
            self.places[value.place] = self.places.get(value.place, 0) | rules
        if isinstance(node, ast.Name):
            self.variables[node.id] = self.variables.get(node.id, NOTHING).cleaned(rules)
        elif isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            text = ast.unparse(node)
            self.checked[text] = self.checked.get(text, 0) | rules

    def mark_sources_checked(self, value: Value, rules: int) -> None:
        """Notes the same for the parameters that the value was made of: ``(folder / name).resolve()`` in a function that checks."""
        if value.place is None:
            for origin in value.all_taints():
                if origin.parameter >= 0:
                    place = Place(origin.parameter, origin.path)
                    self.places[place] = self.places.get(place, 0) | rules


@functools.cache  # what is known of a node is kept by its id, so it has to stay
def variable(name: str) -> ast.Name:
    """An expression that is a variable, where the code has none."""
    return ast.Name(name, ast.Load(), lineno=1, col_offset=0)


def merge(environments: Iterable[Environment | None]) -> Environment | None:
    """What holds after any of several ways; None if there is none."""
    ways = [each for each in environments if each is not None]
    if len(ways) < 2:
        return ways[0] if ways else None
    merged = Environment()
    for name in dict.fromkeys(name for each in ways for name in each.variables):
        merged.variables[name] = join(each.variables[name] for each in ways if name in each.variables)
    merged.checked = _common(each.checked for each in ways)
    merged.places = _common(each.places for each in ways)
    return merged


def _common(facts: Iterable[dict[Key, int]]) -> dict[Key, int]:
    first, *others = facts
    found = {key: rules for key, rules in first.items() if all(key in each for each in others)}
    for each in others:
        found = {key: rules & each[key] for key, rules in found.items()}
    return {key: rules for key, rules in found.items() if rules}
