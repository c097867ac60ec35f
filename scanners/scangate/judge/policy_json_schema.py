"""Makes the JSON Schema (draft 2020-12) of a policy file, for editors, from the very types that the reader reads into.

The reader alone checks what needs the whole policy: inherited values, patterns, future dates, names of scanners.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.judge.policy_schema import PolicyBlocks, PolicyDocument, ScannerBlock

SCHEMA_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def build_policy_schema(scanner_options: Mapping[str, type[Any]], command_options: type[Any] | None = None) -> dict[str, Any]:
    """The schema of a policy file whose scanners' blocks are those of ``scanner_options``, see `policy_loader.load_policy`."""
    kinds = [PolicyDocument, ScannerBlock, *scanner_options.values(), *([command_options] if command_options else [])]
    refs, found = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    parts = {name: _flatten_description(part) for name, part in found.items()}
    own = [parts.pop(ref["$ref"].rpartition("/")[2]) for ref in _unique(refs[1:])]
    by_ref = dict(zip([ref["$ref"] for ref in _unique(refs[1:])], own, strict=True))
    common, *options = [by_ref[ref["$ref"]] for ref in refs[1:]]
    command = options.pop() if command_options else None
    blocks = {name: _block(common, part) for name, part in zip(scanner_options, options, strict=True)}
    others = _block(common, command) if command else False
    for name in (PolicyDocument.__name__, PolicyBlocks.__name__):
        parts[name]["properties"]["scanners"] |= {"type": "object", "properties": blocks, "additionalProperties": others}
    whole = parts.pop(PolicyDocument.__name__)
    root = {"if": {"not": {"required": ["extends"]}}, "then": {"required": ["unknown", "scanners"]}}
    made = {"$schema": SCHEMA_DRAFT, **whole, "title": "scangate policy", **root, "$defs": parts}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(made))  # defaults are tuples as the types have them
    return plain


def _unique(refs: Any) -> list[dict[str, str]]:
    return list({ref["$ref"]: ref for ref in refs}.values())


def _block(common: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """A scanner's block: its own options and those of every block. Nothing is required, since values can be inherited."""
    properties = {**options["properties"], **common["properties"]}
    described = {"description": options["description"]} if "description" in options else {}
    return {"type": "object", **described, "properties": properties, "additionalProperties": False}


def _flatten_description(part: dict[str, Any]) -> dict[str, Any]:
    """A part with its description on one line."""
    if "description" in part:
        return {**part, "description": " ".join(part["description"].split())}
    return part
