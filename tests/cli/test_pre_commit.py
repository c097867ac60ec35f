"""The hook as the real pre-commit program runs it, in a scratch repository, with the entry that .pre-commit-hooks.yaml has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.command import TIMEOUT, CommandResult, environment, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, GIT_CONFIG, WEAK_SOURCE, create_repository, run_git, write_files

ROOT = Path(__file__).parents[2]
PRE_COMMIT = Path(sys.executable).parent / "pre-commit"
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
SECRET = "AKIA" + "Q7ZK3XN5WJ2VBT6Y"


def commit(tree: Path, *arguments: str) -> CommandResult:
    """``git commit`` with its hooks."""
    env = environment(PRE_COMMIT_HOME=str(tree.parent / "pre-commit"))
    env["PATH"] = f"{PRE_COMMIT.parent}{os.pathsep}{env['PATH']}"
    argv = ["git", *GIT_CONFIG, "commit", "--message", "next", *arguments]
    done = subprocess.run(argv, cwd=tree, env=env, capture_output=True, text=True, timeout=4 * TIMEOUT, check=False)
    return CommandResult(done.returncode, done.stdout, done.stderr)


def pre_commit_run(tree: Path, *arguments: str) -> CommandResult:
    """``pre-commit run``."""
    env = environment(PRE_COMMIT_HOME=str(tree.parent / "pre-commit"))
    argv = [str(PRE_COMMIT), "run", *arguments]
    done = subprocess.run(argv, cwd=tree, env=env, capture_output=True, text=True, timeout=4 * TIMEOUT, check=False)
    return CommandResult(done.returncode, done.stdout, done.stderr)


def installed(tree: Path, repo: dict[str, object]) -> Path:
    """``tree`` with the hook configured and installed; the configuration is committed."""
    write_files(tree, {".pre-commit-config.yaml": yaml.safe_dump({"repos": [repo]})})
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "hooks")
    env = environment(PRE_COMMIT_HOME=str(tree.parent / "pre-commit"))
    subprocess.run([str(PRE_COMMIT), "install"], cwd=tree, env=env, check=True, capture_output=True)
    return tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository whose hook is ours in all but the environment, which is the one that the tests run in."""
    hook = {key: value for key, value in HOOK.items() if key != "minimum_pre_commit_version"}
    hook |= {"language": "system", "entry": HOOK["entry"].replace("python", sys.executable, 1)}
    files: dict[str, str | bytes] = {"app.py": CLEAN_SOURCE, "old.py": CLEAN_SOURCE + "\n", "big/gone.py": CLEAN_SOURCE}
    return installed(create_repository(tmp_path / "tree", files), {"repo": "local", "hooks": [hook]})


def blocked(ran: CommandResult, rule: str) -> bool:
    """Whether the hook let nothing pass, and said why."""
    return ran.code == 1 and rule in ran.output and "FAIL: " in ran.output and "Traceback" not in ran.output


def test_the_hook_blocks_what_is_staged_and_only_that(tree: Path) -> None:
    before = run_git(tree, "rev-parse", "HEAD")
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    assert blocked(commit(tree), "bandit:B602")
    write_files(tree, {"app.py": CLEAN_SOURCE})  # the work tree is clean again, what is staged is not
    assert blocked(commit(tree), "bandit:B602")
    write_files(tree, {"app.py": CLEAN_SOURCE, "-key.yml": f"id: {SECRET}\n"})
    run_git(tree, "add", "--all")
    ran = commit(tree)
    assert blocked(ran, "detect-secrets:aws-access-key")
    assert SECRET not in ran.output
    assert run_git(tree, "rev-parse", "HEAD") == before
    run_git(tree, "rm", "--quiet", "--cached", "--", "-key.yml")
    write_files(tree, {"app.py": CLEAN_SOURCE + "# more\n"})
    run_git(tree, "add", "app.py")
    write_files(tree, {"app.py": WEAK_SOURCE})  # what is staged is clean, the work tree is not
    assert commit(tree).code == 0
    assert run_git(tree, "rev-parse", "HEAD") != before
    assert (tree / "app.py").read_text() == WEAK_SOURCE


