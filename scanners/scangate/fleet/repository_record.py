"""What is kept of one repository: its verdict in numbers, its worst faults, or why there is none; written and read back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

import msgspec

from scangate.errors import UsageError
from scangate.fleet.repository_list import RepositoryEntry
from scangate.model import Outcome, Report, Ruling, RulingOutcome, Severity
from scangate.report import summary, wording

__all__ = [
    "BlockingFinding",
    "RepositoryRecord",
    "RuleCounts",
    "SeverityCounts",
    "decode_record",
    "encode_record",
    "incomplete_record",
    "record_from_report",
]

MAX_BLOCKING_FINDINGS = 5
MAX_TEXT_LENGTH = 500


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class SeverityCounts(_Strict, frozen=True):
    """How many findings of one severity have which outcome."""

    severity: str
    blocks: int
    tolerated: int
    known: int
    suppressed: int

    @property
    def standing(self) -> int:
        """How many stand: all but the suppressed."""
        return self.blocks + self.tolerated + self.known


class RuleCounts(_Strict, frozen=True):
    """How often one rule was broken: ``standing`` counts what is not suppressed, ``severity`` is the worst of those."""

    rule: str
    title: str
    severity: str
    blocks: int
    standing: int


class BlockingFinding(_Strict, frozen=True):
    """One finding that blocks."""

    rule: str
    severity: str
    path: str
    line: int


class RepositoryRecord(_Strict, frozen=True):
    """One repository of the roll-up.

    ``address`` holds no credentials. ``key`` tells what was asked, so that another run knows whether this answer is one to the same
    question. Severities are lower case; times are UTC, ISO 8601, empty where it was not scanned.
    """

    name: str
    address: str
    ref: str
    key: str
    outcome: Outcome
    because: str
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
    gaps_that_count: int = 0
    levels: tuple[SeverityCounts, ...] = ()
    rules: tuple[RuleCounts, ...] = ()
    worst: tuple[BlockingFinding, ...] = ()
    earlier: bool = False

    def __post_init__(self) -> None:
        blocks = any(level.blocks for level in self.levels)
        if blocks is not (self.outcome is Outcome.FAIL):
            raise ValueError(f"{self.name}: the outcome {self.outcome.value} does not follow from the findings")
        if self.outcome is Outcome.PASS and self.gaps_that_count:
            raise ValueError(f"{self.name}: a pass, yet gaps count")

    def count(self, outcome: RulingOutcome) -> int:
        """How many findings have this outcome."""
        return sum(int(getattr(level, outcome.value)) for level in self.levels)

    @property
    def open_by_severity(self) -> tuple[int, ...]:
        """What stands, by severity from the worst down: what two debts are compared by."""
        standing = {level.severity: level.standing for level in self.levels}
        return tuple(standing.get(severity.value, 0) for severity in Severity.worst_first())


def incomplete_record(entry: RepositoryEntry, request_digest: str, reason: str, hint: str = "") -> RepositoryRecord:
    """The record of a repository without a verdict: never a pass."""
    return RepositoryRecord(
        name=entry.name,
        address=entry.address.display,
        ref=entry.ref,
        key=request_digest,
        outcome=Outcome.INCOMPLETE,
        because=entry.address.redact(reason)[:MAX_TEXT_LENGTH],
        hint=entry.address.redact(hint)[:MAX_TEXT_LENGTH],
    )


def record_from_report(report: Report, entry: RepositoryEntry, request_digest: str) -> RepositoryRecord:
    """The record of a repository that was scanned."""
    verdict = report.verdict
    totals = summary.count(verdict.rulings, verdict.gaps)
    return RepositoryRecord(
        name=entry.name,
        address=entry.address.display,
        ref=entry.ref,
        key=request_digest,
        outcome=verdict.outcome,
        because=wording.explain_verdict(report)[:MAX_TEXT_LENGTH],
        policy=wording.describe_policy(report),
        policy_digest=verdict.policy_digest,
        tool_version=report.tool_version,
        commit=report.commit,
        started=report.started,
        finished=report.finished,
        seconds=report.seconds,
        files=report.targets.file_count,
        gaps=totals.gaps,
        gaps_that_count=totals.blocking_gaps,
        levels=tuple(_severity_counts(totals, severity) for severity in Severity.worst_first()),
        rules=tuple(_rule_counts(verdict.rulings)),
        worst=tuple(_blocking_findings(verdict.rulings)),
    )


def _severity_counts(totals: summary.Counts, severity: Severity) -> SeverityCounts:
    return SeverityCounts(severity.value, **{outcome.value: totals.with_severity(severity, outcome) for outcome in RulingOutcome})


def _rule_counts(rulings: Iterable[Ruling]) -> Iterable[RuleCounts]:
    standing = [ruling for ruling in rulings if ruling.outcome is not RulingOutcome.SUPPRESSED]
    blocks = Counter(ruling.finding.rule for ruling in standing if ruling.outcome is RulingOutcome.BLOCKING)
    totals = Counter(ruling.finding.rule for ruling in standing)
    worst: dict[str, Ruling] = {}
    for ruling in summary.sort_worst_first(standing):
        known = worst.setdefault(ruling.finding.rule, ruling)
        if ruling.severity > known.severity:
            worst[ruling.finding.rule] = ruling
    for rule, ruling in sorted(worst.items()):
        title = ruling.finding.title[:MAX_TEXT_LENGTH]
        yield RuleCounts(rule, title, ruling.severity.value, blocks[rule], totals[rule])


def _blocking_findings(rulings: Iterable[Ruling]) -> Iterable[BlockingFinding]:
    blocking = [ruling for ruling in summary.sort_worst_first(rulings) if ruling.outcome is RulingOutcome.BLOCKING]
    for ruling in blocking[:MAX_BLOCKING_FINDINGS]:
        place = ruling.finding.location
        yield BlockingFinding(ruling.finding.rule, ruling.severity.value, place.path, place.line)


def encode_record(record: RepositoryRecord) -> str:
    """The record as JSON, in ASCII: a path need not be UTF-8."""
    return json.dumps(msgspec.to_builtins(record), indent=1, allow_nan=False) + "\n"


def decode_record(text: str) -> RepositoryRecord:
    """The record that ``encode`` wrote. UsageError for anything else."""
    try:
        return msgspec.convert(json.loads(text), RepositoryRecord)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the record of a repository cannot be believed: {' '.join(str(error).split())}") from error
