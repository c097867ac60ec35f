"""Follows the request data of a project: from each function that reads a request to the sinks that it reaches."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from scangate.taint.engine import BudgetExceededError, Engine
from scangate.taint.project import Function, Project, may_call
from scangate.taint.rules import TaintRules
from scangate.taint.values import Step

_NOTHING_KNOWN: Mapping[str, bool] = MappingProxyType({})
MAX_ROUNDS = 4


class Flow(msgspec.Struct, frozen=True):
    """Request data that reaches a sink. ``rule``: the index of the rule. ``steps``: from the source to the sink.

    ``is_assumed``: it is not known that the data gets there, see `Origin`.
    """

    rule: int
    steps: tuple[Step, ...]
    is_assumed: bool = False


class Answer(msgspec.Struct, frozen=True):
    """What was found: the flows, the files that were needed and could not be parsed, and those with too much to follow.

    What it depends on: ``with_source``, the files that can have a source; ``read``, those that were parsed; ``names``, the last
    names of the modules that were looked for; ``creators``, the functions that return request data, or decorate with a function
    that reads it; ``bases``, the classes whose subclasses were looked for; ``fixed``, variables and fields that are assigned once.
    """

    flows: tuple[Flow, ...]
    unparsable: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    with_source: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


def follow_requests(
    rules: TaintRules, texts: Mapping[str, Callable[[], str]], known: Mapping[str, bool] = _NOTHING_KNOWN
) -> Answer:
    """The flows of request data in the files ``texts``: what returns the text, by path. ``known``: whether files can have a source,
    as far as `TaintRules.may_have_source` has said so before."""
    holders = find_sources(rules, texts, known)
    if not holders:
        return Answer(())
    project = Project(texts, rules)
    engine = Engine(rules, project)
    unfinished: set[str] = set()
    done: set[int] = set()
    waiting = [function for path in holders for function in _holding_functions(engine, project, path, unfinished)]
    for _ in range(MAX_ROUNDS):
        for function in waiting:
            if id(function.node) not in done:
                done.add(id(function.node))
                _run_guarded(engine, function, unfinished)
        waiting = [*_callers(project, texts, engine, done), *_methods_of_changed(engine, done)]
        if not waiting:
            break
    flows = tuple(Flow(key.rule, steps, key not in engine.known_flows) for key, steps in sorted(engine.flows.items()))
    return Answer(
        flows,
        tuple(sorted(project.unparsable)),
        tuple(sorted(unfinished)),
        tuple(holders),
        project.read_paths,
        project.looked_up,
        tuple(sorted(engine.creators)),
        tuple(sorted(project.open_classes)),
        tuple(sorted(project.fixed_names)),
    )


def find_sources(rules: TaintRules, texts: Mapping[str, Callable[[], str]], known: Mapping[str, bool]) -> list[str]:
    """The files that can have a source, see `follow_requests`."""
    return [path for path, get in texts.items() if (known[path] if path in known else rules.may_have_source(get()))]


def _holding_functions(engine: Engine, project: Project, path: str, unfinished: set[str]) -> Iterator[Function]:
    """The functions of a file that read a request; the code outside of functions is executed."""
    module = project.module(path)
    places = {*module.marks.sources, *module.passed_requests} if module is not None else set()
    if module is None or not places:
        return
    inside: set[int] = set()
    for function in module.all_functions():
        sources = [id(each) for each in ast.walk(function.node) if id(each) in places]
        if sources:
            inside.update(sources)
            yield function
    if module.marks.sources.keys() - inside:
        try:
            engine.run_module(module)
        except (BudgetExceededError, RecursionError):
            unfinished.add(path)


def _run_guarded(engine: Engine, function: Function, unfinished: set[str]) -> None:
    try:
        engine.run_root(function)
    except (BudgetExceededError, RecursionError):
        unfinished.add(function.module.path)


def _callers(project: Project, texts: Mapping[str, Callable[[], str]], engine: Engine, done: set[int]) -> Iterator[Function]:
    """The functions that call one that returns request data."""
    names = engine.creators
    if not names:
        return
    for path, get in texts.items():
        text = get()
        if not any(may_call(text, name) for name in names):
            continue
        module = project.module(path)
        for function in module.all_functions() if module is not None else ():
            if id(function.node) not in done and not names.isdisjoint(function.called_names):
                yield function


def _methods_of_changed(engine: Engine, done: set[int]) -> Iterator[Function]:
    """The methods of classes in whose fields request data was found since they were summarized."""
    for owner in list(engine.changed_classes.values()):
        engine.forget(owner)
        for method in owner.methods.values():
            done.discard(id(method.node))
            yield method
    engine.changed_classes.clear()
