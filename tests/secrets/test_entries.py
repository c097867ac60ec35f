"""The scalars of documents: keys, decoded values, and the places of the values as written."""

from __future__ import annotations

import pytest

from scangate.secrets.text import ScannedText

YAML = """\
plain: &name hunter2   # comment
again: *name
quoted: 'it''s'
block: |
  one
  two

folded: >-
  one
  two
list: [a, {in: b}]
tagged: !Sub "${X}"
---
second: "say \\"x\\""
"""


def entries(path: str, text: str, content_type: str = "") -> list[tuple[str, str, str]]:
    """Path with dots, decoded value, and the text as written."""
    scanned = ScannedText(path, content_type, text)
    return [(".".join(each.path), each.value, scanned.text[each.start : each.end]) for each in scanned.entries]


def test_yaml_of_several_documents() -> None:
    assert entries("a.yaml", YAML) == [
        ("0.plain", "hunter2", "hunter2"),
        ("0.again", "hunter2", "hunter2"),
        ("0.quoted", "it's", "it''s"),
        ("0.block", "one\ntwo\n", "one\n  two"),
        ("0.folded", "one two", "one\n  two"),
        ("0.list.0", "a", "a"),
        ("0.list.1.in", "b", "b"),
        ("0.tagged", "${X}", "${X}"),
        ("1.second", 'say "x"', 'say \\"x\\"'),
    ]


def test_json_with_json_in_its_strings() -> None:
    text = r'{"a": "b\nc", "n": 5, "s": "{\"pw\": \"x\", \"t\": \"[{\\\"u\\\": \\\"v\\\"}]\"}"}'
    found = entries("a.json", text)
    assert found[:2] == [("a", "b\nc", r"b\nc"), ("n", "5", "5")]
    assert [found[3], found[5]] == [("s.pw", "x", "x"), ("s.t.0.u", "v", "v")]


def test_toml() -> None:
    text = 'x = "1"\n[a.b]\npw = \'lit\' # c\nlist = ["a", {k = "v"}]\nm = """\nhello\n"""\n'
    assert entries("a.toml", text) == [
        ("x", "1", "1"),
        ("a.b.pw", "lit", "lit"),
        ("a.b.list.0", "a", "a"),
        ("a.b.list.1.k", "v", "v"),
        ("a.b.m", "hello\n", "hello"),
    ]


def test_the_content_decides_where_the_name_does_not() -> None:
    assert entries("config", 'kind: Config\nusers: [{token: "x"}]\n', "unknown")[1] == ("users.0.token", "x", "x")
    assert entries("auth", '{"a": "b"}') == [("a", "b", "b")]
    assert not entries("notes", "Note: this is\n\t- no: document: at all\n", "text")
    assert not entries("a.py", "x: int = 1\n", "python")
    assert entries("x", "a: b\n", "kubernetes") == [("a", "b", "b")]


def test_what_comes_before_an_error_is_kept() -> None:
    assert entries("a.yaml", "a: b\n{{ c }}: d\n\t- e\n")[0] == ("a", "b", "b")


def test_siblings_and_tags() -> None:
    scanned = ScannedText("a.yaml", "", "- name: PW\n  value: !Secret x\n")
    name, value = scanned.entries
    assert (value.sibling("name"), value.key, value.tag, name.sibling("other")) == ("PW", "value", "!Secret", "")


@pytest.mark.parametrize("suffix", ["yaml", "json", "toml"])
@pytest.mark.parametrize("piece", ["[", "{", '{"a":', "- ", "a: ", '"', "'", "&a [*a,", "!a ", "|\n", '"{\\"', "a: &a *a\n", "1,"])
def test_hostile_documents_are_read_to_their_end(suffix: str, piece: str) -> None:
    text = piece * (30_000 // len(piece))
    assert all(0 <= entry.start <= entry.end <= len(text) for entry in ScannedText(f"a.{suffix}", "", text).entries)


def test_aliases_are_not_expanded() -> None:
    laughs = "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    assert len(ScannedText("a.yaml", "", laughs).entries) == 1
