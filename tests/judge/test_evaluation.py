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
from scangate.judge.evaluation import evaluate, find_moved_to_stricter_path, find_unsuppressed
from scangate.judge.exceptions import ExceptionLedger, selects
from scangate.judge.finding_matching import BASELINE
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
from scangate.judge.policy_resolution import as_absent
from scangate.model import (
    NEVER_ALLOWED,
    AffectedPackage,
    Basis,
    BudgetSelector,
    Component,
    Decision,
    FileSource,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    KnownSource,
    KnownSourceKind,
    Location,
    Note,
    NoteKind,
    Outcome,
    PolicyLocation,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Severity,
    SkippedPath,
    SkipReason,
    Targets,
    Verdict,
)
from tests.support import policy_builders
from tests.support.decisions import bases, budgets, kinds
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


@pytest.mark.smoke
def test_over_budget_all_of_them_block() -> None:
    verdict = ruled([make_finding(line=n) for n in (1, 2, 3)], make_policy())
    assert verdict.outcome is Outcome.FAIL
    assert {ruling.outcome for ruling in verdict.rulings} == {RulingOutcome.BLOCKING}
    assert budgets(verdict) == [(3, 0)] * 3


def test_under_budget_they_are_tolerated() -> None:
    verdict = ruled([make_finding(line=n) for n in (1, 2)], make_policy(budget=make_budget(high=10)))
    assert verdict.outcome is Outcome.PASS
    assert budgets(verdict) == [(2, 10)] * 2


def test_where_no_policy_judges_every_finding_is_not_judged() -> None:
    absent = as_absent(make_policy(exceptions=(make_exception(rule="bandit:*"),)), "none", "")
    found = [
        make_finding(line=1),
        make_finding(line=2, waiver="nosec"),
        make_finding(line=3, known_by="the baseline"),
        make_finding(line=4, severity=Severity.LOW),
    ]
    verdict = ruled(found, absent)
    assert [ruling.outcome for ruling in verdict.rulings] == [RulingOutcome.NOT_JUDGED] * 4
    assert bases(verdict) == [Basis.NOT_JUDGED] * 4
    assert (verdict.policy, verdict.policy_digest) == ("none", "")


def test_where_no_policy_judges_only_gaps_that_none_can_allow_block() -> None:
    gaps = tuple(Gap("bandit", "src/a.py", kind, "because") for kind in GapKind)
    policy = make_policy(allowed_gaps=(AllowedGap(GapKind.UNPARSABLE, "reason"),))
    rulings = evaluate([make_result(gaps=gaps)], TARGETS, as_absent(policy, "none", ""), TODAY).gaps
    reported = [ruling for ruling in rulings if ruling.gap in gaps]
    assert {ruling.decision for ruling in reported} == {Decision(Basis.NOT_JUDGED)}
    assert {ruling.gap.kind for ruling in reported if ruling.blocking} == set(NEVER_ALLOWED)


def test_unlimited_says_so() -> None:
    assert budgets(ruled([make_finding(severity=Severity.LOW)], make_policy())) == [(1, None)]


def test_a_finding_counts_in_the_last_override_that_names_its_severity() -> None:
    overrides = (
        BudgetOverride(((Severity.HIGH, 1),), path="src/"),
        BudgetOverride(((Severity.MEDIUM, 0),), kind=FindingKind.CODE),
        BudgetOverride(((Severity.HIGH, 2),), scanner="bandit", path="src/"),
    )
    verdict = ruled([make_finding(path="src/b.py", line=n) for n in (1, 2)] + [make_finding()], make_policy(overrides=overrides))
    assert budgets(verdict) == [(1, 0), (2, 2), (2, 2)]
    assert verdict.rulings[1].decision.selector == BudgetSelector(scanner="bandit", path="src/")
    assert [ruling.decision.location.path for ruling in verdict.rulings] == ["budgets.high", *["budgets.overrides[2].high"] * 2]


def test_unknown_is_worth_what_the_policy_says() -> None:
    found = make_finding(severity=Severity.UNKNOWN)
    verdict = ruled([found], make_policy(unknown_severity=Severity.HIGH))
    assert (verdict.outcome, verdict.rulings[0].severity) == (Outcome.FAIL, Severity.HIGH)
    (note,) = verdict.rulings[0].decision.notes
    assert (note.kind, note.severity, note.location.path) == (NoteKind.SEVERITY_CHANGED, Severity.UNKNOWN, "unknown")
    assert ruled([found], make_policy(unknown_severity=Severity.LOW)).outcome is Outcome.PASS


