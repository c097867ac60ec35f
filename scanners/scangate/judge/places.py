"""Says which lines of a policy a ruling follows from; reads nothing and judges nothing again."""

from __future__ import annotations

from collections.abc import Iterator

from scangate import globs
from scangate.judge.decode import DocumentPath, format_path
from scangate.judge.exceptions import selects
from scangate.judge.policy import Policy
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.model import Finding, Ruling, RulingOutcome, Severity

__all__ = ["places"]


def places(ruling: Ruling, policy: Policy) -> tuple[tuple[str, str], ...]:
    """What in ``policy`` bears on a ruling: the path in the document, and the ``file:line`` that says it, else ``default``."""
    origins = dict(policy.origins)
    found = dict.fromkeys(_paths(ruling, policy))
    return tuple((format_path(path), _origin(path, origins)) for path in found)


def _origin(path: DocumentPath, origins: dict[str, str]) -> str:
    """The place of a value, or of the first that lies in it."""
    name = format_path(path)
    inside = [origins[key] for key in origins if key == name or key.startswith((f"{name}.", f"{name}["))]
    return min(inside, key=lambda place: int(place.rpartition(":")[2]), default="default")


def _paths(ruling: Ruling, policy: Policy) -> Iterator[DocumentPath]:
    finding = ruling.finding
    if ruling.outcome is RulingOutcome.SUPPRESSED:
        yield from _suppressing(finding, policy)
        return
    terms = PolicyMatcher(policy)
    yield from _valuing(finding, terms)
    if ruling.outcome is not RulingOutcome.KNOWN:
        index, name = terms.budget_index(finding, ruling.severity), ruling.severity.name.lower()
        yield ("budgets", name) if index < 0 else ("budgets", "overrides", index, name)


def _suppressing(finding: Finding, policy: Policy) -> Iterator[DocumentPath]:
    for index, exclude in enumerate(policy.exclusions):
        if (not exclude.scanners or finding.scanner in exclude.scanners) and globs.matches(exclude.path, finding.location.path):
            yield ("paths", "exclude", index)
    for index, entry in enumerate(policy.exceptions):
        if selects(entry, finding):
            yield ("exceptions", index)
    if finding.tool_comment:
        yield ("inline-suppressions",)


def _valuing(finding: Finding, terms: PolicyMatcher) -> Iterator[DocumentPath]:
    """What gives the finding its severity, where that is not the scanner's own."""
    entry = terms.severity_rule_index(finding)
    if entry is not None:
        yield ("severity", entry)
    elif finding.severity is Severity.UNKNOWN:
        yield ("unknown",)
