"""The record of one repository in a fleet: its verdict in numbers and its worst findings, or why there is no verdict."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from scangate.errors import UsageError
from scangate.fleet.repository_list import RepositoryEntry
from scangate.model import Outcome, Report, Ruling, RulingOutcome, Severity
from scangate.report import summary, wording
from scangate.report.coverage_text import summarize_coverage
from scangate.strict_json import describe_error, parse_json

MAX_BLOCKING_FINDINGS = 5
MAX_TEXT_LENGTH = 500


class RuleCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The findings of one rule. ``open``: those that are not suppressed; ``severity``: the worst of these."""

    rule: str
    title: str
    severity: Severity
    blocking: int
    open: int


class BlockingFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A blocking finding."""

    rule: str
    severity: Severity
    path: str
    line: int


class RepositoryRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One repository of the roll-up.

    ``address`` has no credentials. ``key``: digest of the request; a later run with the same request can reuse the record.
    ``findings``: numbers by severity and outcome. ``coverage``: what was analyzed and what was not, in two lines at most. Times are
    UTC, ISO 8601, empty if it was not scanned. ``earlier``: reused.
    """

    name: str
    address: str
    ref: str
    key: str
    outcome: Outcome
    reason: str
    hint: str = ""
    policy: str = ""
    policy_digest: str = ""
    tool_version: str = ""
    commit: str = ""
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    files: int = 0
    gaps: int = 0
    blocking_gaps: int = 0
    coverage: tuple[str, ...] = ()
    findings: Mapping[Severity, Mapping[RulingOutcome, int]] = {}
    rules: tuple[RuleCounts, ...] = ()
    blocking_findings: tuple[BlockingFinding, ...] = ()
    earlier: bool = False

    def __post_init__(self) -> None:
        if (self.count(RulingOutcome.BLOCKING) > 0) is not (self.outcome is Outcome.FAIL):
            raise ValueError(f"{self.name}: the outcome {self.outcome.value} does not follow from the findings")
        if self.outcome is Outcome.PASS and self.blocking_gaps:
            raise ValueError(f"{self.name}: PASS in spite of blocking gaps")

    def count(self, outcome: RulingOutcome) -> int:
        """Return the number of findings with this outcome."""
        return sum(numbers.get(outcome, 0) for numbers in self.findings.values())

    @property
    def open_by_severity(self) -> tuple[int, ...]:
        """The numbers of findings that are not suppressed, from the worst severity down."""
        by_severity = [self.findings.get(severity, {}) for severity in Severity.worst_first()]
        return tuple(sum(numbers.values()) - numbers.get(RulingOutcome.SUPPRESSED, 0) for numbers in by_severity)


def incomplete_record(entry: RepositoryEntry, request_digest: str, reason: str, hint: str = "") -> RepositoryRecord:
    """Return the record of a repository without a verdict. Redacts its credentials."""
    return RepositoryRecord(
        name=entry.name,
        address=entry.address.display,
        ref=entry.ref,
        key=request_digest,
        outcome=Outcome.INCOMPLETE,
        reason=entry.address.redact(reason)[:MAX_TEXT_LENGTH],
        hint=entry.address.redact(hint)[:MAX_TEXT_LENGTH],
    )


def record_from_report(report: Report, entry: RepositoryEntry, request_digest: str) -> RepositoryRecord:
    """Return the record of a repository that was scanned."""
    verdict = report.verdict
    findings: dict[Severity, dict[RulingOutcome, int]] = {}
    for ruling in verdict.rulings:
        numbers = findings.setdefault(ruling.severity, {})
        numbers[ruling.outcome] = numbers.get(ruling.outcome, 0) + 1
    worst_first = summary.sort_worst_first(verdict.rulings)
    return RepositoryRecord(
        name=entry.name,
        address=entry.address.display,
        ref=entry.ref,
        key=request_digest,
        outcome=verdict.outcome,
        reason=wording.explain_verdict(report)[:MAX_TEXT_LENGTH],
        policy=wording.describe_policy(report),
        policy_digest=verdict.policy_digest,
        tool_version=report.tool_version,
        commit=report.commit,
        started=report.started,
        finished=report.finished,
        seconds=report.seconds,
        files=report.targets.file_count,
        gaps=len(verdict.gaps),
        blocking_gaps=sum(ruling.blocking for ruling in verdict.gaps),
        coverage=tuple(line[:MAX_TEXT_LENGTH] for line in summarize_coverage(report)),
        findings=findings,
        rules=tuple(_count_rules(worst_first)),
        blocking_findings=tuple(_blocking_findings(worst_first))[:MAX_BLOCKING_FINDINGS],
    )


def _count_rules(rulings: Iterable[Ruling]) -> list[RuleCounts]:
    open_ = [ruling for ruling in rulings if ruling.outcome is not RulingOutcome.SUPPRESSED]
    blocking = Counter(ruling.finding.rule for ruling in open_ if ruling.outcome is RulingOutcome.BLOCKING)
    total = Counter(ruling.finding.rule for ruling in open_)
    worst: dict[str, Ruling] = {}
    for ruling in open_:
        rule = ruling.finding.rule
        worst[rule] = max(worst.get(rule, ruling), ruling, key=lambda each: each.severity)
    return [
        RuleCounts(rule, ruling.finding.title[:MAX_TEXT_LENGTH], ruling.severity, blocking[rule], total[rule])
        for rule, ruling in sorted(worst.items())
    ]


def _blocking_findings(rulings: Iterable[Ruling]) -> Iterator[BlockingFinding]:
    for ruling in rulings:
        if ruling.outcome is RulingOutcome.BLOCKING:
            location = ruling.finding.location
            yield BlockingFinding(ruling.finding.rule, ruling.severity, location.path, location.line)


def encode_record(record: RepositoryRecord) -> str:
    """Return the record as ASCII JSON: a path need not be UTF-8."""
    return json.dumps(msgspec.to_builtins(record), indent=1, allow_nan=False) + "\n"


def decode_record(text: str) -> RepositoryRecord:
    """Return a record that `encode_record` wrote. Raises UsageError for anything else."""
    try:
        return msgspec.convert(parse_json(text), RepositoryRecord)
    except ValueError as error:
        raise UsageError(f"not the record of a repository: {describe_error(error)}") from error
