"""``--staged`` reads what the index holds, whatever is in the work tree; a named file that it cannot read is a gap."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.command import SCANGATE, environment, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_policy(tmp_path / "policy.yaml", "bandit")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "old.py": WEAK_SOURCE, "gone.py": CLEAN_SOURCE})


def staged(tree: Path, rules: Path, code: int, *names: str) -> list[str]:
    """A scan of what is staged has to end with ``code``; the paths that were read."""
    out = rules.parent / "out"
    run_scangate("scan", "--staged", "--policy", rules, "--output-dir", out, "--", *names, cwd=tree).expect(code)
    document = load_verdict(out)
    return next(scanner["analyzed_files"] for scanner in document["scanners"] if scanner["scanner"] == "bandit")


@pytest.mark.smoke
def test_weak_code_that_is_staged_blocks_whatever_the_work_tree_holds(tree: Path, rules: Path) -> None:
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    write_files(tree, {"app.py": CLEAN_SOURCE})
    assert staged(tree, rules, 1) == ["app.py"]
    assert staged(tree, rules, 1, "app.py") == ["app.py"]


def test_a_fix_that_is_not_staged_is_pointed_out(tree: Path, rules: Path) -> None:
    write_files(tree, {"app.py": WEAK_SOURCE, "windows.py": WEAK_SOURCE, "good.py": CLEAN_SOURCE})
    run_git(tree, "add", "--all")
    write_files(tree, {"app.py": CLEAN_SOURCE, "windows.py": WEAK_SOURCE.replace("\n", "\r\n"), "good.py": CLEAN_SOURCE + "\n"})
    staged(tree, rules, 1)
    notes = load_verdict(rules.parent / "out")["notes"]
    assert [note["path"] for note in notes if note["kind"] == "not-staged"] == ["app.py"]
    hook = run_scangate("scan", "--staged", "--policy", rules, cwd=tree).expect(1).stdout
    assert "git add app.py" in hook


def test_the_findings_of_the_hook_are_explained_and_accepted_without_another_scan(tree: Path, rules: Path) -> None:
    cache = environment()
    (tree / "sub").mkdir()
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    arguments = ("scan", "--staged", "--policy", rules)
    assert "explain FINGERPRINT" not in run_scangate(*arguments, "--no-cache", cwd=tree, env=cache).expect(1).stdout
    run_scangate("explain", "app.py:1", cwd=tree, env=cache).expect(2)
    hook = run_scangate(*arguments, cwd=tree, env=cache).expect(1).stdout
    assert "one in detail: scangate explain FINGERPRINT\n" in hook
    short = hook.partition("bandit:B602  [")[2][:8]
    page = run_scangate("explain", short, cwd=tree / "sub", env=cache).expect(0).stdout
    assert page.startswith(f"bandit:B602  {short}")
    assert "--verdict" not in page
    waive = ("waive", short, "--reason", "fixed", "--owner", "me", "--expires", "9d")
    run_scangate(*waive, cwd=tree, env=cache).expect(0)
    assert short in (tree / "scangate.yaml").read_text()
    write_files(tree, {"new.py": WEAK_SOURCE})
    run_scangate("scan", "--policy", rules, "--output-dir", "scangate-reports", cwd=tree, env=cache).expect(1)
    assert "new.py" in run_scangate("explain", "new.py:1", cwd=tree, env=cache).expect(0).stdout, "the later of two verdicts"


def test_weak_code_that_is_not_staged_does_not_block(tree: Path, rules: Path) -> None:
    write_files(tree, {"app.py": CLEAN_SOURCE + "\n"})
    run_git(tree, "add", "app.py")
    write_files(tree, {"app.py": WEAK_SOURCE, "new.py": WEAK_SOURCE})
    assert staged(tree, rules, 0) == ["app.py"]


def test_nothing_staged_means_everything(tree: Path, rules: Path) -> None:
    write_files(tree, {"new.py": CLEAN_SOURCE})
    assert staged(tree, rules, 1) == ["app.py", "gone.py", "new.py", "old.py"]
    run_git(tree, "rm", "--quiet", "gone.py")
    assert staged(tree, rules, 0) == []


def test_nothing_to_read_satisfies_the_baseline(tree: Path) -> None:
    write_files(tree, {"notes.txt": "words\n"})
    run_git(tree, "add", "notes.txt")
    run_scangate("scan", "--staged", cwd=tree).expect(0)


def test_a_renamed_file_is_read_under_its_new_name(tree: Path, rules: Path) -> None:
    run_git(tree, "mv", "old.py", "new.py")
    assert staged(tree, rules, 0) == ["new.py"]
    entry = next(entry for entry in load_verdict(rules.parent / "out")["findings"] if entry["rule"] == "bandit:B602")
    assert (entry["outcome"], entry["previous_path"]) == ("known", "old.py")


def test_everything_is_new_before_the_first_commit(tmp_path: Path, rules: Path) -> None:
    tree = create_repository(tmp_path / "fresh", {"a.py": WEAK_SOURCE, "b.py": CLEAN_SOURCE}, commit=False)
    assert staged(tree, rules, 1) == ["a.py", "b.py"]


def test_a_repository_of_another_hash_is_read(tmp_path: Path, rules: Path) -> None:
    tree = write_files(tmp_path / "long", {"a.py": WEAK_SOURCE})
    run_git(tree, "init", "--quiet", "--object-format=sha256")
    run_git(tree, "add", "a.py")
    assert staged(tree, rules, 1) == ["a.py"]


def conflict(tree: Path) -> None:
    """Leaves app.py in a conflict."""
    run_git(tree, "switch", "--quiet", "--create", "side")
    write_files(tree, {"app.py": CLEAN_SOURCE.replace("sum", "total"), "side.py": CLEAN_SOURCE})
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "side")
    run_git(tree, "switch", "--quiet", "main")
    write_files(tree, {"app.py": CLEAN_SOURCE.replace("sum", "result")})
    run_git(tree, "commit", "--quiet", "--all", "--message", "main")
    with pytest.raises(Exception, match="merge"):
        run_git(tree, "merge", "--quiet", "side")


def test_a_conflict_is_no_clean_answer_and_its_resolution_is_read(tree: Path, rules: Path) -> None:
    conflict(tree)
    for names in ([], ["app.py"]):
        staged(tree, rules, 3, *names)
        gaps = [(gap["path"], gap["kind"]) for gap in load_verdict(rules.parent / "out")["gaps"] if gap["blocking"]]
        assert gaps == [("app.py", "unreadable")]
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    assert staged(tree, rules, 1) == ["app.py", "side.py"]


def test_a_submodule_and_a_link_out_of_the_tree_are_gaps(tree: Path, tmp_path: Path, rules: Path) -> None:
    create_repository(tmp_path / "other", {"weak.py": WEAK_SOURCE})
    run_git(tree, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "other"), "other")
    (tree / "link.py").symlink_to("/etc/passwd")
    run_git(tree, "add", "link.py")
    assert staged(tree, rules, 3) == []
    gaps = {(gap["path"], gap["kind"]) for gap in load_verdict(tmp_path / "out")["gaps"] if gap["scanner"] == "targets"}
    assert {("link.py", "unreadable"), ("other", "nested-repository")} <= gaps


def test_path_not_in_the_index_is_reported(tree: Path, rules: Path) -> None:
    write_files(tree, {"new.py": WEAK_SOURCE})
    assert staged(tree, rules, 3, "new.py", "app.py", "nowhere.py") == ["app.py"]
    gaps = {(gap["path"], gap["reason"]) for gap in load_verdict(rules.parent / "out")["gaps"] if gap["blocking"]}
    assert gaps == {("new.py", "not in git's index"), ("nowhere.py", "not in git's index")}


def test_names_are_taken_literally(tree: Path, rules: Path) -> None:
    odd = ["-dash.py", "--config=x.py", "*.py", ":(top)x.py", "sp ace.py", "new\nline.py", "ünï.py"]
    write_files(tree, dict.fromkeys(odd, WEAK_SOURCE))
    run_git(tree, "add", "--all")
    assert staged(tree, rules, 1, *odd) == sorted(odd)
    assert staged(tree, rules, 1, "*.py") == ["*.py"]
    assert staged(tree, rules, 0, "app.py") == ["app.py"]


def test_a_folder_names_all_that_is_staged_in_it(tree: Path, rules: Path) -> None:
    write_files(tree, {"part/deep/a.py": WEAK_SOURCE, "part/b.py": CLEAN_SOURCE, "partial.py": CLEAN_SOURCE})
    run_git(tree, "add", "--all")
    assert staged(tree, rules, 1, "part") == ["part/b.py", "part/deep/a.py"]
    assert staged(tree, rules, 0, "./part/b.py") == ["part/b.py"]


def test_more_names_than_a_command_line_of_git_would_hold(tmp_path: Path, rules: Path) -> None:
    tree = create_repository(
        tmp_path / "many", {f"{'folder/' * 20}{number:05}.txt": f"{number}\n" for number in range(9000)}, commit=False
    )
    assert staged(tree, rules, 0) == []


def test_missing_git_object_is_reported(tree: Path, rules: Path) -> None:
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    blob = run_git(tree, "rev-parse", ":app.py")
    os.unlink(tree / ".git" / "objects" / blob[:2] / blob[2:])  # noqa: PTH108 -- a file of git's
    assert staged(tree, rules, 3) == []


def test_an_empty_file_is_read(tree: Path, rules: Path) -> None:
    write_files(tree, {"__init__.py": ""})
    run_git(tree, "add", "__init__.py")
    assert staged(tree, rules, 0) == ["__init__.py"]
    write_files(tree, {"weak.py": WEAK_SOURCE})
    run_git(tree, "add", "weak.py")
    assert staged(tree, rules, 1) == ["__init__.py", "weak.py"]


@pytest.mark.parametrize("first", [False, True], ids=["later", "before the first commit"])
def test_intent_to_add_is_not_staged(tmp_path: Path, tree: Path, rules: Path, first: bool) -> None:
    """git lists it as an empty file; a commit does not hold it."""
    tree = create_repository(tmp_path / "fresh", {"app.py": CLEAN_SOURCE}, commit=False) if first else tree
    write_files(tree, {"new.py": WEAK_SOURCE, "__init__.py": ""})
    run_git(tree, "add", "--intent-to-add", "new.py")
    run_git(tree, "add", "__init__.py")
    assert staged(tree, rules, 0) == ["__init__.py", "app.py"][: 1 + first]
    assert staged(tree, rules, 3, "new.py", "__init__.py") == ["__init__.py"]
    assert [gap["reason"] for gap in load_verdict(rules.parent / "out")["gaps"] if gap["blocking"]] == ["not in git's index"]


HOOK = """#!/bin/sh
unset GIT_EXEC_PATH
{command} scan --staged --policy {rules} --output-dir {out} --no-cache {names} >/dev/null
echo $? >{code}
exit 1
"""


def hooked(tree: Path, rules: Path, *arguments: str, names: str = "") -> tuple[int, list[str]]:
    """What a hook says of a commit that git makes with ``arguments``: the exit code and the paths that bandit read."""
    out, code = rules.parent / "out", rules.parent / "code"
    hook = tree / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(command=SCANGATE, rules=rules, out=out, code=code, names=names))
    hook.chmod(0o755)
    with pytest.raises(subprocess.CalledProcessError):
        run_git(tree, "commit", "--quiet", "--message", "second", *arguments)
    read = next(scanner["analyzed_files"] for scanner in load_verdict(out)["scanners"] if scanner["scanner"] == "bandit")
    return int(code.read_text()), read


@pytest.mark.parametrize("names", ["", "app.py"], ids=["all", "named"])
@pytest.mark.parametrize("arguments", [("--all",), ("--", "app.py")], ids=["all", "file"])
def test_a_hook_reads_the_index_of_the_commit_in_progress(tree: Path, rules: Path, arguments: tuple[str, ...], names: str) -> None:
    """``git commit FILE`` and ``git commit --all`` make another index than the repository's own, which holds nothing new."""
    write_files(tree, {"app.py": WEAK_SOURCE})
    assert hooked(tree, rules, *arguments, names=names) == (1, ["app.py"])


