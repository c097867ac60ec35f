"""What is known of betterleaks without running it: its version. And what the worker does with what an engine reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.errors import ScanError
from scangate.model import GapKind, SecretClass
from scangate.secrets.detectors import TITLES
from scangate.tools import betterleaks
from scangate.tools.detect_secrets_job import ReportedSecret
from scangate.tools.program_files import read_go_version
from scangate.tools.secret_reports import run_worker
from tests.support.scan_harness import ScanHarness


def test_the_version_of_a_go_program_is_read_from_its_file(tmp_path: Path) -> None:
    module = "example.com/tool"
    head = b"\x7fELF" + b"\0" * 5000 + b"\xff Go buildinf:\x08\x02" + b"\0" * 16
    programs = {
        "set": head + b"mod\texample.com/tool/v2\tv2.0.0-2026\t\nbuild\t-ldflags=-X=example.com/tool/v2/version.Version=2.1.0\n",
        "installed": head + b"path\texample.com/tool\nmod\texample.com/tool\tv1.8.1\th1:x\n",
        "script": b"#!/bin/sh\nexec tool\n",
    }
    for name, data in programs.items():
        (tmp_path / name).write_bytes(data)
    found = {name: read_go_version(str(tmp_path / name), module) for name in programs}
    assert found == {"set": "2.1.0", "installed": "1.8.1", "script": "unstated"}


def test_version_one_counts_as_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "betterleaks"
    program.write_bytes(b"\xff Go buildinf:" + b"\0" * 16 + b"mod\tgithub.com/betterleaks/betterleaks\tv1.8.1\t\n")
    program.chmod(0o755)
    monkeypatch.setattr(betterleaks, "find_on_path", lambda name: str(program))
    with pytest.raises(ScanError) as caught:
        betterleaks.version()
    assert caught.value.kind is GapKind.TOOL_MISSING


def test_what_an_engine_reports_is_kept_even_if_its_rule_has_the_name_of_ours(tmp_path: Path) -> None:
    context, sources = ScanHarness(tmp_path).sources({"a.yaml": "password: ${DB_PASSWORD}\n"})
    reported = ReportedSecret(10, 24, next(iter(TITLES)), SecretClass.ASSIGNMENT, "Password")
    ((_, result),) = run_worker("betterleaks", {sources[0]: (reported,)}, context)
    assert [found.secret.rule for found in result.secrets] == [reported.rule]
