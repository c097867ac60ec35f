"""The gate: each rule of the judgement by hand, then the properties that make its word good."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate import globs
from scangate.judge.accepting import covers
from scangate.judge.codeowners import read_owners
from scangate.judge.gate import judge, resettled
from scangate.judge.matching import BASELINE
from scangate.judge.policy import AllowedGap, Exclude, Inline, Override, Owners, Policy, PolicyException, SeverityRule, Unused
from scangate.judge.terms import Terms
from scangate.model import (
    INTERNAL,
    Component,
    Finding,
    Gap,
    GapKind,
    Kind,
    KnownBy,
    LeftOut,
    Location,
    Outcome,
    Package,
    RulingOutcome,
    ScanResult,
    Severity,
    Targets,
    Verdict,
)

from . import facts
from .facts import TARGETS, TODAY, accepted, budget, finding, package, policy, rank, result

T = TypeVar("T")


def ruled(found: list[Finding], under: Policy) -> Verdict:
    return judge([result(findings=found)], TARGETS, under, TODAY)


def because(verdict: Verdict) -> list[str]:
    return [ruling.because for ruling in verdict.rulings]


@pytest.mark.smoke
def test_over_budget_all_of_them_block() -> None:
    verdict = ruled([finding(line=n) for n in (1, 2, 3)], policy())
    assert verdict.outcome is Outcome.FAIL
    assert {ruling.outcome for ruling in verdict.rulings} == {RulingOutcome.BLOCKS}
    assert set(because(verdict)) == {"3 high findings, the policy allows 0"}


def test_under_budget_they_are_tolerated() -> None:
    verdict = ruled([finding(line=n) for n in (1, 2)], policy(budget=budget(high=10)))
    assert verdict.outcome is Outcome.PASS
    assert because(verdict) == ["2 of 10 high findings allowed"] * 2
    assert because(ruled([finding()], policy(budget=budget(high=1)))) == ["1 of 1 high finding allowed"]


def test_unlimited_says_so() -> None:
    assert because(ruled([finding(severity=Severity.LOW)], policy())) == ["the policy does not limit low findings"]


def test_a_finding_counts_in_the_last_override_that_names_its_severity() -> None:
    overrides = (
        Override(((Severity.HIGH, 1),), path="src/"),
        Override(((Severity.MEDIUM, 0),), kind=Kind.CODE),
        Override(((Severity.HIGH, 2),), scanner="bandit", path="src/"),
    )
    verdict = ruled([finding(path="src/b.py", line=n) for n in (1, 2)] + [finding()], policy(overrides=overrides))
    assert because(verdict) == [
        "1 high finding, the policy allows 0",
        *["2 of 2 high findings of bandit in src/ allowed"] * 2,
    ]


def test_unknown_is_worth_what_the_policy_says() -> None:
    found = finding(severity=Severity.UNKNOWN)
    verdict = ruled([found], policy(unknown=Severity.HIGH))
    assert (verdict.outcome, verdict.rulings[0].severity) == (Outcome.FAIL, Severity.HIGH)
    assert because(verdict) == ["1 high finding, the policy allows 0; the policy makes high of unknown"]
    assert ruled([found], policy(unknown=Severity.LOW)).outcome is Outcome.PASS


def test_the_last_severity_that_matches_decides() -> None:
    rules = (SeverityRule("bandit:*", Severity.LOW), SeverityRule("bandit:B602", Severity.CRITICAL, "src/"))
    assert Terms(policy(severities=rules)).severity(finding()) is Severity.LOW
    assert Terms(policy(severities=rules)).severity(finding(path="src/b.py")) is Severity.CRITICAL
    verdict = ruled([finding()], policy(severities=rules))
    assert verdict.notes == ("1 finding given another severity by the policy: bandit:B602 1",)


@pytest.mark.parametrize(
    ("inline", "outcome", "notes"),
    [
        (Inline.ALLOW, Outcome.PASS, ()),
        (Inline.REPORT, Outcome.PASS, ("1 finding waived inline: bandit 1",)),
        (Inline.DENY, Outcome.FAIL, ()),
    ],
)
def test_inline_waivers(inline: Inline, outcome: Outcome, notes: tuple[str, ...]) -> None:
    verdict = ruled([finding(waiver="# nosec")], policy(inline=inline))
    assert (verdict.outcome, verdict.notes) == (outcome, notes)
    if inline is Inline.DENY:
        assert because(verdict) == ["1 high finding, the policy allows 0; the policy does not accept inline waivers"]
    else:
        assert because(verdict) == ["waived inline: # nosec"]
        assert verdict.rulings[0].outcome is RulingOutcome.SUPPRESSED


def test_an_exception_holds_to_the_end_of_its_day_and_no_longer() -> None:
    entry = accepted(rule="bandit:B602", expires=TODAY)
    verdict = ruled([finding()], policy(exceptions=(entry,)))
    assert because(verdict) == ["accepted until 2026-11-22 by an owner: a reason"]
    late = judge([result(findings=[finding()])], TARGETS, policy(exceptions=(entry,)), TODAY + dt.timedelta(1))
    assert late.outcome is Outcome.FAIL
    assert because(late) == ["1 high finding, the policy allows 0; its exception expired on 2026-11-22"]
    assert late.notes == ("exception for rule bandit:B602 (an owner) expired on 2026-11-22; 1 finding no longer accepted by it",)


def test_an_unused_exception_is_told() -> None:
    verdict = ruled([], policy(exceptions=(accepted(path="old/", fingerprint="f"),)))
    assert verdict.notes == ("exception for path old/, fingerprint f (an owner) accepts nothing: remove it",)


def test_the_last_two_weeks_of_an_exception_are_told() -> None:
    def told(days: int) -> tuple[str, ...]:
        return ruled([finding()], policy(exceptions=(accepted(rule="bandit:*", expires=TODAY + dt.timedelta(days)),))).notes

    assert told(15) == ()
    assert told(14) == ("exception for rule bandit:* (an owner) expires in 14 days, on 2026-12-06",)
    assert told(1) == ("exception for rule bandit:* (an owner) expires in 1 day, on 2026-11-23",)
    assert told(0) == ("exception for rule bandit:* (an owner) expires today, on 2026-11-22",)


def test_an_unused_exception_can_be_made_to_fail() -> None:
    entries = (accepted(rule="bandit:B602"), accepted(rule="bandit:B1"))
    origins = (("exceptions[1].reason", "scangate.yaml:12"),)
    under = policy(exceptions=entries, exception_unused=Unused.FAIL, origins=origins)
    verdict = ruled([finding()], under)
    accepts, blocks = verdict.rulings
    assert (verdict.outcome, accepts.outcome, blocks.outcome) == (Outcome.FAIL, RulingOutcome.SUPPRESSED, RulingOutcome.BLOCKS)
    assert (blocks.finding.rule, blocks.finding.location) == ("scangate:unused-exception", Location("scangate.yaml", 12, 12))
    assert ruled([finding(), finding("bandit:B1")], under).outcome is Outcome.PASS
    late = judge([result(findings=[finding()])], TARGETS, under, TODAY + dt.timedelta(99))
    assert "scangate:unused-exception" not in {ruling.finding.rule for ruling in late.rulings}, "expired: told as that"


@pytest.mark.parametrize("rule", ["semgrep:x", "*:x", "sem*:*", ""])
def test_an_exception_is_not_called_unused_where_its_scanner_did_not_run(rule: str) -> None:
    entry = accepted(rule=rule, path="a.py")
    under = policy(exceptions=(entry,), exception_unused=Unused.FAIL)
    partly = judge([result(), result("semgrep", skipped=True)], TARGETS, under, TODAY)
    staged = judge([result(), result("semgrep")], Targets("staged", 3), under, TODAY)
    wholly = judge([result(), result("semgrep")], TARGETS, under, TODAY)
    assert [(each.outcome, bool(each.notes)) for each in (partly, staged)] == [(Outcome.PASS, False)] * 2
    assert (wholly.outcome, bool(wholly.notes)) == (Outcome.FAIL, True)


def test_only_who_owns_a_path_can_accept_what_is_found_in_it() -> None:
    entry = accepted(rule="bandit:*")
    entry = msgspec.structs.replace(entry, owner="@Acme/pay")
    under = policy(exceptions=(entry,), exception_owners=Owners.CODEOWNERS)
    found = [finding(), finding(path="src/b.py")]
    owners = read_owners({"CODEOWNERS": "* @acme/all\n/src/ @acme/pay\n"}.get)
    verdict = judge([result(findings=found)], TARGETS, under, TODAY, owners=owners)
    stranger = "its exception by @Acme/pay does not count: CODEOWNERS does not name @Acme/pay for this path"
    assert because(verdict) == [
        f"1 high finding, the policy allows 0; {stranger}",
        "accepted until 2027-01-21 by @Acme/pay: a reason",
    ]
    assert verdict.notes == ("exception for rule bandit:* (@Acme/pay) does not accept a.py: CODEOWNERS names another owner",)
    without = judge([result(findings=found)], TARGETS, under, TODAY)
    assert without.outcome is Outcome.FAIL
    assert without.rulings[1].because.endswith("its exception by @Acme/pay does not count without a CODEOWNERS file")
    told = "accepts nothing: the policy wants an owner by CODEOWNERS, and there is no such file"
    assert without.notes == (f"exception for rule bandit:* (@Acme/pay) {told}",)
    assert judge([result(findings=found)], TARGETS, policy(exceptions=(entry,)), TODAY, owners=owners).outcome is Outcome.PASS


def test_an_exception_can_name_an_advisory_or_one_of_its_aliases() -> None:
    package = Package("django", "1.0", aliases=("CVE-2026-1", "GHSA-aa"))
    found = finding("pip-audit:PYSEC-2026-1", kind=Kind.DEPENDENCY, package=package)
    for name in ("PYSEC-2026-1", "cve-2026-1", "GHSA-AA"):
        assert covers(accepted(advisory=name), found)
    assert not covers(accepted(advisory="CVE-2026-11"), found)
    assert not covers(accepted(advisory="B602"), finding())


CALLED = ("CVE-2026-1", "GHSA-aa-bb", "PYSEC-2026-1")


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("asked", CALLED)
@pytest.mark.parametrize("spelled", [str, str.lower, str.upper])
def test_an_advisory_is_accepted_by_any_name_whichever_it_goes_by(name: str, asked: str, spelled: Callable[[str], str]) -> None:
    others = tuple(other for other in CALLED if other != name)
    found = finding(f"pip-audit:{name}", kind=Kind.DEPENDENCY, package=package(aliases=others))
    verdict = ruled([found], policy(exceptions=(accepted(advisory=spelled(asked)),)))
    assert (verdict.outcome, verdict.notes) == (Outcome.PASS, ())


def test_an_exception_by_a_rule_that_goes_by_another_name_is_told_of_the_advisory() -> None:
    found = finding("pip-audit:CVE-2026-1", kind=Kind.DEPENDENCY, package=package(aliases=("GHSA-aa", "GHSA-bb")))
    for rule in ("pip-audit:GHSA-aa", "pip-audit:GHSA-*"):
        verdict = ruled([found], policy(exceptions=(accepted(rule=rule, path="a.py"),)))
        assert verdict.outcome is Outcome.FAIL
        told = "accepts nothing: GHSA-aa is told as pip-audit:CVE-2026-1; `advisory: GHSA-aa` matches it by any of its names"
        assert verdict.notes == (f"exception for rule {rule}, path a.py (an owner) {told}",)
    elsewhere = ruled([found], policy(exceptions=(accepted(rule="pip-audit:GHSA-aa", path="src/"),)))
    assert elsewhere.notes[0].endswith("accepts nothing: remove it")


def waited(days: int | None, wait: int, severity: Severity = Severity.CRITICAL) -> Verdict:
    found = finding("pip-audit:CVE-1", severity, kind=Kind.DEPENDENCY, package=package(days))
    return ruled([found], policy(wait_days=wait, budget=budget(critical=0, high=0)))


@pytest.mark.parametrize(
    ("days", "wait", "told"),
    [
        (3, 7, "published 3 days ago, the policy waits 7 days"),
        (1, 2, "published 1 day ago, the policy waits 2 days"),
        (0, 1, "published today, the policy waits 1 day"),
        (6, 7, "published 6 days ago, the policy waits 7 days"),
        (7, 7, ""),
        (0, 0, ""),
        (None, 7, ""),
        (-1, 7, ""),
    ],
)
@pytest.mark.parametrize("severity", [Severity.HIGH, Severity.CRITICAL])
def test_a_young_advisory_is_waited_for(days: int | None, wait: int, told: str, severity: Severity) -> None:
    verdict = waited(days, wait, severity)
    if told:
        assert (verdict.outcome, verdict.rulings[0].outcome, because(verdict)) == (Outcome.PASS, RulingOutcome.TOLERATED, [told])
        since = "1 day" if wait == 1 else f"{wait} days"
        assert verdict.notes == (f"1 finding published less than {since} ago, not counted yet: pip-audit 1",)
    else:
        assert (verdict.outcome, verdict.notes) == (Outcome.FAIL, ())


@pytest.mark.parametrize("date", ["soon", "2026-13-01", "0", "2026-11-22T00:00:00Z"])
def test_a_date_that_is_none_is_not_waited_for(date: str) -> None:
    found = finding("pip-audit:CVE-1", kind=Kind.DEPENDENCY, package=Package("p", "1", published=date))
    assert ruled([found], policy(wait_days=99999)).outcome is Outcome.FAIL


def test_what_is_waited_for_takes_no_place_in_a_budget() -> None:
    found = [finding(line=n, kind=Kind.DEPENDENCY, package=package(days)) for n, days in ((1, 2), (2, 20))]
    verdict = ruled(found, policy(wait_days=7, budget=budget(high=1)))
    assert because(verdict) == ["published 2 days ago, the policy waits 7 days", "1 of 1 high finding allowed"]
    assert ruled(found, policy(wait_days=2, budget=budget(high=1))).outcome is Outcome.FAIL


def test_only_dependencies_are_waited_for() -> None:
    assert ruled([finding()], policy(wait_days=7)).outcome is Outcome.FAIL


def test_a_budget_tells_what_a_release_fixes_from_what_none_does() -> None:
    fixed, open_ = (finding(line=n, kind=Kind.DEPENDENCY, package=package(fixed_in=f)) for n, f in ((1, ("2",)), (2, ())))
    under = policy(overrides=(Override(((Severity.HIGH, 5),), fixable=False), Override(((Severity.HIGH, 1),), fixable=True)))
    assert because(ruled([fixed, open_, finding(line=3)], under)) == [
        "1 of 1 high finding that a release fixes allowed",
        "1 of 5 high findings that no release fixes allowed",
        "1 high finding, the policy allows 0",
    ]
    both = Override(((Severity.HIGH, 5),), Kind.DEPENDENCY, "bandit", "a.py", False)
    assert because(ruled([open_], policy(overrides=(both,)))) == [
        "1 of 5 high findings of kind dependency that no release fixes of bandit in a.py allowed"
    ]
    assert ruled([fixed], policy(overrides=(both,))).outcome is Outcome.FAIL


def test_what_the_policy_leaves_out_does_not_count() -> None:
    entry = Exclude("tests/", "only tests", ("bandit",))
    gap = Gap("bandit", "tests/c.py", GapKind.UNPARSABLE, "r")
    verdict = judge([result(findings=[finding(path="tests/d.py")], gaps=[gap])], TARGETS, policy(excludes=(entry,)), TODAY)
    assert verdict.outcome is Outcome.PASS
    assert because(verdict) == ["the policy leaves this path out: only tests"]
    other = finding("semgrep:x", path="tests/d.py")
    assert judge([result("semgrep", [other])], TARGETS, policy(excludes=(entry,)), TODAY).outcome is Outcome.FAIL


def test_a_gap_counts_unless_it_is_allowed() -> None:
    gaps = [Gap("bandit", path, GapKind.TOO_LARGE, "5 MB") for path in ("big/a.py", "src/x.py")]
    allowed = AllowedGap(GapKind.TOO_LARGE, "generated", "band*", "big/")
    verdict = judge([result(gaps=gaps)], TARGETS, policy(allowed_gaps=(allowed,)), TODAY)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert [(ruling.counts, ruling.because) for ruling in verdict.gaps] == [
        (False, "generated"),
        (True, "the policy allows no too-large here"),
    ]


def test_an_entry_with_a_path_allows_no_gap_without_one() -> None:
    gap = Gap("bandit", None, GapKind.STALE_STORE, "r")
    allowed = AllowedGap(GapKind.STALE_STORE, "r", path="*")
    assert judge([result(gaps=[gap])], TARGETS, policy(allowed_gaps=(allowed,)), TODAY).outcome is Outcome.INCOMPLETE


@pytest.mark.smoke
@pytest.mark.parametrize("results", [[], [result("bandit", skipped=True)], [result("semgrep")]])
def test_a_required_scanner_that_did_not_run_is_a_gap(results: list[ScanResult]) -> None:
    verdict = judge(results, Targets("staged", 3), policy(required=("bandit",)), TODAY)
    assert verdict.outcome is Outcome.INCOMPLETE
    gap = verdict.gaps[0].gap
    assert (gap.scanner, gap.kind, gap.reason) == ("bandit", GapKind.TOOL_MISSING, "required by the policy, but not run")


@pytest.mark.parametrize(
    ("targets", "reason"),
    [(Targets("git index", 0), "no file to scan"), (Targets("file system", 3), "no scanner was given a file to read")],
)
def test_nothing_to_scan_is_not_a_pass_whatever_is_allowed(targets: Targets, reason: str) -> None:
    under = policy(allowed_gaps=(AllowedGap(GapKind.UNREADABLE, "r"),))
    empty = ScanResult("bandit", "1", result().status)
    verdict = judge([empty], targets, under, TODAY)
    assert (verdict.outcome, verdict.gaps[0].gap.reason) == (Outcome.INCOMPLETE, reason)


def test_an_empty_commit_is_a_pass() -> None:
    assert judge([], Targets("staged", 0), policy(), TODAY).outcome is Outcome.PASS


def test_fail_beats_incomplete_and_both_are_told() -> None:
    gap = Gap("bandit", "a.py", GapKind.CRASH, "r")
    verdict = judge([result(findings=[finding(path="src/b.py")], gaps=[gap])], TARGETS, policy(), TODAY)
    assert verdict.outcome is Outcome.FAIL
    assert [ruling.counts for ruling in verdict.gaps] == [True]


def test_what_lies_beyond_a_scan_counts_whatever_is_allowed() -> None:
    gap = Gap("targets", None, GapKind.UNREADABLE, "r")
    under = policy(allowed_gaps=(AllowedGap(GapKind.UNREADABLE, "r"),))
    assert judge([result()], TARGETS, under, TODAY, beyond=[gap]).outcome is Outcome.INCOMPLETE


def test_the_verdict_names_its_policy() -> None:
    verdict = judge([result()], TARGETS, policy(name="n", digest="d", environment="e"), TODAY)
    assert (verdict.policy, verdict.policy_digest, verdict.environment, verdict.date) == ("n", "d", "e", "2026-11-22")


# -- properties --


@settings(max_examples=60, deadline=None)
@given(facts.results(), facts.targets, facts.policies, st.integers(0, 3), facts.findings)
def test_a_finding_more_never_improves(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy, where: int, more: Finding
) -> None:
    if not results:
        return
    one = results[where % len(results)]
    worse = msgspec.structs.replace(one, findings=(*one.findings, more))
    changed = tuple(worse if each is one else each for each in results)
    assert rank(judge(changed, targets, under, TODAY)) >= rank(judge(results, targets, under, TODAY))


@settings(max_examples=60, deadline=None)
@given(facts.results(), facts.targets, facts.policies, facts.gaps)
def test_a_gap_more_never_improves(results: tuple[ScanResult, ...], targets: Targets, under: Policy, more: Gap) -> None:
    before = rank(judge(results, targets, under, TODAY))
    assert rank(judge(results, msgspec.structs.replace(targets, gaps=(*targets.gaps, more)), under, TODAY)) >= before
    for one in results:
        lost = {gap.path for gap in (*one.gaps, more) if gap.path is not None}
        files = tuple(path for path in one.files if path not in lost)
        worse = result(one.scanner, one.findings, (*one.gaps, more))
        assert set(files) >= set(worse.files)
        changed = tuple(worse if each is one else each for each in results)
        assert rank(judge(changed, targets, under, TODAY)) >= before


@settings(max_examples=60, deadline=None)
@given(facts.results(), facts.targets, facts.policies, st.randoms())
def test_the_order_of_the_inputs_changes_nothing(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy, chance: random.Random
) -> None:
    def shuffled(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(chance.sample(items, len(items)))

    mixed = [msgspec.structs.replace(one, findings=shuffled(one.findings), gaps=shuffled(one.gaps)) for one in shuffled(results)]
    other = msgspec.structs.replace(targets, gaps=shuffled(targets.gaps))
    assert judge(mixed, other, under, TODAY) == judge(results, targets, under, TODAY)


@settings(max_examples=60, deadline=None)
@given(facts.exceptions, facts.findings)
def test_an_exception_never_covers_another_rule_or_path(entry: PolicyException, found: Finding) -> None:
    verdict = ruled([found], policy(exceptions=(entry,), inline=Inline.DENY))
    if verdict.rulings[0].outcome is RulingOutcome.SUPPRESSED:
        assert entry.expires >= TODAY
        assert entry.rule in ("", "bandit:*", found.rule)
        assert entry.rule != "bandit:*" or found.scanner == "bandit"
        assert not entry.path or globs.matches(entry.path, found.location.path)
        assert entry.fingerprint in ("", found.fingerprint)


@settings(max_examples=60, deadline=None)
@given(facts.results(), facts.targets, facts.policies)
def test_every_finding_and_every_gap_is_ruled_once(results: tuple[ScanResult, ...], targets: Targets, under: Policy) -> None:
    verdict = judge(results, targets, under, TODAY)
    found = [each for one in results for each in one.findings]
    assert sorted(map(repr, found)) == sorted(repr(told.finding) for ruling in verdict.rulings for told in ruling.told)
    stated = [repr(gap) for one in results for gap in one.gaps] + [repr(gap) for gap in targets.gaps]
    told = [repr(ruling.gap) for ruling in verdict.gaps]
    assert all(told.count(gap) >= stated.count(gap) for gap in stated)


def test_what_is_known_does_not_count_and_says_by_what() -> None:
    verdict = ruled([finding(known="the baseline"), finding(line=2, known="revision main")], policy())
    assert verdict.outcome is Outcome.PASS
    assert {ruling.outcome for ruling in verdict.rulings} == {RulingOutcome.KNOWN}
    assert because(verdict) == ["known: it is in the baseline", "known: it is in revision main"]


def test_no_budget_counts_what_is_known() -> None:
    verdict = ruled([finding(known="the baseline"), finding(line=2)], policy(budget=budget(high=1)))
    assert [ruling.outcome for ruling in verdict.rulings] == [RulingOutcome.KNOWN, RulingOutcome.TOLERATED]


LENIENT = {
    "a budget": {"overrides": (Override(((Severity.HIGH, None),), path="tests/"),)},
    "a severity": {"severities": (SeverityRule("bandit:*", Severity.LOW, path="tests/"),)},
    "an exception": {"exceptions": (accepted(rule="bandit:*", path="tests/"),)},
    "an exclude": {"excludes": (Exclude("tests/", "not shipped"),)},
}


@pytest.mark.parametrize("lenient", LENIENT.values(), ids=LENIENT)
def test_what_is_moved_out_of_where_the_policy_goes_easier_on_it_is_not_known(lenient: dict[str, Any]) -> None:
    moved = finding(path="src/b.py", known="revision main", known_at="tests/c.py")
    verdict = ruled([moved], policy(**lenient))
    assert verdict.outcome is Outcome.FAIL
    assert because(verdict) == ["1 high finding, the policy allows 0; it was in tests/c.py, where the policy goes easier on it"]
    assert resettled([result(findings=[moved])], policy(**lenient), TODAY) == {moved}


@pytest.mark.parametrize("lenient", [{}, *LENIENT.values()], ids=["nothing", *LENIENT])
def test_what_is_moved_to_where_the_policy_is_as_strict_or_less_stays_known(lenient: dict[str, Any]) -> None:
    known = [
        finding(path="src/b.py", known="revision main", known_at="a.py"),
        finding(path="tests/c.py", known="revision main", known_at="a.py"),
    ]
    verdict = ruled(known, policy(**lenient))
    assert {ruling.outcome for ruling in verdict.rulings} <= {RulingOutcome.KNOWN, RulingOutcome.SUPPRESSED}
    assert not resettled([result(findings=known)], policy(**lenient), TODAY)


def test_a_policy_may_count_the_known() -> None:
    verdict = ruled([finding(known="the baseline")], policy(new_only=False))
    assert verdict.outcome is Outcome.FAIL
    assert because(verdict) == [
        "1 high finding, the policy allows 0; it is in the baseline, but the policy counts what is known, too"
    ]


def test_an_exception_comes_before_the_baseline_and_the_baseline_is_left_when_it_has_ended() -> None:
    found = [finding(known="the baseline")]
    verdict = ruled(found, policy(exceptions=(accepted(rule="bandit:*"),)))
    assert verdict.rulings[0].outcome is RulingOutcome.SUPPRESSED
    ended = ruled(found, policy(exceptions=(accepted(rule="bandit:*", expires=TODAY - dt.timedelta(1)),)))
    assert ended.rulings[0].outcome is RulingOutcome.KNOWN
    assert "expired" in ended.rulings[0].because


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        (KnownBy(BASELINE, 3, 2, 1, "b.json"), Outcome.FAIL),
        (KnownBy(BASELINE, 3, 2, 0, "b.json"), Outcome.PASS),
        (KnownBy("revision main", 3, 2, 1), Outcome.PASS),
    ],
)
def test_a_baseline_that_may_only_shrink_has_to(known: KnownBy, outcome: Outcome) -> None:
    verdict = judge([result()], TARGETS, policy(ratchet=True), TODAY, known=(known,))
    assert verdict.outcome is outcome
    assert judge([result()], TARGETS, policy(), TODAY, known=(known,)).outcome is Outcome.PASS
    assert any(f"{known.name} knows 3 findings: 2 still there" in note for note in verdict.notes)


@settings(max_examples=60, deadline=None)
@given(facts.results(), facts.targets, facts.policies, st.integers(0, 6), st.integers(0, 6))
def test_waiting_less_never_improves(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy, one: int, other: int
) -> None:
    short, long = (msgspec.structs.replace(under, wait_days=days) for days in sorted((one, other)))
    assert rank(judge(results, targets, short, TODAY)) >= rank(judge(results, targets, long, TODAY))


@settings(max_examples=60, deadline=None)
@given(facts.results(), facts.targets, facts.policies)
def test_what_is_waited_for_is_a_young_fault_of_a_dependency(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy
) -> None:
    for ruling in (told for each in judge(results, targets, under, TODAY).rulings for told in each.told):
        if ruling.because.startswith("published"):
            assert ruling.finding.package is not None
            age = TODAY - dt.date.fromisoformat(ruling.finding.package.published)
            assert dt.timedelta(0) <= age < dt.timedelta(under.wait_days)


@pytest.mark.parametrize(("inside", "whose"), [(True, "a policy in the scanned tree"), (False, "the policy")])
def test_what_is_left_out_for_its_name_is_told_with_the_verdict(inside: bool, whose: str) -> None:
    left = tuple(LeftOut(f"requirements.txt:{line}", INTERNAL, "pip-audit") for line in (1, 2))
    ran = msgspec.structs.replace(result("pip-audit"), left_out=left, components=(Component("alpha", "1", "a.py", 3),))
    notes = judge((ran,), TARGETS, policy(in_tree=inside), TODAY).notes
    assert f"pip-audit was given 1 release, and not 2 lines that {whose} calls internal" in notes


def test_what_was_resolved_is_told_with_the_verdict() -> None:
    taken = tuple(Component(name, "1", "a.py", 3, resolved=name != "gamma") for name in ("alpha", "beta", "gamma"))
    ran = msgspec.structs.replace(result("pip-audit"), components=taken)
    notes = judge((ran,), TARGETS, policy(), TODAY).notes
    assert any(note.startswith("2 releases resolved for this scan, not pinned") for note in notes)
