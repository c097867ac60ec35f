"""A tree with traps changes no finding and runs no code: from inside, from outside, staged, with an environment in its favour."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import SCANGATE, environment, load_verdict, run_scangate
from tests.support.hostile_tree import TOOL_CONFIGS, add_traps, hostile_environment, poison_git_config
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, write_policy

CODE: dict[str, str | bytes] = {
    "app.py": WEAK_SOURCE,
    "tests/test_app.py": WEAK_SOURCE + 'password = "hunter2hunter2"\n',
    "clean.py": CLEAN_SOURCE,
    "Dockerfile": "FROM python:3.12\nUSER root\nRUN curl http://example.org/x | sh\n",
    "conf.yml": "db_password: Zq8Kx2mT4wVn7Rb\n",
}


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_policy(tmp_path_factory.mktemp("rules") / "policy.yaml", "bandit", "semgrep", "detect-secrets")


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory, rules: Path) -> list[dict[str, Any]]:
    """The findings in the code alone, without the traps."""
    root = tmp_path_factory.mktemp("honest")
    tree = create_repository(root / "tree", CODE)
    run_scangate("scan", tree, "--policy", rules, "--output-dir", root / "out", cwd=root).expect(1)
    return findings(root / "out")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The code with every trap there is."""
    tree = create_repository(tmp_path / "tree", CODE)
    add_traps(tree, tmp_path / "marks")
    poison_git_config(tree, tmp_path / "marks")
    for mark in (tmp_path / "marks").iterdir():  # what building it has set off
        mark.unlink()
    return tree


def findings(out: Path) -> list[dict[str, Any]]:
    """The findings in the files of the code, and that every one of them was read, whatever the traps are."""
    document = load_verdict(out)
    for scanner in document["scanners"]:
        if scanner["status"] != "skipped":
            read = set(scanner["analyzed_files"])
            assert {path for path in CODE if scanner["scanner"] == "detect-secrets" or path.endswith(".py")} <= read
    found = [entry for entry in document["findings"] if entry["path"] in CODE]
    for entry in found:
        for ruling in (entry, *entry["members"]):
            del ruling["decision"]  # counts all findings, those in the traps, too
    assert found
    return found


def assert_no_trap_sprang(tmp_path: Path) -> None:
    assert sorted(mark.name for mark in (tmp_path / "marks").iterdir()) == []


def check(
    tmp_path: Path, honest: list[dict[str, Any]], cwd: Path, *arguments: str | Path, env: Mapping[str, str] | None = None
) -> None:
    run_scangate("scan", *arguments, "--output-dir", tmp_path / "out", cwd=cwd, env=env).expect(1)
    assert_no_trap_sprang(tmp_path)
    assert json.dumps(findings(tmp_path / "out")) == json.dumps(honest)


def test_from_inside(tmp_path: Path, tree: Path, rules: Path, honest: list[dict[str, Any]]) -> None:
    check(tmp_path, honest, tree, ".", "--policy", rules)


def test_from_outside(tmp_path: Path, tree: Path, rules: Path, honest: list[dict[str, Any]]) -> None:
    check(tmp_path, honest, tmp_path, tree, "--policy", rules)


def test_with_an_environment_in_its_favour(tmp_path: Path, tree: Path, rules: Path, honest: list[dict[str, Any]]) -> None:
    check(tmp_path, honest, tree, ".", "--policy", rules, env=environment(**hostile_environment(tree)))


def test_staged(tmp_path: Path, tree: Path, rules: Path, honest: list[dict[str, Any]]) -> None:
    """GIT_INDEX_FILE is git's own word to its hooks, and obeyed. Without a commit every finding is new."""
    for ref in (tree / ".git" / "refs" / "heads").iterdir():
        ref.unlink()
    around = hostile_environment(tree)
    del around["GIT_INDEX_FILE"]
    check(tmp_path, honest, tree, "--staged", "--policy", rules, *CODE, env=environment(**around))


def test_an_import_path_that_leads_into_the_tree(tmp_path: Path, tree: Path, rules: Path, honest: list[dict[str, Any]]) -> None:
    """Python itself imports some modules from PYTHONPATH before any program begins; those are not ours to keep out."""
    for name in ("sitecustomize", "usercustomize", "json", "re", "ast", "importlib", "encodings"):
        (tree / f"{name}.py").unlink()
    check(tmp_path, honest, tree, ".", "--policy", rules, env=environment(PYTHONPATH=f".:{tree}", **hostile_environment(tree)))


@pytest.mark.parametrize("how", ["script", "module"])
def test_isolated_nothing_at_all_is_imported_from_the_tree(
    tmp_path: Path, tree: Path, rules: Path, honest: list[dict[str, Any]], how: str
) -> None:
    """As the buildspec and the pre-commit hook start it."""
    start = [str(SCANGATE)] if how == "script" else ["-m", "scangate"]
    under = (sys.executable, "-I", *start[:-1])
    env = environment(PYTHONPATH=f".:{tree}:{tree / 'lib'}", **hostile_environment(tree))
    ran = run_scangate(
        "scan", ".", "--policy", rules, "--output-dir", tmp_path / "out", cwd=tree, env=env, command=Path(start[-1]), under=under
    )
    ran.expect(1)
    assert_no_trap_sprang(tmp_path)
    assert json.dumps(findings(tmp_path / "out")) == json.dumps(honest)


def test_the_traps_are_files_like_any_other(tmp_path: Path, tree: Path, rules: Path) -> None:
    run_scangate("scan", tree, "--policy", rules, "--output-dir", tmp_path / "out", cwd=tmp_path).expect(1)
    document = load_verdict(tmp_path / "out")
    read = {scanner["scanner"]: set(scanner["analyzed_files"]) for scanner in document["scanners"]}
    assert set(TOOL_CONFIGS) <= read["detect-secrets"]
    assert {"bandit.py", "click.py", "sitecustomize.py", "conftest.py"} <= read["bandit"]


def test_the_traps_do_spring(tmp_path: Path, tree: Path) -> None:
    """Without any precaution: else the tests above would show nothing."""
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": "."}
    for name in ("json", "re", "ast", "importlib", "encodings"):  # without these Python would not even start
        (tree / f"{name}.py").unlink()
    subprocess.run([sys.executable, "-c", "import click, bandit"], cwd=tree, env=env, check=True)
    subprocess.run(["git", "-c", f"safe.directory={tree}", "--work-tree=.", "add", "clean.py"], cwd=tree, env=env, check=False)
    sprung = {mark.name for mark in (tmp_path / "marks").iterdir()}
    assert {"import-sitecustomize", "import-click", "import-bandit", "git-fsmonitor", "git-filter"} <= sprung
