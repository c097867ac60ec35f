"""Merges policy files: mappings are merged, lists appended (or replaced, by ``{replace: [...]}``), plain values replaced."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from scangate.judge.decode import DocumentPath
from scangate.judge.policy_yaml import Node, Position

FILE_ONLY_KEYS = frozenset({"version", "name", "description", "extends", "floor"})  # of one file, never inherited
REPLACE = "replace"
REPLACED_LISTS_KEY = "scanners"  # a scanner's own lists (a command, rules) are always replaced


def merge_policy_files(nodes: tuple[Node, ...]) -> Node:
    """The files of a chain as one tree, the one that extends nothing first."""
    return reduce(lambda under, over: _overlay(under, over, ()), nodes[1:], nodes[0])


def apply_environment(tree: Node, environment: str) -> Node:
    """The tree with its block for ``environment`` laid over it (KeyError if none), or without any where the name is empty."""
    entries = _entries(tree)
    blocks = entries.get("environments")
    plain = {key: value for key, value in entries.items() if key not in FILE_ONLY_KEYS and key != "environments"}
    base = Node(plain, tree.position, tree.key_positions)
    return _without_replacements(_overlay(base, _entries(blocks)[environment], ()) if environment and blocks else base)


def _overlay(under: Node, over: Node, path: DocumentPath) -> Node:
    replaced = _replacement(under, path)
    inherited = under if replaced is None else replaced
    if isinstance(inherited.value, list) and isinstance(over.value, list) and REPLACED_LISTS_KEY not in path:
        items = Node([*inherited.value, *over.value], over.position)
        # what was replaced stays replaced where the result is an environment's and is merged into the rest
        return items if replaced is None else Node({REPLACE: items}, over.position)
    if not isinstance(under.value, dict) or not isinstance(over.value, dict) or replaced or _replacement(over, path):
        return over
    values = {**under.value, **over.value}
    for key in under.value.keys() & over.value.keys():
        values[key] = _overlay(under.value[key], over.value[key], (*path, key))
    return Node(values, over.position, {**under.key_positions, **over.key_positions})


def _replacement(node: Node, path: DocumentPath) -> Node | None:
    """The list of ``{replace: [...]}``, which takes the place of the inherited one."""
    entries = _entries(node)
    found = entries.get(REPLACE) if len(entries) == 1 and REPLACED_LISTS_KEY not in path else None
    return found if found is not None and isinstance(found.value, list) else None


def _without_replacements(node: Node, path: DocumentPath = ()) -> Node:
    replacement = _replacement(node, path)
    if replacement is not None:
        return replacement
    if not isinstance(node.value, dict):
        return node
    values = {key: _without_replacements(child, (*path, key)) for key, child in node.value.items()}
    return Node(values, node.position, node.key_positions)


def _entries(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def find_node(tree: Node, path: DocumentPath) -> Node:
    """The node at ``path``, or its nearest ancestor in the document."""
    node = tree
    for step in path:
        if isinstance(node.value, dict) and step in node.value:
            node = node.value[str(step)]
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            return node
    return node


def find_position(tree: Node, path: DocumentPath) -> Position:
    """The position of the value at ``path``."""
    return find_node(tree, path).position


def list_positions(node: Node, path: DocumentPath = ()) -> Iterator[tuple[DocumentPath, Position]]:
    """Every value of the tree, mappings and lists included, with its position."""
    yield path, node.position
    children = node.value.items() if isinstance(node.value, dict) else enumerate(node.value) if isinstance(node.value, list) else ()
    for key, child in children:
        yield from list_positions(child, (*path, key))
