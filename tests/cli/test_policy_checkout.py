"""A change is judged by the policy of its target; its changes to that policy are reported, and take effect after the merge."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult, environment, load_verdict, run_scangate
from tests.support.sample_trees import (
    CLEAN_SOURCE,
    NOT_ANALYZED,
    WEAK_SOURCE,
    create_repository,
    run_git,
    write_files,
    write_policy,
)

STRICT = "budgets: {critical: 0, high: 0, medium: unlimited, low: unlimited, info: unlimited}\n"
LOOSE = STRICT.replace("high: 0", "high: unlimited")
COVERAGE = f"coverage: {{required: [bandit], allowed-gaps: [{NOT_ANALYZED}]}}\n"
HEAD = f"version: 1\nscanners: {{bandit: {{enabled: true}}}}\nunknown: high\n{COVERAGE}"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A branch off main, which has weak code and a policy that does not allow it."""
    tree = create_repository(tmp_path / "tree", {"app.py": WEAK_SOURCE, "scangate.yaml": HEAD + STRICT})
    run_git(tree, "switch", "--quiet", "--create", "topic")
    return tree


def change(tree: Path, files: dict[str, str | bytes]) -> None:
    write_files(tree, files)
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "change")


def scan(tree: Path, code: int, *arguments: str | Path, **env: str) -> CommandResult:
    """A scan in a pull request's build into main, unless another environment is given."""
    build = {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main", **env}
    out = tree.parent / "out"
    return run_scangate("scan", tree, "--output-dir", out, *arguments, cwd=tree.parent, env=environment(**build)).expect(code)


def notes(tree: Path) -> list[dict[str, Any]]:
    """What the last scan said of changes to its own judgement."""
    return [note for note in load_verdict(tree.parent / "out")["notes"] if note["kind"] == "policy-changed"]


def changes(tree: Path) -> list[tuple[str, str]]:
    """The verb and the file of each note on a change to the policy inputs."""
    return [(note["text"], note["path"]) for note in notes(tree)]


@pytest.mark.smoke
def test_a_change_does_not_loosen_its_own_policy(tree: Path) -> None:
    change(tree, {"scangate.yaml": HEAD + LOOSE})
    scan(tree, 1)
    assert changes(tree) == [("edits", "scangate.yaml")]
    scan(tree, 0, CODEBUILD_WEBHOOK_EVENT="PUSH")
    assert notes(tree) == []
    run_git(tree, "switch", "--quiet", "main")
    run_git(tree, "merge", "--quiet", "topic")
    scan(tree, 0)
    assert notes(tree) == []


def test_a_change_that_is_not_committed_does_not_either(tree: Path) -> None:
    write_files(tree, {"scangate.yaml": HEAD + LOOSE})
    scan(tree, 1)
    assert notes(tree)


def test_the_origins_branch_comes_before_a_local_one(tree: Path, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "--quiet", f"file://{tree}", "clone")
    clone = tmp_path / "clone"
    run_git(clone, "switch", "--quiet", "--create", "main", "origin/main")
    change(clone, {"scangate.yaml": HEAD + LOOSE})
    ran = scan(clone, 1, "--verbose")
    assert "read from origin/main:scangate.yaml" in ran.stderr


def test_a_policy_that_the_change_adds_or_removes_waits(tree: Path, tmp_path: Path) -> None:
    (tree / "scangate.yaml").unlink()
    scan(tree, 1)
    assert changes(tree) == [("removes", "scangate.yaml")]
    bare = create_repository(tmp_path / "bare" / "tree", {"app.py": WEAK_SOURCE})
    write_files(bare, {"scangate.yaml": HEAD + LOOSE})
    assert "policy baseline" in scan(bare, 1, "--scanner", "bandit").stdout
    assert changes(bare) == [("adds", "scangate.yaml")]


def test_extended_policy_is_read_from_the_same_revision(tree: Path) -> None:
    run_git(tree, "switch", "--quiet", "main")
    change(tree, {"scangate.yaml": "version: 1\nextends: ci/house.yaml\n", "ci/house.yaml": HEAD + STRICT})
    run_git(tree, "switch", "--quiet", "-C", "topic")
    change(tree, {"ci/house.yaml": HEAD + LOOSE})
    scan(tree, 1)
    assert changes(tree) == [("edits", "ci/house.yaml")]


def test_a_link_of_the_change_leads_nowhere_else(tree: Path) -> None:
    (tree / "scangate.yaml").unlink()
    (tree / "scangate.yaml").symlink_to("loose.yaml")
    change(tree, {"loose.yaml": HEAD + LOOSE})
    scan(tree, 1)
    scan(tree, 1, "--policy", tree / "scangate.yaml")
    run_git(tree, "branch", "--force", "main")
    scan(tree, 0)  # merged, the link is the revision's own
    assert notes(tree) == []


def test_a_link_out_of_the_revision_is_refused(tree: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"loose.yaml": HEAD + LOOSE})
    (tree / "scangate.yaml").unlink()
    (tree / "scangate.yaml").symlink_to("../loose.yaml")
    change(tree, {})
    run_git(tree, "branch", "--force", "main")
    assert "main:scangate.yaml:1:1: " in scan(tree, 2).stderr
    (tree / "scangate.yaml").unlink()
    (tree / "scangate.yaml").symlink_to("nowhere")
    change(tree, {})
    run_git(tree, "branch", "--force", "main")
    assert "main:scangate.yaml:1:1: " in scan(tree, 2).stderr