def test_the_last_severity_that_matches_decides() -> None:
    rules = (SeverityRule("bandit:*", Severity.LOW), SeverityRule("bandit:B602", Severity.CRITICAL, "src/"))
    assert PolicyMatcher(make_policy(severity_rules=rules)).severity_of(make_finding()) is Severity.LOW
    assert PolicyMatcher(make_policy(severity_rules=rules)).severity_of(make_finding(path="src/b.py")) is Severity.CRITICAL
    verdict = ruled([make_finding()], make_policy(severity_rules=rules))
    assert verdict.notes == (Note(NoteKind.SEVERITIES_CHANGED, counts=(("bandit:B602", 1),)),)
    assert verdict.rulings[0].decision.notes[0].location.path == "severity[0]"


@pytest.mark.parametrize(
    ("inline", "outcome", "notes"),
    [
        (InlineSuppressions.ALLOW, Outcome.PASS, ()),
        (InlineSuppressions.REPORT, Outcome.PASS, (Note(NoteKind.SUPPRESSED_INLINE, counts=(("bandit", 1),)),)),
        (InlineSuppressions.DENY, Outcome.FAIL, ()),
    ],
)
def test_inline_waivers(inline: InlineSuppressions, outcome: Outcome, notes: tuple[Note, ...]) -> None:
    verdict = ruled([make_finding(waiver="# nosec")], make_policy(inline_suppressions=inline))
    assert (verdict.outcome, verdict.notes) == (outcome, notes)
    if inline is InlineSuppressions.DENY:
        assert kinds(verdict.rulings[0].decision.notes) == [NoteKind.COMMENTS_DENIED]
    else:
        location = PolicyLocation("inline-suppressions")
        assert verdict.rulings[0].decision == Decision(Basis.INLINE_COMMENT, location, comment="# nosec")
        assert verdict.rulings[0].outcome is RulingOutcome.SUPPRESSED


def test_an_exception_holds_to_the_end_of_its_day_and_no_longer() -> None:
    entry = make_exception(rule="bandit:B602", expires=TODAY)
    verdict = ruled([make_finding()], make_policy(exceptions=(entry,)))
    expected = Decision(Basis.EXCEPTION, PolicyLocation("exceptions[0]"), owner="an owner", reason="a reason", expires="2026-11-22")
    assert verdict.rulings[0].decision == expected
    late = evaluate([make_result(findings=[make_finding()])], TARGETS, make_policy(exceptions=(entry,)), TODAY + dt.timedelta(1))
    assert late.outcome is Outcome.FAIL
    (remark,) = late.rulings[0].decision.notes
    (note,) = late.notes
    for each in (remark, note):
        assert (each.kind, each.expires, each.name) == (NoteKind.EXCEPTION_EXPIRED, "2026-11-22", "rule bandit:B602")
    assert note.count == 1


def test_unused_exception_is_noted() -> None:
    verdict = ruled([], make_policy(exceptions=(make_exception(path="old/", fingerprint="f"),)))
    (note,) = verdict.notes
    assert (note.kind, note.name) == (NoteKind.EXCEPTION_UNUSED, "path old/, fingerprint f")


def test_exception_expiring_within_two_weeks_is_noted() -> None:
    def days_left(days: int) -> list[tuple[NoteKind, int]]:
        entry = make_exception(rule="bandit:*", expires=TODAY + dt.timedelta(days))
        return [(note.kind, note.days) for note in ruled([make_finding()], make_policy(exceptions=(entry,))).notes]

    assert days_left(15) == []
    assert days_left(14) == [(NoteKind.EXCEPTION_EXPIRES_SOON, 14)]
    assert days_left(0) == [(NoteKind.EXCEPTION_EXPIRES_SOON, 0)]


def test_an_unused_exception_can_be_made_to_fail() -> None:
    entries = (make_exception(rule="bandit:B602"), make_exception(rule="bandit:B1"))
    locations = {"exceptions[1].reason": PolicyLocation("exceptions[1].reason", "scangate.yaml", 12)}
    under = make_policy(exceptions=entries, exception_unused=UnusedExceptions.FAIL, locations=locations)
    verdict = ruled([make_finding()], under)
    accepts, blocks = verdict.rulings
    assert (verdict.outcome, accepts.outcome, blocks.outcome) == (Outcome.FAIL, RulingOutcome.SUPPRESSED, RulingOutcome.BLOCKING)
    assert (blocks.finding.rule, blocks.finding.location) == ("scangate:unused-exception", Location("scangate.yaml", 12, 12))
    assert ruled([make_finding(), make_finding("bandit:B1")], under).outcome is Outcome.PASS
    late = evaluate([make_result(findings=[make_finding()])], TARGETS, under, TODAY + dt.timedelta(99))
    assert "scangate:unused-exception" not in {ruling.finding.rule for ruling in late.rulings}, "expired: reported as that"


