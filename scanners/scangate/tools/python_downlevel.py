"""Rewrites newer Python syntax as older syntax of the same length, for semgrep.

semgrep has two parsers for Python. A file with syntax that the first does not know silently goes to the second, with which no
pattern with an f-string matches, nor one that depends on the quotes of a string. The result is only for matching rules: every
expression keeps its position, but the code behaves differently. Whether something was forgotten here is found out in each run by a
line at the end of the file: see `semgrep_input`.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from scangate.python_parser import try_to_parse
from scangate.tools.source_edits import Edit, LineStarts, chain_root

SUBJECT = b"match_subject"
CASE = re.compile(rb"[ \t]*case\b")


TEMPLATE_PREFIX = re.compile(rb"(?<![\w'\"])[rR]?([tT])[rR]?(?=['\"])")
FORMAT_SPECIFICATION = re.compile("[=!#\t]")
"""Characters in a format specification that the first parser does not know there."""

_FORMAT_TOKEN = re.compile(rb"""\{\{|\}\}|[{}\[\]()]|![rsa](?=[:}])|[:=!#\t]""")
COLON = re.compile(rb":|#[^\n]*")
MANY_NODES = 1000
COMPARISONS: dict[type[ast.cmpop], tuple[bytes, ...]] = {
    ast.Eq: (b"==",),
    ast.NotEq: (b"!=",),
    ast.Lt: (b"<",),
    ast.LtE: (b"<=",),
    ast.Gt: (b">",),
    ast.GtE: (b">=",),
    ast.Is: (b"is",),
    ast.IsNot: (b"is", b"not"),
    ast.In: (b"in",),
    ast.NotIn: (b"not", b"in"),
}
_EXACT_POSITIONS_IN_STRINGS = sys.version_info >= (3, 12)


CHILDLESS = {ast.Constant, ast.Global, ast.Nonlocal, ast.MatchSingleton, *(() if _EXACT_POSITIONS_IN_STRINGS else (ast.JoinedStr,))}
PLAIN_FIELDS = frozenset(
    {
        "ctx",
        "op",
        "ops",
        "id",
        "attr",
        "name",
        "arg",
        "kind",
        "module",
        "level",
        "asname",
        "is_async",
        "conversion",
        "simple",
        "rest",
    }
    | {"type_comment", "type_ignores", "kwd_attrs", "tag", "str", "pattern"}
)
"""Fields that hold no nodes, or none that matter."""


class _SourceText(LineStarts):
    """Source bytes, and the offsets of syntax tree nodes in them."""

    def replace(self, start: int, text: bytes) -> Edit:
        """Replaces as many bytes as ``text`` has."""
        return Edit(start, start + len(text), text)

    def blank(self, start: int, end: int) -> Edit:
        """Replaces the range with spaces; line ends are kept and escaped with a backslash."""
        return Edit(start, end, re.sub(rb"[^\n]\n", b"\\\n", re.sub(rb"[^\n]", b" ", self.data[start:end])))

    def line(self, at: int) -> int:
        """The offset of the beginning of the line at an offset."""
        return self.data.rfind(b"\n", 0, at) + 1


class _ChildFields(dict[type, tuple[str, ...]]):
    """The fields that hold nodes, by type of node."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = tuple(name for name in kind._fields if name not in PLAIN_FIELDS)
        self[kind] = () if kind in CHILDLESS else fields
        return self[kind]


_CHILD_FIELDS = _ChildFields()


def walk_code(tree: ast.AST) -> list[Any]:
    """The nodes of ``tree``, the outer ones first; without those in formatted strings, if positions there are not exact."""
    nodes: list[Any] = [tree]
    found = []
    while nodes:
        node = nodes.pop()
        if node is not None:
            found.append(node)
            for name in _CHILD_FIELDS[node.__class__]:
                value = getattr(node, name)
                if value.__class__ is list:
                    nodes += value
                else:
                    nodes.append(value)
    return found


def downlevel(lines: LineStarts, nodes: Iterable[Any]) -> tuple[bytes, ast.Module | None]:
    """The source (UTF-8, line feeds; with its nodes) rewritten for semgrep's first parser, and its new tree; as it is, and None, if
    that is not necessary or not possible."""
    text, result = _SourceText(lines.data, lines.starts), bytearray(lines.data)
    try:
        for node in nodes:
            rewrite = _REWRITES.get(node.__class__.__name__)
            if rewrite is not None:
                for edit in rewrite(node, text):
                    result[edit.start : edit.end] = edit.text
    except LookupError:  # unusual formatting: leave it to the second parser
        return lines.data, None
    tree = None if result == lines.data else try_to_parse(bytes(result))
    return (lines.data, None) if tree is None else (bytes(result), tree)


def bracket_edits(nodes: Iterable[Any], lines: LineStarts) -> list[Edit]:
    """Insertions for what the first parser knows with parentheses or a name only."""
    edits: list[Edit] = []
    for node in nodes:
        kind, value = node.__class__, None
        if kind is ast.AnnAssign and isinstance(node.value, (ast.Tuple, ast.Yield, ast.YieldFrom)):
            value = node.value
        elif kind is ast.ExceptHandler and isinstance(node.type, ast.Tuple):
            value = node.type
        elif kind is ast.Lambda and node.args.kwonlyargs and node.args.vararg is None:
            edits += _name_star(node, lines)
        if value is not None and not (isinstance(value, ast.Tuple) and lines.has_parenthesis(value)):
            edits += [lines.insert_before(value, b"("), Edit(lines.end(value), lines.end(value), b")")]
    return edits


def _name_star(node: ast.Lambda, text: LineStarts) -> Iterator[Edit]:
    """``lambda *_, key: key`` for ``lambda *, key: key``."""
    star = re.compile(rb"(?:[\s(),/\\]|#[^\n]*(?:\n|\Z))*\*").match
    before = [*node.args.posonlyargs, *node.args.args]
    ends = [text.end(each) for each in (*before, *node.args.defaults)] or [text.start(node) + len("lambda")]
    found = star(text.data, max(ends))
    if found is not None:
        yield Edit(found.end(), found.end(), b"_")


def _rewrite_match(node: ast.Match, text: _SourceText) -> Iterator[Edit]:
    yield text.replace(text.start(node), b"with ")
    yield from _rewrite_subject(node.subject, text)
    yield from (_rewrite_case(case, text) for case in node.cases)


def _rewrite_matrix_product(node: ast.BinOp | ast.AugAssign, text: _SourceText) -> Iterator[Edit]:
    if isinstance(node.op, ast.MatMult):
        yield text.replace(_find_after(text, node.left if isinstance(node, ast.BinOp) else node.target, b"@"), b"*")


def _rewrite_comparisons(node: ast.Compare, text: _SourceText) -> Iterator[Edit]:
    for left, operator in zip(node.comparators, node.ops[1:], strict=False):
        yield _rewrite_comparison(left, operator, text)


def _rewrite_format(node: ast.JoinedStr, text: _SourceText) -> Iterator[Edit]:
    if any(_is_new_specification(value) for value in node.values):
        yield from _rewrite_specifications(text, text.start(node), text.end(node))


def _rewrite_cause(node: ast.Raise, text: _SourceText) -> Iterator[Edit]:
    """``raise A or   B`` for ``raise A from B``: the data flow analysis does not read the cause."""
    if node.exc is not None and node.cause is not None and node.cause.__class__ is not ast.Constant:
        yield text.replace(_find_after(text, node.exc, b"from"), b"or  ")


def _rewrite_template(node: ast.expr, text: _SourceText) -> Iterator[Edit]:
    for prefix in TEMPLATE_PREFIX.finditer(text.data, text.start(node), text.end(node)):
        yield text.replace(prefix.start(1), b"f")


def _rewrite_alias(node: Any, text: _SourceText) -> Iterator[Edit]:
    yield text.replace(text.start(node), b"_  = ")
    yield from _rewrite_definition(node, text)


def _rewrite_definition(node: Any, text: _SourceText) -> Iterator[Edit]:
    if getattr(node, "type_params", None):
        yield _blank_type_parameters(node, text)


def _rewrite_stars(node: ast.AST, text: _SourceText) -> Iterator[Edit]:
    yield from (text.replace(text.start(star), b" ") for star in _new_starred(node))


def _rewrite_walrus(node: ast.AST, text: _SourceText) -> Iterator[Edit]:
    yield from (text.blank(text.start(each), text.start(each.value)) for each in _new_walrus(node))


def _rewrite_subject(subject: ast.expr, text: _SourceText) -> Iterator[Edit]:
    """Edits, so that what follows ``with`` is not a tuple of one and has no star."""
    if isinstance(subject, ast.Tuple) and not text.has_parenthesis(subject):
        yield from (text.replace(text.start(each), b" ") for each in subject.elts if isinstance(each, ast.Starred))
        if text.data[text.end(subject) - 1] == ord(","):
            yield text.replace(text.end(subject) - 1, b" ")


def _rewrite_tuple(node: ast.withitem, text: _SourceText) -> Iterator[Edit]:
    """Brackets for the parentheses of a tuple at the start of a with statement."""
    start, first = text.start(node.context_expr), chain_root(node.context_expr)
    if isinstance(first, ast.Tuple) and text.start(first) == start and text.has_parenthesis(first):
        yield from (text.replace(start, b"["), text.replace(text.end(first) - 1, b"]"))


def _rewrite_slices(node: ast.Subscript, text: _SourceText) -> Iterator[Edit]:
    """``f(a)[b,c]`` for ``f(a)[b:c]``, and stars away. The data flow analysis reads neither what is sliced nor the limits; where no
    function is called there, it loses nothing but the flow through the slice."""
    slices = [each for each in _elements(node.slice) if isinstance(each, ast.Slice)]
    if slices and any(isinstance(each, ast.Call) for each in itertools.islice(ast.walk(node), MANY_NODES)):
        yield from (edit for each in slices for edit in _rewrite_slice(each, text))
    yield from _rewrite_stars(node, text)
    yield from _rewrite_walrus(node, text)


def _rewrite_slice(node: ast.Slice, text: _SourceText) -> Iterator[Edit]:
    parts = [part for part in (node.lower, node.upper, node.step) if part is not None]
    inside = [text.start(node), *(each for part in parts for each in (text.start(part), text.end(part))), text.end(node)]
    sign = b"" if parts else b"0"
    for index in range(0, len(inside), 2):
        before = b"," if 0 < index < len(inside) - 2 else sign
        for colon in COLON.finditer(text.data, inside[index], inside[index + 1]):
            if colon[0] == b":":
                yield text.replace(colon.start(), before or b" ")
                before = b""


def _rewrite_comparison(left: ast.expr, operator: ast.cmpop, text: _SourceText) -> Edit:
    """``a < b | c`` for ``a < b < c``, of which only ``b < c`` would be read."""
    signs = COMPARISONS[type(operator)]
    start = _find_after(text, left, signs[0])
    end = start + len(signs[0])
    if len(signs) > 1:
        second = re.compile(rb"(?:[\s\\]|#[^\n]*(?:\n|\Z))*" + signs[1]).match(text.data, end)
        if second is None:
            raise LookupError
        end = second.end()
    blank = text.blank(start + 1, end)
    return text.replace(start, b"|" + blank.text)


def _is_new_specification(value: ast.expr) -> bool:
    specification = getattr(value, "format_spec", None)
    return any(
        getattr(part, "conversion", -1) != -1 or FORMAT_SPECIFICATION.search(str(getattr(part, "value", "")))
        for part in getattr(specification, "values", ())
        if isinstance(part, (ast.Constant, ast.FormattedValue))
    )


def _rewrite_specifications(text: _SourceText, start: int, end: int) -> Iterator[Edit]:
    """``0`` for signs in format specifications, and no conversions in fields within them."""
    fields: list[bytes] = []  # for each open bracket, the bracket, or ":" once the specification of a field has begun
    for token in _FORMAT_TOKEN.finditer(text.data, start, end):
        sign, inside = token[0], fields[-1] if fields else b""
        if sign in (b"{{", b"}}") and inside in (b"", b":"):
            continue
        if sign[:1] in b"{[(":
            fields += [b"{" if sign[:1] == b"{" and inside in (b"", b":") else b"("] * len(sign)
        elif sign[:1] in b"}])":
            del fields[-len(sign) :]
        elif inside == b"{" and sign == b":":
            fields[-1] = b":"
        elif inside == b":" and sign in b"=!#\t":
            yield text.replace(token.start(), b"0")
        elif inside == b"{" and sign.startswith(b"!") and b":" in fields:
            yield text.blank(token.start(), token.end())


def _rewrite_case(case: ast.match_case, text: _SourceText) -> Edit:
    """``if(1   ):`` for ``case NAME:``, and ``if         x:`` for ``case NAME if x:``."""
    start = _case_start(case, text)
    if case.guard is None:
        end = _find_after(text, case.pattern, b":")
        inner = re.sub(rb"[^\n]", b" ", text.data[start + 4 : end - 1])
        return text.replace(start, b"if(1" + inner + b")")
    edit = text.blank(start + 2, _find_after(text, case.pattern, b"if") + 2)
    return text.replace(start, b"if" + edit.text)


def _case_start(case: ast.match_case, text: _SourceText) -> int:
    """The offset of the word "case"."""
    start = text.line(text.start(case.pattern))
    while start and not CASE.match(text.data, start):
        start = text.line(start - 1)
    word = CASE.match(text.data, start)
    if word is None:
        raise LookupError
    return word.end() - len("case")


def capture_edits(nodes: Iterable[Any], lines: LineStarts) -> list[Edit]:
    """Insertions that give the names in patterns their values, after `downlevel`: ``with [x] as SUBJECT:`` and
    ``if [name:=SUBJECT]and(1 ):``."""
    text, edits = _SourceText(lines.data, lines.starts), list[Edit]()
    for node in nodes:
        if node.__class__ is ast.Match:
            captures = [
                Edit(at, at, _bind(names))
                for case in node.cases
                if (names := _captures(case.pattern))
                for at in (_after_if(case, text),)
            ]
            if captures:
                start, end = text.start(node) + len("match"), _find_after(text, node.subject, b":")
                edits += [Edit(start, start, b" ["), Edit(end, end, b"] as " + SUBJECT), *captures]
    return edits


def _after_if(case: ast.match_case, text: _SourceText) -> int:
    return _case_start(case, text) + len("if")


def _bind(names: Sequence[str]) -> bytes:
    return b" [" + b",".join(name.encode() + b":=" + SUBJECT for name in names) + b"]and "


def _captures(pattern: ast.pattern) -> list[str]:
    """The names that a pattern binds."""
    parts = (getattr(each, "name", None) or getattr(each, "rest", None) for each in ast.walk(pattern))
    return [name for name in parts if isinstance(name, str)]


def _blank_type_parameters(node: Any, text: _SourceText) -> Edit:
    if any(isinstance(each, ast.Call) for parameter in node.type_params for each in ast.walk(parameter)):
        raise LookupError
    start = text.data.rindex(b"[", 0, text.start(node.type_params[0]))
    return text.blank(start, _find_after(text, node.type_params[-1], b"]") + 1)


def _find_after(text: _SourceText, node: ast.expr | ast.pattern, sign: bytes) -> int:
    """The offset of ``sign`` after ``node``, with only brackets, commas, blanks and comments in between."""
    match = re.compile(rb"(?:[\s(),\]\\]|#[^\n]*(?:\n|\Z))*?" + re.escape(sign)).match(text.data, text.end(node))
    if match is None:
        raise LookupError
    return match.end() - len(sign)


def _new_starred(node: ast.AST) -> Iterator[ast.Starred]:
    """Starred expressions of newer Python: in an index, in what is iterated over or yielded, in an annotation."""
    values: Iterable[ast.AST | None] = ()
    if isinstance(node, ast.arg):
        values = (node.annotation,)
    elif isinstance(node, (ast.Subscript, ast.For, ast.AsyncFor, ast.Yield, ast.FormattedValue)):
        names = {ast.Subscript: "slice", ast.Yield: "value", ast.FormattedValue: "value"}
        values = _elements(getattr(node, names.get(type(node), "iter")))
    yield from (value for value in values if isinstance(value, ast.Starred))


def _new_walrus(node: ast.AST) -> Iterator[ast.NamedExpr]:
    """Assignment expressions of newer Python: in an index, in a set, in a generator argument."""
    values: Iterable[ast.AST | None] = ()
    if isinstance(node, ast.Subscript):
        values = _elements(node.slice)
    elif isinstance(node, ast.Set):
        values = node.elts
    elif isinstance(node, (ast.GeneratorExp, ast.SetComp)):
        values = (node.elt,)
    yield from (value for value in values if isinstance(value, ast.NamedExpr))


def _elements(value: ast.AST | None) -> Iterable[ast.AST | None]:
    return value.elts if isinstance(value, ast.Tuple) else (value,)


_REWRITES: dict[str, Callable[[Any, _SourceText], Iterator[Edit]]] = {
    "Match": _rewrite_match,
    "BinOp": _rewrite_matrix_product,
    "AugAssign": _rewrite_matrix_product,
    "Compare": _rewrite_comparisons,
    "Subscript": _rewrite_slices,
    "withitem": _rewrite_tuple,
    "Raise": _rewrite_cause,
    "JoinedStr": _rewrite_format,
    "TypeAlias": _rewrite_alias,
    "TemplateStr": _rewrite_template,
    **dict.fromkeys(("FunctionDef", "AsyncFunctionDef", "ClassDef"), _rewrite_definition),
    **dict.fromkeys(("arg", "For", "AsyncFor", "Yield", "FormattedValue"), _rewrite_stars),
    **dict.fromkeys(("Set", "GeneratorExp", "SetComp"), _rewrite_walrus),
}
"""By the name of the type of node: older versions of Python do not have all."""
