"""What the reports need is loaded while the scanners are at work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scangate.app.report_files import ReportTarget
from scangate.cli import scan


def test_the_reports_are_loaded_when_a_scanner_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sarif", "ocsf", "junit"):
        monkeypatch.delitem(sys.modules, f"scangate.report.{name}", raising=False)
    heard: list[tuple[str, int, int]] = []
    told = scan._preload_formats(
        (ReportTarget("sarif", None), ReportTarget("ocsf", Path("findings.json"))), lambda *what: heard.append(what)
    )
    assert "scangate.report.sarif" not in sys.modules
    told("bandit", 0, 3)
    assert {"scangate.report.sarif", "scangate.report.ocsf"} <= sys.modules.keys()
    assert "scangate.report.junit" not in sys.modules
    assert heard == [("bandit", 0, 3)]
