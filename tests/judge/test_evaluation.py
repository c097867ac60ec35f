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
from scangate.judge.codeowners import find_codeowners
from scangate.judge.evaluation import evaluate, find_moved_to_stricter_path
from scangate.judge.exceptions import selects
from scangate.judge.finding_matching import BASELINE_NAME
from scangate.judge.policy import (
    AllowedGap,
    BudgetOverride,
    ExceptionOwners,
    InlineSuppressions,
    PathExclusion,
    Policy,
    PolicyException,
    SeverityRule,
    UnusedExceptions,
)
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.model import (
    INTERNAL,
    AffectedPackage,
    Component,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    KnownSource,
    Location,
    Outcome,
    RulingOutcome,
    ScanResult,
    Severity,
    SkippedPath,
    Targets,
    Verdict,
)
from tests.support import policy_builders
from tests.support.policy_builders import (
    TARGETS,
    TODAY,
    make_budget,
    make_exception,
    make_finding,
    make_package,
    make_policy,
    make_result,
    rank_outcome,
)

T = TypeVar("T")


def ruled(found: list[Finding], under: Policy) -> Verdict:
    return evaluate([make_result(findings=found)], TARGETS, under, TODAY)


def because(verdict: Verdict) -> list[str]:
    return [ruling.because for ruling in verdict.rulings]


@pytest.mark.smoke
def test_over_budget_all_of_them_block() -> None:
    verdict = ruled([make_finding(line=n) for n in (1, 2, 3)], make_policy())
    assert verdict.outcome is Outcome.FAIL
    assert {ruling.outcome for ruling in verdict.rulings} == {RulingOutcome.BLOCKING}
    assert set(because(verdict)) == {"3 high findings, the policy allows 0"}


def test_under_budget_they_are_tolerated() -> None:
    verdict = ruled([make_finding(line=n) for n in (1, 2)], make_policy(budget=make_budget(high=10)))
    assert verdict.outcome is Outcome.PASS
    assert because(verdict) == ["2 of 10 high findings allowed"] * 2
    assert because(ruled([make_finding()], make_policy(budget=make_budget(high=1)))) == ["1 of 1 high finding allowed"]


def test_unlimited_says_so() -> None:
    assert because(ruled([make_finding(severity=Severity.LOW)], make_policy())) == ["the policy does not limit low findings"]


def test_a_finding_counts_in_the_last_override_that_names_its_severity() -> None:
    overrides = (
        BudgetOverride(((Severity.HIGH, 1),), path="src/"),
        BudgetOverride(((Severity.MEDIUM, 0),), kind=FindingKind.CODE),
        BudgetOverride(((Severity.HIGH, 2),), scanner="bandit", path="src/"),
    )
    verdict = ruled([make_finding(path="src/b.py", line=n) for n in (1, 2)] + [make_finding()], make_policy(overrides=overrides))
    assert because(verdict) == [
        "1 high finding, the policy allows 0",
        *["2 of 2 high findings of bandit in src/ allowed"] * 2,
    ]


def test_unknown_is_worth_what_the_policy_says() -> None:
    found = make_finding(severity=Severity.UNKNOWN)
    verdict = ruled([found], make_policy(unknown_severity=Severity.HIGH))
    assert (verdict.outcome, verdict.rulings[0].severity) == (Outcome.FAIL, Severity.HIGH)
    assert because(verdict) == ["1 high finding, the policy allows 0; the policy makes high of unknown"]
    assert ruled([found], make_policy(unknown_severity=Severity.LOW)).outcome is Outcome.PASS


def test_the_last_severity_that_matches_decides() -> None:
    rules = (SeverityRule("bandit:*", Severity.LOW), SeverityRule("bandit:B602", Severity.CRITICAL, "src/"))
    assert PolicyMatcher(make_policy(severity_rules=rules)).severity_of(make_finding()) is Severity.LOW
    assert PolicyMatcher(make_policy(severity_rules=rules)).severity_of(make_finding(path="src/b.py")) is Severity.CRITICAL
    verdict = ruled([make_finding()], make_policy(severity_rules=rules))
    assert verdict.notes == ("1 finding given another severity by the policy: bandit:B602 1",)