def test_staged_file_outside_the_commit_is_not_read(tree: Path, rules: Path) -> None:
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    write_files(tree, {"gone.py": CLEAN_SOURCE + "\n"})
    assert hooked(tree, rules, "--", "gone.py") == (0, ["gone.py"])


def test_a_hook_in_another_work_tree_reads_its_index(tmp_path: Path, tree: Path, rules: Path) -> None:
    other = tmp_path / "other"
    run_git(tree, "worktree", "add", "--quiet", str(other))
    write_files(other, {"app.py": WEAK_SOURCE})
    run_git(other, "add", "app.py")
    assert staged(other, rules, 1) == ["app.py"]
    assert staged(tree, rules, 1) == ["app.py", "gone.py", "old.py"]


def test_an_index_that_is_not_there_is_no_empty_one(tree: Path, rules: Path) -> None:
    write_files(tree, {"app.py": WEAK_SOURCE})
    run_git(tree, "add", "app.py")
    env = environment(GIT_INDEX_FILE=str(tree / "nowhere"))
    ran = run_scangate("scan", "--staged", "--policy", rules, cwd=tree, env=env).expect(2)
    assert "GIT_INDEX_FILE" in ran.stderr


def test_staged_scan_requires_a_repository(tmp_path: Path, rules: Path) -> None:
    ran = run_scangate("scan", "--staged", "--policy", rules, cwd=tmp_path).expect(2)
    assert ran.stderr.splitlines()[1].startswith("hint: ")
    assert run_scangate("scan", "a", "b", cwd=tmp_path).expect(2).stderr.startswith("scangate: ")
