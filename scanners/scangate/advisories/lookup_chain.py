"""Looks up releases in one advisory source after the other, and merges the reasons if none of them answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from scangate.advisories.advisory import Advisory
from scangate.errors import ScanError
from scangate.model import BUNDLED_ADVISORIES, GapKind

UPDATE_HINT = "build a store: scangate advisories update, or scangate advisories import FILE.zip"

Release = tuple[str, str]
"""A normalized name and version."""

Source = Literal["PyPI", "OSV", "store"]
"""Where a release may be looked up."""


class Vulnerability(msgspec.Struct, frozen=True):
    """One vulnerability as an auditor reports it: its identifiers, and the versions that fix it."""

    id: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]

    @property
    def ids(self) -> frozenset[str]:
        """All identifiers of the vulnerability."""
        return frozenset({self.id, *self.aliases})


class LookupResult(msgspec.Struct, frozen=True):
    """The vulnerabilities of one release, who reported them, and why the lookup counts as unanswered, if it does.

    An unanswered release may have vulnerabilities: the bundled advisories know some, but do not replace an audit.
    """

    vulnerabilities: tuple[Vulnerability, ...]
    source: str
    unanswered: ScanError | None = None


Lookup = Callable[[Iterable[Release]], Mapping[Release, tuple[Vulnerability, ...] | ScanError]]
"""Looks releases up in one source: for each its vulnerabilities, or why there is no answer."""


class AdvisorySource(Protocol):
    """Advisories that are known without a network: the store, or the bundled advisories."""

    def find_advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The advisories that affect a release. Raises ValueError for an invalid version."""

    def find_upgrade(self, name: str, version: str) -> str:
        """The nearest later release without a known vulnerability, or empty."""


def look_up(
    releases: Iterable[Release], lookups: Iterable[tuple[Source, Lookup]], bundled: AdvisorySource
) -> dict[Release, LookupResult]:
    """Looks up ``releases`` in each source in turn until one answers; the reasons of all of them are merged for the others.

    Those others get the bundled advisories' vulnerabilities, and stay unanswered.
    """
    waiting = sorted(set(releases))
    results: dict[Release, LookupResult] = {}
    failures: defaultdict[Release, list[ScanError]] = defaultdict(list)
    for source, lookup in lookups:
        if not waiting:
            break
        answers = lookup(waiting)
        for release in waiting:
            answer = answers[release]
            if isinstance(answer, ScanError):
                failures[release].append(answer)
            else:
                results[release] = LookupResult(answer, source)
        waiting = [release for release in waiting if release not in results]
    for release in waiting:
        known = bundled.find_advisories(*release)
        vulnerabilities = tuple(Vulnerability(each.ids[0], each.ids[1:], each.fixed_in) for each in known)
        results[release] = LookupResult(vulnerabilities, BUNDLED_ADVISORIES, _merge_reasons(failures[release]))
    return results


def _merge_reasons(failures: Sequence[ScanError]) -> ScanError:
    kinds = [failure.kind for failure in failures if failure.kind is not GapKind.ADVISORY_UNANSWERED]
    reason = "; ".join(dict.fromkeys(failure.reason for failure in failures)) or "no advisory source is enabled"
    return ScanError(next(iter(kinds), GapKind.ADVISORY_UNANSWERED), reason, failures[-1].hint if failures else UPDATE_HINT)
