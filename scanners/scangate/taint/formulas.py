"""The formulas of semgrep rules: what combines patterns, and the conditions on what they match.

https://semgrep.dev/docs/writing-rules/rule-syntax
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scangate.taint.call_text import Places, write_calls_plainly
from scangate.taint.patterns import Bindings, Pattern, Resolve, last_name, text_of

Document = Mapping[str, Any]


class UnknownClauseError(Exception):
    """A rule uses a part of the pattern language that is not understood here."""


class FileText:
    """The text of a file, and quick answers about it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[str, bool] = {}

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """All words of the text, whether they are names or not."""
        return frozenset(_WORD.findall(self.text))

    def has_match(self, regex: str) -> bool:
        """Whether ``regex`` matches anywhere."""
        if regex not in self._found:
            gate = _IMPORT_GATE.search(regex)
            is_possible = gate is None or any(self.words.issuperset(each.split(".")) for each in (gate[1] or gate[2]).split("|"))
            self._found[regex] = is_possible and compile_regex(regex).search(self.text) is not None
        return self._found[regex]

    def has_word(self, regex: str) -> bool:
        """Whether ``regex`` matches one of the words from its start."""
        key = f"word {regex}"
        if key not in self._found:
            self._found[key] = any(map(compile_regex(regex).match, self.words))
        return self._found[key]