@pytest.mark.parametrize("rule", ["semgrep:x", "*:x", "sem*:*", ""])
def test_an_exception_is_not_called_unused_where_its_scanner_did_not_run(rule: str) -> None:
    entry = make_exception(rule=rule, path="a.py")
    under = make_policy(exceptions=(entry,), exception_unused=UnusedExceptions.FAIL)
    partly = evaluate([make_result(), make_result("semgrep", skipped=True)], TARGETS, under, TODAY)
    staged = evaluate([make_result(), make_result("semgrep")], Targets(FileSource.STAGED, 3), under, TODAY)
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
    assert bases(verdict) == [Basis.BUDGET, Basis.EXCEPTION]
    for (note,) in (verdict.rulings[0].decision.notes, verdict.notes):
        assert (note.kind, note.owner, note.path) == (NoteKind.EXCEPTION_NOT_OWNER, "@Acme/pay", "a.py")
    without = evaluate([make_result(findings=found)], TARGETS, under, TODAY)
    assert without.outcome is Outcome.FAIL
    assert kinds(without.rulings[1].decision.notes) == kinds(without.notes) == [NoteKind.EXCEPTION_NO_CODEOWNERS]
    assert (
        evaluate([make_result(findings=found)], TARGETS, make_policy(exceptions=(entry,)), TODAY, owners=owners).outcome
        is Outcome.PASS
    )


def test_queries_about_findings_respect_code_owners() -> None:
    under = make_policy(exceptions=(make_exception(rule="bandit:*"),), exception_owners=ExceptionOwners.CODEOWNERS)
    owned = msgspec.structs.replace(under, exceptions=(msgspec.structs.replace(under.exceptions[0], owner="@acme/all"),))
    owners = find_codeowners({"CODEOWNERS": "* @acme/all\n"}.get)
    scan = [make_result(findings=[make_finding()])]
    assert find_unsuppressed(scan, TARGETS, owned, TODAY, owners=owners) == ()
    assert find_unsuppressed(scan, TARGETS, under, TODAY, owners=owners) == (make_finding(),)


def test_unused_exception_is_listed_until_it_expires() -> None:
    for days, unused in ((0, True), (-1, False)):
        under = make_policy(exceptions=(make_exception(rule="bandit:B1", expires=TODAY + dt.timedelta(days)),))
        assert bool(ExceptionLedger(under, TODAY).list_unused()) is unused


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


def test_exception_for_an_aliased_rule_suggests_the_advisory() -> None:
    found = make_finding(
        "pip-audit:CVE-2026-1", kind=FindingKind.DEPENDENCY, affected_package=make_package(aliases=("GHSA-aa", "GHSA-bb"))
    )
    for rule in ("pip-audit:GHSA-aa", "pip-audit:GHSA-*"):
        verdict = ruled([found], make_policy(exceptions=(make_exception(rule=rule, path="a.py"),)))
        assert verdict.outcome is Outcome.FAIL
        (note,) = verdict.notes
        assert (note.kind, note.text, note.rule) == (NoteKind.EXCEPTION_OTHER_NAME, "GHSA-aa", "pip-audit:CVE-2026-1")
    elsewhere = ruled([found], make_policy(exceptions=(make_exception(rule="pip-audit:GHSA-aa", path="src/"),)))
    assert kinds(elsewhere.notes) == [NoteKind.EXCEPTION_UNUSED]


def waited(days: int | None, wait: int, severity: Severity = Severity.CRITICAL) -> Verdict:
    found = make_finding("pip-audit:CVE-1", severity, kind=FindingKind.DEPENDENCY, affected_package=make_package(days))
    return ruled([found], make_policy(cool_down_days=wait, budget=make_budget(critical=0, high=0)))


