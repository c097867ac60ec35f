"""The Markdown summary: short, verdict first, and nothing from outside is markup."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from scangate.model import Report
from scangate.report import markdown
from tests.support.golden_files import assert_golden
from tests.support.hostile_text import hostile_report
from tests.support.markdown_tokens import kinds
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    failing_report,
    incomplete_report,
    many_findings,
    not_judged_report,
    partly_covered_report,
    passing_report,
)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("failing", failing_report()),
        ("passing", passing_report()),
        ("incomplete", incomplete_report()),
        ("partly_covered", partly_covered_report()),
        ("not_judged", not_judged_report()),
    ],
)
def test_the_summary_is_as_it_was_agreed(name: str, report: Report) -> None:
    assert_golden(f"{name}.md", markdown.render(report))


@settings(max_examples=40, deadline=None)
@given(reports())
def test_nothing_from_outside_is_markup(report: Report) -> None:
    assert not kinds(markdown.render(report)) & {
        "html_inline",
        "html_block",
        "image",
        "fence",
        "code_block",
        "hr",
        "ordered_list_open",
    }


def test_hostile_text_makes_no_link_and_no_tag() -> None:
    text = markdown.render(hostile_report())
    assert not kinds(text) & {"html_inline", "html_block", "image", "link_open", "fence", "em_open", "strong"}
    assert text.replace("\n", "").isprintable()


def test_markdown_summary_stays_short() -> None:
    text = markdown.render(many_findings(5000))
    assert len(text) < 10_000
    assert "and 4,980 more" in text


def test_a_table_row_has_the_cells_of_its_head() -> None:
    rows = [line for line in markdown.render(hostile_report()).splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}
