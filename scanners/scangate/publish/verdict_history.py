"""The history of a branch's verdicts, and how long the gate blocked the branch."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

import msgspec

from scangate.errors import UsageError
from scangate.model import Outcome
from scangate.timestamps import parse_timestamp

SCHEMA = 1
MAX_ENTRIES = 1000  # a few hundred bytes each


class PastVerdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One verdict: the end of its scan (UTC, ISO 8601), outcome, commit, and SHA-256 of verdict.json."""

    finished: str
    outcome: Outcome
    commit: str
    verdict: str

    def finished_at(self) -> dt.datetime:
        """Return the end of the scan. Raises ValueError if it is not a timestamp with a time zone."""
        return parse_timestamp(self.finished)


class _HistoryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    verdicts: tuple[PastVerdict, ...]


def parse_history(text: str, location: str) -> tuple[PastVerdict, ...]:
    """Return the verdicts, oldest first. Raises UsageError, which names ``location``, if the text is not a history."""
    try:
        document = msgspec.json.decode(text, type=_HistoryFile)
        if document.schema != SCHEMA:
            raise ValueError(f"schema {document.schema}")
        return tuple(sorted(document.verdicts, key=PastVerdict.finished_at))
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise UsageError(f"{location} is not a history of verdicts", "name another location: --history LOCATION") from error


def add_verdict(history: Iterable[PastVerdict], verdict: PastVerdict) -> tuple[PastVerdict, ...]:
    """Return the history with ``verdict``, which replaces an entry for the same verdict.json. The oldest entries are dropped."""
    kept = [each for each in history if each.verdict != verdict.verdict]
    return tuple(sorted([*kept, verdict], key=PastVerdict.finished_at))[-MAX_ENTRIES:]


def render_history(history: Iterable[PastVerdict]) -> str:
    """Return the file's text, one verdict a line."""
    lines = ",\n".join(f"  {json.dumps(msgspec.to_builtins(each), sort_keys=True)}" for each in history)
    return f'{{"schema": {SCHEMA}, "verdicts": [\n{lines}\n]}}\n'


def blocked_seconds(history: Sequence[PastVerdict], current: PastVerdict) -> float | None:
    """Return how long the branch was blocked until ``current``: since the first verdict after the last PASS. FAIL and INCOMPLETE
    block.

    None if ``current`` is not a PASS, or if nothing was blocked.
    """
    if current.outcome is not Outcome.PASS:
        return None
    first: PastVerdict | None = None
    for each in history:
        if each.verdict != current.verdict and each.finished_at() <= current.finished_at():
            first = None if each.outcome is Outcome.PASS else first or each
    return None if first is None else (current.finished_at() - first.finished_at()).total_seconds()
