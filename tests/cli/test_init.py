"""`scangate init` writes what is asked for, shows it first, keeps what is there, and follows no link."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from scangate.cli.install_source import PLACEHOLDER
from scangate.cli.snippet import list_snippets
from scangate.cli.starter_pipeline import PIPELINES
from scangate.cli.workload_detection import detect_workload
from tests.support.aws.cloudformation import read_template
from tests.support.command import SCANGATE, TIMEOUT, CommandResult, environment, run_scangate
from tests.support.fake_secrets import fake_secret, fake_tokens

SITE = '{"scripts": {"build": "x"}}\n'
SAM = "Resources:\n  F: {Type: AWS::Serverless::Function}\n"
GIT = "git+https://git.example.org/team/scangate@v1.2.3"


def tree(root: Path, files: dict[str, str]) -> Path:
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


def init(root: Path, *arguments: str) -> CommandResult:
    return run_scangate("init", "--yes", *arguments, cwd=root)


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
def test_the_release_that_fits(files: dict[str, str], name: str, tmp_path: Path) -> None:
    assert detect_workload(tree(tmp_path / "tree", files))[0] == name


def test_symlink_does_not_identify_a_workload(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").symlink_to("/etc/hostname")
    assert detect_workload(tmp_path)[0] == "gate"


def test_a_dockerfile_alone_gets_the_gate_and_the_release_is_named(tmp_path: Path) -> None:
    ran = init(tree(tmp_path, {"Dockerfile": "FROM x\n"}), "--for", "codebuild").expect(0)
    assert {file.name for file in tmp_path.iterdir()} == {"Dockerfile", "buildspec.yml", "scangate.yaml", ".gitignore"}
    spec = yaml.safe_load((tmp_path / "buildspec.yml").read_text())
    assert "docker" not in str(spec["phases"])
    assert "scangate init --with container-image" in ran.stdout
    run_scangate("policy", "check", cwd=tmp_path).expect(0)
    assert "nothing to write" in init(tmp_path, "--for", "codebuild").expect(0).stdout


def test_several_targets_and_each_file_is_shown_as_it_is_written(tmp_path: Path) -> None:
    targets = [word for name in ("codebuild", "github", "gitlab", "pre-commit") for word in ("--for", name)]
    shown = run_scangate("init", "--dry-run", *targets, cwd=tmp_path).expect(0).stdout
    assert list(tmp_path.iterdir()) == []
    init(tmp_path, *targets).expect(0)
    written = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert written == {
        "buildspec.yml",
        ".github/workflows/scangate.yml",
        ".gitlab/scangate.gitlab-ci.yml",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
        "scangate.yaml",
        ".gitignore",
    }
    for name in written:
        lines = (tmp_path / name).read_text().splitlines()
        assert "\n".join(f"+{line}" for line in lines) in shown, name


def test_without_a_terminal_nothing_is_guessed_and_nothing_is_written(tmp_path: Path) -> None:
    assert "--for codebuild" in run_scangate("init", cwd=tmp_path).expect(2).stderr
    assert "--yes" in run_scangate("init", "--for", "codebuild", cwd=tmp_path).expect(2).stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_a_terminal_is_asked_for_targets_source_and_consent(answer: str, code: int, tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    leader, follower = pty.openpty()
    os.write(leader, f"\n{GIT}\n{answer}\n".encode())
    ran = subprocess.run(
        [SCANGATE, "init"], cwd=tmp_path, env=environment(), stdin=follower, capture_output=True, timeout=TIMEOUT, check=False
    )
    os.close(leader)
    os.close(follower)
    workflow = tmp_path / ".github" / "workflows" / "scangate.yml"
    assert workflow.exists() is (answer == "y"), ran
    assert (tmp_path / "scangate.yaml").exists() is (answer == "y")
    assert (ran.returncode == 0) is (code == 0)
    assert answer == "n" or f"SCANGATE_INSTALL: {GIT}" in workflow.read_text()


def test_a_release_by_name_gets_the_environments_that_it_uses(tmp_path: Path) -> None:
    init(tmp_path, "--with", "lambda").expect(0)
    run_scangate("policy", "check", cwd=tmp_path).expect(0)
    for name in ("staging", "production"):
        run_scangate("policy", "show", "--env", name, cwd=tmp_path).expect(0)


def test_the_gate_names_no_environment_and_its_policy_has_none(tmp_path: Path) -> None:
    init(tmp_path, "--for", "codebuild").expect(0)
    assert "environments" not in yaml.safe_load((tmp_path / "scangate.yaml").read_text())
    assert "SCANGATE_ENV" not in (tmp_path / "buildspec.yml").read_text()


def test_a_policy_without_environments_is_named_for_a_release(tmp_path: Path) -> None:
    before = "version: 1\nextends: strict\n"
    ran = init(tree(tmp_path, {"scangate.yaml": before}), "--with", "lambda").expect(0)
    assert "SCANGATE_ENV" in ran.stderr
    assert (tmp_path / "scangate.yaml").read_text() == before


def test_a_bundle_gets_its_hook(tmp_path: Path) -> None:
    init(tmp_path, "--with", "ec2-codedeploy").expect(0)
    hook = tmp_path / "scripts" / "verify.sh"
    assert stat.S_IMODE(hook.stat().st_mode) == 0o755
    assert hook.read_text() == list_snippets()["appspec/verify.sh"].read_text("utf-8")


@pytest.mark.parametrize("name", ["buildspec.yml", "buildspec.yaml"])
def test_a_buildspec_that_is_there_stays_and_the_steps_are_printed(name: str, tmp_path: Path) -> None:
    files = {name: "version: 0.2\n", "scangate.yaml": "version: 1\nextends: strict\n"}
    ran = init(tree(tmp_path, files), "--for", "codebuild").expect(0)
    assert {each: (tmp_path / each).read_text() for each in files} == files
    assert {each.name for each in tmp_path.iterdir()} == {*files, ".gitignore"}
    steps = "\n".join(line[2:] for line in ran.stderr.splitlines() if line.startswith("  "))
    spec = yaml.safe_load(steps)
    assert any("-m scangate scan" in entry for entry in spec["phases"]["build"]["commands"])
    assert spec["env"]["variables"] == {"SCANGATE_INSTALL": PLACEHOLDER}


def test_a_source_that_is_named_later_replaces_the_placeholder(tmp_path: Path) -> None:
    source = f"git+https://git.example.org/team/scangate@{'0123456789' * 4}"
    first = init(tree(tmp_path, {}), "--for", "codebuild").expect(0).stdout
    assert "docs/how-to/codebuild.md" in first
    init(tmp_path, "--for", "codebuild", "--install-from", source).expect(0)
    written = (tmp_path / "buildspec.yml").read_text()
    assert source in written
    assert PLACEHOLDER not in written
    edited = written.replace(source, PLACEHOLDER)
    (tmp_path / "buildspec.yml").write_text(edited)
    said = init(tmp_path, "--for", "codebuild", "--install-from", source).expect(0).stderr
    assert (tmp_path / "buildspec.yml").read_text() == edited
    assert f"replace the placeholder in its SCANGATE_INSTALL by\n  {source}" in said


def test_init_names_the_repository_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    top = run_scangate("init", "--dry-run", "--for", "codebuild", cwd=tmp_path).expect(0)
    assert top.stderr == ""
    inside = run_scangate("init", "--dry-run", "--for", "codebuild", cwd=tree(tmp_path / "inside", {})).expect(0)
    assert f"scangate init {tmp_path.resolve()}" in inside.stderr


@pytest.mark.parametrize("name", ["buildspec.yml", ".github", ".gitlab-ci.yml", ".pre-commit-config.yaml", "scripts", ".gitignore"])
def test_init_does_not_write_through_symlinks(name: str, tmp_path: Path) -> None:
    root, outside = tree(tmp_path / "tree", {}), tree(tmp_path / "outside", {})
    (root / name).symlink_to(outside if name in (".github", "scripts") else outside / "target")
    targets = [word for each in ("codebuild", "github", "gitlab", "pre-commit") for word in ("--for", each)]
    ran = init(root, *targets, "--with", "ec2-codedeploy").expect(2)
    assert "link" in ran.stderr
    assert (sorted(root.iterdir()), list(outside.iterdir())) == ([root / name], [])


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, "/scangate-reports/\n"), ("*.pyc", "*.pyc\n/scangate-reports/\n"), ("a\r\n", "a\r\n/scangate-reports/\r\n")],
)
def test_reports_are_ignored_once(before: str | None, after: str, tmp_path: Path) -> None:
    tree(tmp_path, {} if before is None else {".gitignore": before})
    for _ in range(2):
        init(tmp_path, "--for", "codebuild").expect(0)
        assert (tmp_path / ".gitignore").read_bytes() == after.encode()


OTHER = "repos:\n{0}- repo: https://example.org/x\n{0}  rev: v1\n{0}  hooks:\n{0}    - id: x\n"


@pytest.mark.parametrize(
    ("indent", "end", "source"),
    [("", "\n", ""), ("  ", "", GIT), ("  ", "\n# last\n\n", ""), ("    ", "\n", "scangate==1.2.3")],
)
def test_an_entry_is_added_to_the_hooks_that_are_there(indent: str, end: str, source: str, tmp_path: Path) -> None:
    before = ("fail_fast: true\n" + OTHER.format(indent)).rstrip("\n") + end
    init(tree(tmp_path, {".pre-commit-config.yaml": before}), "--for", "pre-commit", "--install-from", source).expect(0)
    after = (tmp_path / ".pre-commit-config.yaml").read_text()
    assert after.startswith(before)
    repos = yaml.safe_load(after)["repos"]
    assert [hook["id"] for repo in repos for hook in repo["hooks"]] == ["x", "scangate"]
    assert repos[1].get("rev") == ("v1.2.3" if source == GIT else None)
    assert "nothing to write" in init(tmp_path, "--for", "pre-commit").expect(0).stdout


def test_line_ends_of_hooks_stay(tmp_path: Path) -> None:
    before = OTHER.format("  ").replace("\n", "\r\n")
    init(tree(tmp_path, {".pre-commit-config.yaml": before}), "--for", "pre-commit").expect(0)
    after = (tmp_path / ".pre-commit-config.yaml").read_bytes()
    assert after.startswith(before.encode())
    assert after.count(b"\n") == after.count(b"\r\n")


@pytest.mark.parametrize("before", [OTHER.format("  ") + "fail_fast: true\n", "repos: []\n", "- 1\n", "a: [\n"])
def test_hooks_to_which_lines_cannot_be_added_are_left_to_their_owner(before: str, tmp_path: Path) -> None:
    ran = init(tree(tmp_path, {".pre-commit-config.yaml": before}), "--for", "pre-commit").expect(0)
    assert (tmp_path / ".pre-commit-config.yaml").read_text() == before
    assert "id: scangate" in ran.stderr


def test_files_of_github_and_gitlab_stay(tmp_path: Path) -> None:
    files = {".gitlab-ci.yml": "stages: [test]\n", ".github/workflows/scangate.yml": "name: mine\n"}
    ran = init(tree(tmp_path, files), "--for", "gitlab", "--for", "github").expect(0)
    assert {each: (tmp_path / each).read_text() for each in files} == files
    assert "- local: /.gitlab/scangate.gitlab-ci.yml" in ran.stderr


def test_github_uses_the_action_where_it_has_the_source(tmp_path: Path) -> None:
    init(tmp_path, "--for", "github", "--install-from", "git+https://github.com/team/scangate.git@0123abc").expect(0)
    workflow = yaml.safe_load((tmp_path / ".github/workflows/scangate.yml").read_text())
    assert [step["uses"] for step in workflow["jobs"]["scangate"]["steps"]][1:] == ["team/scangate@0123abc"]


def test_gitlab_installs_the_source(tmp_path: Path) -> None:
    init(tmp_path, "--for", "gitlab", "--install-from", GIT).expect(0)
    assert yaml.safe_load((tmp_path / ".gitlab/scangate.gitlab-ci.yml").read_text())["variables"]["SCANGATE_INSTALL"] == GIT


@pytest.mark.parametrize(("option", "value"), [("--with", "lamda"), ("--policy", "strickt")])
def test_unknown_name_is_rejected_with_a_suggestion(option: str, value: str, tmp_path: Path) -> None:
    assert "did you mean" in init(tmp_path, option, value).expect(2).stderr
    assert list(tmp_path.iterdir()) == []


def test_versions_and_tests_of_the_project_are_in_the_buildspec(tmp_path: Path) -> None:
    files = {
        "template.yaml": SAM.replace("}", ", Properties: {Runtime: python3.13}}"),
        "package.json": json.dumps({"engines": {"node": ">=20 <21"}}),
        "pyproject.toml": '[tool.pytest.ini_options]\n[dependency-groups]\ntest = ["pytest"]\n',
    }
    init(tree(tmp_path, files), "--for", "codebuild").expect(0)
    spec = yaml.safe_load((tmp_path / "buildspec.yml").read_text())
    assert spec["phases"]["install"]["runtime-versions"] == {"python": "3.13", "nodejs": "20"}
    assert spec["phases"]["build"]["commands"][-1] == '"$SCANGATE_OUT/app/bin/python" -m pytest'


def test_a_policy_in_pyproject_stays_the_only_one(tmp_path: Path) -> None:
    files = {"pyproject.toml": '[tool.scangate]\nversion = 1\nextends = "strict"\n'}
    init(tree(tmp_path, files), "--for", "codebuild").expect(0)
    assert not (tmp_path / "scangate.yaml").exists()


def test_an_editor_gets_the_schema_once_and_its_settings_stay(tmp_path: Path) -> None:
    settings = '{\n  "editor.rulers": [132],\n  "yaml.schemas": {"a.json": "b.yaml"}\n}\n'
    init(tree(tmp_path, {".vscode/settings.json": settings}), "--for", "vscode").expect(0)
    name = ".vscode/scangate-policy.schema.json"
    assert (tmp_path / "scangate.yaml").read_text().startswith(f"# yaml-language-server: $schema={name}\n")
    assert (tmp_path / name).read_text() == run_scangate("schema", "policy", cwd=tmp_path).expect(0).stdout
    after = json.loads((tmp_path / ".vscode/settings.json").read_text())
    assert after == {"editor.rulers": [132], "yaml.schemas": {"a.json": "b.yaml", name: "scangate.yaml"}}
    run_scangate("policy", "check", cwd=tmp_path).expect(0)
    assert "nothing to write" in init(tmp_path, "--for", "vscode").expect(0).stdout


def test_lines_of_an_existing_file_show_no_secret_and_are_no_command_of_a_build(tmp_path: Path) -> None:
    token, password = fake_tokens("init")["GitHub Token"], fake_secret("init")
    settings = f'{{\n    "a.token": "{token}",\n    "b.password": "{password}"\n}}\n'
    files = {".vscode/settings.json": settings, ".gitignore": "  ::error::pwned\n"}
    shown = init(tree(tmp_path, files), "--for", "vscode").expect(0).stdout
    assert '"b.password": "***"' in shown
    assert [secret for secret in (token, password) if secret[4:10] in shown] == []
    assert not [line for line in shown.splitlines() if line.strip().startswith("::")]
    assert token in (tmp_path / ".vscode/settings.json").read_text()


def test_settings_with_comments_are_left_to_their_owner(tmp_path: Path) -> None:
    before = '{\n  // mine\n  "editor.rulers": [132]\n}\n'
    ran = init(tree(tmp_path, {".vscode/settings.json": before}), "--for", "vscode").expect(0)
    assert (tmp_path / ".vscode/settings.json").read_text() == before
    assert "yaml.schemas" in ran.stderr


@pytest.mark.parametrize(
    ("files", "workload"),
    [
        ({"Dockerfile": "FROM x\n"}, "container-image"),
        ({"template.yaml": SAM}, "lambda"),
        ({"appspec.yml": "os: linux\n"}, "ec2-codedeploy"),
        ({"package.json": SITE}, "static-site"),
    ],
)
def test_a_pipeline_gets_the_templates_that_fit_with_their_parameters(files: dict[str, str], workload: str, tmp_path: Path) -> None:
    config = '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:team/Web_Shop.git\n'
    root = tree(tmp_path / "tree", {**files, ".git/config": config, ".git/HEAD": "ref: refs/heads/trunk\n"})
    run = init(root, "--for", "pipeline", "--install-from", GIT).expect(0)
    last = PIPELINES[workload]
    given: dict[str, str] = {}
    for name in ("signing", "delivery", last):
        parameters = json.loads((root / f"delivery/{name}.json").read_text("utf-8"))["Parameters"]
        template = read_template(list_snippets()[name])["Parameters"]
        assert {key for key, each in template.items() if "Default" not in each} <= parameters.keys() <= template.keys()
        for key, value in parameters.items():
            accepted = bool(re.fullmatch(template[key].get("AllowedPattern", ".*"), value)) and value in template[key].get(
                "AllowedValues", [value]
            )
            assert accepted is (value != "REPLACE"), (name, key, value)
            assert given.setdefault(key, value) == value
        assert f"--template-file {name}.yaml" in run.stdout + run.stderr
    assert (given["Application"], given["Repository"], given["Branch"]) == ("web-shop", "team/Web_Shop", "trunk")
    assert given["Workload"] == workload
    assert yaml.safe_load((root / "scangate.yaml").read_text("utf-8"))["environments"].keys() == set(
        given["Environments"].split(",")
    )


def test_a_pipeline_needs_to_know_what_it_deploys(tmp_path: Path) -> None:
    assert "--with NAME" in init(tree(tmp_path, {"README.md": "x\n"}), "--for", "pipeline").expect(2).stderr
    init(tmp_path, "--for", "pipeline", "--with", "static-site").expect(0)
    assert (tmp_path / "delivery/delivery-static.json").exists()
    assert "is kept" in init(tmp_path, "--for", "pipeline", "--with", "static-site").expect(0).stderr
