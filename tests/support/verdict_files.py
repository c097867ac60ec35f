"""verdict.json files of the sample reports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from scangate.model import EXIT_CODES, FileSource, Report
from scangate.report import verdict_json
from tests.support import sample_reports

__all__ = ["whole_tree_fail", "whole_tree_incomplete", "whole_tree_pass", "write_verdict"]


def as_full_tree(report: Report) -> Report:
    """The report as one of a whole tree."""
    return msgspec.structs.replace(report, targets=msgspec.structs.replace(report.targets, source=FileSource.GIT_INDEX))


def whole_tree_pass() -> Report:
    """A PASS of a whole tree."""
    return as_full_tree(sample_reports.passing_report())


def whole_tree_fail() -> Report:
    """A FAIL of a whole tree."""
    return as_full_tree(sample_reports.failing_report())


def whole_tree_incomplete() -> Report:
    """An INCOMPLETE of a whole tree."""
    return as_full_tree(sample_reports.incomplete_report())


def write_verdict(report: Report, folder: Path, name: str = "verdict.json", *, hours: float = 0) -> Path:
    """The report's verdict.json in ``folder``, of a scan that has just ended, or ended ``hours`` ago."""
    now = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    report = msgspec.structs.replace(report, started=now, finished=now, exit_code=EXIT_CODES[report.verdict.outcome])
    file = folder / name
    file.write_text(verdict_json.render(report), "utf-8")
    return file
