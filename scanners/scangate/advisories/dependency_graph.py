"""Who brings a package in: one shortest chain from a direct dependency, over the graph that a lock file holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

__all__ = ["find_roots", "shortest_chains"]

MAX_CHAIN = 50  # names in a chain that is told; whoever is deeper is told without one


def shortest_chains(direct: Iterable[str], edges: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """For each package that is reached: the names above it, the direct one first. Same input, same chain."""
    above: dict[str, str] = dict.fromkeys(sorted(direct), "")
    front = list(above)
    while front:
        reached: list[str] = []
        for name in front:
            for below in sorted(edges.get(name, ())):
                if below not in above:
                    above[below] = name
                    reached.append(below)
        front = reached
    return {name: _chain_to(name, above) for name in above}


def _chain_to(name: str, above: Mapping[str, str]) -> tuple[str, ...]:
    chain: list[str] = []
    while (name := above[name]) and len(chain) <= MAX_CHAIN:
        chain.append(name)
    return tuple(reversed(chain)) if len(chain) <= MAX_CHAIN else ()


def find_roots(edges: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The packages that no other asks for. A lock holds nothing that nobody asks for: so the project itself does."""
    asked = {below for name, others in edges.items() for below in others if below != name}
    return frozenset(edges.keys() - asked)
