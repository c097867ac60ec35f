"""Rewrites calls in Python source where another call does the same for every harmless input.

A rewrite is made only in the forms that are listed here. What a person has to decide is not among them: whether a weak hash is for
security (``usedforsecurity=False``), how long a request may take, who opens a temporary file by its name.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import msgspec

from scangate.fixes.change import Change, Unfixed
from scangate.model import Finding
from scangate.python_parser import try_to_parse
from scangate.tools.source_edits import Edit, EditedText, LineStarts


class PythonSource:
    """A parsed file: its calls, the names it binds, and the offsets of its nodes."""

    def __init__(self, data: bytes, tree: ast.Module) -> None:
        self.data = data
        self.offsets = LineStarts(data)
        self.nodes = list(ast.walk(tree))
        self.calls = [node for node in self.nodes if isinstance(node, ast.Call)]

    def imports_only(self, name: str, module: str) -> bool:
        """Whether every binding of ``name`` in the file is the import of ``module``, and there is one."""
        origins = [origin for bound, origin in _bindings(self.nodes) if bound == name]
        return bool(origins) and set(origins) == {module}

    def end_of_name(self, node: ast.Attribute) -> Edit | None:
        """The place of the attribute's own name; None where the file's encoding or line ends put it elsewhere."""
        end, size = self.offsets.end(node), len(node.attr.encode())
        return Edit(end - size, end) if self.data[end - size : end] == node.attr.encode() else None


def _bindings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Each name that is bound anywhere, with the module that an import binds it to, else empty."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((each.asname or each.name.partition(".")[0], each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((each.asname or each.name, f"{node.module}.{each.name}") for each in node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, ""
        elif isinstance(node, ast.arg):
            yield node.arg, ""
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, ""


UNSAFE_LOADERS = {
    **dict.fromkeys(("Loader", "FullLoader", "UnsafeLoader"), "SafeLoader"),
    **dict.fromkeys(("CLoader", "CFullLoader", "CUnsafeLoader"), "CSafeLoader"),
}
UNSAFE_FUNCTIONS = {
    "load": "safe_load",
    "full_load": "safe_load",
    "unsafe_load": "safe_load",
    "load_all": "safe_load_all",
    "full_load_all": "safe_load_all",
    "unsafe_load_all": "safe_load_all",
}
YAML_EXTENSIONS = {"add_constructor", "add_multi_constructor", "add_implicit_resolver", "add_path_resolver", "YAMLObject"}
"""What makes a loader construct more than plain data: the safe one would not. https://pyyaml.org/wiki/PyYAMLDocumentation"""


def load_yaml_safely(call: ast.Call, source: PythonSource) -> Edit | None:
    """``yaml.load(text)`` becomes ``yaml.safe_load(text)``; a loader that is named becomes the safe one."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in UNSAFE_FUNCTIONS or not _is_yaml(function.value, source):
        return None
    if any(isinstance(node, ast.Attribute) and node.attr in YAML_EXTENSIONS for node in source.nodes):
        return None
    loaders = [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg != "stream")]
    if not loaders:
        place = source.end_of_name(function)
        return place and place._replace(text=UNSAFE_FUNCTIONS[function.attr].encode())
    loader = loaders[0]
    if len(loaders) > 1 or not isinstance(loader, ast.Attribute) or not _is_yaml(loader.value, source):
        return None
    place = source.end_of_name(loader) if loader.attr in UNSAFE_LOADERS else None
    return place and place._replace(text=UNSAFE_LOADERS[loader.attr].encode())


def _is_yaml(node: ast.expr, source: PythonSource) -> bool:
    return isinstance(node, ast.Name) and source.imports_only(node.id, "yaml")


def filter_tar_members(call: ast.Call, source: PythonSource) -> Edit | None:
    """``tar.extractall(folder)`` gets ``filter="data"``. https://docs.python.org/3/library/tarfile.html#extraction-filters"""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in {"extract", "extractall"}:
        return None
    if any(keyword.arg in {"filter", None} for keyword in call.keywords) or not _is_tar_file(function.value, source):
        return None
    given = sorted([*call.args, *(keyword.value for keyword in call.keywords)], key=source.offsets.end)
    if not given:
        end = source.offsets.end(call) - 1
        return Edit(end, end, b'filter="data"')
    end = source.offsets.end(given[-1])
    return Edit(end, end, b', filter="data"')


def _is_tar_file(node: ast.expr, source: PythonSource) -> bool:
    """Whether the node opens a tar file, or is a name that the file binds to nothing else."""
    if isinstance(node, ast.Call):
        function = node.func
        names_opener = isinstance(function, ast.Attribute) and function.attr in {"open", "TarFile"}
        module = function.value if isinstance(function, ast.Attribute) and names_opener else None
        return isinstance(module, ast.Name) and source.imports_only(module.id, "tarfile")
    if not isinstance(node, ast.Name):
        return False
    opened = [value for target, value in _assignments(source.nodes) if target == node.id]
    bound = [name for name, _ in _bindings(source.nodes) if name == node.id]
    return len(opened) == len(bound) > 0 and all(isinstance(value, ast.Call) and _is_tar_file(value, source) for value in opened)


def _assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """``name = value`` and ``with value as name``."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            yield node.optional_vars.id, node.context_expr


class Rewrite(msgspec.Struct, frozen=True):
    """A rewrite: the rules whose findings it fixes, what it does, and the edit of a call, None where it is not that call."""

    rules: frozenset[str]
    summary: str
    edit: Callable[[ast.Call, PythonSource], Edit | None]


REWRITES = (
    Rewrite(frozenset({"bandit:B506", "semgrep:python-yaml-unsafe-load"}), "load YAML with the safe loader", load_yaml_safely),
    Rewrite(
        frozenset({"bandit:B202", "semgrep:python-tar-extract-unfiltered"}),
        'unpack the tar archive with filter="data"',
        filter_tar_members,
    ),
)
"""All rewrites; docs/reference/fix.md lists them."""


def plan_rewrites(path: str, data: bytes, findings: Iterable[Finding]) -> Iterator[Change | Unfixed]:
    """The changes of the Python file ``data`` for those findings whose rule has a rewrite."""
    wanted: dict[tuple[int, Rewrite], list[Finding]] = defaultdict(list)
    for finding in findings:
        for rewrite in REWRITES:
            if finding.rule in rewrite.rules:
                wanted[finding.location.line, rewrite].append(finding)
    tree = try_to_parse(data) if wanted else None
    source = PythonSource(data, tree) if tree is not None else None
    for (line, rewrite), found in sorted(wanted.items(), key=lambda item: item[0][0]):
        edits = _edit_line(source, line, rewrite) if source is not None else ()
        if edits:
            yield Change(path, line, rewrite.summary, edits, tuple(found))
        else:
            yield Unfixed(path, line, rewrite.summary, "the call has none of the forms that are rewritten", "change it by hand")


def _edit_line(source: PythonSource, line: int, rewrite: Rewrite) -> tuple[Edit, ...]:
    """The edits of all calls that begin on the line; none if Python could not parse the result."""
    calls = [call for call in source.calls if call.lineno == line]
    edits = tuple(dict.fromkeys(edit for call in calls if (edit := rewrite.edit(call, source)) is not None))
    return edits if try_to_parse(EditedText(source.data, edits).data) is not None else ()
