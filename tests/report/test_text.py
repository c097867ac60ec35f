"""The console report: agreed outputs, harmless whatever it shows, readable at any width, with numbers that agree."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from rich.console import Console

from scangate.cli.console_report import print_lines
from scangate.model import (
    AffectedPackage,
    Basis,
    Decision,
    FileAccounting,
    Gap,
    GapKind,
    GapRuling,
    Location,
    Outcome,
    PolicyOrigin,
    PolicyProvenance,
    Report,
    Ruling,
    RulingOutcome,
    Severity,
    Verdict,
)
from scangate.report import summary, text
from scangate.report.layout import cells, cut_around, to_text
from scangate.report.view import View
from tests.support.decisions import budget
from tests.support.golden_files import assert_golden
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    SAMPLES,
    failing_report,
    incomplete_report,
    many_findings,
    merged,
    partly_covered_report,
    passing_report,
)

WIDTHS = (60, 80, 120, 200)


def show(report: Report, view: View | None = None) -> str:
    return to_text(text.render_lines(report, view or View()))


def print_to_terminal(report: Report, width: int = 100, **options: bool) -> str:
    console = Console(file=io.StringIO(), width=width, _environ={}, **options)  # type: ignore[arg-type]
    print_lines(console, list(text.render_lines(report, View(width=width, root="/src"))))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", SAMPLES)
def test_the_console_is_as_it_was_agreed(name: str) -> None:
    assert_golden(f"{name}.console.txt", show(SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_text_report_is_as_it_was_agreed(name: str) -> None:
    assert_golden(f"{name}.txt", text.render(SAMPLES[name]))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SAMPLES)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    """But the verdict, and what is to be copied: names and lines of a policy."""
    lines = show(SAMPLES[name], View(width=width)).splitlines()
    wide = [line for line in lines if cells(line) > width and not line.startswith(tuple(outcome.value for outcome in Outcome))]
    assert not [line for line in wide if max(map(len, line.split())) + 10 < width and not line.startswith("    ")], wide


def test_the_width_of_the_terminal_is_used() -> None:
    narrow, wide = (show(failing_report(), View(width=width)).splitlines() for width in (60, 200))
    assert len(narrow) > len(wide)
    assert max(map(len, wide)) > 100


@pytest.mark.parametrize("name", SAMPLES)
def test_the_verdict_is_the_first_line_and_the_last(name: str) -> None:
    first, *_, last = show(SAMPLES[name]).splitlines()
    assert first == last
    assert first.startswith(f"{SAMPLES[name].verdict.outcome.value}: ")


def entry_positions(report: Report, view: View) -> list[tuple[int, Severity]]:
    """The lines that begin an entry of the list of blocking findings, and their severities."""
    found = [re.match(r"(critical|high|medium|low|info|unknown) +\S+:\d", line) for line in show(report, view).splitlines()]
    return [(number, Severity(match[1])) for number, match in enumerate(found) if match]


def test_the_worst_finding_is_the_last() -> None:
    ranks = [severity.rank for _, severity in entry_positions(many_findings(100), View())]
    assert ranks == sorted(ranks)
    assert ranks[-1] == Severity.CRITICAL.rank


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


@pytest.mark.parametrize("view", [View(), View(width=60), View(show_all=True), View(verbose=True)])
def test_hostile_text_is_harmless_in_every_view(view: View) -> None:
    check_harmless(show(hostile_report(), view))


def test_hostile_text_is_shown_and_does_nothing() -> None:
    output = text.render(hostile_report())
    check_harmless(output)
    assert r"\x1b[2J" in output
    assert "[bold red]markup[/bold red]" in output


def test_the_lines_before_the_verdict_are_what_to_do() -> None:
    *_, step, detail, last = show(failing_report(), View(width=200)).splitlines()
    assert last.startswith("FAIL: 2 blocking findings (1 critical, 1 high) under policy baseline (qa)")
    assert step.startswith("next: ")
    assert "scangate explain FINGERPRINT, after scangate scan --output-dir" in detail
    for verdict, command in (("", "scangate explain FINGERPRINT;"), ("--verdict x/v.json", "FINGERPRINT --verdict x/v.json;")):
        detail = show(failing_report(), View(width=200, verdict=verdict)).splitlines()[-2]
        assert command in detail
        assert "scangate rules RULE" in detail
    *_, before, last = show(passing_report()).splitlines()
    assert last == "PASS: no blocking findings under policy baseline"
    assert before.startswith("0 suppressed, ")


def test_the_policys_file_is_named_and_that_a_floor_decides_what_may_be_allowed() -> None:
    provenance = PolicyProvenance(PolicyOrigin.WORK_TREE, floor="house", file="rules/own.yaml")
    output = show(msgspec.structs.replace(partly_covered_report(), policy_provenance=provenance), View(width=200))
    assert "policy rules/own.yaml of the work tree, bounded by the floor house" in output
    assert "to accept it, if the floor house permits" in output
    assert "is decided by the floor house" in output


def test_scanner_without_files_shows_dashes() -> None:
    rows = {line.split()[0]: line.split() for line in text.render(passing_report()).splitlines() if line}
    assert rows["bandit"][2:] == ["2", "2", "0", "0", "0.0"]
    assert rows["pip-audit"][1:6] == ["-"] * 5


def test_a_report_without_any_scanner_is_one() -> None:
    output = text.render(msgspec.structs.replace(passing_report(), results=()))
    assert "seconds" not in output
    assert output.endswith("PASS: no blocking findings under policy baseline\n")


def test_whole_run_accounting_is_shown() -> None:
    whole = msgspec.structs.replace(passing_report().results[0], accounting=FileAccounting.WHOLE_RUN)
    assert "does not confirm which files it analyzed" in text.render(msgspec.structs.replace(passing_report(), results=(whole,)))


def test_long_lists_say_how_many_more_there_are_and_how_to_see_them() -> None:
    output = show(many_findings(5000))
    assert "and 4,975 more findings (--all shows them); the worst are last" in output
    assert len(output.splitlines()) < 150
    assert len(entry_positions(many_findings(5000), View())) == 25
    tolerated = show(many_findings(5000, RulingOutcome.TOLERATED), View(verbose=True))
    assert re.search(r"and \d+ more rules \(--all shows them\)", tolerated)
    assert "PASS: no blocking findings" in tolerated


def test_the_option_that_shows_more_is_called_as_the_command_calls_it() -> None:
    assert "(--format full shows them)" in show(many_findings(100), View(more_option="--format full"))


@pytest.mark.parametrize("outcome", [RulingOutcome.BLOCKING, RulingOutcome.TOLERATED])
def test_all_shows_every_finding_and_no_hint_to_more(outcome: RulingOutcome) -> None:
    output = show(many_findings(300, outcome), View(show_all=True))
    assert len(re.findall(r"\[[0-9a-f]{8}\]", output)) == 300
    assert "more" not in output
    assert "--all" not in output


def test_what_does_not_block_is_a_number_unless_it_is_asked_for() -> None:
    report = many_findings(300, RulingOutcome.TOLERATED)
    assert "bandit:B" not in show(report)
    assert "300 tolerated" in show(report)
    assert "bandit:B" in show(report, View(verbose=True))


@pytest.mark.parametrize("number", [1, 24, 25, 26, 2000])
@pytest.mark.parametrize("view", [View(), View(width=60), View(verbose=True), View(show_all=True)])
def test_the_numbers_agree(number: int, view: View) -> None:
    report = many_findings(number)
    output = show(report, view)
    counts = summary.count(report.verdict.rulings, report.verdict.gaps)
    rows = {line.split()[0]: line.split()[1:] for line in output.splitlines() if re.match(r"\w+ +[\d,-]+ +[\d,]+$", line)}
    for severity in Severity:
        of_severity = counts.with_severity(severity, RulingOutcome.BLOCKING)
        assert rows.get(severity.value, ["0"])[-1] == f"{of_severity:,}"
    assert rows["blocking"][-1] == f"{number:,}"
    assert f"\n{number:,} blocking finding" in output
    more = re.search(r"and ([\d,]+) more findings?", output)
    left_out = int(more[1].replace(",", "")) if more else 0
    assert len(entry_positions(report, view)) + left_out == number


@pytest.mark.parametrize("name", SAMPLES)
def test_the_numbers_of_the_samples_agree(name: str) -> None:
    report = SAMPLES[name]
    counts = summary.count(report.verdict.rulings, report.verdict.gaps)
    output = show(report)
    table = {line.split()[0]: line.split()[-1] for line in output.splitlines() if re.match(r"[a-z]+(?: +[\d,-]+){2,}$", line)}
    for outcome in (RulingOutcome.BLOCKING, RulingOutcome.TOLERATED, RulingOutcome.KNOWN, RulingOutcome.SUPPRESSED):
        assert int(table.get(outcome.value, "0")) == counts.with_outcome(outcome), outcome
    assert (f"{counts.gaps} coverage gap" in output) is bool(counts.gaps)


def test_ten_thousand_findings_fit_a_screen_or_two_or_are_all_listed() -> None:
    report = many_findings(10_000)
    assert len(show(report).splitlines()) < 150
    assert len(entry_positions(report, View(show_all=True))) == 10_000


def test_findings_about_one_pin_are_one_entry() -> None:
    report = pinned(25)
    output = show(report)
    assert "django 3.2.0 -> 3.2.25" in output
    assert "fixes 25 advisories (7 high, 18 medium)" in output
    (names,) = [line for line in output.splitlines() if "CVE-" in line]
    shown = names.split(", ")
    more = re.fullmatch(r"\+(\d+) \(--all\)", shown[-1])
    assert more
    assert int(more[1]) + len(shown) - 1 == 25
    assert "25 blocking findings" in output
    everything = show(report, View(show_all=True))
    assert len(re.findall(r"CVE-\d+-\d+", everything)) == 25


def test_a_pin_with_one_advisory_has_its_fingerprint_and_one_without_a_fix_says_so() -> None:
    output = show(pinned(1))
    assert "fixes 1 advisory\n" in output
    assert re.search(r"CVE-\S+  \[[0-9a-f]{8}\]", output)
    assert "no fixed release is known" in show(pinned(1, fixed=False))


def pinned(number: int, *, fixed: bool = True) -> Report:
    """A run that found so many advisories about one pin."""
    (first,) = [ruling for ruling in failing_report().verdict.rulings if ruling.finding.affected_package is not None][:1]
    package = AffectedPackage("django", "3.2.0", ("3.2.4",) if fixed else (), upgrade="3.2.25" if fixed else "")
    location = Location("requirements.txt", 4, 4)
    rulings = []
    for each in range(number):
        severity = Severity.HIGH if each < 7 else Severity.MEDIUM
        changes = {"rule": f"pip-audit:CVE-2021-{1000 + each}", "fingerprint": f"{each:032x}", "location": location}
        finding = msgspec.structs.replace(first.finding, severity=severity, affected_package=package, **changes)
        rulings.append(Ruling(finding, severity, RulingOutcome.BLOCKING, budget(severity, number)))
    verdict = Verdict(Outcome.FAIL, tuple(rulings), (), "baseline", "sha256:ab12", "", "2026-01-02")
    return msgspec.structs.replace(passing_report(), verdict=verdict, exit_code=1)


def test_what_several_scanners_say_of_one_place_is_one_gap_in_the_list_and_two_in_the_count() -> None:
    report = incomplete_report()
    gaps = tuple(
        GapRuling(Gap(scanner, "a.py", GapKind.UNPARSABLE, "syntax error", 3, "fix it"), True, Decision(Basis.GAP_NOT_ALLOWED))
        for scanner in ("bandit", "semgrep")
    )
    output = show(msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, gaps=gaps)))
    assert "2 coverage gaps, 2 blocking" in output
    assert "  bandit, semgrep: unparsable  x2\n" in output
    assert output.count("a.py:3") == 1


def test_half_a_suppression_says_which_half_is_missing() -> None:
    report = merged()
    first, *rest = report.verdict.rulings
    blocking, other = first.members
    comment = Decision(Basis.INLINE_COMMENT, comment="scangate: ignore[bandit:B608] -- reviewed")
    members = (blocking, msgspec.structs.replace(other, outcome=RulingOutcome.SUPPRESSED, decision=comment))
    half = msgspec.structs.replace(first, members=members)
    changed = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=(half, *rest)))
    sentence = "only bandit:B608 is suppressed; semgrep:python.flask.sql-injection is missing"
    assert sentence in " ".join(show(changed).split())
    assert sentence not in " ".join(show(report).split())


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("column", [1, 30, 90, 150])
def test_evidence_is_cut_around_its_column(width: int, column: int) -> None:
    line = "".join(f"{number:<10}" for number in range(0, 160, 10))
    shown = cut_around(line, column - 1, width)
    assert cells(shown) <= width
    assert line[column - 1 - (column - 1) % 10 :].split()[0] in shown


@pytest.mark.parametrize("line", ["\u4e2d\u6587" * 60, "x = '\u4e2d' " * 30, "e\u0301" * 200])
@pytest.mark.parametrize("position", [0, 50, 5000])
def test_wide_characters_are_cut_by_columns(line: str, position: int) -> None:
    assert cells(cut_around(line, position, 60)) <= 60


def test_colour_is_the_terminals_affair() -> None:
    assert "\x1b[" not in print_to_terminal(failing_report())
    assert "\x1b[1;31m" in print_to_terminal(failing_report(), force_terminal=True)
    assert "31m" not in print_to_terminal(failing_report(), force_terminal=True, no_color=True)


def test_addresses_are_links_on_a_terminal_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    linked = print_to_terminal(failing_report(), force_terminal=True)
    assert "https://cwe.mitre.org/data/definitions/89.html\x1b\\" in linked
    assert "file:///src/app/db.py\x1b\\" in linked
    assert "\x1b]8" not in print_to_terminal(failing_report(), force_terminal=True, no_color=True)
    assert "\x1b]8" not in print_to_terminal(failing_report())
    monkeypatch.setenv("CI", "true")
    assert "\x1b]8" not in print_to_terminal(failing_report(), force_terminal=True)


def test_hostile_text_makes_no_link_and_no_control_sequence_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    linked = print_to_terminal(hostile_report(), force_terminal=True)
    rest = re.sub(r"\x1b\]8;[^;\x1b]*;[\x21-\x7e]*\x1b\\|\x1b\[[0-9;]*m", "", linked)
    check_harmless(rest)


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
