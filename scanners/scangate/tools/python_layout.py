"""Gives Python source one layout, for rules that look at source text.

semgrep compares syntax trees, but a match covers the parentheses around it, and conditions on metavariables and ``pattern-regex``
read the text. Redundant parentheses are removed, and blanks, line breaks and comments before a call, an index or an attribute. A
built-in function has its plain name, however the module ``builtins`` was reached. Identifiers are in the form (NFKC) that Python
compares.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scangate.python_builtins import MAY_RENAME_BUILTINS, builtin_name, find_builtin_names
from scangate.tools.source_edits import Edit, LineStarts, chain_root

_BLANKS = rb"(?:[ \t\f\n]|\\\n|#[^\n]*(?:\n|\Z))"
_TRIVIA = re.compile(_BLANKS + rb"+")
_OPENING = re.compile(rb"\((?:" + _BLANKS + rb"|\()*")
_CLOSING = re.compile(_BLANKS + rb"*\)")
_BEFORE_NAME = re.compile(rb"(?:" + _BLANKS + rb"|\))*\." + _BLANKS + rb"*(?=[\w\x80-\xff])")
_BEFORE_BRACKET = re.compile(rb"(?:" + _BLANKS + rb"|\))*(?=[(\[])")
_CLASS = re.compile(rb"class" + _BLANKS + rb"+[\w\x80-\xff]+" + _BLANKS + rb"*(?:\[[^()]*\]" + _BLANKS + rb"*)?(?=\()")
_WORD = re.compile(rb"[\w\x80-\xff]")
_TRIPLE = re.compile(rb"[A-Za-z]{0,2}(\"\"\"|''')")
_TOKENS = re.compile(
    r"""(?P<skip>\#[^\n]*|(?P<prefix>[A-Za-z]{0,2})(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
    |(?P<word>\w+)""",
    re.VERBOSE | re.DOTALL,
)

_ATOMS: tuple[type[ast.expr], ...] = (
    *(ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Set),
    *(ast.ListComp, ast.SetComp, ast.DictComp),
)
"""Expressions that never need parentheses."""

_CONTEXTS: tuple[type[ast.AST], ...] = (
    *(ast.Call, ast.List, ast.Set, ast.Dict, ast.Subscript, ast.Assign, ast.AugAssign, ast.Return, ast.Expr),
)
"""Nodes with parts that need no parentheses."""

MOST_BRACKETS = 200  # that Python nests; more of them are in a string or a comment

Range = tuple[int, int]
"""Offsets of the first byte and after the last byte."""

_OPERATIONS: tuple[type[ast.expr], ...] = (ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp, ast.Await, ast.Lambda)
"""Expressions that need parentheses only within others."""


def layout_edits(nodes: Sequence[Any], lines: LineStarts) -> tuple[list[Edit], dict[Range, Range]]:
    """The edits to the source (UTF-8, line feeds) of ``nodes``, the outer ones first; and, by the range of each expression whose
    parentheses are removed, the range with them."""
    layout = _Layout(lines, nodes, find_builtin_names(nodes) if MAY_RENAME_BUILTINS.search(lines.data) else {})
    for node in nodes:
        layout.join(node)
    for node in reversed(nodes):  # inner expressions have the inner parentheses
        if isinstance(node, ast.expr):
            layout.remove_parentheses(node)
    return layout.edits, layout.ranges


def normalize_identifiers(text: str) -> list[tuple[int, int, str]]:
    """Start, end and normal form of the identifiers in ``text`` that Python reads as others."""
    if text.isascii():
        return []
    found = []
    for token in _TOKENS.finditer(text):
        if token["word"]:
            words: Iterator[re.Match[str]] = iter((token,))
        elif "f" in (token["prefix"] or "").lower() or "t" in (token["prefix"] or "").lower():
            words = re.compile(r"\w+").finditer(text, *token.span())
        else:
            continue
        for word in words:
            normal = unicodedata.normalize("NFKC", word[0])
            if normal != word[0] and normal.isidentifier() and not keyword.iskeyword(normal):
                found.append((word.start(), word.end(), normal))
    return found


class _Layout:
    """Collects edits for expressions."""

    def __init__(self, lines: LineStarts, nodes: Iterable[Any], builtin_names: Mapping[str, str]) -> None:
        self.edits: list[Edit] = []
        self.ranges: dict[Range, Range] = {}
        self._data = lines.data
        self._lines = lines
        self._builtin_names = builtin_names
        self._owned: set[int] = set()  # opening parentheses of calls and class definitions
        self._bracketed: set[int] = set()  # nodes within brackets of a syntax, where lines may end, by identity
        self._separate: set[int] = set()  # operations that need no parentheses in their place, by identity
        self._openings: dict[int, list[int]] = {}  # by the offset of what they enclose, from the outermost
        self._code = _without_strings(nodes, lines)
        for run in _OPENING.finditer(self._code):
            offsets = [run.start()]
            if run.end() - run.start() > 1:
                offsets = list(_parentheses(run[0], run.start()))
            self._openings[run.end()] = offsets
            for index in range(1, len(offsets) if len(offsets) <= MOST_BRACKETS else 0):
                self._openings[offsets[index]] = offsets[:index]

    def join(self, node: Any) -> None:
        """Removes what may come before a call's parenthesis, an index, or the name of an attribute."""
        kind = node.__class__
        if kind in _CONTEXTS or kind in _OPERATIONS:
            self._note_operations(node)
        if kind is ast.Attribute:
            self._use_builtin_name(node)
            end = self._lines.end(node.value)
            if self._lines.end(node) - end != len(node.attr) + 1 and not _is_number(node.value):
                self._delete_blanks(_BEFORE_NAME, end)
        elif kind is ast.Call or kind is ast.Subscript:
            self._use_builtin_name(node)
            end = self._lines.end(node.func if kind is ast.Call else node.value)
            if self._data[end : end + 1] not in (b"(", b"["):
                end = self._delete_blanks(_BEFORE_BRACKET, end)
            if kind is ast.Call:
                self._owned.add(end)
        elif kind is ast.ClassDef:
            if header := _CLASS.match(self._code, self._lines.start(node)):
                self._owned.add(header.end())
        elif kind is ast.Name and node.ctx.__class__ is ast.Load and (name := self._builtin_names.get(node.id)):
            self.edits.append(self._lines.replace_node(node, name.encode()))

    def _note_operations(self, node: Any) -> None:
        for part in _bracketed_parts(node):
            self._bracketed.add(id(part))
            self._separate.add(id(part))
        if isinstance(node, _OPERATIONS) and id(node) in self._bracketed:
            self._bracketed.update(id(part) for part in ast.iter_child_nodes(node))
        part = _separate_part(node)
        if part is not None and (part.lineno == part.end_lineno or id(part) in self._bracketed):
            self._separate.add(id(part))

    def remove_parentheses(self, node: Any) -> None:
        """Removes all parentheses around what needs none, and all but one pair around other expressions."""
        start = self._lines.start(node)
        openings = self._openings.get(start)
        if not openings or openings[-1] in self._owned:
            return
        end = inner_end = self._lines.end(node)
        inner_start = start
        pairs = 0
        needs_none = self._needs_none(node)
        while openings and openings[-1] not in self._owned and (closing := _CLOSING.match(self._code, end)):
            pairs += 1
            start, end = openings.pop(), closing.end()
            if pairs == 1 and not needs_none:
                inner_start, inner_end = start, end
        if end > inner_end:
            self.ranges[inner_start, inner_end] = start, end
            self._delete(start, inner_start)
            self._delete(inner_end, end, before_dot=_is_number(node))

    def _needs_none(self, node: Any) -> bool:
        if isinstance(node, _OPERATIONS):
            return id(node) in self._separate
        if isinstance(node, (ast.Tuple, ast.GeneratorExp)):
            return self._lines.has_parenthesis(node)
        if not isinstance(node, _ATOMS):
            return False
        node = chain_root(node)
        if not isinstance(node, (ast.Constant, ast.JoinedStr)) or node.lineno == node.end_lineno:
            return True
        string = self._data[self._lines.start(node) : self._lines.end(node)]  # its pieces, if any, must be on one line
        quotes = _TRIPLE.match(string)
        return quotes is not None and string.count(quotes[1]) == 2

    def _delete(self, start: int, end: int, *, before_dot: bool = False) -> None:
        """Deletes a range; words before and after it stay apart."""
        after = self._data[end : end + 1]
        apart = _WORD.match(self._data[start - 1 : start]) and (_WORD.match(after) or after in (b'"', b"'"))
        self.edits.append(Edit(start, end, b" " if apart or (before_dot and after == b".") else b""))

    def _delete_blanks(self, pattern: re.Pattern[bytes], start: int) -> int:
        """Deletes the blanks in what ``pattern`` matches; returns where the match ends."""
        found = pattern.match(self._code, start)
        if found is None:
            return start
        for blanks in _TRIVIA.finditer(found[0]):
            self.edits.append(Edit(start + blanks.start(), start + blanks.end()))
        return found.end()

    def _use_builtin_name(self, node: Any) -> None:
        name = builtin_name(node, self._builtin_names) if self._builtin_names else ""
        if name:
            self.edits.append(self._lines.replace_node(node, name.encode()))


def _without_strings(nodes: Iterable[Any], lines: LineStarts) -> bytes:
    """The source with letters for strings: they may hold parentheses and what looks like comments."""
    code = bytearray(lines.data)
    for node in nodes:
        if node.__class__ is ast.JoinedStr or (node.__class__ is ast.Constant and isinstance(node.value, (str, bytes))):
            start, end = lines.start(node), lines.end(node)
            code[start:end] = b"s" * (end - start)
    return bytes(code)


def _parentheses(run: bytes, start: int) -> Iterator[int]:
    """The offsets of parentheses in ``run``, which begins at ``start``, without those in comments."""
    for token in re.finditer(rb"\(|#[^\n]*", run):
        if token[0] == b"(":
            yield start + token.start()


def _bracketed_parts(node: Any) -> Sequence[Any]:
    """The expressions that are each alone between brackets or commas of ``node``."""
    kind = node.__class__
    if kind is ast.Call:
        return [*node.args, *(each.value for each in node.keywords if each.arg is not None)]
    if kind in (ast.List, ast.Set):
        return list(node.elts)
    if kind is ast.Dict:
        return [value for key, value in zip(node.keys, node.values, strict=True) if key is not None]
    return (node.slice,) if kind is ast.Subscript else ()


def _separate_part(node: Any) -> Any:
    """The expression that is a whole side of a statement, or the first operands of a chain of the same operator."""
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)):
        return node.value
    is_chain = isinstance(node, ast.BinOp) and isinstance(node.left, ast.BinOp) and not isinstance(node.op, ast.Pow)
    return node.left if is_chain and type(node.left.op) is type(node.op) else None


def _is_number(node: Any) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float, complex)) and not isinstance(node.value, bool)
