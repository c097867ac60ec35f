"""The engine says the same as semgrep about the examples of the taint rules, which are within single functions."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.taint_pairs import RULES, expected, follow, found

EXAMPLES = Path(__file__).parents[1] / "rules" / "examples"
FILES = [file for rule in RULES.documents for file in sorted((EXAMPLES / rule["id"]).glob("*.py"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_example_of_a_rule(file: Path) -> None:
    rule, files = file.parent.name, {file.name: file.read_text("utf-8")}
    wanted = {place for place in expected(files) if place[2] == rule}
    assert {place for place in found(follow(files)) if place[2] == rule} == wanted


def spread_calls(text: str) -> str:
    """A blank before each parenthesis of a call, after each opening parenthesis and before each closing one."""
    lines = text.split("\n")
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    called = {
        after.start
        for name, after in pairwise(tokens)
        if after.string == "(" and name.type == tokenize.NAME and not keyword.iskeyword(name.string)
    }
    inner = {
        token.end if token.string == "(" else token.start for token in tokens if token.type == tokenize.OP and token.string in "()"
    }
    for line, column in sorted(called | inner, reverse=True):
        lines[line - 1] = f"{lines[line - 1][:column]} {lines[line - 1][column:]}"
    return "\n".join(lines)


LAYOUTS: dict[str, Callable[[str], str]] = {
    "blanks in calls": spread_calls,
    "form feeds": lambda text: text.replace("\n\n", "\n\x0c\n"),
    "characters that end a line elsewhere": lambda text: f"SEPARATORS = '\u2028 \x0b \x85'; {text}",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_layout_hides_no_finding_of_an_example(layout: Callable[[str], str]) -> None:
    texts = {file: text for file in FILES if "from __future__" not in (text := file.read_text("utf-8"))}
    assert len(texts) > 30
    lost = {
        str(file.relative_to(EXAMPLES)): missing
        for file, text in texts.items()
        if (missing := found(follow({file.name: text})) - found(follow({file.name: layout(text)})))
    }
    assert lost == {}
