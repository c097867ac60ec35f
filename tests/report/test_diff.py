"""The formats of a comparison agree, stay short, and nothing from outside is markup or a command."""

from __future__ import annotations

import json

import msgspec
import pytest

from scangate.judge.verdict_comparison import compare_verdicts
from scangate.model import ComparisonStatus, Report, RulingOutcome, VerdictComparison
from scangate.report import DIFF_FORMATS, render_diff
from tests.support.hostile_text import hostile_report
from tests.support.markdown_tokens import kinds
from tests.support.sample_reports import failing_report, many_findings, passing_report

GITHUB_COMMENT = 65_536  # characters


def emptied(report: Report) -> Report:
    """The same run without findings and gaps."""
    verdict = msgspec.structs.replace(passing_report().verdict, rulings=(), gaps=())
    return msgspec.structs.replace(report, verdict=verdict)


COMPARISONS = [
    compare_verdicts(emptied(failing_report()), failing_report()),
    compare_verdicts(failing_report(), emptied(failing_report())),
    compare_verdicts(failing_report(), failing_report()),
]


@pytest.mark.parametrize("comparison", COMPARISONS, ids=["appeared", "gone", "same"])
def test_the_formats_have_the_same_numbers(comparison: VerdictComparison) -> None:
    counts = json.loads(render_diff(comparison, "json"))["counts"]["findings"]
    sizes = {status.value: len(comparison.findings_with(status)) for status in ComparisonStatus}
    assert counts == sizes
    text = render_diff(comparison, "text").splitlines()[-1]
    title = render_diff(comparison, "markdown").splitlines()[0]
    assert title == f"## scangate: {text}"
    assert text.startswith(f"{sizes['new']} new finding")
    assert f"{sizes['fixed']} fixed, {sizes['unchanged']} unchanged" in text


def test_json_has_all_findings_with_what_they_were_before() -> None:
    before = many_findings(120, RulingOutcome.TOLERATED)
    document = json.loads(render_diff(compare_verdicts(before, many_findings(120)), "json"))
    assert document["starts_blocking"] is True
    assert len(document["findings"]) == 120
    assert {each["before"]["outcome"] for each in document["findings"]} == {"tolerated"}
    assert {each["outcome"] for each in document["findings"]} == {"blocking"}


def test_text_lists_the_new_findings_last() -> None:
    lines = render_diff(COMPARISONS[0], "text").splitlines()
    worst = COMPARISONS[0].findings_with(ComparisonStatus.NEW)[0].ruling.finding
    heading = next(number for number, line in enumerate(lines) if line == f"new: {len(COMPARISONS[0].findings)}")
    assert f"{worst.location.path}:{worst.location.line}:{worst.location.column}  {worst.rule}" in lines[heading + 1]
    assert worst.fingerprint[:8] in lines[heading + 1]


@pytest.mark.parametrize("form", DIFF_FORMATS)
def test_hostile_text_breaks_no_format(form: str) -> None:
    for comparison in (
        compare_verdicts(emptied(hostile_report()), hostile_report()),
        compare_verdicts(hostile_report(), emptied(hostile_report())),
        compare_verdicts(hostile_report(), hostile_report()),
    ):
        page = render_diff(comparison, form)
        assert page.replace("\n", "").isprintable()
        if form == "json":
            assert json.loads(page)["schema"] == 1
        elif form == "markdown":
            assert not kinds(page) & {"html_inline", "html_block", "image", "link_open", "fence", "em_open"}
            assert len(page) < GITHUB_COMMENT
        else:
            assert not [line for line in page.splitlines() if line.lstrip().startswith("::") or "##vso[" in line]


def test_a_comment_stays_short() -> None:
    many, none = many_findings(5000), emptied(many_findings(1))
    assert len(render_diff(compare_verdicts(none, many), "markdown")) < 10_000
    assert len(render_diff(compare_verdicts(none, many), "text").splitlines()) < 120
