"""Our own inline comments: which apply on a day under a policy, and what is reported about those that do not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from scangate.judge.evaluation import evaluate
from scangate.judge.inline_suppressions import (
    NO_END,
    explain_rejections,
    find_inline_suppression,
    list_notes,
    suppressed_until,
)
from scangate.judge.policy import InlineExpiry, InlineSuppressions, NewSuppressions, Policy
from scangate.model import (
    Basis,
    Decision,
    Finding,
    IgnoreComment,
    Note,
    NoteKind,
    Outcome,
    PolicyLocation,
    RulingOutcome,
    Verdict,
)
from tests.support.policy_builders import TARGETS, TODAY, make_finding, make_policy, make_result

TEXT = "scangate: ignore[bandit:B602] -- a reason"


def ignore(days: int | None = None, rules: tuple[str, ...] = ("bandit:B602",), line: int = 1, fault: str = "") -> IgnoreComment:
    until = "" if days is None else (TODAY + dt.timedelta(days)).isoformat()
    return IgnoreComment(line, TEXT, () if fault else rules, until, fault)


def ruled(*ignores: IgnoreComment, **changes: Any) -> Verdict:
    return evaluate([make_result(findings=[make_finding(ignore_comments=ignores)])], TARGETS, make_policy(**changes), TODAY)


@pytest.mark.parametrize("days", [None, 0, 1, 365])
def test_valid_comment_suppresses_and_shows_its_text(days: int | None) -> None:
    verdict = ruled(ignore(days))
    (ruling,) = verdict.rulings
    assert (verdict.outcome, ruling.outcome) == (Outcome.PASS, RulingOutcome.SUPPRESSED)
    location = PolicyLocation("inline-suppressions")
    assert ruling.decision == Decision(Basis.INLINE_COMMENT, location, comment=TEXT)
    assert verdict.notes[-1].kind is NoteKind.SUPPRESSED_INLINE
    assert ruled(ignore(days), inline_suppressions=InlineSuppressions.ALLOW).outcome is Outcome.PASS


REFUSED = [
    (ignore(-1), {}, {"kind": NoteKind.COMMENT_EXPIRED, "expires": "2026-11-21"}),
    (ignore(366), {}, {"kind": NoteKind.COMMENT_TOO_LONG, "expires": "2027-11-23", "days": 365}),
    (ignore(31), {"exception_max_days": 30}, {"kind": NoteKind.COMMENT_TOO_LONG, "expires": "2026-12-23", "days": 30}),
    (ignore(), {"inline_expiry": InlineExpiry.REQUIRED}, {"kind": NoteKind.COMMENT_WITHOUT_EXPIRY}),
    (ignore(fault="it gives no reason"), {}, {"kind": NoteKind.COMMENT_INVALID, "text": "it gives no reason"}),
]


@pytest.mark.parametrize(("one", "changes", "why"), REFUSED)
def test_a_comment_that_does_not_apply_is_noted_and_the_finding_counts(
    one: IgnoreComment, changes: dict[str, Any], why: dict[str, Any]
) -> None:
    verdict = ruled(one, **changes)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.rulings[0].decision.notes == verdict.notes == (Note(path="a.py", line=1, **why),)
    assert ruled(one, ignore(line=2, days=20), **changes).outcome is Outcome.PASS, "another one holds"


def test_ignore_comment_for_other_rules_is_noted() -> None:
    verdict = ruled(ignore(rules=(), line=7))
    assert verdict.rulings[0].decision.notes == (Note(NoteKind.COMMENT_OTHER_RULES, path="a.py", line=7),)
    assert (verdict.outcome, verdict.notes) == (Outcome.FAIL, ())


def test_where_the_policy_denies_none_holds() -> None:
    for one in (ignore(), ignore(10)):
        verdict = ruled(one, inline_suppressions=InlineSuppressions.DENY)
        denied = Note(NoteKind.COMMENTS_DENIED, location=PolicyLocation("inline-suppressions"))
        assert verdict.rulings[0].decision.notes == (denied,)
        assert (verdict.outcome, verdict.notes) == (Outcome.FAIL, ())
    assert not ruled(ignore(fault="x"), inline_suppressions=InlineSuppressions.DENY).rulings[0].decision.notes


def test_comment_expiring_within_two_weeks_is_noted() -> None:
    assert len(ruled(ignore(15)).notes) == 1
    for days in (14, 0):
        note = ruled(ignore(days)).notes[0]
        assert (note.kind, note.days) == (NoteKind.COMMENT_EXPIRES_SOON, days)


def test_inline_notes_are_deduplicated_and_counted() -> None:
    def notes(number: int, under: Policy) -> tuple[Note, ...]:
        found = [make_finding(line=line, ignore_comments=(ignore(-1, line=line),)) for line in range(1, number + 1) for _ in "ab"]
        return evaluate([make_result(findings=found)], TARGETS, under, TODAY).notes

    assert len(notes(20, make_policy())) == 20
    assert notes(22, make_policy())[20:] == (Note(NoteKind.MORE_COMMENTS, count=2),)


def test_inline_notes_are_in_the_order_of_the_files_and_lines() -> None:
    places = (("b.py", 1), ("a.py", 9), ("a.py", 2))
    found = [make_finding(path=path, line=line, ignore_comments=(ignore(-1, line=line),)) for path, line in places]
    notes = evaluate([make_result(findings=found)], TARGETS, make_policy(), TODAY).notes
    assert [(note.path, note.line) for note in notes] == sorted(places)
    assert {(note.kind, note.expires) for note in notes} == {(NoteKind.COMMENT_EXPIRED, "2026-11-21")}


def test_comment_that_soon_expires_is_noted_with_its_place() -> None:
    note = ruled(ignore(3, line=5)).notes[0]
    assert note == Note(NoteKind.COMMENT_EXPIRES_SOON, path="a.py", line=5, expires="2026-11-25", days=3)


def added(*ignores: IgnoreComment, line: int = 1, **more: Any) -> Finding:
    return make_finding(path="b.py", line=line, ignore_comments=ignores, suppression_is_new=True, **more)


def notes_on(*findings: Finding, **changes: Any) -> list[Note]:
    return list_notes(findings, make_policy(**changes), TODAY)


def test_comments_that_a_change_adds_are_listed_with_their_place() -> None:
    tool_comment = added(line=4, waiver="# nosec")
    ours, old, expired = added(ignore(), line=2), make_finding(ignore_comments=(ignore(),)), added(ignore(-1), line=9)
    assert notes_on(tool_comment, ours, old, expired) == [
        Note(NoteKind.COMMENT_EXPIRED, path="b.py", line=1, expires="2026-11-21"),
        Note(NoteKind.COMMENT_ADDED, path="b.py", line=2, rule="bandit:B602", text=TEXT),
        Note(NoteKind.COMMENT_ADDED, path="b.py", line=4, rule="bandit:B602", text="# nosec"),
    ]


def test_comments_that_a_change_may_not_add_are_listed_with_the_policy_key() -> None:
    place = PolicyLocation("new-suppressions", "scangate.yaml", 7)
    changes = {"new_suppressions": NewSuppressions.DENY, "locations": {"new-suppressions": place}}
    denied = Note(NoteKind.COMMENT_ADDED_DENIED, path="b.py", line=2, rule="bandit:B602", text=TEXT, location=place)
    assert notes_on(added(ignore(), line=2), added(line=3), **changes) == [denied]
    assert notes_on(added(ignore(), line=2), inline_suppressions=InlineSuppressions.DENY, **changes) == []


def test_added_comment_counts_only_where_the_policy_allows_it() -> None:
    finding = added(ignore())
    decision = find_inline_suppression(finding, make_policy(), TODAY)
    assert decision is not None
    assert decision.notes == (Note(NoteKind.COMMENT_ADDED),)
    denying = make_policy(new_suppressions=NewSuppressions.DENY)
    assert find_inline_suppression(finding, denying, TODAY) is None
    assert explain_rejections(finding, denying, TODAY) == [
        Note(NoteKind.COMMENT_ADDED_DENIED, location=PolicyLocation("new-suppressions"))
    ]


@pytest.mark.parametrize(
    ("finding", "until"),
    [
        (make_finding(), None),
        (make_finding(ignore_comments=(ignore(-1),)), None),
        (make_finding(ignore_comments=(ignore(),)), NO_END),
        (make_finding(ignore_comments=(ignore(3), ignore(20), ignore(-1), ignore(400))), "2026-12-12"),
        (make_finding(ignore_comments=(ignore(20), ignore())), NO_END),
        (make_finding(waiver="# nosec"), NO_END),
        (make_finding(waiver="# nosec", ignore_comments=(ignore(3),)), NO_END),
    ],
)
def test_finding_is_suppressed_until_the_last_comment_ends(finding: Finding, until: str | None) -> None:
    assert suppressed_until(finding, make_policy(), TODAY) == until
    assert suppressed_until(finding, make_policy(inline_suppressions=InlineSuppressions.DENY), TODAY) is None
