"""What earlier runs of a fleet found, and how that is drawn: a summary for each run, and the shapes of two charts."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from scangate.errors import UsageError
from scangate.fleet.rollup import OUTCOME_ORDER, Rollup
from scangate.model import Outcome, RulingOutcome, Severity
from scangate.strict_json import describe_error, parse_json

SCHEMA = 1
MAX_RUNS = 60
"""How many runs a chart has, the last ones."""
WIDTH, HEIGHT = 720, 120
GAP = 0.25
"""The part of a bar's place that stays free."""
SEVERE = (Severity.CRITICAL, Severity.HIGH)


class RunSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run of a fleet. ``started``: UTC, ISO 8601. ``repositories``: numbers by verdict. ``open``: findings that are not
    suppressed, by severity; ``blocking``: blocking findings.
    """

    schema: int
    started: str
    policy: str
    repositories: dict[Outcome, int]
    open: dict[Severity, int]
    blocking: int

    @property
    def severe(self) -> int:
        """The open findings of severity critical and high."""
        return sum(self.open.get(severity, 0) for severity in SEVERE)

    @property
    def file_name(self) -> str:
        """The name of its file, which sorts by time."""
        return f"{self.started.replace(':', '')}.json"


class Bar(msgspec.Struct, frozen=True):
    """A rectangle of a chart, in its units."""

    outcome: str
    x: str
    y: str
    width: str
    height: str


class Trend(msgspec.Struct, frozen=True):
    """The charts of several runs. ``curve``: the points of the open findings that are critical or high."""

    runs: tuple[RunSummary, ...]
    bars: tuple[Bar, ...]
    curve: str
    dots: tuple[tuple[str, str], ...]
    most_repositories: int
    most_severe: int


def summarize_run(rollup: Rollup) -> RunSummary:
    """The summary that is kept of a run."""
    severities = Severity.worst_first()
    numbers = [sum(record.open_by_severity[place] for record in rollup.records) for place in range(len(severities))]
    return RunSummary(
        schema=SCHEMA,
        started=rollup.started,
        policy=rollup.policy,
        repositories={outcome: rollup.count(outcome) for outcome in OUTCOME_ORDER},
        open=dict(zip(severities, numbers, strict=True)),
        blocking=sum(record.count(RulingOutcome.BLOCKING) for record in rollup.records),
    )


def encode_run(run: RunSummary) -> str:
    """The summary as ASCII JSON."""
    return json.dumps(msgspec.to_builtins(run), indent=1, allow_nan=False) + "\n"


def decode_run(text: str) -> RunSummary:
    """A summary that `encode_run` wrote. Raises UsageError for anything else."""
    try:
        run = msgspec.convert(parse_json(text), RunSummary)
    except ValueError as error:
        raise UsageError(f"not the summary of a run: {describe_error(error)}") from error
    if run.schema != SCHEMA or min((0, *run.repositories.values(), *run.open.values(), run.blocking)) < 0:
        raise UsageError("not the summary of a run")
    return run


def draw_trend(runs: Sequence[RunSummary]) -> Trend | None:
    """The charts of the last runs, the earliest first; None of fewer than two."""
    shown = tuple(sorted(runs, key=lambda run: run.started)[-MAX_RUNS:])
    if len(shown) < 2:
        return None
    most_repositories = max(1, *(sum(run.repositories.values()) for run in shown))
    most_severe = max(1, *(run.severe for run in shown))
    step = WIDTH / len(shown)
    bars: list[Bar] = []
    for number, run in enumerate(shown):
        top = float(HEIGHT)
        for outcome in reversed(OUTCOME_ORDER):
            height = HEIGHT * run.repositories.get(outcome, 0) / most_repositories
            top -= height
            if height:
                bars.append(Bar(outcome.value, *map(_number, ((number + GAP / 2) * step, top, (1 - GAP) * step, height))))
    dots = tuple(
        (_number((number + 0.5) * step), _number(HEIGHT - HEIGHT * run.severe / most_severe)) for number, run in enumerate(shown)
    )
    return Trend(shown, tuple(bars), " ".join(f"{x},{y}" for x, y in dots), dots, most_repositories, most_severe)


def _number(value: float) -> str:
    return f"{value:.1f}"
