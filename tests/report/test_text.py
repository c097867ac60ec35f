"""The console report: agreed outputs, harmless whatever it shows, the same at any width."""

from __future__ import annotations

import io
import unicodedata
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from rich.console import Console

from scangate.cli.console_report import print_lines
from scangate.model import FileAccounting, Gap, GapKind, Report, RulingOutcome
from scangate.report import summary, text
from scangate.report.view import View
from tests.support.golden_files import assert_golden
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    failing_report,
    incomplete_report,
    many_findings,
    not_judged_report,
    partly_covered_report,
    passing_report,
)


def print_to_text(report: Report, width: int = 100, **options: bool) -> str:
    console = Console(file=io.StringIO(), width=width, _environ={}, **options)  # type: ignore[arg-type]
    print_lines(console, list(text.render_lines(report, View(width=width))))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def strip_lines(lines: str) -> list[str]:
    return [line.rstrip() for line in lines.splitlines()]


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
def test_the_console_is_as_it_was_agreed(name: str, report: Report) -> None:
    assert_golden(f"{name}.txt", text.render(report))


@pytest.mark.parametrize("report", [failing_report(), passing_report(), incomplete_report()])
def test_the_samples_fit_into_100_columns(report: Report) -> None:
    lines = text.render(report).splitlines()
    assert max(map(len, lines[:-1])) <= 100


@pytest.mark.parametrize("width", [20, 80, 100, 500])
@pytest.mark.parametrize("report", [failing_report(), hostile_report()])
def test_the_width_of_the_terminal_changes_nothing(report: Report, width: int) -> None:
    assert strip_lines(print_to_text(report, width)) == strip_lines(text.render(report))


def check_harmless(output: str) -> None:
    for line in output.splitlines():
        assert not {unicodedata.category(each) for each in line} & {"Cc", "Cs", "Zl", "Zp"}, repr(line)
        assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), repr(line)
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line
    output.encode("utf-8")


@settings(max_examples=30, deadline=None)
@given(reports())
def test_no_report_harms_a_terminal_or_a_log(report: Report) -> None:
    check_harmless(text.render(report))


def test_hostile_text_is_shown_and_does_nothing() -> None:
    output = text.render(hostile_report())
    check_harmless(output)
    assert r"\x1b[2J" in output
    assert "[bold red]markup[/bold red]" in output


def test_the_last_line_is_the_verdict_and_the_one_before_it_what_to_do() -> None:
    *_, step, last = text.render(failing_report()).splitlines()
    assert last.startswith("FAIL: 2 blocking findings (1 critical, 1 high) under policy baseline (qa)")
    assert step.startswith("next: ")
    *_, before, last = text.render(passing_report()).splitlines()
    assert last == "PASS: no blocking findings under policy baseline"
    assert before.startswith("0 suppressed, ")


def test_scanner_without_files_shows_dashes() -> None:
    rows = {line.split()[0]: line.split() for line in text.render(passing_report()).splitlines() if line.startswith("  ")}
    assert rows["bandit"][2:] == ["2", "2", "0", "0", "0.0"]
    assert rows["pip-audit"][1:6] == ["-"] * 5


def test_a_report_without_any_scanner_is_one() -> None:
    output = text.render(msgspec.structs.replace(passing_report(), results=()))
    assert "seconds" not in output
    assert output.endswith("PASS: no blocking findings under policy baseline\n")


def test_whole_run_accounting_is_shown() -> None:
    whole = msgspec.structs.replace(passing_report().results[0], accounting=FileAccounting.WHOLE_RUN)
    assert "does not confirm which files it analyzed" in text.render(msgspec.structs.replace(passing_report(), results=(whole,)))


def test_long_lists_end_with_how_many_more_there_are() -> None:
    output = text.render(many_findings(5000))
    assert "and 950 more findings" in output
    assert len(output.splitlines()) < 300
    tolerated = text.render(many_findings(5000, RulingOutcome.TOLERATED))
    assert "more rules" in tolerated
    assert "PASS: no blocking findings" in tolerated


def test_colour_is_the_terminals_affair() -> None:
    assert "\x1b[" not in print_to_text(failing_report())
    assert "\x1b[1;31m" in print_to_text(failing_report(), force_terminal=True)
    assert "31m" not in print_to_text(failing_report(), force_terminal=True, no_color=True)


def test_a_console_without_unicode_gets_ascii() -> None:
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding="ascii"), width=100, _environ={})
    report = failing_report()
    verdict = msgspec.structs.replace(report.verdict, policy="\u4e2d")
    print_lines(console, list(text.render_lines(msgspec.structs.replace(report, verdict=verdict), View())))
    console.file.flush()
    assert rb"\u4e2d" in raw.getvalue()


def test_each_source_that_is_no_scanner_has_a_row_of_its_own() -> None:
    report = partly_covered_report()
    (first, *others) = report.verdict.gaps
    about_files = msgspec.structs.replace(first, gap=Gap("targets", "a.bin", GapKind.NOT_OPENED, "r"))
    for gaps in ((first,), (first, about_files), (about_files,), (about_files, first, *others)):
        changed = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, gaps=gaps))
        rows = summary.list_table_rows(changed)
        own = [(row.scanner, len(row.gaps)) for row in rows if row.result is None]
        assert own == sorted(Counter(each.gap.scanner for each in gaps).items())
        assert {row.scanner for row in rows} == {result.scanner for result in report.results} | {name for name, _ in own}
