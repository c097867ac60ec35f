"""One value out of all the records of a fleet: the verdicts, the rules that are broken most, the largest debts; shows nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from scangate.fleet.record import Record, Rule
from scangate.model import Outcome, RulingOutcome, Severity
from scangate.report.wording import many

__all__ = ["DEBTS", "RULES", "SCHEMA", "Broken", "Rollup", "render", "roll_up"]

SCHEMA = 1
RULES, DEBTS = 20, 10
ORDER = (Outcome.FAIL, Outcome.INCOMPLETE, Outcome.PASS)
EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCOMPLETE: 3}


class Broken(msgspec.Struct, frozen=True):
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
    records: tuple[Record, ...]
    rules: tuple[Broken, ...]
    debts: tuple[Record, ...]

    def number(self, outcome: Outcome) -> int:
        """How many repositories have this verdict."""
        return sum(record.outcome is outcome for record in self.records)

    @property
    def outcome(self) -> Outcome:
        """The worst of the verdicts."""
        return worst(self.records)

    @property
    def because(self) -> str:
        """The verdicts in one line."""
        verbs = {Outcome.FAIL: "failed", Outcome.INCOMPLETE: "incomplete", Outcome.PASS: "passed"}
        parts = [f"{self.number(outcome):,} {verbs[outcome]}" for outcome in ORDER if self.number(outcome)]
        said = f"{_repositories(len(self.records))}: {', '.join(parts)}"
        return f"{said}; interrupted by {self.interrupted}" if self.interrupted else said


def _repositories(number: int) -> str:
    return "1 repository" if number == 1 else f"{number:,} repositories"


def roll_up(  # noqa: PLR0913 -- each is a fact of its own
    records: Iterable[Record], *, tool_version: str, policy: str, started: str, finished: str, interrupted: str = "", code: int = 0
) -> Rollup:
    """The roll-up of all records of a list; ``code`` is the exit code of an interruption. ValueError where there is no record."""
    ordered = tuple(sorted(records, key=_worst_first))
    debts = sorted(
        (record for record in ordered if any(record.debt)), key=lambda record: ([-each for each in record.debt], record.name)
    )
    return Rollup(
        tool_version=tool_version,
        policy=policy,
        started=started,
        finished=finished,
        interrupted=interrupted,
        exit_code=code or EXIT_CODES[worst(ordered)],
        records=ordered,
        rules=tuple(_rules(ordered)),
        debts=tuple(debts),
    )


def worst(records: Sequence[Record]) -> Outcome:
    """FAIL beats INCOMPLETE beats PASS; nothing at all is no pass."""
    if not records:
        raise ValueError("a fleet without a repository has no verdict")
    return min((record.outcome for record in records), key=ORDER.index)


def _worst_first(record: Record) -> tuple[Any, ...]:
    blocks = {level.severity: -level.blocks for level in record.levels}
    return (
        ORDER.index(record.outcome),
        *(blocks.get(severity.name.lower(), 0) for severity in sorted(Severity, reverse=True)),
        record.name,
    )


def _rules(records: Iterable[Record]) -> list[Broken]:
    found: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
    for record in records:
        for rule in record.rules:
            found[rule.rule].append((record.name, rule))
    broken = [_broken(rule, entries) for rule, entries in found.items()]
    return sorted(broken, key=lambda each: (-each.blocks, -Severity[each.severity.upper()], -each.standing, each.rule))


def _broken(rule: str, entries: Sequence[tuple[str, Rule]]) -> Broken:
    worst_of = max((entry for _, entry in entries), key=lambda entry: (Severity[entry.severity.upper()], entry.title))
    return Broken(
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
        "because": rollup.because,
        "policy": rollup.policy,
        "started": rollup.started,
        "finished": rollup.finished,
        "counts": {outcome.value: rollup.number(outcome) for outcome in ORDER},
        "repositories": [msgspec.to_builtins(record) for record in rollup.records],
        "rules": [msgspec.to_builtins(rule) for rule in rollup.rules],
        "debts": [
            {"name": record.name, "standing": {level.severity: level.standing for level in record.levels}}
            for record in rollup.debts[:DEBTS]
        ],
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def findings_in_words(record: Record) -> str:
    """``2 block, 1 tolerated``: what became of its findings; empty where there are none."""
    words = {RulingOutcome.BLOCKS: "block", RulingOutcome.TOLERATED: "tolerated", RulingOutcome.KNOWN: "known"}
    return ", ".join(f"{record.count(outcome):,} {word}" for outcome, word in words.items() if record.count(outcome))


def gaps_in_words(record: Record) -> str:
    """``2 gaps, 1 counts``."""
    return f"{many(record.gaps, 'gap')}, {record.gaps_that_count:,} count" if record.gaps else ""
