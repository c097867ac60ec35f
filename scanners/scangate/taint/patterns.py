"""Matches the patterns of semgrep rules against Python's own syntax trees: the part of the pattern language that our rules use.

https://semgrep.dev/docs/writing-rules/pattern-syntax
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scangate.python_parser import parse_python

Binding = ast.AST | str
Bindings = Mapping[str, Binding]
"""What each metavariable is bound to: a node, or a name."""
Resolve = Callable[[ast.AST], str]
"""The dotted name of an expression, with its imports resolved; empty if it has none."""

METAVARIABLE, DOTS, DEEP = "_metavariable_", "_dots_", "_deep_"
_TOKEN = re.compile(r"[rRbBuUfF]*(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|\.\.\.|\*\*|[()\[\]{}]|[^\s]|\s+", re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_NAME_OF_METAVARIABLE = re.compile(r"(?<![\"'\w])\$([A-Z_][A-Z0-9_]*)")
_STRING_METAVARIABLE = re.compile(r"\$([A-Z_][A-Z0-9_]*)")
_STRING_REGEX = re.compile(r"=~/(.*)/", re.DOTALL)
_DEFINITION = re.compile(r"^(\s*)(?:async )?def (\S+?)\((.*)\):\s*$", re.MULTILINE)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SAME_KIND: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.AsyncFunctionDef: ast.FunctionDef,
    ast.AsyncWith: ast.With,
    ast.AsyncFor: ast.For,
}


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a function, in a pattern or in the code."""

    name: ast.AST | None
    annotation: ast.AST | None = None
    default: ast.AST | None = None


class Pattern:
    """A pattern: one expression, or one or more statements.

    ``words``: the names and texts that any match contains. ``kind``: of the nodes that can match; None for any. ``last_name``: what
    the called function, or the attribute, is called; empty if it may have any name. ``name_metavariable``: bound to it then.
    ``has_open_attribute``: whether that is an attribute. ``attribute_metavariables``: those in the place of an attribute's name.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._parameters: list[list[Parameter]] = []
        prepared = _DEFINITION.sub(self._take_parameters, text.strip())
        self.body = parse_python(_prepare(prepared)).body
        definitions = [node for each in self.body for node in ast.walk(each) if isinstance(node, _FUNCTIONS)]
        self._parameters_of = {id(node): found for node, found in zip(definitions, self._parameters, strict=True)}
        first = self.body[0]
        self.expression = first.value if len(self.body) == 1 and isinstance(first, ast.Expr) else None
        self.words = frozenset(_words(self.body))
        attributes = (node.attr for each in self.body for node in ast.walk(each) if isinstance(node, ast.Attribute))
        self.attribute_metavariables = frozenset(filter(None, map(_metavariable, attributes)))
        start: ast.AST = first if self.expression is None else self.expression
        self.kind = None if isinstance(start, ast.Name) and start.id.startswith(METAVARIABLE) else kind_of(start)
        called = start.func if isinstance(start, ast.Call) else start
        name = called.attr if isinstance(called, ast.Attribute) else ""
        self.last_name = "" if name.startswith(METAVARIABLE) else name
        self.has_open_attribute = isinstance(called, ast.Attribute) and not self.last_name
        self.name_metavariable = _metavariable(name) or (_metavariable(called) if called is not start else "")

    def _take_parameters(self, match: re.Match[str]) -> str:
        self._parameters.append([_parse_parameter(each) for each in _split(match[3])])
        return f"{match[1]}def {match[2]}():"

    def may_match(self, node: ast.AST, resolve: Resolve) -> bool:
        """Whether ``node`` is of the right kind, and calls or names what the pattern does; quick."""
        if self.kind is None:
            return True
        return kind_of(node) is self.kind and (not self.last_name or self.last_name == last_name(node, resolve))

    def match(self, node: ast.AST, bindings: Bindings, resolve: Resolve) -> Iterator[Bindings]:
        """The bindings under which ``node`` matches: an expression or a single statement."""
        if not self.may_match(node, resolve):
            return
        wanted: ast.AST = self.body[0] if self.expression is None else self.expression
        yield from _Matcher(self._parameters_of, resolve).match(wanted, node, bindings)

    def match_block(self, block: Sequence[ast.stmt], end: int, bindings: Bindings, resolve: Resolve) -> Iterator[Bindings]:
        """The bindings under which a part of ``block`` matches that begins at or before index ``end``, and ends there or later."""
        matcher = _Matcher(self._parameters_of, resolve)
        for start, statement in enumerate(block[: end + 1]):
            for found in matcher.match(self.body[0], statement, bindings):
                yield from matcher.match_following(self.body[1:], block, start + 1, end, found)


def kind_of(node: ast.AST) -> type[ast.AST]:
    """The kind of a node; asynchronous forms are the same as the others."""
    return _SAME_KIND.get(type(node), type(node))


def last_name(node: ast.AST, resolve: Resolve) -> str:
    """What a called function, or an attribute, is called; of a function that is imported by its name, its own name."""
    called = node.func if isinstance(node, ast.Call) else node
    if isinstance(called, ast.Name) and called is not node:
        return resolve(called).rpartition(".")[2]
    return called.attr if isinstance(called, ast.Attribute) else ""


def parameters_of(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[Parameter]:
    """The parameters of a function, in their order."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
    found = [Parameter(each, each.annotation, default) for each, default in zip(positional, defaults, strict=True)]
    found += [Parameter(arguments.vararg)] if arguments.vararg is not None else []
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    found += [Parameter(each, each.annotation, default) for each, default in named]
    return [*found, *([Parameter(arguments.kwarg)] if arguments.kwarg is not None else [])]


