"""Files that cannot be read, or not wholly, are reported by name; odd names are read like any other, and printed harmlessly."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import CommandResult, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, write_files, write_policy

NEWER = {11: "type A = int\n", 12: "def f[T = int](x: T): pass\n", 13: "x = t'{y}'\n"}
NAMES = [
    *("with space.py", "line\nbreak.py", "quo'te\".py", "ünï-日本.py", "-dash.py", "--config=x.py", "$(touch canary).py"),
    *("a;b&c|d.py", "back\\slash.py", "\x1b[31mred\x1b[0m.py", "::error::x.py", "per%20cent.py", "[x].py", "*.py", "{files}.py"),
    *("x,y.py", "\u202egpj.py"),
]


def scan(tree: Path, tmp_path: Path, *scanners: str) -> tuple[CommandResult, list[tuple[str, str, str]]]:
    """A scan by ``scanners`` alone: what it printed, and its gaps as (scanner, path, kind)."""
    rules = write_policy(tmp_path / "policy.yaml", *scanners)
    out = tmp_path / "out"
    ran = run_scangate("scan", tree, "--policy", rules, "--output-dir", out, cwd=tmp_path)
    assert "Traceback" not in ran.output
    return ran, sorted((gap["scanner"], gap["path"], gap["kind"]) for gap in load_verdict(out)["gaps"] if gap["blocking"])


@pytest.mark.parametrize(
    ("name", "data", "kinds"),
    [
        ("syntax.py", b"def f(:\n", {"unparsable"}),
        ("newer.py", NEWER.get(sys.version_info.minor, "def f(:\n").encode(), {"unparsable"}),
        ("latin.py", 'x = "\xe9"\n'.encode("latin-1"), {"encoding"}),
        ("nul.py", b"x = 1\0\n", {"unparsable"}),
        ("deep.py", b"x = " + b"(" * 5000 + b")" * 5000 + b"\n", {"unparsable"}),
        ("huge.py", b"x = 1\n" * (50 * 1024 * 1024 // 6), {"too-large"}),
        ("broken.yaml", b"a: [1\n", {"unparsable"}),
    ],
)
def test_unreadable_file_is_reported(tmp_path: Path, name: str, data: bytes, kinds: set[str]) -> None:
    tree = write_files(tmp_path / "tree", {name: data, "clean.py": CLEAN_SOURCE})
    ran, gaps = scan(tree, tmp_path, "bandit", "semgrep")
    ran.expect(3)
    wanted = ["bandit", "semgrep"] if name.endswith(".py") else ["semgrep"]
    assert [(scanner, path) for scanner, path, _ in gaps] == [(scanner, name) for scanner in wanted]
    assert {kind for _, _, kind in gaps} == kinds
    assert name in ran.stdout


def test_a_file_over_the_limit_is_named_and_is_no_pass(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"big.txt": b"many words\n" * 200_000, "a.txt": "a\n"})
    ran = run_scangate("scan", tree, "--output-dir", tmp_path / "out", cwd=tmp_path).expect(3)
    assert "big.txt" in ran.stdout
    assert [(gap["path"], gap["blocking"]) for gap in load_verdict(tmp_path / "out")["gaps"]] == [("big.txt", True)]


@pytest.mark.parametrize("versioned", [True, False])
def test_odd_names_are_read_and_printed_harmlessly(tmp_path: Path, versioned: bool) -> None:
    files: dict[str, str | bytes] = dict.fromkeys(NAMES, WEAK_SOURCE)
    tree = create_repository(tmp_path / "tree", files) if versioned else write_files(tmp_path / "tree", files)
    (tree / os.fsdecode(b"not-utf8-\xff.py")).write_text(WEAK_SOURCE)
    ran, gaps = scan(tree, tmp_path, "bandit", "semgrep", "detect-secrets")
    ran.expect(1)
    assert gaps == []
    document = load_verdict(tmp_path / "out")
    assert {len(scanner["analyzed_files"]) for scanner in document["scanners"] if scanner["files_given"]} == {len(NAMES) + 1}
    found = {entry["path"] for entry in document["findings"] if entry["rule"] == "bandit:B602"}
    assert len(found) == len(NAMES) + 1
    assert set(NAMES) <= found
    assert not any(unicodedata.category(sign) in {"Cc", "Cf"} and sign != "\n" for sign in ran.output)
    assert not [line for line in ran.output.splitlines() if line.strip().startswith("::")]
    assert not list(tmp_path.rglob("canary"))


def test_symlinks_and_special_files_are_reported(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"a.py": CLEAN_SOURCE, "folder/b.py": CLEAN_SOURCE})
    write_files(tmp_path, {"outside.py": WEAK_SOURCE})
    (tree / "loop").symlink_to("loop")
    (tree / "round").symlink_to(".")
    (tree / "inside.py").symlink_to("folder/b.py")
    (tree / "nowhere.py").symlink_to("missing.py")
    (tree / "out.py").symlink_to(tmp_path / "outside.py")
    (tree / "outer").symlink_to(tmp_path)
    os.mkfifo(tree / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        with contextlib.chdir(tree):  # the name of a socket has to be short
            listener.bind("socket.py")
        ran, gaps = scan(tree, tmp_path, "bandit")
    ran.expect(3)
    assert gaps == [("targets", name, "unreadable") for name in ("loop", "nowhere.py", "out.py", "outer", "pipe.py", "socket.py")]
    left = {each["path"] for each in load_verdict(tmp_path / "out")["targets"]["skipped_paths"]}
    assert left == {"inside.py", "round"}


def test_very_long_path_is_scanned_or_reported(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    folder = "日本語の長い名前のフォルダ" * 6
    write_files(tree, {"a.py": CLEAN_SOURCE, "/".join([folder] * 6) + "/b.py": WEAK_SOURCE})
    ran, gaps = scan(tree, tmp_path, "bandit")
    assert ran.code in {1, 3}, ran.output
    assert (ran.code == 3) == bool(gaps)


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A tree deeper than Python's own functions can go, taken away again by a program that can."""
    tree = write_files(tmp_path / "tree", {"a.py": CLEAN_SOURCE})
    folder = os.open(tree, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=folder)
        folder, above = os.open("d", os.O_RDONLY, dir_fd=folder), folder
        os.close(above)
    with os.fdopen(os.open("deep.py", os.O_WRONLY | os.O_CREAT, dir_fd=folder), "w") as file:
        file.write(WEAK_SOURCE)
    os.close(folder)
    yield tree
    subprocess.run(["rm", "-rf", str(tree)], check=True)


