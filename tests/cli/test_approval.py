"""--review leaves a FAIL to an approval, and nothing else; the verdict stays what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, write_policy


@pytest.mark.parametrize(
    ("text", "outcome", "code", "word"),
    [(WEAK_SOURCE, "FAIL", 0, "REVIEW"), (CLEAN_SOURCE, "PASS", 0, "PASS"), ("def f(:\n", "INCOMPLETE", 3, "INCOMPLETE")],
)
def test_a_failure_alone_is_left_to_an_approval(tmp_path: Path, text: str, outcome: str, code: int, word: str) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": text})
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    out = tmp_path / "out"
    asked = ("--policy", rules, "--review", "--output-dir", out, "--report", f"env={tmp_path / 'env'}")
    ran = run_scangate("scan", tree, *asked, cwd=tmp_path).expect(code)
    document = load_verdict(out)
    assert (document["outcome"], document["exit_code"]) == (outcome, {"FAIL": 1, "PASS": 0, "INCOMPLETE": 3}[outcome])
    assert f"SCANGATE_VERDICT='{word}'" in (tmp_path / "env").read_text("utf-8")
    assert ("--review" in ran.stderr) is (word == "REVIEW")


def test_a_verdict_that_was_left_to_an_approval_fails_when_it_is_evaluated_again(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": WEAK_SOURCE})
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    verdict = tmp_path / "verdict.json"
    run_scangate("scan", tree, "--policy", rules, "--review", "--report", f"json={verdict}", cwd=tmp_path).expect(0)
    env = tmp_path / "env"
    run_scangate("gate", verdict, "--policy", rules, "--report", f"env={env}", cwd=tmp_path).expect(1)
    assert "SCANGATE_VERDICT='FAIL'" in env.read_text("utf-8")
