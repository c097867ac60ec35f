"""A tool that fails in any way never ends in a pass: with a real program in the tool's place, the whole command is run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.support.advisory_services import run_network
from tests.support.command import CommandResult, environment, load_verdict, run_scangate
from tests.support.frequency import mostly_nightly
from tests.support.linked_environment import REAL_BIN, LinkedEnvironment, assert_nothing_left
from tests.support.sample_trees import CLEAN_SOURCE, write_files, write_policy

FILES: dict[str, str | bytes] = {"app.py": CLEAN_SOURCE, "requirements.txt": "requests==2.31.0\n", "notes.txt": "nothing\n"}
TOOLS = ("bandit", "semgrep", "pip-audit", "detect-secrets")
FLOOD = "while True: os.write({fd}, b'x' * 65536)"

# what the program does in the tool's place: what becomes of it
ACTS = {
    "exit-137": ("sys.exit(137)", "crash"),
    "killed": ("os.kill(os.getpid(), 9)", "crash"),
    "exit-2": ("sys.exit(2)", "crash"),
    "garbage": ("print('Segmentation fault\\0')", "garbage"),
    "empty": ("", "garbage"),
    "lacks-a-key": ("print('{}')", "garbage"),
    "a-list": ("print('[]')", "garbage"),
    "killed-half-way": ('os.write(1, b\'{"results": [{"filename"\'); os.kill(os.getpid(), 9)', "crash"),
    "ended-half-way": ('os.write(1, b\'{"results": [{"filename"\')', "garbage"),
    "hangs": ("time.sleep(600)", "timeout"),
    "floods-stderr": ("for _ in range(500): os.write(2, b'x' * 65536)", "garbage"),
    "floods-stderr-for-ever": (FLOOD.format(fd=2), "timeout"),
}
RARE = {"exit-2", "a-list", "ended-half-way", "floods-stderr-for-ever"}  # these are tried on one tool alone
IN_EVERY_RUN = {"killed"}
IN_EVERY_RUN_OF_BANDIT = IN_EVERY_RUN | {"garbage", "empty", "hangs", "floods-stderr"}
STARTS = "import os, subprocess, sys, time\n"
# every fake also leaves two programs behind: one in its group, one in a session of its own
LEAVES = "[subprocess.Popen(['sleep', '600'], start_new_session=own, stdout=-3, stderr=-3) for own in (False, True)]\n"


def assert_reported(ran: CommandResult, folder: Path, tool: str, kind: str) -> None:
    """Exit 3; console, JSON, JUnit and SARIF name the tool and the kind, and a hint follows what was said."""
    ran.expect(3)
    document = load_verdict(folder)
    assert (document["outcome"], document["exit_code"]) == ("INCOMPLETE", 3)
    gaps = [gap for gap in document["gaps"] if gap["scanner"] == tool]
    assert gaps
    assert {gap["kind"] for gap in gaps} == {kind}, gaps
    assert all(gap["blocking"] and gap["reason"] and gap["hint"] and "\n" not in gap["reason"] for gap in gaps), gaps
    lines = [line.strip() for line in ran.stdout.splitlines()]
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{tool}: {kind}"))
    assert lines[at + 1] == gaps[0]["reason"] or gaps[0]["reason"].startswith(lines[at + 1])
    assert any(line.startswith("hint: ") for line in lines[at:])
    assert ran.stdout.splitlines()[-1].startswith("INCOMPLETE: ")
    assert [error for error in ET.parse(folder / "junit.xml").iter("error") if kind in (error.get("type") or "")]
    assert gaps[0]["reason"] in (folder / "scangate.sarif").read_text("utf-8")


def scan(bench: LinkedEnvironment, tmp_path: Path, tool: str, timeout: int = 60) -> tuple[CommandResult, Path]:
    """Scans with one tool, where the advisory services answer: otherwise pip-audit is not asked."""
    tree = write_files(tmp_path / "tree", FILES)
    folder = tmp_path / "out"
    rules = write_policy(tmp_path / "policy.yaml", tool, timeout=timeout)
    arguments = ("scan", tree, "--policy", rules, "--scanner", tool, "--output-dir", folder)
    with run_network(tmp_path) as network:
        env = environment(**network.environment())
        ran = run_scangate(*arguments, cwd=tmp_path, command=bench.command, env=env)
    return ran, folder


def every_failure() -> Iterator[Any]:
    """Each tool with each act: those that differ most in every run, the others at night."""
    for tool, act in itertools.product(TOOLS, ACTS):
        if tool == "bandit" or act not in RARE:
            often = IN_EVERY_RUN_OF_BANDIT if tool == "bandit" else IN_EVERY_RUN
            marks = [] if act in often else [pytest.mark.nightly]
            yield pytest.param(tool, act, marks=marks)


@pytest.mark.parametrize(("tool", "act"), list(every_failure()))
def test_failing_tool_is_reported_and_never_a_pass(tmp_path: Path, tool: str, act: str) -> None:
    code, kind = ACTS[act]
    bench = LinkedEnvironment(tmp_path / "bench")
    if tool == "detect-secrets":
        bench.write_package("detect_secrets", STARTS + LEAVES + code + "\nsys.stdout.flush()\nos._exit(0)\n")
    else:
        bench.write(tool, STARTS + LEAVES + code + "\n")
    ran, folder = scan(bench, tmp_path, tool, timeout=2 if kind == "timeout" else 60)
    assert_reported(ran, folder, tool, kind)
    assert_nothing_left(bench)


@pytest.mark.smoke
def test_killed_tool_is_reported(tmp_path: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.write("bandit", "import os\nos.kill(os.getpid(), 9)\n")
    ran, folder = scan(bench, tmp_path, "bandit")
    assert_reported(ran, folder, "bandit", "crash")
    assert "killed by SIGKILL" in ran.stdout


@pytest.mark.parametrize("tool", mostly_nightly(["bandit", "semgrep", "pip-audit"]))
@pytest.mark.parametrize("how", ["script", "package", "not executable", "no interpreter"])
def test_missing_tool_is_reported(tmp_path: Path, tool: str, how: str) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    if how == "package":
        for prefix in (f"{tool.replace('-', '_')}-", tool.replace("-", "_")):
            bench.remove_package(prefix)
    elif how == "script":
        bench.remove(tool)
    else:
        bench.write(tool, "")
        (bench.bin / tool).chmod(0o644 if how == "not executable" else 0o755)
        (bench.bin / tool).write_text("#!/nonexistent/python\n" if how == "no interpreter" else "")
    ran, folder = scan(bench, tmp_path, tool)
    # bandit's script is run by our own interpreter, whatever its first line says: an empty one says nothing
    assert_reported(ran, folder, tool, "garbage" if (tool, how) == ("bandit", "no interpreter") else "tool-missing")


def test_missing_detect_secrets_is_reported(tmp_path: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.remove_package("detect_secrets")
    ran, folder = scan(bench, tmp_path, "detect-secrets")
    assert_reported(ran, folder, "detect-secrets", "tool-missing")


def test_a_tool_that_floods_stdout_is_stopped(tmp_path: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.write("bandit", STARTS + LEAVES + FLOOD.format(fd=1) + "\n")
    ran, folder = scan(bench, tmp_path, "bandit")
    assert_reported(ran, folder, "bandit", "garbage")
    assert_nothing_left(bench)


def test_a_flood_on_stderr_hangs_nothing_and_hides_nothing(tmp_path: Path) -> None:
    """bandit reports failed tests on stderr alone: an answer with unreadable complaints is rejected."""
    bench = LinkedEnvironment(tmp_path / "bench")
    flood = "for _ in range(500): os.write(2, b'x' * 65535 + b'\\n')\n"
    for tool in ("bandit", "semgrep"):
        bench.write(tool, f"{STARTS}{flood}os.execv({str(REAL_BIN / tool)!r}, [{str(REAL_BIN / tool)!r}, *sys.argv[1:]])\n")
    scan(bench, tmp_path, "semgrep")[0].expect(0)
    ran, folder = scan(bench, tmp_path, "bandit")
    assert_reported(ran, folder, "bandit", "garbage")


@pytest.mark.nightly
@pytest.mark.parametrize("act", ["sys.exit(2)", "sys.exit(print('rubbish'))"])
def test_where_the_quick_front_end_of_semgrep_fails_the_ordinary_one_is_asked(tmp_path: Path, act: str) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    semgrep = str(REAL_BIN / "semgrep")
    bench.write("semgrep", f"{STARTS}if '--experimental' in sys.argv: {act}\nos.execv({semgrep!r}, [{semgrep!r}, *sys.argv[1:]])\n")
    ran, folder = scan(bench, tmp_path, "semgrep")
    ran.expect(0)
    (result,) = [scanner for scanner in load_verdict(folder)["scanners"] if scanner["scanner"] == "semgrep"]
    assert (result["status"], result["analyzed_files"]) == ("complete", ["app.py"])


def test_a_tool_that_lists_what_it_was_not_given_is_not_believed(tmp_path: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    answer = '{"results": [], "errors": [], "metrics": {"/etc/passwd": {}, "_totals": {}}}'
    bench.write("bandit", f"print({answer!r})\n")
    ran, folder = scan(bench, tmp_path, "bandit")
    assert_reported(ran, folder, "bandit", "garbage")


def test_a_tool_that_forgets_a_file_is_not_believed(tmp_path: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.write("bandit", """print('{"results": [], "errors": [], "metrics": {"_totals": {}}}')\n""")
    ran, folder = scan(bench, tmp_path, "bandit")
    assert_reported(ran, folder, "bandit", "garbage")


def test_a_policy_cannot_make_a_pass_of_every_crash(tmp_path: Path) -> None:
    allowed = "coverage:\n  allowed-gaps:\n    - {kind: crash, reason: it always does}\n"
    tree = write_files(tmp_path / "tree", {**FILES, "scangate.yaml": f"version: 1\nextends: baseline\n{allowed}"})
    ran = run_scangate("scan", tree, "--scanner", "bandit", cwd=tmp_path).expect(2)
    assert "scangate.yaml:5:" in ran.stderr
