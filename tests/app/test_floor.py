"""``--floor``: what bounds the policy of a run, from where it is read, and how it reaches every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.app.policy_inputs import PolicyInputs, load_policy_inputs
from scangate.app.requests import ScanRequest
from scangate.app.session import open_session
from scangate.errors import PolicyError
from scangate.model import PolicyOrigin, Severity
from tests.support.command import environment, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files

LOOSE = "version: 1\nextends: baseline\nbudgets: {critical: unlimited, high: unlimited}\n"
OWN = "version: 1\nextends: baseline\nname: own\n"
FLOOR = "version: 1\nextends: baseline\nname: house\nbudgets: {medium: 3}\nenvironments: {prod: {budgets: {medium: 0}}}\n"
PULL_REQUEST = {"CHANGE_ID": "7", "CHANGE_TARGET": "main", "BRANCH_NAME": "PR-7"}


def load(tree: Path, floor: str | Path, **fields: str) -> PolicyInputs:
    with open_session(tree) as session:
        return load_policy_inputs(ScanRequest(root=tree, floor=str(floor), **fields), session)  # type: ignore[arg-type]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(tmp_path / "tree", {"app.py": WEAK_SOURCE, "scangate.yaml": OWN, "house.yaml": FLOOR})


def test_the_policy_that_is_found_is_bounded(tree: Path) -> None:
    inputs = load(tree, "strict")
    assert (inputs.policy.name, inputs.policy.budget.limit(Severity.MEDIUM)) == ("own", 20)
    assert (inputs.provenance.origin, inputs.provenance.floor) == (PolicyOrigin.WORK_TREE, "strict")
    assert inputs.provenance.file == "scangate.yaml"
    write_files(tree, {"scangate.yaml": LOOSE})
    with pytest.raises(PolicyError) as caught:
        load(tree, "strict")
    assert caught.value.message.count("scangate.yaml:3: budgets.") == 2


def test_a_named_policy_is_bounded_too(tree: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"loose.yaml": LOOSE})
    with pytest.raises(PolicyError):
        load(tree, "strict", policy=str(tmp_path / "loose.yaml"))
    inputs = load(tree, "production", policy="baseline")
    assert inputs.policy.budget.limit(Severity.MEDIUM) == 0
    assert (inputs.provenance.origin, inputs.provenance.floor) == (PolicyOrigin.BUNDLED, "production")


def test_without_a_policy_the_floor_bounds_the_bundled_baseline(tree: Path) -> None:
    (tree / "scangate.yaml").unlink()
    assert load(tree, "dev").policy.budget.limit(Severity.MEDIUM) == 10


def test_the_floor_has_environments_of_its_own(tree: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"house.yaml": FLOOR})
    write_files(tree, {"scangate.yaml": OWN + "environments: {prod: {unknown: critical}, dev: {unknown: high}}\n"})
    limits = {
        name: load(tree, tmp_path / "house.yaml", environment=name).policy.budget.limit(Severity.MEDIUM) for name in ("prod", "dev")
    }
    assert limits == {"prod": 0, "dev": 3}


def test_a_check_without_an_environment_bounds_all_of_them(tree: Path) -> None:
    loose = OWN + "environments: {dev: {budgets: {high: unlimited}}}\n"
    write_files(tree, {"scangate.yaml": loose})
    check = ("policy", "check", "--floor", "production")
    assert "scangate.yaml:4" in run_scangate(*check, cwd=tree).expect(2).stderr
    write_files(tree, {"scangate.yaml": loose.replace("high: unlimited", "high: 0")})
    run_scangate(*check, cwd=tree).expect(0)


def test_a_floor_in_the_repository_is_that_of_the_target(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PULL_REQUEST.items():
        monkeypatch.setenv(name, value)
    run_git(tree, "switch", "--quiet", "--create", "topic")
    write_files(tree, {"house.yaml": FLOOR.replace("medium: 3", "medium: 300")})
    inputs = load(tree, tree / "house.yaml")
    assert inputs.policy.budget.limit(Severity.MEDIUM) == 3
    assert [note.path for note in inputs.changes] == ["house.yaml"]
    monkeypatch.setenv("CHANGE_TARGET", "nowhere")
    lost = load(tree, tree / "house.yaml", policy="strict")
    assert (lost.provenance.origin, len(lost.forced_gaps)) == (PolicyOrigin.NONE, 1)
    assert load(tree, "strict", policy="strict").forced_gaps == ()


def test_the_commands_take_it_from_the_environment(tree: Path, tmp_path: Path) -> None:
    write_files(tree, {"app.py": CLEAN_SOURCE, "scangate.yaml": LOOSE})
    env = environment(SCANGATE_FLOOR="strict")
    for arguments in (("scan",), ("policy", "check"), ("policy", "show"), ("baseline", "create")):
        assert "floor strict" in run_scangate(*arguments, cwd=tree, env=env).expect(2).stderr
    run_scangate("policy", "check", cwd=tree, env=environment(SCANGATE_FLOOR="")).expect(0)
    out = tmp_path / "out"
    run_scangate("scan", "--skip", "semgrep", "--skip", "pip-audit", "--output-dir", out, cwd=tree).expect(3)
    assert (
        "floor strict"
        in run_scangate("gate", out / "verdict.json", "--policy", "./scangate.yaml", cwd=tree, env=env).expect(2).stderr
    )


def test_a_fleet_bounds_the_policy_of_each_repository(tree: Path, tmp_path: Path) -> None:
    write_files(tree, {"app.py": CLEAN_SOURCE})
    loose = write_files(tmp_path / "loose", {"app.py": CLEAN_SOURCE, "scangate.yaml": LOOSE})
    (tmp_path / "list").write_text(f"{tree} name=own\n{loose} name=loose\n")
    arguments = ("fleet", "list", "--use-repository-policy", "--floor", "strict", "--output-dir", "out", "--workers", "1")
    run_scangate(*arguments, cwd=tmp_path).expect(3)
    assert load_verdict(tmp_path / "out" / "repositories" / "own")["policy_provenance"]["floor"] == "strict"
    assert "budgets.high" in (tmp_path / "out" / "repositories" / "loose" / "repository.json").read_text()
    again = ("fleet", "list", "--policy", str(loose / "scangate.yaml"), "--floor", "strict", "--output-dir", "again")
    assert "floor strict" in run_scangate(*again, cwd=tmp_path).expect(2).stderr
