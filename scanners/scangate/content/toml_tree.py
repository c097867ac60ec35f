"""Reads TOML into the same tree as YAML and JSON, with positions; errors are skipped line by line. Without recursion, linear.

https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re

from scangate.content.json_tree import unescape
from scangate.content.yaml_tree import DEPTH, Node

_TOKEN = re.compile(
    r"""(?P<multiline>\"{3}(?:[^"\\]++|\\.|"(?!\"\"))*+\"{3,5}|'{3}(?:[^']++|'(?!''))*+'{3,5})|(?P<endless>\"{3}.*+|'{3}.*+)"""
    r"""|(?P<string>"(?:[^"\\\n]++|\\[^\n])*+"|'[^'\n]*+')|(?P<open>["'][^\n]*+)"""
    r"""|(?P<comment>\#[^\n]*+)|(?P<line>\n)|(?P<blank>[ \t\ufeff]++)|(?P<mark>[\[\]{}=,.])|(?P<atom>[\w+:-]++)|(?P<other>.)""",
    re.DOTALL,
)
_KEY_KINDS = ("string", "atom")
ARRAY_ENTRY = "[["


def parse_toml(text: str) -> Node:
    """The root mapping. A table that is there twice, as in an array of tables, is two values of the same key.

    The style of an entry of an array of tables, ``[[name]]``, is ``ARRAY_ENTRY``.
    """
    reader = _Reader()
    for match in _TOKEN.finditer(text):
        reader.read(str(match.lastgroup), match)
    return reader.root


class _Reader:
    """The state between two tokens: keys are collected in ``keys`` until a value or a header's end comes."""

    def __init__(self) -> None:
        self.root = _collection("mapping", 0)
        self.table = self.root
        self.stack: list[Node] = []  # open arrays and inline tables
        self.keys: list[Node] = []
        self.header = 0  # open brackets of a table's header
        self.has_equals = False

    def read(self, kind: str, match: re.Match[str]) -> None:
        """Takes the next token."""
        if kind == "line" and not self.stack:
            self._finish_line()
        elif kind == "mark":
            self._read_mark(match)
        elif kind in (*_KEY_KINDS, "multiline"):
            node = _scalar(kind, match)
            if self._wants_value():
                self._add(node)
            elif kind in _KEY_KINDS:
                self.keys.append(node)

    def _wants_value(self) -> bool:
        return self.has_equals or (bool(self.stack) and self.stack[-1].kind == "sequence")

    def _read_mark(self, match: re.Match[str]) -> None:
        mark, start = match[0], match.start()
        if mark == "=":
            self.has_equals = bool(self.keys)
        elif mark in "[{" and self._wants_value():
            node = _collection("sequence" if mark == "[" else "mapping", start)
            self._add(node)
            if len(self.stack) < DEPTH:
                self.stack.append(node)
        elif mark == "[":
            self.header += not self.keys
        elif mark in "]}" and self.stack:
            self.stack.pop().end = match.end()
            self.keys, self.has_equals = [], False
        elif mark == "]" and self.header and self.keys:
            self.table = _open_table(self.root, self.keys, start, ARRAY_ENTRY if self.header > 1 else "")
            self.keys, self.header = [], 0
        elif mark == "," and self.stack:
            self.keys, self.has_equals = [], False

    def _add(self, node: Node) -> None:
        owner = self.stack[-1] if self.stack else self.table
        if self.has_equals:
            *path, key = self.keys
            for step in path:
                inner = _collection("mapping", step.start)
                owner.children += [step, inner]
                owner = inner
            owner.children.append(key)
        owner.children.append(node)
        self.keys, self.has_equals = [], False

    def _finish_line(self) -> None:
        self.keys, self.header, self.has_equals = [], 0, False


def _open_table(root: Node, keys: list[Node], start: int, style: str) -> Node:
    table = root
    for key in keys[:DEPTH]:
        inner = _collection("mapping", start)
        table.children += [key, inner]
        table = inner
    table.style = style
    return table


def _collection(kind: str, start: int) -> Node:
    return Node(kind, "", "", "", start, start, [])


def _scalar(kind: str, match: re.Match[str]) -> Node:
    start, end = match.span()
    written = match[0]
    if kind == "atom":
        return Node("scalar", "", written, "", start, end, [])
    quote = written[:3] if kind == "multiline" else written[0]
    inner = written[len(quote) : -len(quote)]
    if quote[0] == '"' and "\\" in inner:
        inner = unescape(match.string, start + len(quote), end - len(quote))[0]
    style = {"'": "'", '"': "json"}.get(quote, quote)
    return Node("scalar", "", inner.removeprefix("\n") if len(quote) > 1 else inner, style, start, end, [])