def text_of(binding: Binding) -> str:
    """The source text of what a metavariable is bound to."""
    if isinstance(binding, str):
        return binding
    if isinstance(binding, ast.arg):
        return binding.arg
    return _unparse(binding)


@functools.lru_cache(maxsize=4096)
def _unparse(node: ast.AST) -> str:
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):
        return ""


def _prepare(text: str) -> str:
    """Python that parses to the pattern, with names for what is not Python."""
    text = text.replace("<...", f"{DEEP}(").replace("...>", ")")
    text = "".join(_replace_dots(_TOKEN.findall(text)))
    return _NAME_OF_METAVARIABLE.sub(rf"{METAVARIABLE}\1", text)


def _replace_dots(tokens: Sequence[str]) -> Iterator[str]:
    """The tokens with a starred name for dots that are an element of a call or a collection."""
    words = [token for token in tokens if not token.isspace()]
    stack: list[str] = []
    stars: list[bool] = [False]
    position = -1
    for word in tokens:
        if word.isspace():
            yield word
            continue
        position += 1
        if word in _CLOSING:
            stack.append(word)
            stars.append(word == "{")
        elif stack and word == _CLOSING[stack[-1]]:
            stack.pop()
            stars.pop()
        elif word == "**":
            stars[-1] = True
        before, after = words[position - 1 : position], words[position + 1 : position + 2]
        is_element = word == "..." and stack and before[0] in {*_CLOSING, ","} and after[0] in {*_CLOSING.values(), ","}
        yield ("**" if stars[-1] else "*") + DOTS if is_element else word


