"""Executes the statements of a function over descriptions of values, along every way that constants do not rule out."""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scangate.taint.environment import Environment, merge
from scangate.taint.expressions import Evaluator
from scangate.taint.guards import restrict, truth
from scangate.taint.project import Class, Function, last_name
from scangate.taint.references import instances
from scangate.taint.summaries import Raised
from scangate.taint.values import NOTHING, Place, Setting, Value, as_setting, as_unordered, constant, join

LOOP_ROUNDS = 2
MAX_NAMES_OF_LOOP = 8
MAX_RAISED = 8  # exceptions with data in them that leave a function


class FunctionRun(Evaluator):
    """One function, executed once for arguments of some shape."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._returned: list[Value] = []
        self._exits: list[Environment] = []
        self._true: list[dict[Place, int]] = []
        self._false: list[dict[Place, int]] = []
        self._loop_exits: list[list[Environment]] = []
        self.nested: list[Function] = []
        self._shared: frozenset[str] = frozenset()
        self._attempts: list[dict[str, Value]] = []
        self._handled: list[list[Raised]] = []

    @property
    def is_in_loop(self) -> bool:
        """Whether what is evaluated is in the body of a loop."""
        return bool(self._loop_exits)

    def assign(self, target: ast.expr, value: Value, environment: Environment) -> None:
        """Binds a target. What a variable had in a block that may be left at any point is kept for the code behind it."""
        if isinstance(target, ast.Name):
            value = as_setting(value) if target.id in self._shared else value
            for each in self._attempts:
                each[target.id] = join([each[target.id], value]) if target.id in each else value
        super().assign(target, value, environment)

    def _attempt(self, block: Sequence[ast.stmt], environment: Environment) -> tuple[Environment | None, Environment]:
        """The variables after a block, and those where an exception has left it at any point."""
        self._attempts.append({})
        end = self.execute(block, environment.copy())
        assigned = self._attempts.pop()
        left = merge([environment.copy(), *([end] if end is not None else [])]) or environment.copy()
        for name, value in assigned.items():
            left.variables[name] = join([environment.variables.get(name, NOTHING), value])
        return end, left

    def run_function(self, function: Function, environment: Environment) -> None:
        """Executes a function; its summary then has everything but the writes' origin."""
        node = function.node
        self._shared = function.shared_names
        if isinstance(node, ast.Lambda):
            self._returned.append(self.evaluate(node.body, environment))
            return
        end = self.execute(node.body, environment)
        if end is not None:
            self._leave(end, NOTHING, None)
        self._run_nested()

    def run_module(self) -> Environment:
        """Executes the module itself; its variables."""
        environment = Environment()
        return self.execute(self.module.tree.body, environment) or environment

    def finish(self) -> None:
        """Completes the summary."""
        summary = self.summary
        if self.yielded:
            element = join(self.yielded)
            self._returned.append(Value(element.all_taints(), None, {"*": element}))
        summary.value = join(self._returned)
        summary.writes = self.writes
        summary.raised = self.raised[0][:MAX_RAISED]
        merged = merge(self._exits)
        summary.ensures = dict(merged.places) if merged is not None else {}
        summary.if_true, summary.if_false = _common(self._true), _common(self._false)

    def _run_nested(self) -> None:
        """Nested functions that are views, or read a request: no other code calls them. What one sets, others may not see."""
        writes = dict(self.writes)
        for function in self.nested:
            environment = self._exits[-1].copy() if self._exits else Environment()
            value = self.closure(function, environment)
            for each in value.references:
                self.engine.call(self, each, [], {}, function.node, environment, follows_nodes=False)
        self.writes = writes

    def _leave(self, environment: Environment, value: Value, test: ast.expr | None) -> None:
        self._exits.append(environment)
        self._returned.append(value)
        known = truth(value) if test is not None else False
        for outcome, facts in ((True, self._true), (False, self._false)):
            if known is None or known is outcome:
                inner = environment.copy()
                if test is not None and known is None:
                    restrict(test, inner, self, outcome=outcome)
                facts.append(inner.places)

    def execute(self, block: Sequence[ast.stmt], environment: Environment) -> Environment | None:
        """The variables after a block; None if its end is never reached."""
        current: Environment | None = environment
        for statement in block:
            if current is None:
                return None
            marks = self.look(statement)
            method = _STATEMENTS.get(type(statement))
            current = method(self, statement, current) if method is not None else self._other(statement, current)
            if marks is not None:
                self.check_sinks(marks)
        return current

    def _other(self, node: ast.stmt, environment: Environment) -> Environment:
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.expr):
                self.evaluate(each, environment)
        return environment

    def _assign(self, node: ast.Assign, environment: Environment) -> Environment:
        value = self.evaluate(node.value, environment)
        for target in node.targets:
            self.assign(target, value, environment)
        return environment

    def _annotated(self, node: ast.AnnAssign, environment: Environment) -> Environment:
        value = self.evaluate(node.value, environment) if node.value is not None else NOTHING
        typed = self.engine.typed(node.annotation, self.module)
        if typed and not value.references:
            value = Value(value.taints, value.constant, value.items, typed, value.place)
        if node.value is not None or typed:
            self.assign(node.target, value, environment)
        return environment

    def _augmented(self, node: ast.AugAssign, environment: Environment) -> Environment:
        load = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
        self.assign(node.target, self.evaluate(load, environment), environment)
        return environment

    def _expression(self, node: ast.Expr, environment: Environment) -> Environment | None:
        self.evaluate(node.value, environment)
        return None if self._never_returns(node.value) else environment

    def _never_returns(self, node: ast.expr) -> bool:
        """Whether an expression ends the function: ``abort(404)``, ``sys.exit()``."""
        if not isinstance(node, ast.Call):
            return False
        name = self.module.resolve(node.func)
        return name in {
            "flask.abort",
            "quart.abort",
            "werkzeug.exceptions.abort",
            "bottle.abort",
            "sys.exit",
            "os._exit",
            "exit",
            "self.fail",
        }

    def _return(self, node: ast.Return, environment: Environment) -> None:
        value = self.evaluate(node.value, environment) if node.value is not None else constant(None)
        self._leave(environment, value, node.value)

    def _raise(self, node: ast.Raise, environment: Environment) -> None:
        value = self.evaluate(node.exc, environment) if node.exc is not None else NOTHING
        if node.cause is not None:
            self.evaluate(node.cause, environment)
        if node.exc is None and self._handled:
            self.raised[-1] += self._handled[-1]
        elif node.exc is not None and not value.is_clean:
            self.raised[-1].append(Raised(self._exception_names(node.exc, value), value))

    def _exception_names(self, node: ast.expr, value: Value) -> frozenset[str]:
        """The last names of the class of an exception, and of those that it is derived from."""
        made = node.func if isinstance(node, ast.Call) else node
        names = {self.module.resolve(made).rpartition(".")[2]}
        for owner in instances(value):
            for each in (owner, *self.engine.project.bases(owner)):
                names |= {each.node.name, *(each.module.resolve(base).rpartition(".")[2] for base in each.node.bases)}
        return frozenset(names)

    def _catch(self, handler: ast.ExceptHandler, raised: list[Raised]) -> list[Raised]:
        """What a handler catches of the exceptions with data in them; they are taken out of ``raised``."""
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type is not None else []
        names = {self.module.resolve(each).rpartition(".")[2] for each in types}
        catches_all = not types or not names.isdisjoint({"Exception", "BaseException"})
        caught = [each for each in raised if catches_all or not names.isdisjoint(each.names)]
        raised[:] = [each for each in raised if each not in caught]
        return caught

    @staticmethod
    def caught(raised: Sequence[Raised]) -> Value:
        """The value of the variable of a handler that catches what was raised with data in it, or another exception."""
        return join(each.value for each in raised)

    def _leave_loop(self, node: ast.stmt, environment: Environment) -> None:
        del node
        if self._loop_exits:
            self._loop_exits[-1].append(environment)

    def _if(self, node: ast.If, environment: Environment) -> Environment | None:
        known = truth(self.evaluate(node.test, environment))
        ways: list[Environment | None] = []
        for outcome, block in ((True, node.body), (False, node.orelse)):
            if known is None or known is outcome:
                inner = environment.copy() if known is None else environment
                restrict(node.test, inner, self, outcome=outcome)
                ways.append(self.execute(block, inner))
        return merge(ways)

    def _for(self, node: ast.For | ast.AsyncFor, environment: Environment) -> Environment | None:
        if isinstance(node.target, ast.Name) and _is_loop_over_names(node):
            return self._for_names(node, node.target.id, environment)
        source = self.evaluate(node.iter, environment)
        current: Environment | None = environment.copy()
        self._loop_exits.append([])
        for _ in range(LOOP_ROUNDS):
            inner = current.copy() if current is not None else environment.copy()
            self.assign(node.target, source.element(), inner)
            current = merge([current, self.execute(node.body, inner)])
        ended = merge([environment, current, *self._loop_exits.pop()])
        return self.execute(node.orelse, ended) if ended is not None else None

    def _for_names(self, node: ast.For | ast.AsyncFor, target: str, environment: Environment) -> Environment | None:
        """``for each in (first, last): if each not in KNOWN: return``: what each round checks is known of that name afterwards."""
        current: Environment | None = environment
        self._loop_exits.append([])
        for name in node.iter.elts:  # type: ignore[attr-defined]
            if current is None:
                break
            value = self.evaluate(name, current)
            current.assign(target, value)
            current = self.execute(node.body, current)
            if current is not None and not value.is_clean:
                checked = functools.reduce(
                    operator.and_, (each.cleaned for each in current.variables[target].all_taints().values())
                )
                current.mark_checked(name, value, checked)
        ended = merge([current, *self._loop_exits.pop()])
        return self.execute(node.orelse, ended) if ended is not None else None

    def _while(self, node: ast.While, environment: Environment) -> Environment | None:
        known = truth(self.evaluate(node.test, environment))
        if known is False:
            return self.execute(node.orelse, environment)
        current: Environment | None = environment.copy()
        self._loop_exits.append([])
        for _ in range(LOOP_ROUNDS):
            inner = current.copy() if current is not None else environment.copy()
            restrict(node.test, inner, self, outcome=True)
            current = merge([current, self.execute(node.body, inner)])
        exits = self._loop_exits.pop()
        if known is True:
            return merge(exits)
        ended = merge([current, environment])
        if ended is not None:
            restrict(node.test, ended, self, outcome=False)
            ended = self.execute(node.orelse, ended)
        return merge([ended, *exits])

    def _try(self, node: ast.Try | ast.TryStar, environment: Environment) -> Environment | None:
        self.raised.append([])
        body, raised = self._attempt(node.body, environment)
        pending = self.raised.pop()
        if body is not None and node.orelse:
            body = self.execute(node.orelse, body)
        ways: list[Environment | None] = [body]
        for handler in node.handlers:
            inner = raised.copy()
            caught = self._catch(handler, pending)
            if handler.name:
                inner.assign(handler.name, self.caught(caught))
            self._handled.append(caught)
            ways.append(self.execute(handler.body, inner))
            self._handled.pop()
        self.raised[-1] += pending
        merged = merge(ways)
        if node.finalbody:
            after = self.execute(node.finalbody, merge([merged, raised]) or raised)
            return after if merged is not None else None
        return merged

    def _with(self, node: ast.With | ast.AsyncWith, environment: Environment) -> Environment | None:
        swallows = False  # an exception of the block
        for item in node.items:
            value = self.evaluate(item.context_expr, environment)
            for owner in instances(value):
                enter = self.engine.project.method(owner, "__enter__") or self.engine.project.method(owner, "__aenter__")
                if enter is not None:
                    value = self.engine.call_function(self, enter, [value], {}, item.context_expr, environment, nodes=[None])
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, environment)
            swallows |= last_name(item.context_expr) == "suppress" or any(
                self.engine.project.method(owner, name) is not None
                for owner in instances(value)
                for name in ("__exit__", "__aexit__")
            )
        return merge(self._attempt(node.body, environment)) if swallows else self.execute(node.body, environment)

    def _delete(self, node: ast.Delete, environment: Environment) -> Environment:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                owner = self.evaluate(target.value, environment)
                self.change(target.value, as_unordered(owner), (), Value(owner.all_taints()), environment)
        return environment

    def _match(self, node: ast.Match, environment: Environment) -> Environment | None:
        subject = self.evaluate(node.subject, environment)
        ways: list[Environment | None] = []
        for case in node.cases:
            fits = self._fits(case.pattern, subject, environment)
            if fits is False:
                continue
            inner = environment.copy()
            for each in ast.walk(case.pattern):
                if isinstance(each, (ast.MatchAs, ast.MatchStar)) and each.name:
                    inner.assign(each.name, Value(subject.all_taints(), subject.constant, subject.items, subject.references))
            if isinstance(case.pattern, (ast.MatchValue, ast.MatchOr, ast.MatchSingleton)) and isinstance(node.subject, ast.Name):
                inner.mark_checked(node.subject, subject, self.all_rules)
            if case.guard is not None:
                self.evaluate(case.guard, inner)
                restrict(case.guard, inner, self, outcome=True)
            ways.append(self.execute(case.body, inner))
            if (fits or (isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None)) and case.guard is None:
                return merge(ways)
        return merge([*ways, environment])

    def _fits(self, pattern: ast.pattern, subject: Value, environment: Environment) -> bool | None:
        """Whether a constant matches the pattern of a case; None if unknown."""
        if isinstance(pattern, ast.MatchOr):
            known = [self._fits(each, subject, environment) for each in pattern.patterns]
            return True if True in known else None if None in known else False
        if not isinstance(pattern, ast.MatchValue) or subject.constant is None or isinstance(subject.constant[0], Setting):
            return None
        value = self.evaluate(pattern.value, environment)
        return value.constant[0] == subject.constant[0] if value.constant is not None else None

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, environment: Environment) -> Environment:
        if self.module.functions.get(node.name) is not None and self.module.functions[node.name].node is node:
            return environment
        function = Function(self.module, node, self.owner)
        environment.assign(node.name, self.closure(function, environment))
        if node.decorator_list or self.has_source(function):
            self.nested.append(function)
        return environment

    def has_source(self, function: Function) -> bool:
        """Whether a function of this module reads a request itself."""
        return any(id(each) in self.marks.sources for each in ast.walk(function.node))

    def _define_class(self, node: ast.ClassDef, environment: Environment) -> Environment:
        known = self.module.classes.get(node.name)
        if known is None or known.node is not node:
            environment.assign(node.name, Value(references=(Class(self.module, node),)))
        return environment

    def _ignore(self, node: ast.stmt, environment: Environment) -> Environment:
        del node
        return environment