def test_the_hook_passes_removals_and_renames(tree: Path) -> None:
    write_files(tree, {"app.py": WEAK_SOURCE})  # not staged, so not scanned
    run_git(tree, "rm", "--quiet", "big/gone.py")
    assert commit(tree).code == 0
    run_git(tree, "mv", "old.py", "new.py")
    assert commit(tree).code == 0
    assert commit(tree, "--allow-empty").code == 0


def test_the_hook_runs_for_commits_without_a_regular_file(tree: Path) -> None:
    (tree / "out.py").symlink_to("/etc/passwd")
    run_git(tree, "add", "--all")
    ran = commit(tree)
    assert (ran.code, "INCOMPLETE: " in ran.output) == (1, True)
    run_git(tree, "rm", "--quiet", "--force", "out.py")
    write_files(tree, {"new.py": WEAK_SOURCE})
    run_git(tree, "add", "new.py")
    run_git(tree, "update-index", "--skip-worktree", "new.py")
    (tree / "new.py").unlink()
    assert blocked(commit(tree), "bandit:B602")


def test_a_long_list_of_files_is_scanned_in_one_run_and_an_old_finding_stays(tree: Path) -> None:
    """pre-commit passes at most 128 KiB of names to a process."""
    write_files(tree, {f"{'n' * 200}/{'m' * 200}/{number}.txt": f"{number}\n" for number in range(400)})
    write_files(tree, {"app.py": WEAK_SOURCE, "old.py": WEAK_SOURCE})
    run_git(tree, "add", "--all")
    ran = commit(tree)
    assert blocked(ran, "bandit:B602")
    assert ran.output.count("FAIL: ") == 1
    run_git(tree, "commit", "--quiet", "--no-verify", "--message", "weak")
    write_files(tree, {"app.py": "# edited\n" + WEAK_SOURCE})
    run_git(tree, "add", "--all")
    assert commit(tree).code == 0


def test_all_files_and_a_range_are_scanned_where_nothing_is_staged(tree: Path) -> None:
    start = run_git(tree, "rev-parse", "HEAD")
    write_files(tree, {"app.py": WEAK_SOURCE, "notes.txt": "words\n"})
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--no-verify", "--message", "weak")
    ran = pre_commit_run(tree, "--all-files")
    assert blocked(ran, "bandit:B602")
    assert blocked(pre_commit_run(tree, "--from-ref", start, "--to-ref", "HEAD"), "bandit:B602")
    write_files(tree, {"notes.txt": "more words\n"})
    run_git(tree, "commit", "--quiet", "--no-verify", "--all", "--message", "words")
    assert pre_commit_run(tree, "--from-ref", "HEAD~1", "--to-ref", "HEAD").code == 0


def test_the_hook_in_another_work_tree(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    run_git(tree, "worktree", "add", "--quiet", str(other))
    write_files(other, {"app.py": WEAK_SOURCE})
    run_git(other, "add", "app.py")
    assert blocked(commit(other), "bandit:B602")
    write_files(other, {"app.py": CLEAN_SOURCE + "\n\n"})
    assert commit(other, "--all").code == 0


def test_the_baseline_can_be_committed(tree: Path) -> None:
    write_files(tree, {"app.py": WEAK_SOURCE, "id.yml": f"id: {SECRET}\n"})
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--no-verify", "--message", "weak")
    run_scangate("baseline", "create", "--incomplete", cwd=tree).expect(0)
    run_git(tree, "add", ".scangate-baseline.json")
    assert commit(tree).code == 0


def test_the_hook_is_ours_alone_to_start() -> None:
    assert HOOK["entry"].endswith("-I -m scangate scan --staged")
    assert HOOK["pass_filenames"] is False
    assert HOOK["require_serial"] is True
    assert HOOK["stages"] == ["pre-commit"]


@pytest.mark.nightly
def test_the_hook_installs_from_the_repository(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    revision = run_git(clone, "rev-parse", "HEAD")
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE})
    installed(tree, {"repo": str(clone), "rev": revision, "hooks": [{"id": "scangate"}]})
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    assert blocked(commit(tree), "bandit:B602")
    write_files(tree, {"app.py": CLEAN_SOURCE + "# more\n"})
    run_git(tree, "add", "app.py")
    assert commit(tree).code == 0
