"""The roll-up of a fleet: all records, the rules with the most findings, the repositories with the most findings."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from scangate.fleet.repository_record import RepositoryRecord, RuleCounts
from scangate.model import EXIT_CODES, Outcome, RulingOutcome, Severity

SCHEMA = 2
MAX_RULES, MAX_REPOSITORIES = 20, 10
OUTCOME_ORDER = (Outcome.FAIL, Outcome.INCOMPLETE, Outcome.PASS)
VERBS = {Outcome.FAIL: "failed", Outcome.INCOMPLETE: "incomplete", Outcome.PASS: "passed"}


class RuleTotals(RuleCounts, frozen=True):
    """The findings of one rule in all ``repositories`` that have any."""

    repositories: tuple[str, ...]


class Rollup(msgspec.Struct, frozen=True):
    """A fleet: ``records`` and ``rules`` with the worst first; ``most_open``: records with open findings, the most first."""

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
        """Return the number of repositories with this verdict."""
        return sum(record.outcome is outcome for record in self.records)

    @property
    def outcome(self) -> Outcome:
        """The worst verdict."""
        return worst_outcome(self.records)

    @property
    def summary(self) -> str:
        """The numbers of verdicts in one line."""
        counts = ", ".join(f"{self.count(outcome):,} {VERBS[outcome]}" for outcome in OUTCOME_ORDER if self.count(outcome))
        total = len(self.records)
        interruption = f"; interrupted by {self.interrupted}" if self.interrupted else ""
        return f"{total:,} {'repository' if total == 1 else 'repositories'}: {counts}{interruption}"


def roll_up(  # noqa: PLR0913 -- independent facts
    records: Iterable[RepositoryRecord],
    *,
    tool_version: str,
    policy: str,
    started: str,
    finished: str,
    interrupted: str = "",
    exit_code: int = 0,
) -> Rollup:
    """Return the roll-up. ``exit_code``: that of an interruption. Raises ValueError if there are no records."""
    ordered = tuple(sorted(records, key=_sort_key))
    most_open = sorted(
        (record for record in ordered if any(record.open_by_severity)),
        key=lambda record: ([-number for number in record.open_by_severity], record.name),
    )
    return Rollup(
        tool_version=tool_version,
        policy=policy,
        started=started,
        finished=finished,
        interrupted=interrupted,
        exit_code=exit_code or EXIT_CODES[worst_outcome(ordered)],
        records=ordered,
        rules=tuple(_total_rules(ordered)),
        most_open=tuple(most_open),
    )


def worst_outcome(records: Sequence[RepositoryRecord]) -> Outcome:
    """FAIL beats INCOMPLETE beats PASS. Raises ValueError if there are no records."""
    return min((record.outcome for record in records), key=OUTCOME_ORDER.index)


def _sort_key(record: RepositoryRecord) -> tuple[Any, ...]:
    blocking = [record.findings.get(severity, {}).get(RulingOutcome.BLOCKING, 0) for severity in Severity.worst_first()]
    return OUTCOME_ORDER.index(record.outcome), [-number for number in blocking], record.name


def _total_rules(records: Iterable[RepositoryRecord]) -> list[RuleTotals]:
    by_rule: dict[str, dict[str, RuleCounts]] = defaultdict(dict)
    for record in records:
        for counts in record.rules:
            by_rule[counts.rule][record.name] = counts
    totals = []
    for rule, entries in by_rule.items():
        worst = max(entries.values(), key=lambda counts: (counts.severity, counts.title))
        blocking, open_ = sum(counts.blocking for counts in entries.values()), sum(counts.open for counts in entries.values())
        totals.append(RuleTotals(rule, worst.title, worst.severity, blocking, open_, tuple(sorted(entries))))
    return sorted(totals, key=lambda each: (-each.blocking, -each.severity.rank, -each.open, each.rule))


def render(rollup: Rollup) -> str:
    """Return fleet.json, in ASCII."""
    facts = msgspec.to_builtins(rollup)
    severities = [severity.value for severity in Severity.worst_first()]
    document = {
        "schema": SCHEMA,
        "tool": {"name": "scangate", "version": rollup.tool_version},
        "outcome": rollup.outcome.value,
        "summary": rollup.summary,
        **{name: facts[name] for name in ("exit_code", "interrupted", "policy", "started", "finished")},
        "counts": {outcome.value: rollup.count(outcome) for outcome in OUTCOME_ORDER},
        "repositories": facts["records"],
        "rules": facts["rules"],
        "most_open": [
            {"name": record.name, "open": dict(zip(severities, record.open_by_severity, strict=True))}
            for record in rollup.most_open[:MAX_REPOSITORIES]
        ],
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"
