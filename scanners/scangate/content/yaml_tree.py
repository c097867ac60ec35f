"""Reads YAML and JSON into a tree that keeps tags and positions, without building any object and without recursion.

Aliases are not expanded, so the tree is never larger than the text. What comes before a syntax error is kept.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import yaml

DEPTH = 200
"""Deeper documents are cut off."""
_MERGE = "<<"
_MERGED = 100
"""Mappings that are searched for a key which others merge: they could merge each other again and again."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node(msgspec.Struct):
    """A scalar, a sequence or a mapping: ``kind`` is ``scalar``, ``sequence``, ``mapping`` or ``alias``.

    ``start`` and ``end`` are offsets in the text, in characters, of the node with its tag and anchor. The children of a mapping are
    its keys and values by turns.
    """

    kind: str
    tag: str
    value: str
    style: str
    start: int
    end: int
    children: list[Node]
    target: Node | None = None
    """What an alias names."""
    index: dict[str, Node] | None = None
    """The values by key, made when the first is asked for."""

    def items(self) -> Iterator[tuple[str, Node]]:
        """The keys that are scalars, and their values; nothing unless this is a mapping."""
        if self.kind == "mapping":
            for key, value in zip(self.children[::2], self.children[1::2], strict=False):
                if key.kind == "scalar":
                    yield key.value, value

    def get(self, key: str) -> Node | None:
        """The value of a key, or None; of an alias, what it names. Of several values, the last.

        A key that the mapping does not have can be in one that it merges: https://yaml.org/type/merge.html
        """
        found = self._own_values().get(key)
        if found is not None or _MERGE not in self._own_values():
            return found
        todo: list[Node] = [self]
        for _ in range(_MERGED):
            if not todo:
                break
            values = todo.pop()._own_values()
            if key in values:
                return values[key]
            merged = values.get(_MERGE)
            if merged is not None:
                todo += [each.target or each for each in reversed(merged.children)] if merged.kind == "sequence" else [merged]
        return None

    def _own_values(self) -> dict[str, Node]:
        if self.index is None:
            self.index = {name: value.target or value for name, value in self.items()}
        return self.index


def key_of(node: Node, key: str) -> Node | None:
    """The node of a key itself; of several, the last, as for `Node.get`."""
    keys = [each for each in node.children[::2] if each.kind == "scalar" and each.value == key] if node.kind == "mapping" else []
    return keys[-1] if keys else None


class Problem(msgspec.Struct, frozen=True):
    """Why the text could not be read to its end; ``offset`` is in characters."""

    offset: int
    reason: str


def parse(text: str) -> tuple[list[Node], Problem | None]:
    """The root nodes of the documents in ``text``, and the first problem. Never raises for any text."""
    roots: list[Node] = []
    stack: list[Node] = []
    anchors: dict[str, Node] = {}
    problem = None
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                stack.pop().end = getattr(event.end_mark, "index", 0)
            elif isinstance(event, yaml.NodeEvent):
                node = _node(event, anchors)
                (stack[-1].children if stack else roots).append(node)
                if isinstance(event, yaml.CollectionStartEvent):
                    if len(stack) >= DEPTH:
                        problem = Problem(node.start, f"nested more than {DEPTH} levels deep")
                        break
                    stack.append(node)
    except yaml.MarkedYAMLError as error:
        problem = Problem(getattr(error.problem_mark or error.context_mark, "index", 0), str(error.problem or error.context))
    except (yaml.YAMLError, UnicodeError, ValueError, AttributeError) as error:
        problem = Problem(
            getattr(error, "position", 0),
            "characters that YAML does not allow" if isinstance(error, yaml.reader.ReaderError) else "not YAML",
        )
    for node in stack:
        node.end = max(node.end, problem.offset if problem else node.start)
    return roots, problem


def _node(event: Any, anchors: dict[str, Node]) -> Node:
    tag = str(getattr(event, "tag", "") or "")
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.ScalarEvent):
        node = Node("scalar", tag, event.value, event.style or "", start, end, [])
    elif isinstance(event, yaml.AliasEvent):
        return Node("alias", "", event.anchor or "", "", start, end, [], anchors.get(event.anchor or ""))
    else:
        node = Node("mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence", tag, "", "", start, end, [])
    if event.anchor:
        anchors[event.anchor] = node
    return node


def line_starts(text: str) -> list[int]:
    r"""The offset at which each line begins; lines end with ``\n``, ``\r\n`` or ``\r``."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def position(starts: Sequence[int], offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset."""
    line = bisect.bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1
