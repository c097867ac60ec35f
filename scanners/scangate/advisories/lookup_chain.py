"""Who is asked about a release, in which order, and what is made of their answers; starts no program and opens no connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from scangate.advisories.advisory import Advisory
from scangate.errors import ScanError
from scangate.model import BUNDLED_ADVISORIES, GapKind

__all__ = ["AdvisorySource", "Lookup", "LookupResult", "Release", "Vulnerability", "look_up"]

UPDATE_HINT = "load a store: scangate advisories update, or scangate advisories import FILE.zip"

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


class LookupResult(msgspec.Struct, frozen=True):
    """What became of one release: its faults, who said so, and why it counts as unanswered, if it does.

    Faults may be told of a release that is unanswered: the starter set knows some, and covers nothing.
    """

    vulnerabilities: tuple[Vulnerability, ...]
    source: str
    unanswered: ScanError | None = None


Lookup = Callable[[Iterable[Release]], Mapping[Release, tuple[Vulnerability, ...] | ScanError]]
"""Asks one service about releases: for each its faults, or why there is no answer."""


class AdvisorySource(Protocol):
    """What is known without a network: the store, or the starter set."""

    def find_advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The faults of a release."""

    def find_upgrade(self, name: str, version: str) -> str:
        """The nearest later release without any known fault, or empty."""


def look_up(
    releases: Iterable[Release],
    lookups: Iterable[tuple[Literal["PyPI", "OSV", "store"], Lookup]],
    bundled: AdvisorySource,
) -> dict[Release, LookupResult]:
    """Asks each of ``services`` in turn about what the ones before it left unanswered; what remains is a gap.

    The reason of a gap tells what each of them said. What the starter set knows of such a release is told all the same.
    """
    waiting = sorted(set(releases))
    answers: dict[Release, LookupResult] = {}
    reasons: defaultdict[Release, list[ScanError]] = defaultdict(list)
    for source, ask in lookups:
        if not waiting:
            break
        told = ask(waiting)
        for release in waiting:
            found = told[release]
            if isinstance(found, ScanError):
                reasons[release].append(found)
            else:
                answers[release] = LookupResult(found, source)
        waiting = [release for release in waiting if release not in answers]
    for release in waiting:
        answers[release] = LookupResult(
            _bundled_vulnerabilities(release, bundled), BUNDLED_ADVISORIES, _merge_reasons(reasons[release])
        )
    return answers


def _merge_reasons(failures: Sequence[ScanError]) -> ScanError:
    """Several reasons as one; garbage, where one of them is that, else no answer."""
    kinds = [fault.kind for fault in failures if fault.kind is not GapKind.ADVISORY_UNANSWERED]
    reason = "; ".join(dict.fromkeys(fault.reason for fault in failures)) or "no advisory service was asked"
    return ScanError(
        next(iter(kinds), GapKind.ADVISORY_UNANSWERED), reason, next((fault.hint for fault in failures[::-1]), UPDATE_HINT)
    )


def _bundled_vulnerabilities(release: Release, bundled: AdvisorySource) -> tuple[Vulnerability, ...]:
    found = bundled.find_advisories(*release)
    return tuple(Vulnerability(advisory.ids[0], advisory.ids[1:], advisory.fixed_in) for advisory in found)
