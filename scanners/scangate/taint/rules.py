"""Reads the sources, sanitizers and sinks of the rule pack's taint rules, and marks the nodes of a file that they match."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from scangate.python_parser import parse_python
from scangate.taint.formulas import FileText, Formula, Surroundings, UnknownClauseError, compile_regex, parse_formula
from scangate.taint.patterns import Resolve, kind_of, last_name

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
REQUEST_MODULES = frozenset({"flask", "quart", "bottle"})
"""Frameworks with one global ``request``, which functions may be given."""
_REQUEST_PASSED = re.compile(r"[(,=]\s*(?:\w+\.)?request\s*[,)\n]")
SOURCE, SANITIZER, SIDE_EFFECT, SINK = "pattern-sources", "pattern-sanitizers", "by-side-effect", "pattern-sinks"


class Clause(msgspec.Struct, frozen=True):
    """One source, sanitizer or sink, and the rules that have it, as bits: bit n is the rule with index n."""

    role: str
    formula: Formula
    rules: int


class TaintRules(msgspec.Struct, frozen=True):
    """The taint rules: their documents, in the order of the bits, and the clauses of all of them.

    ``not_understood``: the clauses that are not used here, by rule.
    """

    documents: tuple[Mapping[str, Any], ...]
    clauses: tuple[Clause, ...]
    not_understood: tuple[tuple[str, str], ...] = ()

    @property
    def all_rules(self) -> int:
        """The bits of all rules."""
        return (1 << len(self.documents)) - 1

    def about(self, weakness: int) -> int:
        """The bits of the rules about a weakness, by its number in the CWE."""
        wanted = f"CWE-{weakness}"
        return sum(1 << index for index, each in enumerate(self.documents) if wanted in each.get("metadata", {}).get("cwe", ()))

    def may_have_source(self, content: str) -> bool:
        """Whether a file with this text can have a source."""
        text = FileText(content)
        passes_request = "request" in text.words and _REQUEST_PASSED.search(content) and not text.words.isdisjoint(REQUEST_MODULES)
        return bool(passes_request) or any(each.formula.may_match(text) for each in self.clauses if each.role == SOURCE)

    def request_rules(self, module: str, attribute: str) -> int:
        """The rules, as bits, for which an attribute of the request that a framework has as a global is a source."""
        text = f"import {module}\n{module}.request.{attribute}\n"
        tree = parse_python(text)
        marks = Marks(self, Surroundings(text, tree, ast.unparse))
        statement = tree.body[-1]
        return marks.sources.get(id(statement.value), 0) if isinstance(statement, ast.Expr) else 0


class Sink(msgspec.Struct, frozen=True):
    """A part of the code that request data must not reach: ``node``, for ``rules``."""

    node: ast.AST
    rules: int


class NodeMarks(msgspec.Struct):
    """What the rules say about a node. ``sinks``: what must be clean when it is evaluated. ``side_effects``: what it cleans."""

    sinks: list[Sink] = []
    side_effects: list[tuple[ast.AST, int]] = []


def load_taint_rules(folder: Path) -> TaintRules:
    """The taint rules of the files below ``folder``. A clause that several rules have is one, so it is matched once."""
    documents: list[Mapping[str, Any]] = []
    formulas: dict[str, Formula] = {}
    rules_of: dict[tuple[str, str], int] = defaultdict(int)
    unknown: list[tuple[str, str]] = []
    for file in sorted(folder.rglob("*.yaml")):
        text = file.read_bytes()
        for document in yaml.load(text, Loader=_LOADER)["rules"] if b"mode: taint" in text else ():  # noqa: S506 -- a safe loader
            if document.get("mode") != "taint" or "python" not in document["languages"]:
                continue
            bit = 1 << len(documents)
            documents.append(document)
            for role, key, clause in _clauses(document):
                if key not in formulas:
                    try:
                        formulas[key] = parse_formula(clause)
                    except UnknownClauseError as error:
                        unknown.append((document["id"], str(error)))
                        continue
                rules_of[role, key] |= bit
    found = tuple(Clause(role, formulas[key], rules) for (role, key), rules in rules_of.items())
    return TaintRules(tuple(documents), found, tuple(unknown))


def _clauses(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for role in (SOURCE, SANITIZER, SINK):
        for clause in document.get(role, ()):
            key = json.dumps(clause, sort_keys=True)
            yield SIDE_EFFECT if clause.get("by-side-effect") else role, key, clause


class Index:
    """Clauses by the kind of the nodes that they match, and the name that these have."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self._by_kind: dict[type[ast.AST], dict[str, list[Clause]]] = defaultdict(lambda: defaultdict(list))
        self._conditions: dict[tuple[type[ast.AST], int], list[tuple[str, ...]]] = defaultdict(list)
        self._by_attribute: dict[tuple[type[ast.AST], str], tuple[Clause, ...]] = {}
        self._anywhere: list[Clause] = []
        for clause in clauses:
            patterns = list(clause.formula.candidates())
            if not patterns and clause.role == SANITIZER:  # a regular expression alone
                self._by_kind[ast.JoinedStr][""].append(clause)
            for pattern in patterns:
                if pattern.kind is not None and not pattern.last_name:
                    conditions = clause.formula.conditions_on(pattern.name_metavariable if pattern.has_open_attribute else "")
                    self._conditions[pattern.kind, id(clause)].append(conditions)
            for kind, name in dict.fromkeys((pattern.kind, pattern.last_name) for pattern in patterns):
                if kind is None:
                    self._anywhere.append(clause)
                else:
                    self._by_kind[kind][name].append(clause)

    def find(self, node: ast.AST, resolve: Resolve) -> Iterator[Clause]:
        """The clauses that may match a node."""
        if self._anywhere and isinstance(node, ast.expr):
            yield from self._anywhere
        kind = kind_of(node)
        by_name = self._by_kind.get(kind)
        if by_name is None:
            return
        called = node.func if isinstance(node, ast.Call) else node
        if isinstance(called, ast.Attribute):
            key = (kind, called.attr)
            if key not in self._by_attribute:
                self._by_attribute[key] = tuple(self._with_name(kind, called.attr))
            yield from self._by_attribute[key]
        else:
            name = last_name(node, resolve)
            yield from by_name.get("", ())
            yield from by_name.get(name, ()) if name else ()

    def _with_name(self, kind: type[ast.AST], name: str) -> Iterator[Clause]:
        """The clauses that may match an attribute with a name, or a call of it."""
        for clause in self._by_kind[kind].get("", ()):
            ways = self._conditions.get((kind, id(clause)), [()])
            if any(all(compile_regex(each).match(name) for each in conditions) for conditions in ways):
                yield clause
        yield from self._by_kind[kind].get(name, ())


