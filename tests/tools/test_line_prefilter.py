"""The first test errs in one direction only: whatever a plugin of detect-secrets sees in a line, it has been sent to that line."""

from __future__ import annotations

import random
import re
import string
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.settings import default_settings, get_plugins

from scangate.tools import line_prefilter
from scangate.tools.line_prefilter import LinePrefilter, _fold_case, _is_line_local
from tests.support.fake_secrets import fake_tokens


@pytest.fixture
def plugins() -> Iterator[list[Any]]:
    with default_settings():
        yield list(get_plugins())


def seen(plugins: list[Any], lines: list[str]) -> set[tuple[int, str, str]]:
    """What the plugins see when each looks at each line."""
    return {
        (place, secret.type, secret.secret_value)
        for place, line in enumerate(lines)
        for plugin in plugins
        for secret in plugin.analyze_line(filename="a.py", line=line, line_number=place)
    }


def seen_at_first(plugins: list[Any], lines: list[str]) -> set[tuple[int, str, str]]:
    """What they see where the first test sends them."""
    return {
        (place, secret.type, secret.secret_value)
        for place, sent in LinePrefilter(plugins).candidates(lines)
        for plugin in sent
        for secret in plugin.analyze_line(filename="a.py", line=lines[place], line_number=place)
    }


def pieces() -> list[str]:
    """Texts of which each plugin sees some, and pieces of them."""
    found = list(fake_tokens("first test").values())
    found += [
        "password",
        "api_key",
        "secret",
        "=",
        " = ",
        ": ",
        '"',
        "'",
        "`",
        "(",
        ")",
        ";",
        "://",
        "user:pa55word@",
        "//",
        "@",
        ".",
    ]
    found += ["ghp_" + "a1B2" * 9, "AKIA" + "A1B2" * 4, "glpat-" + "a" * 20, "8.8.8.8", "10.1.2.3", "sk_live_" + "a" * 24, "-us12"]
    found += [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.",
        "0123456789abcdef" * 2,
        "kJ8fQ2xLmZ0pRtYwBv7NcA5s",
        "aws_secret",
        "softlayer_api",
    ]
    found += [
        "\u017fecret",
        "PA\u017f\u017fWORD",
        "ap\u0130_key",
        "ap\u0131_key",
        "api_\u212aey",
        "\u00e4",
        "\u2028",
        "\x0b",
        "\x85",
        "stra\u00dfe",
    ]
    return [
        *found,
        "BEGIN RSA PRIVATE KEY",
        "AccountKey=" + "a" * 88,
        "SG." + "a" * 22 + "." + "b" * 43,
        "xoxb-1-2-a",
        "AP3abcdefgh12",
    ]


def test_the_prefilter_has_no_false_negatives(plugins: list[Any]) -> None:
    chance, parts, hits = random.Random(11), pieces(), 0
    for _ in range(150):
        lines = ["".join(chance.choices(parts, k=chance.randrange(6))).rstrip() for _ in range(chance.randrange(1, 12))]
        lines = [line.replace("\n", " ") for line in lines]
        everything = seen(plugins, lines)
        assert seen_at_first(plugins, lines) == everything
        hits += len(everything)
    assert hits > 100


def test_a_line_that_contains_a_line_end_is_scanned_by_every_plugin(plugins: list[Any]) -> None:
    lines = ["x", 'password = "a\nb"', "y"]
    assert [len(sent) for _, sent in LinePrefilter(plugins).candidates(lines)] == [len(plugins)] * 3


def test_no_lines_have_no_candidates(plugins: list[Any]) -> None:
    assert list(LinePrefilter(plugins).candidates([])) == []
    assert list(LinePrefilter(plugins).candidates(["", "plain words"])) == []


def test_every_plugin_of_detect_secrets_has_a_filter(plugins: list[Any]) -> None:
    """A plugin without one costs its whole price in every line: worth knowing when a release brings one."""
    assert [type(plugin).__name__ for plugin in plugins if line_prefilter._filter_for(plugin) is None] == []


@pytest.mark.parametrize(
    "pattern", [r"a(?!\s)", r"a(?!b[^c])", r"(?<!\n)a", r"a\Z", r"\Aa", r"(?s)a.b", r"a(?!.)", r"a(?!$)", r"(?>a|ab)c"]
)
def test_context_dependent_patterns_are_recognized(pattern: str) -> None:
    if sys.version_info < (3, 11) and "(?>" in pattern:
        pytest.skip("atomic groups came with Python 3.11")
    assert not _is_line_local(re.compile(pattern))


@pytest.mark.parametrize("pattern", [r"a(?!\w)", r"(?<![\w.])a", r"^a$", r"a\b", r"(?:(?<=\W)|(?<=^))a", r"[^\s]a+"])
def test_ordinary_patterns_are_line_local(pattern: str) -> None:
    assert _is_line_local(re.compile(pattern))


def test_a_context_dependent_pattern_is_applied_to_every_line() -> None:
    class Odd(RegexBasedDetector):
        secret_type = "odd"
        denylist = (re.compile(r"a(?!\s)"),)

    odd = Odd()
    assert [place for place, _ in LinePrefilter([odd]).candidates(["x", "a", "y"])] == [0, 1, 2]


def test_folding_covers_every_character_that_ignorecase_matches() -> None:
    signs = "".join(chr(code) for code in range(128, 0x110000) if not 0xD800 <= code < 0xE000)
    for letter in string.ascii_lowercase:
        for match in re.finditer(letter, signs, re.IGNORECASE):
            assert letter in _fold_case(match[0]), (letter, match[0])
