"""The roll-up adds up, all formats agree, and text from repositories is escaped."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scangate.errors import UsageError
from scangate.fleet import html, markdown, rollup, trend
from scangate.fleet.repository_address import RepositoryAddress, SecretText
from scangate.fleet.repository_list import RepositoryEntry
from scangate.fleet.repository_record import RepositoryRecord, decode_record, encode_record, incomplete_record, record_from_report
from scangate.model import Outcome, Report, Severity
from tests.support.hostile_text import HOSTILE_TEXTS, hostile_report
from tests.support.sample_reports import failing_report, incomplete_report, partly_covered_report, passing_report

TAGS = (
    "html head meta title style script body header h1 h2 h3 span label select option p main section ul li b div table thead tbody "
    "tr th td br code a footer figure figcaption svg rect polyline circle details summary"
)


def record(name: str, report: Report) -> RepositoryRecord:
    return record_from_report(report, RepositoryEntry(name, RepositoryAddress("https", f"https://h.example/{name}")), "0" * 64)


def rolled(*records: RepositoryRecord, code: int = 0, interrupted: str = "") -> rollup.Rollup:
    return rollup.roll_up(
        records, tool_version="0.1.0", policy="strict", started="s", finished="f", exit_code=code, interrupted=interrupted
    )


RECORDS = (
    record("good", passing_report()),
    record("bad", failing_report()),
    record("cut", incomplete_report()),
    record("worse", failing_report()),
)


class Page(HTMLParser):
    """Collects a page's tags, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_roll_up_sorts_and_counts() -> None:
    whole = rolled(*RECORDS)
    assert [each.name for each in whole.records] == ["bad", "worse", "cut", "good"]
    assert whole.summary == "4 repositories: 2 failed, 1 incomplete, 1 passed"
    assert (whole.exit_code, whole.outcome) == (1, Outcome.FAIL)
    first = whole.rules[0]
    rule = "semgrep:python.flask.sql-injection"
    assert (first.rule, first.severity, first.blocking, first.repositories) == (rule, Severity.CRITICAL, 2, ("bad", "worse"))
    assert [each.name for each in whole.most_open] == ["bad", "worse"]
    assert whole.most_open[0].open_by_severity == (1, 2, 1, 0, 0, 0)  # suppressed findings are not open


def test_both_pages_show_what_was_not_covered() -> None:
    lines = record("part", partly_covered_report()).coverage
    assert len(lines) == 2
    assert lines[1].startswith("secrets only: ruby 912")
    whole = rolled(*RECORDS, record("part", partly_covered_report()))
    assert all(line in Page(html.render(whole)).text for line in lines)
    assert markdown.render(whole).count("secrets only: ruby 912") == 1
    assert "### Coverage" not in markdown.render(rolled(*RECORDS))


@pytest.mark.parametrize(("names", "code"), [((0,), 0), ((0, 2), 3), ((0, 1), 1), ((0, 1, 2), 1)])
def test_the_exit_code_is_that_of_the_worst_verdict(names: tuple[int, ...], code: int) -> None:
    assert rolled(*(RECORDS[number] for number in names)).exit_code == code


def test_an_interruption_keeps_its_exit_code_and_an_empty_fleet_is_an_error() -> None:
    assert rolled(RECORDS[0], code=130, interrupted="SIGINT").exit_code == 130
    assert "interrupted by SIGINT" in rolled(RECORDS[0], code=130, interrupted="SIGINT").summary
    with pytest.raises(ValueError, match="empty"):
        rolled()


@given(st.permutations(RECORDS))
@settings(max_examples=10, deadline=None)
def test_the_order_of_results_does_not_matter(records: list[RepositoryRecord]) -> None:
    assert rolled(*records) == rolled(*RECORDS)


@pytest.mark.parametrize("each", [*RECORDS, record("evil", hostile_report())], ids=lambda each: each.name)
def test_a_record_survives_encoding(each: RepositoryRecord) -> None:
    assert encode_record(each).isascii()
    assert decode_record(encode_record(each)) == each


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "PASS"},
        {"outcome": "INCOMPLETE"},
        {"findings": {}},
        {"more": 1},
        {"name": 3},
        {"outcome": "GREEN"},
    ],
)
def test_a_record_that_was_changed_is_rejected(change: dict[str, object]) -> None:
    document = {**json.loads(encode_record(RECORDS[1])), **change}
    with pytest.raises(UsageError):
        decode_record(json.dumps(document))
    with pytest.raises(ValueError, match="PASS"):
        msgspec.structs.replace(RECORDS[2], outcome=Outcome.PASS).__post_init__()


