"""What becomes of each finding under a policy, and why: one ruling a finding, its budget counted over all of them.

What may be said of many findings alike is said once; `gate` tells in which order the reasons decide.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from scangate.judge import inline_comments
from scangate.judge.correlation import WeaknessKey, weakness_key
from scangate.judge.error_text import pluralize
from scangate.judge.exceptions import ExceptionLedger
from scangate.judge.policy import Budget, BudgetOverride, Policy
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.model import Finding, FindingKind, Ruling, RulingOutcome, Severity

__all__ = ["IN_COOL_DOWN", "find_suppression", "moved_to_stricter_path", "rule_findings"]

IN_COOL_DOWN = "published"


class _BudgetCount:
    """The faults that one budget counts, of one severity."""

    def __init__(self, budget: Budget, severity: Severity) -> None:
        self.budget = budget
        self.severity = severity
        self.uncorrelated = 0
        self.correlated: dict[WeaknessKey, Counter[str]] = defaultdict(Counter)

    def add(self, finding: Finding) -> None:
        """Count a finding that nothing suppresses."""
        fault = weakness_key(finding)
        if fault is None:
            self.uncorrelated += 1
        else:
            self.correlated[fault][finding.scanner] += 1

    @property
    def count(self) -> int:
        """How many faults there are, asked when all findings are added."""
        return self.uncorrelated + sum(map(self.count_of, self.correlated))

    def count_of(self, fault: WeaknessKey) -> int:
        """How often a fault counts: as often as the scanner that tells most of it."""
        return max(self.correlated[fault].values()) if fault in self.correlated else 0

    def count_reported_worse(self, others: Iterable[_BudgetCount]) -> int:
        """How many of them another scanner tells as worse, so that a reader finds them there."""
        worse = [other.correlated for other in others if other.severity > self.severity]
        return sum(
            any(fault in shared and shared[fault].keys() - by_scanner.keys() for shared in worse)
            for fault, by_scanner in self.correlated.items()
        )

    def decide(self, others: Iterable[_BudgetCount]) -> tuple[RulingOutcome, str]:
        """What becomes of each of them, and why; asked when all are counted, ``others`` being all budgets."""
        limit = self.budget.limit(self.severity)
        name = f"{self.severity.name.lower()} finding"
        where = _describe_selector(self.budget)
        if limit is None:
            return RulingOutcome.TOLERATED, f"the policy does not limit {name}s{where}"
        count, outdone = self.count, self.count_reported_worse(others)
        also = f"; {outdone} of them told as worse by another scanner" if outdone else ""
        if count > limit:
            return RulingOutcome.BLOCKING, f"{pluralize(count, name)}{where}, the policy allows {limit}{also}"
        return RulingOutcome.TOLERATED, f"{count} of {pluralize(limit, name)}{where} allowed{also}"


class _Assessment(NamedTuple):
    """What is to be said of a finding before budgets are counted: its severity, the budget that would count it, why it does not
    count (at most one of three decides, in this order), and what else a reader must know."""

    severity: Severity
    budget_index: int
    suppressed: str | None
    known: str | None
    cool_down: str | None
    remarks: str

    def decide(self, verdicts: Mapping[tuple[int, Severity], tuple[RulingOutcome, str]]) -> tuple[RulingOutcome, str]:
        """What becomes of the finding, and why. ``verdicts``: what the budgets came to, by place and severity."""
        if self.suppressed is not None:
            return RulingOutcome.SUPPRESSED, self.suppressed
        if self.known is not None:
            return RulingOutcome.KNOWN, self.known + self.remarks
        if self.cool_down is not None:
            return RulingOutcome.TOLERATED, self.cool_down + self.remarks
        outcome, because = verdicts[self.budget_index, self.severity]
        return outcome, because + self.remarks


class _AssessmentCache:
    """The case of each finding of one judgement; findings that differ in nothing that a policy asks about share one."""

    def __init__(self, terms: PolicyMatcher, exceptions: ExceptionLedger) -> None:
        self._terms = terms
        self._exceptions = exceptions
        self._shared: dict[tuple[str, str, Severity, FindingKind], _Assessment] = {}

    def assess(self, finding: Finding) -> _Assessment:
        """To be asked once for each finding: exceptions keep account of what they accept."""
        own = (
            finding.affected_package or finding.tool_comment or finding.ignore_comments or finding.known_by or finding.previous_path
        )
        if own or self._exceptions.entries:
            return self._new(finding)
        key = (finding.rule, finding.location.path, finding.severity, finding.kind)
        if key not in self._shared:
            self._shared[key] = self._new(finding)
        return self._shared[key]

    def _new(self, finding: Finding) -> _Assessment:
        terms, exceptions = self._terms, self._exceptions
        severity = terms.severity_of(finding)
        why = find_suppression(finding, terms, exceptions)
        return _Assessment(
            severity,
            terms.budget_index(finding, severity),
            why,
            _known_reason(finding, terms, exceptions),
            _cool_down_reason(finding, terms.policy, exceptions.today),
            "" if why is not None else _remarks(finding, severity, terms, exceptions),
        )


def rule_findings(findings: Sequence[Finding], matcher: PolicyMatcher, exceptions: ExceptionLedger) -> tuple[Ruling, ...]:
    """One ruling a finding, in order. Budgets are counted first over all that nothing suppresses, then told."""
    cases = _AssessmentCache(matcher, exceptions)
    told = [(finding, cases.assess(finding)) for finding in findings]
    buckets: dict[tuple[int, Severity], _BudgetCount] = {}
    for finding, case in told:
        if case.suppressed is case.known is case.cool_down is None:
            place = (case.budget_index, case.severity)
            if place not in buckets:
                buckets[place] = _BudgetCount(matcher.budget_at(case.budget_index), case.severity)
            buckets[place].add(finding)
    verdicts = {place: bucket.decide(buckets.values()) for place, bucket in buckets.items()}
    return tuple(Ruling(finding, case.severity, *case.decide(verdicts)) for finding, case in told)


def find_suppression(finding: Finding, matcher: PolicyMatcher, exceptions: ExceptionLedger) -> str | None:
    """Why a finding does not count, None where it does."""
    exclude = matcher.exclusion_of(finding.scanner, finding.location.path)
    if exclude:
        return f"the policy leaves this path out: {exclude.reason}"
    accepted = exceptions.accept(finding)
    if accepted:
        return f"accepted until {accepted.expires.isoformat()} by {accepted.owner}: {accepted.reason}"
    return inline_comments.find_suppression(finding, matcher.policy, exceptions.today)


def _known_reason(finding: Finding, terms: PolicyMatcher, exceptions: ExceptionLedger) -> str | None:
    """Why a finding is nothing new, None where it is, or where the policy counts the known with the rest."""
    if not finding.known_by or not terms.policy.new_only or moved_to_stricter_path(finding, terms, exceptions):
        return None
    return f"known: it is in {finding.known_by}"


def moved_to_stricter_path(finding: Finding, matcher: PolicyMatcher, exceptions: ExceptionLedger) -> bool:
    """Whether a finding was known at another path, where the policy goes easier on it: there it was accepted, here nobody did.

    Else what is put into a test, and moved from there, would be known in what is shipped.
    """
    if not finding.previous_path:
        return False
    there = msgspec.structs.replace(finding, location=msgspec.structs.replace(finding.location, path=finding.previous_path))
    if matcher.exclusion_of(there.scanner, there.location.path) or exceptions.would_accept(there):
        return True
    severity, before = matcher.severity_of(finding), matcher.severity_of(there)
    limit, allowed = matcher.limit_for(finding), matcher.limit_for(there)
    return severity > before or (limit is not None and (allowed is None or limit < allowed))


def _cool_down_reason(finding: Finding, policy: Policy, today: dt.date) -> str | None:
    """Why a dependency's fault does not count yet; None where it does, as without a date that can be read or with one to come."""
    if finding.affected_package is None:
        return None
    try:
        age = (today - dt.date.fromisoformat(finding.affected_package.published)).days
    except ValueError:
        return None
    if not 0 <= age < policy.cool_down_days:
        return None
    ago = f"{pluralize(age, 'day')} ago" if age else "today"
    return f"{IN_COOL_DOWN} {ago}, the policy waits {pluralize(policy.cool_down_days, 'day')}"


