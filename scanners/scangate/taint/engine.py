"""Summarizes functions: what they return, check and change, and which sinks request data reaches in them and all that they call."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from scangate.taint.arguments import bind_arguments
from scangate.taint.environment import Environment, variable
from scangate.taint.expressions import Evaluator
from scangate.taint.models import is_enum_type
from scangate.taint.patterns import Parameter, parameters_of
from scangate.taint.project import Class, Function, Module, Project
from scangate.taint.references import Bound, Closure, Instance, Named, is_callable, resolve_references
from scangate.taint.rules import REQUEST_MODULES, TaintRules
from scangate.taint.statements import FunctionRun
from scangate.taint.summaries import CAPTURED, Raised, SinkKey, Summary
from scangate.taint.values import (
    MAX_STEPS,
    NOTHING,
    Origin,
    Step,
    StepRole,
    Taint,
    Value,
    as_setting,
    constant,
    is_settled,
    join,
    resolve_taints,
    resolve_value,
)

MAX_CONTEXTS, MAX_CALL_DEPTH = 12, 30
MAX_STEPS_OF_ROOT = 400_000
"""How many expressions are evaluated for one function that reads a request, with all that it calls for the first time."""


class BudgetExceededError(Exception):
    """A function with everything that it calls is too much code."""


class Engine:
    """Summarizes the functions of a project on demand. ``run_type``: what executes code, see `FunctionRun`."""

    run_type: type[FunctionRun] = FunctionRun

    def __init__(self, rules: TaintRules, project: Project) -> None:
        self.rules, self.project = rules, project
        self.flows: dict[SinkKey, tuple[Step, ...]] = {}
        self.known_flows: set[SinkKey] = set()
        self._summaries: dict[object, Summary] = {}
        self._contexts: dict[int, int] = defaultdict(int)
        self._running: set[object] = set()
        self._globals: dict[str, Environment] = {}
        self._fields: dict[int, dict[str, Value]] = {}
        self._request_fields: dict[int, dict[str, Value]] = defaultdict(dict)
        self._request_rules: dict[tuple[str, str], int] = {}
        self._imported: dict[tuple[str, str], Value] = {}
        self._steps, self._depth = 0, 0
        self.creators: set[str] = set()
        self.changed_classes: dict[int, Class] = {}

    # budget and results

    def count_step(self) -> None:
        """Counts an evaluated expression. Raises BudgetExceededError."""
        self._steps += 1
        if self._steps > MAX_STEPS_OF_ROOT:
            raise BudgetExceededError

    def request_rules(self, name: str, attribute: str) -> int:
        """The rules, as bits, for which an attribute of what has a dotted name is a source: of the request of a framework."""
        module, _, last = name.rpartition(".")
        if last != "request" or module not in REQUEST_MODULES:
            return 0
        if (module, attribute) not in self._request_rules:
            self._request_rules[module, attribute] = self.rules.request_rules(module, attribute)
        return self._request_rules[module, attribute]

    @staticmethod
    def new_summary() -> Summary:
        """A summary to fill."""
        return Summary()

    def unknown_summary(self, given: Collection[int]) -> Summary:
        """What is assumed of a function that is not followed: it returns something that is made of its arguments."""
        return Summary(Value({Origin(index): Taint(0) for index in given}))

    def record(self, summary: Summary, rules: int, sink: Step, origin: Origin, taint: Taint) -> None:
        """Notes that data reaches a sink, for those of ``rules`` for which it is not harmless."""
        active = rules & ~taint.cleaned
        index = 0
        while active:
            if active & 1:
                self._record_hit(summary, SinkKey(index, sink), origin, Taint(taint.cleaned, (*taint.steps, sink)))
            active >>= 1
            index += 1

    def _record_hit(self, summary: Summary, key: SinkKey, origin: Origin, taint: Taint) -> None:
        if taint.cleaned & (1 << key.rule):
            return
        if origin.parameter < 0:
            self._keep_flow(key, taint.steps, is_assumed=origin.is_assumed)
        else:
            summary.hits.setdefault((key, origin), taint)

    def _keep_flow(self, key: SinkKey, steps: tuple[Step, ...], *, is_assumed: bool) -> None:
        """Keeps the shortest flow to a sink; one that is known rather than one that is assumed."""
        if not is_assumed and key not in self.known_flows:
            self.known_flows.add(key)
            self.flows[key] = steps
        elif is_assumed is (key not in self.known_flows):
            known = self.flows.get(key)
            if known is None or (len(steps), steps) < (len(known), known):
                self.flows[key] = steps

    # roots

    def run_root(self, function: Function) -> None:
        """Follows what a function does with the requests that it reads. Raises BudgetExceededError."""
        self._steps = 0
        try:
            self.summarize(function, {})
            self._run_decorated(function)
        finally:
            self._running.clear()
            self._depth = 0

    def _run_decorated(self, function: Function) -> None:
        """Runs what the decorators of the project make of a function."""
        evaluator, environment = self.run_type(self, function.module, function.owner), Environment()
        made = own = Value(references=(function,))
        for decorator in reversed([] if isinstance(function.node, ast.Lambda) else function.node.decorator_list):
            if self.project.decorator(function.module, decorator) is not None:
                ways = self.callables(evaluator.evaluate(decorator, environment))
                applied = [self.call(evaluator, each, [made], {}, decorator, environment, follows_nodes=False) for each in ways]
                made = join(applied) if any(each.references for each in applied) else made
        for each in self.callables(made) if made is not own else ():
            self.call(evaluator, each, [], {}, function.node, environment, follows_nodes=False)

    def run_module(self, module: Module) -> None:
        """Executes the code of a module outside of functions. Raises BudgetExceededError."""
        self._steps = 0
        self._global_environment(module)

    def forget(self, owner: Class) -> None:
        """Forgets the summaries of a class whose fields are known to hold request data now."""
        self._summaries = {key: each for key, each in self._summaries.items() if key[0] is None or key[1] is not owner.node}  # type: ignore[index]
        self._fields.pop(id(owner.node), None)

    # summaries

    def summarize(self, function: Function, given: Mapping[int, Value], captured: Mapping[str, Value] | None = None) -> Summary:
        """The summary of a function for arguments of a shape; those that are missing may be anything."""
        given, injected = self._complete(function, given)
        names = list(captured or {})
        shapes = tuple((index, value.signature()) for index, value in given.items())
        around = tuple((name, (captured or {})[name].signature(1)) for name in names)
        owner = function.owner.node if function.owner is not None else None
        key: object = (function.node, owner, shapes, around)
        if key not in self._summaries and self._contexts[id(function.node)] >= MAX_CONTEXTS:
            given = {index: Value(value.taints, None, None, value.references) for index, value in given.items()}
            key = (function.node, owner, tuple(given), around)
        if key in self._summaries:
            return self._summaries[key]
        if key in self._running or self._depth >= MAX_CALL_DEPTH:
            return self.unknown_summary(given)
        self._running.add(key)
        self._contexts[id(function.node)] += 1
        self._depth += 1
        try:
            summary = self._summarize(function, given, captured or {}, injected)
        finally:
            self._running.discard(key)
            self._depth -= 1
        self._summaries[key] = summary
        return summary

    def _summarize(
        self, function: Function, given: Mapping[int, Value], captured: Mapping[str, Value], injected: Collection[int]
    ) -> Summary:
        run = self.run_type(self, function.module, function.owner)
        environment = Environment()
        for index, (name, value) in enumerate(captured.items()):
            environment.variables[name] = value.as_parameter(Origin(CAPTURED + index))
        for index, parameter in enumerate(parameters_of(function.node)):
            if isinstance(parameter.name, ast.arg):
                value = given[index] if index in injected else given[index].as_parameter(Origin(index))
                rules = run.marks.sources.get(id(parameter.name), 0)
                rules = 0 if rules and is_enum_type(self.project, parameter.annotation, function.module) else rules
                value = value.with_taints(run.source_taints(parameter.name, rules)) if rules else value
                environment.variables[parameter.name.arg] = value
        run.run_function(function, environment)
        run.finish()
        # what takes the place of a decorated function: a nested function, or an object that can be called
        if any(map(run.has_source, run.nested)):
            self.creators.add(function.name)
        elif function.name == "__call__" and function.owner is not None and run.has_source(function):
            self.creators.add(function.owner.node.name)
        self._note_requests(function, run.summary)
        return run.summary

    def _note_requests(self, function: Function, summary: Summary) -> None:
        """Notes which functions return request data, and which classes keep it in a field."""
        if function.name and any(origin.parameter < 0 for origin in summary.value.all_taints()):
            self.creators.add(function.name)
        owner = function.owner
        for place, value in summary.writes.items() if owner is not None else ():
            taints = {origin: taint for origin, taint in value.all_taints().items() if origin.parameter < 0}
            if taints and place.parameter == 0 and len(place.path) == 1 and owner is not None:
                fields = self._request_fields[id(owner.node)]
                name = str(place.path[0])
                if name not in fields:
                    fields[name] = Value(taints)
                    self.changed_classes[id(owner.node)] = owner

    def _complete(self, function: Function, given: Mapping[int, Value]) -> tuple[dict[int, Value], set[int]]:
        """A value for each parameter: what is given, the default, or anything of the annotated type; and those parameters whose
        value comes from a framework, not from the caller."""
        found: dict[int, Value] = {}
        injected: set[int] = set()
        for index, parameter in enumerate(parameters_of(function.node)):
            value = given.get(index)
            if value is None:
                value = self._default(parameter) if given else NOTHING
                if value is NOTHING:
                    value = self._injected(parameter, function.module)
                    injected.update([index] if value is not NOTHING else ())
            typed = () if value.references else self._expected(function, index, parameter)
            if typed:
                value = Value(value.taints, value.constant, value.items, typed, value.place)
            found[index] = value
        return found, injected

    def _expected(self, function: Function, index: int, parameter: Parameter) -> tuple[object, ...]:
        """What a parameter refers to whatever is passed: the object of a method, or an instance of the annotated class."""
        if index == 0 and function.owner is not None and not function.has_decorator("staticmethod"):
            return (function.owner,) if function.has_decorator("classmethod") else (Instance(function.owner),)
        return self.typed(parameter.annotation, function.module) if parameter.annotation is not None else ()

    @staticmethod
    def _default(parameter: Parameter) -> Value:
        return constant(parameter.default.value) if isinstance(parameter.default, ast.Constant) else NOTHING

    def _injected(self, parameter: Parameter, module: Module) -> Value:
        """What FastAPI passes for ``Depends(function)``: https://fastapi.tiangolo.com/tutorial/dependencies/"""
        annotation = parameter.annotation
        candidates = [parameter.default]
        if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
            candidates += annotation.slice.elts[1:]
        for each in candidates:
            if isinstance(each, ast.Call) and module.resolve(each.func).endswith(("Depends", "Security")):
                target = each.args[0] if each.args else annotation
                evaluator, environment = self.run_type(self, module), Environment()
                called = evaluator.evaluate(target, environment) if isinstance(target, ast.expr) else NOTHING
                ways = [
                    self.call(evaluator, function, [], {}, each, environment, follows_nodes=False)
                    for function in self.callables(called)
                ]
                return join(ways)
        return NOTHING

    def typed(self, annotation: ast.AST | None, module: Module) -> tuple[object, ...]:
        """The class of the project that an annotation names, as an instance."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str) and annotation.value.isidentifier():
            annotation = ast.Name(annotation.value)
        if isinstance(annotation, ast.BinOp):
            return self.typed(annotation.left, module) or self.typed(annotation.right, module)
        if isinstance(annotation, ast.Subscript):
            name = module.resolve(annotation.value).rpartition(".")[2]
            inner = (
                annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) and annotation.slice.elts else annotation.slice
            )
            return self.typed(inner, module) if name in {"Optional", "Annotated", "Final", "ClassVar"} else ()
        if isinstance(annotation, ast.Name):
            found = self.project.lookup(module, annotation.id)
        elif isinstance(annotation, ast.Attribute):
            found = self.project.definition(module.resolve(annotation), module.path)
        else:
            return ()
        return (Instance(found),) if isinstance(found, Class) else ()

    # what names mean

    def imported(self, name: str, module: Module) -> Value:
        """What a dotted name means that was imported into a module."""
        key = (name, module.path)
        if key not in self._imported:
            self._imported[key] = self._find_imported(name, module)
        return self._imported[key]

    def _find_imported(self, name: str, module: Module) -> Value:
        found = self.project.definition(name, module.path)
        if found is not None:
            return Value(references=(found,))
        place = self.project.find(name, module.path)
        if place is not None and place[1] and "." not in place[1]:
            return self.global_value(*place)
        return Value(references=(Named(name),))

    def global_value(self, module: Module, name: str) -> Value:
        """The value of a module's variable."""
        return self._known_elsewhere(name, self._global_environment(module).variables.get(name, NOTHING), 0)

    def _known_elsewhere(self, name: str, value: Value, own_stores: int) -> Value:
        """What code elsewhere knows of a variable or field with this value, see `Project.is_fixed`."""
        if not is_settled(value):
            return value
        if not self.project.is_fixed(name, own_stores):
            return as_setting(value)
        items = {
            key: self._known_elsewhere(key[1:], part, 1) if isinstance(key, str) and key.startswith(".") else part
            for key, part in (value.items or {}).items()
        }
        return Value(value.taints, value.constant, items if value.items is not None else None, value.references, value.place)

    def _global_environment(self, module: Module) -> Environment:
        if module.path not in self._globals:
            self._globals[module.path] = Environment()  # while it runs
            depth, self._depth = self._depth, self._depth + 1
            try:
                self._globals[module.path] = self.run_type(self, module).run_module()
            finally:
                self._depth = depth
        return self._globals[module.path]

    def field(self, owner: Class, name: str) -> Value:
        """What objects of a class have in a field, wherever they were made: its type, and request data that a method put there."""
        if id(owner.node) not in self._fields:
            self._fields[id(owner.node)] = {}  # while it is computed
            self._fields[id(owner.node)] = self._find_fields(owner)
        found = [self._fields[id(each.node)].get(name) for each in (owner,)]
        found += [self._request_fields.get(id(each.node), {}).get(f".{name}") for each in (owner, *self.project.bases(owner))]
        return join(each for each in found if each is not None)

    def _find_fields(self, owner: Class) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for each in (*reversed(list(self.project.bases(owner))), owner):
            evaluator, environment = self.run_type(self, each.module), Environment()
            for statement in each.node.body:
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                    name = statement.targets[0].id
                    found[name] = self._known_elsewhere(name, evaluator.evaluate(statement.value, environment), 0)
                elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    found[statement.target.id] = Value(references=self.typed(statement.annotation, each.module))
            init = each.methods.get("__init__")
            for place, value in self.summarize(init, {}).writes.items() if init is not None else ():
                if place.parameter == 0 and len(place.path) == 1:
                    kept = {origin: taint for origin, taint in value.taints.items() if origin.parameter < 0}
                    held = tuple(ref for ref in value.references if isinstance(ref, (Instance, Function, Class, Named)))
                    name = str(place.path[0]).removeprefix(".")
                    first = Value(kept, None if value.taints else value.constant, None, held)
                    found[name] = self._known_elsewhere(name, first, 1)
        return found

    # calls

    def callables(self, value: Value) -> list[object]:
        """The functions of the project that a call of a value runs: also those of objects that can be called."""
        found: list[object] = []
        for each in value.references:
            method = self.project.method(each.owner, "__call__") if isinstance(each, Instance) else None
            if method is not None:
                found.append(Bound(method, (value,)))
            elif is_callable(each):
                found.append(each)
        return found

    def call(  # noqa: PLR0913, PLR0917 -- a call, as it was evaluated
        self,
        evaluator: Evaluator,
        reference: object,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
        node: ast.AST,
        environment: Environment,
        *,
        follows_nodes: bool = True,
    ) -> Value:
        """The value of a call of a function, a method or a class of the project.

        ``follows_nodes``: its arguments are those of ``node``, so that what the function changes or checks is known of them.
        """
        call = node if follows_nodes and isinstance(node, ast.Call) else None
        nodes: list[ast.expr | None] = [None] * len(arguments) if call is None else list(call.args)
        if isinstance(reference, Bound):
            front: list[ast.expr | None] = [None] * len(reference.arguments)
            if call is not None and isinstance(call.func, ast.Attribute) and len(front) == 1:
                front = [call.func.value]
            arguments, nodes = [*reference.arguments, *arguments], [*front, *nodes]
            keywords, reference = {**reference.keywords, **keywords}, reference.function
        if isinstance(reference, Class):
            return self._construct(evaluator, reference, arguments, keywords, node)
        captured = reference.captured if isinstance(reference, Closure) else None
        function = reference.function if isinstance(reference, Closure) else reference
        if isinstance(function, Function):
            return self.call_function(evaluator, function, arguments, keywords, node, environment, nodes=nodes, captured=captured)
        if is_callable(function):  # a function that was bound twice
            return self.call(evaluator, function, arguments, keywords, node, environment, follows_nodes=False)
        return NOTHING

    def call_function(  # noqa: PLR0913, PLR0917 -- a call, as it was evaluated
        self,
        evaluator: Evaluator,
        function: Function,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
        node: ast.AST,
        environment: Environment,
        *,
        nodes: Sequence[ast.expr | None] = (),
        captured: Mapping[str, Value] | None = None,
    ) -> Value:
        """Applies the summary of a function to a call."""
        given, nodes_of = bind_arguments(function, arguments, keywords, nodes, node)
        summary = self.summarize(function, given, captured)
        for index, (name, value) in enumerate((captured or {}).items()):
            given[CAPTURED + index] = value
            nodes_of[CAPTURED + index] = variable(name) if environment.variables.get(name) is value else None
        call = evaluator.step(node, StepRole.CALL)
        for (key, origin), taint in list(summary.hits.items()):
            for outer, known in resolve_taints({origin: taint}, given, call):
                self._record_hit(evaluator.summary, key, outer, known)
        for place, value in summary.writes.items():
            target = nodes_of.get(place.parameter)
            if target is not None:
                now, part = evaluator.evaluate(target, environment), resolve_value(value, given, call)
                if place.path:
                    evaluator.change(target, _with_nested(now, place.path, part), place.path, part, environment)
                else:  # of an object only a field would be known to change
                    changed = as_setting(now) if now.references else as_setting(now).with_taints(part.all_taints())
                    evaluator.change(target, changed, (), part if not now.references else NOTHING, environment)
        for place, rules in summary.ensures.items():
            target = nodes_of.get(place.parameter)
            if target is not None and not place.path:
                environment.mark_checked(target, evaluator.evaluate(target, environment), rules)
        evaluator.raised[-1] += [Raised(each.names, resolve_value(each.value, given, call)) for each in summary.raised]
        return self._returned(summary.value, given, evaluator, node, call)

    @staticmethod
    def _returned(value: Value, given: Mapping[int, Value], evaluator: Evaluator, node: ast.AST, call: Step) -> Value:
        found = resolve_value(value, given, call)
        back = evaluator.step(node, StepRole.RETURN)
        own = {origin for origin in value.taints if origin.parameter < 0}
        taints = {
            origin: Taint(taint.cleaned, (*taint.steps, back)) if origin in own and len(taint.steps) < MAX_STEPS else taint
            for origin, taint in found.taints.items()
        }
        return Value(taints, found.constant, found.items, resolve_references(found.references, given, call), found.place)

    def _construct(
        self,
        evaluator: Evaluator,
        owner: Class,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
        node: ast.AST,
    ) -> Value:
        """A new object of a class, with the fields that its constructor sets."""
        made = Value(items={}, references=(Instance(owner),))
        init = self.project.method(owner, "__init__")
        if init is None:
            names = [name for each in (*reversed(list(self.project.bases(owner))), owner) for name in each.field_names()]
            for name, value in [*zip(names, arguments, strict=False), *keywords.items()]:
                made = made.with_part(f".{name}", value) if name != "**" else made.with_taints(value.all_taints())
            return made.with_taints(join(arguments[len(names) :]).all_taints()) if self.project.is_exception(owner) else made
        given, _ = bind_arguments(init, [made, *arguments], keywords, [None, *getattr(node, "args", [])], node)
        summary = self.summarize(init, given)
        call = evaluator.step(node, StepRole.CALL)
        for (key, origin), taint in list(summary.hits.items()):
            for outer, known in resolve_taints({origin: taint}, given, call):
                self._record_hit(evaluator.summary, key, outer, known)
        for place, value in summary.writes.items():
            if place.parameter == 0 and (place.path or self.project.is_exception(owner)):
                made = _with_nested(made, place.path, resolve_value(value, given, call))
        return Value(made.taints, None, made.items, (Instance(owner),))

    def facts_of_call(
        self, evaluator: Evaluator, node: ast.Call, environment: Environment, *, outcome: bool
    ) -> list[tuple[ast.expr, Value, int]]:
        """The arguments of a call, with the rules for which they are harmless if the function returns ``outcome``."""
        found: list[tuple[ast.expr, Value, int]] = []
        for reference in evaluator.evaluate(node.func, environment).references:
            function: object = reference
            front: list[Value] = []
            if isinstance(reference, Bound):
                function, front = reference.function, list(reference.arguments)
            if not isinstance(function, Function):
                continue
            values = [evaluator.evaluate(each, environment) for each in node.args]
            keywords = {each.arg or "**": evaluator.evaluate(each.value, environment) for each in node.keywords}
            given, nodes_of = bind_arguments(function, [*front, *values], keywords, [*[None] * len(front), *node.args], node)
            summary = self.summarize(function, given)
            for place, rules in (summary.if_true if outcome else summary.if_false).items():
                target = nodes_of.get(place.parameter)
                if target is not None and not place.path:
                    found.append((target, given[place.parameter], rules))
        return found


def _with_nested(value: Value, path: tuple[object, ...], part: Value) -> Value:
    if not path:
        return value.with_taints(part.all_taints())
    if len(path) == 1:
        return value.with_part(path[0], part)
    return value.with_part(path[0], _with_nested(value.part(path[0]), path[1:], part))