def test_a_policy_that_is_named_comes_from_there_where_it_is_in_the_repository(tree: Path, tmp_path: Path) -> None:
    run_git(tree, "switch", "--quiet", "main")
    change(tree, {"ci/gate.yaml": HEAD + STRICT, "part/app.py": WEAK_SOURCE})
    run_git(tree, "switch", "--quiet", "-C", "topic")
    change(tree, {"ci/gate.yaml": HEAD + LOOSE})
    scan(tree, 1, "--policy", tree / "ci" / "gate.yaml")
    out = tmp_path / "out"
    build = {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_CREATED", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}
    for name in ("../ci/gate.yaml", tree / "ci" / "gate.yaml"):
        run_scangate("scan", "--policy", name, "--output-dir", out, cwd=tree / "part", env=environment(**build)).expect(1)
        assert notes(tree)
    loose = write_policy(tmp_path / "loose.yaml", "bandit")
    loose.write_text(HEAD + LOOSE)
    scan(tree, 0, "--policy", loose)
    assert notes(tree) == []
    (tmp_path / "link.yaml").symlink_to(tree / "ci" / "gate.yaml")
    assert "link.yaml" in scan(tree, 2, "--policy", tmp_path / "link.yaml").stderr


def test_change_on_main_is_not_part_of_the_branch(tree: Path) -> None:
    change(tree, {"other.py": CLEAN_SOURCE})
    run_git(tree, "switch", "--quiet", "main")
    change(tree, {"scangate.yaml": HEAD + LOOSE})
    run_git(tree, "switch", "--quiet", "topic")
    scan(tree, 0)
    assert notes(tree) == []


def test_an_error_of_the_revisions_policy_says_whose_it_is(tree: Path) -> None:
    run_git(tree, "switch", "--quiet", "main")
    change(tree, {"scangate.yaml": HEAD + "budget: {}\n"})
    run_git(tree, "switch", "--quiet", "-C", "topic")
    change(tree, {"scangate.yaml": HEAD + STRICT})
    assert scan(tree, 2).stderr.startswith("scangate: main:scangate.yaml:5:1: ")


@pytest.mark.parametrize("branch", ["refs/heads/nowhere", "", "refs/heads/$(touch x)"])
def test_a_build_that_cannot_know_its_base_does_not_pass_by_a_policy_of_the_repository(tree: Path, branch: str) -> None:
    allowed = COVERAGE.replace("allowed-gaps: [", "allowed-gaps: [{kind: unreadable, reason: all of them}, ")
    change(tree, {"scangate.yaml": HEAD.replace(COVERAGE, allowed) + LOOSE})
    scan(tree, 3, CODEBUILD_WEBHOOK_BASE_REF=branch)
    (gap,) = load_verdict(tree.parent / "out")["gaps"]
    assert gap["blocking"]
    assert gap["scanner"] == "policy"
    assert gap["hint"].endswith("--policy FILE")
    house = tree.parent / "house.yaml"
    house.write_text(HEAD + LOOSE)
    scan(tree, 0, "--policy", house, CODEBUILD_WEBHOOK_BASE_REF=branch)
    assert not list(tree.parent.rglob("x"))


@pytest.mark.parametrize("name", ["CODEBUILD_SOURCE_VERSION", "CODEBUILD_WEBHOOK_TRIGGER"])
def test_a_pull_request_s_build_that_somebody_started_by_hand_does_not_pass_by_its_own_policy(name: str, tree: Path) -> None:
    change(tree, {"scangate.yaml": HEAD + LOOSE})
    scan(tree, 3, CODEBUILD_WEBHOOK_EVENT="", CODEBUILD_WEBHOOK_BASE_REF="", **{name: "pr/7"})
    (gap,) = load_verdict(tree.parent / "out")["gaps"]
    assert "scangate scan --since origin/main" in gap["hint"]
    scan(tree, 0, CODEBUILD_WEBHOOK_EVENT="", CODEBUILD_WEBHOOK_BASE_REF="", **{name: "branch/pr/7"})


def test_a_build_without_git_does_not_pass_by_its_own_policy(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "scangate.yaml": HEAD + LOOSE})
    scan(tree, 3)
    assert "origin/main" in load_verdict(tmp_path / "out")["gaps"][0]["reason"]


