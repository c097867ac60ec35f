"""``--scanner``: a verdict on that scanner alone, marked in every report, with a code of its own, and refused as a whole one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import environment, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, write_files, write_policy

LABEL = "PASS (only bandit)"
SCOPED_PASS = 5


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with content that bandit does not analyze, next to a policy that also requires detect-secrets."""
    write_policy(tmp_path / "policy.yaml", "bandit", "detect-secrets")
    return create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "deploy.sh": "#!/bin/sh\ntrue\n"})


def scan(tree: Path, code: int, *scanners: str) -> Path:
    out = tree.parent / "out"
    chosen = [argument for name in scanners for argument in ("--scanner", name)]
    ran = run_scangate("scan", "--policy", tree.parent / "policy.yaml", *chosen, "--output-dir", out, cwd=tree).expect(code)
    assert (LABEL in ran.stdout) is (code == SCOPED_PASS)
    return out


def test_a_pass_is_marked_as_scoped_in_every_report(tree: Path) -> None:
    out = scan(tree, SCOPED_PASS, "bandit")
    verdict = load_verdict(out)
    assert (verdict["outcome"], verdict["only_scanners"], verdict["exit_code"]) == ("PASS", ["bandit"], SCOPED_PASS)
    assert [ruling for ruling in verdict["gaps"] if ruling["blocking"]] == []
    sarif = json.loads((out / "scangate.sarif").read_text())
    assert {run["properties"]["verdict"] for run in sarif["runs"]} == {LABEL}
    assert sarif["runs"][0]["properties"]["onlyScanners"] == ["bandit"]
    assert f'value="{LABEL}"' in (out / "junit.xml").read_text()
    page = (out / "report.html").read_text()
    assert f'<span class="word PASS">{LABEL}</span>' in page
    assert f"<title>{LABEL}: " in page
    assert (out / "summary.md").read_text().startswith("## scangate: PASS")
    assert "only bandit" in (out / "summary.md").read_text().partition("\n")[0]
    env = run_scangate("report", out / "verdict.json", "--format", "env", cwd=tree).expect(0)
    assert "SCANGATE_VERDICT='SCOPED-PASS'" in env.stdout
    assert run_scangate("report", out / "verdict.json", "--exit-code", cwd=tree).code == SCOPED_PASS


def test_findings_of_the_scanner_fail(tree: Path) -> None:
    write_files(tree, {"app.py": WEAK_SOURCE})
    out = scan(tree, 1, "bandit")
    assert load_verdict(out)["only_scanners"] == ["bandit"]
    assert "FAIL (only bandit)" in (out / "junit.xml").read_text()


def test_a_scanner_that_is_named_has_to_run(tree: Path) -> None:
    out = scan(tree, 3, "bandit", "semgrep")  # the policy does not enable semgrep
    gaps = [ruling["scanner"] for ruling in load_verdict(out)["gaps"] if ruling["blocking"]]
    assert gaps == ["semgrep"]


def test_all_scanners_of_the_policy_are_the_whole(tree: Path) -> None:
    out = scan(tree, 0, "bandit", "detect-secrets")
    assert load_verdict(out)["only_scanners"] == []


def test_a_scoped_verdict_is_refused_where_the_whole_is_needed(tree: Path) -> None:
    verdict = scan(tree, SCOPED_PASS, "bandit") / "verdict.json"
    for arguments in (
        ("gate", verdict, "--policy", "baseline"),
        ("attest", verdict, tree, "--key", tree / "none.pem"),
        ("publish", "github", verdict, "--repository", "example/shop", "--no-sarif"),
    ):
        ran = run_scangate(*arguments, cwd=tree, env=environment(GITHUB_TOKEN="x")).expect(2)
        assert "verdict.json is scoped" in ran.stderr


def test_a_scoped_document_cannot_claim_code_0(tree: Path) -> None:
    file = scan(tree, SCOPED_PASS, "bandit") / "verdict.json"
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "exit_code": 0}))
    assert "does not follow" in run_scangate("report", file, cwd=tree).expect(2).stderr


def test_shards_of_one_scanner_are_merged_to_a_scoped_verdict(tree: Path) -> None:
    options = ("--policy", tree.parent / "policy.yaml")
    shards = tree.parent / "shards"
    run_scangate("scan", *options, "--scanner", "bandit", "--shard", "1/1", "--output-dir", shards, cwd=tree).expect(0)
    ran = run_scangate("merge", shards / "shard-1-of-1.json", *options, cwd=tree).expect(SCOPED_PASS)
    assert LABEL in ran.stdout