class Surroundings:
    """What a formula asks about the file of a node: its text, what the node is in, and what names mean."""

    def __init__(self, text: str, tree: ast.Module, resolve: Resolve) -> None:
        self._places = Places(text)
        self.text, self.resolve = write_calls_plainly(text, tree, self._places), resolve
        self.file_text = FileText(self.text)
        self._parents: dict[int, tuple[ast.AST, Sequence[ast.stmt], int]] = {}
        self._spans: dict[str, list[tuple[int, int]]] = {}
        self._possible: dict[int, bool] = {}
        self.nodes: list[ast.AST] = [tree]
        for parent in self.nodes:  # it grows
            for name in parent._fields:
                value = getattr(parent, name, None)
                if isinstance(value, list):
                    for index, child in enumerate(value):
                        if isinstance(child, ast.AST) and not isinstance(child, _NO_PLACES):
                            self._parents[id(child)] = (parent, value if isinstance(child, ast.stmt) else (), index)
                            self.nodes.append(child)
                elif isinstance(value, ast.AST) and not isinstance(value, _NO_PLACES):
                    self._parents[id(value)] = (parent, (), 0)
                    self.nodes.append(value)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What ``node`` is a direct part of; None for the module."""
        found = self._parents.get(id(node))
        return found[0] if found else None

    def around(self, node: ast.AST) -> Iterator[tuple[ast.AST, Sequence[ast.stmt], int]]:
        """The node, then each node that it is in, from the inside; a statement with its block, and its index there."""
        current: ast.AST | None = node
        while current is not None:
            parent, block, index = self._parents.get(id(current), (None, (), 0))
            yield current, block, index
            current = parent

    def allows(self, formula: Formula) -> bool:
        """Whether the text of the file can have a match."""
        known = self._possible.get(id(formula))
        if known is None:
            known = self._possible[id(formula)] = formula.may_match(self.file_text)
        return known

    def is_within(self, node: ast.AST, regex: str) -> bool:
        """Whether a match of ``regex`` in the text contains the node."""
        start, end = self._offsets(node)
        return any(first <= start and end <= last for first, last in self.spans(regex))

    def spans(self, regex: str) -> list[tuple[int, int]]:
        """Where ``regex`` matches in the text, as offsets."""
        if regex not in self._spans:
            self._spans[regex] = [match.span() for match in compile_regex(regex).finditer(self.text)]
        return self._spans[regex]

    def _offsets(self, node: ast.AST) -> tuple[int, int]:
        if not isinstance(node, (ast.expr, ast.stmt, ast.arg)):
            return 0, len(self.text)
        return self._places.start(node), self._places.end(node)


class Formula(msgspec.Struct, frozen=True, dict=True):
    """A clause of a rule, with what is below it.

    ``operator``: the key in the rule. ``pattern``: of a clause with one. ``regex``: of a clause with one. ``metavariable``: the one
    that a condition, or the focus, is about. ``parts``: the clauses of ``patterns``, ``pattern-either`` and other combinations.
    """

    operator: str
    pattern: Pattern | None = None
    regex: str = ""
    metavariable: str = ""
    parts: tuple[Formula, ...] = ()

    @functools.cached_property
    def ordered(self) -> tuple[Formula, ...]:
        """The parts: what matches the node, then what is around it, then the conditions."""
        return tuple(sorted(self.parts, key=_order))

    @functools.cached_property
    def is_context(self) -> bool:
        """Whether it is only about what surrounds a match."""
        if self.operator in {"pattern-inside", "pattern-regex"}:
            return True
        return self.operator in {"pattern-either", "patterns"} and all(
            each.is_context or each.operator in _CONDITIONS for each in self.parts
        )

    @functools.cached_property
    def focus(self) -> str:
        """The metavariable that is meant instead of the whole match; empty if none."""
        own = next((each.metavariable for each in self.parts if each.operator == "focus-metavariable"), "")
        return own or next((each.focus for each in self.parts if each.operator in _COMBINATIONS and each.focus), "")

    @functools.cached_property
    def excludes_names(self) -> bool:
        """Whether it matches all calls but those of functions with some names."""
        return any(_EXCLUDES.match(each.regex) for each in self.parts if each.operator == "metavariable-regex")

    def conditions_on(self, metavariable: str) -> tuple[str, ...]:
        """The regular expressions that the text of a metavariable must match in any match."""
        parts = self.parts if self.operator == "patterns" and metavariable else ()
        return tuple(each.regex for each in parts if each.operator == "metavariable-regex" and each.metavariable == metavariable)

    def candidates(self) -> Iterator[Pattern]:
        """The patterns one of which the matched node itself matches."""
        if self.operator == "pattern" and self.pattern is not None:
            yield self.pattern
        elif self.operator == "patterns":
            own = [each for each in self.parts if each.operator in {"pattern", *_COMBINATIONS} and not each.is_context]
            if own:
                yield from own[0].candidates()
        elif self.operator == "pattern-either":
            for each in self.parts:
                yield from each.candidates()

    def may_match(self, text: FileText) -> bool:
        """Whether a file with this text can have a match; quick, and True in doubt."""
        if self.operator in {"pattern", "pattern-inside"} and self.pattern is not None:
            return self.pattern.words <= text.words
        if self.operator == "pattern-regex":
            return text.has_match(self.regex)
        if self.operator == "patterns":
            parts = [each for each in self.parts if each.operator not in _CONDITIONS]
            parts.sort(key=lambda each: each.operator == "pattern-regex")  # the slowest last
            return all(each.may_match(text) for each in parts) and all(map(text.has_word, self._regexes_of_names))
        return self.operator != "pattern-either" or any(each.may_match(text) for each in self.parts)

    @functools.cached_property
    def _regexes_of_names(self) -> tuple[str, ...]:
        """The conditions on metavariables that are names: each matches a word of any file with a match."""
        names = frozenset[str]().union(*(each.names for each in self.parts if each.operator not in _CONDITIONS))
        regexes = (each.regex for each in self.parts if each.operator == "metavariable-regex" and each.metavariable in names)
        return tuple(each for each in regexes if _ABOUT_WORDS.fullmatch(each))

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """The metavariables that are bound to a name, not to an expression, in any match."""
        if self.pattern is not None:
            return self.pattern.attribute_metavariables
        parts = [each.names for each in self.parts if each.operator not in _CONDITIONS]
        if self.operator == "pattern-either":
            return frozenset.intersection(*parts) if parts else frozenset()
        return frozenset[str]().union(*parts)

    def match(self, node: ast.AST, bindings: Bindings, place: Surroundings) -> Iterator[Bindings]:
        """The bindings under which ``node`` matches."""
        if self.operator == "pattern" and self.pattern is not None:
            yield from self.pattern.match(node, bindings, place.resolve)
        elif self.operator == "pattern-either":
            for each in self.parts:
                if place.allows(each):
                    yield from each.match(node, bindings, place)
        elif self.operator == "pattern-inside":
            yield from self._match_inside(node, bindings, place)
        elif self.operator == "pattern-regex":
            if place.is_within(node, self.regex):
                yield bindings
        elif self.operator == "patterns" and self._name_fits(node, place):
            yield from _match_all(self.ordered, node, bindings, place)

    def _name_fits(self, node: ast.AST, place: Surroundings) -> bool:
        """Whether the conditions on the name of a called function hold, where the only pattern has a metavariable there; quick."""
        first = self.ordered[0] if self.ordered else None
        if first is None or first.pattern is None or first.operator != "pattern" or not first.pattern.name_metavariable:
            return True
        if not first.pattern.may_match(node, place.resolve):
            return False
        called = node.func if isinstance(node, ast.Call) else node
        name = last_name(node, place.resolve) if isinstance(called, ast.Attribute) else ""
        conditions = [each for each in self.ordered if each.metavariable == first.pattern.name_metavariable and each.regex]
        is_whole = first.pattern.expression is not None and isinstance(getattr(first.pattern.expression, "func", None), ast.Name)
        text = text_of(called) if is_whole else name
        return not text or all(compile_regex(each.regex).match(text) for each in conditions)

    def _match_inside(self, node: ast.AST, bindings: Bindings, place: Surroundings) -> Iterator[Bindings]:
        if self.parts:  # a combination, of which any node around may be a match
            for around, _, _ in place.around(node):
                yield from _match_all(self.ordered, around, bindings, place)
            if any(each.pattern is not None and len(each.pattern.body) > 1 for each in self.parts):
                inside = [
                    msgspec.structs.replace(each, operator=_AS_INSIDE.get(each.operator, each.operator)) for each in self.parts
                ]
                yield from _match_all(sorted(inside, key=_order), node, bindings, place)
        elif self.pattern is not None:
            for around, block, index in place.around(node):
                if len(self.pattern.body) == 1:
                    yield from self.pattern.match(around, bindings, place.resolve)
                elif block:
                    yield from self.pattern.match_block(block, index, bindings, place.resolve)

    def holds(self, node: ast.AST, bindings: Bindings, place: Surroundings) -> bool:
        """Whether a condition holds for a match."""
        if self.operator == "pattern-not":
            return not any(True for _ in self._negated("pattern").match(node, bindings, place))
        if self.operator == "pattern-not-inside":
            return not any(True for _ in self._negated("pattern-inside").match(node, bindings, place))
        bound = bindings.get(self.metavariable)
        if self.operator == "focus-metavariable":
            return bound is not None
        if bound is None:
            return False
        if self.operator == "metavariable-regex":
            return compile_regex(self.regex).match(text_of(bound)) is not None
        return isinstance(bound, ast.AST) and any(True for each in self.parts for _ in each.match(bound, bindings, place))

    def _negated(self, operator: str) -> Formula:
        return Formula(
            operator if self.pattern is not None or operator == "pattern-inside" else "patterns", self.pattern, parts=self.parts
        )


_WORD = re.compile(r"[^\W\d]\w*")
_IMPORT_GATE = re.compile(r"(?:\(\?:([\w.|]+)\)|(?<=\))(\w+))\\b\.\*\\z$")
"""The end of a regular expression that looks for an import of one of some modules: the modules' names."""
_ABOUT_WORDS = re.compile(r"\^(?:\w|[()|$?*+\\])*")
"""A regular expression on the whole of a name that looks at nothing but the name's characters."""
_EXCLUDES = re.compile(r"(?:\(\?\w+\))?\^\(\?!")
_NO_PLACES = (ast.expr_context, ast.operator, ast.boolop, ast.cmpop, ast.unaryop)
_CONDITIONS = {"metavariable-regex", "metavariable-pattern", "pattern-not", "pattern-not-inside", "focus-metavariable"}
_COMBINATIONS = {"patterns", "pattern-either"}
_AS_INSIDE = {"pattern": "pattern-inside"}


