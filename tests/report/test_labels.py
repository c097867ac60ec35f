"""A finding that the starter set alone tells says so wherever it is shown, whatever became of it."""

from __future__ import annotations

import msgspec
import pytest

from scangate.model import STARTER_SET, Outcome, Report, RulingOutcome
from scangate.report import FORMATS

from .samples import FLASK, failing

ENDS = {
    RulingOutcome.BLOCKS: Outcome.FAIL,
    RulingOutcome.TOLERATED: Outcome.PASS,
    RulingOutcome.KNOWN: Outcome.PASS,
    RulingOutcome.SUPPRESSED: Outcome.PASS,
}
LISTED = {  # where a finding of this outcome has a line of its own
    RulingOutcome.BLOCKS: {"json", "sarif", "junit", "markdown", "sbom", "text"},
    RulingOutcome.TOLERATED: {"json", "sarif", "sbom", "text"},
    RulingOutcome.KNOWN: {"json", "sarif", "sbom", "text"},
    RulingOutcome.SUPPRESSED: {"json", "sarif", "junit", "sbom"},
}


def one(outcome: RulingOutcome, told_by: str) -> Report:
    """A run that came to one dependency finding."""
    ruling = next(ruling for ruling in failing().verdict.rulings if ruling.finding == FLASK)
    assert FLASK.package is not None
    finding = msgspec.structs.replace(FLASK, package=msgspec.structs.replace(FLASK.package, told_by=told_by))
    ruled = msgspec.structs.replace(ruling, finding=finding, outcome=outcome)
    verdict = msgspec.structs.replace(failing().verdict, outcome=ENDS[outcome], rulings=(ruled,), gaps=(), notes=())
    return msgspec.structs.replace(failing(), verdict=verdict)


@pytest.mark.parametrize("outcome", RulingOutcome)
def test_the_label_stands_with_the_finding_and_the_count_with_the_verdict(outcome: RulingOutcome) -> None:
    for name, form in FORMATS.items():
        labelled, plain = (form.render(one(outcome, told_by)) for told_by in (STARTER_SET, "store"))
        shown = [line for line in labelled.splitlines() if line not in plain.splitlines()]
        assert shown, name
        assert name not in LISTED[outcome] or any(STARTER_SET in line for line in shown), name


def test_what_is_known_of_an_advisory_is_told_to_whoever_has_to_act() -> None:
    for name in ("json", "sarif", "junit", "sbom"):
        text = FORMATS[name].render(one(RulingOutcome.BLOCKS, "store"))
        assert "2018-08-20" in text or name == "sbom", name
        assert "2.2.5" in text or name == "junit", name