@pytest.mark.parametrize(
    ("days", "wait", "waits"),
    [
        (3, 7, True),
        (1, 2, True),
        (0, 1, True),
        (6, 7, True),
        (7, 7, False),
        (0, 0, False),
        (None, 7, False),
        (-1, 7, False),
    ],
)
@pytest.mark.parametrize("severity", [Severity.HIGH, Severity.CRITICAL])
def test_a_young_advisory_is_waited_for(days: int | None, wait: int, waits: bool, severity: Severity) -> None:
    verdict = waited(days, wait, severity)
    if waits:
        (ruling,) = verdict.rulings
        assert (verdict.outcome, ruling.outcome) == (Outcome.PASS, RulingOutcome.TOLERATED)
        assert (ruling.decision.basis, ruling.decision.count, ruling.decision.limit) == (Basis.COOL_DOWN, days, wait)
        assert verdict.notes == (Note(NoteKind.IN_COOL_DOWN, days=wait, counts=(("pip-audit", 1),)),)
    else:
        assert (verdict.outcome, verdict.notes) == (Outcome.FAIL, ())


@pytest.mark.parametrize("date", ["soon", "2026-13-01", "0", "2026-11-22T00:00:00Z"])
def test_invalid_date_starts_no_cool_down(date: str) -> None:
    found = make_finding("pip-audit:CVE-1", kind=FindingKind.DEPENDENCY, affected_package=AffectedPackage("p", "1", published=date))
    assert ruled([found], make_policy(cool_down_days=99999)).outcome is Outcome.FAIL


def test_cool_down_finding_uses_no_budget() -> None:
    found = [
        make_finding(line=n, kind=FindingKind.DEPENDENCY, affected_package=make_package(days)) for n, days in ((1, 2), (2, 20))
    ]
    verdict = ruled(found, make_policy(cool_down_days=7, budget=make_budget(high=1)))
    assert (bases(verdict), budgets(verdict)) == ([Basis.COOL_DOWN, Basis.BUDGET], [(1, 1)])
    assert ruled(found, make_policy(cool_down_days=2, budget=make_budget(high=1))).outcome is Outcome.FAIL


def test_only_dependencies_are_waited_for() -> None:
    assert ruled([make_finding()], make_policy(cool_down_days=7)).outcome is Outcome.FAIL


def test_budget_separates_fixable_from_unfixable_findings() -> None:
    fixed, open_ = (
        make_finding(line=n, kind=FindingKind.DEPENDENCY, affected_package=make_package(fixed_in=f))
        for n, f in ((1, ("2",)), (2, ()))
    )
    under = make_policy(
        overrides=(BudgetOverride(((Severity.HIGH, 5),), fixable=False), BudgetOverride(((Severity.HIGH, 1),), fixable=True))
    )
    assert budgets(ruled([fixed, open_, make_finding(line=3)], under)) == [(1, 1), (1, 5), (1, 0)]
    both = BudgetOverride(((Severity.HIGH, 5),), FindingKind.DEPENDENCY, "bandit", "a.py", False)
    selector = BudgetSelector(FindingKind.DEPENDENCY, "bandit", "a.py", False)
    assert ruled([open_], make_policy(overrides=(both,))).rulings[0].decision.selector == selector
    assert ruled([fixed], make_policy(overrides=(both,))).outcome is Outcome.FAIL


def test_excluded_finding_does_not_count() -> None:
    entry = PathExclusion("tests/", "only tests", ("bandit",))
    gap = Gap("bandit", "tests/c.py", GapKind.UNPARSABLE, "r")
    verdict = evaluate(
        [make_result(findings=[make_finding(path="tests/d.py")], gaps=[gap])], TARGETS, make_policy(exclusions=(entry,)), TODAY
    )
    assert verdict.outcome is Outcome.PASS
    expected = Decision(Basis.EXCLUSION, PolicyLocation("paths.exclude[0]"), reason="only tests")
    assert verdict.rulings[0].decision == verdict.gaps[0].decision == expected
    other = make_finding("semgrep:x", path="tests/d.py")
    assert evaluate([make_result("semgrep", [other])], TARGETS, make_policy(exclusions=(entry,)), TODAY).outcome is Outcome.FAIL


@pytest.mark.parametrize(("path", "is_excluded"), [("sub", True), ("sub/", True), ("sub/**", True), ("sub/src/", False)])
def test_an_excluded_repository_does_not_count(path: str, *, is_excluded: bool) -> None:
    targets = Targets(FileSource.GIT_INDEX, 1, gaps=(Gap("targets", "sub", GapKind.NESTED_REPOSITORY, "r"),))
    policy = make_policy(exclusions=(PathExclusion(path, "not ours"),))
    (ruling,) = (each for each in evaluate([make_result()], targets, policy, TODAY).gaps if each.gap.path == "sub")
    assert (ruling.blocking, ruling.decision.basis is Basis.EXCLUSION) == (not is_excluded, is_excluded)


