"""Decodes a tree of values into a typed value, strictly. The error names the position of the first problem and what is valid.

The types are msgspec's own (structs, lists, literals, constraints), so that the JSON Schema made from them means the same.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, cast

from msgspec import inspect as kinds

from scangate import globs
from scangate.errors import PolicyError
from scangate.judge.error_text import shorten, suggest
from scangate.judge.policy_yaml import Node, make_policy_error

DocumentPath = tuple[str | int, ...]
Decoder = Callable[[Node, Any, DocumentPath], Any]
PATTERN_CHECKS: dict[str, Callable[[str], str]] = {"glob": globs.pattern_error}
DATE_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def format_path(path: DocumentPath) -> str:
    """A path in the document as a reader writes it: ``budgets.overrides[0].high``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{shorten(step)}" if text else shorten(step)
    return text


def struct_fields(struct: type[Any]) -> dict[str, kinds.Field]:
    """The fields of a struct by the name they have in a file."""
    return {field.encode_name: field for field in cast("kinds.StructType", _info(cast("Hashable", struct))).fields}


def decode_node(node: Node, struct: type[Any], path: DocumentPath = ()) -> Any:
    """``node`` as a value of ``struct``. PolicyError for anything that is not exactly that."""
    return _decode(node, _info(cast("Hashable", struct)), path)


@lru_cache(maxsize=64)
def _info(struct: Hashable) -> kinds.Type:
    return kinds.type_info(struct)


def _decode(node: Node, kind: kinds.Type, path: DocumentPath) -> Any:
    for known, step in DECODERS.items():
        if isinstance(kind, known):
            return step(node, kind, path)
    raise TypeError(f"{format_path(path)}: a policy cannot hold {kind!r}")


def _annotated(node: Node, kind: kinds.Metadata, path: DocumentPath) -> Any:
    value = _decode(node, kind.type, path)
    extra = kind.extra or {}
    if "check" in extra and isinstance(value, str):
        wrong = PATTERN_CHECKS[extra["check"]](value)
        if wrong:
            raise make_policy_error(
                node.position, format_path(path), wrong, "patterns are written as in a .gitignore: `tests/**`, `*.min.js`, `build/`"
            )
    names = extra.get("one of", ())
    if names and not set(names) & set(node.value if isinstance(node.value, dict) else ()):
        raise make_policy_error(node.position, format_path(path), "nothing to match", f"give at least one of: {', '.join(names)}")
    return value


def _struct(node: Node, kind: kinds.StructType, path: DocumentPath) -> Any:
    entries = _mapping(node, path)
    fields = {field.encode_name: field for field in kind.fields}
    for key in entries:
        if key not in fields:
            raise make_policy_error(node.key_positions[key], format_path((*path, key)), "unknown key", suggest(key, fields))
    for name, field in fields.items():
        if field.required and name not in entries:
            raise make_policy_error(
                node.position, format_path((*path, name)), "missing", f"add `{name}:` with {_describe_type(field.type)}"
            )
    values = {fields[key].name: _decode(item, fields[key].type, (*path, key)) for key, item in entries.items()}
    try:
        return kind.cls(**values)
    except (ValueError, TypeError) as trouble:
        raise make_policy_error(node.position, format_path(path), shorten(str(trouble)), "see `scangate schema policy`") from None


def _mapping(node: Node, path: DocumentPath) -> dict[str, Node]:
    if not isinstance(node.value, dict):
        raise _type_error(node, path, "a mapping of names to values")
    return node.value


def _dict(node: Node, kind: kinds.DictType, path: DocumentPath) -> dict[str, Any]:
    entries = _mapping(node, path)
    for key in entries:
        _str(Node(key, node.key_positions[key]), kind.key_type, (*path, key))
    return {key: _decode(item, kind.value_type, (*path, key)) for key, item in entries.items()}


