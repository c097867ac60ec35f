"""A finding of the bundled advisories alone is labelled wherever it is shown, whatever its outcome."""

from __future__ import annotations

import msgspec
import pytest

from scangate.model import BUNDLED_ADVISORIES, FileSource, Outcome, Report, RulingOutcome, ScanResult, ScanStatus, Targets
from scangate.report import FORMATS
from tests.support.sample_reports import FLASK, failing_report

ENDS = {
    RulingOutcome.BLOCKING: Outcome.FAIL,
    RulingOutcome.TOLERATED: Outcome.PASS,
    RulingOutcome.KNOWN: Outcome.PASS,
    RulingOutcome.SUPPRESSED: Outcome.PASS,
    RulingOutcome.NOT_JUDGED: Outcome.PASS,
}
LISTED = {  # where a finding of this outcome has a line of its own
    RulingOutcome.BLOCKING: {"json", "sarif", "junit", "markdown", "sbom", "gitlab-code-quality", "text"},
    RulingOutcome.TOLERATED: {"json", "sarif", "sbom", "gitlab-code-quality", "text"},
    RulingOutcome.KNOWN: {"json", "sarif", "sbom", "gitlab-code-quality", "text"},
    RulingOutcome.SUPPRESSED: {"json", "sarif", "junit", "sbom"},
    RulingOutcome.NOT_JUDGED: {"json", "sarif", "junit", "markdown", "sbom", "gitlab-code-quality", "text"},
}
LEFT_OUT = {(RulingOutcome.SUPPRESSED, "gitlab-code-quality")}  # it has no suppressed findings, and no counts


def report_with_one_finding(outcome: RulingOutcome, source: str) -> Report:
    """A run that came to one dependency finding."""
    ruling = next(ruling for ruling in failing_report().verdict.rulings if ruling.finding == FLASK)
    assert FLASK.affected_package is not None
    finding = msgspec.structs.replace(FLASK, affected_package=msgspec.structs.replace(FLASK.affected_package, source=source))
    ruled = msgspec.structs.replace(ruling, finding=finding, outcome=outcome)
    verdict = msgspec.structs.replace(failing_report().verdict, outcome=ENDS[outcome], rulings=(ruled,), gaps=(), notes=())
    result = ScanResult("pip-audit", "2.10.1", ScanStatus.COMPLETE, findings=(finding,))
    return msgspec.structs.replace(failing_report(), verdict=verdict, results=(result,), targets=Targets(FileSource.GIT_INDEX, 1))


@pytest.mark.parametrize("outcome", RulingOutcome)
def test_label_is_on_the_finding_and_count_on_the_verdict(outcome: RulingOutcome) -> None:
    for name, form in FORMATS.items():
        labelled, plain = (form.render(report_with_one_finding(outcome, source)) for source in (BUNDLED_ADVISORIES, "store"))
        shown = [line for line in labelled.splitlines() if line not in plain.splitlines()]
        assert bool(shown) is ((outcome, name) not in LEFT_OUT), name
        assert name not in LISTED[outcome] or any(BUNDLED_ADVISORIES in line for line in shown), name


def test_advisory_details_are_reported() -> None:
    for name in ("json", "sarif", "junit", "sbom"):
        text = FORMATS[name].render(report_with_one_finding(RulingOutcome.BLOCKING, "store"))
        assert "2018-08-20" in text or name == "sbom", name
        assert "2.2.5" in text or name == "junit", name