def hostile() -> rollup.Rollup:
    """A fleet with hostile text in every field."""
    broken = [
        incomplete_record(RepositoryEntry(f"r{number}", RepositoryAddress("", text), text), "0" * 64, text, text)
        for number, text in enumerate(HOSTILE_TEXTS)
    ]
    return rolled(*broken, *RECORDS, record("evil", hostile_report()))


def test_the_html_page_escapes_text_from_repositories() -> None:
    page = Page(html.render(hostile()))
    assert page.tags <= set(TAGS.split())
    assert not [name for name in page.attributes if name.startswith("on") or name in {"src", "style"}]
    assert page.links == ["#main"]
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text


def test_repositories_with_a_page_are_linked() -> None:
    page = Page(html.render(rolled(*RECORDS), {"good", "bad"}))
    assert sorted(set(page.links)) == ["#main", "repositories/bad/report.html", "repositories/good/report.html"]


def test_a_run_is_summarized_and_drawn() -> None:
    run = trend.summarize_run(rolled(*RECORDS))
    assert run.repositories == {Outcome.FAIL: 2, Outcome.INCOMPLETE: 1, Outcome.PASS: 1}
    assert (run.severe, run.blocking) == (6, 4)
    assert trend.decode_run(trend.encode_run(run)) == run
    assert trend.draw_trend([run]) is None
    later = msgspec.structs.replace(run, started="t", repositories={Outcome.PASS: 4}, open={}, blocking=0)
    drawn = trend.draw_trend([later, run])
    assert drawn is not None
    assert [bar.outcome for bar in drawn.bars] == ["PASS", "INCOMPLETE", "FAIL", "PASS"]
    assert sum(float(bar.height) for bar in drawn.bars[:3]) == float(drawn.bars[3].height) == trend.HEIGHT
    assert [y for _, y in drawn.dots] == ["0.0", "120.0"]
    assert html.render(rolled(*RECORDS), runs=[run, later]).count("<rect") == 4


def test_many_runs_are_drawn_as_the_last_ones() -> None:
    run = trend.summarize_run(rolled(*RECORDS))
    runs = [msgspec.structs.replace(run, started=f"{number:04}") for number in range(100)]
    drawn = trend.draw_trend(runs)
    assert drawn is not None
    assert [each.started for each in drawn.runs] == [f"{number:04}" for number in range(40, 100)]


@pytest.mark.parametrize(
    "text", ["{}", "[]", "x", '{"schema": 2, "started": "s", "policy": "p", "repositories": {}, "open": {}, "blocking": 0}']
)
def test_another_file_is_no_run(text: str) -> None:
    with pytest.raises(UsageError, match="not the summary of a run"):
        trend.decode_run(text)


def test_the_markdown_page_escapes_text_from_repositories() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown.render(hostile()))
    kinds = {child.type for token in tokens for child in token.children or ()} | {token.type for token in tokens}
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "fence", "code_block", "hr", "blockquote_open"}
    assert {token.tag for token in tokens if token.type == "heading_open"} == {"h2", "h3"}


def test_all_formats_agree() -> None:
    whole = rolled(*RECORDS)
    document = json.loads(rollup.render(whole))
    assert document["counts"] == {"FAIL": 2, "INCOMPLETE": 1, "PASS": 1}
    assert (document["outcome"], document["exit_code"]) == ("FAIL", 1)
    for page in (markdown.render(whole), Page(html.render(whole)).text):
        assert all(name in page for name in ("FAIL", "4 repositories: 2 failed, 1 incomplete, 1 passed", "worse", "bandit:B602"))
    assert rollup.render(hostile()).isascii()


def test_a_record_contains_no_credentials() -> None:
    address = RepositoryAddress("https", "https://h.example/a", SecretText("me:hunter2-hunter2"))
    text = encode_record(
        incomplete_record(
            RepositoryEntry("a", address), "0" * 64, f"said {address.authorization_header} hunter2-hunter2", "hunter2-hunter2"
        )
    )
    assert "hunter2" not in text
    assert address.authorization_header.rpartition(" ")[2] not in text
