"""A run with a time limit ends on time, INCOMPLETE, with its reports."""

from __future__ import annotations

from pathlib import Path

from tests.support.command import environment, load_verdict, run_scangate
from tests.support.interrupted_scan import SLOW_TOOL
from tests.support.linked_environment import LinkedEnvironment, assert_nothing_left
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, write_policy


def test_what_was_not_analyzed_in_time_is_a_gap(tmp_path: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE})
    bench.write("bandit", SLOW_TOOL.format(started=str(tmp_path / "started")))
    rules = write_policy(tmp_path / "policy.yaml", "bandit", "detect-secrets")
    env = environment(SCANGATE_CACHE=str(tmp_path / "cache"))
    argv = ("scan", tree, "--policy", rules, "--output-dir", tmp_path / "out", "--time-limit", "4")
    result = run_scangate(*argv, cwd=tmp_path, command=bench.command, env=env).expect(3)
    document = load_verdict(tmp_path / "out")
    assert [(gap["gap"]["scanner"], gap["gap"]["path"], gap["gap"]["kind"]) for gap in document["gaps"]] == [
        ("bandit", "app.py", "timeout")
    ]
    assert result.stdout.splitlines()[-1].startswith("INCOMPLETE: ")
    assert {"scangate.sarif", "verdict.json"} <= {file.name for file in (tmp_path / "out").iterdir()}
    assert_nothing_left(bench)
