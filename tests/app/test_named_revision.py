"""``--since`` takes the branch that a name means; a tag that anybody may have pushed does not take its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.app.named_revision import NamedRevision, resolve_revision
from scangate.app.session import open_session
from scangate.errors import UsageError
from tests.support.sample_trees import create_repository, run_git, write_files

pytestmark = pytest.mark.integration

AMBUSHES = ("main", "origin/main", "refs/remotes/origin/main", "refs/heads/main", "heads/main", "remotes/origin/main", "HEAD")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """main, and topic one commit later with tags that are called like main."""
    tree = create_repository(tmp_path_factory.mktemp("origin") / "tree", {"app.py": "x = 1\n"})
    run_git(tree, "switch", "--quiet", "--create", "topic")
    write_files(tree, {"app.py": "x = 2\n"})
    run_git(tree, "commit", "--quiet", "--all", "--message", "topic")
    for name in (*AMBUSHES, "v1.2.3", "nightly", "ORIG_HEAD", run_git(tree, "rev-parse", "--short=8", "main")):
        run_git(tree, "update-ref", f"refs/tags/{name}", "HEAD")
    run_git(tree, "branch", "origin/main")
    run_git(tree, "switch", "--quiet", "main")
    return tree


def clone(origin: Path, folder: Path, *arguments: str) -> Path:
    run_git(folder, "clone", "--quiet", "--branch", "topic", *arguments, f"file://{origin}", "clone")
    for name in run_git(origin, "tag").split():
        run_git(folder / "clone", "fetch", "--quiet", "origin", f"+refs/tags/{name}:refs/tags/{name}")
    return folder / "clone"


def resolve(tree: Path, name: str, *, is_change: bool = False) -> NamedRevision:
    with open_session(tree) as session:
        assert session.repository is not None
        return resolve_revision(name, session.repository, is_change=is_change)


def test_a_branch_is_taken_where_a_tag_has_its_name(origin: Path, tmp_path: Path) -> None:
    tree = clone(origin, tmp_path)
    main = run_git(origin, "rev-parse", "refs/heads/main")
    expected = NamedRevision("origin/main", main, "refs/remotes/origin/main")
    for name in ("main", "origin/main", "remotes/origin/main", "refs/remotes/origin/main"):
        assert resolve(tree, name, is_change=True) == expected, name
    assert resolve(tree, "main~0").name == "origin/main~0"
    assert resolve(tree, "main@{0}").commit in ("", main)
    for name in ("HEAD", "@", "HEAD~0", "topic", "origin/origin/main"):
        assert resolve(tree, name, is_change=True).commit == run_git(tree, "rev-parse", "refs/heads/topic"), name
    assert resolve(tree, "HEAD~1").commit == resolve(tree, "main").commit == resolve(tree, main).commit == main
    with pytest.raises(UsageError):
        resolve(tree, main[:8])  # a tag
    assert resolve(tree, main[:9]) == NamedRevision(main[:9], main)
    assert resolve(tree, f"v9-1-g{main[:9]}").commit == main


@pytest.mark.parametrize("name", [name for name in AMBUSHES if name != "HEAD"])
def test_a_tag_does_not_take_the_place_of_an_absent_branch(name: str, origin: Path, tmp_path: Path) -> None:
    tree = clone(origin, tmp_path, "--depth", "1")
    run_git(tree, "branch", "origin/main")  # as a checkout of the branch of that name leaves it
    with pytest.raises(UsageError) as raised:
        resolve(tree, name)
    assert "+refs/heads/main:refs/remotes/origin/main" in raised.value.hint
    assert resolve(tree, f"refs/tags/{name}").name == f"tag {name}"


def test_tags_that_no_branch_could_be_meant_by(origin: Path, tmp_path: Path) -> None:
    tree = clone(origin, tmp_path, "--depth", "1")
    for name in ("v1.2.3", "tags/nightly", "refs/tags/nightly"):
        found = resolve(tree, name)
        assert (found.name, found.commit) == (f"tag {name.rpartition('/')[2]}", run_git(tree, "rev-parse", "HEAD"))
        with pytest.raises(UsageError):
            resolve(tree, name, is_change=True)
    with pytest.raises(UsageError):
        resolve(tree, "nightly")
    assert resolve(tree, "ORIG_HEAD").commit == ""
    run_git(tree, "remote", "remove", "origin")
    assert resolve(tree, "nightly").name == "tag nightly"


def test_a_tag_is_no_parent_of_a_merge(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": "x = 1\n"})
    head = run_git(tree, "rev-parse", "HEAD")
    run_git(tree, "tag", "MERGE_HEAD")
    with open_session(tree) as session:
        assert session.repository is not None
        assert session.repository.resolve_head("MERGE_HEAD") == ""
        (tree / ".git" / "MERGE_HEAD").write_text(f"{head}\n")
        assert session.repository.resolve_head("MERGE_HEAD") == head
