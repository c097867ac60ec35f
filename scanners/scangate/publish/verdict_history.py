"""Remembers the verdicts of a branch and says how long it was blocked; knows of the gate alone, never of what is deployed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

import msgspec

from scangate.errors import UsageError
from scangate.model import Outcome
from scangate.publish.statement import parse_timestamp

__all__ = ["MAX_ENTRIES", "PastVerdict", "add_verdict", "blocked_seconds", "parse_history", "render_history"]

SCHEMA = 1
MAX_ENTRIES = 1000  # entries: a few hundred bytes each


class PastVerdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One verdict that was given: its commit, its outcome, when the scan ended (UTC, ISO 8601), and the digest of verdict.json."""

    finished: str
    outcome: Outcome
    commit: str
    verdict: str

    def finished_at(self) -> dt.datetime:
        """When the scan ended. ValueError where that is no time, or one without a zone."""
        return parse_timestamp(self.finished)


class _HistoryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    verdicts: tuple[PastVerdict, ...]


def parse_history(text: str, location: str) -> tuple[PastVerdict, ...]:
    """The verdicts in ``text``, the oldest first. UsageError where it is no history; ``place`` is named in it."""
    try:
        document = msgspec.json.decode(text, type=_HistoryFile)
        if document.schema != SCHEMA:
            raise ValueError(f"schema {document.schema}")
        return tuple(sorted(document.verdicts, key=PastVerdict.finished_at))
    except (ValueError, TypeError) as error:  # msgspec's own errors are ValueErrors; times with and without a zone do not compare
        raise UsageError(f"{location} is no history of verdicts", "name another place: --history PLACE") from error


def add_verdict(history: Iterable[PastVerdict], verdict: PastVerdict) -> tuple[PastVerdict, ...]:
    """``past`` with ``now`` in the place of an earlier entry for the same verdict; the oldest go where it grows too long."""
    kept = [each for each in history if each.verdict != verdict.verdict]
    return tuple(sorted([*kept, verdict], key=PastVerdict.finished_at))[-MAX_ENTRIES:]


def render_history(history: Iterable[PastVerdict]) -> str:
    """The document, one verdict a line."""
    lines = ",\n".join(f"  {json.dumps(msgspec.to_builtins(each), sort_keys=True)}" for each in history)
    return f'{{"schema": {SCHEMA}, "verdicts": [\n{lines}\n]}}\n'


def blocked_seconds(history: Sequence[PastVerdict], current: PastVerdict) -> float | None:
    """How long the branch was blocked until ``now`` let it pass: from the first verdict after the last PASS that was none.

    None where ``now`` is no PASS, and where nothing was blocked. FAIL and INCOMPLETE block alike: both stop the pipeline.
    """
    if current.outcome is not Outcome.PASS:
        return None
    first: PastVerdict | None = None
    for each in (each for each in history if each.verdict != current.verdict and each.finished_at() <= current.finished_at()):
        if each.outcome is Outcome.PASS:
            first = None
        elif first is None:
            first = each
    return None if first is None else (current.finished_at() - first.finished_at()).total_seconds()
