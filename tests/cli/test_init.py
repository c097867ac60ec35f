"""`scangate init` writes what fits, asks before it writes over anything, and follows no link."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml

from scangate.cli.snippet import list_snippets
from scangate.cli.workload_detection import detect_workload
from tests.support.command import run_scangate

SITE = '{"scripts": {"build": "x"}}\n'
SAM = "Resources:\n  F: {Type: AWS::Serverless::Function}\n"


def tree(root: Path, files: dict[str, str]) -> Path:
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({}, "gate"),
        ({"README.md": "x\n"}, "gate"),
        ({"pyproject.toml": "[project]\n"}, "python-application"),
        ({"pyproject.toml": "[build-system]\n", "package.json": SITE}, "python-application"),
        ({"setup.py": ""}, "python-application"),
        ({"pyproject.toml": "[tool.ruff]\n"}, "gate"),
        ({"requirements.txt": "", "package.json": SITE}, "gate"),
        ({"package.json": SITE}, "static-site"),
        ({"package.json": "{}"}, "gate"),
        ({"Dockerfile": "FROM x\n", "pyproject.toml": ""}, "container-image"),
        ({"template.yaml": SAM, "requirements.txt": ""}, "lambda"),
        ({"template.yml": "", "samconfig.toml": ""}, "lambda"),
        ({"template.yaml": "Resources: {}\n"}, "gate"),
        ({"appspec.yml": "version: 0.0\nos: linux\n", "Dockerfile": "FROM x\n"}, "ec2-codedeploy"),
        ({"appspec.yml": "version: 0.0\nResources: []\n", "Dockerfile": "FROM x\n"}, "container-image"),
    ],
)
def test_the_buildspec_that_fits(files: dict[str, str], name: str, tmp_path: Path) -> None:
    assert detect_workload(tree(tmp_path / "tree", files))[0] == name


def test_symlink_does_not_identify_a_workload(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").symlink_to("/etc/hostname")
    assert detect_workload(tmp_path)[0] == "gate"


def test_an_empty_repository_gets_all_three_and_they_hold(tmp_path: Path) -> None:
    ran = run_scangate("init", cwd=tree(tmp_path, {"Dockerfile": "FROM x\n"})).expect(0)
    assert (tmp_path / "buildspec.yml").read_text() == list_snippets()["container-image"].read_text("utf-8")
    assert "next: scangate scan" in ran.stdout
    run_scangate("policy", "check", cwd=tmp_path).expect(0)
    (entry,) = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text())["repos"]
    assert entry["hooks"][0]["id"] == "scangate"
    again = run_scangate("init", cwd=tmp_path).expect(0)
    assert "nothing to write" in again.stdout


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    ran = run_scangate("init", "--dry-run", cwd=tmp_path).expect(0)
    assert ran.stdout.count("would write") == 3
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_gets_its_hook(tmp_path: Path) -> None:
    run_scangate("init", cwd=tree(tmp_path, {"appspec.yml": "os: linux\n"})).expect(0)
    hook = tmp_path / "scripts" / "verify.sh"
    assert stat.S_IMODE(hook.stat().st_mode) == 0o755
    assert hook.read_text() == list_snippets()["appspec/verify.sh"].read_text("utf-8")


def test_a_buildspec_and_a_policy_that_are_there_stay(tmp_path: Path) -> None:
    files = {"buildspec.yml": "version: 0.2\n", "scangate.yaml": "version: 1\nextends: strict\n", "package.json": SITE}
    ran = run_scangate("init", "--yes", cwd=tree(tmp_path, files)).expect(0)
    assert {name: (tmp_path / name).read_text() for name in files} == files
    assert (tmp_path / "buildspec-gate.yml").read_text() == list_snippets()["gate"].read_text("utf-8")
    assert "scangate snippet static-site" in ran.stderr


def test_a_buildspec_by_its_other_name_is_one_too(tmp_path: Path) -> None:
    ran = run_scangate("init", cwd=tree(tmp_path, {"buildspec.yaml": "version: 0.2\n"})).expect(0)
    assert "wrote buildspec-gate.yml: gate" in ran.stdout
    assert not (tmp_path / "buildspec.yml").exists()


def test_init_names_the_repository_root(tmp_path: Path) -> None:
    assert "git init && pre-commit install" in run_scangate("init", "--dry-run", cwd=tmp_path).expect(0).stdout
    (tmp_path / ".git").mkdir()
    top = run_scangate("init", "--dry-run", cwd=tmp_path).expect(0)
    assert "git init" not in top.stdout
    assert top.stderr == ""
    inside = run_scangate("init", "--dry-run", cwd=tree(tmp_path / "inside", {})).expect(0)
    assert f"scangate init {tmp_path.resolve()}" in inside.stderr


def test_init_without_a_terminal_is_a_usage_error(tmp_path: Path) -> None:
    files = {"buildspec.yml": "version: 0.2\n", "buildspec-gate.yml": "mine\n"}
    ran = run_scangate("init", cwd=tree(tmp_path, files)).expect(2)
    assert "buildspec-gate.yml" in ran.stderr
    assert {each.name for each in tmp_path.iterdir()} == set(files)
    run_scangate("init", "--yes", cwd=tmp_path).expect(0)
    assert (tmp_path / "buildspec-gate.yml").read_text() == list_snippets()["gate"].read_text("utf-8")


@pytest.mark.parametrize("name", ["buildspec.yml", "buildspec-gate.yml", ".pre-commit-config.yaml", "scripts"])
def test_init_does_not_write_through_symlinks(name: str, tmp_path: Path) -> None:
    root = tree(tmp_path / "tree", {"appspec.yml": "os: linux\n"})
    if name == "buildspec-gate.yml":
        (root / "buildspec.yml").write_text("mine\n")
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / name).symlink_to(outside if name == "scripts" else outside / "target")
    before = sorted(root.iterdir())
    ran = run_scangate("init", "--yes", cwd=root).expect(2)
    assert "link" in ran.stderr
    assert (sorted(root.iterdir()), list(outside.iterdir())) == (before, [])


OTHER = "repos:\n{0}- repo: https://example.org/x\n{0}  rev: v1\n{0}  hooks:\n{0}    - id: x\n"


@pytest.mark.parametrize("indent", ["", "  ", "    "])
def test_an_entry_is_added_to_the_hooks_that_are_there(indent: str, tmp_path: Path) -> None:
    before = "fail_fast: true\n" + OTHER.format(indent)
    run_scangate("init", "--yes", cwd=tree(tmp_path, {".pre-commit-config.yaml": before})).expect(0)
    after = (tmp_path / ".pre-commit-config.yaml").read_text()
    assert after.startswith(before)
    assert [hook["id"] for repo in yaml.safe_load(after)["repos"] for hook in repo["hooks"]] == ["x", "scangate"]


@pytest.mark.parametrize("before", [OTHER.format("  ") + "fail_fast: true\n", "repos: []\n", "- 1\n", "a: [\n"])
def test_hooks_to_which_lines_cannot_be_added_are_left_to_their_owner(before: str, tmp_path: Path) -> None:
    ran = run_scangate("init", "--yes", cwd=tree(tmp_path, {".pre-commit-config.yaml": before})).expect(0)
    assert (tmp_path / ".pre-commit-config.yaml").read_text() == before
    assert "id: scangate" in ran.stderr


@pytest.mark.parametrize(("option", "value"), [("--snippet", "lamda"), ("--policy", "strickt")])
def test_unknown_name_is_rejected_with_a_suggestion(option: str, value: str, tmp_path: Path) -> None:
    assert "did you mean" in run_scangate("init", option, value, cwd=tmp_path).expect(2).stderr
    assert list(tmp_path.iterdir()) == []