@pytest.mark.parametrize(
    ("inline", "outcome", "notes"),
    [
        (InlineSuppressions.ALLOW, Outcome.PASS, ()),
        (InlineSuppressions.REPORT, Outcome.PASS, ("1 finding waived inline: bandit 1",)),
        (InlineSuppressions.DENY, Outcome.FAIL, ()),
    ],
)
def test_inline_waivers(inline: InlineSuppressions, outcome: Outcome, notes: tuple[str, ...]) -> None:
    verdict = ruled([make_finding(waiver="# nosec")], make_policy(inline_suppressions=inline))
    assert (verdict.outcome, verdict.notes) == (outcome, notes)
    if inline is InlineSuppressions.DENY:
        assert because(verdict) == ["1 high finding, the policy allows 0; the policy does not accept inline waivers"]
    else:
        assert because(verdict) == ["waived inline: # nosec"]
        assert verdict.rulings[0].outcome is RulingOutcome.SUPPRESSED


def test_an_exception_holds_to_the_end_of_its_day_and_no_longer() -> None:
    entry = make_exception(rule="bandit:B602", expires=TODAY)
    verdict = ruled([make_finding()], make_policy(exceptions=(entry,)))
    assert because(verdict) == ["accepted until 2026-11-22 by an owner: a reason"]
    late = evaluate([make_result(findings=[make_finding()])], TARGETS, make_policy(exceptions=(entry,)), TODAY + dt.timedelta(1))
    assert late.outcome is Outcome.FAIL
    assert because(late) == ["1 high finding, the policy allows 0; its exception expired on 2026-11-22"]
    assert late.notes == ("exception for rule bandit:B602 (an owner) expired on 2026-11-22; 1 finding no longer accepted by it",)


def test_an_unused_exception_is_told() -> None:
    verdict = ruled([], make_policy(exceptions=(make_exception(path="old/", fingerprint="f"),)))
    assert verdict.notes == ("exception for path old/, fingerprint f (an owner) accepts nothing: remove it",)


def test_the_last_two_weeks_of_an_exception_are_told() -> None:
    def told(days: int) -> tuple[str, ...]:
        return ruled(
            [make_finding()], make_policy(exceptions=(make_exception(rule="bandit:*", expires=TODAY + dt.timedelta(days)),))
        ).notes

    assert told(15) == ()
    assert told(14) == ("exception for rule bandit:* (an owner) expires in 14 days, on 2026-12-06",)
    assert told(1) == ("exception for rule bandit:* (an owner) expires in 1 day, on 2026-11-23",)
    assert told(0) == ("exception for rule bandit:* (an owner) expires today, on 2026-11-22",)


def test_an_unused_exception_can_be_made_to_fail() -> None:
    entries = (make_exception(rule="bandit:B602"), make_exception(rule="bandit:B1"))
    origins = (("exceptions[1].reason", "scangate.yaml:12"),)
    under = make_policy(exceptions=entries, exception_unused=UnusedExceptions.FAIL, origins=origins)
    verdict = ruled([make_finding()], under)
    accepts, blocks = verdict.rulings
    assert (verdict.outcome, accepts.outcome, blocks.outcome) == (Outcome.FAIL, RulingOutcome.SUPPRESSED, RulingOutcome.BLOCKING)
    assert (blocks.finding.rule, blocks.finding.location) == ("scangate:unused-exception", Location("scangate.yaml", 12, 12))
    assert ruled([make_finding(), make_finding("bandit:B1")], under).outcome is Outcome.PASS
    late = evaluate([make_result(findings=[make_finding()])], TARGETS, under, TODAY + dt.timedelta(99))
    assert "scangate:unused-exception" not in {ruling.finding.rule for ruling in late.rulings}, "expired: told as that"


@pytest.mark.parametrize("rule", ["semgrep:x", "*:x", "sem*:*", ""])
def test_an_exception_is_not_called_unused_where_its_scanner_did_not_run(rule: str) -> None:
    entry = make_exception(rule=rule, path="a.py")
    under = make_policy(exceptions=(entry,), exception_unused=UnusedExceptions.FAIL)
    partly = evaluate([make_result(), make_result("semgrep", skipped=True)], TARGETS, under, TODAY)
    staged = evaluate([make_result(), make_result("semgrep")], Targets("staged", 3), under, TODAY)
    wholly = evaluate([make_result(), make_result("semgrep")], TARGETS, under, TODAY)
    assert [(each.outcome, bool(each.notes)) for each in (partly, staged)] == [(Outcome.PASS, False)] * 2
    assert (wholly.outcome, bool(wholly.notes)) == (Outcome.FAIL, True)


