"""What there is to scan, from real repositories and real trees; what is passed over is named."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from scangate.errors import ScanError, UsageError
from scangate.model import GapKind, SkipReason
from scangate.scan.discovery import Listing, list_commit, list_files, list_staged
from scangate.scan.git import Repository
from scangate.scan.listing import MANIFEST_BYTES, size_limit
from tests.support.scan_harness import ScanHarness, run_git, write_files

ODD_NAMES = (
    *(
        b"space in name.py",
        b"new\nline.py",
        b"quote'.py",
        b'double".py',
        b"back\\slash.py",
        b"-dash.py",
        b"--option=x.py",
        b"100%.py",
    ),
    *(
        b"tab\t.py",
        b"\xc3\xa9.py",
        b"\xff\xfe.py",
        b"\\xff\\xfe.py",
        b"$(touch x).py",
        b";a.py",
        b"*.py",
        b"[a].py",
        b"#a.py",
        b"~a.py",
    ),
    *(
        b"a" * 240 + b".py",
        b"b" * 125 + b"\xc3\xa9" * 60 + b".py",
        b":(top)a.py",
        b"!a.py",
        b" lead.py",
        b"trail.py ",
        b"\x1b[31mred.py",
    ),
)


def write_raw(root: Path, name: bytes, data: bytes = b"x = 1\n") -> None:
    """Writes a file whose name need not be text."""
    file = root / os.fsdecode(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def init(root: Path) -> Path:
    """An empty repository."""
    run_git(root, "init", "-q", "-b", "main")
    return root


def commit(root: Path, *names: str) -> None:
    """Commits everything, or what is named."""
    run_git(root, "add", "-A", "--", *(names or (".",)))
    run_git(root, "commit", "-q", "-m", "x")


def paths(listing: Listing) -> set[str]:
    return {target.path for target in listing.targets}


def gaps(listing: Listing) -> dict[str | None, str]:
    return {gap.path: gap.reason for gap in listing.summary.gaps}


def left_out(listing: Listing) -> dict[str, SkipReason]:
    return {left.path: left.reason for left in listing.summary.skipped_paths}


def contents(listing: Listing, limit: int = 1000) -> dict[str, bytes]:
    read = listing.reader(listing.targets, limit)
    return {target.path: read(target) for target in listing.targets}


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


@pytest.mark.parametrize("with_git", [True, False])
def test_every_name_is_listed_once_under_a_path_of_its_own(bench: ScanHarness, *, with_git: bool) -> None:
    for number, name in enumerate(ODD_NAMES):
        write_raw(bench.root, name, b"%d" % number)
        write_raw(bench.root, b"folder \xff/" + name, b"%d" % number)
    if with_git:
        init(bench.root)
        run_git(bench.root, "add", "--", "folder*")
    listing = bench.listing()
    assert len(paths(listing)) == len(listing.targets) == 2 * len(ODD_NAMES)
    assert {target.raw_path for target in listing.targets} == {*ODD_NAMES, *(b"folder \xff/" + name for name in ODD_NAMES)}
    assert sorted(contents(listing).values()) == sorted(b"%d" % number for number in [*range(len(ODD_NAMES))] * 2)
    assert listing.summary.gaps == ()
    assert all(
        target.path.isprintable() or any(not sign.isprintable() for sign in os.fsdecode(target.raw_path))
        for target in listing.targets
    )


def test_a_name_that_is_not_text_cannot_hide_behind_one_that_is(bench: ScanHarness) -> None:
    write_raw(bench.root, b"\xff.py", b"bytes")
    write_raw(bench.root, b"\\xff.py", b"text")
    listing = bench.listing()
    assert sorted(contents(listing).values()) == [b"bytes", b"text"]
    assert len(paths(listing)) == 2


def test_links_pipes_and_sockets_are_named(bench: ScanHarness) -> None:
    root = write_files(bench.root, {"a.py": "", "folder/b.py": "", "../outside/c.py": "secret"})
    for link, end in (
        ("dangling", "nowhere"),
        ("loop", "loop"),
        ("out.py", "../outside/c.py"),
        ("outdir", "../outside"),
        ("in.py", "a.py"),
    ):
        (root / link).symlink_to(end)
    (root / "indir").symlink_to("folder")
    (root / "absolute").symlink_to("/etc/passwd")
    (root / "proc").symlink_to("/proc/self/root")
    os.mkfifo(root / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(root)  # a socket's path has a short limit
        try:
            server.bind("socket.py")
        finally:
            os.chdir(here)
        listing = bench.listing()
    assert paths(listing) == {"a.py", "folder/b.py", "in.py"}
    assert set(gaps(listing)) == {"dangling", "loop", "out.py", "outdir", "absolute", "proc", "pipe.py", "socket.py"}
    assert set(left_out(listing)) == {"indir"}
    assert {gap.kind for gap in listing.summary.gaps} == {GapKind.UNREADABLE}


def test_a_folder_that_became_a_link_out_of_the_root_is_not_entered(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"folder/a.py": "", "../outside/a.py": "secret"}))
    commit(root)
    (root / "folder/a.py").unlink()
    (root / "folder").rmdir()
    (root / "folder").symlink_to("../outside")
    listing = bench.listing()
    assert paths(listing) == set()
    assert "folder/a.py" in gaps(listing)


@pytest.mark.parametrize(("name", "other"), [("aa/z", "../z"), ("aa/z", "/a/z"), ("a/bb/cc/z", "a/../../z")])
def test_a_name_in_the_index_that_leads_out_of_the_root_is_not_followed(bench: ScanHarness, name: str, other: str) -> None:
    """git writes no such index, but an author can."""
    outside = bench.root.parent / "z"
    for place in (outside, outside.parent.parent / "z"):
        place.write_text("not ours\n")
    init(bench.root)
    write_files(bench.root, {name: "x = 1\n"})
    run_git(bench.root, "add", "--all")
    index = bench.root / ".git" / "index"
    body = index.read_bytes()[:-20].replace(name.encode(), other.encode())
    index.write_bytes(body + hashlib.sha1(body, usedforsecurity=False).digest())
    listing = bench.listing()
    assert other in {*gaps(listing), *left_out(listing)}
    assert other not in paths(listing)
    assert b"not ours\n" not in contents(listing).values()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_folder_that_may_not_be_listed_is_named(bench: ScanHarness) -> None:
    root = write_files(bench.root, {"a.py": "", "closed/b.py": ""})
    (root / "closed").chmod(0)
    try:
        assert set(gaps(bench.listing())) == {"closed"}
    finally:
        (root / "closed").chmod(stat.S_IRWXU)


def test_a_folder_too_deep_for_its_name_is_named(bench: ScanHarness) -> None:
    """What even root cannot list: a path longer than the system takes, built step by step."""
    here = os.open(bench.root, os.O_RDONLY)
    steps = [here]
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=steps[-1])
        steps.append(os.open("d" * 200, os.O_RDONLY, dir_fd=steps[-1]))
    with os.fdopen(os.open("deep.py", os.O_WRONLY | os.O_CREAT, dir_fd=steps[-1]), "w") as file:
        file.write("exec(x)")
    for step in steps:
        os.close(step)
    (gap,) = bench.listing().summary.gaps
    assert gap.path is not None
    assert gap.path.startswith("d" * 200 + "/")
    assert gap.reason == "File name too long"


def test_a_thousand_folders_in_each_other_are_walked_and_copied(bench: ScanHarness) -> None:
    deep = "/".join("d" * 1500)
    subprocess.run(["mkdir", "-p", deep], cwd=bench.root, check=True)
    try:
        Path(bench.root, deep, "a.py").write_text("x")
        listing = bench.listing()
        assert paths(listing) == {f"{deep}/a.py"}
        _, (source,) = bench.sources(contents(listing))
        assert (source.path, source.read_bytes()) == (f"{deep}/a.py", b"x")
    finally:
        subprocess.run(["rm", "-r", "d"], cwd=bench.root, check=True)


def test_without_git_everything_is_read_and_said_so(bench: ScanHarness) -> None:
    write_files(bench.root, {".gitignore": "ignored.py\n", "ignored.py": "", "a/.git/config": "[core]", "a/b.py": ""})
    listing = bench.listing()
    assert listing.summary.source == "file system"
    assert paths(listing) == {".gitignore", "ignored.py", "a/b.py"}
    assert left_out(listing) == {"a/.git": SkipReason.GIT_DATA}
    assert len(listing.summary.notes) == 1


def test_a_repository_that_git_cannot_read_is_read_as_a_folder_and_said_so(bench: ScanHarness) -> None:
    write_files(bench.root, {".git/HEAD": "garbage", "a.py": "", "ignored/b.py": "", ".gitignore": "ignored"})
    listing = bench.listing()
    assert listing.summary.source == "file system"
    assert {"a.py", "ignored/b.py"} <= paths(listing)
    assert left_out(listing) == {".git": SkipReason.GIT_DATA}
    assert len(listing.summary.notes) == 1


def test_a_broken_index_is_no_reason_to_read_nothing(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"a.py": ""}))
    commit(root)
    (root / ".git/index").write_bytes(b"DIRC garbage")
    listing = bench.listing()
    assert paths(listing) == {"a.py"}
    assert listing.summary.source == "file system"


def test_the_index_untracked_files_and_other_repositories(bench: ScanHarness) -> None:
    root = init(
        write_files(
            bench.root,
            {".gitignore": "*.log\nbuild/\n", "a.py": "", "kept.log": "", "gone.py": "", "build/c.py": "", "../sub/s.py": ""},
        )
    )
    init(root.parent / "sub")
    commit(root.parent / "sub")
    run_git(root, "submodule", "add", "-q", "../sub", "module")
    run_git(root, "add", "-f", "a.py", "kept.log", "gone.py", ".gitignore")
    commit(root)
    (root / "gone.py").unlink()
    write_files(root, {"new.py": "", "new.log": "", "nested/n.py": "", "a.py": "changed"})
    init(root / "nested")
    listing = bench.listing()
    assert listing.summary.source == "git index and untracked files"
    assert paths(listing) == {".gitignore", ".gitmodules", "a.py", "kept.log", "new.py"}
    assert left_out(listing) == {
        "gone.py": SkipReason.NOT_IN_WORK_TREE,
    }
    assert {(gap.path, gap.kind) for gap in listing.summary.gaps} == {
        ("module", GapKind.NESTED_REPOSITORY),
        ("nested", GapKind.NESTED_REPOSITORY),
    }
    assert contents(listing)["a.py"] == b"changed"


def test_an_answer_of_git_that_breaks_off_is_not_believed(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    init(bench.root)
    write_files(bench.root, {"a.py": "x = 1\n", "b.py": "y = 2\n"})
    commit(bench.root, "a.py", "b.py")
    whole = Repository._run_for_output
    monkeypatch.setattr(Repository, "_run_for_output", lambda self, *words, **more: whole(self, *words, **more)[:-2])
    listing = bench.listing()
    assert {"a.py", "b.py"} <= paths(listing)
    assert listing.summary.source == "file system"


def test_prefetched_git_query_runs_once(bench: ScanHarness) -> None:
    init(bench.root)
    write_files(bench.root, {"tracked.py": "x = 1\n"})
    commit(bench.root, "tracked.py")
    write_files(bench.root, {"new.py": "y = 2\n"})
    repository = bench.repository()
    assert repository is not None
    repository.prefetch_entries()
    first = paths(list_files(bench.root, repository))
    write_files(bench.root, {"later.py": "z = 3\n"})
    assert (first, paths(list_files(bench.root, repository))) == (
        {"tracked.py", "new.py"},
        {"tracked.py", "new.py", "later.py"},
    )


def test_prefetched_git_error_is_reported_when_files_are_listed(bench: ScanHarness) -> None:
    init(bench.root)
    (bench.root / ".git" / "index").write_bytes(b"no index")
    write_files(bench.root, {"a.py": "x = 1\n"})
    repository = bench.repository()
    assert repository is not None
    repository.prefetch_entries()
    listing = list_files(bench.root, repository)
    assert "a.py" in paths(listing)
    assert listing.summary.source == "file system"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_flag_in_the_index_hides_no_change(bench: ScanHarness, flag: str) -> None:
    root = init(write_files(bench.root, {"a.py": "before"}))
    commit(root)
    run_git(root, "update-index", flag, "a.py")
    write_files(root, {"a.py": "after"})
    assert contents(bench.listing()) == {"a.py": b"after"}


@pytest.mark.parametrize("cone", [("--cone", "--sparse-index", "a"), ("--no-cone", "a/")])
def test_what_a_sparse_work_tree_lacks_is_read_from_git(bench: ScanHarness, cone: tuple[str, ...]) -> None:
    root = init(write_files(bench.root, {"a/a.py": "a", "b/b.py": "b", "gone.py": "gone"}))
    (root / "b/link.py").symlink_to("b.py")
    commit(root)
    run_git(root, "sparse-checkout", "set", *cone)
    (root / "gone.py").unlink(missing_ok=True)
    found = contents(bench.listing())
    found.pop("gone.py", None)  # with --no-cone it is absent because of the pattern
    assert found == {"a/a.py": b"a", "b/b.py": b"b", "b/link.py": b"b"}
    assert bench.listing().summary.gaps == ()


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_is_hidden_and_absent_is_read_from_git(bench: ScanHarness, flag: str) -> None:
    root = init(write_files(bench.root, {"a.py": "a", "b.py": "b"}))
    commit(root)
    run_git(root, "update-index", flag, "a.py")
    (root / "a.py").unlink()
    (root / "b.py").unlink()
    listing = bench.listing()
    assert contents(listing) == {"a.py": b"a"}
    assert left_out(listing) == {"b.py": SkipReason.NOT_IN_WORK_TREE}


def test_an_absent_file_that_git_lacks_is_a_gap(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"a.py": "a", "b.py": "b"}))
    commit(root)
    blob = run_git(root, "rev-parse", ":a.py").strip()
    run_git(root, "update-index", "--skip-worktree", "a.py")
    (root / "a.py").unlink()
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    listing = bench.listing()
    assert paths(listing) == {"b.py"}
    assert [(gap.path, gap.kind) for gap in listing.summary.gaps] == [("a.py", GapKind.ABSENT)]


def test_ignore_rules_hide_no_tracked_file_and_what_they_hide_is_counted(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"ok.py": "1", "kept.log": "2", "own.py": "3"}))
    commit(root)
    write_files(root, {".gitignore": "*.log\nbuild/\n", "new.log": "", "build/a": "", "build/b": "", "local.py": "", "OK.py": "4"})
    write_files(root, {".git/info/exclude": "# rules\nlocal.py\nown.py\n"})
    run_git(root, "config", "core.ignorecase", "true")
    listing = bench.listing()
    assert contents(listing) == {"ok.py": b"1", "OK.py": b"4", "kept.log": b"2", "own.py": b"3", ".gitignore": b"*.log\nbuild/\n"}
    (note,) = listing.summary.notes
    assert "3 untracked paths" in note
    assert "1 of them by .git/info/exclude" in note


def test_repositories_in_the_tree_are_listed_if_the_policy_says_so(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"a.py": "a", "../sub/s.py": "s", "../sub/deep/.gitignore": "*.log\n"}))
    init(root.parent / "sub")
    commit(root.parent / "sub")
    run_git(root, "submodule", "add", "-q", "../sub", "module")
    run_git(root, "submodule", "add", "-q", "../sub", "empty")
    commit(root)
    run_git(root, "submodule", "deinit", "-q", "-f", "empty")
    write_files(root, {"nested/n.py": "n", "nested/inner/i.py": "i", "module/deep/x.log": "", "module/new.py": "new"})
    init(root / "nested")
    init(root / "nested/inner")
    (root / "module/link.py").symlink_to("s.py")
    listing = list_files(root, bench.repository(), nested=True)
    ours = {path: data for path, data in contents(listing).items() if path.startswith(("module", "nested"))}
    assert ours == {
        "module/s.py": b"s",
        "module/deep/.gitignore": b"*.log\n",
        "module/new.py": b"new",
        "module/link.py": b"s",
        "nested/n.py": b"n",
        "nested/inner/i.py": b"i",
    }
    assert [(gap.path, gap.kind) for gap in listing.summary.gaps] == [("empty", GapKind.NESTED_REPOSITORY)]


def test_submodules_are_listed_in_the_commits_that_name_them(bench: ScanHarness) -> None:
    root, sub = init(write_files(bench.root, {"a.py": "a"})), write_files(bench.root.parent / "sub", {"s.py": "old", "x/y.py": "y"})
    (sub / "link.py").symlink_to("x/y.py")
    commit(init(sub))
    inner = write_files(bench.root.parent / "inner", {"i.py": "i"})
    commit(init(inner))
    run_git(sub, "submodule", "add", "-q", "../inner", "inner")
    commit(sub)
    run_git(root, "submodule", "add", "-q", "../sub", "module")
    run_git(root, "submodule", "update", "-q", "--init", "--recursive")
    commit(root)
    write_files(root, {"module/s.py": "new"})
    commit(root / "module")
    run_git(root, "add", "module")
    repository = bench.repository()
    assert repository is not None
    base, staged = list_commit(root, repository, "HEAD", nested=True), list_staged(root, repository, [], nested=True)
    files = {"module/x/y.py": b"y", "module/link.py": b"y", "module/inner/i.py": b"i"}
    wanted = {"a.py": b"a", "module/s.py": b"old", **files}
    assert {path: data for path, data in contents(base).items() if not path.endswith(".gitmodules")} == wanted
    assert contents(staged).items() >= {"module/s.py": b"new", **files}.items()
    assert base.summary.gaps == staged.summary.gaps == ()
    assert {gap.kind for gap in list_staged(root, repository, []).summary.gaps} == {GapKind.NESTED_REPOSITORY}
    shutil.rmtree(root / "module")
    assert {gap.path for gap in list_commit(root, repository, "HEAD", nested=True).summary.gaps} == {"module"}


def test_an_absent_file_of_a_submodule_is_a_gap(bench: ScanHarness) -> None:
    root, sub = init(write_files(bench.root, {"a.py": "a"})), init(write_files(bench.root.parent / "sub", {"s.py": "s"}))
    commit(sub)
    run_git(root, "submodule", "add", "-q", "../sub", "module")
    run_git(root / "module", "update-index", "--skip-worktree", "s.py")
    (root / "module/s.py").unlink()
    listing = list_files(root, bench.repository(), nested=True)
    assert [(gap.path, gap.kind) for gap in listing.summary.gaps] == [("module/s.py", GapKind.ABSENT)]


def conflict(root: Path) -> None:
    """A repository in the middle of a merge that both sides changed."""
    init(write_files(root, {"a.py": "base\n", "b.py": ""}))
    commit(root)
    run_git(root, "checkout", "-q", "-b", "other")
    write_files(root, {"a.py": "theirs\n"})
    commit(root)
    run_git(root, "checkout", "-q", "main")
    write_files(root, {"a.py": "ours\n"})
    commit(root)
    with pytest.raises(Exception, match="merge"):
        run_git(root, "merge", "-q", "other")


def test_a_conflict_is_read_as_it_is_in_the_work_tree(bench: ScanHarness) -> None:
    conflict(bench.root)
    assert b"<<<<<<<" in contents(bench.listing())["a.py"]


def test_a_conflict_is_no_staged_content(bench: ScanHarness) -> None:
    conflict(bench.root)
    listing = list_staged(bench.root, bench.repository(), [])
    assert paths(listing) == set()
    assert set(gaps(listing)) == {"a.py"}


def test_a_linked_work_tree_and_a_folder_in_one(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"a.py": "", "deep/b.py": ""}))
    commit(root)
    run_git(root, "worktree", "add", "-q", str(root.parent / "linked"), "HEAD")
    linked = root.parent / "linked"
    write_files(linked, {"new.py": ""})
    repository = ScanHarness(root.parent / "other").processes
    from scangate.scan.git import find_repository

    listing = list_files(linked, find_repository(linked, repository))
    assert (listing.summary.source, paths(listing)) == ("git index and untracked files", {"a.py", "deep/b.py", "new.py"})
    below = list_files(linked / "deep", find_repository(linked / "deep", repository))
    assert (below.summary.source, paths(below)) == ("git index and untracked files", {"b.py"})


def test_staged_content_is_read_from_the_index(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"a.py": "committed", "same.py": ""}))
    commit(root)
    write_files(root, {"a.py": "staged", "new\nname.py": "new", "large.py": "x" * 2000, "\xff.py": "é"})
    (root / "link.py").symlink_to("a.py")
    run_git(root, "add", "-A")
    write_files(root, {"a.py": "later", "untracked.py": ""})
    listing = list_staged(root, bench.repository(), [])
    assert paths(listing) == {"a.py", "new\nname.py", "large.py", "link.py", "\xff.py"}
    read = listing.reader(listing.targets, 1000)
    by_path = {target.path: target for target in listing.targets}
    assert read(by_path["a.py"]) == read(by_path["link.py"]) == b"staged"
    assert read(by_path["\xff.py"]) == "é".encode()
    with pytest.raises(ScanError) as fault:
        read(by_path["large.py"])
    assert fault.value.kind is GapKind.TOO_LARGE
    named = list_staged(root, bench.repository(), ["same.py", "a.py", "no-such.py", "new\nname.py"])
    assert paths(named) == {"same.py", "a.py", "new\nname.py"}
    assert set(gaps(named)) == {"no-such.py"}


@pytest.mark.parametrize(("path", "is_read"), [("web/package-lock.json", True), ("go.sum", True), ("data.json", False)])
@pytest.mark.parametrize("staged", [True, False])
def test_size_limit_is_higher_for_files_that_list_dependencies(bench: ScanHarness, path: str, is_read: bool, staged: bool) -> None:
    root = init(write_files(bench.root, {path: " " * 2000}))
    run_git(root, "add", "-A")
    listing = list_staged(root, bench.repository(), []) if staged else bench.listing()
    read = listing.reader(listing.targets, 1000)
    if is_read:
        assert len(read(listing.targets[0])) == 2000
    else:
        with pytest.raises(ScanError, match="2000 bytes, over the limit of 1000"):
            read(listing.targets[0])
    assert size_limit(listing.targets[0], 1000) == (MANIFEST_BYTES if is_read else 1000)


def test_before_the_first_commit_all_is_staged(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"a.py": "x"}))
    assert paths(list_staged(root, bench.repository(), [])) == set()
    run_git(root, "add", "a.py")
    assert contents(list_staged(root, bench.repository(), [])) == {"a.py": b"x"}


def test_content_that_git_lacks_is_a_gap_of_its_file_alone(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"a.py": "kept", "b.py": "lost"}))
    run_git(root, "add", "-A")
    blob = run_git(root, "rev-parse", ":b.py").strip()
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    listing = list_staged(root, bench.repository(), [])
    read = listing.reader(listing.targets, 1000)
    first, second = listing.targets
    assert read(first) == b"kept"
    with pytest.raises(ScanError):
        read(second)


def test_staged_needs_git(bench: ScanHarness) -> None:
    with pytest.raises(UsageError):
        list_staged(bench.root, bench.repository(), [])


def test_our_own_outputs_are_left_out(bench: ScanHarness) -> None:
    root = write_files(bench.root, {"a.py": "", "out/report.json": "", "outer/b.py": "", "one.sarif": ""})
    listing = list_files(root, None, (root / "out", root / "one.sarif", Path("/elsewhere")))
    assert paths(listing) == {"a.py", "outer/b.py"}
    assert left_out(listing) == {"out/report.json": SkipReason.OWN_OUTPUT, "one.sarif": SkipReason.OWN_OUTPUT}


def test_file_changed_during_the_scan_is_a_gap(bench: ScanHarness) -> None:
    root = write_files(bench.root, {"a.py": "", "b.py": "", "c.py": "x" * 5000})
    listing = bench.listing()
    (root / "a.py").unlink()
    (root / "b.py").unlink()
    os.mkfifo(root / "b.py")
    read = listing.reader(listing.targets, 1000)
    kinds = []
    for target in listing.targets:
        with pytest.raises(ScanError) as fault:
            read(target)
        kinds.append(fault.value.kind)
    assert kinds == [GapKind.UNREADABLE, GapKind.UNREADABLE, GapKind.TOO_LARGE]


def test_the_configuration_of_a_repository_starts_nothing_and_hides_nothing(bench: ScanHarness) -> None:
    root = init(write_files(bench.root, {"a.py": "x", ".gitattributes": "* filter=evil diff=evil\n"}))
    commit(root)
    canary = root.parent / "canary"
    command = f"touch {canary}"
    for key in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
    ):
        run_git(root, "config", key, command)
    run_git(root, "config", "core.worktree", "/nonexistent")
    (root.parent / "ignore").write_text("*\n")
    run_git(root, "config", "core.excludesFile", str(root.parent / "ignore"))
    write_files(root, {"new.py": "y", "a.py": "changed"})
    assert contents(bench.listing()) == {"a.py": b"changed", "new.py": b"y", ".gitattributes": b"* filter=evil diff=evil\n"}
    listing = list_staged(root, bench.repository(), ["a.py"])
    assert contents(listing) == {"a.py": b"x"}
    assert not canary.exists()


@pytest.mark.parametrize(("size", "suggested"), [(2000, "1 MiB"), (3 * 1024 * 1024, "4 MiB")])
def test_the_suggested_limit_is_large_enough_for_the_file(size: int, suggested: str, bench: ScanHarness) -> None:
    listing = list_files(write_files(bench.root, {"large.py": "x" * size}), None, ())
    with pytest.raises(ScanError) as error:
        listing.reader(listing.targets, 1000)(listing.targets[0])
    assert suggested in error.value.hint


def test_a_link_that_git_wrote_as_text_is_a_link(bench: ScanHarness) -> None:
    """With ``core.symlinks=false``, as on Windows, git writes the path that a link has into a file."""
    root = init(write_files(bench.root, {"payload.txt": "print()\n"}))
    (root / "run.py").symlink_to("payload.txt")
    (root / "gone.py").symlink_to("nothing.txt")
    (root / "replaced.py").symlink_to("payload.txt")
    commit(root)
    run_git(root, "config", "core.symlinks", "false")
    for name in ("run.py", "gone.py", "replaced.py"):
        (root / name).unlink()
    write_raw(root, b"run.py", b"payload.txt")
    write_raw(root, b"gone.py", b"nothing.txt")
    write_raw(root, b"replaced.py", b"import os\n")
    listing = list_files(root, bench.repository())
    read = listing.reader(listing.targets, 1000)
    contents = {target.path: read(target) for target in listing.targets}
    assert contents == {"payload.txt": b"print()\n", "run.py": b"print()\n", "replaced.py": b"import os\n"}
    assert set(gaps(listing)) == {"gone.py"}
