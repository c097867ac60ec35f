"""verdict.json: the whole run, complete enough to be judged again under another policy. Its fields are in `report.schema`."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from scangate.model import Report
from scangate.report import schema

LONG_LISTS = ("scanners", "coverage", "code_owners", "findings", "gaps")


def render(report: Report) -> str:
    """The document in ASCII: a line for each key, and for each entry of a long list, so that two documents can be compared.

    A byte of a path that is not UTF-8 is written as the escape of a lone surrogate, as Python represents it.
    """
    document = schema.from_report(report)
    names = dict(zip(document.__struct_fields__, document.__struct_encode_fields__, strict=True))
    values = {encoded: getattr(document, name) for name, encoded in names.items()}
    lines = [f" {json.dumps(name)}: {_encode(value)}" for name, value in values.items() if name not in LONG_LISTS]
    lines += [f" {json.dumps(name)}: {_encode_list(values[name]) if values[name] is not None else 'null'}" for name in LONG_LISTS]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _encode_list(entries: tuple[Any, ...]) -> str:
    return "[\n" + ",\n".join(f"  {_encode(entry)}" for entry in entries) + "\n ]" if entries else "[]"


def _encode(value: Any) -> str:
    """Compact JSON in ASCII. msgspec is fast, but writes non-ASCII characters as they are and refuses lone surrogates."""
    try:
        encoded = msgspec.json.encode(value)
        if encoded.isascii():
            return encoded.decode("ascii")
    except UnicodeEncodeError:
        pass
    return json.dumps(msgspec.to_builtins(value), allow_nan=False, separators=(",", ":"))
