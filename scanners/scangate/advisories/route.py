"""Who is asked about a release, in which order, and what is made of their answers; starts no program and opens no connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from scangate.advisories.groups import Advisory
from scangate.errors import Unreadable
from scangate.model import STARTER_SET, GapKind

__all__ = ["Answer", "Ask", "Known", "Release", "Vulnerability", "follow"]

UPDATE = "load a store: scangate advisories update, or scangate advisories import FILE.zip"

Release = tuple[str, str]
"""A canonical name and version."""


class Vulnerability(msgspec.Struct, frozen=True):
    """What an auditor says of one fault: its names, and the versions that mend it."""

    id: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]

    @property
    def ids(self) -> frozenset[str]:
        """All names of the fault."""
        return frozenset({self.id, *self.aliases})


class Answer(msgspec.Struct, frozen=True):
    """What became of one release: its faults, who said so, and why it counts as unanswered, if it does.

    Faults may be told of a release that is unanswered: the starter set knows some, and covers nothing.
    """

    faults: tuple[Vulnerability, ...]
    source: str
    unanswered: Unreadable | None = None


Ask = Callable[[Iterable[Release]], Mapping[Release, tuple[Vulnerability, ...] | Unreadable]]
"""Asks one service about releases: for each its faults, or why there is no answer."""


class Known(Protocol):
    """What is known without a network: the store, or the starter set."""

    def advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The faults of a release."""

    def upgrade(self, name: str, version: str) -> str:
        """The nearest later release without any known fault, or empty."""


def follow(
    releases: Iterable[Release],
    services: Iterable[tuple[Literal["PyPI", "OSV", "store"], Ask]],
    starter: Known,
) -> dict[Release, Answer]:
    """Asks each of ``services`` in turn about what the ones before it left unanswered; what remains is a gap.

    The reason of a gap tells what each of them said. What the starter set knows of such a release is told all the same.
    """
    waiting = sorted(set(releases))
    answers: dict[Release, Answer] = {}
    reasons: defaultdict[Release, list[Unreadable]] = defaultdict(list)
    for source, ask in services:
        if not waiting:
            break
        told = ask(waiting)
        for release in waiting:
            found = told[release]
            if isinstance(found, Unreadable):
                reasons[release].append(found)
            else:
                answers[release] = Answer(found, source)
        waiting = [release for release in waiting if release not in answers]
    for release in waiting:
        answers[release] = Answer(_starter(release, starter), STARTER_SET, _joined(reasons[release]))
    return answers


def _joined(faults: Sequence[Unreadable]) -> Unreadable:
    """Several reasons as one; garbage, where one of them is that, else no answer."""
    kinds = [fault.kind for fault in faults if fault.kind is not GapKind.ADVISORY_UNANSWERED]
    reason = "; ".join(dict.fromkeys(fault.reason for fault in faults)) or "no advisory service was asked"
    return Unreadable(next(iter(kinds), GapKind.ADVISORY_UNANSWERED), reason, next((fault.hint for fault in faults[::-1]), UPDATE))


def _starter(release: Release, starter: Known) -> tuple[Vulnerability, ...]:
    found = starter.advisories(*release)
    return tuple(Vulnerability(advisory.ids[0], advisory.ids[1:], advisory.fixed_in) for advisory in found)