def test_only_who_owns_a_path_can_accept_what_is_found_in_it() -> None:
    entry = make_exception(rule="bandit:*")
    entry = msgspec.structs.replace(entry, owner="@Acme/pay")
    under = make_policy(exceptions=(entry,), exception_owners=ExceptionOwners.CODEOWNERS)
    found = [make_finding(), make_finding(path="src/b.py")]
    owners = find_codeowners({"CODEOWNERS": "* @acme/all\n/src/ @acme/pay\n"}.get)
    verdict = evaluate([make_result(findings=found)], TARGETS, under, TODAY, owners=owners)
    stranger = "its exception by @Acme/pay does not count: CODEOWNERS does not name @Acme/pay for this path"
    assert because(verdict) == [
        f"1 high finding, the policy allows 0; {stranger}",
        "accepted until 2027-01-21 by @Acme/pay: a reason",
    ]
    assert verdict.notes == ("exception for rule bandit:* (@Acme/pay) does not accept a.py: CODEOWNERS names another owner",)
    without = evaluate([make_result(findings=found)], TARGETS, under, TODAY)
    assert without.outcome is Outcome.FAIL
    assert without.rulings[1].because.endswith("its exception by @Acme/pay does not count without a CODEOWNERS file")
    told = "accepts nothing: the policy wants an owner by CODEOWNERS, and there is no such file"
    assert without.notes == (f"exception for rule bandit:* (@Acme/pay) {told}",)
    assert (
        evaluate([make_result(findings=found)], TARGETS, make_policy(exceptions=(entry,)), TODAY, owners=owners).outcome
        is Outcome.PASS
    )


def test_an_exception_can_name_an_advisory_or_one_of_its_aliases() -> None:
    package = AffectedPackage("django", "1.0", aliases=("CVE-2026-1", "GHSA-aa"))
    found = make_finding("pip-audit:PYSEC-2026-1", kind=FindingKind.DEPENDENCY, affected_package=package)
    for name in ("PYSEC-2026-1", "cve-2026-1", "GHSA-AA"):
        assert selects(make_exception(advisory=name), found)
    assert not selects(make_exception(advisory="CVE-2026-11"), found)
    assert not selects(make_exception(advisory="B602"), make_finding())


CALLED = ("CVE-2026-1", "GHSA-aa-bb", "PYSEC-2026-1")


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("asked", CALLED)
@pytest.mark.parametrize("spelled", [str, str.lower, str.upper])
def test_an_advisory_is_accepted_by_any_name_whichever_it_goes_by(name: str, asked: str, spelled: Callable[[str], str]) -> None:
    others = tuple(other for other in CALLED if other != name)
    found = make_finding(f"pip-audit:{name}", kind=FindingKind.DEPENDENCY, affected_package=make_package(aliases=others))
    verdict = ruled([found], make_policy(exceptions=(make_exception(advisory=spelled(asked)),)))
    assert (verdict.outcome, verdict.notes) == (Outcome.PASS, ())


def test_an_exception_by_a_rule_that_goes_by_another_name_is_told_of_the_advisory() -> None:
    found = make_finding(
        "pip-audit:CVE-2026-1", kind=FindingKind.DEPENDENCY, affected_package=make_package(aliases=("GHSA-aa", "GHSA-bb"))
    )
    for rule in ("pip-audit:GHSA-aa", "pip-audit:GHSA-*"):
        verdict = ruled([found], make_policy(exceptions=(make_exception(rule=rule, path="a.py"),)))
        assert verdict.outcome is Outcome.FAIL
        told = "accepts nothing: GHSA-aa is told as pip-audit:CVE-2026-1; `advisory: GHSA-aa` matches it by any of its names"
        assert verdict.notes == (f"exception for rule {rule}, path a.py (an owner) {told}",)
    elsewhere = ruled([found], make_policy(exceptions=(make_exception(rule="pip-audit:GHSA-aa", path="src/"),)))
    assert elsewhere.notes[0].endswith("accepts nothing: remove it")


