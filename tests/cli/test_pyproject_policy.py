"""``[tool.scangate]`` in pyproject.toml: who reads it, at which revision, and what is said of configuration that nobody reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import CommandResult, environment, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files

HEAD = '[tool.scangate]\nversion = 1\nunknown = "high"\nscanners.bandit.enabled = true\ncoverage.required = ["bandit"]\n'
GAPS = '[[tool.scangate.coverage.allowed-gaps]]\nkind = "not-analyzed"\nreason = "few scanners make a quick test"\n'
STRICT = HEAD + "budgets = {critical = 0, high = 0, medium = 9, low = 9, info = 9}\n" + GAPS
LOOSE = STRICT.replace("high = 0", "high = 9")
PULL_REQUEST = {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}


def scan(tree: Path, code: int, *arguments: str, **env: str) -> CommandResult:
    out = tree.parent / "out"
    return run_scangate("scan", "--output-dir", out, *arguments, cwd=tree, env=environment(**env)).expect(code)


def test_a_pull_request_is_judged_by_its_targets_table(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": WEAK_SOURCE, "pyproject.toml": STRICT})
    run_git(tree, "switch", "--quiet", "--create", "topic")
    write_files(tree, {"pyproject.toml": LOOSE})
    run_git(tree, "commit", "--quiet", "--all", "--message", "loosen")
    scan(tree, 0)
    scan(tree, 1, **PULL_REQUEST)
    notes = load_verdict(tmp_path / "out")["notes"]
    assert [(note["text"], note["path"]) for note in notes if note["kind"] == "policy-changed"] == [("edits", "pyproject.toml")]


def test_a_change_of_the_rest_of_the_file_is_no_change_of_the_policy(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "pyproject.toml": STRICT})
    run_git(tree, "switch", "--quiet", "--create", "topic")
    write_files(tree, {"pyproject.toml": "[tool.black]\nline-length = 100\n" + STRICT})
    run_git(tree, "commit", "--quiet", "--all", "--message", "format")
    scan(tree, 0, **PULL_REQUEST)
    assert not [note for note in load_verdict(tmp_path / "out")["notes"] if note["kind"] == "policy-changed"]


def test_a_change_cannot_remove_the_table_of_a_folder(tmp_path: Path) -> None:
    folder = "[tool.scangate]\nversion = 1\nbudgets.high = 0\n"
    files: dict[str, str | bytes] = {"svc/app.py": WEAK_SOURCE, "pyproject.toml": LOOSE, "svc/pyproject.toml": folder}
    tree = create_repository(tmp_path / "tree", files)
    scan(tree, 1)
    run_git(tree, "switch", "--quiet", "--create", "topic")
    write_files(tree, {"svc/pyproject.toml": "[tool.black]\n"})
    run_git(tree, "commit", "--quiet", "--all", "--message", "remove")
    scan(tree, 0)
    scan(tree, 1, **PULL_REQUEST)


def test_a_hook_is_judged_by_the_staged_table(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "pyproject.toml": STRICT})
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    write_files(tree, {"pyproject.toml": LOOSE})
    scan(tree, 1, "--staged")
    run_git(tree, "add", "pyproject.toml")
    scan(tree, 0, "--staged")


def test_two_policies_end_with_a_usage_error(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"pyproject.toml": STRICT, "scangate.yaml": "version: 1\nextends: baseline\n"})
    assert "pyproject.toml:1:1: [tool.scangate]: a second policy" in run_scangate("scan", cwd=tree).expect(2).stderr


def test_policy_check_show_and_waive_know_the_table(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"pyproject.toml": STRICT})
    assert "read from pyproject.toml" in run_scangate("policy", "check", cwd=tree).expect(0).stdout
    assert "# pyproject.toml:" in run_scangate("policy", "show", "pyproject.toml", cwd=tree).expect(0).stdout
    waive = ("waive", "bandit:B101", "--reason", "tests", "--owner", "me", "--expires", "9d")
    for arguments in ((), ("--policy", "pyproject.toml")):
        assert "scangate.yaml" in run_scangate(*waive, *arguments, cwd=tree).expect(2).stderr
    assert [file.name for file in tree.iterdir()] == ["pyproject.toml"]


def test_init_keeps_the_table(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"pyproject.toml": STRICT})
    run_scangate("init", "--for", "codebuild", "--yes", cwd=tree).expect(0)
    assert not (tree / "scangate.yaml").exists()


IGNORED: list[tuple[str, str, str]] = [
    (".scangateignore", "tests/\n", ".scangateignore is ignored"),
    ("scangate.yml", "version: 1\n", "scangate.yml is ignored"),
    (".scangate.yaml", "version: 1\n", ".scangate.yaml is ignored"),
    ("pyproject.toml", STRICT + "[tool.scan-gate]\n", "[tool.scan-gate] in pyproject.toml is ignored"),
]


@pytest.mark.parametrize(("name", "text", "note"), IGNORED, ids=[note for *_, note in IGNORED])
def test_configuration_that_is_ignored_is_named(tmp_path: Path, name: str, text: str, note: str) -> None:
    tree = write_files(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "pyproject.toml": STRICT})
    scan(tree, 0)
    assert not [each for each in load_verdict(tmp_path / "out")["targets"]["notes"] if "is ignored" in each]
    write_files(tree, {name: text})
    scan(tree, 0)
    assert [each for each in load_verdict(tmp_path / "out")["targets"]["notes"] if each.startswith(note)]
    assert note in run_scangate("policy", "check", cwd=tree).expect(0).stderr
