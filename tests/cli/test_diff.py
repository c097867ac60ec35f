"""``scangate diff``: two real scans of a tree that changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy
from tests.support.scanned_project import ScannedProject

KEY = 'password = "correct-horse-battery-9"\n'


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two verdicts: one file was renamed, one was cleaned, one is new, a secret has another value."""
    root = tmp_path_factory.mktemp("diff")
    rules = write_policy(root / "policy.yaml", "bandit", "detect-secrets")
    tree = create_repository(
        root / "tree", {"moved.py": WEAK_SOURCE, "cleaned.py": WEAK_SOURCE.replace("def run", "def go"), "key.py": KEY}
    )
    run_scangate("scan", tree, "--policy", rules, "--output-dir", root / "old", cwd=root).expect(1)
    (tree / "moved.py").rename(tree / "renamed.py")
    added = "import os\n\n\ndef run(command: str) -> None:\n    os.popen(command)\n"
    write_files(tree, {"cleaned.py": CLEAN_SOURCE, "added.py": added, "key.py": KEY.replace("9", "8")})
    run_git(tree, "add", "--all")
    run_scangate("scan", tree, "--policy", rules, "--output-dir", root / "new", cwd=root).expect(1)
    return root / "old" / "verdict.json", root / "new" / "verdict.json"


def paths(document: dict[str, Any], status: str) -> set[str]:
    return {each["finding"]["location"]["path"] for each in document["findings"] if each["status"] == status}


def test_what_changed_between_two_scans(verdicts: tuple[Path, Path], tmp_path: Path) -> None:
    document = json.loads(run_scangate("diff", *verdicts, "--format", "json", cwd=tmp_path).expect(0).stdout)
    assert paths(document, "new") == {"added.py"}
    assert paths(document, "fixed") == {"cleaned.py"}
    assert paths(document, "unchanged") == {"renamed.py", "key.py"}
    assert document["differences"] == []


def test_the_exit_code_is_1_only_on_demand_and_only_for_what_starts_to_block(verdicts: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = verdicts
    run_scangate("diff", old, new, cwd=tmp_path).expect(0)
    run_scangate("diff", old, new, "--exit-code", cwd=tmp_path).expect(1)
    run_scangate("diff", new, new, "--exit-code", cwd=tmp_path).expect(0)


def test_the_secret_s_value_was_not_compared_and_that_is_noted(verdicts: tuple[Path, Path], tmp_path: Path) -> None:
    shown = run_scangate("diff", *verdicts, cwd=tmp_path).expect(0).stdout
    assert "1 unchanged secret: " in shown
    assert "battery" not in shown


def test_an_invalid_verdict_is_named(scanned: ScannedProject, tmp_path: Path) -> None:
    good = Path(shutil.copy(scanned.out / "verdict.json", tmp_path / "good.json"))
    (tmp_path / "bad.json").write_text("{}")
    for arguments in ((good, "bad.json"), ("bad.json", good)):
        assert "bad.json" in run_scangate("diff", *arguments, cwd=tmp_path).expect(2).stderr
    run_scangate("diff", good, cwd=tmp_path).expect(2)
