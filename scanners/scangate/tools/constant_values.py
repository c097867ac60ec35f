"""Decides whether an expression in Python source can only have harmless values: constants, numbers, members of a fixed set.

It follows names through the assignments of a function and its module, skips branches whose condition is constant, and looks up
constant keys of dictionaries and lists. Whatever it does not understand is not harmless.
"""

from __future__ import annotations

import ast
import contextlib
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scangate.model import Mitigation
from scangate.python_operators import ARITHMETIC, COMPARISONS

MAX_DEPTH = 40
"""Expressions and names that are followed, one within the other."""
MAX_STEPS = 5_000
"""Expressions that are looked at for one answer: names may refer to each other many times over."""
MAX_NUMBER = 2**64
MAX_TEXT = 10_000
"""The longest text that is computed for a condition."""

SIMPLE_METHODS = frozenset(
    (
        *("format", "join", "strip", "lstrip", "rstrip", "lower", "upper", "title", "replace", "encode", "decode", "split", "copy"),
        *("get", "keys", "values", "items", "zfill", "removeprefix", "removesuffix", "format_map", "pop"),
    )
)
"""Methods whose result is made of the object and the arguments."""
SIMPLE_CALLS = frozenset(
    (
        *("str", "bytes", "repr", "list", "tuple", "sorted", "set", "frozenset", "dict", "os.path.join", "textwrap.dedent"),
        *("base64.b64encode", "pickle.dumps", "marshal.dumps", "dill.dumps", "dedent", "b64encode"),
    )
)
"""Functions whose result is made of the arguments."""
CONVERSIONS = frozenset(
    (
        *("int", "float", "bool", "len", "ord", "uuid.UUID", "uuid.uuid4", "decimal.Decimal", "secrets.token_hex"),
        *("UUID", "uuid4", "Decimal", "token_hex"),
    )
)
"""Functions whose result has no text of the argument's author."""
QUOTES = frozenset(("shlex.quote", "quote"))
"""Functions that make one word of a shell out of any text."""
PLAIN_MODULES = frozenset(("uuid", "decimal", "secrets", "textwrap", "base64", "shlex"))
"""The modules from which the names above are imported."""
CHANGES = frozenset(("append", "add", "insert", "extend", "update", "setdefault", "appendleft"))
REMOVALS = frozenset(("pop", "remove", "clear", "sort", "reverse", "popitem"))
READERS = SIMPLE_CALLS | CONVERSIONS | {"print", "isinstance", "enumerate", "zip", "any", "all", "min", "max", "sum", "iter"}
"""Functions that do not change the containers that they get."""
SAFE_ATTRIBUTES = frozenset(("sys.executable", "os.sep", "os.linesep", "os.pathsep", "string.ascii_letters", "string.digits"))
NUMBERS = frozenset(("int", "float", "bool", "UUID", "Decimal", "date", "datetime"))

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Scope = ast.Module | Function


PARTS: dict[type[ast.expr], Callable[[Any], Iterable[ast.expr | None]]] = {
    ast.JoinedStr: lambda node: node.values,
    ast.FormattedValue: lambda node: (node.value, *([node.format_spec] if node.format_spec is not None else [])),
    ast.BinOp: lambda node: (node.left, node.right),
    ast.BoolOp: lambda node: node.values,
    ast.UnaryOp: lambda node: (node.operand,),
    ast.Tuple: lambda node: node.elts,
    ast.List: lambda node: node.elts,
    ast.Set: lambda node: node.elts,
    ast.Dict: lambda node: (*node.keys, *node.values),
    ast.Starred: lambda node: (node.value,),
    ast.NamedExpr: lambda node: (node.value,),
    ast.Await: lambda node: (node.value,),
}
"""By kind of expression: the parts that its value is made of."""
PLAIN = (ast.Constant, ast.Compare)
"""Kinds of expressions that are harmless themselves."""


class _UnknownError(Exception):
    """An expression without a known value."""


