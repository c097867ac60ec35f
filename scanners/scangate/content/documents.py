"""Reads a YAML or JSON file as a document; an entry of it is a node with its path and the nodes around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scangate.content.json_tree import parse_json
from scangate.content.position_maps import MappedText, join
from scangate.content.scalar_text import scalar_text
from scangate.content.yaml_tree import Node, Problem, parse


class Document(msgspec.Struct):
    """The text of a file and its root nodes; ``problem`` is where the tree ends early.

    ``characters`` counts what `texts_of` has returned. Aliases can name the same text again and again, so there is a limit.
    """

    text: str
    roots: list[Node]
    problem: Problem | None
    characters: int = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether more text has been taken out than a document of this size can have."""
        return self.characters > _TIMES * len(self.text)


_TIMES = 8
_JSON_START = re.compile(r"(?:[\ufeff\s]++|//[^\n]*+|/\*.*?\*/)*+[{\[]", re.DOTALL)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A node in a document. ``key`` is its key in a mapping, empty for an item of a sequence; ``parent`` is the entry that has it.

    ``step`` is its key or its index: in the mapping, the sequence or, of a root, among several documents.
    """

    node: Node
    step: str
    key: str = ""
    parent: Entry | None = None

    @property
    def path(self) -> list[str]:
        """The keys and indexes from the root to here."""
        return [entry.step for entry in (self, *self.ancestors()) if entry.step][::-1]

    @property
    def name(self) -> str:
        """The path with dots: ``jobs.build.steps.2.run``."""
        return ".".join(self.path)

    def sibling(self, key: str) -> str:
        """The scalar under a key of the mapping that has this node; empty if there is none."""
        found = self.parent.node.get(key) if self.parent else None
        return found.value if found is not None and found.kind == "scalar" else ""

    def ancestors(self) -> Iterator[Entry]:
        """The entries above this one, the nearest first."""
        entry = self.parent
        while entry is not None:
            yield entry
            entry = entry.parent


def read_document(text: str) -> Document:
    """JSON, with comments, if it begins like JSON and is JSON, else YAML."""
    if _JSON_START.match(text):
        roots, problem = parse_json(text)
        if problem is None:
            return Document(text, roots, None)
    roots, problem = parse(text)
    return Document(text, roots, problem)


def walk(document: Document, parent: Entry | None = None) -> Iterator[Entry]:
    """Every node, in the order of the text; an alias is not followed, and of several for one node only the first is there.

    ``parent``: the entry of another document that has this one as its value.
    """
    named: set[int] = set()
    many = len(document.roots) > 1
    stack = [Entry(root, str(index) if many else "", "", parent) for index, root in enumerate(document.roots)][::-1]
    while stack:
        entry = stack.pop()
        if entry.node.target is not None:
            if id(entry.node.target) in named:
                continue
            named.add(id(entry.node.target))
        yield entry
        if entry.node.kind == "mapping":
            below = [Entry(node, key, key, entry) for key, node in entry.node.items()]
        elif entry.node.kind == "sequence":
            below = [Entry(node, str(index), "", entry) for index, node in enumerate(entry.node.children)]
        else:
            continue
        stack += reversed(below)


def texts_of(document: Document, node: Node) -> list[MappedText]:
    """The text of a scalar, or those of the scalars of a sequence; nothing for anything else."""
    nodes: list[Node] = [node.target or node]
    found: list[Node] = []
    seen: set[int] = set()
    while nodes:  # sequences in sequences are one list of commands; what several aliases name counts once
        item = nodes.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if item.kind == "scalar":
            found.append(item)
        elif item.kind == "sequence":
            nodes += [child.target or child for child in reversed(item.children)]
    texts = []
    for item in found:
        if document.is_exhausted:
            break
        texts.append(scalar_text(document.text, item))
        document.characters += len(item.value)
    return texts


def script_of(document: Document, node: Node) -> MappedText:
    """A script that is a scalar, or a sequence with a command in each item."""
    texts = texts_of(document, node)
    if len(texts) == 1:
        return texts[0]
    return join(part for text in texts for part in (text, "" if text.text.endswith("\n") else "\n"))