def _list(node: Node, kind: Any, path: DocumentPath) -> Any:
    if not isinstance(node.value, list):
        raise _type_error(node, path, _describe_type(kind))
    if len(node.value) < (kind.min_length or 0) or len(node.value) > (kind.max_length or len(node.value)):
        raise make_policy_error(
            node.position,
            format_path(path),
            f"the list has {len(node.value)} entries",
            f"give {_describe_range(kind.min_length, kind.max_length)} entries",
        )
    items = [_decode(item, kind.item_type, (*path, place)) for place, item in enumerate(node.value)]
    return (
        tuple(items)
        if isinstance(kind, kinds.VarTupleType)
        else frozenset(items)
        if isinstance(kind, kinds.FrozenSetType)
        else items
    )


def _str(node: Node, kind: Any, path: DocumentPath) -> str:
    text = node.value
    if not isinstance(text, str):
        raise _type_error(node, path, _describe_type(kind))
    if len(text) < (kind.min_length or 0) or len(text) > (kind.max_length or len(text)):
        raise _type_error(node, path, _describe_type(kind))
    if kind.pattern and not _matches_pattern(kind.pattern, text):
        raise _type_error(node, path, _describe_type(kind))
    return text


def _matches_pattern(pattern: str, text: str) -> bool:
    whole = pattern.startswith("^") and pattern.endswith("$")  # `$` alone would let a last newline through
    return bool(re.fullmatch(pattern[1:-1], text) if whole else re.search(pattern, text))


def _number(node: Node, kind: Any, path: DocumentPath) -> Any:
    value = node.value
    whole = isinstance(kind, kinds.IntType)
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise _type_error(node, path, _describe_type(kind))
    bounds = ((kind.ge, operator.ge), (kind.gt, operator.gt), (kind.le, operator.le), (kind.lt, operator.lt))
    if not all(limit is None or holds(value, limit) for limit, holds in bounds):
        raise _type_error(node, path, _describe_type(kind))
    return value


def _bool(node: Node, kind: Any, path: DocumentPath) -> bool:
    if not isinstance(node.value, bool):
        raise _type_error(node, path, _describe_type(kind))
    return node.value


def _none(node: Node, kind: Any, path: DocumentPath) -> None:
    if node.value is not None:
        raise _type_error(node, path, _describe_type(kind))


def _date(node: Node, kind: Any, path: DocumentPath) -> dt.date:
    if isinstance(node.value, str) and DATE_PATTERN.fullmatch(node.value):
        try:
            return dt.date.fromisoformat(node.value)
        except ValueError:
            raise make_policy_error(node.position, format_path(path), "no such date", _describe_type(kind)) from None
    raise _type_error(node, path, _describe_type(kind))


def _literal(node: Node, kind: kinds.LiteralType, path: DocumentPath) -> Any:
    value = node.value
    if not isinstance(value, (dict, list)) and any(value == allowed and type(value) is type(allowed) for allowed in kind.values):
        return value
    if isinstance(value, str):
        raise make_policy_error(node.position, format_path(path), "not an allowed value", suggest(value, map(str, kind.values)))
    raise _type_error(node, path, _describe_type(kind))


def _union(node: Node, kind: kinds.UnionType, path: DocumentPath) -> Any:
    """The first type that fits; a scalar fits at most one, and a mapping or a list is read by the one type that takes it."""
    own = [option for option in kind.types if _accepts(option, node.value)]
    if len(own) != 1:
        raise _type_error(node, path, _describe_type(kind))
    try:
        return _decode(node, own[0], path)
    except PolicyError:
        has_bool = any(isinstance(option, kinds.BoolType) for option in kind.types)
        if has_bool or isinstance(node.value, (int, float)):  # `yes`, or a number out of bounds: what it may be is worth knowing
            raise _type_error(node, path, _describe_type(kind)) from None
        raise


def _accepts(kind: kinds.Type, value: Any) -> bool:
    kind = kind.type if isinstance(kind, kinds.Metadata) else kind
    if isinstance(kind, kinds.LiteralType):
        return any(type(value) is type(allowed) for allowed in kind.values)
    return any(isinstance(kind, known) and type(value) in takers for known, takers in ACCEPTED_TYPES.items())


