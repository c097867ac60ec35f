"""The newest releases of the tools whose internals are patched or parsed; pyproject.toml allows the tested minor versions only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("bandit", "detect-secrets", "pip-audit", "semgrep")
TESTS = ("tests/tools/test_parity.py", "tests/tools/test_output_parsing.py", "tests/tools/test_scanner_contract.py", "tests/rules")


@pytest.mark.nightly
def test_scanners_work_with_the_newest_releases(tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True, timeout=120)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--upgrade", "pip"], check=True, timeout=300)  # the bundled one may not know dependency groups
    subprocess.run([*pip, "--editable", str(ROOT), "--group", f"{ROOT}/pyproject.toml:test"], check=True, timeout=1200)
    subprocess.run([*pip, "--upgrade", *TOOLS], check=True, timeout=1200)  # pip only warns that scangate requires older releases
    environment = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}"}
    argv = [str(python), "-m", "pytest", "-q", "-m", "not nightly", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