def _describe_selector(budget: Budget) -> str:
    """Which findings an override is about, in words that follow the noun."""
    if not isinstance(budget, BudgetOverride):
        return ""
    kind = f" of kind {budget.kind.value}" if budget.kind else ""
    kind += "" if budget.fixable is None else " that a release fixes" if budget.fixable else " that no release fixes"
    return kind + (f" of {budget.scanner}" if budget.scanner else "") + (f" in {budget.path}" if budget.path else "")


def _remarks(finding: Finding, severity: Severity, terms: PolicyMatcher, exceptions: ExceptionLedger) -> str:
    """What else a reader must know to see why a finding counts as it does."""
    remarks = []
    if severity is not finding.severity:
        remarks.append(f"the policy makes {severity.name.lower()} of {finding.severity.name.lower()}")
    if finding.known_by and not terms.policy.new_only:
        remarks.append(f"it is in {finding.known_by}, but the policy counts what is known, too")
    elif moved_to_stricter_path(finding, terms, exceptions):
        remarks.append(f"it was in {finding.previous_path}, where the policy goes easier on it")
    remarks += inline_comments.explain_rejections(finding, terms.policy, exceptions.today)
    remarks += exceptions.explain_rejections(finding)
    return "".join(f"; {remark}" for remark in remarks)
