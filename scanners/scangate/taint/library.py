"""What calls of functions that are not in the project do with their arguments: collections, callbacks, queries."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from scangate.taint.environment import Environment
from scangate.taint.models import has_harmless_field
from scangate.taint.project import Class
from scangate.taint.references import Bound, instances, is_callable
from scangate.taint.values import NOTHING, Value, as_unordered, constant, join

if TYPE_CHECKING:
    from scangate.taint.expressions import Evaluator

HARMLESS = {
    *("len", "isinstance", "issubclass", "callable", "hasattr", "id", "hash", "any", "all", "ord", "type", "bool", "int", "float"),
    *("startswith", "endswith", "isdigit", "isalnum", "isalpha", "count", "index", "find", "uuid4", "now", "utcnow", "time"),
    *("check_output", "check_call", "getoutput", "Popen", "popen", "system", "urlopen", "read_text", "read_bytes", "open"),
    *("ZipFile", "TarFile"),
}
"""Functions and methods whose result has no content of an argument: numbers, truth, types, and what files and programs contain."""
ADDING = {
    *("append", "add", "appendleft", "extend", "insert", "put", "put_nowait", "push", "write", "writelines", "update"),
    *("read_string", "read_dict"),
}
MOVING = {"pop", "popleft", "remove", "insert", "appendleft", "reverse", "sort", "clear", "rotate", "extendleft"}
"""Methods after which an index of a list is that of another element."""
SAME = {
    *("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "dict", "copy", "deepcopy", "items", "values", "filter"),
    *("next", "jsonable_encoder", "model_dump", "asdict"),
}
HTTP_CLIENTS = {"requests", "httpx", "urllib3", "aiohttp"}
REQUESTS = {"get", "post", "put", "patch", "delete", "head", "options", "request", "stream"}
"""Functions of HTTP clients: what a server answers is not made of what it was asked."""
PATH_TRAVERSAL = 22  # CWE
PAIRS: Mapping[str, Callable[[Value, int], tuple[Value, Value]]] = {
    "mkstemp": lambda passed, _: (NOTHING, passed),  # a number, and the name of a new file in the folder
    "splitext": lambda passed, rules: (passed, passed.cleaned(rules)),  # an extension has no separator
}
"""Functions that return two values: what each has of the arguments, with the rules about paths."""
OPTION_NAMES = 2
"""A section and a name, by which an option of `configparser` is set and read."""
LOOKUPS = {"get", "find", "fetch", "load", "lookup", "read", "search", "select", "query", "retrieve", "list"}
"""How names of methods begin whose result is what is stored under an argument, and rarely made of it."""
QUERIES = {
    *("fetchone", "fetchall", "fetchmany", "scalar", "scalars", "scalar_one", "scalar_one_or_none", "one", "one_or_none", "first"),
    *("get_object_or_404", "get_list_or_404", "get_or_404", "first_or_404", "one_or_404"),
    *("find_one", "get_item", "query_one", "raw"),
}
"""What returns stored data, which is not what the client sent now."""
STORED = {"objects", "query", "session"}
FORWARDING = {
    *("delay", "apply_async", "s", "si", "signature", "apply", "send", "send_with_options", "schedule", "__call__"),
    *("call_soon", "enqueue"),
}
"""Methods of a task that call its function."""


def call(  # noqa: PLR0911, PLR0913, PLR0917 -- a call, as it was evaluated
    evaluator: Evaluator,
    node: ast.Call,
    called: Value,
    receiver: Value,
    arguments: Sequence[Value],
    keywords: Mapping[str, Value],
    environment: Environment,
) -> Value:
    """The value of a call of a function that is not in the project: what it is given, unless more is known."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
    if name in HARMLESS or (name in REQUESTS and _asks_server(evaluator, node.func, environment)):
        return NOTHING
    if any(map(is_callable, receiver.references)) and name in FORWARDING:
        return _call_task(evaluator, node, receiver, arguments, keywords, environment)
    made = _make_callable(evaluator, name, arguments, keywords)
    if made is not None:
        return made
    if isinstance(node.func, ast.Attribute):
        known = _call_method(evaluator, node, node.func, receiver, arguments, keywords, environment)
        if known is not None:
            return known
    elif (known := _call_name(name, arguments)) is not None:
        return known
    called_back = _call_back(evaluator, node, arguments, keywords, environment)
    _loosen(evaluator, node, receiver, arguments, environment)
    passed = join(_pass_on(node.func, receiver, name, each) for each in (*arguments, *keywords.values()))
    if name in PAIRS:
        first, second = PAIRS[name](passed, evaluator.engine.rules.about(PATH_TRAVERSAL))
        return Value(items={0: first, 1: second})
    return Value(join([called.derived(), receiver.derived(), passed, called_back]).all_taints())


