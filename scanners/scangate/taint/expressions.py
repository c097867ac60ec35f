"""Evaluates expressions: constants are folded, and request data is followed into parts of values."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scangate.python_operators import ARITHMETIC, COMPARISONS
from scangate.taint import library
from scangate.taint.environment import Environment, merge, variable
from scangate.taint.guards import restrict, truth
from scangate.taint.models import harmless_fields, has_harmless_field, is_conversion
from scangate.taint.project import Class, Function, Module
from scangate.taint.references import Bound, Closure, Instance, Named, instances
from scangate.taint.rules import NodeMarks
from scangate.taint.values import (
    NOTHING,
    Origin,
    Place,
    Setting,
    Step,
    StepRole,
    Taint,
    Value,
    as_setting,
    constant,
    is_settled,
    join,
)

if TYPE_CHECKING:
    from scangate.taint.engine import Engine
    from scangate.taint.summaries import Raised, Summary

MAX_CONSTANT = 2000
_PLAIN_FORMAT = re.compile(r"(?:[^%]|%[sd%]){0,200}", re.DOTALL)
_OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    **ARITHMETIC,
    **COMPARISONS,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.Is: lambda one, other: one is other if one is None or other is None else one == other,
    ast.IsNot: lambda one, other: one is not other if one is None or other is None else one != other,
}
_SIMPLE = (str, bytes, int, float, bool, type(None))


class Evaluator:
    """Evaluates the expressions of one function. ``writes``: the parts of its parameters that it has changed so far."""

    def __init__(self, engine: Engine, module: Module, owner: Class | None = None) -> None:
        self.engine, self.module, self.owner = engine, module, owner
        self.all_rules = engine.rules.all_rules
        self.marks = module.marks
        self.writes: dict[Place, Value] = {}
        self.summary: Summary = engine.new_summary()
        self.yielded: list[Value] = []
        self.raised: list[list[Raised]] = [[]]
        """The exceptions with data in them, by the try statements that are being executed; first those that leave the function."""
        self._wanted: set[int] = set()
        self._followed: set[int] = set()
        self._seen: dict[int, Value] = {}

    @property
    def is_in_loop(self) -> bool:
        """Whether what is evaluated may run again."""
        return False

    def step(self, node: ast.AST, role: StepRole) -> Step:
        """A step at a node."""
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end_line, end_offset = getattr(node, "end_lineno", None) or line, getattr(node, "end_col_offset", None) or offset
        return Step(self.module.path, line, offset, end_line, end_offset, role)

    def evaluate(self, node: ast.expr, environment: Environment) -> Value:
        """The value of an expression, with what the rules say about it."""
        self.engine.count_step()
        marks = self.look(node)
        method = _METHODS.get(type(node))
        value = method(self, node, environment) if method is not None else self._evaluate_parts(node, environment)
        key = id(node)
        if environment.checked and isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            value = value.cleaned(environment.checked.get(ast.unparse(node), 0))
        if isinstance(node, ast.Call) and key not in self._followed and is_conversion(node, environment.variables):
            value = NOTHING
        elif key in self.marks.sources:
            value = value.with_taints(self.source_taints(node, self.marks.sources[key]))
        if key in self.marks.sanitized and not (key in self._followed and _has_no_arguments(node)):
            value = value.cleaned(self.marks.sanitized[key])
        if key in self.marks.unknown and key not in self._followed:
            value = value.cleaned(self.marks.unknown[key])
        if key in self._wanted:
            self._seen[key] = value
        if marks is not None:
            self.check_sinks(marks)
            for focus, rules in marks.side_effects:
                self._clean_focus(focus, rules, environment)
        return value

    def look(self, node: ast.AST) -> NodeMarks | None:
        """What the rules say about a node that is about to be evaluated; the values of what they are about are kept."""
        marks = self.marks.look(node)
        if marks is not None:
            self._wanted.update(id(sink.node) for sink in marks.sinks)
        return marks

    def source_taints(self, node: ast.AST, rules: int) -> dict[Origin, Taint]:
        """The taint of a source at a node, for some rules."""
        step = self.step(node, StepRole.SOURCE)
        return {Origin(-1, (), step): Taint(self.all_rules & ~rules, (step,))}

    def check_sinks(self, marks: NodeMarks) -> None:
        """Notes what reaches the sinks that the rules see at an evaluated node."""
        for sink in marks.sinks:
            value = self._seen.get(id(sink.node))
            if value is not None:
                step = self.step(sink.node, StepRole.SINK)
                for origin, taint in value.all_taints().items():
                    self.engine.record(self.summary, sink.rules, step, origin, taint)

    def _clean_focus(self, focus: ast.AST, rules: int, environment: Environment) -> None:
        names = [focus] if not isinstance(focus, ast.Call) else [each for each in ast.walk(focus) if isinstance(each, ast.Name)]
        for each in names:
            if isinstance(each, ast.expr):
                value = self.evaluate(each, environment)
                environment.mark_checked(each, value, rules)
                environment.mark_sources_checked(value, rules)

    # names and parts

    def _name(self, node: ast.Name, environment: Environment) -> Value:
        known = environment.variables.get(node.id)
        if known is not None:
            if any(isinstance(each, Closure) for each in known.references):
                return self._recaptured(known, environment)
            return known
        found = self.engine.project.lookup(self.module, node.id)
        if found is not None:
            return Value(references=(found,))
        if node.id in self.module.imports:
            return self.engine.imported(self.module.imports[node.id], self.module)
        return self.engine.global_value(self.module, node.id)

    @staticmethod
    def _recaptured(value: Value, environment: Environment) -> Value:
        """The value of a nested function's name: it sees the variables as they are when it is called."""
        references = tuple(
            Closure(each.function, {name: environment.variables.get(name, old) for name, old in each.captured.items()})
            if isinstance(each, Closure)
            else each
            for each in value.references
        )
        return Value(value.taints, value.constant, value.items, references, value.place)

    def _attribute(self, node: ast.Attribute, environment: Environment) -> Value:
        return self.attribute_of(self.evaluate(node.value, environment), node.attr, node, environment)

    def attribute_of(self, owner: Value, name: str, node: ast.expr, environment: Environment) -> Value:
        """A field or a method of a value."""
        if has_harmless_field(self.engine.project, owner, name):
            return NOTHING
        found: list[object] = []
        for each in owner.references:
            if isinstance(each, Named):
                known = self.engine.imported(f"{each.name}.{name}", self.module).with_taints(owner.part(f".{name}").taints)
                rules = self.engine.request_rules(each.name, name)
                return known.with_taints(self.source_taints(node, rules)) if rules else known
            if isinstance(each, Class):
                method = self.engine.project.method(each, name)
                if method is not None:
                    found.append(Bound(method, (owner,)) if method.has_decorator("classmethod") else method)
            elif isinstance(each, Instance):
                for owner_class, method in self.engine.project.overrides(each.owner, name):
                    known = owner if owner_class is each.owner else owner.referring_to(Instance(owner_class))
                    if method.has_decorator("property", "cached_property"):
                        nodes = [_owner_node(node)]
                        return self.engine.call_function(self, method, [known], {}, node, environment, nodes=nodes)
                    found.append(method if method.has_decorator("staticmethod") else Bound(method, (known,)))
        value = owner.part(f".{name}")
        if not (owner.items and f".{name}" in owner.items):
            owners = [*instances(owner), *(each for each in owner.references if isinstance(each, Class))]
            value = join([value, *(self.engine.field(each, name) for each in owners)])
        return Value(value.taints, value.constant, value.items, (*found, *value.references), value.place) if found else value

    def _subscript(self, node: ast.Subscript, environment: Environment) -> Value:
        owner = self.evaluate(node.value, environment)
        if isinstance(node.slice, ast.Slice):
            for each in (node.slice.lower, node.slice.upper, node.slice.step):
                if each is not None:
                    self.evaluate(each, environment)
            return Value(owner.taints, None, None, (), None) if not owner.items else owner.derived()
        index = self.evaluate(node.slice, environment)
        if index.constant is not None:
            if has_harmless_field(self.engine.project, owner, index.constant[0]):
                return NOTHING
            if owner.constant is not None:
                return _fold(operator.getitem, owner.constant[0], index.constant[0])
            return owner.part(_key_of(owner, index.constant[0]))
        return owner.element()

    def _constant(self, node: ast.Constant, environment: Environment) -> Value:
        del environment
        return constant(node.value) if isinstance(node.value, _SIMPLE) else NOTHING

    # collections

    def _dict(self, node: ast.Dict, environment: Environment) -> Value:
        found = Value(items={})
        for key, value in zip(node.keys, node.values, strict=True):
            part = self.evaluate(value, environment)
            known = self.evaluate(key, environment) if key is not None else None
            if known is not None and known.constant is not None:
                found = found.with_part(known.constant[0], part)
            elif known is None:
                found = Value(found.with_taints(part.taints).taints, None, {**(found.items or {}), **(part.items or {})}, ())
            else:
                found = found.with_taints(join([part, known]).all_taints())
        return found

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set, environment: Environment) -> Value:
        found = Value(items={})
        for index, each in enumerate(node.elts):
            if isinstance(each, ast.Starred):
                found = found.with_taints(self.evaluate(each.value, environment).all_taints())
            else:
                found = found.with_part(index, self.evaluate(each, environment))
        return found

    def _comprehension(self, node: Any, environment: Environment) -> Value:
        inner = environment.copy()
        for each in node.generators:
            source = self.evaluate(each.iter, inner)
            self.assign(each.target, source.element(), inner)
            for condition in each.ifs:
                self.evaluate(condition, inner)
                restrict(condition, inner, self, outcome=True)
        if isinstance(node, ast.DictComp):
            element = join([self.evaluate(node.key, inner).derived(), self.evaluate(node.value, inner)])
        else:
            element = self.evaluate(node.elt, inner)
        return Value(element.all_taints(), None, {"*": element} if element.items or element.references else None)

    # operators

    def _binary(self, node: ast.BinOp, environment: Environment) -> Value:
        left, right = self.evaluate(node.left, environment), self.evaluate(node.right, environment)
        apply = _OPERATORS.get(type(node.op))
        if left.constant is not None and right.constant is not None and apply is not None:
            return _fold(apply, left.constant[0], right.constant[0])
        return Value(join([left.derived(), right.derived()]).taints)

    def _boolean(self, node: ast.BoolOp, environment: Environment) -> Value:
        found: list[Value] = []
        inner = environment.copy()
        is_and = isinstance(node.op, ast.And)
        for each in node.values:
            value = self.evaluate(each, inner)
            known = truth(value)
            if known is not None and known is not is_and:
                return join([*found, value]) if found else value
            if known is None or each is node.values[-1]:
                found.append(value)
            restrict(each, inner, self, outcome=is_and)
        environment.variables = (merge([environment, inner]) or environment).variables  # what is assigned there, or is not
        return join(found)

    def _conditional(self, node: ast.IfExp, environment: Environment) -> Value:
        known = truth(self.evaluate(node.test, environment))
        ways = []
        for outcome, branch in ((True, node.body), (False, node.orelse)):
            if known is None or known is outcome:
                inner = environment.copy()
                restrict(node.test, inner, self, outcome=outcome)
                ways.append(self.evaluate(branch, inner))
        return join(ways)

    def _compare(self, node: ast.Compare, environment: Environment) -> Value:
        values = [self.evaluate(each, environment) for each in (node.left, *node.comparators)]
        apply = _OPERATORS.get(type(node.ops[0]))
        if len(values) == 2 and apply is not None and all(each.constant is not None for each in values):
            return _fold(apply, *(each.constant[0] for each in values if each.constant is not None))
        return NOTHING

    def _unary(self, node: ast.UnaryOp, environment: Environment) -> Value:
        value = self.evaluate(node.operand, environment)
        if isinstance(node.op, ast.Not):
            known = truth(value)
            return constant(not known) if known is not None else NOTHING
        if value.constant is not None and isinstance(node.op, ast.USub):
            return _fold(lambda one, _: -one, value.constant[0], None)
        return value.derived()

    def _formatted(self, node: ast.JoinedStr, environment: Environment) -> Value:
        parts = [self.evaluate(each.value if isinstance(each, ast.FormattedValue) else each, environment) for each in node.values]
        if all(each.constant is not None and isinstance(each.constant[0], str) for each in parts):
            texts = [each.constant[0] for each in parts if each.constant is not None]
            joined = "".join(texts)[:MAX_CONSTANT]
            return constant(Setting(joined) if any(isinstance(each, Setting) for each in texts) else joined)
        return Value(join([each.derived() for each in parts]).taints)

    def _named(self, node: ast.NamedExpr, environment: Environment) -> Value:
        value = self.evaluate(node.value, environment)
        self.assign(node.target, value, environment)
        return value

    def _lambda(self, node: ast.Lambda, environment: Environment) -> Value:
        return self.closure(Function(self.module, node, self.owner), environment)

    def closure(self, function: Function, environment: Environment) -> Value:
        """A nested function as a value."""
        loaded = {each.id for each in ast.walk(function.node) if isinstance(each, ast.Name)}
        captured = {name: value for name, value in environment.variables.items() if name in loaded}
        return Value(references=(Closure(function, captured),))

    def _unwrapped(self, node: Any, environment: Environment) -> Value:
        return self.evaluate(node.value, environment)

    def _yield(self, node: ast.Yield | ast.YieldFrom, environment: Environment) -> Value:
        value = self.evaluate(node.value, environment) if node.value is not None else NOTHING
        self.yielded.append(value.element() if isinstance(node, ast.YieldFrom) else value)
        return NOTHING

    def _evaluate_parts(self, node: ast.expr, environment: Environment) -> Value:
        parts = [self.evaluate(each, environment) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        return join(parts).derived()

    # assignments

    def assign(self, target: ast.expr, value: Value, environment: Environment) -> None:
        """Binds a target: a name, parts of a sequence, or a part of a value."""
        if isinstance(target, ast.Name):
            environment.assign(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            has_star = any(isinstance(each, ast.Starred) for each in target.elts)
            for index, each in enumerate(target.elts):
                self.assign(each, value.element() if has_star else value.part(index), environment)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, Value(value.all_taints(), None, value.items), environment)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self._assign_part(target, value, environment)

    def _assign_part(self, target: ast.Attribute | ast.Subscript, value: Value, environment: Environment) -> None:
        owner = self.evaluate(target.value, environment)
        if isinstance(target, ast.Attribute):
            key: object = f".{target.attr}"
        else:
            index = self.evaluate(target.slice, environment) if not isinstance(target.slice, ast.Slice) else NOTHING
            key = index.constant[0] if index.constant is not None else None
        if key is None:
            self.change(target.value, owner.with_taints(value.all_taints()), (), Value(value.all_taints()), environment)
        else:
            self.change(target.value, owner.with_part(key, value), (key,), value, environment)

    def change(self, node: ast.expr, changed: Value, path: tuple[object, ...], part: Value, environment: Environment) -> None:
        """Stores the changed value of an expression, and notes which part of a parameter that is."""
        if changed.place is not None:
            place = Place(changed.place.parameter, (*changed.place.path, *path))
            self.writes[place] = join([self.writes[place], part]) if place in self.writes else part
        self._store(node, changed, environment)

    def _store(self, node: ast.expr, changed: Value, environment: Environment) -> None:
        if isinstance(node, ast.Name):
            if node.id in environment.variables:
                environment.variables[node.id] = changed
        elif isinstance(node, ast.Attribute):
            owner = self.evaluate(node.value, environment)
            self._store(node.value, owner.with_part(f".{node.attr}", changed), environment)
        elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            owner, index = self.evaluate(node.value, environment), self.evaluate(node.slice, environment)
            if index.constant is not None:
                self._store(node.value, owner.with_part(index.constant[0], changed), environment)

    # calls

    @staticmethod
    def loosen(value: Value, call: ast.Call) -> Value:
        """A container after the call of a function that is not known, which may set what it is given."""
        del call
        return as_setting(value) if is_settled(value) else value

    def _call(self, node: ast.Call, environment: Environment) -> Value:
        function, receiver = node.func, NOTHING
        if isinstance(function, ast.Attribute):
            receiver = self.evaluate(function.value, environment)
            if _is_call_of_super(function):
                receiver = self._super(environment)
            called = self.attribute_of(receiver, function.attr, function, environment)
            if id(function) in self.marks.sources:  # a method of the request: request.get_json()
                called = called.with_taints(self.source_taints(function, self.marks.sources[id(function)]))
            self.look(function)
            if rules := self.marks.sanitized.get(id(function), 0):
                called, receiver = called.cleaned(rules), receiver.cleaned(rules)
        else:
            called = self.evaluate(function, environment)
        arguments = [self._argument(each, environment) for each in node.args]
        keywords = {each.arg or "**": self.evaluate(each.value, environment) for each in node.keywords}
        if "**" in keywords:
            keywords = dict.fromkeys(harmless_fields(self.engine.project, keywords["**"]), NOTHING) | keywords
        targets = self.engine.callables(called)
        if targets:
            self._followed.add(id(node))
            return join([self.engine.call(self, each, arguments, keywords, node, environment) for each in targets])
        if receiver is not NOTHING and _is_call_of_super(function) and self.owner is not None:
            self._give_base(arguments, environment)
        return library.call(self, node, called, receiver, arguments, keywords, environment)

    def _give_base(self, arguments: Sequence[Value], environment: Environment) -> None:
        """``super().__init__(message)`` of an exception: its base has the arguments."""
        me, taints = environment.variables.get("self", NOTHING), join(arguments).all_taints()
        if taints and self.owner is not None and self.engine.project.is_exception(self.owner):
            self.change(variable("self"), me.with_taints(taints), (), Value(taints), environment)

    def _argument(self, node: ast.expr, environment: Environment) -> Value:
        if isinstance(node, ast.Starred):
            value = self.evaluate(node.value, environment)
            return Value(value.taints, None, {"*": value})
        return self.evaluate(node, environment)

    def _super(self, environment: Environment) -> Value:
        owner = self.owner
        base = next(iter(self.engine.project.bases(owner)), None) if owner is not None else None
        me = environment.variables.get("self", NOTHING)
        return Value(me.taints, None, me.items, (Instance(base),) if base is not None else (), me.place)

    def facts_of_call(self, node: ast.Call, environment: Environment, *, outcome: bool) -> list[tuple[ast.expr, Value, int]]:
        """The arguments that a function of the project has checked if it returns ``outcome``, with the rules."""
        return self.engine.facts_of_call(self, node, environment, outcome=outcome)


def _is_call_of_super(function: ast.expr) -> bool:
    """Whether a function is a method of ``super()``."""
    owner = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super"


def _has_no_arguments(node: ast.expr) -> bool:
    """Whether a call gives its function nothing that it could clean, whatever its name is."""
    return isinstance(node, ast.Call) and not node.args and not node.keywords


def _owner_node(node: ast.expr) -> ast.expr | None:
    return node.value if isinstance(node, ast.Attribute) else None


def _key_of(owner: Value, key: Any) -> object:
    """The key of a part; a negative index counts from the end of a sequence that is known."""
    if isinstance(key, int) and key < 0 and owner.items:
        return len(owner.items) + key
    return key


def _fold(apply: Callable[[Any, Any], Any], first: Any, second: Any) -> Value:
    """The constant that an operation on constants gives, if it is small."""
    if isinstance(first, (str, bytes)) and len(first) > MAX_CONSTANT:
        return NOTHING
    if apply is operator.mul and max(len(str(first)), len(str(second))) > 6:
        return NOTHING
    if (
        apply is operator.mod
        and isinstance(first, (str, bytes))
        and (isinstance(first, bytes) or not _PLAIN_FORMAT.fullmatch(first))
    ):
        return NOTHING  # a width could make a text of any length
    try:
        result = apply(first, second)
    except (TypeError, ValueError, ArithmeticError, LookupError, MemoryError):
        return NOTHING
    if not isinstance(result, _SIMPLE) or (isinstance(result, (str, bytes)) and len(result) > MAX_CONSTANT):
        return NOTHING
    folded = constant(result)
    return as_setting(folded) if isinstance(first, Setting) or isinstance(second, Setting) else folded


_METHODS: Mapping[type[ast.AST], Callable[[Evaluator, Any, Environment], Value]] = {
    ast.Name: Evaluator._name,
    ast.Attribute: Evaluator._attribute,
    ast.Subscript: Evaluator._subscript,
    ast.Constant: Evaluator._constant,
    ast.Dict: Evaluator._dict,
    ast.List: Evaluator._sequence,
    ast.Tuple: Evaluator._sequence,
    ast.Set: Evaluator._sequence,
    ast.ListComp: Evaluator._comprehension,
    ast.SetComp: Evaluator._comprehension,
    ast.DictComp: Evaluator._comprehension,
    ast.GeneratorExp: Evaluator._comprehension,
    ast.BinOp: Evaluator._binary,
    ast.BoolOp: Evaluator._boolean,
    ast.IfExp: Evaluator._conditional,
    ast.Compare: Evaluator._compare,
    ast.UnaryOp: Evaluator._unary,
    ast.JoinedStr: Evaluator._formatted,
    ast.NamedExpr: Evaluator._named,
    ast.Lambda: Evaluator._lambda,
    ast.Await: Evaluator._unwrapped,
    ast.Starred: Evaluator._unwrapped,
    ast.FormattedValue: Evaluator._unwrapped,
    ast.Yield: Evaluator._yield,
    ast.YieldFrom: Evaluator._yield,
    ast.Call: Evaluator._call,
}

__all__ = ["Evaluator"]
