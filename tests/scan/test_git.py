"""What git knows of history: revisions, common ancestors and whole commits, from its objects alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.errors import ScanError
from scangate.model import FileSource, GapKind
from scangate.scan.discovery import list_commit
from scangate.scan.git import Repository, find_repository
from tests.support.scan_harness import ScanHarness, run_git, write_files


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    """A repository with two commits on main and one on a branch off the first."""
    bench = ScanHarness(tmp_path)
    run_git(bench.root, "init", "-q", "-b", "main")
    commit(bench, {"a.py": "a = 1\n", "part/b.py": "b = 1\n"})
    run_git(bench.root, "tag", "first")
    run_git(bench.root, "switch", "-q", "-c", "side")
    commit(bench, {"side.py": "s = 1\n"})
    run_git(bench.root, "switch", "-q", "main")
    commit(bench, {"a.py": "a = 2\n", "new.py": "n = 1\n"})
    return bench


def commit(bench: ScanHarness, files: dict[str, bytes | str]) -> None:
    write_files(bench.root, files)
    run_git(bench.root, "add", "-A")
    run_git(bench.root, "commit", "-q", "-m", "x")


def repository(bench: ScanHarness) -> Repository:
    found = bench.repository()
    assert found is not None
    return found


def name(bench: ScanHarness, revision: str) -> str:
    """git's own word."""
    return run_git(bench.root, "rev-parse", revision).strip()


@pytest.mark.smoke
def test_a_revision_is_the_commit_it_names(bench: ScanHarness) -> None:
    for revision in ("main", "first", "side", "HEAD", "main~1", "refs/heads/side", name(bench, "first"), name(bench, "main")[:12]):
        assert repository(bench).resolve_commit(revision) == name(bench, f"{revision}^{{commit}}")


@pytest.mark.parametrize(
    "revision",
    [
        *("nothing", "", "main..side", "^main", "main:a.py", "-h", "--output=x", "--all", "--end-of-options", "main\nside"),
        *("@{upstream}", "main^{tree}", "ma in", ":a.py", "*", "f" * 40, "\0", "main^9"),
    ],
)
def test_unknown_revision_gives_none(bench: ScanHarness, revision: str) -> None:
    assert repository(bench).resolve_commit(revision) == ""
    assert not (bench.root / "x").exists()


def test_tag_does_not_shadow_a_branch(bench: ScanHarness) -> None:
    run_git(bench.root, "tag", "side", "first")
    run_git(bench.root, "config", "core.warnAmbiguousRefs", "false")
    with pytest.raises(ScanError, match="side") as raised:
        repository(bench).resolve_commit("side")
    assert raised.value.kind is GapKind.GARBAGE
    assert repository(bench).resolve_commit("refs/heads/side") == name(bench, "refs/heads/side")


def test_the_common_ancestor_of_two_commits(bench: ScanHarness) -> None:
    main, side, first = (name(bench, revision) for revision in ("main", "side", "first"))
    assert repository(bench).merge_base(main, side) == first
    assert repository(bench).merge_base(first, side) == first
    run_git(bench.root, "switch", "-q", "--orphan", "other")
    commit(bench, {"other.py": "o = 1\n"})
    assert repository(bench).merge_base(main, name(bench, "other")) == ""
    assert repository(bench).merge_base(main, "f" * 40) == ""


def test_neither_a_replacement_nor_a_graft_changes_history(bench: ScanHarness) -> None:
    main, side, first = (name(bench, revision) for revision in ("main", "side", "first"))
    run_git(bench.root, "replace", "--graft", side, main)
    write_files(bench.root / ".git" / "info", {"grafts": f"{side} {main}\n"})
    assert repository(bench).merge_base(main, side) == first
    run_git(bench.root, "replace", "-d", side)
    run_git(bench.root, "replace", first, side)
    assert paths(bench, first) == ["a.py", "part/b.py"]


def test_shallow_history_is_reported(bench: ScanHarness, tmp_path: Path) -> None:
    assert not repository(bench).is_shallow()
    run_git(tmp_path, "clone", "-q", "--depth", "1", f"file://{bench.root}", "shallow")
    cut = find_repository(tmp_path / "shallow", bench.processes)
    assert cut is not None
    assert cut.is_shallow()
    assert cut.resolve_commit("origin/main") == name(bench, "main")
    assert cut.resolve_commit(name(bench, "first")) == ""


def paths(bench: ScanHarness, commit: str, root: Path | None = None) -> list[str]:
    found = find_repository(root or bench.root, bench.processes)
    assert found is not None
    return [target.path for target in list_commit(root or bench.root, found, commit).targets]