def _asks_server(evaluator: Evaluator, function: ast.expr, environment: Environment) -> bool:
    """Whether a function is one of an HTTP client that the module imports."""
    first = function
    while isinstance(first, ast.Attribute):
        first = first.value
    is_imported = isinstance(first, ast.Name) and first.id in evaluator.module.imports and first.id not in environment.variables
    return is_imported and evaluator.module.resolve(function).partition(".")[0] in HTTP_CLIENTS


def _make_callable(evaluator: Evaluator, name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value | None:
    """The function or class that ``functools.partial`` or ``collections.namedtuple`` makes; None for another call."""
    if name == "partial" and arguments and arguments[0].references:
        bound = tuple(Bound(each, tuple(arguments[1:]), keywords) for each in arguments[0].references if is_callable(each))
        return Value(join(arguments).all_taints(), references=bound)
    record = _make_record(evaluator, arguments) if name == "namedtuple" else None
    return Value(references=(record,)) if record is not None else None


def _make_record(evaluator: Evaluator, arguments: Sequence[Value]) -> Class | None:
    """The class that ``namedtuple(name, fields)`` makes."""
    name, fields = (arguments[0].constant, arguments[1]) if len(arguments) > 1 else (None, NOTHING)
    if fields.constant is not None:
        names = str(fields.constant[0]).replace(",", " ").split()
    else:
        parts = list((fields.items or {}).values())
        names = [str(each.constant[0]) for each in parts if each.constant is not None]
        names = names if len(names) == len(parts) else []
    if name is None or not names or not all(each.isidentifier() for each in (str(name[0]), *names)):
        return None
    body: list[ast.stmt] = [ast.AnnAssign(ast.Name(each, ast.Store()), ast.Constant(None), None, 1) for each in names]
    return Class(evaluator.module, ast.ClassDef(str(name[0]), [], [], body, []))


def _loosen(evaluator: Evaluator, node: ast.Call, receiver: Value, arguments: Sequence[Value], environment: Environment) -> None:
    """A function of which nothing is known may set what it is given: ``configure(options)``."""
    given = [
        *zip(node.args, arguments, strict=True),
        *([(node.func.value, receiver)] if isinstance(node.func, ast.Attribute) else []),
    ]
    for each, value in given:
        if value.items is not None and isinstance(each, (ast.Name, ast.Attribute, ast.Subscript)):
            changed = evaluator.loosen(value, node)
            if changed is not value:
                evaluator.change(each, changed, (), NOTHING, environment)


def _pass_on(function: ast.expr, receiver: Value, name: str, argument: Value) -> Value:
    """What the result of a call has of an argument. A method of which nothing is known may find what is stored under the argument,
    and need not return what a field of an object holds."""
    found = argument.derived()
    if not isinstance(function, ast.Attribute) or receiver.constant is not None or receiver.references:
        return found
    has_source = any(origin.parameter < 0 for origin in receiver.all_taints())
    is_lookup = receiver.is_clean and name.lstrip("_").partition("_")[0] in LOOKUPS
    return found.assumed() if is_lookup or (instances(argument) and not has_source) else found


def _call_name(name: str, arguments: Sequence[Value]) -> Value | None:
    if name in SAME and len(arguments) == 1:
        each = arguments[0]
        return Value(each.taints, None, each.items, each.references)
    if name == "getattr" and len(arguments) > 1 and arguments[1].constant is not None:
        return arguments[0].part(f".{arguments[1].constant[0]}")
    if name == "str" and len(arguments) == 1 and arguments[0].constant is not None:
        text = arguments[0].constant[0]
        return constant(text if isinstance(text, str) else str(text))
    if name in {"enumerate", "zip"}:
        elements: dict[object, Value] = {index: each.element() for index, each in enumerate(arguments)}
        items: dict[object, Value] = {0: NOTHING, 1: elements[0]} if name == "enumerate" and elements else elements
        return Value(items={"*": Value(items=items)})
    if name in QUERIES:
        return NOTHING
    return None


def _call_method(  # noqa: C901, PLR0911, PLR0913, PLR0917 -- a table of methods would hide what each needs
    evaluator: Evaluator,
    node: ast.Call,
    function: ast.Attribute,
    receiver: Value,
    arguments: Sequence[Value],
    keywords: Mapping[str, Value],
    environment: Environment,
) -> Value | None:
    name = function.attr
    if name in MOVING and receiver.items and all(isinstance(key, int) for key in receiver.items):
        return _move(evaluator, name, function.value, receiver, arguments, environment)
    if name in ADDING and (arguments or keywords):
        _add(evaluator, name, function.value, receiver, arguments, keywords, environment)
        return NOTHING
    if (option := _call_option(evaluator, function, receiver, arguments, environment)) is not None:
        return option
    if name in {"get", "pop", "setdefault"} and arguments and arguments[0].constant is not None and not is_stored(function.value):
        default = [*arguments[1:2], *([keywords["default"]] if "default" in keywords else [])]
        if has_harmless_field(evaluator.engine.project, receiver, arguments[0].constant[0]):
            return join(default)
        found = receiver.part(arguments[0].constant[0])
        if name == "setdefault" and default:
            evaluator.change(
                function.value,
                receiver.with_part(arguments[0].constant[0], default[0]),
                (arguments[0].constant[0],),
                default[0],
                environment,
            )
        return join([found, *default]) if default else found
    if name in {"get", "pop", "getlist"} and arguments:  # looked up by the client's key, not made of it
        return join([receiver.element(), *arguments[1:], *keywords.values()])
    if name in QUERIES or is_stored(function.value):
        _call_back(evaluator, node, arguments, keywords, environment)
        return NOTHING
    if name == "items" and receiver.items is not None:
        element = receiver.element()
        return Value(receiver.taints, None, {"*": Value(receiver.taints, None, {0: NOTHING, 1: element})})
    if name == "values":
        return Value(receiver.taints, None, {"*": receiver.element()})
    if name in SAME and not arguments:  # also model.model_dump(exclude_unset=True)
        return Value(receiver.taints, None, receiver.items, receiver.references)
    text = receiver.constant[0] if receiver.constant is not None else None
    if isinstance(text, str) and not arguments and name in {"lower", "upper", "strip", "title"}:
        return constant(type(text)(getattr(text, name)()))
    return None


def _call_option(
    evaluator: Evaluator, function: ast.Attribute, receiver: Value, arguments: Sequence[Value], environment: Environment
) -> Value | None:
    """``set(section, name, value)`` and ``get(section, name)`` of `configparser`; None for a call that is neither.

    https://docs.python.org/3/library/configparser.html
    """
    if function.attr not in {"get", "set"} or len(arguments) < OPTION_NAMES:
        return None
    section, name = (each.constant[0] if each.constant is not None else None for each in arguments[:OPTION_NAMES])
    is_known = isinstance(section, str) and isinstance(name, str)
    held = receiver.part(section) if is_known else NOTHING
    if function.attr == "get":
        return held.part(name) if is_known and name in (held.items or {}) else None
    if len(arguments) == OPTION_NAMES or not (is_known or receiver.items is not None):
        return None
    value = arguments[OPTION_NAMES]
    if is_known:
        evaluator.change(
            function.value, receiver.with_part(section, held.with_part(name, value)), (section, name), value, environment
        )
    else:
        evaluator.change(function.value, receiver.with_taints(join(arguments).all_taints()), (), value, environment)
    return NOTHING


def _move(  # noqa: PLR0913, PLR0917 -- a call, as it was evaluated
    evaluator: Evaluator, name: str, node: ast.expr, receiver: Value, arguments: Sequence[Value], environment: Environment
) -> Value:
    """A list after its elements have moved, and what is taken from it. It is exact where one is taken at a known place."""
    keys = list(receiver.items or {})
    index = arguments[0].constant[0] if arguments and arguments[0].constant is not None else None if arguments else -1
    position = index + len(keys) if isinstance(index, int) and index < 0 else index
    is_exact = name == "pop" and position in keys and keys == list(range(len(keys))) and not receiver.taints and not receiver.place
    if is_exact and not evaluator.is_in_loop:
        left = [each for key, each in (receiver.items or {}).items() if key != position]
        evaluator.change(node, Value(None, None, dict(enumerate(left)), receiver.references), (), NOTHING, environment)
        return receiver.part(position)
    changed = as_unordered(receiver.with_taints(join(arguments).all_taints()))
    evaluator.change(node, changed, (), Value(changed.taints), environment)
    return receiver.element() if name in {"pop", "popleft"} else NOTHING


def is_stored(node: ast.expr) -> bool:
    """Whether an expression is a query of stored data: ``User.objects``, ``db.session.query(User)``, ``User.query``."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            if node.attr in STORED:
                return _last_name(node.value) not in {"request", "req"}
            node = node.value
        else:
            return False


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _add(  # noqa: PLR0913, PLR0917 -- a call, as it was evaluated
    evaluator: Evaluator,
    name: str,
    node: ast.expr,
    receiver: Value,
    arguments: Sequence[Value],
    keywords: Mapping[str, Value],
    environment: Environment,
) -> None:
    """A collection after something was put into it."""
    if (
        name == "append"
        and receiver.items is not None
        and not receiver.taints
        and all(isinstance(key, int) for key in receiver.items)
    ):
        index = len(receiver.items)
        evaluator.change(node, receiver.with_part(index, arguments[0]), (index,), arguments[0], environment)
        return
    if name == "update":
        changed = receiver
        for key, value in [*(arguments[0].items or {} if arguments else {}).items(), *keywords.items()]:
            changed = changed.with_part(key, value)
            evaluator.change(node, changed, (key,), value, environment)
        if arguments and arguments[0].taints:
            evaluator.change(node, changed.with_taints(arguments[0].taints), (), Value(arguments[0].taints), environment)
        return
    added = join([*arguments, *keywords.values()])
    if not added.is_clean or added.references:
        taints = added.all_taints()
        changed = Value(receiver.with_taints(taints).taints, None, receiver.items, receiver.references, receiver.place)
        evaluator.change(node, changed, (), Value(taints), environment)


def _call_task(  # noqa: PLR0913, PLR0917 -- a call, as it was evaluated
    evaluator: Evaluator,
    node: ast.Call,
    receiver: Value,
    arguments: Sequence[Value],
    keywords: Mapping[str, Value],
    environment: Environment,
) -> Value:
    """A task that is put into a queue: its function is called later, with these arguments."""
    given, named = list(arguments), dict(keywords)
    if "args" in named or "kwargs" in named or (arguments and arguments[0].items is not None and node.func.attr == "apply_async"):  # type: ignore[attr-defined]
        packed = named.pop("args", arguments[0] if arguments else NOTHING)
        given = [packed.part(index) for index in range(len(packed.items or {}))]
        named = {str(key): value for key, value in (named.get("kwargs", NOTHING).items or {}).items()}
    for each in receiver.references:
        if is_callable(each):
            evaluator.engine.call(evaluator, each, given, named, node, environment, follows_nodes=False)
    return NOTHING


def _call_back(
    evaluator: Evaluator, node: ast.Call, arguments: Sequence[Value], keywords: Mapping[str, Value], environment: Environment
) -> Value:
    """A function among the arguments may be called with those behind it, with ``args=``, or with elements of them."""
    results: list[Value] = []
    named = {key: value for key, value in keywords.items() if key not in {"target", "args", "kwargs", "key", "daemon", "name"}}
    candidates = [(each, [*arguments[index + 1 :]], named) for index, each in enumerate(arguments)]
    packed = keywords.get("args", NOTHING)
    given = [packed.part(index) for index in range(len(packed.items or {}))] or ([packed.element()] if packed.taints else [])
    inner = {str(key): value for key, value in (keywords.get("kwargs", NOTHING).items or {}).items()}
    candidates += [(keywords[key], given, inner) for key in ("target", "func", "function", "callback") if key in keywords]
    is_map = isinstance(node.func, (ast.Name, ast.Attribute)) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
        "map",
        "starmap",
        "filter",
        "reduce",
        "imap",
    }
    for each, behind, more in candidates:
        for target in each.references:
            if is_callable(target):
                passed = [value.element() for value in behind] if is_map else behind
                results.append(evaluator.engine.call(evaluator, target, passed, more, node, environment, follows_nodes=False))
    return join(results)
