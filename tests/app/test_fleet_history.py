"""A fleet's output directory: pages that are linked, and the summaries of its runs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scangate.app.fleet_audit import FleetEvents, _write_pages
from tests.fleet.test_fleet_reports import RECORDS, rolled


class Warnings(FleetEvents):
    def __init__(self) -> None:
        self.messages: list[str] = []

    def on_warning(self, message: str, hint: str = "") -> None:
        self.messages.append(message)


def test_each_run_adds_a_summary_and_the_page_shows_the_trend(tmp_path: Path) -> None:
    page = tmp_path / "repositories" / "good" / "report.html"
    page.parent.mkdir(parents=True)
    page.write_text("x")
    events = Warnings()
    for day in (1, 2):
        run = msgspec.structs.replace(rolled(*RECORDS), started=f"2026-01-0{day}T10:00:00Z")
        assert _write_pages(run, tmp_path, events).exit_code == 1
        text = (tmp_path / "fleet.html").read_text("utf-8")
        assert ('id="trend"' in text) is (day == 2)
        assert 'href="repositories/good/report.html"' in text
        assert "repositories/bad/" not in text
    assert sorted(file.name for file in (tmp_path / "history").iterdir()) == ["2026-01-01T100000Z.json", "2026-01-02T100000Z.json"]
    assert events.messages == []


def test_an_interrupted_run_and_unreadable_summaries_are_left_out(tmp_path: Path) -> None:
    events = Warnings()
    _write_pages(rolled(*RECORDS, code=130, interrupted="SIGINT"), tmp_path, events)
    assert list((tmp_path / "history").iterdir()) == []
    (tmp_path / "history" / "0.json").write_text("x")
    _write_pages(rolled(*RECORDS), tmp_path, events)
    assert len(events.messages) == 1
    assert "left out of the trend" in events.messages[0]


def test_a_link_in_the_place_of_the_history_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "history").symlink_to(tmp_path / "elsewhere")
    events = Warnings()
    _write_pages(rolled(*RECORDS), tmp_path / "out", events)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert events.messages == [f"{tmp_path / 'out' / 'history'} is a symbolic link, so no history is kept"]
