"""Lays one policy file over another: mappings deep, lists appended, plain values replaced; knows no meaning of what it merges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from scangate.judge.document import Node, Place
from scangate.judge.typed import Path

__all__ = ["at", "merged", "place_of", "places", "with_environment"]

OWN = frozenset({"version", "name", "description", "extends", "floor"})  # said by a file of itself, never inherited
WHOLE = "scanners"  # a scanner's own lists (a command, a set of rules) are replaced: half of each would mean neither


def merged(nodes: tuple[Node, ...]) -> Node:
    """The files of a chain as one tree, the one that extends nothing first."""
    return reduce(lambda under, over: _over(under, over, ()), nodes[1:], nodes[0])


def with_environment(tree: Node, environment: str) -> Node:
    """The tree with its block for ``environment`` laid over it (KeyError if none), or without any where the name is empty."""
    entries = _entries(tree)
    blocks = entries.get("environments")
    plain = {key: value for key, value in entries.items() if key not in OWN and key != "environments"}
    base = Node(plain, tree.place, tree.keys)
    return _over(base, _entries(blocks)[environment], ()) if environment and blocks else base


def _over(under: Node, over: Node, path: Path) -> Node:
    if isinstance(under.value, list) and isinstance(over.value, list) and WHOLE not in path:
        return Node([*under.value, *over.value], over.place)
    if not isinstance(under.value, dict) or not isinstance(over.value, dict):
        return over
    values = {**under.value, **over.value}
    for key in under.value.keys() & over.value.keys():
        values[key] = _over(under.value[key], over.value[key], (*path, key))
    return Node(values, over.place, {**under.keys, **over.keys})


def _entries(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def at(tree: Node, path: Path) -> Node:
    """The node at ``path``; the nearest one above it where the document does not say so much."""
    node = tree
    for step in path:
        if isinstance(node.value, dict) and step in node.value:
            node = node.value[str(step)]
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            return node
    return node


def place_of(tree: Node, path: Path) -> Place:
    """Where ``path`` is said: at its value."""
    return at(tree, path).place


def places(node: Node, path: Path = ()) -> Iterator[tuple[Path, Place]]:
    """Every plain value of the tree with its place, mappings in the order of their keys."""
    if isinstance(node.value, dict):
        for key in sorted(node.value):
            yield from places(node.value[key], (*path, key))
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from places(item, (*path, index))
    else:
        yield path, node.place
