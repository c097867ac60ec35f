"""Code that runs after an exception is no dead code, and the inserted calls change nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scangate.tools import semgrep
from scangate.tools.python_exceptions import exception_edits
from scangate.tools.source_edits import EditedText, LineStarts
from tests.support.scan_harness import ScanHarness

WEAK = 'os.system(request.args["x"])'
IMPORTS = "import os\nfrom contextlib import suppress\nfrom flask import request\n"
TRIED = (
    *(
        'user = USERS[request.args["id"]]',
        'return a["x"]',
        "a.b",
        "import a",
        "from a import b",
        "raise A",
        "raise",
        "assert a",
        "del a",
        "a += 1",
    ),
    *(
        "await a",
        "yield a",
        "a = yield",
        "a: int = b[1]",
        "pass",
        "a = f'{a}' + b",
        "a = [b for b in c]",
        "lambda: a()",
        "a, b = c",
        "a @= b",
    ),
    *(
        "for a in b: c = a.d",
        "for a in b: pass",
        "if a: b = c.d\nelse: b = c.e",
        "while a: b = c.d",
        "with a as b: c = b.d",
        "def g(): h()",
    ),
    *(
        "class C: a = 1",
        "@a\nclass C: b()",
        "try: a = b[1]\nfinally: c = 1",
        "match a:\n    case 1: b = c.d",
        "async for a in b: c = a.d",
        "a = b if c else d",
    ),
    *(
        "for a in b: break",
        "a = 1; b = a.c",
        "if a: return b.c\nreturn d.e",
        "(yield)",
        "a = lambda: (yield)",
        "a = b = c[1]",
        "nothing",
    ),
)
JUMPS = (
    "return f()",
    "return a",
    "raise A",
    "raise",
    "if a: return b\nelse: raise C",
    "a = 1; return a",
    "with b: return c",
    "try: return a\nfinally: b()",
)
MANAGERS = ("with suppress(A):", "with a as b:", "async with a, suppress(B) as c:", "with (\n    a,\n    b,\n):")


def indented(text: str, width: int = 4) -> str:
    return "".join(" " * width + line for line in text.splitlines(keepends=True)) + "\n"


def weak_files() -> dict[str, bytes | str]:
    """Functions whose weak lines are reached through an exception."""
    texts = [
        text
        for tried in TRIED
        for text in (
            f"try:\n{indented(tried)}except A:\n    return {WEAK}\n",
            f"try:\n{indented(tried)}except* A as e:\n    pass\n{WEAK}\n",
            f"try:\n{indented(tried)}finally:\n    {WEAK}\n",
            f"while b:\n    try:\n{indented(tried, 8)}    except:\n        continue\n    else:\n        break\n{WEAK}\n",
        )
    ]
    texts += [
        text
        for manager in MANAGERS
        for jump in JUMPS
        for text in (
            f"{manager}\n{indented(jump)}{WEAK}\n",
            f"for x in y:\n{indented(manager)}{indented(jump, 8)}    {WEAK}\n",
            f"if b:\n{indented(manager)}{indented(jump, 8)}{WEAK}\n",
        )
    ]
    texts += [f"{manager} {jump}\n{WEAK}\n" for manager in MANAGERS for jump in JUMPS if ":" not in jump]
    texts += [
        f"while b:\n    {manager} {jump}\n    {WEAK}\n"
        for manager in MANAGERS[:3]
        for jump in ("break", "continue", "a = 1; break")
    ]
    texts += [
        f"x = 1\ntry:\n    x = request.args['x']\n    x = D[x]\nexcept A:\n    os.system(x)  # {WEAK}\n",
        f"try:\n    x = request.args['x']\n    y = D[x]\n    x = 1\nexcept A:\n    os.system(x)  # {WEAK}\n",
        f"try:\n    f()\n    x = request.args['x']\n    y = D[x]\nexcept A:\n    os.system(x)  # {WEAK}\n",
        f"try:\n    pass\nexcept A:\n    q = request.args['x']\n    return 1\nfinally:\n    os.system(q)  # {WEAK}\n",
    ]
    return {f"{number:03}.py": f"{IMPORTS}async def view(y):\n{indented(text)}" for number, text in enumerate(texts)}


@pytest.mark.integration
def test_weak_lines_after_exceptions_are_found(tmp_path: Path) -> None:
    files = weak_files()
    result = ScanHarness(tmp_path).result(semgrep, files)
    found = {(finding.location.path, finding.location.line) for finding in result.findings}
    expected = {
        (path, number) for path, text in files.items() for number, line in enumerate(str(text).split("\n"), start=1) if WEAK in line
    }
    assert not result.gaps
    assert len(expected) > 250
    assert expected - found == set()


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("try: f()\nexcept A: pass\n", None),
        ("with a: b()\nc()\n", None),
        ("with a: return b\n", None),
        ("def f():\n  with a: return b\n", None),
        ("try:\n  a = b[1]\nexcept A: pass\n", "try:\n  may_raise();a = b[1]\nexcept A: pass\n"),
        ("def f():\n  with a:\n    return b\n  c()\n", "def f():\n  with a:\n    if may_raise():return b\n  c()\n"),
        ("def f():\n  with a: b; return\n  c()\n", "def f():\n  with a: \n   b; \n   if may_raise():return\n  c()\n"),
        ("try:\n  @a\n  def f(): b\nexcept A: c\n", "try:\n  may_raise()\n  @a\n  def f(): b\nexcept A: c\n"),
        ("try:\n  @(\n  a)\n  def f(): b\nexcept A: c\n", "try:\n  may_raise()\n  @(\n  a)\n  def f(): b\nexcept A: c\n"),
    ],
)
def test_calls_are_inserted_where_python_may_raise(text: str, edited: str | None) -> None:
    lines = LineStarts(text.encode())
    result = EditedText(lines.data, exception_edits(ast.parse(text), lines)).data.decode()
    ast.parse(result)
    assert result == (edited or text)


def test_a_long_chain_of_conditions_is_read() -> None:
    text = "try:\n  if a: b = c[1]\n" + "  elif a: b = c[2]\n" * 1500 + "except A: d\n"
    lines = LineStarts(text.encode())
    assert EditedText(lines.data, exception_edits(ast.parse(text), lines)).data.count(b"may_raise();") == 1501
