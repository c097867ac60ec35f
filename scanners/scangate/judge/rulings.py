"""What becomes of each finding under a policy, and why: one ruling a finding, its budget counted over all of them.

What may be said of many findings alike is said once; `gate` tells in which order the reasons decide.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from scangate.judge import inline
from scangate.judge.accepting import Exceptions
from scangate.judge.correlate import Fault, fault_of
from scangate.judge.hints import counted
from scangate.judge.policy import Budget, Override, Policy
from scangate.judge.terms import Terms
from scangate.model import Finding, Kind, Ruling, RulingOutcome, Severity

__all__ = ["YOUNG", "rule", "suppressed", "was_spared"]

YOUNG = "published"


class _Bucket:
    """The faults that one budget counts, of one severity."""

    def __init__(self, budget: Budget, severity: Severity) -> None:
        self.budget = budget
        self.severity = severity
        self.alone = 0
        self.shared: dict[Fault, Counter[str]] = defaultdict(Counter)

    def add(self, finding: Finding) -> None:
        """Count a finding that nothing suppresses."""
        fault = fault_of(finding)
        if fault is None:
            self.alone += 1
        else:
            self.shared[fault][finding.scanner] += 1

    @property
    def count(self) -> int:
        """How many faults there are, asked when all findings are added."""
        return self.alone + sum(map(self.of, self.shared))

    def of(self, fault: Fault) -> int:
        """How often a fault counts: as often as the scanner that tells most of it."""
        return max(self.shared[fault].values()) if fault in self.shared else 0

    def outdone(self, others: Iterable[_Bucket]) -> int:
        """How many of them another scanner tells as worse, so that a reader finds them there."""
        worse = [other.shared for other in others if other.severity > self.severity]
        return sum(
            any(fault in shared and shared[fault].keys() - by_scanner.keys() for shared in worse)
            for fault, by_scanner in self.shared.items()
        )

    def verdict(self, others: Iterable[_Bucket]) -> tuple[RulingOutcome, str]:
        """What becomes of each of them, and why; asked when all are counted, ``others`` being all budgets."""
        limit = self.budget.limit(self.severity)
        name = f"{self.severity.name.lower()} finding"
        where = _selector(self.budget)
        if limit is None:
            return RulingOutcome.TOLERATED, f"the policy does not limit {name}s{where}"
        count, outdone = self.count, self.outdone(others)
        also = f"; {outdone} of them told as worse by another scanner" if outdone else ""
        if count > limit:
            return RulingOutcome.BLOCKS, f"{counted(count, name)}{where}, the policy allows {limit}{also}"
        return RulingOutcome.TOLERATED, f"{count} of {counted(limit, name)}{where} allowed{also}"


class _Case(NamedTuple):
    """What is to be said of a finding before budgets are counted: its severity, the budget that would count it, why it does not
    count (at most one of three decides, in this order), and what else a reader must know."""

    severity: Severity
    place: int
    suppressed: str | None
    known: str | None
    waited: str | None
    remarks: str

    def outcome(self, verdicts: Mapping[tuple[int, Severity], tuple[RulingOutcome, str]]) -> tuple[RulingOutcome, str]:
        """What becomes of the finding, and why. ``verdicts``: what the budgets came to, by place and severity."""
        if self.suppressed is not None:
            return RulingOutcome.SUPPRESSED, self.suppressed
        if self.known is not None:
            return RulingOutcome.KNOWN, self.known + self.remarks
        if self.waited is not None:
            return RulingOutcome.TOLERATED, self.waited + self.remarks
        outcome, because = verdicts[self.place, self.severity]
        return outcome, because + self.remarks


class _Cases:
    """The case of each finding of one judgement; findings that differ in nothing that a policy asks about share one."""

    def __init__(self, terms: Terms, exceptions: Exceptions) -> None:
        self._terms = terms
        self._exceptions = exceptions
        self._shared: dict[tuple[str, str, Severity, Kind], _Case] = {}

    def of(self, finding: Finding) -> _Case:
        """To be asked once for each finding: exceptions keep account of what they accept."""
        own = finding.package or finding.waiver or finding.ignores or finding.known or finding.known_at
        if own or self._exceptions.entries:
            return self._new(finding)
        key = (finding.rule, finding.location.path, finding.severity, finding.kind)
        if key not in self._shared:
            self._shared[key] = self._new(finding)
        return self._shared[key]

    def _new(self, finding: Finding) -> _Case:
        terms, exceptions = self._terms, self._exceptions
        severity = terms.severity(finding)
        why = suppressed(finding, terms, exceptions)
        return _Case(
            severity,
            terms.place(finding, severity),
            why,
            _known(finding, terms, exceptions),
            _waited(finding, terms.policy, exceptions.today),
            "" if why is not None else _remarks(finding, severity, terms, exceptions),
        )


def rule(findings: Sequence[Finding], terms: Terms, exceptions: Exceptions) -> tuple[Ruling, ...]:
    """One ruling a finding, in order. Budgets are counted first over all that nothing suppresses, then told."""
    cases = _Cases(terms, exceptions)
    told = [(finding, cases.of(finding)) for finding in findings]
    buckets: dict[tuple[int, Severity], _Bucket] = {}
    for finding, case in told:
        if case.suppressed is case.known is case.waited is None:
            place = (case.place, case.severity)
            if place not in buckets:
                buckets[place] = _Bucket(terms.budget(case.place), case.severity)
            buckets[place].add(finding)
    verdicts = {place: bucket.verdict(buckets.values()) for place, bucket in buckets.items()}
    return tuple(Ruling(finding, case.severity, *case.outcome(verdicts)) for finding, case in told)


def suppressed(finding: Finding, terms: Terms, exceptions: Exceptions) -> str | None:
    """Why a finding does not count, None where it does."""
    exclude = terms.excluded(finding.scanner, finding.location.path)
    if exclude:
        return f"the policy leaves this path out: {exclude.reason}"
    accepted = exceptions.accept(finding)
    if accepted:
        return f"accepted until {accepted.expires.isoformat()} by {accepted.owner}: {accepted.reason}"
    return inline.waived(finding, terms.policy, exceptions.today)


def _known(finding: Finding, terms: Terms, exceptions: Exceptions) -> str | None:
    """Why a finding is nothing new, None where it is, or where the policy counts the known with the rest."""
    if not finding.known or not terms.policy.new_only or was_spared(finding, terms, exceptions):
        return None
    return f"known: it is in {finding.known}"


def was_spared(finding: Finding, terms: Terms, exceptions: Exceptions) -> bool:
    """Whether a finding was known at another path, where the policy goes easier on it: there it was accepted, here nobody did.

    Else what is put into a test, and moved from there, would be known in what is shipped.
    """
    if not finding.known_at:
        return False
    there = msgspec.structs.replace(finding, location=msgspec.structs.replace(finding.location, path=finding.known_at))
    if terms.excluded(there.scanner, there.location.path) or exceptions.would_accept(there):
        return True
    severity, before = terms.severity(finding), terms.severity(there)
    limit, allowed = terms.limit(finding), terms.limit(there)
    return severity > before or (limit is not None and (allowed is None or limit < allowed))


def _waited(finding: Finding, policy: Policy, today: dt.date) -> str | None:
    """Why a dependency's fault does not count yet; None where it does, as without a date that can be read or with one to come."""
    if finding.package is None:
        return None
    try:
        age = (today - dt.date.fromisoformat(finding.package.published)).days
    except ValueError:
        return None
    if not 0 <= age < policy.wait_days:
        return None
    ago = f"{counted(age, 'day')} ago" if age else "today"
    return f"{YOUNG} {ago}, the policy waits {counted(policy.wait_days, 'day')}"


def _selector(budget: Budget) -> str:
    """Which findings an override is about, in words that follow the noun."""
    if not isinstance(budget, Override):
        return ""
    kind = f" of kind {budget.kind.value}" if budget.kind else ""
    kind += "" if budget.fixable is None else " that a release fixes" if budget.fixable else " that no release fixes"
    return kind + (f" of {budget.scanner}" if budget.scanner else "") + (f" in {budget.path}" if budget.path else "")


def _remarks(finding: Finding, severity: Severity, terms: Terms, exceptions: Exceptions) -> str:
    """What else a reader must know to see why a finding counts as it does."""
    remarks = []
    if severity is not finding.severity:
        remarks.append(f"the policy makes {severity.name.lower()} of {finding.severity.name.lower()}")
    if finding.known and not terms.policy.new_only:
        remarks.append(f"it is in {finding.known}, but the policy counts what is known, too")
    elif was_spared(finding, terms, exceptions):
        remarks.append(f"it was in {finding.known_at}, where the policy goes easier on it")
    remarks += inline.remarks(finding, terms.policy, exceptions.today)
    remarks += exceptions.remarks(finding)
    return "".join(f"; {remark}" for remark in remarks)
