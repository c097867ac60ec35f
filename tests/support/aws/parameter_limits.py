"""Finds what AWS would refuse in the parameters of a call, by the limits that botocore's service models document.

botocore itself checks neither enumerations nor lengths, list sizes or patterns; moto checks hardly any. Here all of them are.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["find_violations"]


def find_violations(shape: Any, value: Any, path: str = "") -> Iterator[str]:
    """Everything in ``value`` that ``shape`` (a botocore shape) does not allow, each with its place; nothing where all is right."""
    kinds = {"structure": _structure, "list": _list, "map": _map, "string": _string, "blob": _blob}
    if shape.type_name in kinds:
        yield from kinds[shape.type_name](shape, value, path)
    elif shape.type_name in {"integer", "long", "float", "double"}:
        yield from _number(shape, value, path)
    elif shape.type_name == "boolean" and not isinstance(value, bool):
        yield f"{path}: not a boolean"


def _structure(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: not a structure"
        return
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name}: missing"
    for name, item in value.items():
        if name not in shape.members:
            yield f"{path}.{name}: unknown"
        elif item is not None:
            yield from find_violations(shape.members[name], item, f"{path}.{name}")


def _list(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: not a list"
        return
    yield from _size(shape, len(value), path)
    for index, item in enumerate(value):
        yield from find_violations(shape.member, item, f"{path}[{index}]")


def _map(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: not a map"
        return
    yield from _size(shape, len(value), path)
    for key, item in value.items():
        yield from find_violations(shape.key, key, f"{path}.{key}")
        yield from find_violations(shape.value, item, f"{path}.{key}")


def _string(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path}: not a string"
        return
    yield from _size(shape, len(value), path)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{path}: {value!r} is none of {allowed}"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(_python(pattern), value, re.DOTALL):
        yield f"{path}: {value[:80]!r} does not match {pattern}"


def _blob(shape: Any, value: Any, path: str) -> Iterator[str]:
    """In JSON a blob is base64, in CBOR it is bytes."""
    yield from _size(shape, len(value if isinstance(value, bytes) else base64.b64decode(value)), path)


def _number(shape: Any, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield f"{path}: not a number"
    else:
        yield from _size(shape, value, path)


def _size(shape: Any, size: float, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path}: {size} is less than {least}"
    if most is not None and size > most:
        yield f"{path}: {size} is more than {most}"


def _python(pattern: str) -> str:
    r"""A pattern of the models as Python writes it: they are Java's, with its character classes and ``\p``."""
    classes = {
        "p{Alnum}": "0-9A-Za-z",
        "p{Alpha}": "A-Za-z",
        "p{L}": r"^\W\d_",
        "p{N}": r"\d",
        "p{Graph}": "!-~",
        "p{ASCII}": "\\x00-\\x7f",
    }
    return re.sub(r"\\(p\{\w+\})", lambda match: classes.get(match[1], "\\s\\S"), pattern)
