"""Report formats are imported while the scanners are working, and the API works as documented."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scangate.app.events import Events
from scangate.app.report_files import ReportTarget
from scangate.app.requests import ScanRequest
from scangate.app.scanning import _preloading_formats
from scangate.errors import UsageError
from tests.support.command import environment
from tests.support.sample_trees import WEAK_SOURCE, write_files, write_policy


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


def test_the_example_of_the_python_api_runs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "python-api.md").read_text("utf-8")
    example = page.split("```python\n")[1].split("```")[0].replace('policy="strict"', f'policy="{tmp_path / "policy.yaml"}"')
    write_files(tmp_path / "src", {"app.py": WEAK_SOURCE})
    write_policy(tmp_path / "policy.yaml", "bandit")
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[0] == "FAIL 1"
    assert "blocking bandit:B602 app.py" in done.stdout
    assert done.stderr == ""


def test_a_request_with_a_named_and_an_ignored_baseline_is_refused() -> None:
    with pytest.raises(UsageError):
        ScanRequest(baseline=Path("baseline.json"), ignore_baseline=True)
