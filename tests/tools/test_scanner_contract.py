"""What every scanner owes, run over all that are registered: a new one gets these tests for nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scangate.app.scanner_registry import load_scanners
from scangate.content.catalog import CONTENT_TYPES, Form
from scangate.content.file_names import usual_name
from scangate.content.identification import identify
from scangate.errors import ScanError
from scangate.model import ANY_TYPE, FileAccounting, GapKind, ScanStatus, Severity
from scangate.plugin import FileFacts, Scanner, read_traits
from scangate.python_parser import ignore_warnings
from scangate.scan.plan import ScannerTask
from scangate.tools import bandit
from scangate.tools.sarif_command import Options as CommandOptions
from scangate.tools.sarif_command import SarifCommand
from tests.support.scan_harness import ScanHarness, is_ledger_complete

WRITES_SARIF = """
import json
run = {"tool": {"driver": {"name": "x"}}, "results": [], "invocations": [{"executionSuccessful": True}]}
print(json.dumps({"version": "2.1.0", "runs": [run]}))
"""
BLOCK = CommandOptions(command=(sys.executable, "-c", WRITES_SARIF, "{root}"), reads=("**",), trusted="it is ours")
SCANNERS: dict[str, tuple[Any, Any]] = {name: (scanner, scanner.Options()) for name, scanner in load_scanners().items()}
SCANNERS["a command"] = (SarifCommand("a-command", BLOCK), BLOCK)

ODD_PATHS = (
    "",
    "a",
    "-a.py",
    "a b.py",
    "new\nline.yaml",
    "é/ü.json",
    "..py",
    ".py",
    "a/requirements.txt",
    "x" * 5000 + ".py",
    "\\xff.py",
    "%s.txt",
    "\0",
)

# One clean file of each kind that some scanner reads.
CLEAN: dict[str, bytes | str] = {
    "a.py": "x = 1\n",
    "a.yaml": "a: 1\n",
    "a.json": '{"a": 1}\n',
    "Dockerfile": "FROM scratch\n",
    "requirements.txt": "# none\n",
    "a.txt": "words\n",
    "package.json": "{}\n",
    ".github/workflows/a.yml": "on: push\npermissions: {}\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n",
    "template.yaml": "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n",
}


OPTIONAL = {
    "betterleaks": "version 2 of the program is not on PATH",
    "credsweeper": "the extra is not installed",
    "zizmor": "the extra is not installed",
}


@pytest.fixture(params=SCANNERS)
def scanner(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    each = SCANNERS[request.param]
    if request.param in OPTIONAL:
        try:
            each[0].version()
        except ScanError:
            pytest.skip(OPTIONAL[request.param])
    return each


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def test_it_reads_what_it_declares_to_analyze_and_content_calls_for_that(scanner: tuple[Any, Any]) -> None:
    each, options = scanner
    for declared in (found for found in ScannerTask(each, options, 1.0).declared_coverage if not found.within):
        names = CONTENT_TYPES if declared.content_type == ANY_TYPE else [declared.content_type]
        for name in (name for name in names if CONTENT_TYPES[name].form is Form.TEXT):
            assert declared.analysis in CONTENT_TYPES[name].analyses
            assert each.reads(FileFacts(usual_name(name, "a"), name), options), name


def test_the_built_in_scanners_cover_what_the_manual_says() -> None:
    covered = {
        name: {(declared.content_type, declared.analysis.value) for declared in ScannerTask(each, options, 1.0).declared_coverage}
        for name, (each, options) in SCANNERS.items()
    }
    assert covered["bandit"] == {("python", "code")}
    assert covered["detect-secrets"] == {("*", "secrets")}
    assert ("python-manifest", "dependencies") in covered["pip-audit"]
    assert covered["a command"] == set()


def test_bandit_counts_the_tests_that_are_installed_and_not_skipped() -> None:
    with ignore_warnings():
        from bandit.core.extension_loader import MANAGER

    ids = sorted({*MANAGER.blacklist_by_id, *(plugin.plugin._test_id for plugin in MANAGER.plugins)})
    assert {each.rules for each in bandit.coverage(bandit.Options())} == {len(ids)}
    assert {each.rules for each in bandit.coverage(bandit.Options(skips=("B101", "B102", "B1")))} == {len(ids) - 2}
    assert not list(bandit.coverage(bandit.Options(skips=tuple(ids[bandit.MIN_TESTS - 1 :]))))


def test_it_implements_the_scanner_protocol(scanner: tuple[Any, Any]) -> None:
    each: Scanner[Any] = scanner[0]
    assert each.NAME.lower() == each.NAME
    assert each.NAME.replace("-", "").isalnum()
    traits = read_traits(each)
    assert isinstance(traits.accounting, FileAccounting)
    assert {type(traits.splittable), type(traits.io_bound)} == {bool}


def test_version_is_one_word(scanner: tuple[Any, Any]) -> None:
    version = scanner[0].version()
    assert version
    assert version.split() == [version]


def test_unknown_options_are_rejected(scanner: tuple[Any, Any]) -> None:
    options = scanner[0].Options
    assert issubclass(options, msgspec.Struct)
    assert options.__struct_config__.frozen
    assert options.__struct_config__.forbid_unknown_fields
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"command": ["x", "{root}"], "reads": ["*"], "no-such-option": 1}, options)


@pytest.mark.parametrize("path", ODD_PATHS)
def test_it_decides_for_any_path(scanner: tuple[Any, Any], path: str) -> None:
    assert scanner[0].reads(FileFacts(path), scanner[1]) in (True, False)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=40))
def test_it_decides_deterministically(scanner: tuple[Any, Any], path: str) -> None:
    assert scanner[0].reads(FileFacts(path), scanner[1]) is scanner[0].reads(FileFacts(path), scanner[1])


def test_it_is_complete_without_files(scanner: tuple[Any, Any], bench: ScanHarness) -> None:
    result = bench.result(scanner[0], {}, scanner[1])
    assert (result.status, result.files_given) == (ScanStatus.COMPLETE, 0)


def test_it_reports_every_clean_file(scanner: tuple[Any, Any], bench: ScanHarness) -> None:
    result = bench.result(
        scanner[0], {f"{folder}{name}": data for folder in ("", "odd name/'\n-") for name, data in CLEAN.items()}, scanner[1]
    )
    assert result.files_given > 0
    assert (result.gaps, result.findings) == ((), ())
    assert result.files_given == len(result.analyzed_files)


TREE: dict[str, bytes | str] = {
    "syntax.py": "def f(:\n",
    "syntax.json": '{"a": \n',
    "syntax.yaml": "a: [1\nb: {\n",
    "syntax/Dockerfile": "FROM\nNOPE {{\n",
    "grammar_695.py": "def f[T](x: T) -> T:\n    return x\n\n\ntype X = int\n",
    "grammar_701.py": "x = f'{'a' + f'{1}'}'\n",
    "latin.py": b"x = '\xe9'\n",
    "latin.yaml": b"a: \xe9\n",
    "latin/requirements.txt": b"# \xe9\na\n",
    "cookie.py": b"# coding: no-such-codec\nx = 1\n",
    "wide.py": "x = 1\n".encode("utf-16"),
    "nul.py": b"x = 1\n\0\n",
    "nul.json": b'{"a": "\0"}\n',
    "empty.py": b"",
    "empty.yaml": b"",
    "empty.json": b"",
    "empty/Dockerfile": b"",
    "mark.py": b"\xef\xbb\xbf",
    "deep.py": "(" * 3000 + ")" * 3000,
    "deep.json": "[" * 3000 + "]" * 3000,
    "deep.yaml": "[" * 3000 + "]" * 3000,
    "long.py": "x = '" + "a" * 100_000 + "'\n",
    "space in name.py": "x = 1\n",
    "new\nline.py": "x = 1\n",
    "quote'\".py": "x = 1\n",
    "ünïcode.py": "x = 1\n",
    "-dash.py": "x = 1\n",
    "100%s.py": "x = 1\n",
    "x" * 240 + ".py": "x = 1\n",
    "binary.dat": bytes(range(256)) * 20,
    "large.py": "# a comment\n" * 40_000,
    "large.txt": "x\n" * 250_000,
}


def test_it_accounts_for_every_file_of_a_hostile_tree(scanner: tuple[Any, Any], bench: ScanHarness) -> None:
    result = bench.result(scanner[0], TREE, scanner[1], max_file_bytes=400_000, jobs=2)
    assert is_ledger_complete(result)
    assert not {gap.kind for gap in result.gaps} & {GapKind.TOOL_MISSING, GapKind.TIMEOUT, GapKind.INTERRUPTED}
    selected = {
        path
        for path, data in TREE.items()
        if scanner[0].reads(FileFacts(path, identify(path, data if isinstance(data, bytes) else data.encode())), scanner[1])
    }
    assert {gap.path for gap in result.gaps if gap.kind is GapKind.TOO_LARGE} == {"large.py", "large.txt"} & selected
    assert selected == {
        *result.analyzed_files,
        *(gap.path for gap in result.gaps),
    }
    assert {"space in name.py", "new\nline.py", "quote'\".py", "ünïcode.py", "-dash.py", "100%s.py"} & set(TREE) <= (
        set(result.analyzed_files) if "-dash.py" in selected else set(TREE)
    )
    assert all(gap.reason and "\n" not in gap.reason and gap.reason[0] != " " for gap in result.gaps)
    assert all(found.severity in Severity and found.fingerprint and found.reported_by for found in result.findings)


@pytest.mark.parametrize("name", ["bandit", "semgrep"])
def test_invalid_python_is_a_gap_with_a_reason(bench: ScanHarness, name: str) -> None:
    scanner, options = SCANNERS[name]
    files = {path: TREE[path] for path in ("syntax.py", "latin.py", "cookie.py", "nul.py", "wide.py", "space in name.py")}
    result = bench.result(scanner, files, options)
    assert result.analyzed_files == ("space in name.py",)
    kinds = {gap.path: gap.kind for gap in result.gaps}
    assert kinds["latin.py"] in {GapKind.ENCODING, GapKind.PARTIAL_PARSE}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows that grammar")
def test_newer_syntax_is_a_gap_with_a_reason(bench: ScanHarness) -> None:
    scanner, options = SCANNERS["bandit"]
    result = bench.result(scanner, {path: TREE[path] for path in TREE if path.startswith("grammar_")}, options)
    assert {gap.path for gap in result.gaps} == {"grammar_695.py", "grammar_701.py"}
    assert all("cannot parse it" in gap.reason and "Python" in gap.reason for gap in result.gaps)


@pytest.mark.nightly
def test_a_file_that_takes_semgrep_too_long_is_a_gap(bench: ScanHarness) -> None:
    """semgrep does not always keep its own time limit: ours holds, here one that its start alone exceeds."""
    scanner, options = SCANNERS["semgrep"]
    result = bench.result(scanner, {"long.py": "x = 1\n" * 60_000, "a.py": "x = 1\n"}, options, timeout=0.1)
    assert {gap.path: gap.kind for gap in result.gaps}["long.py"] is GapKind.TIMEOUT
    assert {gap.kind for gap in result.gaps} == {GapKind.TIMEOUT}
