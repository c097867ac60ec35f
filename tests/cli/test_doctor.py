"""``scangate doctor`` foresees the gaps of a scan, asks no service unasked, and prints no credentials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import environment, load_verdict, run_scangate
from tests.support.fake_secrets import fake_tokens
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, write_files, write_policy

PLAYBOOK = "- hosts: all\n  roles: [web]\n"
DEAD_PROXY = "http://someone:blue-kettle@127.0.0.1:9"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "lib.py": CLEAN_SOURCE, "site.yml": PLAYBOOK})


def diagnose(tree: Path, *arguments: str | Path, code: int = 0, **variables: str) -> list[dict[str, Any]]:
    ran = run_scangate("doctor", "--format", "json", *arguments, cwd=tree, env=environment(**variables)).expect(code)
    document = json.loads(ran.stdout)
    assert document["problems"] is (code == 3)
    checks: list[dict[str, Any]] = document["checks"]
    return checks


def of(checks: list[dict[str, Any]], area: str, name: str) -> dict[str, Any]:
    return next(check for check in checks if (check["area"], check["name"]) == (area, name))


@pytest.mark.smoke
def test_a_tree_that_can_be_scanned(tree: Path, tmp_path: Path) -> None:
    checks = diagnose(tree, "--policy", write_policy(tmp_path / "policy.yaml", "bandit"))
    assert {check["area"] for check in checks} == {
        *("program", "environment", "repository", "policy", "scanners", "caches", "network", "files", "coverage")
    }
    assert of(checks, "files", "python")["detail"] == "2"
    assert ", 2 files" in of(checks, "scanners", "bandit")["detail"]
    assert "does not run" in of(checks, "scanners", "semgrep")["detail"]
    assert "not tried" in of(checks, "network", "OSV")["detail"]
    assert of(checks, "coverage", "ansible")["status"] == "warning"


def test_the_gaps_of_the_scan_are_foreseen(tree: Path, tmp_path: Path) -> None:
    strict = "coverage: {required: [bandit, semgrep], allowed-gaps: {replace: []}}\n"
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"version: 1\nextends: baseline\nscanners: {{semgrep: {{enabled: false}}}}\n{strict}", "utf-8")
    checks = diagnose(tree, "--policy", policy, code=3)
    problems = {check["name"] for check in checks if check["status"] == "problem"}
    assert {"semgrep", "ansible"} <= problems
    run_scangate("scan", "--policy", policy, "--output-dir", tmp_path / "out", cwd=tree).expect(3)
    gaps = [gap for gap in load_verdict(tmp_path / "out")["gaps"] if gap["blocking"]]
    assert problems == {gap["path"] or gap["content_type"] or gap["scanner"] for gap in gaps}


def test_a_policy_that_cannot_be_used_is_a_problem(tree: Path) -> None:
    write_files(tree, {"scangate.yaml": "version: 1\nbudget: {}\n"})
    assert of(diagnose(tree, code=3), "policy", "policy")["status"] == "problem"


def test_configuration_that_is_not_read_is_named(tree: Path, tmp_path: Path) -> None:
    write_files(tree, {".scangateignore": "app.py\n"})
    checks = diagnose(tree, "--policy", write_policy(tmp_path / "policy.yaml", "bandit"))
    assert of(checks, "repository", ".scangateignore")["status"] == "warning"


def test_services_that_do_not_answer_are_a_problem_for_what_is_pinned(tree: Path, tmp_path: Path) -> None:
    policy = write_policy(tmp_path / "policy.yaml", "bandit", "pip-audit")
    data = str(tmp_path)
    checks = diagnose(tree, "--policy", policy, "--online", HTTPS_PROXY=DEAD_PROXY, XDG_DATA_HOME=data)
    assert of(checks, "network", "PyPI")["status"] == "warning"
    write_files(tree, {"requirements.txt": "flask==3.1.1\n"})
    checks = diagnose(tree, "--policy", policy, "--online", code=3, HTTPS_PROXY=DEAD_PROXY, XDG_DATA_HOME=data)
    assert of(checks, "coverage", "pip-audit")["status"] == "problem"
    assert "blue-kettle" not in json.dumps(checks)
    diagnose(tree, "--policy", policy, HTTPS_PROXY=DEAD_PROXY, XDG_DATA_HOME=data)  # not asked, so not known


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "no CI system"),
        ({"GITHUB_BASE_REF": "main", "GITHUB_EVENT_NAME": "pull_request"}, "GitHub Actions: a pull request for main"),
    ],
)
def test_the_build_is_recognized(variables: dict[str, str], expected: str, tree: Path, tmp_path: Path) -> None:
    policy = write_policy(tmp_path / "policy.yaml", "bandit")
    ran = run_scangate("doctor", "--format", "json", "--policy", policy, cwd=tree, env=environment(**variables))
    assert expected in of(json.loads(ran.stdout)["checks"], "repository", "build")["detail"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_check_shows_a_token(form: str, tree: Path) -> None:
    tokens = [fake_tokens(f"doctor {number}")["GitHub Token"] for number in range(4)]
    write_files(tree, {f"{tokens[0]}/site.yml": PLAYBOOK, "scangate.yaml": f"version: 1\nextends: baseline\nname: {tokens[1]}\n"})
    variables = {"GITHUB_BASE_REF": f"feature/{tokens[2]}", "GITHUB_EVENT_NAME": "pull_request"}
    shown = [run_scangate("doctor", "--format", form, cwd=tree, env=environment(**each)).stdout for each in ({}, variables)]
    write_files(tree, {"scangate.yaml": f"version: 1\nextends: {tokens[3]}\n"})
    shown.append(run_scangate("doctor", "--format", form, cwd=tree, env=environment()).expect(3).stdout)
    assert all("***" in page for page in shown)
    assert [token for token in tokens if token[4:12] in "".join(shown)] == []


def test_the_result_is_the_last_line(tree: Path, tmp_path: Path) -> None:
    shown = run_scangate("doctor", "--policy", write_policy(tmp_path / "policy.yaml", "bandit"), cwd=tree).expect(0).stdout
    assert shown.splitlines()[-1].startswith("0 problems (x), ")
    assert "\x1b" not in shown
