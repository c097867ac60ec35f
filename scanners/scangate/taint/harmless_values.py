"""Decides whether an expression can only have harmless values: constants, numbers, members of a fixed set, quoted words.

The code of one file is executed as it is for request data, but whatever is not known counts as data: a parameter, what another
module has, the result of a function that is in none of the tables here.
"""

from __future__ import annotations

import ast
import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scangate.model import Mitigation
from scangate.taint.engine import BudgetExceededError, Engine
from scangate.taint.environment import Environment
from scangate.taint.expressions import Evaluator
from scangate.taint.models import has_harmless_field, is_enum, is_harmless
from scangate.taint.patterns import parameters_of
from scangate.taint.project import Class, Function, FunctionNode, Module, Project, last_name
from scangate.taint.references import Instance, Named, instances
from scangate.taint.rules import TaintRules
from scangate.taint.statements import FunctionRun
from scangate.taint.summaries import Raised, Summary
from scangate.taint.values import NOTHING, Origin, Setting, Taint, Value, join

EVERYWHERE, IN_SHELL = 1, 2
"""The uses for which a value is harmless, as bits: any, or a command of a shell, for which words are quoted."""

MADE_OF_ARGUMENTS = frozenset(
    (
        *("str", "bytes", "repr", "list", "tuple", "sorted", "set", "frozenset", "dict", "reversed", "map", "filter", "zip"),
        *("os.path.join", "textwrap.dedent", "base64.b64encode", "base64.b64decode", "shlex.join", "shlex.split"),
        *("pickle.dumps", "marshal.dumps", "dill.dumps", "json.dumps", "io.StringIO", "io.BytesIO", "enumerate", "print"),
    )
)
"""Functions whose result is made of the arguments, and that change none of them."""
METHODS = frozenset(
    (
        *("format", "join", "strip", "lstrip", "rstrip", "lower", "upper", "title", "replace", "encode", "decode", "split", "copy"),
        *(
            "get",
            "keys",
            "values",
            "items",
            "zfill",
            "removeprefix",
            "removesuffix",
            "format_map",
            "pop",
            "partition",
            "rpartition",
        ),
        *("append", "add", "insert", "extend", "update", "setdefault", "appendleft", "popleft", "splitlines", "ljust", "rjust"),
        *("partition", "rpartition"),
        *("set", "add_section", "getvalue", "write", "remove", "clear", "sort", "reverse", "capitalize", "expandtabs"),
    )
)
"""Methods whose result is made of the object and the arguments, and that put nothing else into the object."""
CONVERSIONS = frozenset(
    (
        *("int", "float", "bool", "len", "ord", "uuid.UUID", "uuid.uuid4", "decimal.Decimal", "secrets.token_hex", "isinstance"),
        *("any", "all", "hash", "id"),
    )
)
"""Functions whose result has no text of the argument's author."""
EMPTY = frozenset(("configparser.ConfigParser", "configparser.RawConfigParser", "collections.OrderedDict", "collections.deque"))
"""Functions that make an empty container."""
QUOTE = "shlex.quote"
FUNCTIONS = MADE_OF_ARGUMENTS | CONVERSIONS | EMPTY | {QUOTE}
PLAIN_BASES = frozenset(("object", "NamedTuple", "Enum", "StrEnum", "IntEnum", "ABC", "Protocol", "Generic"))
PLAIN_DECORATORS = frozenset(
    ("staticmethod", "classmethod", "property", "cached_property", "lru_cache", "cache", "abstractmethod", "override", "final")
)
"""Decorators that leave the result of a function as it is."""
PLAIN_NAMES = frozenset(("__file__", "__name__"))
FIXED_ATTRIBUTES = frozenset(("sys.executable", "os.sep", "os.linesep", "os.pathsep", "string.ascii_letters", "string.digits"))

UNKNOWN = Value({Origin(-1, ("unknown",)): Taint(0)})
CONVERTED = Value({Origin(-1, ("converted",)): Taint(EVERYWHERE | IN_SHELL)})
RULES = TaintRules(({}, {}), ())
"""No sources and sinks: one document for each use."""
PATH = "module.py"


