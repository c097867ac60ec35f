"""The way of request data to a finding is in the console and in report.html."""

from __future__ import annotations

import msgspec

from scangate.model import FlowRole, FlowStep, Location
from scangate.report import html, text
from scangate.report.wording import summarize_flow
from tests.support.sample_reports import SQL, failing_report

STEPS = (
    FlowStep(Location("app.py", 6, 6), FlowRole.SOURCE),
    FlowStep(Location("app.py", 6, 6), FlowRole.CALL),
    FlowStep(Location("store.py", 8, 8), FlowRole.CALL),
    FlowStep(Location("store.py", 10, 10), FlowRole.SINK),
)
WAY = "app.py:6 -> store.py:8 -> store.py:10"


def test_each_line_on_the_way_is_named_once() -> None:
    assert summarize_flow(msgspec.structs.replace(SQL, flow=STEPS)) == WAY


def test_way_within_a_line_is_not_shown() -> None:
    assert summarize_flow(SQL) == ""
    assert summarize_flow(msgspec.structs.replace(SQL, flow=STEPS[:2])) == ""


def test_reports_for_people_show_the_way() -> None:
    report = failing_report()
    ruling = next(each for each in report.verdict.rulings if each.outcome.value == "blocking")
    followed = msgspec.structs.replace(ruling, finding=msgspec.structs.replace(SQL, flow=STEPS), members=())
    changed = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=(followed,)))
    assert f"flow: {WAY}" in text.render(changed)
    assert "app.py:6 -\\u003e store.py:8" in html.render(changed)
