"""Correlation: what is one fault and what is two, then the properties that keep merging from hiding anything."""

from __future__ import annotations

import itertools
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.judge.correlation import BROAD_CWES, CWE_CORRECTIONS, CWE_FAMILIES, merge_rulings, weakness_key
from scangate.judge.evaluation import evaluate
from scangate.judge.policy import Budget, BudgetOverride, InlineSuppressions, Policy
from scangate.model import (
    WORST_FIRST,
    Finding,
    FindingKind,
    Note,
    NoteKind,
    Outcome,
    Ruling,
    RulingOutcome,
    ScanResult,
    Severity,
    Targets,
    Verdict,
)
from tests.support import policy_builders
from tests.support.decisions import budgets, kinds
from tests.support.policy_builders import (
    TARGETS,
    TODAY,
    make_budget,
    make_exception,
    make_finding,
    make_package,
    make_policy,
    make_result,
)

BLOCKS, _, TOLERATED, KNOWN, SUPPRESSED = WORST_FIRST


def verdict(*found: Finding, under: Policy | None = None) -> Verdict:
    """The verdict on these findings, each of the scanner that its rule names."""
    by_scanner = {name: [each for each in found if each.scanner == name] for name in sorted({each.scanner for each in found})}
    return evaluate([make_result(name, each) for name, each in by_scanner.items()], TARGETS, under or make_policy(), TODAY)


def groups(*found: Finding, under: Policy | None = None) -> list[list[str]]:
    """The rules of each ruling's members, in the order of the reports."""
    return [[reported.finding.rule for reported in ruling.per_scanner] for ruling in verdict(*found, under=under).rulings]


def secret(rule: str, **more: Any) -> Finding:
    return make_finding(rule, Severity.MEDIUM, kind=FindingKind.SECRET, **more)


@pytest.mark.smoke
def test_a_secret_that_three_scanners_see_is_one_finding() -> None:
    found = [secret("bandit:B105"), secret("semgrep:python-static-key"), secret("detect-secrets:secret-keyword")]
    (ruling,) = verdict(*found).rulings
    assert [reported.finding for reported in ruling.members] == [found[2], found[1], found[0]]
    assert ruling.finding == msgspec.structs.replace(found[2], reported_by=("detect-secrets", "semgrep", "bandit"))
    assert verdict(*found).notes == (
        Note(NoteKind.MERGED_FINDINGS, count=1, counts=(("detect-secrets and semgrep and bandit", 1),)),
    )


@pytest.mark.smoke
def test_eval_seen_twice_is_one() -> None:
    """bandit numbers it as command injection, our rule as what it is."""
    assert groups(make_finding("bandit:B307", cwe=(78,)), make_finding("semgrep:python-code-injection", cwe=(95,))) == [
        ["semgrep:python-code-injection", "bandit:B307"]
    ]


@pytest.mark.smoke
@pytest.mark.parametrize(
    "other",
    [
        make_finding("semgrep:python-ssrf", cwe=(918,)),
        make_finding("semgrep:x", cwe=()),
        make_finding("semgrep:x", cwe=(20,)),
        make_finding("semgrep:x", cwe=(78,), line=2),
        make_finding("semgrep:x", cwe=(78,), path="src/b.py"),
        make_finding("bandit:B605", cwe=(78,)),
        secret("detect-secrets:x"),
    ],
    ids=["another family", "no family", "too broad", "another line", "another file", "the same scanner", "a secret"],
)
def test_two_different_faults_stay_two(other: Finding) -> None:
    assert len(groups(make_finding("bandit:B602", cwe=(78,)), other)) == 2


def test_two_that_share_only_a_broad_number_stay_two() -> None:
    assert len(groups(make_finding("bandit:B999", cwe=(20,)), make_finding("semgrep:x", cwe=(20,)))) == 2


def test_nothing_is_joined_by_way_of_a_third() -> None:
    """The one in the middle spans both lines, and belongs to the one on which it begins."""
    middle = make_finding("semgrep:b", cwe=(78,), line=1, end_line=9)
    found = [make_finding("ruff:a", cwe=(78,), line=1), middle, make_finding("trivy:c", cwe=(78,), line=5)]
    assert groups(*found) == [["semgrep:b", "ruff:a"], ["trivy:c"]]


def test_duplicate_findings_of_one_scanner_stay_separate() -> None:
    found = [secret("detect-secrets:a"), secret("detect-secrets:b"), secret("bandit:B105")]
    assert groups(*found) == [["detect-secrets:a", "bandit:B105"], ["detect-secrets:b"]]


def test_advisories_are_one_by_any_of_their_names() -> None:
    one = make_finding(
        "pip-audit:PYSEC-1",
        kind=FindingKind.DEPENDENCY,
        cwe=(79,),
        affected_package=make_package(aliases=("CVE-2026-1", "GHSA-aa")),
    )
    same = make_finding("trivy:CVE-2026-1", kind=FindingKind.DEPENDENCY, cwe=(79,))
    other = make_finding("trivy:CVE-2026-2", kind=FindingKind.DEPENDENCY, cwe=(79,))
    assert groups(one, same, other) == [["pip-audit:PYSEC-1", "trivy:CVE-2026-1"], ["trivy:CVE-2026-2"]]


