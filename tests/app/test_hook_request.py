"""A hook scans what is staged, a range of commits or everything, by the index's policy, and fails for what the change brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.app.requests import ScanRequest
from scangate.app.scanning import scan
from scangate.errors import PolicyError, UsageError
from scangate.model import Basis, FileSource, Outcome, PolicyOrigin, Report
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy

pytestmark = pytest.mark.integration

MORE = "\n\ndef again(words: str) -> None:\n    subprocess.run(words, shell=True, check=True)\n"
VARIABLES = (
    *("PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF", "PRE_COMMIT_ORIGIN", "PRE_COMMIT_SOURCE"),
    "GIT_INDEX_FILE",
)


@pytest.fixture(autouse=True)
def no_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves may be run by a hook."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "tree"
    write_files(root, {"weak.py": WEAK_SOURCE, "clean.py": CLEAN_SOURCE, "sub/other.py": CLEAN_SOURCE})
    write_policy(root / "scangate.yaml", "bandit")
    monkeypatch.chdir(create_repository(root, {}))
    return root


def stage(tree: Path, files: dict[str, str | bytes]) -> None:
    write_files(tree, files)
    run_git(tree, "add", "--all")


def commit(tree: Path, files: dict[str, str | bytes]) -> str:
    stage(tree, files)
    run_git(tree, "commit", "--quiet", "--message", "more")
    return run_git(tree, "rev-parse", "HEAD")


def hook(*names: str, **fields: object) -> Report:
    return scan(ScanRequest(staged=names, ignore_cache=True, **fields))  # type: ignore[arg-type]


def analyzed(report: Report) -> set[str]:
    return {path for result in report.results for path in result.analyzed_files}


def outcomes(report: Report) -> list[tuple[str, int, str]]:
    rulings = [ruling for ruling in report.verdict.rulings if ruling.finding.rule == "bandit:B602"]
    return sorted((ruling.finding.location.path, ruling.finding.location.line, ruling.outcome.value) for ruling in rulings)


def test_what_head_has_is_known_and_what_the_commit_brings_blocks(tree: Path) -> None:
    stage(tree, {"weak.py": "# edited\n" + WEAK_SOURCE})
    report = hook()
    assert report.verdict.outcome is Outcome.PASS
    assert outcomes(report) == [("weak.py", 8, "known")]
    stage(tree, {"weak.py": WEAK_SOURCE + MORE})
    report = hook()
    assert report.verdict.outcome is Outcome.FAIL
    assert outcomes(report) == [("weak.py", 7, "known"), ("weak.py", 11, "blocking")]
    assert outcomes(hook("weak.py")) == outcomes(report)
    run_git(tree, "mv", "weak.py", "moved.py")
    assert outcomes(hook()) == [("moved.py", 7, "known"), ("moved.py", 11, "blocking")]


def test_a_copy_of_what_stays_is_new(tree: Path) -> None:
    stage(tree, {"copy.py": WEAK_SOURCE})
    assert outcomes(hook()) == [("copy.py", 7, "blocking")]


def test_budgets_are_counted_over_the_whole_commit(tree: Path) -> None:
    policy = (tree / "scangate.yaml").read_text("utf-8").replace("high: 0", "high: 2")
    stage(tree, {"scangate.yaml": policy, **{f"new{number}.py": WEAK_SOURCE for number in range(3)}})
    assert [outcome for _, _, outcome in outcomes(hook())] == ["blocking"] * 3


@pytest.mark.parametrize("merged", ["conflict", "hook"])
def test_a_merge_brings_nothing_that_a_parent_has(tree: Path, merged: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run_git(tree, "switch", "--quiet", "--create", "side")
    side = commit(tree, {"side.py": WEAK_SOURCE})
    run_git(tree, "switch", "--quiet", "main")
    commit(tree, {"clean.py": CLEAN_SOURCE + "\n"})
    run_git(tree, "merge", "--quiet", "--no-commit", "--no-ff", "side")
    if merged == "hook":  # git runs pre-merge-commit before it writes MERGE_HEAD
        (tree / ".git" / "MERGE_HEAD").unlink()
        monkeypatch.setenv(f"GITHEAD_{side}", "side")
    assert outcomes(hook()) == [("side.py", 7, "known")]
    stage(tree, {"side.py": WEAK_SOURCE + MORE})
    assert outcomes(hook()) == [("side.py", 7, "known"), ("side.py", 11, "blocking")]


def test_before_the_first_commit_everything_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_files(tmp_path / "fresh", {"app.py": WEAK_SOURCE})
    write_policy(root / "scangate.yaml", "bandit")
    monkeypatch.chdir(create_repository(root, {}, commit=False))
    assert outcomes(hook()) == [("app.py", 7, "blocking")]


def test_policy_and_baseline_are_those_of_the_index(tree: Path) -> None:
    stage(tree, {"new.py": WEAK_SOURCE})
    write_files(tree, {"scangate.yaml": "version: 1\nextends: baseline\nbudgets: {high: unlimited}\n"})  # not staged
    report = hook()
    assert (report.verdict.outcome, report.policy_provenance.origin) == (Outcome.FAIL, PolicyOrigin.INDEX)
    assert hook(policy="scangate.yaml").verdict.outcome is Outcome.FAIL
    run_git(tree, "add", "scangate.yaml")
    assert hook().verdict.policy_digest != report.verdict.policy_digest
    write_files(tree, {"scangate.yaml": "not a policy"})
    assert hook().verdict.rulings != ()
    run_git(tree, "add", "scangate.yaml")
    with pytest.raises(PolicyError):
        hook()


def test_an_untracked_policy_is_not_ignored(tree: Path) -> None:
    run_git(tree, "rm", "--quiet", "--cached", "scangate.yaml")
    run_git(tree, "commit", "--quiet", "--message", "without")
    stage(tree, {"sub/new.py": WEAK_SOURCE, ".gitignore": "scangate.yaml\n"})
    assert hook().verdict.policy == "scangate"


def test_a_policy_that_is_a_link_is_read_as_the_commit_will_have_it(tree: Path) -> None:
    (tree / "scangate.yaml").rename(tree / "sub" / "gate.yaml")
    (tree / "scangate.yaml").symlink_to("sub/gate.yaml")
    stage(tree, {"new.py": WEAK_SOURCE})
    (tree / "sub" / "gate.yaml").write_text("broken", "utf-8")
    assert hook().verdict.outcome is Outcome.FAIL
    (tree / "scangate.yaml").unlink()
    (tree / "scangate.yaml").symlink_to("/etc/hostname")
    run_git(tree, "add", "scangate.yaml")
    with pytest.raises(PolicyError):
        hook()


@pytest.mark.parametrize(("marker", "removed"), [(False, False), (True, False), (True, True)])
def test_with_nothing_staged_everything_is_scanned(
    tree: Path, monkeypatch: pytest.MonkeyPatch, marker: bool, removed: bool
) -> None:
    if marker:
        monkeypatch.setenv("PRE_COMMIT", "1")
    if removed:
        run_git(tree, "rm", "--quiet", "clean.py")
    report = hook()
    assert report.targets.source is FileSource.GIT_INDEX
    assert outcomes(report) == [("weak.py", 7, "blocking")]
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")  # a commit that only removes files, or changes nothing but its message
    assert (hook().targets.source, hook().verdict.outcome) == (FileSource.STAGED, Outcome.PASS)


@pytest.mark.parametrize("names", [("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"), ("PRE_COMMIT_ORIGIN", "PRE_COMMIT_SOURCE")])
def test_a_range_of_commits_is_scanned(tree: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str]) -> None:
    start = run_git(tree, "rev-parse", "HEAD")
    commit(tree, {"first.py": WEAK_SOURCE, "gone.py": WEAK_SOURCE})
    (tree / "gone.py").unlink()
    end = commit(tree, {"weak.py": WEAK_SOURCE + MORE, "scangate.yaml": "version: 1\nextends: baseline\nbudgets: {high: 9}\n"})
    commit(tree, {"later.py": WEAK_SOURCE})
    write_files(tree, {"first.py": CLEAN_SOURCE})
    monkeypatch.setenv(names[0], start)
    monkeypatch.setenv(names[1], end)
    report = hook()
    assert outcomes(report) == [("first.py", 7, "blocking"), ("weak.py", 7, "known"), ("weak.py", 11, "blocking")]
    assert (report.commit, report.targets.source, report.targets.file_count) == (end, FileSource.RANGE, 3)
    assert report.policy_provenance.origin is PolicyOrigin.REVISION  # as with --since: not by the policy that the range brings
    monkeypatch.setenv(names[1], "--output=file")
    with pytest.raises(UsageError):
        hook()


def test_an_unchanged_file_that_a_staged_one_names_is_read(tree: Path) -> None:
    policy = write_policy(tree.parent / "policy.yaml", "pip-audit")
    text = policy.read_text("utf-8").replace("pip-audit: {enabled: true}", "pip-audit: {enabled: true, advisories: local}")
    policy.write_text(text, "utf-8")
    before = {"deps/base.txt": "django==1.11.1\nleft-pad\n", "limits.txt": "flask==1.0\n", "requirements.txt": "-r deps/base.txt\n"}
    commit(tree, {**before})
    stage(tree, {"requirements.txt": "-r deps/base.txt\n-c limits.txt\n"})
    report = hook(policy=str(policy))
    assert analyzed(report) >= {"requirements.txt"}
    untouched = [ruling for ruling in report.verdict.gaps if ruling.gap.path == "deps/base.txt"]
    assert {ruling.decision.basis for ruling in untouched} == {Basis.UNTOUCHED}
    assert not [ruling for ruling in report.verdict.gaps if ruling.blocking and ruling.gap.path not in (None, "requirements.txt")]
    django = [ruling.outcome.value for ruling in report.verdict.rulings if ruling.finding.location.path == "deps/base.txt"]
    assert set(django) == {"known"}


def test_what_names_a_new_file_brings_only_what_is_in_it(tree: Path) -> None:
    policy = write_policy(tree.parent / "policy.yaml", "pip-audit")
    text = policy.read_text("utf-8").replace("pip-audit: {enabled: true}", "pip-audit: {enabled: true, advisories: local}")
    policy.write_text(text, "utf-8")
    commit(tree, {"requirements.txt": "-r deps/requirements.txt\ndjango==1.11.1\n", "limits.txt": "django==1.11.2\n"})
    stage(tree, {"deps/requirements.txt": "-r ../limits.txt\n"})
    report = hook(policy=str(policy))
    found = {(ruling.finding.location.path, ruling.outcome.value) for ruling in report.verdict.rulings}
    assert found == {("requirements.txt", "known"), ("limits.txt", "known")}
    stage(tree, {"deps/requirements.txt": "-r ../limits.txt\ndjango==1.11.3\n"})
    found = {(ruling.finding.location.path, ruling.outcome.value) for ruling in hook(policy=str(policy)).verdict.rulings}
    assert found == {("requirements.txt", "known"), ("limits.txt", "known"), ("deps/requirements.txt", "blocking")}


def test_a_subfolder_and_names_are_seen_from_where_the_hook_is_started(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage(tree, {"sub/new.py": WEAK_SOURCE, "top.py": WEAK_SOURCE})
    monkeypatch.chdir(tree / "sub")
    assert outcomes(hook()) == [("sub/new.py", 7, "blocking")]
    assert outcomes(hook("new.py")) == [("sub/new.py", 7, "blocking")]
    assert outcomes(hook("../top.py")) == [("top.py", 7, "blocking")]
