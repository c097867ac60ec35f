"""The files of a project: what each defines and imports, read when it is first asked for."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from scangate.python_builtins import use_builtin_names
from scangate.python_parser import PARSE_ERRORS, parse_python
from scangate.taint.formulas import Surroundings
from scangate.taint.rules import REQUEST_MODULES, Marks, TaintRules
from scangate.taint.stores import list_stores

MAX_OVERRIDES = 4  # classes: of an interface that many implement, the first
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Function:
    """A function of the project. ``owner``: the class that it is a method of."""

    def __init__(self, module: Module, node: FunctionNode, owner: Class | None = None) -> None:
        self.module, self.node, self.owner = module, node, owner

    @property
    def name(self) -> str:
        """Its name; empty for a lambda expression."""
        return "" if isinstance(self.node, ast.Lambda) else self.node.name

    @functools.cached_property
    def called_names(self) -> frozenset[str]:
        """The last names of what it calls, of its decorators, and of what a framework calls for it: ``Depends(function)``."""
        decorators = [] if isinstance(self.node, ast.Lambda) else self.node.decorator_list
        calls = [each for each in ast.walk(self.node) if isinstance(each, ast.Call)]
        injected = (last_name(each.args[0]) for each in calls if each.args and last_name(each.func) in {"Depends", "Security"})
        return frozenset((*(last_name(each.func) for each in calls), *map(last_name, decorators), *injected))

    @functools.cached_property
    def shared_names(self) -> frozenset[str]:
        """The variables that it or a function nested in it declares as global or nonlocal: other functions may assign them."""
        shared = (each.names for each in ast.walk(self.node) if isinstance(each, (ast.Global, ast.Nonlocal)))
        return frozenset(name for names in shared for name in names)

    def has_decorator(self, *names: str) -> bool:
        """Whether it has a decorator with one of these last names."""
        decorators = [] if isinstance(self.node, ast.Lambda) else self.node.decorator_list
        return any(last_name(each) in names for each in decorators)

    @functools.cached_property
    def is_abstract(self) -> bool:
        """Whether it is there to be overridden: it does nothing, or raises NotImplementedError."""
        body = [] if isinstance(self.node, ast.Lambda) else [each for each in self.node.body if not _is_constant(each)]
        raised = [last_name(each.exc) for each in body if isinstance(each, ast.Raise) and each.exc is not None]
        is_empty = not isinstance(self.node, ast.Lambda) and all(isinstance(each, ast.Pass) for each in body)
        return is_empty or (len(body) == 1 and raised == ["NotImplementedError"]) or self.has_decorator("abstractmethod")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Function) and other.node is self.node

    def __hash__(self) -> int:
        return hash(id(self.node))


class Class:
    """A class of the project."""

    __slots__ = ("methods", "module", "node")

    def __init__(self, module: Module, node: ast.ClassDef) -> None:
        self.module, self.node = module, node
        self.methods = {
            each.name: Function(module, each, self)
            for each in node.body
            if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))
        }

    def field_names(self) -> list[str]:
        """The fields that annotations in the body declare, in their order."""
        return [each.target.id for each in self.node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]


class Module:
    """A file of the project, parsed. ``imports``: what names mean that the file imports, as dotted names."""

    def __init__(self, path: str, text: str, rules: TaintRules) -> None:
        self.path, self.text = path, text
        self.tree = use_builtin_names(parse_python(text), text)
        self.name = module_name(path)
        self.imports: dict[str, str] = {}
        self.star_imports: list[str] = []
        self.functions: dict[str, Function] = {}
        self.classes: dict[str, Class] = {}
        self._rules = rules
        self._marks: Marks | None = None
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for each in node.names:
                    first = each.name.partition(".")[0]
                    self.imports[each.asname or first] = each.name if each.asname else first
            elif isinstance(node, ast.ImportFrom):
                self._read_import(node)
        self._read_definitions(self.tree.body)

    def _read_import(self, node: ast.ImportFrom) -> None:
        source = node.module or ""
        if node.level:
            parts = self.name.split(".") if self.path.endswith("__init__.py") else self.name.split(".")[:-1]
            parts = parts[: len(parts) - (node.level - 1)]
            source = ".".join([*parts, *([source] if source else [])])
        for each in node.names:
            if each.name == "*":
                self.star_imports.append(source)
            else:
                self.imports[each.asname or each.name] = f"{source}.{each.name}" if source else each.name

    def _read_definitions(self, body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name] = Function(self, node)
            elif isinstance(node, ast.ClassDef):
                self.classes[node.name] = Class(self, node)
            elif isinstance(node, (ast.If, ast.Try)):
                handled = [each for handler in getattr(node, "handlers", ()) for each in handler.body]
                self._read_definitions([*node.body, *node.orelse, *handled])

    @property
    def marks(self) -> Marks:
        """What the rules say about the nodes of the file."""
        if self._marks is None:
            self._marks = Marks(self._rules, Surroundings(self.text, self.tree, self.resolve))
        return self._marks

    @functools.cached_property
    def passed_requests(self) -> frozenset[int]:
        """The ids of the nodes that give the request of a framework to a function."""
        requests = {f"{each}.request" for each in REQUEST_MODULES}
        calls = (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        given = (each for node in calls for each in (*node.args, *(keyword.value for keyword in node.keywords)))
        return frozenset(id(each) for each in given if self.resolve(each) in requests)

    def resolve(self, node: ast.AST) -> str:
        """The dotted name of an expression, with imports resolved; empty if it is none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        parts.append(self.imports.get(node.id, node.id))
        return ".".join(reversed(parts))

    def all_functions(self) -> Iterator[Function]:
        """Functions and methods; not those that are nested in others."""
        yield from self.functions.values()
        for each in self.classes.values():
            yield from each.methods.values()


