"""What a condition says about values: it is known, or it restricts a value to harmless content.

Harmless are a member of a fixed set, an equal of a constant, what an anchored regular expression or a method such as ``isalnum``
accepts. Truth, ``None``, types and lengths say nothing about the content.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Protocol

from scangate.taint.environment import Environment, merge
from scangate.taint.values import Setting, Value

CONTENT_TESTS = {"isalnum", "isalpha", "isdigit", "isdecimal", "isnumeric", "isidentifier"}
FULL_MATCHES = {"fullmatch"}


class Evaluator(Protocol):
    """What evaluates expressions."""

    all_rules: int

    def evaluate(self, node: ast.expr, environment: Environment) -> Value:
        """The value of an expression."""

    def facts_of_call(self, node: ast.Call, environment: Environment, *, outcome: bool) -> list[tuple[ast.expr, Value, int]]:
        """The arguments, with the rules, that a function of the project has checked if it returns ``outcome``."""


def truth(value: Value) -> bool | None:
    """Whether a value is true; None if unknown."""
    if value.constant is None or isinstance(value.constant[0], Setting):
        return None
    return bool(value.constant[0])


def restrict(test: ast.expr, environment: Environment, evaluator: Evaluator, *, outcome: bool) -> None:
    """Notes in ``environment`` what is known if ``test`` is ``outcome``."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        restrict(test.operand, environment, evaluator, outcome=not outcome)
    elif isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) is outcome:
            for each in test.values:
                evaluator.evaluate(each, environment)  # all of them were evaluated, so what each checks or assigns is known
                restrict(each, environment, evaluator, outcome=outcome)
        else:
            _restrict_any(test.values, environment, evaluator, outcome=outcome)
    elif isinstance(test, ast.NamedExpr):
        restrict(test.value, environment, evaluator, outcome=outcome)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        _restrict_compared(test, environment, evaluator, outcome=outcome)
    elif isinstance(test, ast.Call):
        _restrict_called(test, environment, evaluator, outcome=outcome)


def _restrict_any(tests: Sequence[ast.expr], environment: Environment, evaluator: Evaluator, *, outcome: bool) -> None:
    """What holds if one of ``tests`` is ``outcome``: what each of them says (``if x != "all" and x not in KNOWN: return``)."""
    ways: list[Environment] = []
    for each in tests:
        way = environment.copy()
        restrict(each, way, evaluator, outcome=outcome)
        ways.append(way)
    merged = merge(ways)
    if merged is not None:
        environment.variables, environment.checked, environment.places = merged.variables, merged.checked, merged.places


def _restrict_compared(test: ast.Compare, environment: Environment, evaluator: Evaluator, *, outcome: bool) -> None:
    left, operator, right = test.left, test.ops[0], test.comparators[0]
    if isinstance(operator, (ast.Is, ast.IsNot)) and isinstance(right, ast.Constant) and right.value is None:
        if isinstance(left, (ast.Call, ast.NamedExpr)):  # re.fullmatch(...) is None
            restrict(left, environment, evaluator, outcome=isinstance(operator, ast.IsNot) is outcome)
    elif isinstance(operator, (ast.In, ast.NotIn)):
        members = evaluator.evaluate(right, environment)
        is_literal_text = members.constant is not None and isinstance(members.constant[0], (str, bytes))
        if isinstance(operator, ast.In) is outcome and members.is_clean and not is_literal_text:
            _check(left, environment, evaluator)
    elif isinstance(operator, (ast.Eq, ast.NotEq)) and isinstance(operator, ast.Eq) is outcome:
        for one, other in ((left, right), (right, left)):
            if evaluator.evaluate(other, environment).is_clean:
                _check(one, environment, evaluator)


def _check(node: ast.expr, environment: Environment, evaluator: Evaluator, rules: int | None = None) -> None:
    """Marks what was checked: the expression, or what its content comes from (``name.lower()``)."""
    rules = evaluator.all_rules if rules is None else rules
    environment.mark_checked(node, evaluator.evaluate(node, environment), rules)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"lower", "upper", "strip", "casefold"}
    ):
        _check(node.func.value, environment, evaluator, rules)


def _restrict_called(test: ast.Call, environment: Environment, evaluator: Evaluator, *, outcome: bool) -> None:
    function = test.func
    name = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    if outcome and isinstance(function, ast.Attribute):
        if name in CONTENT_TESTS and not test.args:
            _check(function.value, environment, evaluator)
        elif (name in FULL_MATCHES and test.args) or (
            name in {"match", "search"} and test.args and _is_anchored(test, evaluator, environment, name)
        ):
            _check(test.args[-1] if len(test.args) == 1 else test.args[1], environment, evaluator)
    if outcome and name == "all" and len(test.args) == 1:
        _restrict_all(test.args[0], environment, evaluator)
    for node, value, rules in evaluator.facts_of_call(test, environment, outcome=outcome):
        environment.mark_checked(node, value, rules)


def _restrict_all(argument: ast.expr, environment: Environment, evaluator: Evaluator) -> None:
    """``all(char in ALLOWED for char in name)`` restricts ``name``."""
    if isinstance(argument, ast.GeneratorExp) and len(argument.generators) == 1:
        target, source = argument.generators[0].target, argument.generators[0].iter
        inner = environment.copy()
        restrict(argument.elt, inner, evaluator, outcome=True)
        if (
            isinstance(target, ast.Name)
            and isinstance(argument.elt, (ast.Compare, ast.Call, ast.BoolOp))
            and _names_only(argument.elt, target.id)
        ):
            _check(source, environment, evaluator)


def _names_only(test: ast.expr, name: str) -> bool:
    tested = test.values[0] if isinstance(test, ast.BoolOp) else test
    if isinstance(tested, ast.Compare):
        return isinstance(tested.left, ast.Name) and tested.left.id == name and isinstance(tested.ops[0], ast.In)
    if isinstance(tested, ast.Call) and isinstance(tested.func, ast.Attribute) and tested.func.attr in CONTENT_TESTS:
        return isinstance(tested.func.value, ast.Name) and tested.func.value.id == name
    return False


def _is_anchored(test: ast.Call, evaluator: Evaluator, environment: Environment, name: str) -> bool:
    """Whether the regular expression of a call covers the whole text: it ends with an anchor, and a search begins with one."""
    assert isinstance(test.func, ast.Attribute)  # noqa: S101 -- the caller has seen it
    pattern = test.args[0] if len(test.args) > 1 else test.func.value
    value = evaluator.evaluate(pattern, environment)
    known = value.constant or (value.items or {}).get(".pattern", value).constant
    text = known[0] if known is not None else None
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if not isinstance(text, str):
        return False
    return (
        text.endswith(("$", r"\Z", r"\z"))
        and (name == "match" or text.startswith(("^", r"\A")))
        and ".*" not in text
        and ".+" not in text
    )