def waited(days: int | None, wait: int, severity: Severity = Severity.CRITICAL) -> Verdict:
    found = make_finding("pip-audit:CVE-1", severity, kind=FindingKind.DEPENDENCY, affected_package=make_package(days))
    return ruled([found], make_policy(cool_down_days=wait, budget=make_budget(critical=0, high=0)))


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
    found = make_finding("pip-audit:CVE-1", kind=FindingKind.DEPENDENCY, affected_package=AffectedPackage("p", "1", published=date))
    assert ruled([found], make_policy(cool_down_days=99999)).outcome is Outcome.FAIL


def test_what_is_waited_for_takes_no_place_in_a_budget() -> None:
    found = [
        make_finding(line=n, kind=FindingKind.DEPENDENCY, affected_package=make_package(days)) for n, days in ((1, 2), (2, 20))
    ]
    verdict = ruled(found, make_policy(cool_down_days=7, budget=make_budget(high=1)))
    assert because(verdict) == ["published 2 days ago, the policy waits 7 days", "1 of 1 high finding allowed"]
    assert ruled(found, make_policy(cool_down_days=2, budget=make_budget(high=1))).outcome is Outcome.FAIL


def test_only_dependencies_are_waited_for() -> None:
    assert ruled([make_finding()], make_policy(cool_down_days=7)).outcome is Outcome.FAIL


def test_a_budget_tells_what_a_release_fixes_from_what_none_does() -> None:
    fixed, open_ = (
        make_finding(line=n, kind=FindingKind.DEPENDENCY, affected_package=make_package(fixed_in=f))
        for n, f in ((1, ("2",)), (2, ()))
    )
    under = make_policy(
        overrides=(BudgetOverride(((Severity.HIGH, 5),), fixable=False), BudgetOverride(((Severity.HIGH, 1),), fixable=True))
    )
    assert because(ruled([fixed, open_, make_finding(line=3)], under)) == [
        "1 of 1 high finding that a release fixes allowed",
        "1 of 5 high findings that no release fixes allowed",
        "1 high finding, the policy allows 0",
    ]
    both = BudgetOverride(((Severity.HIGH, 5),), FindingKind.DEPENDENCY, "bandit", "a.py", False)
    assert because(ruled([open_], make_policy(overrides=(both,)))) == [
        "1 of 5 high findings of kind dependency that no release fixes of bandit in a.py allowed"
    ]
    assert ruled([fixed], make_policy(overrides=(both,))).outcome is Outcome.FAIL


def test_what_the_policy_leaves_out_does_not_count() -> None:
    entry = PathExclusion("tests/", "only tests", ("bandit",))
    gap = Gap("bandit", "tests/c.py", GapKind.UNPARSABLE, "r")
    verdict = evaluate(
        [make_result(findings=[make_finding(path="tests/d.py")], gaps=[gap])], TARGETS, make_policy(exclusions=(entry,)), TODAY
    )
    assert verdict.outcome is Outcome.PASS
    assert because(verdict) == ["the policy leaves this path out: only tests"]
    other = make_finding("semgrep:x", path="tests/d.py")
    assert evaluate([make_result("semgrep", [other])], TARGETS, make_policy(exclusions=(entry,)), TODAY).outcome is Outcome.FAIL


def test_a_gap_counts_unless_it_is_allowed() -> None:
    gaps = [Gap("bandit", path, GapKind.TOO_LARGE, "5 MB") for path in ("big/a.py", "src/x.py")]
    allowed = AllowedGap(GapKind.TOO_LARGE, "generated", "band*", "big/")
    verdict = evaluate([make_result(gaps=gaps)], TARGETS, make_policy(allowed_gaps=(allowed,)), TODAY)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert [(ruling.blocking, ruling.because) for ruling in verdict.gaps] == [
        (False, "generated"),
        (True, "the policy allows no too-large here"),
    ]