def test_the_worst_member_decides() -> None:
    low, unknown = make_finding("semgrep:x", Severity.LOW, cwe=(78,)), make_finding("bandit:B602", Severity.UNKNOWN, cwe=(78,))
    (ruling,) = verdict(low, unknown, under=make_policy(unknown_severity=Severity.MEDIUM)).rulings
    assert (ruling.finding.rule, ruling.severity, ruling.outcome) == ("semgrep:x", Severity.MEDIUM, BLOCKS)
    assert kinds(ruling.decision.notes) == [NoteKind.SEVERITY_CHANGED]
    assert ruling.decision == ruling.members[1].decision
    assert [reported.outcome for reported in ruling.members] == [TOLERATED, BLOCKS]


def test_merged_finding_is_suppressed_only_if_every_member_is() -> None:
    one, other = make_finding("semgrep:x", cwe=(78,), fingerprint="f1"), make_finding("bandit:B602", cwe=(78,), waiver="# nosec")
    assert [each.outcome for each in verdict(one, other).rulings] == [BLOCKS]
    entry = make_exception(fingerprint="f1")
    assert [each.outcome for each in verdict(one, other, under=make_policy(exceptions=(entry,))).rulings] == [SUPPRESSED]
    denied = make_policy(exceptions=(entry,), inline_suppressions=InlineSuppressions.DENY)
    assert [each.outcome for each in verdict(one, other, under=denied).rulings] == [BLOCKS]


def test_a_budget_counts_a_fault_once() -> None:
    found = [make_finding(rule, cwe=(78,), line=line) for line in (1, 2) for rule in ("bandit:B602", "semgrep:x")]
    assert verdict(*found, under=make_policy(budget=make_budget(high=2))).outcome is Outcome.PASS
    assert set(budgets(verdict(*found, under=make_policy(budget=make_budget(high=1))))) == {(2, 1)}


def test_a_fault_counts_in_every_budget_that_a_member_is_in() -> None:
    """A medium secret is not excused by a scanner that reports it as high, where high ones are allowed."""
    found = [secret("bandit:B105"), make_finding("semgrep:x", Severity.HIGH, kind=FindingKind.SECRET)]
    (ruling,) = verdict(*found, under=make_policy(budget=make_budget(high=None, medium=0))).rulings
    assert (ruling.outcome, ruling.severity) == (BLOCKS, Severity.MEDIUM)
    assert (ruling.decision.count, ruling.decision.limit, ruling.decision.reported_worse) == (1, 0, 1)
    by_scanner = make_policy(overrides=(BudgetOverride(((Severity.HIGH, None), (Severity.MEDIUM, None)), scanner="semgrep"),))
    assert verdict(*found, under=by_scanner).outcome is Outcome.FAIL


def test_the_tables_are_sound() -> None:
    numbers = [cwe for cwes in CWE_FAMILIES.values() for cwe in cwes]
    assert len(numbers) == len(set(numbers))
    assert not set(numbers) & BROAD_CWES
    assert not {cwe for cwe in CWE_CORRECTIONS.values() if cwe in BROAD_CWES}


@pytest.mark.parametrize(
    ("finding", "family"),
    [
        (make_finding("x:y", cwe=(78,)), "command"),
        (make_finding("x:y", cwe=(20, 22, 78)), "path"),
        (make_finding("x:y", cwe=(1234,)), "CWE-1234"),
        (make_finding("x:y", cwe=(0, -1, 200)), None),
        (make_finding("x:y"), None),
        (make_finding("bandit:B701", cwe=(94,)), "page"),
        (make_finding("bandit:B310", cwe=(22,)), None),
        (make_finding("x:y", kind=FindingKind.SECRET, cwe=(78,)), "secret"),
        (make_finding("x:y", cwe=(798,)), "secret"),
        (make_finding("x:cve-2026-9", kind=FindingKind.DEPENDENCY), "advisory CVE-2026-9"),
        (
            make_finding(
                "x:A-1", kind=FindingKind.DEPENDENCY, affected_package=make_package(aliases=("cve-2026-9", "CVE-2026-10", "AA"))
            ),
            "advisory CVE-2026-10",
        ),
        (make_finding("x:b-1", kind=FindingKind.DEPENDENCY, affected_package=make_package(aliases=("a-1",))), "advisory A-1"),
    ],
)
def test_weakness_is_a_path_a_line_and_a_family(finding: Finding, family: str | None) -> None:
    assert weakness_key(finding) == (None if family is None else ("a.py", "", 1, family))


