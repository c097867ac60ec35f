"""A policy that is not exactly one: exit 2, the place in the file, a hint, and nothing is scanned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command import CommandResult, run_scangate
from tests.support.linked_environment import LinkedEnvironment
from tests.support.sample_trees import CLEAN_SOURCE, NOT_ANALYZED, write_files

PLACE = re.compile(r"scangate: [\w./-]*\w+\.yaml:\d+:\d+: ")
COMMAND = "version: 1\nextends: baseline\nscanners:\n  mine: {command: [touch, '{root}/x', canary], reads: ['**']}\n"
PROGRAM = (
    "version: 1\nunknown: high\nscanners:\n  mine: {command: [PROGRAM, '{files}'], reads: ['**'], trusted: it is ours}\n"
    "coverage: {required: [mine]}\n"
)
HOUSE = "version: 1\nextends: baseline\nfloor: true\nbudgets: {medium: 3}\n"


def refused(tmp_path: Path, files: dict[str, str | bytes], *arguments: str | Path) -> CommandResult:
    """A scan of a tree that holds ``files``, with tools that would leave a trace if they ran; it has to end with exit code 2."""
    tree = write_files(tmp_path / "tree", {"app.py": CLEAN_SOURCE, **files})
    out = write_files(tmp_path / "out", {"verdict.json": '{"outcome": "PASS"}', "junit.xml": "<a/>"})
    bench = LinkedEnvironment(tmp_path / "bench")
    for tool in ("bandit", "semgrep", "pip-audit"):
        bench.write(tool, f"import pathlib\npathlib.Path({str(tmp_path / 'canary')!r}).touch()\n")
    ran = run_scangate("scan", tree, "--output-dir", out, *arguments, cwd=tmp_path, command=bench.command).expect(2)
    assert ran.stdout == ""
    first, second = ran.stderr.splitlines()
    assert first.startswith("scangate: ")
    assert re.fullmatch(r"hint: .+", second)
    assert not list(tmp_path.rglob("canary"))
    assert list(out.iterdir()) == []
    return ran


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("# nothing\n", ""),
        ("version: 1\nbudgets: {high: 0\n", "scangate.yaml:"),
        ("- version: 1\n", "scangate.yaml:1:1"),
        ("version: 1\nextends: baseline\nbudget: {high: 0}\n", "scangate.yaml:3:1"),
        ("version: 1\nextends: baseline\nbudgets: {hihg: 0}\n", "scangate.yaml:3:11"),
        ("version: 1\nextends: baseline\nbudgets: {high: none}\n", "scangate.yaml:3:17"),
        ("version: 1\nextends: baseline\nbudgets: {high: -1}\n", "scangate.yaml:3:17"),
        ("version: one\nextends: baseline\n", "scangate.yaml:1:10"),
        ("version: 1\nextends: scangate.yaml\n", "circle"),
        ("version: 1\nextends: nowhere.yaml\n", "scangate.yaml:2:10"),
        ("version: 1\nextends: ../policy.yaml\n", "outside it"),
        ("version: 1\nextends: basline\n", "scangate.yaml:2:10"),
        ("version: 1\nextends: baseline\nextends: strict\n", "scangate.yaml:3:1"),
        ("version: 1\nextends: baseline\nscanners: {bandti: {enabled: true}}\n", "scangate.yaml:3:12"),
        (COMMAND, "may not start programs"),
    ],
)
def test_a_wrong_policy_in_the_tree_is_refused(tmp_path: Path, text: str, said: str) -> None:
    ran = refused(tmp_path, {"scangate.yaml": text})
    assert PLACE.match(ran.stderr), ran.stderr
    assert said in ran.stderr


def test_a_circle_over_two_files_is_refused(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "scangate.yaml": "version: 1\nextends: other.yaml\n",
        "other.yaml": "version: 1\nextends: scangate.yaml\n",
    }
    assert "scangate.yaml -> other.yaml -> scangate.yaml" in refused(tmp_path, files).stderr


def test_a_loosened_floor_is_refused_with_both_places(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "house.yaml": HOUSE,
        "scangate.yaml": "version: 1\nextends: house.yaml\nbudgets: {medium: 4}\n",
    }
    ran = refused(tmp_path, files)
    assert "scangate.yaml:3:" in ran.stderr
    assert "house.yaml:4" in ran.stderr


def test_a_policy_that_is_a_link_out_of_the_tree_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"loose.yaml": "version: 1\nextends: baseline\n"})
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "scangate.yaml").symlink_to(tmp_path / "loose.yaml")
    assert "a link that leads out of the scanned tree" in refused(tmp_path, {}).stderr


@pytest.mark.parametrize("target", ["/dev/zero", "/proc/self/environ", "/etc/shadow", "missing.yaml", "."])
def test_a_policy_that_is_no_file_is_refused_and_quotes_nothing(tmp_path: Path, target: str) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "scangate.yaml").symlink_to(target)
    ran = refused(tmp_path, {})
    assert "root:" not in ran.stderr
    assert "PATH=" not in ran.stderr


def test_the_name_of_a_bundled_policy_is_not_taken_from_the_tree(tmp_path: Path) -> None:
    loose = "version: 1\nunknown: info\nbudgets: {critical: unlimited}\n"
    tree = write_files(
        tmp_path / "tree", {"production": loose, "production.yaml": loose, "policies/production.yaml": loose, "a.py": CLEAN_SOURCE}
    )
    ran = run_scangate("scan", ".", "--policy", "production", "--scanner", "bandit", "--verbose", cwd=tree).expect(5)
    assert "budgets" not in ran.stdout
    bundled = run_scangate("policy", "show", "production", cwd=tree).expect(0)
    assert bundled.stdout == run_scangate("policy", "show", "production", cwd=tmp_path).expect(0).stdout
    assert "critical: 0" in bundled.stdout


def test_a_trusted_policy_in_the_tree_may_start_programs(tmp_path: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    answer = '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "mine"}}, "results": []}]}'
    bench.write("mine", f"print({answer!r})\n")
    text = (
        "version: 1\nunknown: high\nscanners:\n  mine: {command: [mine, '{files}'], reads: ['**'], trusted: it is ours}\n"
        f"coverage: {{required: [mine], allowed-gaps: [{NOT_ANALYZED}]}}\n"
    )
    text += "budgets: {critical: 0, high: 0, medium: 0, low: 0, info: 0}\n"
    tree = write_files(tmp_path / "tree", {"a.txt": "a\n", "scangate.yaml": text})
    run_scangate("scan", tree, cwd=tmp_path, command=bench.command).expect(2)
    run_scangate("scan", tree, "--trust-policy", cwd=tmp_path, command=bench.command).expect(0)
    run_scangate("scan", tree, "--policy", tree / "scangate.yaml", cwd=tmp_path, command=bench.command).expect(2)


def test_a_program_in_the_tree_is_not_started_even_by_a_trusted_policy(tmp_path: Path) -> None:
    program = f"#!/bin/sh\ntouch {tmp_path}/canary\n"
    tree = write_files(tmp_path / "tree", {"bin/mine": program, "a.txt": "a\n"})
    (tree / "bin" / "mine").chmod(0o755)
    for name in ("mine", "./bin/mine", str(tree / "bin" / "mine"), "bin/mine"):
        rules = tmp_path / "policy.yaml"
        rules.write_text(PROGRAM.replace("PROGRAM", name))
        env = {"PATH": f"{tree / 'bin'}:.:bin:/usr/bin:/bin", "HOME": str(tmp_path)}
        run_scangate("scan", ".", "--policy", rules, cwd=tree, env=env).expect(3)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("text", ["{token}: 1", "budgets: {{{token}: 1}}", "extends: {token}", "{token}", "unknown: {token}"])
def test_a_token_in_a_policy_is_not_echoed(tmp_path: Path, text: str) -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    ran = refused(tmp_path, {"scangate.yaml": text.format(token=token) + "\n"})
    assert token[:12] not in ran.stderr
