"""One value out of all the records of a fleet: the verdicts, the rules that are broken most, the largest debts; shows nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from scangate.fleet.repository_record import RepositoryRecord, RuleCounts
from scangate.model import Outcome, RulingOutcome, Severity
from scangate.report.wording import pluralize

__all__ = ["MAX_REPOSITORIES", "MAX_RULES", "SCHEMA", "Rollup", "RuleTotals", "render", "roll_up"]

SCHEMA = 1
MAX_RULES, MAX_REPOSITORIES = 20, 10
OUTCOME_ORDER = (Outcome.FAIL, Outcome.INCOMPLETE, Outcome.PASS)
EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCOMPLETE: 3}


class RuleTotals(msgspec.Struct, frozen=True):
    """One rule over the whole fleet; ``repositories`` are those in which a finding of it stands."""

    rule: str
    title: str
    severity: str
    blocks: int
    standing: int
    repositories: tuple[str, ...]


class Rollup(msgspec.Struct, frozen=True):
    """A whole fleet: ``records`` worst first, ``rules`` by how much they block, ``debts`` those in which anything stands."""

    tool_version: str
    policy: str
    started: str
    finished: str
    interrupted: str
    exit_code: int
    records: tuple[RepositoryRecord, ...]
    rules: tuple[RuleTotals, ...]
    most_open: tuple[RepositoryRecord, ...]

    def count(self, outcome: Outcome) -> int:
        """How many repositories have this verdict."""
        return sum(record.outcome is outcome for record in self.records)

    @property
    def outcome(self) -> Outcome:
        """The worst of the verdicts."""
        return worst_outcome(self.records)

    @property
    def summary(self) -> str:
        """The verdicts in one line."""
        verbs = {Outcome.FAIL: "failed", Outcome.INCOMPLETE: "incomplete", Outcome.PASS: "passed"}
        parts = [f"{self.count(outcome):,} {verbs[outcome]}" for outcome in OUTCOME_ORDER if self.count(outcome)]
        said = f"{_repositories(len(self.records))}: {', '.join(parts)}"
        return f"{said}; interrupted by {self.interrupted}" if self.interrupted else said


def _repositories(number: int) -> str:
    return "1 repository" if number == 1 else f"{number:,} repositories"


def roll_up(  # noqa: PLR0913 -- each is a fact of its own
    records: Iterable[RepositoryRecord],
    *,
    tool_version: str,
    policy: str,
    started: str,
    finished: str,
    interrupted: str = "",
    exit_code: int = 0,
) -> Rollup:
    """The roll-up of all records of a list; ``code`` is the exit code of an interruption. ValueError where there is no record."""
    ordered = tuple(sorted(records, key=_worst_first))
    debts = sorted(
        (record for record in ordered if any(record.open_by_severity)),
        key=lambda record: ([-each for each in record.open_by_severity], record.name),
    )
    return Rollup(
        tool_version=tool_version,
        policy=policy,
        started=started,
        finished=finished,
        interrupted=interrupted,
        exit_code=exit_code or EXIT_CODES[worst_outcome(ordered)],
        records=ordered,
        rules=tuple(_rules(ordered)),
        most_open=tuple(debts),
    )


def worst_outcome(records: Sequence[RepositoryRecord]) -> Outcome:
    """FAIL beats INCOMPLETE beats PASS; nothing at all is no pass."""
    if not records:
        raise ValueError("a fleet without a repository has no verdict")
    return min((record.outcome for record in records), key=OUTCOME_ORDER.index)


def _worst_first(record: RepositoryRecord) -> tuple[Any, ...]:
    blocks = {level.severity: -level.blocks for level in record.levels}
    return (
        OUTCOME_ORDER.index(record.outcome),
        *(blocks.get(severity.value, 0) for severity in Severity.worst_first()),
        record.name,
    )


def _rules(records: Iterable[RepositoryRecord]) -> list[RuleTotals]:
    found: dict[str, list[tuple[str, RuleCounts]]] = defaultdict(list)
    for record in records:
        for rule in record.rules:
            found[rule.rule].append((record.name, rule))
    broken = [_rule_totals(rule, entries) for rule, entries in found.items()]
    return sorted(broken, key=lambda each: (-each.blocks, -Severity(each.severity).rank, -each.standing, each.rule))


def _rule_totals(rule: str, entries: Sequence[tuple[str, RuleCounts]]) -> RuleTotals:
    worst_of = max((entry for _, entry in entries), key=lambda entry: (Severity(entry.severity), entry.title))
    return RuleTotals(
        rule=rule,
        title=worst_of.title,
        severity=worst_of.severity,
        blocks=sum(entry.blocks for _, entry in entries),
        standing=sum(entry.standing for _, entry in entries),
        repositories=tuple(sorted(name for name, _ in entries)),
    )


def render(rollup: Rollup) -> str:
    """fleet.json: the whole roll-up, in ASCII; the ten largest debts by name, all else in full."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "scangate", "version": rollup.tool_version},
        "outcome": rollup.outcome.value,
        "exit_code": rollup.exit_code,
        "interrupted": rollup.interrupted,
        "because": rollup.summary,
        "policy": rollup.policy,
        "started": rollup.started,
        "finished": rollup.finished,
        "counts": {outcome.value: rollup.count(outcome) for outcome in OUTCOME_ORDER},
        "repositories": [msgspec.to_builtins(record) for record in rollup.records],
        "rules": [msgspec.to_builtins(rule) for rule in rollup.rules],
        "debts": [
            {"name": record.name, "standing": {level.severity: level.standing for level in record.levels}}
            for record in rollup.most_open[:MAX_REPOSITORIES]
        ],
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def describe_findings(record: RepositoryRecord) -> str:
    """``2 block, 1 tolerated``: what became of its findings; empty where there are none."""
    words = {RulingOutcome.BLOCKING: "block", RulingOutcome.TOLERATED: "tolerated", RulingOutcome.KNOWN: "known"}
    return ", ".join(f"{record.count(outcome):,} {word}" for outcome, word in words.items() if record.count(outcome))


def describe_gaps(record: RepositoryRecord) -> str:
    """``2 gaps, 1 counts``."""
    return f"{pluralize(record.gaps, 'gap')}, {record.gaps_that_count:,} count" if record.gaps else ""
