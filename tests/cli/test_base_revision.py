"""``--since``: what was there before the change is known and does not block, what the change brings does; nothing gets lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult, environment, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy

SCANNERS = ("bandit", "detect-secrets")
CALL = "    subprocess.call(command, shell=True)\n"
KEY = 'password = "{}"\n'
FIRST, OTHER = "Zq8fK2mN7xT4vB9c", "Yr7gL3nM6wS5uC8d"  # made up  # pragma: allowlist secret
CUT = "git fetch --unshallow origin"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A policy outside the tree that allows no finding of high severity, and no secret at all."""
    rules = write_policy(tmp_path / "policy.yaml", *SCANNERS)
    text = rules.read_text().replace("info: unlimited}", "info: unlimited, overrides: [{kind: secret, medium: 0}]}")
    rules.write_text(text)
    return rules


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A branch off main, whose app.py, old.py and conf.py have findings."""
    files: dict[str, str | bytes] = {
        "app.py": WEAK_SOURCE,
        "old.py": WEAK_SOURCE,
        "conf.py": KEY.format(FIRST),
        "sum.py": CLEAN_SOURCE,
    }
    tree = create_repository(tmp_path / "tree", files)
    run_git(tree, "switch", "--quiet", "--create", "topic")
    return tree


def commit(tree: Path, files: dict[str, str | bytes] | None = None) -> None:
    write_files(tree, files or {})
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "change")


def scan(tree: Path, rules: Path, code: int, *arguments: str | Path, since: str = "main", **env: str) -> CommandResult:
    out = rules.parent / "out"
    argv = ("scan", tree, "--since", since, "--policy", rules, "--output-dir", out, *arguments)
    return run_scangate(*argv, cwd=rules.parent, env=environment(**env)).expect(code)


def rulings_with(rules: Path, outcome: str) -> list[tuple[str, str, int]]:
    """What the last scan has with an outcome: rule, path and line."""
    findings: list[dict[str, Any]] = load_verdict(rules.parent / "out")["findings"]
    return [(each["rule"], each["path"], each["line"]) for each in findings if each["outcome"] == outcome]


def notes(rules: Path) -> str:
    return "\n".join(load_verdict(rules.parent / "out")["targets"]["notes"])


@pytest.mark.smoke
def test_existing_finding_is_known_after_edits_around_it(tree: Path, rules: Path) -> None:
    commit(tree, {"app.py": "# moved down\n\n" + WEAK_SOURCE, "sum.py": CLEAN_SOURCE + "\n\nx = 1\n"})
    scan(tree, rules, 0)
    assert rulings_with(rules, "known") == [
        *[("bandit:B404", "app.py", 5), ("bandit:B602", "app.py", 9)],
        ("detect-secrets:secret-keyword", "conf.py", 1),  # and bandit's B105, which is the same
        *[("bandit:B404", "old.py", 3), ("bandit:B602", "old.py", 7)],
    ]
    document = load_verdict(rules.parent / "out")
    fork = run_git(tree, "rev-parse", "main")
    assert document["compared_revision"] == {"revision": "main", "commit": fork, "merge_base": fork}
    (source,) = document["known_sources"]
    assert source == {"name": f"main at {fork[:12]}", "kind": "revision", "findings": 6, "matched": 6, "gone": 0, "file": ""}
    assert {each["decision"]["known_by"] for each in document["findings"]} == {f"main at {fork[:12]}"}


def test_a_twin_that_is_added_is_new(tree: Path, rules: Path) -> None:
    commit(tree, {"app.py": WEAK_SOURCE + CALL})
    scan(tree, rules, 1)
    assert [(rule, path) for rule, path, _ in rulings_with(rules, "blocking")] == [("bandit:B602", "app.py")]
    assert ("bandit:B602", "old.py", 7) in rulings_with(rules, "known")


def test_a_copy_is_new_and_a_renamed_file_is_not(tree: Path, rules: Path) -> None:
    run_git(tree, "mv", "old.py", "renamed.py")
    commit(tree)
    scan(tree, rules, 0)
    assert ("bandit:B602", "renamed.py", 7) in rulings_with(rules, "known")
    commit(tree, {"copy.py": WEAK_SOURCE})
    scan(tree, rules, 1)
    assert len(rulings_with(rules, "blocking")) == 1


def test_finding_moved_out_of_a_lenient_path_is_new(tree: Path, rules: Path) -> None:
    rules.write_text(rules.read_text().replace("overrides: [", "overrides: [{path: tests/, high: unlimited}, "))
    run_git(tree, "switch", "--quiet", "main")
    commit(tree, {"tests/shell.py": WEAK_SOURCE.replace("command", "line")})
    run_git(tree, "switch", "--quiet", "topic")
    run_git(tree, "merge", "--quiet", "main")
    scan(tree, rules, 0)
    run_git(tree, "mv", "tests/shell.py", "shell.py")
    run_git(tree, "commit", "--quiet", "--message", "change")
    scan(tree, rules, 1)
    assert rulings_with(rules, "blocking") == [("bandit:B602", "shell.py", 7)]
    gate = run_scangate("gate", rules.parent / "out" / "verdict.json", "--policy", rules, cwd=rules.parent, env=environment())
    gate.expect(1)


def test_a_deleted_file_is_gone_and_knows_one_elsewhere_at_most(tree: Path, rules: Path) -> None:
    run_git(tree, "rm", "--quiet", "old.py", "conf.py")
    commit(tree)
    scan(tree, rules, 0)
    assert load_verdict(rules.parent / "out")["known_sources"][0]["gone"] == 4
    commit(tree, {"one.py": WEAK_SOURCE, "two.py": WEAK_SOURCE})
    scan(tree, rules, 1)
    assert len(rulings_with(rules, "blocking")) == 1


def test_replaced_known_secret_is_new(tree: Path, rules: Path) -> None:
    commit(tree, {"conf.py": KEY.format(OTHER)})
    scan(tree, rules, 1)
    assert rulings_with(rules, "blocking") == [("detect-secrets:secret-keyword", "conf.py", 1)]
    for file in (rules.parent / "out").iterdir():
        assert not [value for value in (FIRST, OTHER) if value in file.read_text()]


def test_second_secret_in_a_known_line_is_new(tree: Path, rules: Path) -> None:
    commit(tree, {"conf.py": f'password = "{FIRST}"; secret = "{OTHER}"\n'})
    scan(tree, rules, 1)
    assert rulings_with(rules, "blocking") == [("detect-secrets:secret-keyword", "conf.py", 1)]
    assert ("detect-secrets:secret-keyword", "conf.py", 1) in rulings_with(rules, "known")
    assert OTHER not in "".join(file.read_text("utf-8") for file in (rules.parent / "out").iterdir())


def test_uncommitted_code_belongs_to_the_change(tree: Path, rules: Path) -> None:
    write_files(tree, {"untracked.py": WEAK_SOURCE})
    scan(tree, rules, 1)
    assert rulings_with(rules, "blocking") == [("bandit:B602", "untracked.py", 7)]
    scan(tree, rules, 1, since="HEAD")
    (tree / "untracked.py").unlink()
    scan(tree, rules, 0, since="HEAD")


def test_finding_also_added_on_main_is_new(tree: Path, rules: Path) -> None:
    run_git(tree, "switch", "--quiet", "main")
    commit(tree, {"late.py": WEAK_SOURCE})
    run_git(tree, "switch", "--quiet", "topic")
    commit(tree, {"late.py": WEAK_SOURCE, "sum.py": CLEAN_SOURCE + "\n"})
    scan(tree, rules, 1)
    assert rulings_with(rules, "blocking") == [("bandit:B602", "late.py", 7)]


def test_a_file_that_cannot_be_read_counts_as_ever(tree: Path, rules: Path) -> None:
    commit(tree, {"broken.py": "def f(:\n"})
    run_git(tree, "branch", "--force", "main")
    scan(tree, rules, 3)
    commit(tree, {"broken.py": WEAK_SOURCE})
    scan(tree, rules, 1)  # what could not be read there knows nothing of what is there now
    assert rulings_with(rules, "blocking") == [("bandit:B602", "broken.py", 7)]
    assert "bandit has 1 coverage gap" in notes(rules)
    commit(tree, {"broken.py": "def f(:\n"})
    run_git(tree, "branch", "--force", "main", "main~1")
    scan(tree, rules, 3)


def test_a_file_that_became_unreadable_is_a_gap(tree: Path, rules: Path) -> None:
    (tree / "old.py").unlink()
    os.mkfifo(tree / "old.py")
    scan(tree, rules, 3)
    assert [gap["path"] for gap in load_verdict(rules.parent / "out")["gaps"] if gap["blocking"]] == ["old.py"]


def test_a_link_that_became_a_file_or_the_other_way_round_is_known_by_its_content(tree: Path, rules: Path) -> None:
    (tree / "link.py").symlink_to("app.py")
    commit(tree)
    run_git(tree, "branch", "--force", "main")
    (tree / "link.py").unlink()
    commit(tree, {"link.py": WEAK_SOURCE})
    scan(tree, rules, 0)  # a link is read as a file of its name
    commit(tree, {"link.py": WEAK_SOURCE + CALL})
    scan(tree, rules, 1)
    assert [(rule, path) for rule, path, _ in rulings_with(rules, "blocking")] == [("bandit:B602", "link.py")]
    (tree / "link.py").unlink()
    (tree / "old.py").unlink()
    (tree / "old.py").symlink_to("app.py")
    scan(tree, rules, 0)


def test_a_waiver_in_the_code_is_part_of_the_change_and_the_policys_to_judge(tree: Path, rules: Path) -> None:
    commit(tree, {"new.py": WEAK_SOURCE.replace("shell=True)", "shell=True)  # nosec")})
    scan(tree, rules, 0)
    assert ("bandit:B602", "new.py", 7) in rulings_with(rules, "suppressed")
    rules.write_text(rules.read_text() + "inline-suppressions: deny\n")
    scan(tree, rules, 1)


def test_a_part_of_the_tree_is_compared_with_that_part(tree: Path, rules: Path) -> None:
    commit(tree, {"part/weak.py": WEAK_SOURCE})
    run_git(tree, "branch", "--force", "main")
    commit(tree, {"part/more.py": CLEAN_SOURCE})
    scan(tree / "part", rules, 0)
    assert ("bandit:B602", "part/weak.py", 7) in rulings_with(rules, "known")
    commit(tree, {"part/moved.py": WEAK_SOURCE})
    scan(tree / "part", rules, 1)


def test_staged_files_are_compared_one_by_one(tree: Path, rules: Path) -> None:
    write_files(tree, {"app.py": "# edited\n" + WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    out = rules.parent / "out"
    argv = ("scan", "--staged", "--since", "main", "--policy", rules, "--output-dir", out)
    run_scangate(*argv, cwd=tree).expect(0)
    assert ("bandit:B602", "app.py", 8) in rulings_with(rules, "known")
    write_files(tree, {"copy.py": WEAK_SOURCE})
    run_git(tree, "add", "copy.py")
    run_scangate(*argv, cwd=tree).expect(1)
    assert rulings_with(rules, "blocking") == [("bandit:B602", "copy.py", 7)]


def test_a_gate_knows_what_the_scan_knew(tree: Path, rules: Path) -> None:
    scan(tree, rules, 0)
    out = rules.parent / "out" / "verdict.json"
    again = rules.parent / "again.json"
    run_scangate("gate", out, "--policy", rules, "--report", f"json={again}", cwd=rules.parent).expect(0)
    rules.write_text(rules.read_text() + "new-only: false\n")
    run_scangate("gate", out, "--policy", rules, cwd=rules.parent).expect(1)


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "main..topic", "-h", "main:app.py", "main\nx", ""])
def test_unknown_revision_is_a_usage_error(tree: Path, rules: Path, revision: str) -> None:
    argv = ("scan", tree, f"--since={revision}", "--policy", rules, "--output-dir", rules.parent / "out")
    ran = run_scangate(*argv, cwd=rules.parent).expect(2)
    assert ran.stderr.splitlines()[1].startswith("hint: ")
    assert not list(rules.parent.rglob("x"))


def test_since_requires_a_repository_and_prefers_a_branch_to_a_tag(tree: Path, rules: Path, tmp_path: Path) -> None:
    assert "--since" in scan(write_files(tmp_path / "plain", {"app.py": CLEAN_SOURCE}), rules, 2).stderr
    commit(tree, {"new.py": WEAK_SOURCE})
    run_git(tree, "tag", "main", "HEAD")
    scan(tree, rules, 1)
    assert rulings_with(rules, "blocking") == [("bandit:B602", "new.py", 7)]


def test_without_a_common_commit_everything_is_judged(tree: Path, rules: Path) -> None:
    run_git(tree, "switch", "--quiet", "--orphan", "alone")
    commit(tree, {"app.py": WEAK_SOURCE})
    scan(tree, rules, 1)
    assert "have no common commit" in notes(rules)
    assert load_verdict(rules.parent / "out")["compared_revision"]["merge_base"] == ""


def test_in_a_shallow_clone_everything_is_judged_until_it_is_deep_enough(tree: Path, rules: Path, tmp_path: Path) -> None:
    commit(tree, {"sum.py": CLEAN_SOURCE + "\n"})
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "topic", f"file://{tree}", "clone")
    assert "git fetch --unshallow origin" in scan(clone, rules, 2).stderr
    run_git(clone, "fetch", "--quiet", "--depth", "1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    run_git(clone, "checkout", "--quiet", "--detach")
    scan(clone, rules, 1, since="origin/main")
    assert CUT in notes(rules)
    run_git(clone, "fetch", "--quiet", "--unshallow", "origin", "+refs/heads/topic:refs/remotes/origin/topic")
    scan(clone, rules, 0, since="origin/main")
    assert CUT not in notes(rules)


def test_auto_is_what_a_pull_request_is_for(tree: Path, rules: Path) -> None:
    commit(tree, {"new.py": CLEAN_SOURCE})
    build = {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_CREATED", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}
    scan(tree, rules, 0, since="auto", **build)
    scan(tree, rules, 1, since="auto")
    assert "not a pull-request build" in notes(rules)
    scan(tree, rules, 1, since="auto", **{**build, "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/nowhere"})
    assert "origin/nowhere" in notes(rules)


def test_content_that_git_has_lost_knows_nothing(tree: Path, rules: Path) -> None:
    blob = run_git(tree, "rev-parse", "main:app.py")
    commit(tree, {"app.py": WEAK_SOURCE + "\n", "old.py": CLEAN_SOURCE})
    (tree / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    scan(tree, rules, 1)
    assert rulings_with(rules, "blocking") == [("bandit:B602", "app.py", 7)]
    assert "bandit has" in notes(rules)
