"""Runs the ``bandit`` command in this process with a faster visitor; the findings are the same.

Called as ``python -I -X utf8 -m scangate.tools.bandit_runner SCRIPT ARGUMENT...``, where SCRIPT is bandit's console script. bandit
builds a context for every node, and copies it for every test, while nine nodes of ten concern no test and nearly no test finds
anything. This visitor skips such nodes; if a test finds something or fails, bandit's own method runs again on the node.
"""

from __future__ import annotations

import ast
import functools
import gc
import runpy
import sys
from typing import Any

from bandit.core import issue, manager, node_visitor, tester
from bandit.core.context import Context
from bandit.core.utils import linerange
from bandit.plugins import tarfile_unsafe_members

GC_THRESHOLD = 50_000  # new objects before a garbage collection: syntax trees are large, and live until the end of their file
NO_SCORES = {"SEVERITY": [0, 0, 0, 0], "CONFIDENCE": [0, 0, 0, 0]}


class _Tester(tester.BanditTester):  # type: ignore[misc] # bandit has no types
    """Runs every test, and bandit's own method if one of them finds something."""

    def run_tests(self, raw_context: dict[str, Any], checktype: str) -> Any:
        """The same scores as bandit's own method."""
        for test, configuration in _tests_for(self.testset, checktype):
            context = Context(raw_context.copy())
            try:
                found = test(context, *configuration)
            except Exception:  # noqa: BLE001 -- bandit's own method fails in the same way and reports it
                return super().run_tests(raw_context, checktype)
            if found is not None or self.nosec_lines:
                return super().run_tests(raw_context, checktype)
        return NO_SCORES

    def report_error(self, test: str, context: Any, error: Exception) -> None:
        """One line for each test and line of code: bandit's own traceback for each node can fill megabytes."""
        place = (test, context._context["filename"], context._context["lineno"])
        if place not in _reported:
            _reported.add(place)
            node_visitor.b_tester.LOG.error(
                "Bandit internal error running: %s on file %s at line %i: %s", *place, type(error).__name__
            )


_reported: set[tuple[str, str, int]] = set()
"""The failures that were printed: test, file and line."""


@functools.cache
def _tests_for(testset: Any, checktype: str) -> tuple[tuple[Any, tuple[Any, ...]], ...]:
    """The tests for a node type, each with its configuration if it takes one."""
    return tuple((test, (test._config,) if hasattr(test, "_config") else ()) for test in testset.get_tests(checktype))


class _Visitor(node_visitor.BanditNodeVisitor):  # type: ignore[misc] # bandit has no types
    """Visits the nodes on which bandit's visitor would do anything."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._relevant_types: dict[type[ast.AST], bool] = {}

    def generic_visit(self, node: ast.AST) -> None:
        """Visits the children of ``node``. One stack frame per level, as in bandit, so that the nesting limit stays the same."""
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                last = len(value) - 1
                for index, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        item._bandit_sibling = value[index + 1] if index < last else None  # type: ignore[attr-defined]
                        item._bandit_parent = node  # type: ignore[attr-defined]
                        if self._is_relevant(item, node):
                            self.pre_visit(item)
                            self.visit(item)
                            self.generic_visit(item)
                            self.post_visit(item)
                        elif item._fields:
                            self.generic_visit(item)
            elif isinstance(value, ast.AST):
                value._bandit_sibling = None  # type: ignore[attr-defined]
                value._bandit_parent = node  # type: ignore[attr-defined]
                if self._is_relevant(value, node):
                    self.pre_visit(value)
                    self.visit(value)
                    self.generic_visit(value)
                    self.post_visit(value)
                elif value._fields:
                    self.generic_visit(value)

    def pre_visit(self, node: Any) -> bool:
        """Builds the context of ``node`` for the tests."""
        self.context: dict[str, Any] = {"imports": self.imports, "import_aliases": self.import_aliases}
        for name in ("lineno", "col_offset", "end_col_offset"):
            if hasattr(node, name):
                self.context[name] = getattr(node, name)
        self.context |= {"node": node, "linerange": linerange(node), "filename": self.fname, "file_data": self.fdata}
        self.depth += 1
        return True

    def _is_relevant(self, node: ast.AST, parent: ast.AST) -> bool:
        """Whether bandit has a method or a test for the type of ``node``."""
        kind = type(node)
        if kind is ast.Constant:
            return isinstance(node.value, (str, bytes)) and not isinstance(parent, ast.Expr)  # type: ignore[attr-defined]
        if kind not in self._relevant_types:
            name = kind.__name__
            self._relevant_types[kind] = hasattr(self, f"visit_{name}") or bool(self.testset.get_tests(name))
        return self._relevant_types[kind]


def _members_value(context: Any) -> dict[str, str] | None:
    """How ``members`` of an archive are chosen: bandit's own function fails on methods, and prints addresses of objects."""
    value = next((each.value for each in context.node.keywords if each.arg == "members"), None)
    if isinstance(value, ast.Call):
        return {"Function": getattr(value.func, "id", getattr(value.func, "attr", type(value.func).__name__))}
    return None if value is None else {"Other": value.id if isinstance(value, ast.Name) else type(value).__name__}


def main(bandit_script: str, arguments: list[str]) -> None:
    """Runs bandit's console script with ``arguments``."""
    manager.b_node_visitor.BanditNodeVisitor = _Visitor
    node_visitor.b_tester.BanditTester = _Tester
    tarfile_unsafe_members.get_members_value = _members_value
    issue.Issue.get_code = lambda *_, **__: ""  # the source excerpt, which is not used
    gc.set_threshold(GC_THRESHOLD)
    sys.argv = [bandit_script, *arguments]
    runpy.run_path(bandit_script, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
