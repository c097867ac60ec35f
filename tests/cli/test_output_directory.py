"""Where reports may go: places that are not ours are refused before anything is scanned, and nothing earlier outlives a run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import SCANGATE, environment, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy

GREEN = '{"schema": 1, "outcome": "PASS"}'
NAMES = ("scangate.sarif", "junit.xml", "verdict.json", "summary.md", "sbom.cdx.json", "report.html")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "docs/junit.xml": "<a/>\n", "docs/verdict.json": GREEN})


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_policy(tmp_path / "policy.yaml", "bandit")


def yesterday(folder: Path) -> Path:
    return write_files(folder, dict.fromkeys(NAMES, GREEN))


def can_mount() -> bool:
    """Whether this process may mount, in a namespace of its own."""
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-m", "true"], check=False, capture_output=True).returncode == 0


def test_reports_go_to_the_output_directory(tree: Path, rules: Path, tmp_path: Path) -> None:
    out = yesterday(tmp_path / "new" / "out")
    run_scangate("scan", tree, "--policy", rules, "--output-dir", out, cwd=tmp_path).expect(0)
    assert sorted(file.name for file in out.iterdir()) == sorted(NAMES)
    assert load_verdict(out)["outcome"] == "PASS"


def test_own_outputs_in_the_tree_are_not_scanned(tree: Path, rules: Path) -> None:
    for _ in range(2):
        run_scangate("scan", ".", "--policy", rules, "--output-dir", "out", "--report", "env=verdict.env", cwd=tree).expect(0)
        assert load_verdict(tree / "out")["targets"]["file_count"] == 3


def test_an_output_directory_hides_nothing_from_the_scan(tmp_path: Path, rules: Path) -> None:
    tree = write_files(tmp_path / "plain", {"src/app.py": WEAK_SOURCE})
    run_scangate("scan", ".", "--policy", rules, "--output-dir", "src", cwd=tree).expect(1)
    assert load_verdict(tree / "src")["scanners"][0]["analyzed_files"] == ["src/app.py"]


def test_reports_are_neither_committed_nor_scanned_by_the_next_run(tree: Path, rules: Path) -> None:
    run_scangate("scan", ".", "--policy", rules, "--output-dir", "first", cwd=tree).expect(0)
    assert run_git(tree, "status", "--short").strip() == ""
    run_scangate("scan", ".", "--policy", rules, "--output-dir", "second", cwd=tree).expect(0)
    assert load_verdict(tree / "second")["targets"]["file_count"] == 3


def test_a_directory_that_was_there_hides_nothing_later(tree: Path, rules: Path) -> None:
    (tree / "out").mkdir()
    run_scangate("scan", ".", "--policy", rules, "--output-dir", "out", cwd=tree).expect(0)
    assert not (tree / "out" / ".gitignore").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--output-dir", "docs"], "tracked by git"),
        (["--output-dir", "link"], "symbolic link"),
        (["--output-dir", "link/deeper"], "symbolic link"),
        (["--output-dir", "app.py"], "is a file"),
        (["--output-dir", "app.py/out"], "cannot create"),
        (["--output-dir", "/proc/scangate"], "cannot create"),
        (["--report", "json=docs/verdict.json"], "is tracked by git"),
        (["--report", "json=link.json"], "is not a regular file"),
        (["--report", "json=link/verdict.json"], "symbolic link"),
        (["--report", "json=docs"], "is not a regular file"),
        (["--report", "json=missing/verdict.json"], "cannot write to missing"),
        (["--report", "json=/proc/verdict.json"], "cannot write to /proc"),
        (["--report", "pdf=a.pdf"], "not a report"),
        (["--report", "json"], "not a report"),
        (["--report", "json=-", "--report", "sarif=-"], "only one report"),
        (["--report", "json=a", "--report", "sarif=./a"], "same file"),
    ],
)
def test_a_place_that_is_not_ours_is_refused(tree: Path, rules: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    kept = yesterday(tmp_path / "elsewhere")
    (tree / "link").symlink_to(kept)
    (tree / "link.json").symlink_to(kept / "verdict.json")
    before = {file.name: file.read_bytes() for file in (*kept.iterdir(), *(tree / "docs").iterdir())}
    ran = run_scangate("scan", ".", "--policy", rules, *arguments, cwd=tree).expect(2)
    assert said in ran.stderr
    assert [line.split(":")[0] for line in ran.stderr.splitlines()] == ["scangate", "hint"]
    assert ran.stdout == ""
    assert before == {file.name: file.read_bytes() for file in (*kept.iterdir(), *(tree / "docs").iterdir())}
    assert not (kept / "deeper").exists()


def test_a_tracked_report_is_refused_by_whatever_way_it_is_named(tree: Path, rules: Path, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(tree)
    run_scangate("scan", tree, "--policy", rules, "--output-dir", tmp_path / "way" / "docs", cwd=tmp_path).expect(2)
    assert (tree / "docs" / "verdict.json").read_text() == GREEN


def test_unresponsive_git_is_reported_and_no_file_replaced(tree: Path, rules: Path) -> None:
    (tree / ".git" / "index").write_bytes(b"garbage")
    ran = run_scangate("scan", ".", "--policy", rules, "--report", "json=docs/verdict.json", cwd=tree).expect(2)
    assert "docs/verdict.json" in ran.stderr
    assert (tree / "docs" / "verdict.json").read_text() == GREEN


@pytest.mark.parametrize("wrong", [["--policy", "nowhere.yaml"], ["--scanner", "bandti"], ["--env", "moon"]])
def test_no_earlier_report_is_left_by_a_run_that_did_not_scan(tree: Path, tmp_path: Path, wrong: list[str]) -> None:
    out = yesterday(tmp_path / "out")
    run_scangate("scan", tree, "--output-dir", out, *wrong, cwd=tmp_path).expect(2)
    assert list(out.iterdir()) == []


def limited(size: int) -> tuple[str, ...]:
    """A way to run a program that may write files up to ``size`` bytes only."""
    limit = f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
    return (sys.executable, "-c", f"{limit}; os.execv(sys.argv[1], sys.argv[1:])")


@pytest.mark.smoke
def test_reports_that_do_not_fit_are_no_pass(tree: Path, rules: Path, tmp_path: Path) -> None:
    out = yesterday(tmp_path / "out")
    # the limit holds for what measures coverage, too
    variables = environment(PYTHONDONTWRITEBYTECODE="1")
    env = {name: value for name, value in variables.items() if not name.startswith("COVERAGE_")}
    arguments = ("scan", tree, "--policy", rules, "--output-dir", out)
    ran = run_scangate(*arguments, cwd=tmp_path, env=env, under=limited(1500)).expect(3)
    assert "scangate: the reports cannot be written: File too large" in ran.stderr.splitlines()
    assert ran.stdout.splitlines()[-1].startswith("INCOMPLETE: ")
    assert list(out.iterdir()) == []


@pytest.mark.skipif(not can_mount(), reason="mounting is not permitted here; the limit on file sizes replaces it above")
@pytest.mark.parametrize(("options", "said"), [("size=4k", "No space left on device"), ("ro", "cannot write to")])
def test_a_full_or_read_only_disk_is_no_pass(tree: Path, rules: Path, tmp_path: Path, options: str, said: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    script = f'mount -t tmpfs -o {options} none "{out}" && "$@"; code=$?; ls -A "{out}" >&2; exit $code'
    under = ("unshare", "-m", "sh", "-c", script, "sh")
    ran = run_scangate("scan", tree, "--policy", rules, "--output-dir", out, cwd=tmp_path, under=under)
    ran.expect(2 if options == "ro" else 3)
    assert said in ran.stderr
    assert not [name for name in NAMES if name in ran.stderr.splitlines()]


@pytest.mark.skipif(not can_mount(), reason="mounting is not permitted here")
def test_a_full_temporary_folder_is_no_pass(rules: Path, tmp_path: Path) -> None:
    tree = write_files(tmp_path / "big", {f"data{number}.py": f"x = '''{'many words ' * 3000}'''\n" for number in range(8)})
    (tmp_path / "tmp").mkdir()
    script = f'mount -t tmpfs -o size=100k none "{tmp_path / "tmp"}" && "$@"'
    env = environment(TMPDIR=str(tmp_path / "tmp"))
    ran = run_scangate(
        "scan", tree, "--policy", rules, cwd=tmp_path, env=env, under=("unshare", "-m", "sh", "-c", script, "sh")
    ).expect(3)
    assert "No space left on device" in ran.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [[], ["--report", "json=-"], ["--quiet"]])
def test_a_console_that_takes_nothing_is_no_pass(tree: Path, rules: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        argv = [str(SCANGATE), "scan", ".", "--policy", str(rules), *arguments]
        done = subprocess.run(argv, cwd=tree, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False, text=True)
    assert done.returncode == 3, done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_scan_in_a_subfolder_of_a_repository_keeps_to_it(tree: Path, rules: Path, tmp_path: Path) -> None:
    write_files(tree, {"part/weak.py": WEAK_SOURCE})
    run_git(tree, "add", "part/weak.py")
    run_scangate("scan", "part", "--policy", rules, "--output-dir", tmp_path / "out", cwd=tree).expect(1)
    assert [entry["path"] for entry in load_verdict(tmp_path / "out")["findings"] if entry["outcome"] == "blocking"] == [
        "part/weak.py"
    ]


def test_a_verdict_says_which_folder_of_the_repository_it_is_about(tree: Path, rules: Path, tmp_path: Path) -> None:
    plain = write_files(tmp_path / "plain", {"src/app.py": CLEAN_SOURCE})
    for root, part in ((tree, ""), (tree / "docs", "docs"), (plain / "src", "")):
        run_scangate("scan", root, "--policy", rules, "--output-dir", tmp_path / "out", cwd=tmp_path)
        assert load_verdict(tmp_path / "out")["subdirectory"] == part
        run_scangate("gate", tmp_path / "out" / "verdict.json", "--policy", rules, "--report", "json=again.json", cwd=tmp_path)
        assert json.loads((tmp_path / "again.json").read_text("utf-8"))["subdirectory"] == part
