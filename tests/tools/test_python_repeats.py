"""Calls in expressions that semgrep's data flow analysis does not read are found, once and in their place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scangate.tools import semgrep
from scangate.tools.python_downlevel import walk_code
from scangate.tools.python_repeats import repeat_edits
from scangate.tools.source_edits import EditedText, LineStarts
from tests.support.scan_harness import ScanHarness

SOURCE = 'request.args["x"]'
WEAK = f"os.system({SOURCE})"
BODIES = (
    *("del a[W]", "del (b, a[W])", "del W.x", "del b,\\\n        a[W]", "if b: del a[W]", "a[W]: int = 1", "x: W = 1"),
    *("*a[W], b = c", "(x, [*a[W], y]), z = c", "for a[W] in b: pass", "for x, a[W] in b:\n        for y in x: pass"),
    *("with b as a[W]: pass", "with b as (x, a[W]):\n        return x", "with b as a[W]:\n        @c\n        def g(): pass"),
    *("return [1 for a[W] in b]", "return {x for x, a[W] in (b or c) if x}", "return any(x for y in z for a[W] in (i for i in y))"),
    *("try: b()\n    except W: pass", "try:\n        b()\n    except (A, W) as e:\n        raise", "try: b()\n    except* W: pass"),
    *("class A(W): pass", "class A(B, metaclass=W):\n        x = 1", "@c\n    class A(W): pass", "def g() -> W: pass"),
    *(
        "@c\n    @(\n    d)\n    async def g(a, /, b: W, *c: int, **d): pass",
        "async for a[W] in b: return",
        "async with b as a[W]: return",
    ),
)


@pytest.mark.integration
def test_calls_that_are_not_read_are_found_once(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        f"{number:02}.py": f"import os\nfrom flask import request\nasync def view(a, b, c):\n    {body.replace('W', WEAK, 1)}\n"
        for number, body in enumerate(BODIES)
    }
    result = ScanHarness(tmp_path).result(semgrep, files)
    assert not result.gaps
    found = sorted(
        (each.location.path, each.location.line, each.location.column)
        for each in result.findings
        if each.rule == "semgrep:python-command-injection"
    )
    expected = [
        (path, number, line.index(SOURCE) + 1)
        for path, text in sorted(files.items())
        for number, line in enumerate(str(text).split("\n"), start=1)
        if WEAK in line
    ]
    assert len(expected) == len(BODIES)
    assert found == expected


def test_a_search_rule_reports_a_copied_line_once(tmp_path: Path) -> None:
    result = ScanHarness(tmp_path).result(semgrep, {"a.py": "import hashlib\ndel a[hashlib.md5(password).hexdigest()]\n"})
    assert [finding.location.line for finding in result.findings] == [2]


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("del a[b]\n", None),
        ("for a in b(): pass\n", None),
        ("class A(B): x = c()\n", None),
        ("del a[b()]\n", "(a[b()]);del a[b()]\n"),
        ("if a: pass; del b().c\n", "if a: pass; (b().c);del b().c\n"),
        ("for a[b()] in c: d\n", "for a[b()] in c: (a[b()]);d\n"),
        ("for a[b()] in c:\n  if d: e\n", "for a[b()] in c:\n  (a[b()])\n  if d: e\n"),
        ("class A(*b()): pass\n", "(b())\nclass A(*b()): pass\n"),
        ("if x:\n  @a\n  class A(b()): pass\n", "if x:\n  (b())\n  @a\n  class A(b()): pass\n"),
        ("[x for a[b()] in (c)]\n", "[x for a[b()] in ((a[b()]) or c)]\n"),
    ],
)
def test_expressions_are_repeated_where_statements_can_be(text: str, edited: str | None) -> None:
    lines = LineStarts(text.encode())
    result = EditedText(lines.data, repeat_edits(walk_code(ast.parse(text)), lines))
    assert result.data.decode() == (edited or text)
    ast.parse(result.data)
    copy = result.data.find(b"b()")
    assert edited is None or text.encode()[result.original_start(copy) :].startswith(b"b()")
    assert edited is None or text.encode()[: result.original_end(copy + 3)].endswith(b"b()")