class Project:
    """The Python files of a project by path. ``unparsable``: those that were needed and cannot be parsed."""

    def __init__(self, texts: Mapping[str, Callable[[], str]], rules: TaintRules) -> None:
        self._texts, self._rules = texts, rules
        self._modules: dict[str, Module | None] = {}
        self._by_last_name: dict[str, list[str]] = defaultdict(list)
        self._nearest: dict[tuple[str, str], str] = {}
        self._bases: dict[int, tuple[Class, ...]] = {}
        self._subclasses: dict[int, tuple[Class, ...]] = {}
        self.unparsable: set[str] = set()
        self.open_classes: set[str] = set()
        """The names of the classes whose subclasses were looked for."""
        self.fixed_names: set[str] = set()
        """The names of variables and fields that had to be assigned nowhere else."""
        self._assigning: set[str] = set()
        for path in texts:
            self._by_last_name[module_name(path).rpartition(".")[2]].append(path)

    @property
    def read_paths(self) -> tuple[str, ...]:
        """The files that were parsed, or could not be, and those that assign what would be constant else."""
        return tuple(sorted({*self._modules, *self._assigning}))

    @functools.cached_property
    def _stores(self) -> Mapping[str, list[str]]:
        """The files that assign a name of another module, a field or a global variable, by name: one for each time."""
        found: dict[str, list[str]] = defaultdict(list)
        for path, get in self._texts.items():
            for name in list_stores(get()):
                found[name].append(path)
        return found

    def is_fixed(self, name: str, own_stores: int) -> bool:
        """Whether the project assigns a variable of a module, or a field, nowhere but where it is made: ``own_stores`` times."""
        stores = self._stores.get(name, ())
        if len(stores) > own_stores:
            self._assigning.update(stores)
            return False
        self.fixed_names.add(name)
        return True

    @property
    def looked_up(self) -> tuple[str, ...]:
        """The last names of the modules that were looked for, whether there are such or not."""
        return tuple(sorted({name.rpartition(".")[2] for name, _ in self._nearest}))

    def module(self, path: str) -> Module | None:
        """The module in a file; None if it cannot be parsed."""
        if path not in self._modules:
            try:
                self._modules[path] = Module(path, self._texts[path](), self._rules)
            except PARSE_ERRORS:
                self._modules[path] = None
                self.unparsable.add(path)
        return self._modules[path]

    def find_module(self, name: str, importer: str) -> Module | None:
        """The module that ``name`` means in the file ``importer``: of several, the one that is nearest."""
        key = (name, importer.rpartition("/")[0])
        if key not in self._nearest:
            self._nearest[key] = self._find_path(name, importer)
        path = self._nearest[key]
        return self.module(path) if path else None

    def _find_path(self, name: str, importer: str) -> str:
        ends = f".{name}"
        paths = [path for path in self._by_last_name.get(name.rpartition(".")[2], ()) if f".{module_name(path)}".endswith(ends)]
        return min(paths, key=lambda path: (-_shared_folders(path, importer), len(path), path), default="")

    def find(self, name: str, importer: str, depth: int = 0) -> tuple[Module, str] | None:
        """The module that a dotted name leads to, and the rest of the name in it; follows re-exports."""
        parts = name.split(".")
        for count in range(len(parts), 0, -1):
            module = self.find_module(".".join(parts[:count]), importer)
            if module is None or (count == 1 and len(parts) > 1 and module.path == importer):
                continue
            rest = parts[count:]
            if rest and rest[0] not in module.functions and rest[0] not in module.classes and depth < 5:
                target = module.imports.get(rest[0])
                if target is not None and target != name:
                    found = self.find(".".join([target, *rest[1:]]), module.path, depth + 1)
                    if found is not None:
                        return found
                for star in module.star_imports:
                    found = self.find(".".join([star, *rest]), module.path, depth + 1)
                    if found is not None and found[1].partition(".")[0] in {*found[0].functions, *found[0].classes}:
                        return found
            return module, ".".join(rest)
        return None

    def definition(self, name: str, importer: str) -> Function | Class | None:
        """The function or class that a dotted name leads to."""
        found = self.find(name, importer)
        if found is None:
            return None
        module, rest = found
        first, _, second = rest.partition(".")
        if not second:
            return module.functions.get(first) or module.classes.get(first)
        owner = module.classes.get(first)
        return self.method(owner, second) if owner is not None else None

    def lookup(self, module: Module, name: str) -> Function | Class | None:
        """What a global name means in a module, if that is a function or a class of the project."""
        local = module.functions.get(name) or module.classes.get(name)
        if local is not None:
            return local
        if name in module.imports:
            return self.definition(module.imports[name], module.path)
        for star in module.star_imports:
            found = self.definition(f"{star}.{name}", module.path)
            if found is not None:
                return found
        return None

    def decorator(self, module: Module, node: ast.expr) -> Function | Class | None:
        """The function or class of the project that a decorator is, or is made by."""
        made = node.func if isinstance(node, ast.Call) else node
        return self.lookup(module, made.id) if isinstance(made, ast.Name) else self.definition(module.resolve(made), module.path)

    def bases(self, owner: Class) -> tuple[Class, ...]:
        """The classes of the project that a class is derived from, the nearest first."""
        if id(owner.node) not in self._bases:
            self._bases[id(owner.node)] = tuple(self._find_bases(owner))
        return self._bases[id(owner.node)]

    def _find_bases(self, owner: Class) -> Iterator[Class]:
        seen, waiting = {id(owner.node)}, [owner]
        while waiting:
            current = waiting.pop(0)
            for base in current.node.bases:
                name = current.module.resolve(base.value if isinstance(base, ast.Subscript) else base)
                found = self.lookup(current.module, name) if name and "." not in name else None
                found = found or (self.definition(name, current.module.path) if name else None)
                if isinstance(found, Class) and id(found.node) not in seen:
                    seen.add(id(found.node))
                    waiting.append(found)
                    yield found

    def is_exception(self, owner: Class) -> bool:
        """Whether a class is derived from an exception, by the names of its bases."""
        names = (last_name(base) for each in (owner, *self.bases(owner)) for base in each.node.bases)
        return any(name.endswith(("Exception", "Error", "Warning")) for name in names)

    def subclasses(self, owner: Class) -> tuple[Class, ...]:
        """The classes of the project that are derived from a class."""
        if id(owner.node) not in self._subclasses:
            name = owner.node.name
            self.open_classes.add(name)
            modules = [self.module(path) for path, get in self._texts.items() if may_derive(get(), name)]
            classes = [each for module in modules if module is not None for each in module.classes.values()]
            derived = tuple(each for each in classes if any(base.node is owner.node for base in self.bases(each)))
            self._subclasses[id(owner.node)] = derived
        return self._subclasses[id(owner.node)]

    def overrides(self, owner: Class, name: str) -> Iterator[tuple[Class, Function]]:
        """The methods that an object of a class may have where the class itself leaves it open, each with its class."""
        found = self.method(owner, name)
        if found is not None and not found.is_abstract:
            yield owner, found
            return
        overriding = [(each, each.methods[name]) for each in self.subclasses(owner) if name in each.methods] if found else []
        yield from overriding[:MAX_OVERRIDES] or ([(owner, found)] if found else [])

    def method(self, owner: Class, name: str) -> Function | None:
        """A method of a class or of one that it is derived from."""
        for each in (owner, *self.bases(owner)):
            if name in each.methods:
                return each.methods[name]
        return None


def may_call(text: str, name: str) -> bool:
    """Whether a file with this text can call a function with a name, be decorated by it, or have a framework call it."""
    return f"{name}(" in text or f"({name}" in text or re.search(rf"@(?:\w+\.)*{name}\s", text) is not None


def may_derive(text: str, name: str) -> bool:
    """Whether a file with this text can have a class that is derived from one with a name."""
    return name in text and re.search(rf"\bclass\s+\w+\s*\([^()]*\b{name}\b", text) is not None


@functools.lru_cache(maxsize=65536)
def module_name(path: str) -> str:
    """The dotted name of a file: its path with dots."""
    pure = PurePosixPath(path)
    parts = pure.parts[:-1] if pure.name == "__init__.py" else (*pure.parts[:-1], pure.name.removesuffix(".py"))
    return ".".join(parts)


def _shared_folders(first: str, second: str) -> int:
    count = 0
    for one, other in zip(PurePosixPath(first).parent.parts, PurePosixPath(second).parent.parts, strict=False):
        if one != other:
            break
        count += 1
    return count


def _is_constant(node: ast.stmt) -> bool:
    """Whether a statement is a docstring or ``...``."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def last_name(node: ast.AST) -> str:
    """The last part of a name, or of that of a called function; empty if it is none."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
