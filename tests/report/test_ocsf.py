"""OCSF events: every finding is one, as the schema's models read it, and nothing hostile is in it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from py_ocsf_models.events.findings.application_security_posture_finding import ApplicationSecurityPostureFinding

from scangate.model import Report, RulingOutcome
from scangate.report import ocsf
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import failing_report, passing_report


def events(report: Report) -> list[dict[str, Any]]:
    """Every line, read by the models of the schema."""
    found = [json.loads(line) for line in ocsf.render(report).splitlines()]
    for event in found:
        read = ApplicationSecurityPostureFinding.model_validate(event)
        assert (read.class_uid, read.category_uid, read.type_uid.value) == (2007, 2, 200701)
    return found


@pytest.mark.smoke
def test_every_finding_is_an_event() -> None:
    found = events(failing_report())
    assert sorted(event["finding_info"]["uid"] for event in found) == sorted(
        ruling.finding.fingerprint or ruling.finding.rule for ruling in failing_report().verdict.rulings
    )
    suppressed = sum(ruling.outcome is RulingOutcome.SUPPRESSED for ruling in failing_report().verdict.rulings)
    assert sum(event["status"] == "Suppressed" for event in found) == suppressed
    packages = [event["vulnerabilities"][0] for event in found if "affected_packages" in event["vulnerabilities"][0]]
    assert packages
    assert all(package["affected_packages"][0]["name"] for package in packages)
    assert len(events(passing_report())) == len(passing_report().verdict.rulings)


@settings(max_examples=30, deadline=None)
@given(reports())
def test_any_report_can_be_read(report: Report) -> None:
    found = Counter(event["unmapped"]["outcome"] for event in events(report))
    assert found == Counter(ruling.outcome.value for ruling in report.verdict.rulings)


def test_hostile_text_stays_on_its_line_and_shows_what_it_is() -> None:
    page = ocsf.render(hostile_report())
    assert page.isascii()
    assert all(value.isprintable() for event in events(hostile_report()) for value in _texts(event))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