def test_members_are_grouped_by_rank_and_scanner_precedence() -> None:
    """The worst of each scanner together, then the next worst; specialized scanners come first, unknown ones by name."""
    rules = ("zeta:x", "bandit:B602", "alpha:x", "semgrep:x", "detect-secrets:x")
    found = [make_finding(rule, severity, cwe=(78,)) for rule in rules for severity in (Severity.HIGH, Severity.CRITICAL)]
    made = verdict(*found, make_finding("semgrep:y", Severity.MEDIUM, cwe=(78,))).rulings
    names = ["detect-secrets", "semgrep", "bandit", "alpha", "zeta"]
    assert [[member.finding.scanner for member in ruling.per_scanner] for ruling in made] == [names, names, ["semgrep"]]
    assert {ruling.severity for ruling in made} == {Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM}
    assert all({member.severity for member in ruling.per_scanner} == {ruling.severity} for ruling in made)
    assert [ruling.finding.reported_by for ruling in made] == [tuple(names), tuple(names), ()]


def test_merged_names_include_those_that_a_finding_already_has() -> None:
    one = make_finding("semgrep:x", cwe=(78,), reported_by=("semgrep", "other"))
    (ruling,) = verdict(one, make_finding("bandit:B602", cwe=(78,))).rulings
    assert ruling.finding.reported_by == ("semgrep", "other", "bandit")


def test_merged_findings_are_counted_by_the_scanners_that_report_them() -> None:
    rules = (("semgrep:x", 1), ("bandit:B602", 1), ("semgrep:x", 2), ("bandit:B602", 2), ("alpha:x", 3), ("semgrep:x", 3))
    (note,) = verdict(*(make_finding(rule, cwe=(78,), line=line) for rule, line in rules)).notes
    expected = (("semgrep and alpha", 1), ("semgrep and bandit", 2))
    assert note == Note(NoteKind.MERGED_FINDINGS, count=3, counts=expected)
    assert verdict(make_finding(cwe=(78,))).notes == ()


# -- properties --

outcomes = st.sampled_from(list(RulingOutcome))
rulings = st.lists(
    st.builds(Ruling, policy_builders.findings, st.sampled_from(policy_builders.SEVERITIES), outcomes, st.just("r")), max_size=9
)


def at_least(found: tuple[Ruling, ...], outcome: RulingOutcome, severity: Severity) -> int:
    """How many rulings are as bad as this or worse."""
    worst = (WORST_FIRST.index(outcome), -severity.rank)
    return sum((WORST_FIRST.index(ruling.outcome), -ruling.severity.rank) <= worst for ruling in found)


@settings(max_examples=200, deadline=None)
@given(rulings, st.builds(Ruling, policy_builders.findings, st.sampled_from(policy_builders.SEVERITIES), outcomes, st.just("r")))
def test_a_member_more_lowers_no_count(found: list[Ruling], more: Ruling) -> None:
    before, after = merge_rulings(found), merge_rulings([*found, more])
    assert len(after) >= len(before)
    for outcome, severity in itertools.product(RulingOutcome, policy_builders.SEVERITIES):
        assert at_least(after, outcome, severity) >= at_least(before, outcome, severity)


@settings(max_examples=200, deadline=None)
@given(rulings, st.randoms())
def test_merging_loses_nothing_and_softens_nothing(found: list[Ruling], chance: random.Random) -> None:
    made = merge_rulings(found)
    reported = [reported for ruling in made for reported in ruling.per_scanner]
    assert sorted(map(repr, reported)) == sorted(map(repr, found))
    assert merge_rulings(chance.sample(found, len(found))) == made
    assert list(made) == sorted(made, key=Ruling.sort_key)
    for ruling in made:
        assert ruling.outcome is min((each.outcome for each in ruling.per_scanner), key=WORST_FIRST.index)
        assert ruling.severity is max(each.severity for each in ruling.per_scanner if each.outcome is ruling.outcome)
        if ruling.members:
            scanners = [member.finding.scanner for member in ruling.members]
            assert len(set(scanners)) == len(scanners) > 1
            assert len({weakness_key(member.finding) for member in ruling.members}) == 1
            assert ruling.finding.fingerprint == ruling.members[0].finding.fingerprint


@settings(max_examples=100, deadline=None)
@given(policy_builders.results(), policy_builders.targets, policy_builders.policies)
def test_a_limit_of_none_is_never_passed_by_merging(results: tuple[ScanResult, ...], targets: Targets, under: Policy) -> None:
    """Where a budget is 0 or unlimited, the verdict is that on the findings as if each were on a line of its own."""
    strict = msgspec.structs.replace(
        under,
        budget=none_or_any(under.budget.limits),
        overrides=tuple(msgspec.structs.replace(each, limits=none_or_any(each.limits).limits) for each in under.overrides),
    )
    line = itertools.count(100)
    apart = [
        msgspec.structs.replace(
            one,
            findings=tuple(
                msgspec.structs.replace(each, location=msgspec.structs.replace(each.location, line=number, end_line=number))
                for each, number in zip(one.findings, line, strict=False)
            ),
        )
        for one in results
    ]
    assert evaluate(results, targets, strict, TODAY).outcome is evaluate(apart, targets, strict, TODAY).outcome


def none_or_any(limits: tuple[tuple[Severity, int | None], ...]) -> Budget:
    return Budget(tuple((severity, limit and None) for severity, limit in limits))