class Marks:
    """What the rules say about the nodes of a file.

    ``sources``: by the id of a node, the rules for which it is one, as bits. ``sanitized``: the rules for which what a node gives
    is harmless, once the node, or that around it, was looked at. ``unknown``: likewise, where the called function is not known.
    """

    def __init__(self, rules: TaintRules, place: Surroundings) -> None:
        self.sources: dict[int, int] = {}
        self.sanitized: dict[int, int] = {}
        self.unknown: dict[int, int] = {}
        self._place = place
        self._looked: dict[int, NodeMarks | None] = {}
        possible = [each for each in rules.clauses if each.formula.may_match(place.file_text)]
        self._index = Index(each for each in possible if each.role != SOURCE)
        sources = Index(each for each in possible if each.role == SOURCE)
        for node in place.nodes:
            for clause in sources.find(node, place.resolve):
                for focus in self._matches(clause, node):
                    self.sources[id(focus)] = self.sources.get(id(focus), 0) | clause.rules

    def look(self, node: ast.AST) -> NodeMarks | None:
        """What the rules say about a node that is about to be evaluated; None if nothing."""
        key = id(node)
        if key not in self._looked:
            self._looked[key] = self._find(node)
        return self._looked[key]

    def _find(self, node: ast.AST) -> NodeMarks | None:
        found: NodeMarks | None = None
        for clause in self._index.find(node, self._place.resolve):
            for focus in self._matches(clause, node):
                if clause.role == SANITIZER:
                    known = self.unknown if clause.formula.excludes_names else self.sanitized
                    known[id(focus)] = known.get(id(focus), 0) | clause.rules
                    continue
                found = found or NodeMarks()
                if clause.role == SIDE_EFFECT:
                    found.side_effects.append((focus, clause.rules))
                elif not any(each.node is focus and each.rules & clause.rules for each in found.sinks):
                    found.sinks.append(Sink(focus, clause.rules))
        return found

    def _matches(self, clause: Clause, node: ast.AST) -> Iterator[ast.AST]:
        for bindings in clause.formula.match(node, {}, self._place):
            focus = bindings.get(clause.formula.focus, node) if clause.formula.focus else node
            if isinstance(focus, ast.AST):
                yield focus
