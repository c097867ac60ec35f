"""Finds why a package is required: one shortest chain from a direct dependency, over the graph of a lock file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

MAX_CHAIN = 50  # names; a longer chain is not reported


def shortest_chains(direct: Iterable[str], edges: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """The chain to each reachable package, without the package: the direct dependency first. Deterministic."""
    parent: dict[str, str] = dict.fromkeys(sorted(direct), "")
    level = list(parent)
    while level:
        reached: list[str] = []
        for name in level:
            for below in sorted(edges.get(name, ())):
                if below not in parent:
                    parent[below] = name
                    reached.append(below)
        level = reached
    return {name: _chain_to(name, parent) for name in parent}


def _chain_to(name: str, parent: Mapping[str, str]) -> tuple[str, ...]:
    chain: list[str] = []
    while (name := parent[name]) and len(chain) <= MAX_CHAIN:
        chain.append(name)
    return tuple(reversed(chain)) if len(chain) <= MAX_CHAIN else ()


def find_roots(edges: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The packages that no other requires: the project itself must require them."""
    required = {below for name, others in edges.items() for below in others if below != name}
    return frozenset(edges.keys() - required)