def _type_error(node: Node, path: DocumentPath, expected: str) -> Exception:
    return make_policy_error(
        node.position,
        format_path(path),
        f"expected {expected}, got {_describe_value(node.value, expected)}",
        _type_hint(node, expected),
    )


def _type_hint(node: Node, expected: str) -> str:
    if expected.startswith(("text", "a name")) and node.value is not None and not isinstance(node.value, (str, dict, list)):
        return "put it in quotes"
    return "`scangate schema policy` describes a policy"


def _describe_value(value: Any, expected: str) -> str:
    number = "another number" if "number" in expected else "a number"
    names = {str: "other text", bool: "a boolean", dict: "a mapping", list: "a list"}
    return (
        "nothing"
        if value is None
        else "empty text"
        if value == ""
        else "blank text"
        if _blank(value)
        else names.get(type(value), number)
    )


def _blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _describe_type(kind: kinds.Type) -> str:
    """What a type takes, in words."""
    if isinstance(kind, kinds.Metadata):
        return _describe_type(kind.type)
    if isinstance(kind, kinds.UnionType):
        return " or ".join(_describe_type(option) for option in kind.types)
    if isinstance(kind, kinds.LiteralType):
        return " or ".join(f"`{value}`" for value in kind.values)
    if isinstance(kind, (kinds.IntType, kinds.FloatType)):
        return ("a whole number" if isinstance(kind, kinds.IntType) else "a number") + _describe_bounds(kind)
    if isinstance(kind, kinds.StrType):
        return _describe_text(kind)
    plain = {kinds.BoolType: "`true` or `false`", kinds.DateType: "a date as YYYY-MM-DD", kinds.NoneType: "nothing"}
    lists = (kinds.ListType, kinds.VarTupleType, kinds.FrozenSetType)
    return plain.get(type(kind), "a list" if isinstance(kind, lists) else "a mapping of names to values")


def _describe_range(least: int | None, most: int | None) -> str:
    if least == most:
        return str(least)
    parts = ([] if least is None else [f"at least {least}"]) + ([] if most is None else [f"at most {most}"])
    return " and ".join(parts)


def _describe_bounds(kind: Any) -> str:
    least = "" if kind.ge is None else f" from {kind.ge}" if kind.le is not None else f" of at least {kind.ge}"
    most = "" if kind.le is None else f" to {kind.le}" if kind.ge is not None else f" of at most {kind.le}"
    return least + most


def _describe_text(kind: kinds.StrType) -> str:
    pattern = kind.pattern or ""
    words = "text" if pattern in ("", r"\S") else "a size such as `1 MiB`" if "MiB" in pattern else f"text like {pattern}"
    return words if kind.max_length is None else f"{words} of at most {kind.max_length} characters"


DECODERS: dict[type[kinds.Type], Decoder] = {
    kinds.Metadata: _annotated,
    kinds.StructType: _struct,
    kinds.DictType: _dict,
    kinds.ListType: _list,
    kinds.VarTupleType: _list,
    kinds.FrozenSetType: _list,
    kinds.StrType: _str,
    kinds.IntType: _number,
    kinds.FloatType: _number,
    kinds.BoolType: _bool,
    kinds.NoneType: _none,
    kinds.DateType: _date,
    kinds.LiteralType: _literal,
    kinds.UnionType: _union,
    kinds.AnyType: lambda node, _kind, _path: node,
}
ACCEPTED_TYPES: dict[type[kinds.Type], tuple[type[Any], ...]] = {
    kinds.StructType: (dict,),
    kinds.DictType: (dict,),
    kinds.ListType: (list,),
    kinds.VarTupleType: (list,),
    kinds.FrozenSetType: (list,),
    kinds.StrType: (str,),
    kinds.IntType: (int,),
    kinds.FloatType: (float,),
    kinds.BoolType: (bool,),
    kinds.DateType: (str,),
    kinds.NoneType: (type(None),),
}
