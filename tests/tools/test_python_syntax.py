"""Whatever Python syntax is in a file, its weak lines are found, or the file is a gap."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scangate.model import ScanResult
from scangate.tools import semgrep
from tests.support.python_constructs import constructs, indented, variants
from tests.support.scan_harness import ScanHarness

WEAK = 'subprocess.run(request.args["x"], shell=True)'
WEAK_VALUE = "tempfile.mktemp()"
WEAK_FORMAT = "subprocess.run(f\"a {request.args['x']}\", shell=True)"
IMPORTS = "import subprocess, tempfile\nfrom flask import request\n"
UNREAD = re.compile(r"f'\{\*|:\{[^}]*:\{|\[[^\]]*= ?\*?tempfile")
"""Syntax that semgrep's first parser does not know and that is not rewritten: it is a gap. (Positions within strings are not exact
before Python 3.12.)"""

Frame = Callable[[str], str]


def in_function(construct: str) -> str:
    return f"{IMPORTS}async def view():\n    {WEAK}\n    if b:\n{indented(construct, 8)}    {WEAK_FORMAT}\n"


def in_module(construct: str) -> str:
    return f"{IMPORTS}{WEAK}\nif b:\n{indented(construct, 4)}{WEAK_FORMAT}\n"


def in_handler(construct: str) -> str:
    inner = indented(construct, 16)
    return (
        f"{IMPORTS}class View:\n    async def get(self):\n        try:\n            {WEAK}\n        except A:\n            if b:\n"
        f"{inner}        finally:\n            {WEAK_FORMAT}\n"
    )


def in_case(construct: str) -> str:
    return (
        f"{IMPORTS}async def view():\n    async with a:\n        {WEAK}\n        match b:\n            case 1: pass\n"
        f"            case _ if c:\n{indented(construct, 16)}    {WEAK_FORMAT}\n"
    )


def in_loop(construct: str) -> str:
    return f"{IMPORTS}async def view():\n    {WEAK}\n    for _ in b:\n{indented(construct, 8)}    else:\n        {WEAK_FORMAT}\n"


def parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "text", "exec", ast.PyCF_ONLY_AST)
        except (SyntaxError, ValueError):
            return False
    return True


def files(frame: Frame) -> dict[str, str]:
    """Files by path: a weak line before a construct, in one place within it, and after it."""
    return {
        f"{number:03}-{index:02}.py": frame(variant)
        for number, construct in enumerate(constructs())
        for index, variant in enumerate(variants(construct, WEAK, WEAK_VALUE))
    }


def lost_lines(result: ScanResult, texts: Mapping[str, str]) -> dict[str, str]:
    """Weak lines that are neither found nor in a file with a gap, by path and line."""
    gaps = {gap.path for gap in result.gaps}
    found = {
        (finding.location.path, line)
        for finding in result.findings
        for line in range(finding.location.line, finding.location.end_line + 1)
    }
    return {
        f"{path}:{number}": text
        for path, text in texts.items()
        if path not in gaps
        for number, line in enumerate(text.split("\n"), start=1)
        if any(weak in line for weak in (WEAK, WEAK_VALUE, WEAK_FORMAT)) and (path, number) not in found
    }


def check(tmp_path: Path, frame: Frame) -> None:
    texts = files(frame)
    result = ScanHarness(tmp_path).result(semgrep, texts, timeout=600)
    assert lost_lines(result, texts) == {}
    unparsable = {path for path, text in texts.items() if not parses(text)}
    others = {path for path, text in texts.items() if UNREAD.search(text)}
    assert {gap.path for gap in result.gaps} - others == unparsable - others


def test_weak_lines_around_any_syntax_are_found(tmp_path: Path) -> None:
    assert sum(1 for _ in constructs()) > 700
    check(tmp_path, in_function)


@pytest.mark.nightly
@pytest.mark.parametrize("frame", [in_module, in_handler, in_case, in_loop])
def test_weak_lines_around_any_syntax_are_found_anywhere(frame: Frame, tmp_path: Path) -> None:
    check(tmp_path, frame)