def test_a_gap_counts_unless_it_is_allowed() -> None:
    gaps = [Gap("bandit", path, GapKind.TOO_LARGE, "5 MB") for path in ("big/a.py", "src/x.py")]
    allowed = AllowedGap(GapKind.TOO_LARGE, "generated", "band*", "big/")
    verdict = evaluate([make_result(gaps=gaps)], TARGETS, make_policy(allowed_gaps=(allowed,)), TODAY)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert [(ruling.blocking, ruling.decision) for ruling in verdict.gaps] == [
        (False, Decision(Basis.ALLOWED_GAP, PolicyLocation("coverage.allowed-gaps[0]"), reason="generated")),
        (True, Decision(Basis.GAP_NOT_ALLOWED, PolicyLocation("coverage.allowed-gaps"))),
    ]


def test_an_entry_with_a_path_allows_no_gap_without_one() -> None:
    gap = Gap("bandit", None, GapKind.STALE_STORE, "r")
    allowed = AllowedGap(GapKind.STALE_STORE, "r", path="*")
    assert evaluate([make_result(gaps=[gap])], TARGETS, make_policy(allowed_gaps=(allowed,)), TODAY).outcome is Outcome.INCOMPLETE


@pytest.mark.smoke
@pytest.mark.parametrize("results", [[], [make_result("bandit", skipped=True)], [make_result("semgrep")]])
def test_a_required_scanner_that_did_not_run_is_a_gap(results: list[ScanResult]) -> None:
    verdict = evaluate(results, Targets(FileSource.STAGED, 3), make_policy(required_scanners=("bandit",)), TODAY)
    assert verdict.outcome is Outcome.INCOMPLETE
    ruling = verdict.gaps[0]
    assert (ruling.gap.scanner, ruling.gap.kind) == ("bandit", GapKind.NOT_RUN)
    assert (ruling.blocking, ruling.decision.basis) == (True, Basis.REQUIRED_SCANNER)


@pytest.mark.parametrize("targets", [Targets(FileSource.GIT_INDEX, 0), Targets(FileSource.FILE_SYSTEM, 3)])
def test_an_empty_scan_does_not_pass_whatever_is_allowed(targets: Targets) -> None:
    under = make_policy(allowed_gaps=(AllowedGap(GapKind.UNREADABLE, "r"),))
    empty = ScanResult("bandit", "1", make_result().status)
    verdict = evaluate([empty], targets, under, TODAY)
    assert (verdict.outcome, verdict.gaps[0].decision.basis) == (Outcome.INCOMPLETE, Basis.NOTHING_SCANNED)


def test_an_empty_commit_is_a_pass() -> None:
    assert evaluate([], Targets(FileSource.STAGED, 0), make_policy(), TODAY).outcome is Outcome.PASS


def test_fail_outranks_incomplete_and_both_are_reported() -> None:
    gap = Gap("bandit", "a.py", GapKind.CRASH, "r")
    verdict = evaluate([make_result(findings=[make_finding(path="src/b.py")], gaps=[gap])], TARGETS, make_policy(), TODAY)
    assert verdict.outcome is Outcome.FAIL
    assert [ruling.blocking for ruling in verdict.gaps] == [True]


def test_forced_gap_blocks_even_if_allowed() -> None:
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
    assert sorted(map(repr, found)) == sorted(
        repr(reported.finding) for ruling in verdict.rulings for reported in ruling.per_scanner
    )
    stated = [repr(gap) for one in results for gap in one.gaps] + [repr(gap) for gap in targets.gaps]
    reported = [repr(ruling.gap) for ruling in verdict.gaps]
    assert all(reported.count(gap) >= stated.count(gap) for gap in stated)


