"""Inline waivers of our own, judged: which holds on a day under a policy, and what is said of those that do not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from scangate.judge.evaluation import evaluate
from scangate.judge.policy import InlineExpiry, InlineSuppressions, Policy
from scangate.model import IgnoreComment, Outcome, RulingOutcome, Verdict
from tests.support.policy_builders import TARGETS, TODAY, make_finding, make_policy, make_result

TEXT = "scangate: ignore[bandit:B602] -- a reason"


def ignore(days: int | None = None, rules: tuple[str, ...] = ("bandit:B602",), line: int = 1, fault: str = "") -> IgnoreComment:
    until = "" if days is None else (TODAY + dt.timedelta(days)).isoformat()
    return IgnoreComment(line, TEXT, () if fault else rules, until, fault)


def ruled(*ignores: IgnoreComment, **changes: Any) -> Verdict:
    return evaluate([make_result(findings=[make_finding(ignore_comments=ignores)])], TARGETS, make_policy(**changes), TODAY)


@pytest.mark.parametrize("days", [None, 0, 1, 365])
def test_one_that_holds_suppresses_and_shows_its_text(days: int | None) -> None:
    verdict = ruled(ignore(days))
    (ruling,) = verdict.rulings
    assert (verdict.outcome, ruling.outcome, ruling.because) == (Outcome.PASS, RulingOutcome.SUPPRESSED, f"waived inline: {TEXT}")
    assert verdict.notes[-1] == "1 finding waived inline: bandit 1"
    assert ruled(ignore(days), inline_suppressions=InlineSuppressions.ALLOW).outcome is Outcome.PASS


REFUSED = [
    (ignore(-1), {}, "it ended on 2026-11-21"),
    (ignore(366), {}, "it ends on 2027-11-23, more than the 365 days away that the policy gives"),
    (ignore(31), {"exception_max_days": 30}, "it ends on 2026-12-23, more than the 30 days away that the policy gives"),
    (ignore(), {"inline_expiry": InlineExpiry.REQUIRED}, "the policy wants an end: until=YYYY-MM-DD"),
    (ignore(fault="it gives no reason"), {}, "it gives no reason"),
]


@pytest.mark.parametrize(("one", "changes", "why"), REFUSED)
def test_one_that_does_not_hold_is_told_and_the_finding_counts(one: IgnoreComment, changes: dict[str, Any], why: str) -> None:
    verdict = ruled(one, **changes)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.rulings[0].because == f"1 high finding, the policy allows 0; the waiver in line 1 does not hold: {why}"
    assert verdict.notes == (f"inline waiver in a.py:1: not honoured: {why}",)
    assert ruled(one, ignore(line=2, days=20), **changes).outcome is Outcome.PASS, "another one holds"


def test_one_about_other_rules_is_told_where_the_finding_is() -> None:
    verdict = ruled(ignore(rules=()))
    assert verdict.rulings[0].because.endswith("; the waiver in line 1 does not hold: it names other rules")
    assert (verdict.outcome, verdict.notes) == (Outcome.FAIL, ())


def test_where_the_policy_denies_none_holds() -> None:
    for one in (ignore(), ignore(10)):
        verdict = ruled(one, inline_suppressions=InlineSuppressions.DENY)
        assert verdict.rulings[0].because == "1 high finding, the policy allows 0; the policy does not accept inline waivers"
        assert (verdict.outcome, verdict.notes) == (Outcome.FAIL, ())
    assert (
        ruled(ignore(fault="x"), inline_suppressions=InlineSuppressions.DENY).rulings[0].because
        == "1 high finding, the policy allows 0"
    )


def test_the_last_two_weeks_are_told() -> None:
    assert len(ruled(ignore(15)).notes) == 1
    assert ruled(ignore(14)).notes[0] == "inline waiver in a.py:1: ends in 14 days"
    assert ruled(ignore(0)).notes[0] == "inline waiver in a.py:1: ends today"


def test_each_is_told_once_and_many_are_counted() -> None:
    def notes(number: int, under: Policy) -> tuple[str, ...]:
        found = [make_finding(line=line, ignore_comments=(ignore(-1, line=line),)) for line in range(1, number + 1) for _ in "ab"]
        return evaluate([make_result(findings=found)], TARGETS, under, TODAY).notes

    assert len(notes(20, make_policy())) == 20
    assert notes(22, make_policy())[20:] == ("and 2 inline waivers more that did not hold, or soon will not",)
