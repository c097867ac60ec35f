"""The program behind semgrep's quick front end is started without the script before it, and only where it is that program."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
from pathlib import Path

import pytest

from scangate.model import GapKind, ScanResult, ScanStatus
from scangate.scan.context import CallContext
from scangate.tools import semgrep
from tests.support.scan_harness import ScanHarness

FILES: dict[str, bytes | str] = {
    "app.py": "import subprocess\nfrom flask import request\nsubprocess.run(request.args['x'], shell=True)\n",
    "Containerfile": "FROM scratch\nRUN curl https://example.com/x | sh\n",
    "half.json": "{",
}
QUICKLY = [semgrep.EXPERIMENTAL]


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def installed_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Makes ``folder`` the place of semgrep's package."""
    spec = importlib.machinery.ModuleSpec("semgrep", None, origin=str(folder / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)


def core(folder: Path, text: str) -> Path:
    """A program in the place of semgrep's, in a package below ``folder``."""
    program = folder / "bin" / "semgrep-core"
    program.parent.mkdir(parents=True)
    program.write_text(text)
    program.chmod(0o755)
    return program


def comparable(result: ScanResult) -> tuple[object, ...]:
    return (result.status, result.analyzed_files, result.findings, result.gaps)


def test_semgrep_core_is_started_like_the_script_does(bench: ScanHarness) -> None:
    call = bench.new_context()
    program = Path(semgrep._program(QUICKLY, call))
    assert program.name == "osemgrep"
    assert program.is_symlink()
    assert program.resolve().name == "semgrep-core"
    assert semgrep._program(QUICKLY, call) == str(program)
    assert semgrep._program([], call) == call.find_console_script("semgrep")


def test_both_ways_to_start_have_the_same_findings(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    directly = bench.result(semgrep, FILES)
    assert directly.status is ScanStatus.PARTIAL
    assert len(directly.findings) >= 2
    installed_in(monkeypatch, tmp_path / "nowhere")
    assert comparable(bench.result(semgrep, FILES)) == comparable(directly)


@pytest.mark.parametrize("end", ["echo rubbish", pytest.param("kill -9 $$", marks=pytest.mark.nightly)])
def test_the_ordinary_front_end_is_the_fallback(
    bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str
) -> None:
    usual = bench.result(semgrep, FILES)
    asked = core(tmp_path / "semgrep", f"#!/bin/sh\ntouch '{tmp_path}/asked'\n{end}\n")
    installed_in(monkeypatch, asked.parents[1])
    assert comparable(bench.result(semgrep, FILES)) == comparable(usual)
    assert (tmp_path / "asked").exists()


def test_an_unknown_console_script_is_started_directly(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "semgrep"
    script.write_text("#!/bin/sh\nexit 2\n")
    monkeypatch.setattr(CallContext, "find_console_script", lambda *_: str(script))
    assert semgrep._program(QUICKLY, bench.new_context()) == str(script)


def test_a_program_without_execute_permission_is_not_started(
    bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    core(tmp_path / "semgrep", "").chmod(0o644)
    installed_in(monkeypatch, tmp_path / "semgrep")
    call = bench.new_context()
    assert semgrep._program(QUICKLY, call) == call.find_console_script("semgrep")


def set_flag(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    at = semgrep.FLAGS.index(name) + 1
    monkeypatch.setattr(semgrep, "FLAGS", (*semgrep.FLAGS[:at], value, *semgrep.FLAGS[at + 1 :]))


def test_a_file_that_takes_too_much_memory_is_a_gap_of_that_file_only(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    set_flag(monkeypatch, "--max-memory", "60")
    equal_keys = "apiVersion: v1\nkind: Pod\n" + "a: b\n" * 50_000
    result = bench.result(semgrep, {"pod.yaml": equal_keys, "app.py": FILES["app.py"]})
    assert [(gap.path, gap.kind, gap.hint) for gap in result.gaps] == [("pod.yaml", GapKind.CRASH, semgrep.MEMORY_HINT)]
    assert {finding.location.path for finding in result.findings} == {"app.py"}


def test_a_file_that_takes_too_long_is_a_gap_of_that_file_only(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    set_flag(monkeypatch, "--timeout", "1")
    slow = "x = " + "{a = " * 60 + "1" + "}" * 60 + "\n"  # semgrep needs twice the time for each level
    result = bench.result(semgrep, {"main.tf": slow, "app.py": FILES["app.py"]})
    assert [(gap.path, gap.kind) for gap in result.gaps] == [("main.tf", GapKind.TIMEOUT)]
    assert {finding.location.path for finding in result.findings} == {"app.py"}


FLOW = "from flask import request\nimport os\n\n\ndef run():\n    os.system(request.args['x'])\n    eval('1')\n"
NOTEBOOK = {"cells": [{"cell_type": "code", "source": FLOW, "metadata": {}}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_rules_that_taint_follows_are_left_to_it_where_it_reads_the_file(bench: ScanHarness) -> None:
    files = {"app.py": f"import tempfile\n{FLOW}tempfile.mktemp()\n", "cells.ipynb": json.dumps(NOTEBOOK)}
    found = bench.result(semgrep, files, semgrep.leave_followed_rules(semgrep.Options()))
    assert found.analyzed_files == ("app.py", "cells.ipynb")
    assert {(each.location.path, each.rule) for each in found.findings} == {
        ("app.py", "semgrep:python-mktemp"),
        ("cells.ipynb", "semgrep:python-command-injection"),
    }
