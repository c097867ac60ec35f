"""Finds the values in a policy that scangate writes there: rule ids, fingerprints, digests, advisories; none of them is a secret.

They are recognized by structure alone: the file has to be a valid policy, the value has to belong to one of the keys, and to have
the exact form that scangate gives it. All else in a policy, reasons included, is searched for secrets as in any file.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from scangate.errors import PolicyError
from scangate.judge.decode import decode_node
from scangate.judge.name_patterns import matches_name
from scangate.judge.policy_files import parse_policy
from scangate.judge.policy_schema import PolicyDocument
from scangate.judge.policy_yaml import Node
from scangate.model import Span
from scangate.plugin import SourceFile
from scangate.tools.built_in import MODULES
from scangate.tools.rule_catalog import ADVISORY_ID, describe_advisory, list_rules

DIGEST = re.compile(r"[0-9a-f]{32}")
OTHER_RULE = re.compile(r"[a-z]+(?:-[a-z]+)*:(?:[a-z]+(?:[-_./][a-z]+)*|\*)")
"""A rule of a scanner that is not built in: words, without digits and capitals."""
SCANNERS = frozenset(name.replace("_", "-") for name in MODULES)
BLOCK_KEYS = ("exceptions", "severity")
REPLACE = "replace"


def find_own_policy_values(source: SourceFile) -> Sequence[Span]:
    """Where the values are; nothing for a file that is no policy."""
    data = source.read_bytes()
    if not any(key.encode() in data for key in BLOCK_KEYS):
        return ()
    try:
        root = parse_policy(data, source.path, "")
        decode_node(root, PolicyDocument)
    except PolicyError:
        return ()
    return [span for node in _own_nodes(root) if (span := _span(node, source.lines)) is not None]


def _own_nodes(root: Node) -> Iterator[Node]:
    """The values of the keys, if they have the form that scangate writes."""
    for block in (root, *_children(root, "environments")):
        for key in BLOCK_KEYS:
            for listed in _get(block, key):
                for entry in (*_items(listed), *(each for found in _get(listed, REPLACE) for each in _items(found))):
                    yield from _own_nodes_of_entry(entry)


def _own_nodes_of_entry(entry: Node) -> Iterator[Node]:
    digests = [*_get(entry, "fingerprint")]
    for follows in _get(entry, "follows"):
        digests += (*_get(follows, "content"), *_get(follows, "context"))
    yield from (node for node in digests if DIGEST.fullmatch(str(node.value)))
    yield from (node for node in _get(entry, "advisory") if ADVISORY_ID.fullmatch(str(node.value)))
    yield from (node for node in _get(entry, "rule") if _is_rule(str(node.value)))


def _is_rule(text: str) -> bool:
    if text.partition(":")[0] not in SCANNERS:
        return OTHER_RULE.fullmatch(text) is not None
    return describe_advisory(text) is not None or any(matches_name(text, rule) for rule in _rule_names())


@functools.cache
def _rule_names() -> frozenset[str]:
    return frozenset(list_rules())


def _span(node: Node, lines: Sequence[str]) -> Span | None:
    """The place of a value that is written without escapes, on one line."""
    text, start = str(node.value), node.position.column - 1
    line = lines[node.position.line - 1] if node.position.line <= len(lines) else ""
    for quote in ("", '"', "'"):
        if line.startswith(quote + text + quote, start):
            column = start + len(quote) + 1
            return Span(node.position.line, column, node.position.line, column + len(text))
    return None


def _get(node: Node, key: str) -> Iterator[Node]:
    """The value of a key, if the node is a mapping that has it."""
    if isinstance(node.value, dict) and key in node.value:
        yield node.value[key]


def _children(node: Node, key: str) -> Iterator[Node]:
    for found in _get(node, key):
        yield from found.value.values() if isinstance(found.value, dict) else ()


def _items(node: Node) -> Sequence[Node]:
    return node.value if isinstance(node.value, list) else ()