class _Names:
    """What one function, or the module, assigns to each name: expressions, or None for what is not known."""

    def __init__(self, scope: Scope, outer: _Names | None) -> None:
        self.scope = scope
        self.outer = outer
        self.values: dict[str, list[ast.expr | None]] = defaultdict(list)
        self.elements: dict[str, list[tuple[ast.expr | None, ast.expr | None]]] = defaultdict(list)
        self.checks: dict[str, ast.If] = {}
        self.aliased: set[str] = set()
        self.parameters: dict[str, bool] = dict(_parameters(scope))
        for name in self.parameters:
            self.values[name]

    def owner(self, name: str) -> _Names | None:
        """The names of the scope that assigns ``name``."""
        return self if name in self.values else self.outer.owner(name) if self.outer is not None else None


class ConstantValues:
    """The harmless expressions of one module."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
        self._shared = frozenset(
            name for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names
        )
        self._changed = frozenset(_changed_in_functions(tree))
        self._scopes: dict[Scope, _Names] = {}
        self._steps, self._in_shell, self._has_quotes = 0, False, False

    @functools.cached_property
    def _starting_at(self) -> Mapping[tuple[int, int], Sequence[ast.expr]]:
        """The expressions that begin at a position, the widest first."""
        found: defaultdict[tuple[int, int], list[ast.expr]] = defaultdict(list)
        for node in self._parents:
            if isinstance(node, ast.expr):
                found[node.lineno, node.col_offset].append(node)
        return found

    def find(self, line: int, offset: int, end_line: int, end_offset: int) -> ast.expr | None:
        """The expression in exactly this range; lines from 1, offsets in bytes of UTF-8 from 0."""
        found = self._starting_at.get((line, offset), ())
        return next((node for node in found if (node.end_lineno, node.end_col_offset) == (end_line, end_offset)), None)

    def calls(self, line: int, offset: int) -> Iterator[ast.Call]:
        """The calls that begin at this position, the widest first."""
        return (node for node in self._starting_at.get((line, offset), ()) if isinstance(node, ast.Call))

    def text_around(self, line: int, offset: int) -> ast.expr | None:
        """The whole text that the literal at this position is a part of: a concatenation, a formatting, an f-string."""
        starting = self._starting_at.get((line, offset), ())
        node: ast.AST | None = next((each for each in starting if isinstance(each, ast.Constant | ast.JoinedStr)), None)
        found: ast.expr | None = None
        while isinstance(node, ast.Constant | ast.JoinedStr | ast.FormattedValue | ast.BinOp | ast.Attribute | ast.Call):
            if isinstance(node, ast.Call) and found is not node.func:
                break  # the text is an argument
            found = node
            node = self._parents.get(node)
        return found

    def mitigation(self, expression: ast.expr, *, in_shell: bool = False) -> Mitigation | None:
        """Why no value of ``expression`` can do harm, or None. ``in_shell``: it is a command, for which values can be quoted."""
        reasons: set[Mitigation] = set()
        self._steps, self._in_shell, self._has_quotes = 0, in_shell, False
        if self._is_in_class(expression):
            return None
        try:
            harmless = self._is_harmless(expression, self._names_at(expression), reasons, 0)
        except RecursionError:
            return None
        if not harmless:
            return None
        if Mitigation.QUOTED in reasons and self._has_quotes:
            return None  # a quoted value between quotes is not quoted
        order = (Mitigation.QUOTED, Mitigation.CHECKED, Mitigation.CONVERTED)
        return next((each for each in order if each in reasons), Mitigation.CONSTANT)

    def _is_in_class(self, node: ast.AST) -> bool:
        """Whether the node is in the body of a class, outside of its methods: such names are not followed."""
        while node in self._parents:
            node = self._parents[node]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                return False
            if isinstance(node, ast.ClassDef):
                return True
        return False

    def _names_at(self, node: ast.AST) -> _Names:
        current: ast.AST = node
        while current in self._parents:
            parent = self._parents[current]
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and current not in _headers(parent):
                return self._names_of(parent)
            current = parent
        return self._names_of(self._tree)

    def _names_of(self, scope: Scope) -> _Names:
        if scope not in self._scopes:
            outer = None if isinstance(scope, ast.Module) else self._names_at(scope)
            names = self._scopes[scope] = _Names(scope, outer)
            body = scope.body if isinstance(scope.body, list) else []
            self._collect(body, names)
        return self._scopes[scope]

    def _collect(self, statements: Sequence[ast.stmt], names: _Names) -> None:
        """Notes all assignments in statements that can be reached."""
        for statement in statements:
            for part in self._live_parts(statement, names):
                if isinstance(part, list):
                    self._collect(part, names)
                else:
                    _note_assignments(part, names)
            if isinstance(statement, ast.If) and statements is names.scope.body and (name := _checked_name(statement)):
                names.checks[name] = statement

    def _live_parts(self, statement: ast.stmt, names: _Names) -> Iterator[ast.AST | list[ast.stmt]]:
        """The expressions of a statement, and its blocks without those that a constant condition excludes."""
        if isinstance(statement, ast.If | ast.While):
            yield statement.test
            truth = self._truth(statement.test, names)
            if truth is not False:
                yield statement.body
            if truth is not True:
                yield statement.orelse
        elif isinstance(statement, ast.Match):
            yield from self._live_cases(statement, names)
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.values[statement.name].append(None)
            yield from statement.decorator_list
        else:
            yield statement
            for field in ("body", "orelse", "finalbody"):
                block = getattr(statement, field, None)
                if isinstance(block, list):
                    yield block
            for handler in getattr(statement, "handlers", ()):
                if handler.name:
                    names.values[handler.name].append(None)
                yield handler.body

    def _live_cases(self, statement: ast.Match, names: _Names) -> Iterator[ast.AST | list[ast.stmt]]:
        yield statement.subject
        subject: object = _Unset
        with contextlib.suppress(_UnknownError):
            subject = self._value(statement.subject, names, 0)
        for case in statement.cases:
            for node in ast.walk(case.pattern):
                for name in (getattr(node, "name", None), getattr(node, "rest", None)):
                    if isinstance(name, str):
                        names.values[name].append(None)
            matches = None if subject is _Unset or case.guard is not None else self._matches(case.pattern, subject, names)
            if matches is not False:
                yield case.body
            if matches:
                return

    def _matches(self, pattern: ast.pattern, subject: object, names: _Names) -> bool | None:
        """Whether a pattern of literals matches, None if it is another pattern."""
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
            return True
        if isinstance(pattern, ast.MatchOr):
            found = [self._matches(each, subject, names) for each in pattern.patterns]
            return True if True in found else None if None in found else False
        if isinstance(pattern, ast.MatchValue):
            try:
                return bool(self._value(pattern.value, names, 0) == subject)
            except _UnknownError:
                return None
        return None

    def _truth(self, test: ast.expr, names: _Names) -> bool | None:
        try:
            return bool(self._value(test, names, 0))
        except _UnknownError:
            return None

    def _value(self, node: ast.expr, names: _Names, depth: int) -> object:
        """The value of an expression of literals, and of names that have one such value. Raises _UnknownError."""
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            raise _UnknownError
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._value_of_name(node.id, names, depth)
        try:
            found = self._computed(node, names, depth)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise _UnknownError from error
        if isinstance(found, str | bytes | tuple) and len(found) > MAX_TEXT:
            raise _UnknownError
        if isinstance(found, int) and abs(found) > MAX_NUMBER:
            raise _UnknownError
        return found

    def _value_of_name(self, name: str, names: _Names, depth: int) -> object:
        owner = names.owner(name)
        values = owner.values[name] if owner is not None else []
        if owner is None or len(values) != 1 or values[0] is None or owner.elements.get(name) or name in owner.parameters:
            raise _UnknownError
        if name in self._shared:
            raise _UnknownError
        if isinstance(values[0], ast.List | ast.Dict | ast.Set):
            raise _UnknownError
        return self._value(values[0], owner, depth + 1)

    def _computed(self, node: ast.expr, names: _Names, depth: int) -> object:
        def value(each: ast.expr) -> Any:
            return self._value(each, names, depth + 1)

        if isinstance(node, ast.BinOp):
            return _operate(node.op, value(node.left), value(node.right))
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return COMPARISONS[type(node.ops[0])](value(node.left), value(node.comparators[0]))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            operand = value(node.operand)
            return not operand if isinstance(node.op, ast.Not) else -operand
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            return value(node.value)[value(node.slice)]
        raise _UnknownError

    def _is_harmless(self, node: ast.expr, names: _Names, reasons: set[Mitigation], depth: int) -> bool:
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return False
        if isinstance(node, ast.Name):
            return self._is_harmless_name(node, names, reasons, depth)
        if isinstance(node, ast.Subscript):
            return self._is_harmless_item(node.value, node.slice, names, reasons, depth)
        if isinstance(node, ast.Call):
            return self._is_harmless_call(node, names, reasons, depth)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._has_quotes |= "'" in node.value or '"' in node.value
        parts = self._live_values(node, names) if isinstance(node, ast.IfExp) else _parts(node)
        return all(part is not None and self._is_harmless(part, names, reasons, depth + 1) for part in parts)

    def _live_values(self, node: ast.IfExp, names: _Names) -> list[ast.expr]:
        truth = self._truth(node.test, names)
        return [*([] if truth is False else [node.body]), *([] if truth is True else [node.orelse])]

    def _is_harmless_name(self, node: ast.Name, names: _Names, reasons: set[Mitigation], depth: int) -> bool:
        owner = names.owner(node.id)
        if owner is None:
            return node.id == "__file__"
        if node.id in self._shared:
            return False
        values, check = owner.values[node.id], owner.checks.get(node.id)
        if check is not None and owner is names and node.lineno > (check.end_lineno or 0):
            if None in values:
                return False
            values = [value for value in values if value is not None and value.lineno > check.lineno]
            reasons.add(Mitigation.CHECKED)
        elif node.id in owner.parameters:
            if not owner.parameters[node.id]:
                return False
            reasons.add(Mitigation.CONVERTED)
        if any(isinstance(value, ast.List | ast.Dict | ast.Set) for value in values) and self._may_change(node.id, owner):
            return False
        parts = [*values, *(value for _, value in owner.elements.get(node.id, ()))]
        return all(value is not None and self._is_harmless(value, owner, reasons, depth + 1) for value in parts)

    def _may_change(self, name: str, owner: _Names) -> bool:
        """Whether a container may be changed where its assignments do not show it."""
        return name in owner.aliased or (isinstance(owner.scope, ast.Module) and name in self._changed)

    def _is_harmless_item(self, container: ast.expr, key: ast.expr, names: _Names, reasons: set[Mitigation], depth: int) -> bool:
        """Whether an item of a container is harmless: all its items are, or those under the constant key that is looked up."""
        if isinstance(key, ast.Slice):
            return self._is_harmless(container, names, reasons, depth + 1)
        mapping, owner = container, names
        stored: tuple[tuple[ast.expr | None, ast.expr | None], ...] = ()
        if isinstance(container, ast.Name):
            found = names.owner(container.id)
            values = found.values[container.id] if found is not None else []
            if found is None or len(values) != 1 or values[0] is None or self._may_change(container.id, found):
                return self._is_harmless(container, names, reasons, depth + 1)
            mapping, owner, stored = values[0], found, tuple(found.elements.get(container.id, ()))
        try:
            wanted = self._value(key, names, 0)
        except _UnknownError:
            return self._is_harmless(container, names, reasons, depth + 1)
        items = list(_items(mapping))
        if not items:
            return self._is_harmless(container, names, reasons, depth + 1)
        if any(store is None for store, _ in stored) and not isinstance(mapping, ast.Dict):
            return self._is_harmless(container, names, reasons, depth + 1)
        chosen = [value for name, value in (*items, *stored) if self._may_be(name, wanted, owner)]
        return bool(chosen) and all(value is not None and self._is_harmless(value, owner, reasons, depth + 1) for value in chosen)

    def _may_be(self, key: ast.expr | None, wanted: object, names: _Names) -> bool:
        try:
            return key is None or bool(self._value(key, names, 0) == wanted)
        except _UnknownError:
            return True

    def _is_harmless_call(self, node: ast.Call, names: _Names, reasons: set[Mitigation], depth: int) -> bool:
        dotted, name = _dotted(node.func), node.func.attr if isinstance(node.func, ast.Attribute) else ""
        is_known = names.owner(dotted.partition(".")[0]) is None or "." in dotted
        if dotted in QUOTES and is_known and self._in_shell:
            reasons.add(Mitigation.QUOTED)
            return True
        if dotted in CONVERSIONS and is_known:
            reasons.add(Mitigation.CONVERTED)
            return True
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(node.func, ast.Attribute) and name in SIMPLE_METHODS:
            if name in ("get", "pop") and node.args:
                default = node.args[1] if len(node.args) > 1 else ast.Constant(None)
                return self._is_harmless_item(node.func.value, node.args[0], names, reasons, depth) and self._is_harmless(
                    default, names, reasons, depth + 1
                )
            return all(self._is_harmless(each, names, reasons, depth + 1) for each in (node.func.value, *arguments))
        return dotted in SIMPLE_CALLS and is_known and all(self._is_harmless(each, names, reasons, depth + 1) for each in arguments)


class _Unset:
    """No value."""


def _parts(node: ast.expr) -> Iterable[ast.expr | None]:
    """The parts that an expression is made of; None for one that is not known."""
    if isinstance(node, PLAIN) or _dotted(node) in SAFE_ATTRIBUTES:
        return ()
    list_parts = PARTS.get(type(node))
    return list_parts(node) if list_parts is not None else (None,)


def _operate(operation: ast.operator, left: Any, right: Any) -> object:
    is_of_numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if type(operation) not in ARITHMETIC or not (is_of_numbers or isinstance(operation, ast.Add)):
        raise _UnknownError  # it could make a long text
    return ARITHMETIC[type(operation)](left, right)


def _headers(function: Function) -> set[ast.AST]:
    """The parts of a function that are evaluated outside of it."""
    if isinstance(function, ast.Lambda):
        return {function.args}
    return {function.args, *function.decorator_list, *([function.returns] if function.returns is not None else ())}


def _parameters(scope: Scope) -> Iterator[tuple[str, bool]]:
    """The parameters, and whether each is a number: a framework converts what it passes to a function with a decorator."""
    if isinstance(scope, ast.Module):
        return
    arguments = scope.args
    is_routed = not isinstance(scope, ast.Lambda) and bool(scope.decorator_list)
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if each is not None:
            kind = _dotted(each.annotation).rpartition(".")[2] if each.annotation is not None else ""
            yield each.arg, is_routed and kind in NUMBERS


def _dotted(node: ast.expr) -> str:
    """``a.b.c`` for a chain of names, else the empty string."""
    if isinstance(node, ast.Attribute):
        rest = _dotted(node.value)
        return f"{rest}.{node.attr}" if rest else ""
    return node.id if isinstance(node, ast.Name) else ""


def _changed_in_functions(tree: ast.Module) -> Iterator[str]:
    """The names of containers that some function changes, or passes on to what may change them."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            names = _Names(function, None)
            for node in ast.walk(function):
                if isinstance(node, ast.Call | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete):
                    _note_change(node, names)
            yield from names.elements
            yield from names.aliased