def _order(formula: Formula) -> int:
    """What matches the node is first, then what is around it, then the conditions."""
    return 2 if formula.operator in _CONDITIONS else int(formula.is_context)


def _match_all(parts: Sequence[Formula], node: ast.AST, bindings: Bindings, place: Surroundings) -> Iterator[Bindings]:
    if not parts:
        yield bindings
    elif parts[0].operator in _CONDITIONS:
        if parts[0].holds(node, bindings, place):
            yield from _match_all(parts[1:], node, bindings, place)
    else:
        for found in parts[0].match(node, bindings, place):
            yield from _match_all(parts[1:], node, found, place)


def parse_formula(clause: Document) -> Formula:
    """The formula of a source, a sanitizer or a sink, without its options. Raises UnknownClauseError."""
    operators = [(key, value) for key, value in clause.items() if key not in {"by-side-effect", "exact"}]
    if len(operators) != 1:
        return Formula("patterns", parts=tuple(_parse(key, value) for key, value in operators))
    return _parse(*operators[0])


def _parse(operator: str, value: Any) -> Formula:  # noqa: PLR0911 -- one for each operator
    if operator in _COMBINATIONS:
        return Formula(operator, parts=tuple(parse_formula(each) for each in value))
    if operator in {"pattern", "pattern-inside", "pattern-not", "pattern-not-inside"}:
        if isinstance(value, str):
            return Formula(operator, _parse_pattern(value))
        return Formula(
            operator,
            parts=tuple(_parse(key, each) for key, each in value.items())
            if "patterns" not in value
            else tuple(parse_formula(each) for each in value["patterns"]),
        )
    if operator == "pattern-regex":
        compile_regex(value)
        return Formula(operator, regex=value)
    if operator == "focus-metavariable":
        return Formula(operator, metavariable=value.removeprefix("$"))
    if operator == "metavariable-regex":
        compile_regex(value["regex"])
        return Formula(operator, regex=value["regex"], metavariable=value["metavariable"].removeprefix("$"))
    if operator == "metavariable-pattern":
        parts = tuple(_parse(key, each) for key, each in value.items() if key not in {"metavariable", "language"})
        return Formula(operator, metavariable=value["metavariable"].removeprefix("$"), parts=parts)
    raise UnknownClauseError(operator)


def _parse_pattern(text: str) -> Pattern:
    try:
        return Pattern(text)
    except SyntaxError as error:
        raise UnknownClauseError(text) from error


_REGEXES: dict[str, re.Pattern[str]] = {}


def compile_regex(regex: str) -> re.Pattern[str]:
    """A regular expression of a rule; its dialect, PCRE, spells the end of the text in another way."""
    if regex not in _REGEXES:
        _REGEXES[regex] = re.compile(regex.replace(r"\z", r"\Z"))
    return _REGEXES[regex]


__all__ = ["FileText", "Formula", "Surroundings", "UnknownClauseError", "compile_regex", "parse_formula"]
