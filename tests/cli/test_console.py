"""What a scan prints: the formats of --format, fingerprints that other commands accept, and the text of a hook."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.command import CommandResult, environment, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy

FINGERPRINT = re.compile(r"\[([0-9a-f]{8})\]")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(tmp_path / "tree", {"app.py": WEAK_SOURCE, "old.py": CLEAN_SOURCE})


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_policy(tmp_path / "policy.yaml", "bandit")


def scan(tree: Path, rules: Path, *arguments: str, **env: str) -> CommandResult:
    return run_scangate("scan", "--policy", rules, *arguments, cwd=tree, env=environment(**env)).expect(1)


def test_explain_and_waive_accept_the_fingerprints_that_a_scan_prints(tree: Path, rules: Path) -> None:
    shown = FINGERPRINT.findall(scan(tree, rules, "--output-dir", "scangate-reports").stdout)
    assert shown
    for fingerprint in shown:
        assert "accept" in run_scangate("explain", fingerprint, cwd=tree).expect(0).stdout
    options = ("--reason", "reviewed", "--owner", "me", "--expires", "30d", "--verdict", "scangate-reports/verdict.json")
    run_scangate("waive", shown[0], *options, cwd=tree).expect(0)


def test_each_format_is_printed_on_standard_output(tree: Path, rules: Path) -> None:
    for name in ("rich", "concise", "full", "github"):
        assert scan(tree, rules, "--format", name).stdout.splitlines()[-1].startswith("FAIL: ")
    assert json.loads(scan(tree, rules, "--format", "json").stdout)["outcome"] == "FAIL"
    assert {entry["location"]["path"] for entry in json.loads(scan(tree, rules, "--format", "gitlab").stdout)} == {"app.py"}
    assert scan(tree, rules, "--format", "concise").stdout == scan(tree, rules, SCANGATE_FORMAT="concise").stdout


def test_a_report_on_standard_output_moves_the_console_report_unless_it_is_that_report(tree: Path, rules: Path) -> None:
    ran = scan(tree, rules, "--report", "env=-")
    assert ran.stdout.startswith("export ")
    assert ran.stderr.splitlines()[-1].startswith("FAIL: ")
    ran = scan(tree, rules, "--report", "text=-")
    assert ran.stdout.count("next: ") == 1
    assert "FAIL" not in ran.stderr


def test_the_width_is_that_of_columns_or_100(tree: Path, rules: Path) -> None:
    assert max(map(len, scan(tree, rules, COLUMNS="60").stdout.splitlines()[1:-1])) <= 60
    wide = scan(tree, rules, COLUMNS="200").stdout
    assert len(wide.splitlines()) < len(scan(tree, rules, COLUMNS="60").stdout.splitlines())


def test_the_job_summary_is_appended(tree: Path, rules: Path, tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    ran = scan(tree, rules, "--format", "github", GITHUB_STEP_SUMMARY=str(file))
    assert "::error file=app.py,line=" in ran.stdout
    assert file.read_text().startswith("before\n## scangate: FAIL\n")
    missing = scan(tree, rules, "--format", "github", GITHUB_STEP_SUMMARY=str(tmp_path / "none" / "summary.md"))
    assert "scangate: cannot write the job summary" in missing.stderr
    file.write_bytes(b"x" * 1024 * 1024)
    scan(tree, rules, "--format", "github", GITHUB_STEP_SUMMARY=str(file))
    assert file.stat().st_size == 1024 * 1024


def test_quiet_prints_the_verdict_but_leaves_what_programs_read(tree: Path, rules: Path) -> None:
    assert len(scan(tree, rules, "--quiet").stdout.splitlines()) == 1
    assert json.loads(scan(tree, rules, "--quiet", "--format", "json").stdout)["outcome"] == "FAIL"
    assert json.loads(scan(tree, rules, "--quiet", "--format", "gitlab").stdout)


def test_the_hook_says_how_to_accept_and_the_comment_accepts(tree: Path, rules: Path) -> None:
    write_files(tree, {"new.py": WEAK_SOURCE, "app.py": WEAK_SOURCE + "\n"})
    run_git(tree, "add", "--all")
    ran = scan(tree, rules, "--staged")
    assert "older finding" in ran.stdout.splitlines()[0]
    assert "app.py:" not in ran.stdout
    assert "git commit --no-verify" in ran.stdout
    assert "SKIP=scangate git commit" in scan(tree, rules, "--staged", PRE_COMMIT="1").stdout
    source = WEAK_SOURCE.splitlines()
    for line, comment in re.findall(r"new\.py:(\d+):\d+.*?accept: (# [^\n]*)", ran.stdout, re.DOTALL):
        source[int(line) - 1] += f"  {comment.replace('REASON', 'it is fixed')}"
    write_files(tree, {"new.py": "\n".join(source) + "\n"})
    run_git(tree, "add", "--all")
    run_scangate("scan", "--staged", "--policy", rules, cwd=tree).expect(0)