def _note_change(node: ast.Call | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete, names: _Names) -> None:
    if isinstance(node, ast.Call):
        _note_call(node, names)
    elif isinstance(node, ast.Assign):
        _note_assignments(node, names)
    else:
        for target in node.targets if isinstance(node, ast.Delete) else (node.target,):
            _note_target(target, None, names)


def _items(mapping: ast.expr) -> Iterable[tuple[ast.expr | None, ast.expr | None]]:
    """Keys and values of a display of a dictionary, list or tuple; a key of None may be any."""
    if isinstance(mapping, ast.Dict):
        return zip(mapping.keys, mapping.values, strict=True)
    if isinstance(mapping, ast.List | ast.Tuple) and not any(isinstance(each, ast.Starred) for each in mapping.elts):
        return [(ast.Constant(index), each) for index, each in enumerate(mapping.elts)]
    return ()


def _note_assignments(part: ast.AST, names: _Names) -> None:
    """Notes what a statement or an expression, without its blocks, assigns."""
    for target, value in _assignments(part):
        _note_target(target, value, names)
    if isinstance(part, ast.Assign) and isinstance(part.value, ast.Name):
        names.aliased.add(part.value.id)
    if isinstance(part, ast.Import | ast.ImportFrom):
        _note_imports(part, names)
    for node in _expressions(part):
        if isinstance(node, ast.NamedExpr):
            _note_target(node.target, node.value, names)
        elif isinstance(node, ast.comprehension):
            _note_target(node.target, None, names)
        elif isinstance(node, ast.Call):
            _note_call(node, names)


