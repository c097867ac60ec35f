"""``scan --explain-noise`` as its users meet it, and what scangate itself wrote, scanned again."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support import sample_trees
from tests.support.command import run_scangate

ASSERTS = "def test_it() -> None:\n" + "".join(f"    assert {number}\n" for number in range(9))
RANDOM = "import random\n\n" + "".join(f"X{number} = random.random()\n" for number in range(9))


def test_printed_policy_lines_are_valid(tmp_path: Path) -> None:
    root = sample_trees.create_repository(tmp_path / "tree", {"tests/test_it.py": ASSERTS, "tests/draw.py": RANDOM})
    policy = sample_trees.write_policy(tmp_path / "policy.yaml", "bandit")
    first = run_scangate("scan", "--policy", policy, "--explain-noise", cwd=root).expect(0)
    assert "9  bandit:B101  low  in tests (tests/)" in first.stdout
    lines = first.stdout[first.stdout.index("severity:\n") :]
    quiet = sample_trees.write_policy(tmp_path / "quiet.yaml", "bandit", more=lines)
    assert "noise: no rule has" in run_scangate("scan", "--policy", quiet, "--explain-noise", cwd=root).expect(0).stdout
    assert "noise:" not in run_scangate("scan", "--policy", quiet, cwd=root).expect(0).stdout


def test_noise_keeps_stdout_for_a_report(tmp_path: Path) -> None:
    root = sample_trees.create_repository(tmp_path / "tree", {"tests/test_it.py": ASSERTS})
    policy = sample_trees.write_policy(tmp_path / "policy.yaml", "bandit")
    ran = run_scangate("scan", "--policy", policy, "--explain-noise", "--report", "json=-", cwd=root).expect(0)
    assert ran.stdout.startswith("{")
    assert "noise: " not in ran.stdout
    assert "noise: 1 group" in ran.stderr


def test_own_outputs_are_not_noise(tmp_path: Path) -> None:
    """Reports that were left in the tree hold fingerprints, which look like secrets; those of a strict form are not scanned."""
    root = sample_trees.create_repository(tmp_path / "tree", {"a.py": sample_trees.WEAK_SOURCE})
    run_scangate("scan", "--policy", "baseline", "--scanner", "bandit", "--output-dir", root / "out", cwd=root).expect(1)
    (root / "out" / ".gitignore").unlink()
    again = run_scangate("scan", "--policy", "baseline", "--scanner", "detect-secrets", "--report", "json=-", cwd=root)
    document = json.loads(again.stdout)
    assert document["findings"] == []
    (read,) = [scanner["analyzed_files"] for scanner in document["scanners"] if scanner["scanner"] == "detect-secrets"]
    assert "out/sbom.cdx.json" in read
    assert not {"out/verdict.json", "out/scangate.sarif"} & set(read)
