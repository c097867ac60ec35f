"""A run that is interrupted says so in every report, ends with the signal's code, and leaves nothing running and nothing behind."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.support.command import CommandResult, environment, load_verdict, run_scangate
from tests.support.frequency import mostly_nightly
from tests.support.interrupted_scan import SLOW_TOOL, interrupt_scan
from tests.support.linked_environment import LinkedEnvironment, assert_nothing_left
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, write_policy

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def run(tmp_path: Path, signals: list[signal.Signals], *, slow: str = "bandit", group: bool = False) -> CommandResult:
    """A scan with a slow program in the place of ``slow``, over a tree with yesterday's reports next to it."""
    bench = LinkedEnvironment(tmp_path / "bench")
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE})
    out = tmp_path / "out"
    out.mkdir()
    (out / "verdict.json").write_text('{"outcome": "PASS"}')
    (tmp_path / "tmp").mkdir()
    bench.write(slow, SLOW_TOOL.format(started=str(tmp_path / "started")))
    env = environment(TMPDIR=str(tmp_path / "tmp"), SCANGATE_CACHE=str(tmp_path / "cache"))  # or nothing would be started
    env["PATH"] = f"{bench.bin}:{env['PATH']}"
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    argv: list[str | Path] = [bench.command, "scan", tree, "--policy", rules, "--output-dir", out, "--report", f"env={out / 'env'}"]
    ran = interrupt_scan(argv, tmp_path / "started", signals, cwd=tmp_path, group=group, env=env)
    assert_nothing_left(bench)
    assert list((tmp_path / "tmp").iterdir()) == []
    return ran


def assert_interrupted(ran: CommandResult, tmp_path: Path, code: int, name: str) -> None:
    ran.expect(code)
    document = load_verdict(tmp_path / "out")
    assert (document["outcome"], document["exit_code"], document["interrupted"]) == ("INCOMPLETE", code, name)
    assert "interrupted" in {gap["kind"] for gap in document["gaps"] if gap["blocking"]}
    assert ran.stdout.splitlines()[-1].startswith("INCOMPLETE: ")
    assert f"interrupted by {name}" in ran.stdout.splitlines()[-1]
    assert (tmp_path / "out" / "env").read_text().startswith("export SCANGATE_VERDICT='INCOMPLETE'\n")
    assert '"executionSuccessful": false' in (tmp_path / "out" / "scangate.sarif").read_text()
    assert not list((tmp_path / "out").glob(".scangate-*"))


@pytest.mark.parametrize(
    ("signals", "code", "name"),
    mostly_nightly(
        [
            ([TERM], 143, "SIGTERM"),
            ([INT, INT], 130, "SIGINT"),
            ([INT], 130, "SIGINT"),
            ([HUP], 129, "SIGHUP"),
            ([TERM, TERM, INT], 143, "SIGTERM"),
        ],
        often=2,
    ),
)
def test_signal_during_scan_is_reported(tmp_path: Path, signals: list[signal.Signals], code: int, name: str) -> None:
    assert_interrupted(run(tmp_path, signals), tmp_path, code, name)


@pytest.mark.parametrize(("number", "code"), [(INT, 130), (TERM, 143)])
def test_signal_to_the_process_group_is_reported(tmp_path: Path, number: signal.Signals, code: int) -> None:
    assert_interrupted(run(tmp_path, [number], group=True), tmp_path, code, number.name)


def test_signal_during_file_listing_is_reported(tmp_path: Path) -> None:
    assert_interrupted(run(tmp_path, [TERM], slow="git"), tmp_path, 143, "SIGTERM")


def test_a_gate_makes_no_pass_of_an_interrupted_run(tmp_path: Path) -> None:
    assert_interrupted(run(tmp_path, [TERM]), tmp_path, 143, "SIGTERM")
    ran = run_scangate("gate", tmp_path / "out" / "verdict.json", "--policy", tmp_path / "policy.yaml", cwd=tmp_path)
    assert ran.expect(3).stdout.splitlines()[-1].startswith("INCOMPLETE: ")
