"""The harness measures what it says: its arithmetic, what a program took, and one case from end to end on a small tree."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from gap_exclusions import render_exclusions
from measure import Cost, clean_environment, run
from ratios import Line, Ratio, ratios, table
from standalone_tools import Seen, find_missing

from scangate.model import Confidence, Finding, FindingKind, Location, Severity
from tests.support.sample_trees import WEAK_SOURCE, create_repository

RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run.py"


def test_ratios_are_made_pair_by_pair() -> None:
    assert ratios([1, 6, 2], [10, 10, 4]) == Ratio(0.5, 0.1, 0.6)
    for above, below in (([], []), ([1.0], [1.0, 2.0]), ([1.0], [0.0])):
        with pytest.raises(ValueError, match=r"ratios|divided"):
            ratios(above, below)


def test_a_bar_holds_up_to_itself() -> None:
    lines = [Line("a", 0.32, 0.32), Line("b", 0.321, 0.32), Line.of("c", Ratio(2, 1, 3), None), Line("d", 3, 12, " s")]
    assert [line.held for line in lines] == [True, False, True, True]
    rows = table(lines).splitlines()
    assert [row.split("|")[5].strip() for row in rows[2:]] == ["yes", "NO", "", "yes"]
    assert "| d | 3.000 s |  | 12 s | yes |" in rows[5]


def test_costs_one_after_another_add_up_but_for_memory() -> None:
    assert Cost(1, 2, 30) + Cost(4, 5, 20, 1) == Cost(5, 7, 30, 1)


def test_time_of_child_processes_is_counted(tmp_path: Path) -> None:
    code = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', sys.argv[1]]))"
    busy = "import time; block = b'x' * 150_000_000\nwhile time.process_time() < 0.6: pass"
    cost = run([sys.executable, "-c", code, busy], cwd=tmp_path, env=clean_environment(tmp_path / "home"))
    assert cost.cpu >= 0.6
    assert cost.memory >= 150_000_000
    assert cost.wall > 0


def test_an_unexpected_exit_code_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="exit code 7"):
        run([sys.executable, "-c", "raise SystemExit(7)"], cwd=tmp_path, env=clean_environment(tmp_path / "home"))


def test_missing_findings_of_scangate_are_detected() -> None:
    rest = (Severity.LOW, Confidence.LOW, FindingKind.CODE, "", "", Location("a.py", 3, 3))
    findings = [Finding(rule, *rest) for rule in ("bandit:B1", "detect-secrets:aws")]
    by_hand: Seen = Counter({("bandit", "a.py", "B1"): 2, ("detect-secrets", "a.py", "3"): 1, ("semgrep", "a.py", "x"): 1})
    assert find_missing(by_hand, findings) == Counter({("bandit", "a.py", "B1"): 1, ("semgrep", "a.py", "x"): 1})


def test_a_policy_without_gaps_leaves_out_what_has_one() -> None:
    document = yaml.safe_load(render_exclusions([("pip-audit", "a: b/#c.txt"), ("semgrep", "x.json")]))
    assert [(entry["path"], entry["scanners"]) for entry in document["paths"]["exclude"]] == [
        ("/a: b/#c.txt", ["pip-audit"]),
        ("/x.json", ["semgrep"]),
    ]


@pytest.mark.nightly
def test_a_case_from_end_to_end(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"a.py": WEAK_SOURCE, "b.py": "token = 'AKIAIOSFODNN7EXAMPL1'\n"})
    argv = [sys.executable, str(RUN), "cold", "--repeat", "1", "--tree", str(tree), "--folder", str(tmp_path / "bench")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in done.stdout.splitlines() if row.startswith("| cold")]
    assert [row[3] for row in rows] == ["0.32", "0.4", "", "0"]
    assert all(float(row[1]) > 0 for row in rows[:3])
    assert (rows[3][1], rows[3][4]) == ("0.000", "yes")
    assert int(rows[3][5].split()[0]) >= 2


def test_unknown_case_is_reported(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(RUN), "clod"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such case: clod" in done.stderr
