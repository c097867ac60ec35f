"""What is kept of one repository: its verdict in numbers, its worst faults, or why there is none; written and read back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

import msgspec

from scangate.errors import UsageError
from scangate.fleet.listing import Entry
from scangate.model import Outcome, Report, Ruling, RulingOutcome, Severity
from scangate.report import tally, wording

__all__ = ["Fault", "Level", "Record", "Rule", "decode", "encode", "lost", "made_of"]

FAULTS_KEPT = 5
LONGEST = 500


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Level(_Strict, frozen=True):
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


class Rule(_Strict, frozen=True):
    """How often one rule was broken: ``standing`` counts what is not suppressed, ``severity`` is the worst of those."""

    rule: str
    title: str
    severity: str
    blocks: int
    standing: int


class Fault(_Strict, frozen=True):
    """One finding that blocks."""

    rule: str
    severity: str
    path: str
    line: int


class Record(_Strict, frozen=True):
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
    levels: tuple[Level, ...] = ()
    rules: tuple[Rule, ...] = ()
    worst: tuple[Fault, ...] = ()
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
    def debt(self) -> tuple[int, ...]:
        """What stands, by severity from the worst down: what two debts are compared by."""
        standing = {level.severity: level.standing for level in self.levels}
        return tuple(standing.get(severity.name.lower(), 0) for severity in tally.severities())


def lost(entry: Entry, key: str, because: str, hint: str = "") -> Record:
    """The record of a repository without a verdict: never a pass."""
    return Record(
        name=entry.name,
        address=entry.address.shown,
        ref=entry.ref,
        key=key,
        outcome=Outcome.INCOMPLETE,
        because=entry.address.scrub(because)[:LONGEST],
        hint=entry.address.scrub(hint)[:LONGEST],
    )


def made_of(report: Report, entry: Entry, key: str) -> Record:
    """The record of a repository that was scanned."""
    verdict = report.verdict
    totals = tally.count(verdict.rulings, verdict.gaps)
    return Record(
        name=entry.name,
        address=entry.address.shown,
        ref=entry.ref,
        key=key,
        outcome=verdict.outcome,
        because=wording.reason(report)[:LONGEST],
        policy=wording.policy(report),
        policy_digest=verdict.policy_digest,
        tool_version=report.tool_version,
        commit=report.commit,
        started=report.started,
        finished=report.finished,
        seconds=report.seconds,
        files=report.targets.files,
        gaps=totals.gaps,
        gaps_that_count=totals.counting,
        levels=tuple(_level(totals, severity) for severity in tally.severities()),
        rules=tuple(_rules(verdict.rulings)),
        worst=tuple(_faults(verdict.rulings)),
    )


def _level(totals: tally.Tally, severity: Severity) -> Level:
    return Level(severity.name.lower(), **{outcome.value: totals.at(severity, outcome) for outcome in RulingOutcome})


def _rules(rulings: Iterable[Ruling]) -> Iterable[Rule]:
    standing = [ruling for ruling in rulings if ruling.outcome is not RulingOutcome.SUPPRESSED]
    blocks = Counter(ruling.finding.rule for ruling in standing if ruling.outcome is RulingOutcome.BLOCKS)
    totals = Counter(ruling.finding.rule for ruling in standing)
    worst: dict[str, Ruling] = {}
    for ruling in tally.worst_first(standing):
        known = worst.setdefault(ruling.finding.rule, ruling)
        if ruling.severity > known.severity:
            worst[ruling.finding.rule] = ruling
    for rule, ruling in sorted(worst.items()):
        title = ruling.finding.title[:LONGEST]
        yield Rule(rule, title, ruling.severity.name.lower(), blocks[rule], totals[rule])


def _faults(rulings: Iterable[Ruling]) -> Iterable[Fault]:
    blocking = [ruling for ruling in tally.worst_first(rulings) if ruling.outcome is RulingOutcome.BLOCKS]
    for ruling in blocking[:FAULTS_KEPT]:
        place = ruling.finding.location
        yield Fault(ruling.finding.rule, ruling.severity.name.lower(), place.path, place.line)


def encode(record: Record) -> str:
    """The record as JSON, in ASCII: a path need not be UTF-8."""
    return json.dumps(msgspec.to_builtins(record), indent=1, allow_nan=False) + "\n"


def decode(text: str) -> Record:
    """The record that ``encode`` wrote. UsageError for anything else."""
    try:
        return msgspec.convert(json.loads(text), Record)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the record of a repository cannot be believed: {' '.join(str(error).split())}") from error