def test_an_entry_with_a_path_allows_no_gap_without_one() -> None:
    gap = Gap("bandit", None, GapKind.STALE_STORE, "r")
    allowed = AllowedGap(GapKind.STALE_STORE, "r", path="*")
    assert evaluate([make_result(gaps=[gap])], TARGETS, make_policy(allowed_gaps=(allowed,)), TODAY).outcome is Outcome.INCOMPLETE


@pytest.mark.smoke
@pytest.mark.parametrize("results", [[], [make_result("bandit", skipped=True)], [make_result("semgrep")]])
def test_a_required_scanner_that_did_not_run_is_a_gap(results: list[ScanResult]) -> None:
    verdict = evaluate(results, Targets("staged", 3), make_policy(required_scanners=("bandit",)), TODAY)
    assert verdict.outcome is Outcome.INCOMPLETE
    gap = verdict.gaps[0].gap
    assert (gap.scanner, gap.kind, gap.reason) == ("bandit", GapKind.TOOL_MISSING, "required by the policy, but not run")


@pytest.mark.parametrize(
    ("targets", "reason"),
    [(Targets("git index", 0), "no file to scan"), (Targets("file system", 3), "no scanner was given a file to read")],
)
def test_nothing_to_scan_is_not_a_pass_whatever_is_allowed(targets: Targets, reason: str) -> None:
    under = make_policy(allowed_gaps=(AllowedGap(GapKind.UNREADABLE, "r"),))
    empty = ScanResult("bandit", "1", make_result().status)
    verdict = evaluate([empty], targets, under, TODAY)
    assert (verdict.outcome, verdict.gaps[0].gap.reason) == (Outcome.INCOMPLETE, reason)


def test_an_empty_commit_is_a_pass() -> None:
    assert evaluate([], Targets("staged", 0), make_policy(), TODAY).outcome is Outcome.PASS


def test_fail_beats_incomplete_and_both_are_told() -> None:
    gap = Gap("bandit", "a.py", GapKind.CRASH, "r")
    verdict = evaluate([make_result(findings=[make_finding(path="src/b.py")], gaps=[gap])], TARGETS, make_policy(), TODAY)
    assert verdict.outcome is Outcome.FAIL
    assert [ruling.blocking for ruling in verdict.gaps] == [True]


def test_what_lies_beyond_a_scan_counts_whatever_is_allowed() -> None:
    gap = Gap("targets", None, GapKind.UNREADABLE, "r")
    under = make_policy(allowed_gaps=(AllowedGap(GapKind.UNREADABLE, "r"),))
    assert evaluate([make_result()], TARGETS, under, TODAY, forced_gaps=[gap]).outcome is Outcome.INCOMPLETE


def test_the_verdict_names_its_policy() -> None:
    verdict = evaluate([make_result()], TARGETS, make_policy(name="n", digest="d", environment="e"), TODAY)
    assert (verdict.policy, verdict.policy_digest, verdict.environment, verdict.date) == ("n", "d", "e", "2026-11-22")


# -- properties --


@settings(max_examples=60, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies, st.integers(0, 3), policy_builders.findings)
def test_a_finding_more_never_improves(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy, where: int, more: Finding
) -> None:
    if not results:
        return
    one = results[where % len(results)]
    worse = msgspec.structs.replace(one, findings=(*one.findings, more))
    changed = tuple(worse if each is one else each for each in results)
    assert rank_outcome(evaluate(changed, targets, under, TODAY)) >= rank_outcome(evaluate(results, targets, under, TODAY))


@settings(max_examples=60, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies, policy_builders.gaps)
def test_a_gap_more_never_improves(results: tuple[ScanResult, ...], targets: Targets, under: Policy, more: Gap) -> None:
    before = rank_outcome(evaluate(results, targets, under, TODAY))
    assert rank_outcome(evaluate(results, msgspec.structs.replace(targets, gaps=(*targets.gaps, more)), under, TODAY)) >= before
    for one in results:
        lost = {gap.path for gap in (*one.gaps, more) if gap.path is not None}
        files = tuple(path for path in one.analyzed_files if path not in lost)
        worse = make_result(one.scanner, one.findings, (*one.gaps, more))
        assert set(files) >= set(worse.analyzed_files)
        changed = tuple(worse if each is one else each for each in results)
        assert rank_outcome(evaluate(changed, targets, under, TODAY)) >= before