def test_known_finding_does_not_count_and_names_its_source() -> None:
    verdict = ruled([make_finding(known_by="the baseline"), make_finding(line=2, known_by="revision main")], make_policy())
    assert verdict.outcome is Outcome.PASS
    assert {ruling.outcome for ruling in verdict.rulings} == {RulingOutcome.KNOWN}
    assert bases(verdict) == [Basis.KNOWN] * 2
    assert [ruling.decision.known_by for ruling in verdict.rulings] == ["the baseline", "revision main"]


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
def test_move_out_of_a_lenient_path_makes_a_finding_new(lenient: dict[str, Any]) -> None:
    moved = make_finding(path="src/b.py", known_by="revision main", previous_path="tests/c.py")
    verdict = ruled([moved], make_policy(**lenient))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.rulings[0].decision.notes == (Note(NoteKind.STRICTER_PATH, path="tests/c.py"),)
    assert find_moved_to_stricter_path([make_result(findings=[moved])], make_policy(**lenient), TODAY) == {moved}


@pytest.mark.parametrize("lenient", [{}, *LENIENT.values()], ids=["nothing", *LENIENT])
def test_move_to_an_equally_strict_path_keeps_a_finding_known(lenient: dict[str, Any]) -> None:
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
    assert kinds(verdict.rulings[0].decision.notes) == [NoteKind.KNOWN_COUNTED]


def test_an_exception_comes_before_the_baseline_and_the_baseline_is_left_when_it_has_ended() -> None:
    found = [make_finding(known_by="the baseline")]
    verdict = ruled(found, make_policy(exceptions=(make_exception(rule="bandit:*"),)))
    assert verdict.rulings[0].outcome is RulingOutcome.SUPPRESSED
    ended = ruled(found, make_policy(exceptions=(make_exception(rule="bandit:*", expires=TODAY - dt.timedelta(1)),)))
    assert ended.rulings[0].outcome is RulingOutcome.KNOWN
    assert kinds(ended.rulings[0].decision.notes) == [NoteKind.EXCEPTION_EXPIRED]


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        (KnownSource(BASELINE.name, BASELINE.kind, 3, 2, 1, "b.json"), Outcome.FAIL),
        (KnownSource(BASELINE.name, BASELINE.kind, 3, 2, 0, "b.json"), Outcome.PASS),
        (KnownSource("revision main", KnownSourceKind.REVISION, 3, 2, 1), Outcome.PASS),
    ],
)
def test_a_baseline_that_may_only_shrink_has_to(known: KnownSource, outcome: Outcome) -> None:
    verdict = evaluate([make_result()], TARGETS, make_policy(baseline_ratchet=True), TODAY, known_sources=(known,))
    assert verdict.outcome is outcome
    assert evaluate([make_result()], TARGETS, make_policy(), TODAY, known_sources=(known,)).outcome is Outcome.PASS
    (note,) = verdict.notes
    assert (note.kind, note.name, note.count) == (
        NoteKind.BASELINE if known.kind is KnownSourceKind.BASELINE else NoteKind.KNOWN_SOURCE,
        known.name,
        3,
    )
    assert dict(note.counts)["matched"] == 2


@settings(max_examples=60, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies, st.integers(0, 6), st.integers(0, 6))
def test_waiting_less_never_improves(
    results: tuple[ScanResult, ...], targets: Targets, under: Policy, one: int, other: int
) -> None:
    short, long = (msgspec.structs.replace(under, cool_down_days=days) for days in sorted((one, other)))
    assert rank_outcome(evaluate(results, targets, short, TODAY)) >= rank_outcome(evaluate(results, targets, long, TODAY))


@settings(max_examples=60, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies)
def test_cool_down_applies_to_recent_advisories_only(results: tuple[ScanResult, ...], targets: Targets, under: Policy) -> None:
    for ruling in (reported for each in evaluate(results, targets, under, TODAY).rulings for reported in each.per_scanner):
        if ruling.decision.basis is Basis.COOL_DOWN:
            assert ruling.finding.affected_package is not None
            age = TODAY - dt.date.fromisoformat(ruling.finding.affected_package.published)
            assert dt.timedelta(0) <= age < dt.timedelta(under.cool_down_days)


@pytest.mark.parametrize("inside", [True, False])
def test_the_verdict_notes_dependencies_that_are_not_audited_for_their_name(inside: bool) -> None:
    left = tuple(SkippedPath(f"requirements.txt:{line}", SkipReason.INTERNAL_DEPENDENCY, "pip-audit") for line in (1, 2))
    ran = msgspec.structs.replace(make_result("pip-audit"), skipped_paths=left, components=(Component("alpha", "1", "a.py", 3),))
    notes = evaluate((ran,), TARGETS, make_policy(in_tree=inside), TODAY).notes
    expected = Note(NoteKind.INTERNAL_DEPENDENCIES, name="pip-audit", count=2, counts=(("audited", 1),), in_tree=inside)
    assert notes == (expected,)


