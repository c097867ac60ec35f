"""The hook's text: what the commit adds, how to accept it under the policy, how to skip the hook, and what is not counted."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest

from scangate.model import Basis, Decision, FileSource, Report, RulingOutcome
from scangate.report import text
from scangate.report.layout import cells, to_text
from scangate.report.view import Acceptance, View
from scangate.scan.ignore_comments import find_ignore_comments, format_ignore_comment
from tests.support.hostile_text import hostile_report
from tests.support.sample_reports import failing_report, incomplete_report, many_findings, merged, passing_report

ACCEPTANCE = Acceptance(
    comments=True,
    added_comments=True,
    until="",
    skip_command="git commit --no-verify",
    format_comment=format_ignore_comment,
)


def staged(report: Report) -> Report:
    return msgspec.structs.replace(report, targets=msgspec.structs.replace(report.targets, source=FileSource.STAGED))


def without_gaps(report: Report) -> Report:
    return msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, gaps=()))


def show(report: Report, width: int = 100, **changes: object) -> list[str]:
    acceptance = msgspec.structs.replace(ACCEPTANCE, **changes)
    return to_text(text.render_lines(staged(report), View(width=width, acceptance=acceptance, verdict=""))).splitlines()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("report", [without_gaps(failing_report()), without_gaps(merged())])
def test_two_findings_take_at_most_25_lines(report: Report, width: int) -> None:
    lines = show(report, width)
    assert len(lines) <= 25
    assert lines[-1].startswith("FAIL: 2 blocking findings")


def test_only_what_the_commit_brings_is_listed_and_the_rest_is_a_number() -> None:
    output = "\n".join(show(failing_report()))
    assert "app/db.py:42:9" in output
    assert "requirements.txt" not in output  # known
    assert "app/cache.py" not in output  # tolerated
    assert "adds 2 blocking findings; 1 older finding in its files not counted" in output


def test_the_comment_names_all_rules_of_a_merged_finding() -> None:
    accepted = [line.strip() for line in show(merged()) if line.strip().startswith("accept: ")]
    assert accepted == [
        "accept: # scangate: ignore[bandit:B602] -- REASON",
        "accept: # scangate: ignore[semgrep:python.flask.sql-injection, bandit:B608] -- REASON",
    ]


def test_the_comment_has_the_date_that_the_policy_requires() -> None:
    assert "  accept: # scangate: ignore[bandit:B602] until=2027-01-31 -- REASON" in show(failing_report(), until="2027-01-31")


@pytest.mark.parametrize("changes", [{"comments": False}, {"added_comments": False}])
def test_where_no_comment_counts_an_exception_is_suggested(changes: dict[str, bool]) -> None:
    output = "\n".join(show(failing_report(), **changes))
    assert "ignore[" not in output
    assert "accept: scangate waive 5d41402abc4b2a76b9719d911017c592" in output
    assert "when the target branch has it" in " ".join(output.split())


def test_the_text_says_what_a_pull_request_makes_of_a_comment() -> None:
    assert "it is accepted in pull-request builds as well, which report that the change adds it" in " ".join(
        " ".join(show(failing_report())).split()
    )
    denied = " ".join(" ".join(show(failing_report(), added_comments=False)).split())
    assert "a pull-request build does not count a comment that the change adds" in denied


@pytest.mark.parametrize("command", ["git commit --no-verify", "SKIP=scangate git commit"])
def test_the_hook_can_be_skipped_once(command: str) -> None:
    assert any(line.startswith(f"to skip the hook once: {command}") for line in show(failing_report(), skip_command=command))


def test_each_blocking_member_of_a_merged_finding_has_a_command_where_no_comment_counts() -> None:
    report = merged()
    first, *rest = report.verdict.rulings
    blocking, tolerated = first.members
    both = msgspec.structs.replace(first, members=(blocking, msgspec.structs.replace(tolerated, outcome=RulingOutcome.BLOCKING)))
    changed = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=(both, *rest)))
    for shown, members in ((report, first.members[:1]), (changed, first.members)):
        commands = [line.split()[3] for line in show(shown, comments=False) if "accept: scangate waive" in line]
        assert commands[-len(members) :] == [member.finding.fingerprint for member in members]
        assert len(commands) == len(members) + 1


def test_half_a_suppression_says_which_half_is_missing_and_the_comment_has_both() -> None:
    report = merged()
    first, *rest = report.verdict.rulings
    blocking, other = first.members
    comment = Decision(Basis.INLINE_COMMENT, comment="scangate: ignore[bandit:B608] -- reviewed")
    members = (blocking, msgspec.structs.replace(other, outcome=RulingOutcome.SUPPRESSED, decision=comment))
    half = msgspec.structs.replace(first, members=members)
    changed = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=(half, *rest)))
    output = " ".join(" ".join(show(changed)).split())
    assert "only bandit:B608 is suppressed; semgrep:python.flask.sql-injection is missing" in output
    assert "ignore[semgrep:python.flask.sql-injection, bandit:B608]" in output


def test_many_findings_are_cut_and_counted() -> None:
    lines = show(many_findings(500))
    assert len(lines) < 60
    assert any("and 495 more findings (--all shows them)" in line for line in lines)


def test_a_pass_takes_two_lines_and_gaps_are_shown() -> None:
    assert len(show(passing_report())) == 2
    assert any("pip install bandit" in line for line in show(incomplete_report()))


def test_hostile_text_is_harmless() -> None:
    for line in show(hostile_report(), 80):
        assert not {unicodedata.category(each) for each in line} & {"Cc", "Cs", "Zl", "Zp"}, repr(line)
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


@pytest.mark.parametrize(
    ("path", "comment"),
    [
        ("a.py", "# scangate: ignore[x:Y] -- REASON"),
        ("Dockerfile", "# scangate: ignore[x:Y] -- REASON"),
        ("a.ts", "// scangate: ignore[x:Y] -- REASON"),
        ("a.html", "<!-- scangate: ignore[x:Y] -- REASON -->"),
        ("a.css", "/* scangate: ignore[x:Y] -- REASON */"),
        ("a.sql", "-- scangate: ignore[x:Y] -- REASON"),
        ("a.json", ""),
        ("a.ipynb", ""),
    ],
)
def test_a_comment_is_in_the_language_of_the_file(path: str, comment: str) -> None:
    assert format_ignore_comment(path, ["x:Y"]) == comment


@pytest.mark.parametrize(
    "path", ["a.py", "Dockerfile", "a.ts", "a.html", "a.css", "a.sql", "a.yaml", "a.ini", "a.tf", "a.php", "a.vue"]
)
def test_the_suggested_comment_is_read_as_one(path: str) -> None:
    line = f"code   {format_ignore_comment(path, ['x:Y', 'z:w.v'], '2027-01-31')}"
    (comment,) = find_ignore_comments(path, [line], lambda: [line])[1]
    assert (comment.rules, comment.until, comment.error) == (("x:Y", "z:w.v"), "2027-01-31", "")


def test_lines_that_are_not_to_be_copied_fit_the_terminal() -> None:
    for line in show(merged(), 60):
        assert cells(line) <= 60 or "accept: " in line or line.startswith("FAIL: ")
