"""TOML is read into a tree with the places of its values; what is no TOML is passed over."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from scangate.content.toml_tree import parse_toml
from scangate.content.yaml_tree import Node

DOCUMENT = '''
title = "quoted \\"twice\\""
literal = 'C:\\temp'
number = 1_000
"quoted key" = true
a.b.c = "dotted"
[owner] # comment = "none"
name = "[not].a = table"
list = [ "x", 'y', # comment
  { in = "line", deep.er = "z" } ]
text = """
several "lines"
"""
[owner.more]
when = "1979-05-27"
'''


def _value(node: Node) -> Any:
    if node.kind == "sequence":
        return [_value(child) for child in node.children]
    if node.kind == "mapping":
        result: dict[str, Any] = {}
        for key, child in node.items():
            value = _value(child)
            result[key] = {**result[key], **value} if isinstance(value, dict) and key in result else value
        return result
    return node.value


def test_it_reads_what_the_standard_library_reads() -> None:
    expected = tomllib.loads(DOCUMENT)
    expected.update({"number": "1_000", "quoted key": "true"})
    assert _value(parse_toml(DOCUMENT)) == expected


@pytest.mark.parametrize(
    "text", ["x = \n[a]\nb = 'c'", "= = =\n[a]\nb = 'c'", "]]}}\n[a]\nb = 'c'", "x = \"\n[a]\nb = 'c'", "[[[[\n[a]\nb='c'"]
)
def test_errors_cost_their_own_line_only(text: str) -> None:
    assert _value(parse_toml(text))["a"] == {"b": "c"}


@pytest.mark.parametrize("piece", ["[", "{", '"', "'''", '"""', "a.", "a=", "a={b=", "a=[", "[a]\n", "\\", '"\\'])
def test_hostile_text_is_read_to_its_end(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    assert parse_toml(text) == parse_toml(text)