def test_resolved_releases_are_noted_in_the_verdict() -> None:
    taken = tuple(Component(name, "1", "a.py", 3, resolved=name != "gamma") for name in ("alpha", "beta", "gamma"))
    ran = msgspec.structs.replace(make_result("pip-audit"), components=taken)
    notes = evaluate((ran,), TARGETS, make_policy(), TODAY).notes
    assert notes == (Note(NoteKind.RESOLVED_RELEASES, name="pip-audit", count=2),)


def test_moves_to_a_stricter_path_are_judged_by_exceptions_of_owners_only() -> None:
    moved = make_finding(path="src/b.py", known_by="revision main", previous_path="tests/c.py")
    entry = msgspec.structs.replace(make_exception(rule="bandit:*", path="tests/"), owner="@acme/test")
    under = make_policy(exceptions=(entry,), exception_owners=ExceptionOwners.CODEOWNERS)
    for text, found in (("* @acme/test\n", {moved}), ("* @acme/all\n", set())):
        owners = find_codeowners({"CODEOWNERS": text}.get)
        assert find_moved_to_stricter_path([make_result(findings=[moved])], under, TODAY, owners) == found


def test_verdict_lists_gaps_in_their_order_with_the_decision_on_each() -> None:
    under = make_policy(
        required_scanners=("pip-audit", "semgrep", "bandit"),
        allowed_gaps=(AllowedGap(GapKind.TIMEOUT, "slow"),),
        exclusions=(PathExclusion("src/", "not ours"),),
        locations={"coverage.required": PolicyLocation("coverage.required", "scangate.yaml", 5)},
    )
    crash, slow = Gap("bandit", "src/b.py", GapKind.CRASH, "r"), Gap("bandit", "a.py", GapKind.TIMEOUT, "r")
    of_targets, beyond = Gap("targets", "x", GapKind.UNREADABLE, "r"), Gap("targets", None, GapKind.UNREADABLE, "beyond")
    targets = Targets(FileSource.GIT_INDEX, 3, gaps=(of_targets,))
    results = [make_result("bandit", gaps=[crash, slow]), make_result("semgrep", skipped=True)]
    rulings = evaluate(results, targets, under, TODAY, forced_gaps=[beyond]).gaps
    reported = {(ruling.gap.scanner, ruling.gap.path): (ruling.blocking, ruling.decision) for ruling in rulings}
    required = Decision(Basis.REQUIRED_SCANNER, PolicyLocation("coverage.required", "scangate.yaml", 5))
    assert reported == {
        ("bandit", "src/b.py"): (False, Decision(Basis.EXCLUSION, PolicyLocation("paths.exclude[0]"), reason="not ours")),
        ("bandit", "a.py"): (False, Decision(Basis.ALLOWED_GAP, PolicyLocation("coverage.allowed-gaps[0]"), reason="slow")),
        ("semgrep", None): (True, required),
        ("pip-audit", None): (True, required),
        ("targets", "x"): (True, Decision(Basis.GAP_NOT_ALLOWED, PolicyLocation("coverage.allowed-gaps"))),
        ("targets", None): (True, Decision(Basis.NOT_ANALYZED)),
    }
    assert [ruling.gap for ruling in rulings] == sorted((ruling.gap for ruling in rulings), key=Gap.sort_key)
    missing = [ruling.gap for ruling in rulings if ruling.gap.kind is GapKind.NOT_RUN]
    assert all(gap.reason and gap.hint for gap in missing)


@pytest.mark.parametrize(
    ("targets", "given", "blocks"),
    [
        (Targets(FileSource.GIT_INDEX, 0), 0, True),
        (Targets(FileSource.GIT_INDEX, 3), 0, True),
        (Targets(FileSource.GIT_INDEX, 3), 1, False),
        (Targets(FileSource.STAGED, 3), 0, False),
    ],
)
def test_scan_that_gave_no_scanner_a_file_is_a_gap_but_for_an_empty_commit(targets: Targets, given: int, blocks: bool) -> None:
    some = ScanResult("semgrep", "1", ScanStatus.COMPLETE, files_given=given, analyzed_files=("a.py",) * given)
    results = [ScanResult("bandit", "1", ScanStatus.COMPLETE), some]
    gaps = evaluate(results, targets, make_policy(), TODAY).gaps
    assert [(ruling.gap.scanner, ruling.gap.path, ruling.gap.kind, ruling.blocking) for ruling in gaps] == (
        [("targets", None, GapKind.UNREADABLE, True)] if blocks else []
    )
    assert all(ruling.decision == Decision(Basis.NOTHING_SCANNED) and ruling.gap.reason and ruling.gap.hint for ruling in gaps)


