"""Reads a policy: the one way from a name or a file to a checked `Policy`. It opens no other files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect as kinds

from scangate.errors import PolicyError
from scangate.judge.decode import DocumentPath, format_path, struct_fields
from scangate.judge.error_text import shorten, suggest
from scangate.judge.policy import Policy
from scangate.judge.policy_bound import bound_policy
from scangate.judge.policy_files import PolicyFile, PolicyRevision, load_chain, load_nested_chains
from scangate.judge.policy_floor import find_loosenings
from scangate.judge.policy_merge import apply_environment, find_position, list_positions, merge_policy_files
from scangate.judge.policy_resolution import COMMON_SCANNER_KEYS, ScannerOptionTypes, resolve_policy
from scangate.judge.policy_yaml import Node, Position, make_policy_error
from scangate.model import PolicyLocation

TRUST_HINT = "read it, then run again with --trust-policy, or keep the policy outside the tree"


def load_policy(  # noqa: PLR0913 -- each is a fact of its own that only the command line knows
    spec: str | None,
    root: Path,
    environment: str | None = None,
    *,
    scanner_options: Mapping[str, type[Any]],
    command_options: type[Any] | None = None,
    trusted: bool = False,
    today: dt.date,
    revision: PolicyRevision | None = None,
    content: bytes | None = None,
    scope: str = "",
    floor: Policy | None = None,
    is_floor: bool = False,
) -> Policy:
    """The policy ``spec`` (a bundled name or a file; None for the root's own, else baseline) as it holds in ``environment``.

    ``scanner_options`` maps each known scanner to the struct its block is read into, ``command_options`` is the struct of a block
    with a command line. ``trusted`` lets a policy inside the scanned tree start programs and have ranges resolved. ``revision``
    says that the tree's policy files are those of another revision; ``root`` and a file of the tree are below its `top`. Every
    environment is checked, not only the one asked for. ``scope``: the folder or file that the policy is for, where ``spec`` is
    None: the policy files of folders between the root and it tighten the root's. ``floor``: bounds the policy, see `policy_bound`.
    ``is_floor``: it is read to bound another, so an environment that it does not name means its plain values. Raises PolicyError
    for anything that is not exactly a policy.
    """
    chains = [load_chain(spec, root, revision, content)]
    if spec is None:
        chains += load_nested_chains(chains[0], root, scope, revision)
    registry = ScannerOptionTypes(scanner_options, command_options)
    governing: list[tuple[Policy, tuple[PolicyFile, ...]]] = []
    for layers in chains:
        if not trusted:
            _refuse_commands(layers, registry)
        _check_root(layers[0])
        policies = _resolve_environments(layers, registry, today)
        _check_floors(layers, policies, registry, today)
        wanted = environment or ""
        if wanted not in policies and not governing and not is_floor:
            raise _unknown_environment(layers[-1], wanted, sorted(set(policies) - {""}))
        policy = policies.get(wanted, policies[""])
        if governing:
            _check_nested(*governing[-1], policy, layers)
        governing.append((policy, layers))
    policy = _complete(*governing[-1])
    own_files = {layer.source.label for layers in chains for layer in layers if not layer.source.bundled}
    return policy if floor is None else bound_policy(floor, policy, own_files, today)


def _check_nested(above: Policy, layers_above: tuple[PolicyFile, ...], policy: Policy, layers: tuple[PolicyFile, ...]) -> None:
    """Raises PolicyError if the policy of a folder loosens the one ``above`` it."""
    for found in find_loosenings(above, policy)[:1]:
        here, own = _position(layers, policy, found.path), layers[-1]
        if here.file != own.source.label:  # it is from a file that the folder's extends
            here = find_position(own.node, ("extends",))
        there = _position(layers_above, above, found.floor_path)
        what = f"{found.problem}; this loosens {there.file}:{there.line}, which the policy of a folder may only tighten"
        hint = f"remove it here, or change {there.file} for this path"
        raise make_policy_error(here, format_path(found.path), what, hint)


def _position(layers: tuple[PolicyFile, ...], policy: Policy, path: DocumentPath) -> Position:
    tree = merge_policy_files(tuple(layer.node for layer in layers))
    return find_position(apply_environment(tree, policy.environment), path)


def _resolve_environments(layers: tuple[PolicyFile, ...], registry: ScannerOptionTypes, today: dt.date) -> dict[str, Policy]:
    """The policy plain (under the empty name) and in each of its environments."""
    tree = merge_policy_files(tuple(layer.node for layer in layers))
    return {name: resolve_policy(apply_environment(tree, name), name, registry, today) for name in ("", *_environments(tree))}


def _environments(tree: Node) -> tuple[str, ...]:
    block = tree.value.get("environments") if isinstance(tree.value, dict) else None
    return tuple(sorted(block.value)) if block is not None and isinstance(block.value, dict) else ()


def _check_root(layer: PolicyFile) -> None:
    if not isinstance(layer.document.unknown, str):
        hint = "set the severity that UNKNOWN counts as: `unknown: high`"
        raise make_policy_error(layer.node.position, "unknown", "missing", hint)


def _refuse_commands(layers: tuple[PolicyFile, ...], registry: ScannerOptionTypes) -> None:
    """A file in the scanned tree may switch a command on and off, and nothing more: the tree's author must not start programs.

    Nor may it switch on what is for trusted files alone.
    """
    for layer in layers:
        if not layer.source.in_tree:
            continue
        for path, name, block in _scanner_blocks(layer.node):
            keys = block.key_positions
            own = set(keys) - COMMON_SCANNER_KEYS
            for key in sorted(own & _trusted_only(registry.options.get(name))):
                if _child(block, key).value is not False:
                    what = "a policy in the scanned tree may not switch this on"
                    raise make_policy_error(keys[key], format_path((*path, key)), what, TRUST_HINT)
            if own and name not in registry.options:
                key = "command" if "command" in own else min(own)
                raise make_policy_error(
                    keys[key], format_path((*path, key)), "a policy in the scanned tree may not start programs", TRUST_HINT
                )


def _scanner_blocks(node: Node) -> Iterator[tuple[tuple[str, ...], str, Node]]:
    """Every scanner's block of a file, its environments included: path, name, the block."""
    roots: list[tuple[tuple[str, ...], Node]] = [((), node)]
    roots += [(("environments", name), _child(_child(node, "environments"), name)) for name in _environments(node)]
    for path, root in roots:
        block = _child(root, "scanners")
        for name in block.value if isinstance(block.value, dict) else ():
            yield (*path, "scanners", name), name, _child(block, name)


def _trusted_only(kind: type[Any] | None) -> frozenset[str]:
    """The options of a type that only a policy outside the scanned tree may switch on, by their Meta's extra."""
    found = struct_fields(kind) if kind is not None else {}
    extras = {name: field.type.extra or {} for name, field in found.items() if isinstance(field.type, kinds.Metadata)}
    return frozenset(name for name, extra in extras.items() if extra.get("trusted only"))


def _child(node: Node, key: str) -> Node:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    return found if isinstance(found, Node) else Node(None, node.position)


def _check_floors(
    layers: tuple[PolicyFile, ...], policies: dict[str, Policy], registry: ScannerOptionTypes, today: dt.date
) -> None:
    """Each floor against the whole of what extends it, plain and in every environment (a new one against the plain floor)."""
    tree = merge_policy_files(tuple(layer.node for layer in layers))
    for depth, layer in enumerate(layers[:-1], start=1):
        if layer.document.floor is not True:
            continue
        under = merge_policy_files(tuple(below.node for below in layers[:depth]))
        floors = _resolve_environments(layers[:depth], registry, today)
        for name, policy in policies.items():
            base = name if name in floors else ""
            for found in find_loosenings(floors[base], policy)[:1]:
                here = find_position(apply_environment(tree, name), found.path)
                there = find_position(apply_environment(under, base), found.floor_path)
                what = f"{found.problem}; this loosens the floor {there.file}:{there.line}"
                raise make_policy_error(
                    here,
                    format_path(found.path),
                    what,
                    f"a floor can only be tightened: remove it, or ask for a change of {there.file}",
                )


def _unknown_environment(layer: PolicyFile, wanted: str, names: list[str]) -> PolicyError:
    place = find_position(layer.node, ("environments",))
    hint = suggest(wanted, names) if names else f"add `environments: {{{shorten(wanted)}: {{...}}}}`, or leave out --env"
    return make_policy_error(place, "environments", f"no environment is named `{shorten(wanted)}`", hint)


def _complete(policy: Policy, layers: tuple[PolicyFile, ...]) -> Policy:
    """The policy with what is known only of its files."""
    asked = layers[-1]
    tree = apply_environment(merge_policy_files(tuple(layer.node for layer in layers)), policy.environment)
    description = asked.document.description
    environments = _environments(merge_policy_files(tuple(layer.node for layer in layers)))
    return msgspec.structs.replace(
        policy,
        name=asked.name,
        description=description if isinstance(description, str) else "",
        sources=tuple(layer.source.label for layer in reversed(layers)),
        locations={
            name: PolicyLocation(name, position.file, position.line)
            for name, position in ((format_path(path), position) for path, position in list_positions(tree))
        },
        in_tree=asked.source.in_tree,
        is_bundled=asked.source.bundled,
        environments=environments,
        folders={layer.source.label: str(layer.source.file.parent) for layer in layers if not layer.source.remote},
    )
