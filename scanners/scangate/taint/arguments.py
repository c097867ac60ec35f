"""Assigns the arguments of a call to the parameters of the function, stars and keywords included."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scangate.taint.project import Function
from scangate.taint.values import NOTHING, Value, join

Node = ast.expr | None


class Arguments(NamedTuple):
    """The arguments by the index of their parameter, and the expressions that they are, where the call has them."""

    values: dict[int, Value]
    nodes: dict[int, Node]


class _Given(NamedTuple):
    """Positional arguments, one by one; ``star``: what else a star may pass at any place."""

    values: list[tuple[Value, Node]]
    star: Value


def bind_arguments(
    function: Function, arguments: Sequence[Value], keywords: Mapping[str, Value], nodes: Sequence[Node], call: ast.AST
) -> Arguments:
    """The arguments of a call by the index of their parameter."""
    signature = function.node.args
    names = [each.arg for each in (*signature.posonlyargs, *signature.args)]
    after = len(names) + (signature.vararg is not None)
    index_of = {name: index for index, name in enumerate(names)}
    index_of |= {each.arg: after + index for index, each in enumerate(signature.kwonlyargs)}
    given, star = _positional(arguments, nodes)
    bound = Arguments({}, {})
    for index, (value, node) in enumerate(given[: len(names)]):
        bound.values[index], bound.nodes[index] = value, node
    more = _bind_keywords(bound, index_of, keywords, call)
    double = keywords.get("**", NOTHING)
    for name, index in index_of.items():
        rest = [double.part(name), star if index < len(names) else NOTHING]
        if index not in bound.values and any(each is not NOTHING for each in rest):
            bound.values[index] = join(each for each in rest if each is not NOTHING)
    if signature.vararg is not None:
        packed: dict[object, Value] = {index: value for index, (value, _) in enumerate(given[len(names) :])}
        bound.values[len(names)] = Value(star.all_taints(), None, packed)
    if signature.kwarg is not None:
        bound.values[after + len(signature.kwonlyargs)] = Value(double.taints, None, {**(double.items or {}), **more})
    return bound


def _positional(arguments: Sequence[Value], nodes: Sequence[Node]) -> _Given:
    """The positional arguments; a star's are known one by one if its sequence is."""
    given: list[tuple[Value, Node]] = []
    star = NOTHING
    for index, value in enumerate(arguments):
        node = nodes[index] if index < len(nodes) else None
        if not isinstance(node, ast.Starred):
            given.append((value, node))
            continue
        sequence = value.part("*")
        items = sequence.items or {}
        if items and star is NOTHING and not sequence.taints and all(key in items for key in range(len(items))):
            given += [(items[key], None) for key in range(len(items))]
        else:
            star = join([star, sequence.element()]) if star is not NOTHING else sequence.element()
    return _Given(given, star)


def _bind_keywords(
    bound: Arguments, index_of: Mapping[str, int], keywords: Mapping[str, Value], call: ast.AST
) -> dict[object, Value]:
    """Binds the keywords; those that no parameter has."""
    nodes = {each.arg: each.value for each in call.keywords} if isinstance(call, ast.Call) else {}
    more: dict[object, Value] = {}
    for name, value in keywords.items():
        if name in index_of:
            bound.values[index_of[name]], bound.nodes[index_of[name]] = value, nodes.get(name)
        elif name != "**":
            more[name] = value
    return more
