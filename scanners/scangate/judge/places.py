"""Says which lines of a policy a ruling follows from; reads nothing and judges nothing again."""

from __future__ import annotations

from collections.abc import Iterator

from scangate import globs
from scangate.judge.accepting import covers
from scangate.judge.policy import Policy
from scangate.judge.terms import Terms
from scangate.judge.typed import Path, spelled
from scangate.model import Finding, Ruling, RulingOutcome, Severity

__all__ = ["places"]


def places(ruling: Ruling, policy: Policy) -> tuple[tuple[str, str], ...]:
    """What in ``policy`` bears on a ruling: the path in the document, and the ``file:line`` that says it, else ``default``."""
    origins = dict(policy.origins)
    found = dict.fromkeys(_paths(ruling, policy))
    return tuple((spelled(path), _origin(path, origins)) for path in found)


def _origin(path: Path, origins: dict[str, str]) -> str:
    """The place of a value, or of the first that lies in it."""
    name = spelled(path)
    inside = [origins[key] for key in origins if key == name or key.startswith((f"{name}.", f"{name}["))]
    return min(inside, key=lambda place: int(place.rpartition(":")[2]), default="default")


def _paths(ruling: Ruling, policy: Policy) -> Iterator[Path]:
    finding = ruling.finding
    if ruling.outcome is RulingOutcome.SUPPRESSED:
        yield from _suppressing(finding, policy)
        return
    terms = Terms(policy)
    yield from _valuing(finding, terms)
    if ruling.outcome is not RulingOutcome.KNOWN:
        index, name = terms.place(finding, ruling.severity), ruling.severity.name.lower()
        yield ("budgets", name) if index < 0 else ("budgets", "overrides", index, name)


def _suppressing(finding: Finding, policy: Policy) -> Iterator[Path]:
    for index, exclude in enumerate(policy.excludes):
        if (not exclude.scanners or finding.scanner in exclude.scanners) and globs.matches(exclude.path, finding.location.path):
            yield ("paths", "exclude", index)
    for index, entry in enumerate(policy.exceptions):
        if covers(entry, finding):
            yield ("exceptions", index)
    if finding.waiver:
        yield ("inline-suppressions",)


def _valuing(finding: Finding, terms: Terms) -> Iterator[Path]:
    """What gives the finding its severity, where that is not the scanner's own."""
    entry = terms.valued_by(finding)
    if entry is not None:
        yield ("severity", entry)
    elif finding.severity is Severity.UNKNOWN:
        yield ("unknown",)