@settings(max_examples=60, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies, st.randoms())
def test_the_order_of_the_inputs_changes_nothing(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy, chance: random.Random
) -> None:
    def shuffled(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(chance.sample(items, len(items)))

    mixed = [msgspec.structs.replace(one, findings=shuffled(one.findings), gaps=shuffled(one.gaps)) for one in shuffled(results)]
    other = msgspec.structs.replace(targets, gaps=shuffled(targets.gaps))
    assert evaluate(mixed, other, under, TODAY) == evaluate(results, targets, under, TODAY)


@settings(max_examples=60, deadline=None)
@given(policy_builders.exceptions, policy_builders.findings)
def test_an_exception_never_covers_another_rule_or_path(entry: PolicyException, found: Finding) -> None:
    verdict = ruled([found], make_policy(exceptions=(entry,), inline_suppressions=InlineSuppressions.DENY))
    if verdict.rulings[0].outcome is RulingOutcome.SUPPRESSED:
        assert entry.expires >= TODAY
        assert entry.rule in ("", "bandit:*", found.rule)
        assert entry.rule != "bandit:*" or found.scanner == "bandit"
        assert not entry.path or globs.matches(entry.path, found.location.path)
        assert entry.fingerprint in ("", found.fingerprint)


@settings(max_examples=60, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies)
def test_every_finding_and_every_gap_is_ruled_once(results: tuple[ScanResult, ...], targets: Targets, under: Policy) -> None:
    verdict = evaluate(results, targets, under, TODAY)
    found = [each for one in results for each in one.findings]
    assert sorted(map(repr, found)) == sorted(repr(told.finding) for ruling in verdict.rulings for told in ruling.per_scanner)
    stated = [repr(gap) for one in results for gap in one.gaps] + [repr(gap) for gap in targets.gaps]
    told = [repr(ruling.gap) for ruling in verdict.gaps]
    assert all(told.count(gap) >= stated.count(gap) for gap in stated)


def test_what_is_known_does_not_count_and_says_by_what() -> None:
    verdict = ruled([make_finding(known_by="the baseline"), make_finding(line=2, known_by="revision main")], make_policy())
    assert verdict.outcome is Outcome.PASS
    assert {ruling.outcome for ruling in verdict.rulings} == {RulingOutcome.KNOWN}
    assert because(verdict) == ["known: it is in the baseline", "known: it is in revision main"]


def test_no_budget_counts_what_is_known() -> None:
    verdict = ruled([make_finding(known_by="the baseline"), make_finding(line=2)], make_policy(budget=make_budget(high=1)))
    assert [ruling.outcome for ruling in verdict.rulings] == [RulingOutcome.KNOWN, RulingOutcome.TOLERATED]


LENIENT = {
    "a budget": {"overrides": (BudgetOverride(((Severity.HIGH, None),), path="tests/"),)},
    "a severity": {"severity_rules": (SeverityRule("bandit:*", Severity.LOW, path="tests/"),)},
    "an exception": {"exceptions": (make_exception(rule="bandit:*", path="tests/"),)},
    "an exclude": {"exclusions": (PathExclusion("tests/", "not shipped"),)},
}


@pytest.mark.parametrize("lenient", LENIENT.values(), ids=LENIENT)
def test_what_is_moved_out_of_where_the_policy_goes_easier_on_it_is_not_known(lenient: dict[str, Any]) -> None:
    moved = make_finding(path="src/b.py", known_by="revision main", previous_path="tests/c.py")
    verdict = ruled([moved], make_policy(**lenient))
    assert verdict.outcome is Outcome.FAIL
    assert because(verdict) == ["1 high finding, the policy allows 0; it was in tests/c.py, where the policy goes easier on it"]
    assert find_moved_to_stricter_path([make_result(findings=[moved])], make_policy(**lenient), TODAY) == {moved}


@pytest.mark.parametrize("lenient", [{}, *LENIENT.values()], ids=["nothing", *LENIENT])
def test_what_is_moved_to_where_the_policy_is_as_strict_or_less_stays_known(lenient: dict[str, Any]) -> None:
    known = [
        make_finding(path="src/b.py", known_by="revision main", previous_path="a.py"),
        make_finding(path="tests/c.py", known_by="revision main", previous_path="a.py"),
    ]
    verdict = ruled(known, make_policy(**lenient))
    assert {ruling.outcome for ruling in verdict.rulings} <= {RulingOutcome.KNOWN, RulingOutcome.SUPPRESSED}
    assert not find_moved_to_stricter_path([make_result(findings=known)], make_policy(**lenient), TODAY)


def test_a_policy_may_count_the_known() -> None:
    verdict = ruled([make_finding(known_by="the baseline")], make_policy(new_only=False))
    assert verdict.outcome is Outcome.FAIL
    assert because(verdict) == [
        "1 high finding, the policy allows 0; it is in the baseline, but the policy counts what is known, too"
    ]


def test_an_exception_comes_before_the_baseline_and_the_baseline_is_left_when_it_has_ended() -> None:
    found = [make_finding(known_by="the baseline")]
    verdict = ruled(found, make_policy(exceptions=(make_exception(rule="bandit:*"),)))
    assert verdict.rulings[0].outcome is RulingOutcome.SUPPRESSED
    ended = ruled(found, make_policy(exceptions=(make_exception(rule="bandit:*", expires=TODAY - dt.timedelta(1)),)))
    assert ended.rulings[0].outcome is RulingOutcome.KNOWN
    assert "expired" in ended.rulings[0].because


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        (KnownSource(BASELINE_NAME, 3, 2, 1, "b.json"), Outcome.FAIL),
        (KnownSource(BASELINE_NAME, 3, 2, 0, "b.json"), Outcome.PASS),
        (KnownSource("revision main", 3, 2, 1), Outcome.PASS),
    ],
)
def test_a_baseline_that_may_only_shrink_has_to(known: KnownSource, outcome: Outcome) -> None:
    verdict = evaluate([make_result()], TARGETS, make_policy(baseline_ratchet=True), TODAY, known_sources=(known,))
    assert verdict.outcome is outcome
    assert evaluate([make_result()], TARGETS, make_policy(), TODAY, known_sources=(known,)).outcome is Outcome.PASS
    assert any(f"{known.name} knows 3 findings: 2 still there" in note for note in verdict.notes)