def test_a_commit_is_listed_and_read_whatever_the_work_tree_holds(bench: ScanHarness) -> None:
    first = name(bench, "first")
    write_files(bench.root, {"a.py": "work = 1\n", "untracked.py": "u = 1\n"})
    (bench.root / "part" / "b.py").unlink()
    listing = list_commit(bench.root, repository(bench), first)
    read = listing.reader(listing.targets, 100)
    assert {target.path: read(target) for target in listing.targets} == {"a.py": b"a = 1\n", "part/b.py": b"b = 1\n"}
    assert (listing.summary.source, listing.commit) == (FileSource.COMMIT, first)
    assert listing.summary.file_count == 2


def test_a_part_of_the_tree_is_listed_from_that_part(bench: ScanHarness) -> None:
    assert paths(bench, name(bench, "first"), bench.root / "part") == ["b.py"]
    write_files(bench.root, {"fresh/c.py": "c = 1\n"})
    assert paths(bench, name(bench, "first"), bench.root / "fresh") == []


def test_links_and_submodules_of_a_commit_are_named_and_not_entered(bench: ScanHarness, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", str(bench.root), "other")
    run_git(bench.root, "submodule", "--quiet", "add", str(tmp_path / "other"), "sub")
    (bench.root / "link.py").symlink_to("/etc/passwd")
    commit(bench, {})
    listing = list_commit(bench.root, repository(bench), name(bench, "main"))
    assert {gap.path: gap.kind for gap in listing.summary.gaps} == {
        "link.py": GapKind.UNREADABLE,
        "sub": GapKind.NESTED_REPOSITORY,
    }
    assert {target.path for target in listing.targets} == {".gitmodules", "a.py", "new.py", "part/b.py"}


def test_content_comes_without_filters_and_without_starting_anything(bench: ScanHarness, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    first = name(bench, "first")
    for key in ("filter.x.smudge", "filter.x.clean", "diff.x.textconv", "core.fsmonitor", "core.alternateRefsCommand"):
        run_git(bench.root, "config", key, f"touch {canary}")
    write_files(bench.root, {".gitattributes": "*.py filter=x diff=x\n", ".git/info/attributes": "*.py filter=x diff=x\n"})
    listing = list_commit(bench.root, repository(bench), first)
    read = listing.reader(listing.targets, 100)
    assert [read(target) for target in listing.targets] == [b"a = 1\n", b"b = 1\n"]
    assert repository(bench).merge_base(first, first) == first
    assert not canary.exists()


def test_content_that_is_not_there_is_not_fetched(bench: ScanHarness, tmp_path: Path) -> None:
    run_git(bench.root, "config", "uploadpack.allowFilter", "true")
    run_git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{bench.root}", "partial")
    partial = find_repository(tmp_path / "partial", bench.processes)
    assert partial is not None
    with pytest.raises(ScanError):  # an older git ends where a newer one says what is missing
        read_all(tmp_path / "partial", partial, name(bench, "first"))
    assert "?" in run_git(tmp_path / "partial", "rev-list", "--objects", "--missing=print", "--all")


def read_all(root: Path, repository: Repository, commit: str) -> list[bytes]:
    listing = list_commit(root, repository, commit)
    read = listing.reader(listing.targets, 100)
    return [read(target) for target in listing.targets]


def test_path_of_a_commit_is_looked_up(bench: ScanHarness) -> None:
    (bench.root / "link").symlink_to("part/b.py")
    (bench.root / "out").symlink_to("/etc/passwd")
    (bench.root / "dead").symlink_to("nowhere")
    (bench.root / "loop").symlink_to("loop")
    commit(bench, {"a b.py": "x = 1\n"})
    main = name(bench, "main")
    looked = {path: repository(bench).look_up_path(main, path)[0] for path in ("part/b.py", "link", "part", "a b.py")}
    assert looked == {"part/b.py": "blob", "link": "blob", "part": "tree", "a b.py": "blob"}
    looked = {
        path: repository(bench).look_up_path(main, path)[0] for path in ("out", "dead", "loop", "a.py/x", "no ne", "a\nb", "HEAD")
    }
    assert looked == {
        "out": "symlink",
        "dead": "dangling",
        "loop": "loop",
        "a.py/x": "notdir",
        "no ne": "missing",
        "a\nb": "missing",
        "HEAD": "missing",
    }
    assert repository(bench).look_up_path(main, "link") == ("blob", name(bench, "main:part/b.py"))
