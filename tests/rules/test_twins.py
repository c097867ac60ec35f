"""Weak and safe twins of 14 classes of weaknesses in Python: each weak function is found, and no safe one alarms.

An alarm is a finding of medium severity or worse: what is lowered because its value can do no harm is none. The sets MISSED and
FALSE name what is known; a change that makes one of them shorter is an improvement.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scangate.judge.correlation import CWE_CORRECTIONS
from scangate.model import Finding, Severity
from scangate.tools import bandit, semgrep
from tests.support.paths import TESTS
from tests.support.scan_harness import ScanHarness

TWINS = TESTS / "rules" / "twins"
WEAKNESSES = {
    "command_injection": {77, 78, 88},
    "code_injection": {94, 95, 96},
    "sql_injection": {89, 943},
    "ldap_injection": {90},
    "xpath_injection": {643},
    "path_traversal": {22, 23, 36, 73},
    "cross_site_scripting": {79, 80},
    "xml_entities": {611, 827},
    "deserialization": {502},
    "open_redirect": {601},
    "weak_hash": {327, 328, 916},
    "weak_random": {330, 338},
    "insecure_cookie": {614, 1004},
    "trust_boundary": {501},
}
MISSED = {"sql_injection.weak_list"}
"""Taint does not pass through a list that grows."""
FALSE = {"xml_entities.safe_sax"}
"""bandit reports xml.sax.make_parser whatever is parsed."""


def functions() -> Iterator[tuple[str, str, int, int]]:
    """The class, the name, the first and the last line of each twin."""
    for weakness in WEAKNESSES:
        for node in ast.walk(ast.parse((TWINS / f"{weakness}.py").read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(("weak_", "safe_")):
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                yield weakness, node.name, first, node.end_lineno or first


def is_about(finding: Finding, weakness: str) -> bool:
    corrected = CWE_CORRECTIONS.get(finding.rule)
    cwes = set(finding.cwe) if corrected is None else {corrected}
    alarms = finding.severity in (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
    return alarms and finding.location.path == f"{weakness}.py" and bool(cwes & WEAKNESSES[weakness])


@pytest.mark.integration
def test_weak_twins_are_found_and_safe_ones_are_not(tmp_path: Path) -> None:
    files = {f"{weakness}.py": (TWINS / f"{weakness}.py").read_text("utf-8") for weakness in WEAKNESSES}
    found: list[Finding] = []
    for scanner in (bandit, semgrep):
        result = ScanHarness(tmp_path / scanner.NAME).result(scanner, files)
        assert not result.gaps
        found += result.findings
    alarmed = {
        f"{weakness}.{name}"
        for weakness, name, first, last in functions()
        if any(is_about(each, weakness) and first <= each.location.line <= last for each in found)
    }
    twins = {f"{weakness}.{name}" for weakness, name, *_ in functions()}
    assert {twin for twin in twins - alarmed if ".weak_" in twin} == MISSED
    assert {twin for twin in alarmed if ".safe_" in twin} == FALSE
