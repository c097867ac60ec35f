"""Remembers the verdicts of a branch and says how long it was blocked; knows of the gate alone, never of what is deployed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

import msgspec

from scangate.errors import UsageError
from scangate.model import Outcome
from scangate.publish.statement import moment

__all__ = ["MOST", "Past", "add", "blocked_seconds", "read", "render"]

SCHEMA = 1
MOST = 1000  # entries: a few hundred bytes each


class Past(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One verdict that was given: its commit, its outcome, when the scan ended (UTC, ISO 8601), and the digest of verdict.json."""

    finished: str
    outcome: Outcome
    commit: str
    verdict: str

    def moment(self) -> dt.datetime:
        """When the scan ended. ValueError where that is no time, or one without a zone."""
        return moment(self.finished)


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    verdicts: tuple[Past, ...]


def read(text: str, place: str) -> tuple[Past, ...]:
    """The verdicts in ``text``, the oldest first. UsageError where it is no history; ``place`` is named in it."""
    try:
        document = msgspec.json.decode(text, type=_Document)
        if document.schema != SCHEMA:
            raise ValueError(f"schema {document.schema}")
        return tuple(sorted(document.verdicts, key=Past.moment))
    except (ValueError, TypeError) as error:  # msgspec's own errors are ValueErrors; times with and without a zone do not compare
        raise UsageError(f"{place} is no history of verdicts", "name another place: --history PLACE") from error


def add(past: Iterable[Past], now: Past) -> tuple[Past, ...]:
    """``past`` with ``now`` in the place of an earlier entry for the same verdict; the oldest go where it grows too long."""
    kept = [each for each in past if each.verdict != now.verdict]
    return tuple(sorted([*kept, now], key=Past.moment))[-MOST:]


def render(past: Iterable[Past]) -> str:
    """The document, one verdict a line."""
    lines = ",\n".join(f"  {json.dumps(msgspec.to_builtins(each), sort_keys=True)}" for each in past)
    return f'{{"schema": {SCHEMA}, "verdicts": [\n{lines}\n]}}\n'


def blocked_seconds(past: Sequence[Past], now: Past) -> float | None:
    """How long the branch was blocked until ``now`` let it pass: from the first verdict after the last PASS that was none.

    None where ``now`` is no PASS, and where nothing was blocked. FAIL and INCOMPLETE block alike: both stop the pipeline.
    """
    if now.outcome is not Outcome.PASS:
        return None
    first: Past | None = None
    for each in (each for each in past if each.verdict != now.verdict and each.moment() <= now.moment()):
        if each.outcome is Outcome.PASS:
            first = None
        elif first is None:
            first = each
    return None if first is None else (now.moment() - first.moment()).total_seconds()
