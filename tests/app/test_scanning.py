"""Report formats are imported while the scanners are working, and the API works as documented."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scangate.app.events import Events
from scangate.app.report_files import ReportTarget
from scangate.app.scanning import _preloading_formats


class RecordingEvents(Events):
    """Records progress."""

    def __init__(self) -> None:
        self.progress: list[tuple[str, int, int]] = []

    def on_progress(self, scanner: str, done: int, total: int) -> None:
        self.progress.append((scanner, done, total))


def test_report_formats_are_imported_at_the_first_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sarif", "ocsf", "junit"):
        monkeypatch.delitem(sys.modules, f"scangate.report.{name}", raising=False)
    events = RecordingEvents()
    on_progress = _preloading_formats((ReportTarget("sarif", None), ReportTarget("ocsf", Path("findings.json"))), events)
    assert "scangate.report.sarif" not in sys.modules
    on_progress("bandit", 0, 3)
    assert {"scangate.report.sarif", "scangate.report.ocsf"} <= sys.modules.keys()
    assert "scangate.report.junit" not in sys.modules
    assert events.progress == [("bandit", 0, 3)]
