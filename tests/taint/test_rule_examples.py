"""The engine says the same as semgrep about the examples of the taint rules, which are within single functions."""

from __future__ import annotations

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