def _is_loop_over_names(node: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop is over a few variables, one by one, and assigns none of them."""
    if not isinstance(node.iter, (ast.Tuple, ast.List)) or not isinstance(node.target, ast.Name):
        return False
    names = {each.id for each in node.iter.elts if isinstance(each, ast.Name)}
    stored = {
        each.id for part in node.body for each in ast.walk(part) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    return 0 < len(node.iter.elts) == len(names) <= MAX_NAMES_OF_LOOP and stored.isdisjoint({*names, node.target.id})


def _common(facts: Sequence[dict[Place, int]]) -> dict[Place, int]:
    if not facts:
        return {}
    found = dict(facts[0])
    for each in facts[1:]:
        found = {place: rules & each.get(place, 0) for place, rules in found.items()}
    return {place: rules for place, rules in found.items() if rules}


_STATEMENTS: Mapping[type[ast.AST], Callable[[FunctionRun, Any, Environment], Environment | None]] = {
    ast.Assign: FunctionRun._assign,
    ast.AnnAssign: FunctionRun._annotated,
    ast.Delete: FunctionRun._delete,
    ast.AugAssign: FunctionRun._augmented,
    ast.Expr: FunctionRun._expression,
    ast.Return: FunctionRun._return,
    ast.Raise: FunctionRun._raise,
    ast.Break: FunctionRun._leave_loop,
    ast.Continue: FunctionRun._leave_loop,
    ast.If: FunctionRun._if,
    ast.For: FunctionRun._for,
    ast.AsyncFor: FunctionRun._for,
    ast.While: FunctionRun._while,
    ast.Try: FunctionRun._try,
    ast.TryStar: FunctionRun._try,
    ast.With: FunctionRun._with,
    ast.AsyncWith: FunctionRun._with,
    ast.Match: FunctionRun._match,
    ast.FunctionDef: FunctionRun._define,
    ast.AsyncFunctionDef: FunctionRun._define,
    ast.ClassDef: FunctionRun._define_class,
    ast.Import: FunctionRun._ignore,
    ast.ImportFrom: FunctionRun._ignore,
    ast.Global: FunctionRun._ignore,
    ast.Nonlocal: FunctionRun._ignore,
}

__all__ = ["FunctionRun"]
