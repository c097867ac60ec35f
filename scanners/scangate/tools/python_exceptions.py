"""Makes the control flow of exceptions visible to semgrep's data flow analysis.

semgrep assumes that only calls raise, and that no context manager suppresses an exception. It takes for dead what Python runs: the
handlers of a try statement without a call, and what follows a with statement that always returns. Calls that do nothing are
inserted: ``MARK`` before each statement in a try block that has no call, and "if MARK:" before each jump out of that with
statement.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from scangate.tools.source_edits import Edit, LineStarts

MARK = b"may_raise()"
POSSIBLE = re.compile(rb"\btry\b|\bwith\b")
"""Matches in all files for which there may be edits."""

_JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")

Block = Sequence[Any]


def exception_edits(tree: ast.Module, lines: LineStarts) -> list[Edit]:
    """The edits to the source of ``tree`` (UTF-8, line feeds)."""
    if not POSSIBLE.search(lines.data):
        return []
    flow = _ControlFlow(lines)
    flow.visit(tree.body, in_try=False, continues=False)
    return flow.line_ends + flow.edits


class _ControlFlow:
    """Collects edits in a walk over statements."""

    def __init__(self, lines: LineStarts) -> None:
        self.lines = lines
        self.line_ends: list[Edit] = []  # before other edits at the same offset
        self.edits: list[Edit] = []
        self._jumps: set[int] = set()  # statements that are conditional, by identity
        self._started: set[int] = set()  # statements that have a line of their own now

    def visit(self, block: Block, *, in_try: bool, continues: bool) -> None:
        """``in_try``: whether an exception is handled in the same function. ``continues``: whether something follows the block."""
        blocks: list[tuple[Block, bool, bool]] = [(block, in_try, continues)]
        while blocks:
            block, in_try, continues = blocks.pop()
            for index, statement in enumerate(block):
                follows = continues or index + 1 < len(block)
                self._insert(statement, in_try=in_try, follows=follows)
                blocks.extend(_parts(statement, in_try=in_try, follows=follows))

    def _insert(self, statement: Any, *, in_try: bool, follows: bool) -> None:
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            self._mark_definition(statement, in_try=in_try)
        elif in_try and _is_simple(statement) and not _has_call(statement):
            self.edits.append(self.lines.insert_before(statement, MARK + b";"))
        elif isinstance(statement, (ast.With, ast.AsyncWith)) and follows and not _completes(statement.body):
            self._make_conditional(statement.body, statement)

    def _prefix(self, statement: Any) -> bytes:
        """The part of its line before a statement."""
        start = self.lines.starts[statement.lineno - 1]
        return self.lines.data[start : start + statement.col_offset]

    def _mark_definition(self, statement: Any, *, in_try: bool) -> None:
        if in_try:
            first = self.lines.start((*statement.decorator_list, statement)[0])
            sign = self.lines.data.rfind(b"@", 0, first) if statement.decorator_list else first
            start = self.lines.data.rfind(b"\n", 0, sign) + 1
            self.line_ends.append(Edit(start, start, self._prefix(statement) + MARK + b"\n"))

    def _make_conditional(self, block: Block, parent: Any) -> None:
        """Inserts "if MARK:" before each jump out of ``block``, each on a line of its own."""
        for statement in block:
            if isinstance(statement, _JUMPS) and id(statement) not in self._jumps:
                self._jumps.add(id(statement))
                self._start_line(statement, block, parent)
                self.edits.append(self.lines.insert_before(statement, b"if " + MARK + b":"))
            elif not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                for name in _BLOCKS:
                    for part in getattr(statement, name, None) or ():
                        is_part = name in ("handlers", "cases")
                        self._make_conditional(part.body if is_part else [part], part if is_part else statement)

    def _start_line(self, statement: Any, block: Block, parent: Any) -> None:
        if not self._prefix(statement).strip():
            return
        siblings = _siblings(statement, parent) or block
        first = siblings[0]
        indent = self._prefix(first)
        if indent.strip():
            indent = re.sub(rb"\S.*", b"", self._prefix(parent)) + b" "
            if first is not statement:
                self._end_line(first, indent)
        self._end_line(statement, indent)

    def _end_line(self, statement: Any, indent: bytes) -> None:
        if id(statement) not in self._started:
            self._started.add(id(statement))
            self.line_ends.append(self.lines.insert_before(statement, b"\n" + indent))


def _parts(statement: Any, *, in_try: bool, follows: bool) -> Iterator[tuple[Block, bool, bool]]:
    """The blocks of a statement, whether their exceptions are handled, and whether something follows them."""
    if isinstance(statement, _FUNCTIONS):
        yield statement.body, False, False
        return
    is_try, finally_ = isinstance(statement, (ast.Try, ast.TryStar)), bool(getattr(statement, "finalbody", ()))
    goes_on = follows or is_try or isinstance(statement, (ast.For, ast.AsyncFor, ast.While, ast.ClassDef))
    for name in _BLOCKS:
        block = getattr(statement, name, None)
        if isinstance(block, list):
            handled = in_try or (is_try and name == "body") or (finally_ and name != "finalbody")
            for part in block if name in ("handlers", "cases") else [statement]:
                yield block if part is statement else part.body, handled, goes_on


def _siblings(statement: Any, parent: Any) -> Block:
    """The block of ``parent`` that holds ``statement``."""
    blocks = (getattr(parent, name, None) or () for name in _BLOCKS)
    return next((block for block in blocks if any(each is statement for each in block)), ())


def _is_simple(statement: Any) -> bool:
    return not hasattr(statement, "body") and not isinstance(statement, (ast.Global, ast.Nonlocal, ast.Match))


def _has_call(statement: Any) -> bool:
    """Whether a call is run whenever ``statement`` is; those in comprehensions and lambdas may not be."""
    nodes: list[ast.AST] = [statement]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Call):
            return True
        if not isinstance(node, _COMPREHENSIONS):
            nodes.extend(ast.iter_child_nodes(node))
    return False


def _completes(block: Block) -> bool:
    """Whether semgrep lets the control flow reach the end of ``block``."""
    return not any(_jumps(statement) for statement in block)


def _jumps(statement: Any) -> bool:
    if isinstance(statement, _JUMPS):
        return True
    if isinstance(statement, ast.If):
        return bool(statement.orelse) and not _completes(statement.body) and not _completes(statement.orelse)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return not _completes(statement.body)
    if isinstance(statement, (ast.Try, ast.TryStar)):
        if not _completes(statement.finalbody):
            return True
        return not _completes([*statement.body, *statement.orelse]) and not any(
            _completes(each.body) for each in statement.handlers
        )
    return False