def test_very_deep_tree_is_scanned_or_reported(tmp_path: Path, deep: Path) -> None:
    ran, gaps = scan(deep, tmp_path, "bandit")
    assert ran.code in {1, 3}, ran.output
    assert (ran.code == 3) == bool(gaps)


def test_two_names_that_look_the_same_are_both_accounted_for(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"x\\xff.py": CLEAN_SOURCE})
    (tree / os.fsdecode(b"x\xff.py")).write_text(WEAK_SOURCE)
    ran, gaps = scan(tree, tmp_path, "bandit")
    assert ran.code in {1, 3}, ran.output
    assert ran.code == 1 or gaps


def test_nothing_to_scan_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    ran = run_scangate("scan", tmp_path / "tree", cwd=tmp_path).expect(3)
    assert "targets: unreadable" in ran.stdout
    ran = run_scangate("scan", tmp_path / "missing", cwd=tmp_path).expect(2)
    assert f"{tmp_path / 'missing'}" in ran.stderr


def test_nothing_that_a_scanner_reads_is_no_pass(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"a.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"})
    ran = run_scangate("scan", tree, cwd=tmp_path).expect(3)
    assert "targets: unreadable" in ran.stdout


def test_ignored_files_are_skipped_and_undecided_files_are_scanned(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"a.py": CLEAN_SOURCE, ".gitignore": "local.py\n"})
    write_files(tree, {"local.py": WEAK_SOURCE})
    ran, _ = scan(tree, tmp_path, "bandit")
    ran.expect(0)
    (tree / ".git" / "HEAD").write_text("garbage")
    ran, _ = scan(tree, tmp_path, "bandit")
    ran.expect(1)
