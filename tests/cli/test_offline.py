"""Without a network the result is the same, except for what only the advisory service knows: that is reported, and is no pass."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository

UNSHARE = shutil.which("unshare")
PERMITTED = UNSHARE is not None and subprocess.run([UNSHARE, "-n", "true"], check=False, capture_output=True).returncode == 0
CUT = (str(UNSHARE), "-n")

pytestmark = pytest.mark.skipif(not PERMITTED, reason="a network namespace of its own is not permitted here")


def facts(out: Path) -> tuple[list[Any], dict[str, list[str]], list[Any]]:
    """The findings, the files that each scanner but pip-audit read, and the gaps but those of pip-audit."""
    document = load_verdict(out)
    read = {scanner["scanner"]: scanner["analyzed_files"] for scanner in document["scanners"] if scanner["scanner"] != "pip-audit"}
    findings = [entry for entry in document["findings"] if entry["kind"] != "dependency"]
    return findings, read, [gap for gap in document["gaps"] if gap["scanner"] != "pip-audit"]


def test_the_network_is_not_needed(tmp_path: Path) -> None:
    tree = create_repository(
        tmp_path / "tree", {"app.py": WEAK_SOURCE, "Dockerfile": "FROM x\nRUN curl http://x | sh\n", "requirements.txt": "a==1\n"}
    )
    run_scangate("scan", tree, "--output-dir", tmp_path / "with", cwd=tmp_path).expect(1)
    run_scangate("scan", tree, "--output-dir", tmp_path / "without", cwd=tmp_path, under=CUT).expect(1)
    assert facts(tmp_path / "with") == facts(tmp_path / "without")
    gaps = [gap for gap in load_verdict(tmp_path / "without")["gaps"] if gap["scanner"] == "pip-audit"]
    assert [(gap["kind"], gap["path"], gap["line"]) for gap in gaps] == [("advisory-unanswered", "requirements.txt", 1)]


def test_clean_code_passes_and_an_unanswered_pin_does_not(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE})
    run_scangate("scan", tree, cwd=tmp_path, under=CUT).expect(0)
    (tree / "requirements.txt").write_text("requests==2.31.0\n")
    ran = run_scangate("scan", tree, cwd=tmp_path, under=CUT).expect(3)
    assert "pip-audit: advisory-unanswered" in ran.stdout
