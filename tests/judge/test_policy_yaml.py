"""The small YAML of a policy: what it takes, what it refuses, and where it says the fault is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.errors import PolicyError
from scangate.judge.policy_yaml import MAX_BYTES, MAX_DEPTH, MAX_EVENTS, parse_policy_yaml
from tests.support.policy_builders import to_plain

REFUSED = [
    (b"", "p.yaml:1:1: empty"),
    (b"# nothing\n", "p.yaml:1:1: empty"),
    (b"- a\n", "p.yaml:1:1: a policy is a mapping of names to values"),
    (b"just text\n", "p.yaml:1:1: a policy is a mapping of names to values"),
    (b"a: 1\nb: 2\na: 3\n", "p.yaml:3:1: a: given twice, first in line 1"),
    (b"a: {b: 1, b: 2}\n", "p.yaml:1:11: b: given twice, first in line 1"),
    (b"a: &x 1\nb: *x\n", "p.yaml:1:4: anchors and aliases are not supported"),
    (b"a: *x\n", "p.yaml:1:4: anchors and aliases are not supported"),
    (b"a: !!python/object/apply:os.system [id]\n", "p.yaml:1:4: tags are not supported"),
    (b"a: !!str 1\n", "p.yaml:1:4: tags are not supported"),
    (b"a:\n\tb: 1\n", "p.yaml:2:1: YAML does not allow tabs for indentation"),
    (b"a: 1\n---\nb: 2\n", "p.yaml:2:1: a second document"),
    (b"a: [1\n", "p.yaml:2:1: not YAML: "),
    (b"a: b: c\n", "p.yaml:1:5: not YAML: mapping values are not allowed in this context"),
    (b"a: 1\nb: \xff\n", "p.yaml:2:4: not UTF-8"),
    (b"a: 1\nb: \x00\n", "p.yaml:2:4: a control character"),
    (b'a: "\\e[31m"\n', "p.yaml:1:4: a control character"),
    (b'"\\0": 1\n', "p.yaml:1:1: a control character"),
    (b'a: "\\ud800"\n', "p.yaml:1:"),
    (b"? [a]\n: b\n", "p.yaml:1:3: a key is plain text"),
    (b"a: " + b"[" * (MAX_DEPTH + 5), "nested too deep"),
    (b"a: [" + b"1," * MAX_EVENTS, "too many values"),
    (b"#" * (MAX_BYTES + 1), "p.yaml:1:1: larger than 1 MiB"),
]


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy_yaml(data, "p.yaml")
    assert message in caught.value.message
    assert caught.value.message.startswith("p.yaml:")
    assert caught.value.hint


def test_plain_values_mean_what_yaml_1_2_and_json_say() -> None:
    text = "{a: 1, b: -2, c: 1.5, d: true, e: null, f: ~, g: , h: no, i: 2026-01-01, j: '1', "
    text += "k: 0x10, l: 1_000, m: 1:30, n: .inf, o: <<}"
    assert to_plain(parse_policy_yaml(text.encode(), "p")) == {
        "a": 1, "b": -2, "c": 1.5, "d": True, "e": None, "f": None, "g": None, "h": "no", "i": "2026-01-01", "j": "1",
        "k": "0x10", "l": "1_000", "m": "1:30", "n": ".inf", "o": "<<",
    }  # fmt: skip


def test_a_byte_order_mark_is_taken_off() -> None:
    assert to_plain(parse_policy_yaml(b"\xef\xbb\xbfa: 1\n", "p")) == {"a": 1}


def test_errors_quote_nothing_of_an_invalid_file() -> None:
    """A policy path that points at a file of secrets must not print them."""
    for data in (b"key: 'hunter2-secret\n", b'k: "\\hunter2"', b"%hunter2 x\n---\n", b"k: !hunter2 v", b"k: *hunter2", b"@hunter2"):
        with pytest.raises(PolicyError) as caught:
            parse_policy_yaml(data, "p")
        assert "hunter2" not in caught.value.message + caught.value.hint


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text("{}[]:,-#&*!|>'\"%@` \n\tab1\\0u~?<=.", max_size=40).map(str.encode)))
def test_any_bytes_are_a_tree_or_a_policy_error(data: bytes) -> None:
    reported = ""
    try:
        assert isinstance(to_plain(parse_policy_yaml(data, "p")), dict)
    except PolicyError as trouble:
        reported = trouble.message
    assert "\n" not in reported