def test_owners_of_the_work_tree_are_a_gap_if_the_target_is_unknown(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "CODEOWNERS": "* @anyone\n"})
    (tmp_path / "policy.yaml").write_text(HEAD + LOOSE)
    scan(tree, 0, "--policy", tmp_path / "policy.yaml")
    (tmp_path / "policy.yaml").write_text(HEAD + LOOSE + "exception-owners: codeowners\n")
    scan(tree, 3, "--policy", tmp_path / "policy.yaml")
    (reason,) = [gap["reason"] for gap in load_verdict(tmp_path / "out")["gaps"] if gap["blocking"]]
    assert "CODEOWNERS" in reason


def test_owners_are_those_of_the_revision(tree: Path) -> None:
    run_git(tree, "switch", "--quiet", "main")
    owned = "exception-owners: codeowners\n"
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=60)
    waived = f"exceptions: [{{rule: 'bandit:*', path: app.py, reason: r, owner: '@safe', expires: {until}}}]\n"
    change(tree, {"scangate.yaml": HEAD + STRICT + owned + waived, "CODEOWNERS": "* @other\n"})
    run_git(tree, "switch", "--quiet", "-C", "topic")
    change(tree, {"CODEOWNERS": "* @safe\n"})
    scan(tree, 1)
    assert changes(tree) == [("edits", "CODEOWNERS")]
    scan(tree, 0, CODEBUILD_WEBHOOK_EVENT="PUSH")


def test_a_gate_in_such_a_build_judges_by_the_revision_too(tree: Path) -> None:
    change(tree, {"scangate.yaml": HEAD + LOOSE})
    scan(tree, 1)
    build = {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_CREATED", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}
    verdict = tree.parent / "out" / "verdict.json"
    run_scangate("gate", verdict, "--policy", "scangate.yaml", cwd=tree, env=environment(**build)).expect(1)
    run_scangate("gate", verdict, "--policy", "scangate.yaml", cwd=tree).expect(0)


@pytest.fixture
def known(tree: Path) -> Path:
    """The same, with a baseline on main that knows what is there."""
    run_git(tree, "switch", "--quiet", "main")
    run_scangate("baseline", "create", cwd=tree).expect(0)
    change(tree, {})
    run_git(tree, "switch", "--quiet", "-C", "topic")
    return tree


def test_entry_added_by_the_change_is_not_known(known: Path) -> None:
    scan(known, 0)
    change(known, {"more.py": WEAK_SOURCE})
    run_scangate("baseline", "update", "--add-new", cwd=known).expect(0)
    change(known, {})
    scan(known, 1)
    assert [(each["rule"], each["path"]) for each in findings(known, "blocking")] == [("bandit:B602", "more.py")]
    assert changes(known) == [("edits", ".scangate-baseline.json")]
    scan(known, 0, CODEBUILD_WEBHOOK_EVENT="PUSH")


def findings(tree: Path, outcome: str) -> list[dict[str, Any]]:
    return [each for each in load_verdict(tree.parent / "out")["findings"] if each["outcome"] == outcome]


def test_a_baseline_that_the_change_adds_is_not_taken_and_not_scanned(tree: Path) -> None:
    run_scangate("baseline", "create", cwd=tree).expect(0)
    change(tree, {})
    scan(tree, 1)
    scan(tree, 1, "--baseline", tree / ".scangate-baseline.json")
    scan(tree, 3, CODEBUILD_WEBHOOK_BASE_REF="refs/heads/nowhere")
    assert any("the baseline is ignored" in note for note in load_verdict(tree.parent / "out")["targets"]["notes"])
    read = {path for scanner in load_verdict(tree.parent / "out")["scanners"] for path in scanner["analyzed_files"]}
    assert ".scangate-baseline.json" not in read


def test_a_baseline_that_the_change_removes_or_breaks(known: Path) -> None:
    kept = (known / ".scangate-baseline.json").read_bytes()
    (known / ".scangate-baseline.json").unlink()
    scan(known, 0)
    assert {each["decision"]["known_by"] for each in findings(known, "known")} == {"the baseline of main"}
    (known / ".scangate-baseline.json").write_bytes(b"<<<<<<< HEAD\n" + kept)
    assert ".scangate-baseline.json:1: " in scan(known, 2).stderr
    assert "no such baseline" in scan(known, 2, "--baseline", known / "other.json").stderr


def test_a_baseline_that_may_only_shrink_lets_a_change_shrink_it(known: Path) -> None:
    run_git(known, "switch", "--quiet", "main")
    change(known, {"scangate.yaml": HEAD + STRICT + "baseline: {ratchet: true}\n"})
    run_git(known, "switch", "--quiet", "-C", "topic")
    change(known, {"app.py": CLEAN_SOURCE})
    scan(known, 1)
    assert [each["rule"] for each in findings(known, "blocking")] == ["scangate:stale-baseline"]
    run_scangate("baseline", "update", cwd=known).expect(0)
    change(known, {})
    scan(known, 0)


def test_a_moved_file_is_known_by_the_revisions_baseline_whatever_the_change_writes_there(known: Path) -> None:
    run_git(known, "mv", "app.py", "moved.py")
    run_scangate("baseline", "update", cwd=known).expect(0)
    change(known, {})
    scan(known, 0)
    scan(known, 0, "--since", "main")
    assert len(findings(known, "known")) == 2
