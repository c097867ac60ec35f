"""A fleet as its users run it: a killed worker costs nothing, one repository's trouble stops no other, nothing is green by luck."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import SCANGATE, TIMEOUT, CommandResult, environment, run_scangate
from tests.support.sample_trees import (
    CLEAN_SOURCE,
    NOT_ANALYZED,
    WEAK_SOURCE,
    create_repository,
    run_git,
    write_files,
    write_policy,
)

# writes SARIF without results; what it finds in the files decides what happens first
TOOL = """\
#!/usr/bin/env python3
import json, os, pathlib, sys, time
text = "".join(pathlib.Path(name).read_text() for name in sys.argv[1:])
started = pathlib.Path({started!r})
if "wait for it" in text and not started.exists():
    started.touch()
    time.sleep(600)
if "kill the worker" in text:
    parent = int(pathlib.Path(f"/proc/{{os.getppid()}}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, 9)
run = {{"tool": {{"driver": {{"name": "odd"}}}}, "invocations": [{{"executionSuccessful": True}}], "results": []}}
print(json.dumps({{"version": "2.1.0", "runs": [run]}}))
"""


def odd(tmp_path: Path) -> Path:
    """A policy with a scanner that does odd things."""
    tool = tmp_path / "odd"
    tool.write_text(TOOL.format(started=str(tmp_path / "started")))
    tool.chmod(0o755)
    file = tmp_path / "odd.yaml"
    file.write_text(
        "version: 1\nunknown: high\nbudgets: {critical: 0, high: 0, medium: 0, low: 0, info: 0}\n"
        f'scanners:\n  odd: {{command: ["{tool}", "{{files}}"], reads: ["*.py"], trusted: it is ours}}\n'
        f"coverage: {{required: [odd], allowed-gaps: [{NOT_ANALYZED}]}}\n"
    )
    return file


def start(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    """``scangate fleet``, not waited for."""
    argv = [str(SCANGATE), "fleet", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(argv, cwd=cwd, env=environment(), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)


def ended(child: subprocess.Popen[str]) -> CommandResult:
    out, err = child.communicate(timeout=TIMEOUT)
    return CommandResult(child.returncode, out, err)


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def scans(mark: str) -> list[int]:
    """The scans that run with ``mark`` in their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"scangate.app.fleet_member" in words and any(mark.encode() in word for word in words):
            found.append(int(entry.name))
    return found


def wait_for(file: Path, child: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + TIMEOUT
    while not file.exists() and child.poll() is None and time.monotonic() < limit:
        time.sleep(0.05)
    assert file.exists(), child.communicate(timeout=TIMEOUT)


def rolled(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / "fleet.json").read_text())
    assert isinstance(document, dict)
    return document


def outcomes(folder: Path) -> dict[str, str]:
    return {each["name"]: each["outcome"] for each in rolled(folder)["repositories"]}


def test_a_killed_worker_costs_nothing(tmp_path: Path) -> None:
    create_repository(tmp_path / "slow", {"a.py": "# wait for it\n"})
    for name in ("one", "two"):
        create_repository(tmp_path / name, {"a.py": CLEAN_SOURCE})
    (tmp_path / "list").write_text(f"{tmp_path / 'slow'}\none\nfile://{tmp_path}/two\n")
    rules = odd(tmp_path)
    child = start("list", "--policy", rules, "--workers", "2", "--output-dir", "out", cwd=tmp_path)
    wait_for(tmp_path / "started", child)
    (scan,) = scans(str(tmp_path / "slow"))
    os.kill(parent(scan), signal.SIGKILL)
    ran = ended(child).expect(0)
    assert outcomes(tmp_path / "out") == {"slow": "PASS", "one": "PASS", "two": "PASS"}
    assert ran.stdout == "PASS: 3 repositories: 3 passed; see out/fleet.html\n"
    assert not scans(str(tmp_path / "slow"))  # the killed worker's, which would have gone on
    commits = {each["name"]: each["commit"] for each in rolled(tmp_path / "out")["repositories"]}
    assert commits == {name: run_git(tmp_path / name, "rev-parse", "HEAD") for name in ("slow", "one", "two")}


@pytest.mark.nightly
def test_repository_that_kills_workers_is_incomplete_and_isolated(tmp_path: Path) -> None:
    create_repository(tmp_path / "bad", {"a.py": "# kill the worker\n"})
    for name in ("one", "two", "three"):
        create_repository(tmp_path / name, {"a.py": CLEAN_SOURCE})
    (tmp_path / "list").write_text("bad\none\ntwo\nthree\n")
    run_scangate("fleet", "list", "--policy", odd(tmp_path), "--workers", "2", "--output-dir", "out", cwd=tmp_path).expect(3)
    assert outcomes(tmp_path / "out") == {"bad": "INCOMPLETE", "one": "PASS", "two": "PASS", "three": "PASS"}
    (bad,) = [each for each in rolled(tmp_path / "out")["repositories"] if each["name"] == "bad"]
    assert bad["reason"]


@pytest.mark.nightly
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_finished_work_survives_an_interruption(tmp_path: Path, number: signal.Signals, code: int) -> None:
    create_repository(tmp_path / "one", {"a.py": CLEAN_SOURCE})
    create_repository(tmp_path / "slow", {"a.py": "# wait for it\n"})
    create_repository(tmp_path / "last", {"a.py": CLEAN_SOURCE})
    (tmp_path / "list").write_text(f"one\n{tmp_path / 'slow'}\nlast\n")
    arguments = ("list", "--policy", odd(tmp_path), "--workers", "1", "--output-dir", "out")
    child = start(*arguments, cwd=tmp_path)
    wait_for(tmp_path / "started", child)
    child.send_signal(number)
    ran = ended(child).expect(code)
    assert outcomes(tmp_path / "out") == {"one": "PASS", "slow": "INCOMPLETE", "last": "INCOMPLETE"}
    assert rolled(tmp_path / "out")["interrupted"] == number.name
    assert ran.stdout.startswith("INCOMPLETE: ")
    assert not scans(str(tmp_path / "slow"))
    ran = run_scangate("fleet", *arguments, "--resume", cwd=tmp_path).expect(0)
    assert "1 of 3" not in ran.stderr
    assert outcomes(tmp_path / "out") == {"one": "PASS", "slow": "PASS", "last": "PASS"}
    earlier = {each["name"]: each["earlier"] for each in rolled(tmp_path / "out")["repositories"]}
    assert earlier == {"one": True, "slow": False, "last": False}


@pytest.mark.nightly
def test_a_fleet_of_all_sorts(tmp_path: Path) -> None:
    weak = create_repository(
        tmp_path / "weak", {"a.py": WEAK_SOURCE, "scangate.yaml": "version: 1\nextends: baseline\nbudgets: {high: unlimited}\n"}
    )
    subprocess.run(["git", "clone", "--quiet", "--bare", str(weak), str(tmp_path / "bare.git")], check=True)
    starts = "version: 1\nextends: baseline\nscanners: {evil: {command: [touch, pwned], reads: ['*']}}\n"
    create_repository(tmp_path / "starts", {"a.py": CLEAN_SOURCE, "scangate.yaml": starts})
    create_repository(tmp_path / "clean", {"a.py": CLEAN_SOURCE})
    unreachable = "https://me:hunter2-hunter2@127.0.0.1:1/org/app.git"
    lines = ["weak", "bare.git", "clean", "starts", "nowhere", unreachable, "weak name=lax policy=./lax.yaml"]
    (tmp_path / "list").write_text("\n".join(lines))
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    (tmp_path / "lax.yaml").write_text("version: 1\nextends: policy.yaml\nbudgets: {high: unlimited}\n")
    ran = run_scangate("fleet", "list", "--policy", rules, "--output-dir", "out", cwd=tmp_path).expect(1)
    expected = {
        "weak": "FAIL",
        "bare": "FAIL",
        "clean": "PASS",
        "starts": "PASS",
        "nowhere": "INCOMPLETE",
        "app": "INCOMPLETE",
        "lax": "PASS",
    }
    assert outcomes(tmp_path / "out") == expected
    assert ran.stderr.count("scangate: ") == len(expected)
    files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert not [file for file in files if b"hunter2" in file.read_bytes()]
    assert "hunter2" not in ran.output
    stored = tmp_path / "out" / "repositories" / "weak" / "verdict.json"
    run_scangate("gate", stored, "--policy", rules, cwd=tmp_path).expect(1)

    (tmp_path / "own").write_text("weak\nstarts\n")
    run_scangate("fleet", "own", "--use-repository-policy", "--output-dir", "out", cwd=tmp_path).expect(3)
    assert outcomes(tmp_path / "out")["starts"] == "INCOMPLETE"
    assert not (tmp_path / "out" / "repositories" / "clean" / "verdict.json").exists()  # of the earlier fleet
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(
    ("lines", "arguments", "said"),
    [
        ("# none\n", [], "list"),
        ("a\nb\next::sh -c x\n", [], "list:3: "),
        ("a\n", ["--policy", "basline"], "baseline"),
        ("a policy=nowhere.yaml\n", [], "nowhere.yaml"),
        ("a\n", ["--policy", "strict", "--use-repository-policy"], "cannot be used together"),
        ("a ref=main\n", ["--use-repository-policy"], "list:1: a repository's own policy"),
        ("a\n", ["--scheduler", "ftp://h:1"], "not the address of a Dask scheduler"),
        ("https://me:hunter2@h.example/a\n", ["--scheduler", "tcp://10.0.0.1:8786"], "unencrypted"),
        ("a\n", ["--output-dir", "list"], "is a file"),
    ],
)
def test_usage_error_is_reported_in_two_lines(tmp_path: Path, lines: str, arguments: list[str], said: str) -> None:
    write_files(tmp_path, {"list": lines})
    ran = run_scangate("fleet", "list", *arguments, cwd=tmp_path).expect(2)
    assert ran.stdout == ""
    assert [line.partition(": ")[0] for line in ran.stderr.splitlines()] == ["scangate", "hint"], ran.stderr
    assert said in ran.stderr
    assert "hunter2" not in ran.stderr


def test_an_interrupted_or_failed_start_leaves_no_green(tmp_path: Path) -> None:
    write_files(tmp_path, {"list": "a\n", "out/fleet.json": '{"outcome": "PASS"}', "out/fleet.html": "PASS"})
    run_scangate("fleet", "list", "--scheduler", "ftp://h:1", "--output-dir", "out", cwd=tmp_path).expect(2)
    assert not list((tmp_path / "out").glob("fleet.*"))
