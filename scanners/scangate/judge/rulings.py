"""Rules on each finding: what the policy makes of it and why. Budgets are counted over all findings.

`evaluation` documents the order in which the reasons apply.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from scangate.judge import inline_suppressions
from scangate.judge.correlation import WeaknessKey, weakness_key
from scangate.judge.exceptions import ExceptionLedger
from scangate.judge.policy import Budget, BudgetOverride, Policy
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.model import (
    Basis,
    BudgetSelector,
    Decision,
    Finding,
    FindingKind,
    Note,
    NoteKind,
    PolicyLocation,
    Ruling,
    RulingOutcome,
    Severity,
)

BudgetKey = tuple[int, Severity]
"""A `PolicyMatcher.budget_index` and a severity."""


class _BudgetCount:
    """The findings that one budget counts at one severity; correlated findings of several scanners count once."""

    def __init__(self, budget: Budget, location: PolicyLocation, severity: Severity) -> None:
        self.budget = budget
        self.location = location
        self.severity = severity
        self.uncorrelated = 0
        self.correlated: dict[WeaknessKey, Counter[str]] = defaultdict(Counter)

    def add(self, finding: Finding) -> None:
        """Count a finding."""
        key = weakness_key(finding)
        if key is None:
            self.uncorrelated += 1
        else:
            self.correlated[key][finding.scanner] += 1

    def count(self) -> int:
        """How many there are: a weakness counts as often as the scanner that reports it most often."""
        return self.uncorrelated + sum(max(by_scanner.values()) for by_scanner in self.correlated.values())

    def count_reported_worse(self, others: Iterable[_BudgetCount]) -> int:
        """How many of them another scanner reports at a higher severity, where a reader finds them as well."""
        worse = [other.correlated for other in others if other.severity > self.severity]
        return sum(
            any(key in correlated and correlated[key].keys() - by_scanner.keys() for correlated in worse)
            for key, by_scanner in self.correlated.items()
        )

    def decide(self, others: Iterable[_BudgetCount]) -> tuple[RulingOutcome, Decision]:
        """The outcome of each of them; call it after all findings are added. ``others``: all budgets."""
        limit = self.budget.limit(self.severity)
        count = self.count()
        decision = Decision(
            Basis.BUDGET,
            self.location,
            severity=self.severity,
            count=count,
            limit=limit,
            selector=_selector(self.budget),
            reported_worse=0 if limit is None else self.count_reported_worse(others),
        )
        blocks = limit is not None and count > limit
        return (RulingOutcome.BLOCKING if blocks else RulingOutcome.TOLERATED), decision


class _Assessment(NamedTuple):
    """What applies to a finding before budgets are counted. The first of the three decisions that is present applies."""

    severity: Severity
    budget_index: int
    suppression: Decision | None
    known: Decision | None
    cool_down: Decision | None
    notes: tuple[Note, ...]

    def decide(self, budgets: Mapping[BudgetKey, tuple[RulingOutcome, Decision]]) -> tuple[RulingOutcome, Decision]:
        """The outcome of the finding."""
        if self.suppression is not None:
            return RulingOutcome.SUPPRESSED, self.suppression
        if self.known is not None:
            outcome, decision = RulingOutcome.KNOWN, self.known
        elif self.cool_down is not None:
            outcome, decision = RulingOutcome.TOLERATED, self.cool_down
        else:
            outcome, decision = budgets[self.budget_index, self.severity]
        return outcome, msgspec.structs.replace(decision, notes=self.notes) if self.notes else decision


class _AssessmentCache:
    """The assessment of each finding of one evaluation; findings that a policy cannot distinguish share one."""

    def __init__(self, matcher: PolicyMatcher, exceptions: ExceptionLedger) -> None:
        self._matcher = matcher
        self._exceptions = exceptions
        self._shared: dict[tuple[tuple[str, ...], str, Severity, FindingKind, bool], _Assessment] = {}

    def assess(self, finding: Finding) -> _Assessment:
        """Assess a finding. Call it once for each: exceptions count what they accept."""
        comments = finding.tool_comment or finding.ignore_comments
        if finding.affected_package or comments or finding.known_by or finding.previous_path or self._exceptions.entries:
            return self._assess(finding)
        rules = tuple(name.rule for name in finding.names)
        key = (rules, finding.location.path, finding.severity, finding.kind, finding.introduction is not None)
        if key not in self._shared:
            self._shared[key] = self._assess(finding)
        return self._shared[key]

    def _assess(self, finding: Finding) -> _Assessment:
        matcher, exceptions = self._matcher, self._exceptions
        severity = matcher.severity_of(finding)
        suppression = find_suppression(finding, matcher, exceptions)
        return _Assessment(
            severity,
            matcher.budget_index(finding, severity),
            suppression,
            _known_decision(finding, matcher, exceptions),
            _cool_down_decision(finding, matcher.policy, exceptions.today),
            () if suppression is not None else tuple(_notes(finding, severity, matcher, exceptions)),
        )


def rule_findings(findings: Sequence[Finding], matcher: PolicyMatcher, exceptions: ExceptionLedger) -> tuple[Ruling, ...]:
    """One ruling for each finding, in order. Budgets are counted first, over all findings that they count."""
    if matcher.policy.is_absent:
        not_judged = RulingOutcome.NOT_JUDGED, Decision(Basis.NOT_JUDGED)
        return tuple(Ruling(finding, matcher.severity_of(finding), *not_judged) for finding in findings)
    assessments = _AssessmentCache(matcher, exceptions)
    assessed = [(finding, assessments.assess(finding)) for finding in findings]
    counts: dict[BudgetKey, _BudgetCount] = {}
    for finding, case in assessed:
        if case.suppression is case.known is case.cool_down is None:
            key = (case.budget_index, case.severity)
            if key not in counts:
                counts[key] = _BudgetCount(matcher.budget_at(key[0]), matcher.budget_location(*key), case.severity)
            counts[key].add(finding)
    budgets = {key: count.decide(counts.values()) for key, count in counts.items()}
    return tuple(Ruling(finding, case.severity, *case.decide(budgets)) for finding, case in assessed)


def find_suppression(finding: Finding, matcher: PolicyMatcher, exceptions: ExceptionLedger) -> Decision | None:
    """The decision that suppresses a finding: an exclusion, an exception or an inline comment; None if there is none."""
    return (
        matcher.exclusion_of(finding.scanner, finding.location.path)
        or exceptions.accept(finding)
        or inline_suppressions.find_inline_suppression(finding, matcher.policy, exceptions.today)
    )


def _known_decision(finding: Finding, matcher: PolicyMatcher, exceptions: ExceptionLedger) -> Decision | None:
    """The decision that a finding is not new; None if it is, or if the policy counts known findings as well."""
    if not finding.known_by or not matcher.policy.new_only or moved_to_stricter_path(finding, matcher, exceptions):
        return None
    return Decision(Basis.KNOWN, matcher.policy.locate("new-only"), known_by=finding.known_by)


def moved_to_stricter_path(finding: Finding, matcher: PolicyMatcher, exceptions: ExceptionLedger) -> bool:
    """Whether a known finding moved here from a path for which the policy is less strict: it was not accepted here.

    Otherwise a finding could be added to a test and then be moved into the product as known.
    """
    if not finding.previous_path:
        return False
    before = msgspec.structs.replace(finding, location=msgspec.structs.replace(finding.location, path=finding.previous_path))
    return exceptions.would_accept(before) or matcher.is_stricter_now(finding)


def _cool_down_decision(finding: Finding, policy: Policy, today: dt.date) -> Decision | None:
    """The decision that a dependency finding does not count yet; None if it does, as it does without a valid date in the past."""
    if finding.affected_package is None:
        return None
    try:
        age = (today - dt.date.fromisoformat(finding.affected_package.published)).days
    except ValueError:
        return None
    if not 0 <= age < policy.cool_down_days:
        return None
    return Decision(Basis.COOL_DOWN, policy.locate("advisories.wait-days"), count=age, limit=policy.cool_down_days)


def _selector(budget: Budget) -> BudgetSelector:
    if not isinstance(budget, BudgetOverride):
        return BudgetSelector()
    return BudgetSelector(budget.kind, budget.scanner, budget.path, budget.fixable, budget.history)


def _notes(finding: Finding, severity: Severity, matcher: PolicyMatcher, exceptions: ExceptionLedger) -> Iterable[Note]:
    """What else a reader must know to understand the decision."""
    policy = matcher.policy
    if severity is not finding.severity:
        yield Note(NoteKind.SEVERITY_CHANGED, severity=finding.severity, location=matcher.severity_location(finding))
    if finding.known_by and not policy.new_only:
        yield Note(NoteKind.KNOWN_COUNTED, name=finding.known_by, location=policy.locate("new-only"))
    elif moved_to_stricter_path(finding, matcher, exceptions):
        yield Note(NoteKind.STRICTER_PATH, path=finding.previous_path)
    yield from inline_suppressions.explain_rejections(finding, policy, exceptions.today)
    yield from exceptions.explain_rejections(finding)
