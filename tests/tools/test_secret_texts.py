"""A secret is reported on the line that it is in, whatever the style of the YAML or INI file around it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from scangate.tools.built_in import BUILT_IN
from tests.support.fake_secrets import fake_secret
from tests.support.scan_harness import ScanHarness

NAMES = ("password", "api_key", "db_secret", "secret_key")
STYLES = (
    "{key}: {{b: c, d: e}}\n",
    "{key}: {{b: c,\n  d: e, f: [g, h: i, {{j: k}}],\n  l: m}}\n",
    "{key}: {{user: bob, {name}: {value}, z: y}}\n",
    "{key}: {{user: bob,\n    {name}: '{value}',\n    z: y}}\n",
    "{key}: [{{{name}: {value}, a: b}}, {{c: d, e: f}}]\n",
    "{key}:\n  - {{a: b, c: d}}\n  - x: y\n    {name}: {value}  # a comment\n",
    "{key}: |  # a comment\n  first\n\n  {name} = '{value}'\n  last\n",
    "{key}: >-\n  first\n  {name} = '{value}'\n\n",
    "{key}:\n  {name}: >-\n    {value}\n",
    "{key}:\n  {name}:\n    {value}\n  other: z\n",
    "{key}:\n  {name}: &anchor{key}\n    '{value}'\n  again: *anchor{key}\n",
    "{key}: &map{key} {{a: b, {name}: {value}}}\n{key}_copy: {{<<: *map{key}, c: d}}\n",
    "? {key}\n: {{{name}: {value}, a: b}}\n",
    "{key}: 'several\n  lines # no comment\n\n  of text'\n",
    '{key}: "\u2028"\n',
    "# a comment\n\n{key}: null\n",
    "{key}: {{}}\n{key}_list: []\n",
)


def documents(seed: int) -> tuple[str, list[str]]:
    """A YAML file of some styles, and the values in it."""
    chooser = random.Random(seed)
    text, values = "", []
    for place in range(chooser.randint(2, 7)):
        style = chooser.choice(STYLES)
        value = fake_secret(f"value {seed} {place}")
        text += style.format(key=f"k{place}", name=chooser.choice(NAMES), value=value)
        if value in text:
            values.append(value)
    if seed % 8 == 0:
        text = f"a: {{b: c, d: e}}\n---\n{text}"
    return text.replace("\n", "\r\n") if seed % 7 == 0 else text, values


def test_the_reported_place_contains_the_value(tmp_path: Path) -> None:
    files = {f"{seed}.yaml": documents(seed) for seed in range(200)}
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], {name: text.encode() for name, (text, _) in files.items()})
    assert not result.gaps
    places = {name: set[tuple[int, str]]() for name in files}
    for finding in result.findings:
        at = finding.location
        line = files[at.path][0].replace("\r\n", "\n").split("\n")[at.line - 1]
        assert any(value in line[at.column - 1 : at.end_column - 1] for value in files[at.path][1]), (files[at.path][0], at)
        places[at.path].add((at.line, line))
    for name, (text, values) in files.items():
        if "---" in text:
            continue  # detect-secrets reads the lines of several documents, and they may name no secret
        missed = [value for value in values if not any(value in line for _, line in places[name])]
        assert not missed, (text, missed)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("flow.yaml", "a: {{b: c, d: e}}\npassword: {value}\nother: z\n", 2),
        ("last.yml", "a: {{b: c, d: e, f: g}}\nb: [{{h: i}}, {{j: k}}]\npassword: {value}", 3),
        ("same.yaml", "a: {{user: {value}, x: y}}\npassword: {value}\n", 2),
        ("several.ini", "[a]\nb = c\n# comment\npassword = {value}\n[d]\n\ne = f\n", 4),
    ],
)
def test_lines(tmp_path: Path, name: str, text: str, line: int) -> None:
    value = fake_secret("in a line")
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], {name: text.format(value=value)})
    assert line in {finding.location.line for finding in result.findings if finding.rule == "detect-secrets:secret-keyword"}


@pytest.mark.parametrize(
    ("name", "text", "columns"),
    [
        ("flow.yaml", "a: {db_password: postgres, db: postgres, user: postgres_user}\n", (18, 26)),
        ("key.yaml", "password: password\n", (11, 19)),
        ("key.ini", "[postgres]\npostgres_password = postgres\n", (21, 29)),
        ("key.py", "postgres_password = 'postgres'\n", (22, 30)),
    ],
)
def test_a_plain_word_is_reported_where_it_is_the_value(tmp_path: Path, name: str, text: str, columns: tuple[int, int]) -> None:
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], {name: text})
    assert {(finding.location.column, finding.location.end_column) for finding in result.findings} == {columns}
    assert not [finding for finding in result.findings if "_***" in finding.evidence or "***_" in finding.evidence]