def _split(text: str) -> list[str]:
    """The parts of a list of parameters, at the commas outside of parentheses."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def _parse_parameter(text: str) -> Parameter:
    if text == "...":
        return Parameter(None)
    name, _, default = text.partition("=")
    name, _, annotation = name.partition(":")
    nodes = [_parse_expression(each) if each.strip() else None for each in (name, annotation, default)]
    return Parameter(*nodes)


def _parse_expression(text: str) -> ast.AST:
    statement = parse_python(_prepare(text.strip())).body[0]
    return statement.value if isinstance(statement, ast.Expr) else statement


def _words(body: Sequence[ast.AST]) -> Iterator[str]:
    for statement in body:
        for node in ast.walk(statement):
            word = {ast.Name: "id", ast.Attribute: "attr", ast.keyword: "arg"}.get(type(node))
            value = getattr(node, word) if word else node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and value.isidentifier() and not value.startswith((METAVARIABLE, DOTS, DEEP)):
                yield value


def _metavariable(node: object) -> str:
    """The name of the metavariable that ``node`` of a pattern is, else an empty string."""
    name = node.id if isinstance(node, ast.Name) else node
    return name.removeprefix(METAVARIABLE) if isinstance(name, str) and name.startswith(METAVARIABLE) else ""


def _is_dots(node: object) -> bool:
    if isinstance(node, ast.Expr):
        node = node.value
    if isinstance(node, (ast.Starred, ast.keyword)):
        return isinstance(node.value, ast.Name) and node.value.id == DOTS
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _dotted(node: ast.AST) -> str:
    """The dotted name that a part of a pattern is, without metavariables; else an empty string."""
    if isinstance(node, ast.Name):
        return "" if node.id.startswith(("_metavariable_", "_deep_")) else node.id
    if isinstance(node, ast.Attribute) and not node.attr.startswith(METAVARIABLE):
        owner = _dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _is_same(first: Binding, second: Binding) -> bool:
    return first is second or text_of(first) == text_of(second)


def _match_text(wanted: str, text: str, bindings: Bindings) -> Iterator[Bindings]:
    if metavariable := _STRING_METAVARIABLE.fullmatch(wanted):
        known = bindings.get(metavariable[1])
        if known is None or text_of(known) == text:
            yield {**bindings, metavariable[1]: text}
    elif regex := _STRING_REGEX.fullmatch(wanted):
        if re.search(regex[1], text):
            yield bindings
    elif wanted == text:
        yield bindings


class _Matcher:
    """Matches nodes, with the alternatives that dots and formatted strings leave."""

    def __init__(self, parameters: Mapping[int, Sequence[Parameter]], resolve: Resolve) -> None:
        self._parameters = parameters
        self._resolve = resolve

    def match(self, wanted: Any, node: Any, bindings: Bindings) -> Iterator[Bindings]:
        """The bindings under which a node, a name or a list of the code is what the pattern wants."""
        if name := _metavariable(wanted):
            if node is None:
                return
            known = bindings.get(name)
            if known is None:
                yield {**bindings, name: node}
            elif _is_same(known, node):
                yield bindings
        elif not isinstance(wanted, ast.AST):
            if wanted == node:
                yield bindings
        elif isinstance(node, ast.AST):
            yield from self._match_node(wanted, node, bindings)

    def match_following(
        self, wanted: Sequence[ast.stmt], block: Sequence[ast.stmt], index: int, end: int, bindings: Bindings
    ) -> Iterator[Bindings]:
        """The bindings under which the statements of ``block`` from ``index`` on are those wanted, up to ``end`` or beyond it."""
        if not wanted:
            if index > end:
                yield bindings
        elif _is_dots(wanted[0]):
            if len(wanted) == 1:
                yield bindings
            else:
                for start in range(index, len(block)):
                    yield from self.match_following(wanted[1:], block, start, end, bindings)
        elif index < len(block):
            first = wanted[0]
            if isinstance(first, ast.Expr):  # an expression may be a part of the statement
                parts = (each for each in ast.walk(block[index]) if isinstance(each, ast.expr))
                matches: Iterator[Bindings] = (found for each in parts for found in self.match(first.value, each, bindings))
            else:
                matches = self.match(first, block[index], bindings)
            for found in matches:
                yield from self.match_following(wanted[1:], block, index + 1, end, found)

    def _match_node(self, wanted: ast.AST, node: ast.AST, bindings: Bindings) -> Iterator[Bindings]:  # noqa: C901 -- one way a kind
        if _is_dots(wanted):
            yield bindings
        elif isinstance(wanted, ast.Call) and isinstance(wanted.func, ast.Name) and wanted.func.id == DEEP:
            for inner in ast.walk(node):
                yield from self.match(wanted.args[0], inner, bindings)
        elif (dotted := _dotted(wanted)) and isinstance(node, (ast.Name, ast.Attribute)):
            if self._resolve(node) == dotted or text_of(node) == dotted:
                yield bindings
        elif isinstance(wanted, ast.Constant):
            yield from self._match_constant(wanted, node, bindings)
        elif isinstance(wanted, ast.JoinedStr):
            if isinstance(node, ast.JoinedStr):
                yield from self._match_formatted(wanted, node, bindings)
        elif isinstance(wanted, ast.Attribute) and isinstance(node, ast.Name):
            owner, _, name = self._resolve(node).rpartition(".")
            if owner and owner == _dotted(wanted.value):  # it is imported by its own name
                yield from self.match(wanted.attr, name, bindings)
        elif kind_of(wanted) is kind_of(node):
            yield from self._match_kind(wanted, node, bindings)

    def _match_kind(self, wanted: Any, node: Any, bindings: Bindings) -> Iterator[Bindings]:
        if isinstance(wanted, ast.Call):
            for found in self.match(wanted.func, node.func, bindings):
                for more in self._match_list(wanted.args, node.args, found):
                    named = [each for each in wanted.keywords if not _is_dots(each)]
                    is_open = len(named) < len(wanted.keywords) or any(map(_is_dots, wanted.args))
                    yield from self._match_keywords(named, node.keywords, more, is_open=is_open)
        elif isinstance(wanted, _FUNCTIONS):
            yield from self._match_function(wanted, node, bindings)
        elif isinstance(wanted, ast.ClassDef):
            for found in self.match(wanted.name, node.name, bindings):
                yield from self._match_list(wanted.bases, node.bases, found)
        elif isinstance(wanted, ast.Dict):
            yield from self._match_dict(wanted, node, bindings)
        else:
            fields = [name for name in wanted._fields if name not in {"ctx", "type_comment", "kind", "orelse", "type_params"}]
            yield from self._match_fields(fields, wanted, node, bindings)

    def _match_fields(self, fields: Sequence[str], wanted: ast.AST, node: ast.AST, bindings: Bindings) -> Iterator[Bindings]:
        if not fields:
            yield bindings
            return
        mine, theirs = getattr(wanted, fields[0], None), getattr(node, fields[0], None)
        if isinstance(mine, list):
            found = self._match_list(mine, theirs if isinstance(theirs, list) else [], bindings)
        elif mine is None:
            found = iter([bindings])
        else:
            found = self.match(mine, theirs, bindings)
        for each in found:
            yield from self._match_fields(fields[1:], wanted, node, each)

    def _match_constant(self, wanted: ast.Constant, node: ast.AST, bindings: Bindings) -> Iterator[Bindings]:
        if not isinstance(node, ast.Constant):
            return
        if wanted.value == "...":
            if isinstance(node.value, (str, bytes)):
                yield bindings
        elif isinstance(wanted.value, str) and isinstance(node.value, str):
            yield from _match_text(wanted.value, node.value, bindings)
        elif wanted.value == node.value and type(wanted.value) is type(node.value):
            yield bindings

    def _match_formatted(self, wanted: ast.JoinedStr, node: ast.JoinedStr, bindings: Bindings) -> Iterator[Bindings]:
        inner = [each.value for each in wanted.values if isinstance(each, ast.FormattedValue)]
        if not inner:
            yield bindings
            return
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                yield from self.match(inner[0], value.value, bindings)

    def _match_list(self, wanted: Sequence[ast.AST], nodes: Sequence[ast.AST], bindings: Bindings) -> Iterator[Bindings]:
        if not wanted:
            if not nodes:
                yield bindings
        elif _is_dots(wanted[0]):
            if len(wanted) == 1:
                yield bindings
            else:
                for start in range(len(nodes) + 1):
                    yield from self._match_list(wanted[1:], nodes[start:], bindings)
        elif nodes:
            for found in self.match(wanted[0], nodes[0], bindings):
                yield from self._match_list(wanted[1:], nodes[1:], found)

    def _match_keywords(
        self, wanted: Sequence[ast.keyword], nodes: Sequence[ast.keyword], bindings: Bindings, *, is_open: bool
    ) -> Iterator[Bindings]:
        if not wanted:
            if is_open or not nodes:
                yield bindings
            return
        for index, node in enumerate(nodes):
            name = wanted[0].arg
            named = self.match(name, node.arg, bindings) if _metavariable(name) else [bindings] if node.arg == name else []
            for found in (each for known in named for each in self.match(wanted[0].value, node.value, known)):
                rest = [*nodes[:index], *nodes[index + 1 :]]
                yield from self._match_keywords(wanted[1:], rest, found, is_open=is_open)

    def _match_dict(self, wanted: ast.Dict, node: ast.Dict, bindings: Bindings) -> Iterator[Bindings]:
        pairs = [(key, value) for key, value in zip(wanted.keys, wanted.values, strict=True) if key is not None]
        yield from self._match_pairs(pairs, node, bindings)

    def _match_pairs(self, pairs: Sequence[tuple[ast.expr, ast.expr]], node: ast.Dict, bindings: Bindings) -> Iterator[Bindings]:
        if not pairs:
            yield bindings
            return
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                for found in self.match(pairs[0][0], key, bindings):
                    for more in self.match(pairs[0][1], value, found):
                        yield from self._match_pairs(pairs[1:], node, more)

    def _match_function(self, wanted: Any, node: Any, bindings: Bindings) -> Iterator[Bindings]:
        for found in self._match_decorators(wanted.decorator_list, node, bindings):
            for named in self.match(wanted.name, node.name, found):
                for more in self._match_parameters(self._parameters[id(wanted)], parameters_of(node), named):
                    yield from self._match_list(wanted.body, node.body, more)

    def _match_decorators(self, wanted: Sequence[ast.expr], node: Any, bindings: Bindings) -> Iterator[Bindings]:
        if not wanted:
            yield bindings
        for decorator in node.decorator_list if wanted else ():
            yield from self.match(wanted[0], decorator, bindings)

    def _match_parameters(self, wanted: Sequence[Parameter], nodes: Sequence[Parameter], bindings: Bindings) -> Iterator[Bindings]:
        if not wanted:
            if not nodes:
                yield bindings
        elif wanted[0].name is None:
            for start in range(len(nodes) + 1) if len(wanted) > 1 else (len(nodes),):
                yield from self._match_parameters(wanted[1:], nodes[start:], bindings)
        elif nodes:
            for found in self._match_parameter(wanted[0], nodes[0], bindings):
                yield from self._match_parameters(wanted[1:], nodes[1:], found)

    def _match_parameter(self, wanted: Parameter, node: Parameter, bindings: Bindings) -> Iterator[Bindings]:
        if not isinstance(node.name, ast.arg):
            return
        if name := _metavariable(wanted.name):
            known = bindings.get(name)
            found: Bindings = {**bindings, name: node.name}
            if known is not None and not _is_same(known, node.name):
                return
        elif isinstance(wanted.name, ast.Name) and wanted.name.id == node.name.arg:
            found = bindings
        else:
            return
        for typed in self.match(wanted.annotation, node.annotation, found) if wanted.annotation is not None else [found]:
            yield from self.match(wanted.default, node.default, typed) if wanted.default is not None else [typed]
