"""Types that leave no room for text of a request: numbers, dates, identifiers, members of an enum; and fields of models with them.

A model (pydantic, SQLModel, msgspec, Ninja) is validated when it is made: a field has the type that its annotation says.
"""

from __future__ import annotations

import ast
from collections.abc import Container

from scangate.taint.project import Class, Module, Project
from scangate.taint.references import instances
from scangate.taint.values import Value

MODELS = {"BaseModel", "SQLModel", "Struct", "Schema", "BaseSchema"}
ENUMS = {"Enum", "IntEnum", "StrEnum", "IntFlag", "Flag", "TextChoices", "IntegerChoices"}
HARMLESS_TYPES = {
    *("int", "float", "bool", "complex", "Decimal", "Fraction", "None", "NoneType", "Literal"),
    *("UUID", "UUID1", "UUID3", "UUID4", "UUID5", "date", "datetime", "time", "timedelta", "AwareDatetime", "NaiveDatetime"),
    *("PositiveInt", "NegativeInt", "NonNegativeInt", "NonPositiveInt", "StrictInt", "StrictBool", "StrictFloat"),
    *("PositiveFloat", "NonNegativeFloat", "IPv4Address", "IPv6Address", "IPvAnyAddress", "ULID", "ObjectId"),
}
CONVERTED_LOOKUPS = {"get", "getlist", "get_argument", "get_arguments", "get_query_argument", "get_body_argument"}
CONVERTING = {"type", "cast", "type_"}
"""Keywords that convert what is looked up: ``request.args.get("page", 1, type=int)`` in Flask, and the like in Tornado."""
CONTAINERS = {"Optional", "Union", "List", "list", "Set", "set", "Tuple", "tuple", "Sequence", "FrozenSet", "frozenset"}


def has_harmless_field(project: Project, value: Value, name: object) -> bool:
    """Whether a value is a model with a field of this name that holds no text of a client."""
    return isinstance(name, str) and any(name in _harmless_fields(project, each) for each in instances(value))


def harmless_fields(project: Project, value: Value) -> set[str]:
    """The names of these fields."""
    return {name for each in instances(value) for name in _harmless_fields(project, each)}


def is_conversion(call: ast.Call, variables: Container[str]) -> bool:
    """Whether a call converts what it looks up to a type that leaves no room for text. ``variables``: names that are no types."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name not in CONVERTED_LOOKUPS:
        return False
    types = [each.value for each in call.keywords if each.arg in CONVERTING]
    types += call.args[2:3] if name == "get" else []
    return any(_last_name(each) in HARMLESS_TYPES and _first_name(each) not in variables for each in types)


def is_enum_type(project: Project, annotation: ast.AST | None, module: Module) -> bool:
    """Whether an annotation names an enum of the project."""
    return isinstance(annotation, (ast.Name, ast.Attribute)) and _is_enum(project, annotation, module)


def is_enum(project: Project, owner: Class) -> bool:
    """Whether a class of the project is an enum."""
    return any(_last_name(base) in ENUMS for each in (owner, *project.bases(owner)) for base in each.node.bases)


def _harmless_fields(project: Project, owner: Class) -> set[str]:
    family = (owner, *project.bases(owner))
    if not any(_last_name(base) in MODELS for each in family for base in each.node.bases):
        return set()
    declared: dict[str, bool] = {}
    for each in family:
        for statement in each.node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                name = statement.target.id
                declared.setdefault(name, is_harmless(project, statement.annotation, each.module))
    return {name for name, is_harmless in declared.items() if is_harmless}


def is_harmless(project: Project, annotation: ast.AST, module: Module) -> bool:
    """Whether a value of an annotated type has no text of a client."""
    if isinstance(annotation, ast.Constant):
        return annotation.value is None
    if isinstance(annotation, ast.BinOp):
        return all(is_harmless(project, each, module) for each in (annotation.left, annotation.right))
    if isinstance(annotation, ast.Subscript):
        name, inner = _last_name(annotation.value), annotation.slice
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if name == "Annotated":
            return is_harmless(project, parts[0], module)
        return name == "Literal" or (name in CONTAINERS and all(is_harmless(project, each, module) for each in parts))
    return _last_name(annotation) in HARMLESS_TYPES or _is_enum(project, annotation, module)


def _is_enum(project: Project, annotation: ast.AST, module: Module) -> bool:
    name = module.resolve(annotation) if isinstance(annotation, (ast.Name, ast.Attribute)) else ""
    found = (project.lookup(module, name) if name and "." not in name else None) or project.definition(name, module.path)
    return isinstance(found, Class) and is_enum(project, found)


def _first_name(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