@settings(max_examples=60, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies, st.integers(0, 6), st.integers(0, 6))
def test_waiting_less_never_improves(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy, one: int, other: int
) -> None:
    short, long = (msgspec.structs.replace(under, cool_down_days=days) for days in sorted((one, other)))
    assert rank_outcome(evaluate(results, targets, short, TODAY)) >= rank_outcome(evaluate(results, targets, long, TODAY))


@settings(max_examples=60, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies)
def test_what_is_waited_for_is_a_young_fault_of_a_dependency(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy
) -> None:
    for ruling in (told for each in evaluate(results, targets, under, TODAY).rulings for told in each.per_scanner):
        if ruling.because.startswith("published"):
            assert ruling.finding.affected_package is not None
            age = TODAY - dt.date.fromisoformat(ruling.finding.affected_package.published)
            assert dt.timedelta(0) <= age < dt.timedelta(under.cool_down_days)


@pytest.mark.parametrize(("inside", "whose"), [(True, "a policy in the scanned tree"), (False, "the policy")])
def test_what_is_left_out_for_its_name_is_told_with_the_verdict(inside: bool, whose: str) -> None:
    left = tuple(SkippedPath(f"requirements.txt:{line}", INTERNAL, "pip-audit") for line in (1, 2))
    ran = msgspec.structs.replace(make_result("pip-audit"), skipped_paths=left, components=(Component("alpha", "1", "a.py", 3),))
    notes = evaluate((ran,), TARGETS, make_policy(in_tree=inside), TODAY).notes
    assert f"pip-audit was given 1 release, and not 2 lines that {whose} calls internal" in notes


def test_what_was_resolved_is_told_with_the_verdict() -> None:
    taken = tuple(Component(name, "1", "a.py", 3, resolved=name != "gamma") for name in ("alpha", "beta", "gamma"))
    ran = msgspec.structs.replace(make_result("pip-audit"), components=taken)
    notes = evaluate((ran,), TARGETS, make_policy(), TODAY).notes
    assert any(note.startswith("2 releases resolved for this scan, not pinned") for note in notes)
