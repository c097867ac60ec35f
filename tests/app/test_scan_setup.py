"""semgrep leaves rules to taint only where taint reads the same files."""

from __future__ import annotations

import pytest

from scangate.app.scan_setup import leave_followed_rules
from scangate.scan.plan import ScannerTask
from scangate.scan.skipping import ExcludedPaths
from scangate.tools import bandit, semgrep, taint

SEMGREP = ScannerTask(semgrep, semgrep.Options(front_end="ordinary"), 1.0)
TAINT = ScannerTask(taint, taint.Options(), 1.0)
OTHER = ScannerTask(bandit, bandit.Options(), 1.0)


@pytest.mark.parametrize("excluded", [(), ("taint", "semgrep"), ("semgrep",)])
def test_rules_are_left_to_taint_where_it_runs(excluded: tuple[str, ...]) -> None:
    exclusions = [ExcludedPaths("old/", "generated", excluded)]
    tasks = list(leave_followed_rules([OTHER, SEMGREP, TAINT], exclusions))
    assert [task.scanner for task in tasks] == [bandit, semgrep, taint]
    assert tasks[1].options == semgrep.LeavingOptions(front_end="ordinary")
    assert [tasks[0], tasks[2]] == [OTHER, TAINT]


def test_semgrep_keeps_its_rules_where_taint_does_not_run_or_reads_less() -> None:
    skipped = ScannerTask(taint, taint.Options(), 1.0, "skipped by --skip")
    assert list(leave_followed_rules([SEMGREP, skipped], ())) == [SEMGREP, skipped]
    assert list(leave_followed_rules([SEMGREP], ())) == [SEMGREP]
    exclusions = [ExcludedPaths("old/", "too much code", ("taint",))]
    assert list(leave_followed_rules([SEMGREP, TAINT], exclusions)) == [SEMGREP, TAINT]


def test_each_rule_counts_in_the_coverage_of_the_scanner_that_uses_it() -> None:
    def count(*tasks: ScannerTask) -> int:
        return sum(each.rules for task in tasks for each in task.declared_coverage if each.content_type == "python")

    left, followed = leave_followed_rules([SEMGREP, TAINT], ())
    assert 0 < count(followed) < count(left) < count(SEMGREP)
    assert count(left, followed) == count(SEMGREP)