def test_nothing_to_scan_and_nothing_that_reads_it_are_distinguished() -> None:
    results = [ScanResult("bandit", "1", make_result().status)]
    reported = [evaluate(results, Targets(FileSource.GIT_INDEX, files), make_policy(), TODAY).gaps[0].gap for files in (0, 3)]
    assert [(gap.reason, gap.hint) for gap in reported] == [
        ("no file to scan", "check that this is the right directory; `git ls-files` lists the tracked files"),
        (
            "no enabled scanner analyzes any of the files",
            "`scangate policy show` lists the enabled scanners and the excluded paths",
        ),
    ]


@pytest.mark.parametrize(("commits", "blocks"), [(0, False), (3, True)])
def test_history_without_a_commit_is_a_pass_and_one_that_no_scanner_reads_is_not(commits: int, blocks: bool) -> None:
    results = [ScanResult("bandit", "1", ScanStatus.COMPLETE)]
    gaps = evaluate(results, Targets(FileSource.HISTORY, commits), make_policy(), TODAY).gaps
    assert [ruling.decision.basis for ruling in gaps] == [Basis.NOTHING_SCANNED] * blocks


def test_gap_of_an_untouched_file_does_not_count_unless_no_policy_allows_its_kind() -> None:
    gaps = [Gap("bandit", path, kind, "r") for path in ("a.py", "src/b.py") for kind in (GapKind.TOO_LARGE, GapKind.CRASH)]
    verdict = evaluate([make_result(gaps=gaps)], TARGETS, make_policy(), TODAY, untouched=("a.py",))
    denied = Decision(Basis.GAP_NOT_ALLOWED, PolicyLocation("coverage.allowed-gaps"))
    assert {(ruling.gap.path, ruling.gap.kind): (ruling.blocking, ruling.decision) for ruling in verdict.gaps} == {
        ("a.py", GapKind.TOO_LARGE): (False, Decision(Basis.UNTOUCHED)),
        ("a.py", GapKind.CRASH): (True, denied),
        ("src/b.py", GapKind.TOO_LARGE): (True, denied),
        ("src/b.py", GapKind.CRASH): (True, denied),
    }


def test_known_source_is_noted_with_all_its_counts() -> None:
    known = KnownSource("revision main", KnownSourceKind.REVISION, findings=9, matched=4, gone=2)
    (note,) = evaluate([make_result()], TARGETS, make_policy(), TODAY, known_sources=(known,)).notes
    assert (note.name, note.count) == ("revision main", 9)
    assert [number for _, number in note.counts] == [4, 2, 3]


def test_changed_severities_are_counted_by_rule_but_for_unknown_ones() -> None:
    rules = (SeverityRule("bandit:*", Severity.LOW),)
    found = [make_finding("bandit:B2"), make_finding("bandit:B1", line=2), make_finding("bandit:B2", line=3)]
    found += [make_finding("bandit:B3", Severity.UNKNOWN), make_finding("bandit:B4", Severity.LOW)]
    expected = Note(NoteKind.SEVERITIES_CHANGED, counts=(("bandit:B1", 1), ("bandit:B2", 2)))
    assert ruled(found, make_policy(severity_rules=rules)).notes == (expected,)


def test_dependency_notes_are_in_the_order_of_the_scanners() -> None:
    taken = (Component("alpha", "1", "a.py", 3, resolved=True),)
    ran = [msgspec.structs.replace(make_result(name), components=taken) for name in ("semgrep", "bandit")]
    assert [note.name for note in evaluate(ran, TARGETS, make_policy(), TODAY).notes] == ["bandit", "semgrep"]


def test_exception_is_not_unused_where_its_scanner_failed() -> None:
    entry = make_exception(rule="bandit:B1")
    partial = make_result(gaps=[Gap("bandit", None, GapKind.CRASH, "r")])
    failed = msgspec.structs.replace(partial, status=ScanStatus.FAILED)
    for result, reported in ((failed, False), (partial, True), (make_result(), True)):
        assert bool(evaluate([result], TARGETS, make_policy(exceptions=(entry,)), TODAY).notes) is reported