class HarmlessValues:
    """The harmless expressions of a module."""

    def __init__(self, project: Project, module: Module) -> None:
        self._module = module
        self._engine = _Engine(RULES, project, module)
        self._parents = {child: parent for parent in ast.walk(self._module.tree) for child in ast.iter_child_nodes(parent)}
        self._executed: set[ast.AST] = set()

    @classmethod
    def of_text(cls, text: str) -> HarmlessValues | None:
        """Those of a module with this text; None if it cannot be parsed."""
        project = Project({PATH: lambda: text}, RULES)
        module = project.module(PATH)
        return cls(project, module) if module is not None else None

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

    def first_text(self, expression: ast.expr) -> str | None:
        """The first element of a list or tuple, if it is always the same text."""
        value = self._value(expression)
        first = value.part(0) if value is not None and value.items is not None else NOTHING
        known = first.constant[0] if first.constant is not None and not first.taints else None
        return known if isinstance(known, str) else None

    def mitigation(self, expression: ast.expr, *, in_shell: bool = False) -> Mitigation | None:
        """Why no value of ``expression`` can do harm, or None. ``in_shell``: it is a command, for which values can be quoted."""
        value = self._value(expression)
        functions = self._functions(expression)
        numbers = self._number_parameters(functions[0]) if functions else ()
        reasons: set[Mitigation] = set()
        for origin, taint in value.all_taints().items() if value is not None else ():
            is_number = 0 <= origin.parameter in numbers or origin in CONVERTED.taints
            if not (is_number or taint.cleaned & (IN_SHELL if in_shell else EVERYWHERE)):
                return None
            is_checked = taint.cleaned & EVERYWHERE
            reasons.add(Mitigation.CONVERTED if is_number else Mitigation.CHECKED if is_checked else Mitigation.QUOTED)
        order = (Mitigation.QUOTED, Mitigation.CHECKED, Mitigation.CONVERTED)
        return None if value is None else next((each for each in order if each in reasons), Mitigation.CONSTANT)

    def _value(self, expression: ast.expr) -> Value | None:
        """What an expression is whenever it is evaluated; None if that is not known, also in the body of a class."""
        scope = next((each for each in self._around(expression) if isinstance(each, FunctionNode | ast.ClassDef)), None)
        if isinstance(scope, ast.ClassDef) or not self._execute(self._functions(expression)):
            return None
        return self._engine.seen.get(id(expression))

    def _functions(self, node: ast.AST) -> list[FunctionNode]:
        """The functions around a node, the nearest first."""
        return [each for each in self._around(node) if isinstance(each, FunctionNode)]

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What is around a node, the nearest first; not the function in whose header it is."""
        while node in self._parents:
            parent = self._parents[node]
            if not (isinstance(parent, FunctionNode) and node in _header(parent)):
                yield parent
            node = parent

    def _execute(self, functions: Sequence[FunctionNode]) -> bool:
        """Executes the first of ``functions``, which is nested in the others, or the module; whether that came to an end."""
        scope = functions[0] if functions else self._module.tree
        if scope in self._executed:
            return True
        try:
            if not functions:
                self._engine.run_module(self._module)
            else:
                function = Function(self._module, functions[0], self._owner(functions[0]))
                self._engine.execute(function, dict.fromkeys(_assigned(functions[1:]), UNKNOWN))
        except (BudgetExceededError, RecursionError):
            return False
        self._executed.add(scope)
        return True

    def _number_parameters(self, function: FunctionNode) -> set[int]:
        """The indexes of parameters that are numbers: a framework converts what it passes to a function with a decorator."""
        if isinstance(function, ast.Lambda) or not function.decorator_list:
            return set()
        annotations = [parameter.annotation for parameter in parameters_of(function)]
        project = self._engine.project
        return {index for index, each in enumerate(annotations) if each is not None and is_harmless(project, each, self._module)}

    def _owner(self, function: FunctionNode) -> Class | None:
        parent = self._parents[function]
        return Class(self._module, parent) if isinstance(parent, ast.ClassDef) else None


class _Run(FunctionRun):
    """Executes code; what is not known is data."""

    engine: _Engine

    def evaluate(self, node: ast.expr, environment: Environment) -> Value:
        value = super().evaluate(node, environment)
        judge = _JUDGES.get(type(node))
        if judge is not None:
            value = judge(self, node, value, environment)
        if value.constant is not None and isinstance(value.constant[0], Setting):
            value = UNKNOWN
        seen = self.engine.seen
        seen[id(node)] = join([seen[id(node)], value]) if id(node) in seen else value
        return value

    @staticmethod
    def caught(raised: Sequence[Raised]) -> Value:
        del raised
        return UNKNOWN

    def loosen(self, value: Value, call: ast.Call) -> Value:  # type: ignore[override]
        return value if self._is_reader(call) else value.with_taints(UNKNOWN.taints)

    def _is_reader(self, call: ast.Call) -> bool:
        """Whether a function that is not in the file changes none of its arguments."""
        return _is_method(call) or self.module.resolve(call.func) in FUNCTIONS

    def _assign_part(self, target: ast.Attribute | ast.Subscript, value: Value, environment: Environment) -> None:
        super()._assign_part(target, value, environment)
        if isinstance(target, ast.Subscript) and self.engine.seen.get(id(target.slice), UNKNOWN).constant is None:
            changed = self.evaluate(target.value, environment).with_taints(UNKNOWN.taints)  # also its keys
            self.change(target.value, changed, (), UNKNOWN, environment)

    def judge_name(self, node: ast.Name, value: Value, environment: Environment) -> Value:
        """A variable that is not known here, or that other code may change, is data."""
        if id(node) in self.engine.callees or node.id in PLAIN_NAMES:
            return value
        if node.id in self.engine.shared or (value.items is not None and node.id in self.engine.aliased):
            return UNKNOWN
        if node.id in environment.variables:
            return value
        if value.items is not None and not self.engine.project.is_fixed(node.id, 0):
            return UNKNOWN
        is_unknown = value.constant is None and value.items is None and not value.references
        return UNKNOWN if is_unknown or any(isinstance(each, Named) for each in value.references) else value

    def judge_attribute(self, node: ast.Attribute, value: Value, environment: Environment) -> Value:
        """A field that is not known is data; a member of an enum is one of a fixed set."""
        del environment
        owner = self.engine.seen.get(id(node.value), NOTHING)
        if id(node) in self.engine.callees or self.module.resolve(node) in FIXED_ATTRIBUTES:
            return NOTHING
        if f".{node.attr}" in (owner.items or {}) or value.taints:
            return value
        if value.constant is not None:
            return UNKNOWN if any(map(self.engine.is_open, owner.references)) else value
        if any(is_enum(self.engine.project, each) for each in instances(owner)):
            return UNKNOWN.cleaned(self.all_rules)
        return CONVERTED if has_harmless_field(self.engine.project, owner, node.attr) else UNKNOWN

    def judge_item(self, node: ast.Subscript, value: Value, environment: Environment) -> Value:
        """An item of what is no container of this code is data; a member of an enum is one of a fixed set."""
        del environment
        owner = self.engine.seen.get(id(node.value), NOTHING)
        enums = [each for each in owner.references if isinstance(each, Class) and is_enum(self.engine.project, each)]
        if enums:
            return value.cleaned(self.all_rules).referring_to(*map(Instance, enums))
        return UNKNOWN if owner.references and owner.items is None else value

    def judge_call(self, node: ast.Call, value: Value, environment: Environment) -> Value:
        """The result of a function that is not in the file, and in no table, is data."""
        del environment
        name = self.module.resolve(node.func) if id(node.func) in self.engine.callees else ""
        if id(node) in self._followed:
            return value
        receiver = self.engine.seen.get(id(node.func.value), NOTHING) if isinstance(node.func, ast.Attribute) else NOTHING
        if instances(receiver):
            return UNKNOWN  # a method that the class does not have in this file
        if name in EMPTY and not node.args:
            return Value(items={})
        if name == QUOTE:
            return value.cleaned(IN_SHELL)
        if name in CONVERSIONS:
            return CONVERTED
        return self._unquoted(node, value) if _is_method(node) or name in MADE_OF_ARGUMENTS else UNKNOWN

    def judge_text(self, node: ast.expr, value: Value, environment: Environment) -> Value:
        """A quoted word between quotes is not quoted."""
        del environment
        return self._unquoted(node, value)

    def _unquoted(self, node: ast.expr, value: Value) -> Value:
        quoted = [origin for origin, taint in value.all_taints().items() if taint.cleaned == IN_SHELL]
        if not quoted:
            return value
        texts = [each for each in ast.walk(node) if isinstance(each, ast.expr)]
        known = [self.engine.seen.get(id(each), NOTHING) for each in texts]
        has_quotes = any(each.constant is not None and _has_quotes(each.constant[0]) for each in known)
        return UNKNOWN if has_quotes else value

    def judge_sent(self, node: ast.expr, value: Value, environment: Environment) -> Value:
        """What is sent to a generator is data."""
        del node, value, environment
        return UNKNOWN


_JUDGES: Mapping[type[ast.expr], Any] = {
    ast.Name: _Run.judge_name,
    ast.Attribute: _Run.judge_attribute,
    ast.Subscript: _Run.judge_item,
    ast.Call: _Run.judge_call,
    ast.BinOp: _Run.judge_text,
    ast.JoinedStr: _Run.judge_text,
    ast.Yield: _Run.judge_sent,
    ast.YieldFrom: _Run.judge_sent,
}


class _Engine(Engine):
    """Executes the code of one module. ``seen``: by the id of an expression, what it was when it was evaluated.

    ``shared``: variables that a function assigns for others. ``aliased``: those whose value has another name as well.
    ``callees``: the ids of the expressions that name the functions of the tables.
    """

    run_type = _Run

    def __init__(self, rules: TaintRules, project: Project, module: Module) -> None:
        super().__init__(rules, project)
        self.seen: dict[int, Value] = {}
        nodes = list(ast.walk(module.tree))
        self.shared = frozenset(name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names)
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        assigned = frozenset(_assigned([module.tree]))
        known = [each for each in calls if module.resolve(each.func) in FUNCTIONS - assigned]
        self.callees = frozenset(id(part) for each in known for part in ast.walk(each.func))
        readers = {each for each in calls if id(each.func) in self.callees or _is_method(each)}
        named = (part for each in nodes if each not in readers for part in _named_again(each))
        self.aliased = frozenset(part.id for part in named if isinstance(part, ast.Name))

    def is_open(self, reference: object) -> bool:
        """Whether a class, or that of an object, is derived from one that is not in the file, which may set its fields."""
        owner = reference.owner if isinstance(reference, Instance) else reference
        family = (owner, *self.project.bases(owner)) if isinstance(owner, Class) else ()
        known = {each.node.name for each in family} | PLAIN_BASES
        return any(last_name(base) not in known for each in family for base in each.node.bases)

    def call_function(self, evaluator: Evaluator, function: Function, *arguments: Any, **more: Any) -> Value:
        """Applies the summary of a function to a call. What a decorator makes of the function is not known."""
        found = super().call_function(evaluator, function, *arguments, **more)
        decorators = [] if isinstance(function.node, ast.Lambda) else function.node.decorator_list
        return found if all(last_name(each) in PLAIN_DECORATORS for each in decorators) else UNKNOWN

    def unknown_summary(self, given: Collection[int]) -> Summary:
        del given
        return Summary(UNKNOWN)

    def execute(self, function: Function, around: Mapping[str, Value]) -> None:
        """Executes a function for any arguments. ``around``: the variables around it. Raises BudgetExceededError."""
        self._steps = 0
        try:
            self.summarize(function, {}, around)
        finally:
            self._running.clear()
            self._depth = 0


def _named_again(node: ast.AST) -> Iterable[ast.expr | None]:
    """The expressions whose value gets another name, so that it may be changed by that."""
    match node:
        case ast.Call(args=arguments, keywords=keywords):
            return (*arguments, *(keyword.value for keyword in keywords))
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.NamedExpr(value=value) | ast.Yield(value=value):
            return (value,)
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return elements
        case ast.Dict(values=values):
            return values
    return ()


def _is_method(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in METHODS


def _assigned(scopes: Iterable[ast.AST]) -> Iterator[str]:
    """The names of the variables of functions or of the module, those of functions in them included."""
    for node in (each for scope in scopes for each in ast.walk(scope)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def _header(function: FunctionNode) -> tuple[ast.AST, ...]:
    """The parts of a function that are evaluated outside of it."""
    if isinstance(function, ast.Lambda):
        return (function.args,)
    return (function.args, *function.decorator_list, *([function.returns] if function.returns is not None else ()))


def _has_quotes(value: object) -> bool:
    return isinstance(value, str) and ("'" in value or '"' in value)
