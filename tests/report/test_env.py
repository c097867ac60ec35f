"""The file a shell sources: two lines, fixed words and numbers, and a real shell reads them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from scangate.model import Report
from scangate.report import env
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import failing_report, incomplete_report, passing_report

NAMES = ("critical", "high", "medium", "low", "info", "unknown", "suppressed", "gaps", "known", "bundled-only")
COUNTS = " ".join(rf"{name}=\d+" for name in NAMES)
SHAPE = re.compile(rf"export SCANGATE_VERDICT='(PASS|FAIL|INCOMPLETE)'\nexport SCANGATE_SUMMARY='{COUNTS}'\n")


@settings(max_examples=40, deadline=None)
@given(reports())
def test_env_report_has_only_fixed_words_and_numbers(report: Report) -> None:
    assert SHAPE.fullmatch(env.render(report))


@pytest.mark.integration
@pytest.mark.smoke
def test_a_shell_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text(env.render(failing_report()))
    script = f". {file}; sh -c 'echo \"$SCANGATE_VERDICT: $SCANGATE_SUMMARY\"'"
    reported = subprocess.run(["sh", "-c", script], capture_output=True, check=True, text=True).stdout
    assert reported == "FAIL: critical=1 high=2 medium=1 low=0 info=0 unknown=0 suppressed=1 gaps=3 known=1 bundled-only=1\n"


def test_a_failure_that_is_left_to_an_approval_is_called_review() -> None:
    assert "SCANGATE_VERDICT='REVIEW'" in env.render(msgspec.structs.replace(failing_report(), needs_approval=True))
    for other in (passing_report(), incomplete_report()):
        assert env.render(msgspec.structs.replace(other, needs_approval=True)) == env.render(other)


def test_hostile_text_is_not_in_it() -> None:
    assert SHAPE.fullmatch(env.render(hostile_report()))
