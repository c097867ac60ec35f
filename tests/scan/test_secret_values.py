"""Known values are found in any text: plain, inside words if they are long, and in the encodings that programs write."""

from __future__ import annotations

import base64
import html
import json
import random
import shlex
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.scan.masking import MASK, mask_ranges
from scangate.scan.secret_values import SecretValues, is_plain_word, is_unguessable
from tests.support.growth import grows_linearly


def mask(values: list[str], text: str, paths: tuple[str, ...] = ()) -> str:
    return mask_ranges(text, SecretValues(values).find(text, paths))


WORDS = st.text(string.ascii_letters + string.digits, min_size=8, max_size=12).map("7{}".format)


@given(st.lists(WORDS, max_size=6), st.text(string.ascii_letters + string.digits + " ", max_size=60))
def test_no_known_value_stays_in_a_message(secrets: list[str], text: str) -> None:
    clean = mask(secrets, " ".join([text, *secrets, text]))
    assert not [secret for secret in secrets if secret in clean]


SMALL = st.text("12", min_size=4, max_size=12)


@given(st.lists(SMALL, max_size=8), st.text("12c ", max_size=50))
def test_it_finds_what_a_plain_search_finds(values: list[str], text: str) -> None:
    covered = {at for start, end in SecretValues(values).find(text) for at in range(start, end)}
    expected = set()
    for value in values:
        for at in range(len(text)):
            alone = not text[:at][-1:].isalnum() and not text[at + len(value) :][:1].isalnum()
            if text.startswith(value, at) and (len(value) >= 8 or alone):
                expected |= set(range(at, at + len(value)))
    assert covered == expected


def test_values_that_overlap_leave_no_rest() -> None:
    assert mask(["abcd5fgh", "5fghijkl", "abcd5f"], "x abcd5fghijkl y") == "x *** y"
    assert mask([], "abcdefgh") == "abcdefgh"


@pytest.mark.parametrize(
    ("value", "text", "masked"),
    [
        ("sesam3", "open sesam3!", "open ***!"),
        ("SESAM3", "SESAM3", "***"),
        ("abcd3", "-u bob:abcd3", "-u bob:***"),
        ("abcd3", "mysql -pabcd3 db", "mysql -p*** db"),
        ("abcd3", "abcd3f xabcd3 abcd3_f", "abcd3f xabcd3 abcd3_f"),
        ("a-c$e", "xa-c$ey a-c$e", "xa-c$ey ***"),
        ("pr0duction", "repr0ductions", "re***s"),
        ("proDuction", "reproDuctions", "re***s"),
        ("abc", "abc", "abc"),
        ("ma1n", "the ma1n doma1n", "the *** doma1n"),
    ],
)
def test_short_values_are_whole_words(value: str, text: str, masked: str) -> None:
    assert mask([value], text) == masked


@pytest.mark.parametrize("word", ["password", "postgres", "ADMIN", "Production", "my-service", "DB_ADMIN", "a" * 24])
def test_a_plain_word_is_only_masked_as_a_whole_string(word: str) -> None:
    kept = f"team/{word}-x:latest SELECT {word}_hash /run/secrets/db_{word} psql {word} --{word} {word}: {word} '{word} x'"
    for text in (kept, f'"{word}": x', f"'{word}' => x", f'a["{word}"]', f"don't {word}"):
        assert mask([word], text) == text
    assert mask([word], f"""f("{word}", '{word}', b'{word}', `{word}`, \\"{word}\\")""") == (
        """f("***", '***', b'***', `***`, \\"***\\")"""
    )


@pytest.mark.parametrize("value", ["passw0rd", "passWord", "PaSs", "a" * 25, "pass word", "-pass", "caf\u00e9s"])
def test_what_is_no_plain_word(value: str) -> None:
    assert not is_plain_word(value)


ENCODERS: list[Callable[[str], str]] = [
    lambda value: base64.b64encode(value.encode()).decode(),
    lambda value: base64.b64encode(f"u:{value}".encode()).decode(),
    lambda value: base64.b64encode(f"user:{value}@host".encode()).decode(),
    lambda value: base64.urlsafe_b64encode(f"a{value}z".encode()).decode(),
    lambda value: quote(value, safe=""),
    lambda value: quote(value).lower(),
    quote_plus,
    json.dumps,
    lambda value: json.dumps(value, ensure_ascii=False),
    repr,
    shlex.quote,
    lambda value: value.replace(" ", "\\ ").replace("$", "\\$").replace('"', '\\"'),
    html.escape,
    lambda value: html.escape(value, quote=False),
]


@pytest.mark.parametrize("value", ["hunter22", "abcd3", "Z%9 q&x/<y>", "q\"uo'te$9", "é\u20ac#longer pass"])
@pytest.mark.parametrize("encode", ENCODERS)
def test_encoded_values_are_found(value: str, encode: Callable[[str], str]) -> None:
    text = encode(value)
    if text.islower() and not value.islower():
        return  # lower case is another value but for the digits of %XX
    assert MASK in mask([value], f"x {text} y")


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r"ab\"cd99", 'ab"cd99'),
        (r"\x61bcdef99", "abcdef99"),
        ("a&amp;b&lt;c9", "a&b<c9"),
        ("p%40ssw0rd", "p@ssw0rd"),
        ("it''s99", "it's99"),
    ],
)
def test_a_literal_is_decoded_to_its_value(literal: str, value: str) -> None:
    assert mask([literal], f"x {value} y {literal} z") == "x *** y *** z"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("cannot read my_4pp/tasks.py", "cannot read my_4pp/tasks.py"),
        ("my_4pp/tasks.py:3:1: bad", "my_4pp/tasks.py:3:1: bad"),
        ('open("./my_4pp/tasks.py")', 'open("./my_4pp/tasks.py")'),
        ("my_4pp", "***"),
        ("my_4pp/other.py", "***/other.py"),
        ("the password my_4pp of my_4pp/tasks.py.", "the password *** of my_4pp/tasks.py."),
    ],
)
def test_paths_of_the_tree_are_kept(text: str, masked: str) -> None:
    assert mask(["my_4pp"], text, ("my_4pp/tasks.py", "my_4pp")) == masked


@pytest.mark.parametrize("text", ["Zq8hunter77xY", "a1b2c3d4e5f6a7b8", "wJalrXUtnFEMI7K8MDENG0bPxRfi"])
def test_what_cannot_be_a_name(text: str) -> None:
    assert is_unguessable(text)


@pytest.mark.parametrize(
    "text", ["my_4pp", "MyApplication2024", "test_sha256_x86_64", "0001_initial_schema", "correcthorsebattery", "a1b2c3"]
)
def test_what_can_be_a_name(text: str) -> None:
    assert not is_unguessable(text)


@pytest.mark.parametrize("make", [lambda n: "a" * n, lambda n: "a" * n + "B", lambda n: f"AKIA{n:09}x"])
def test_many_values_cost_the_length_of_the_text(make: Callable[[int], str]) -> None:
    values = [make(number) for number in range(8, 700)]
    found = SecretValues(values)
    assert grows_linearly(lambda size: found.find("\n".join(values) + "aaab" * size), 10_000)


def test_the_longest_of_equal_beginnings_is_found() -> None:
    draw = random.Random(7)
    values = ["".join(draw.choice("12") for _ in range(draw.randint(8, 30))) for _ in range(400)]
    for value in values:
        assert mask(values, f"<{value}>") == "<***>"