def _assignments(part: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Targets of a statement, each with its value, or None if that is not known."""
    match part:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value):
            if value is not None:
                yield target, value
        case ast.For(target=target, iter=many) | ast.AsyncFor(target=target, iter=many):
            is_display = isinstance(many, ast.List | ast.Tuple | ast.Set) and isinstance(target, ast.Name)
            yield target, many if is_display else None
        case ast.With(items=items) | ast.AsyncWith(items=items):
            yield from ((item.optional_vars, None) for item in items if item.optional_vars is not None)
        case ast.Delete(targets=targets):
            yield from ((target, None) for target in targets)


def _note_imports(part: ast.Import | ast.ImportFrom, names: _Names) -> None:
    is_plain = isinstance(part, ast.ImportFrom) and part.module in PLAIN_MODULES
    for alias in part.names:
        if not (is_plain and alias.asname is None):
            names.values[(alias.asname or alias.name).partition(".")[0]].append(None)


def _note_target(target: ast.expr, value: ast.expr | None, names: _Names) -> None:
    if isinstance(target, ast.Name):
        names.values[target.id].append(value)
    elif isinstance(target, ast.Tuple | ast.List):
        parts = value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else None
        for index, each in enumerate(target.elts):
            _note_target(each, parts[index] if parts is not None else None, names)
    elif isinstance(target, ast.Starred):
        _note_target(target.value, None, names)
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        key = None if isinstance(target.slice, ast.Slice) else target.slice
        names.elements[target.value.id].append((key, value))


def _note_call(call: ast.Call, names: _Names) -> None:
    """Notes what a call may change: the list or dictionary whose method it is, or that is its argument."""
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        if call.func.attr in CHANGES:
            names.elements[call.func.value.id] += [(None, each) for each in arguments]
        elif call.func.attr in REMOVALS:
            names.elements[call.func.value.id].append((None, ast.Constant(None)))
    name = call.func.attr if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Constant) else ""
    if _dotted(call.func) not in READERS and name not in SIMPLE_METHODS:
        names.aliased.update(each.id for each in arguments if isinstance(each, ast.Name))


def _expressions(part: ast.AST) -> Iterator[ast.AST]:
    """All expressions of a statement, without its blocks and without nested functions."""
    waiting: list[ast.AST] = [part]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [
            child
            for child in ast.iter_child_nodes(node)
            if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case | ast.Lambda)
        ]


def _checked_name(statement: ast.If) -> str:
    """The name that is left with members of a fixed set, or an empty string: ``if NAME not in ("a", "b"):`` and a body that leaves
    the function or assigns a constant."""
    test, last = statement.test, statement.body[-1]
    if statement.orelse or not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Name) or len(test.ops) != 1:
        return ""
    members = test.comparators[0]
    is_fixed = isinstance(members, ast.Tuple | ast.List | ast.Set) and all(isinstance(each, ast.Constant) for each in members.elts)
    repairs = isinstance(last, ast.Assign) and isinstance(last.value, ast.Constant) and ast.unparse(last.targets[0]) == test.left.id
    is_left = isinstance(last, ast.Return | ast.Raise) or repairs
    return test.left.id if isinstance(test.ops[0], ast.NotIn) and is_fixed and is_left else ""
