"""Skipped files: one module makes them, each with its reason."""

from __future__ import annotations

import ast

import pytest

from scangate.model import SkippedPath, SkipReason
from scangate.scan.skipping import ExcludedPaths, skip_excluded
from tests.support.paths import ROOT

PACKAGE = ROOT / "scanners" / "scangate"


def test_every_skipped_path_is_made_in_one_module_and_those_of_dependencies_by_the_audit() -> None:
    makers = {
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == SkippedPath.__name__
    }
    assert makers == {"scan/skipping.py", "tools/audit.py"}


@pytest.mark.parametrize(
    ("path", "scanner", "detail"),
    [
        ("gen/a.py", "bandit", "generated"),
        ("gen/a.py", "semgrep", "of both"),
        ("src/a.py", "bandit", None),
    ],
)
def test_the_first_exclusion_that_matches_gives_the_reason(path: str, scanner: str, detail: str | None) -> None:
    exclusions = [ExcludedPaths("gen/", "generated", ("bandit",)), ExcludedPaths("gen/", "of both")]
    expected = None if detail is None else SkippedPath(path, SkipReason.EXCLUDED, scanner, detail)
    assert skip_excluded(path, exclusions, scanner) == expected
