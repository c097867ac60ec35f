"""Makes findings about the policy's own files: exceptions that accept nothing, and a baseline larger than it has to be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from scangate.judge.error_text import pluralize
from scangate.judge.exceptions import ExceptionLedger, describe_exception
from scangate.judge.policy import Policy
from scangate.model import (
    Basis,
    Confidence,
    Decision,
    Finding,
    FindingKind,
    KnownSource,
    KnownSourceKind,
    Location,
    PolicyLocation,
    Ruling,
    RulingOutcome,
    Severity,
)

STALE_BASELINE = "scangate:stale-baseline"
UNUSED_EXCEPTION = "scangate:unused-exception"


def check_ratchet(known_sources: Iterable[KnownSource], policy: Policy) -> tuple[Ruling, ...]:
    """A blocking ruling for a baseline with findings that are gone: they could come back unnoticed."""
    location = policy.locate("baseline.ratchet")
    return tuple(
        _blocking_ruling(
            STALE_BASELINE,
            "baseline with findings that are gone",
            f"{pluralize(source.gone, 'finding')} of the baseline no longer found: scangate baseline update",
            Location(PurePosixPath(source.file or "baseline").name),
            source.file,
            Decision(Basis.BASELINE_RATCHET, location, count=source.gone),
        )
        for source in known_sources
        if source.kind is KnownSourceKind.BASELINE and source.gone
    )


def check_unused_exceptions(exceptions: ExceptionLedger, policy: Policy, incomplete_scanners: Sequence[str]) -> tuple[Ruling, ...]:
    """A blocking ruling for each exception in force that accepts nothing."""
    rulings = []
    for index, entry in exceptions.list_unused(incomplete_scanners):
        name = f"the exception for {describe_exception(entry)} ({entry.owner})"
        location = policy.locate(f"exceptions[{index}]")
        rulings.append(
            _blocking_ruling(
                UNUSED_EXCEPTION,
                "exception that accepts nothing",
                f"{name} accepts nothing: remove it from the policy",
                _file_location(policy.locate(f"exceptions[{index}].reason")),
                name,
                Decision(Basis.UNUSED_EXCEPTION, location),
            )
        )
    return tuple(rulings)


def _file_location(location: PolicyLocation) -> Location:
    """A location in the policy file; of a file outside the tree only the name, since a finding's path is relative to the root."""
    path = PurePosixPath(location.file or "policy")
    in_tree = not path.is_absolute() and ".." not in path.parts
    line = max(location.line, 1)
    return Location(path.as_posix() if in_tree else path.name, line, line)


def _blocking_ruling(  # noqa: PLR0913, PLR0917 -- the parts of a finding
    rule: str, title: str, message: str, location: Location, identity: str, decision: Decision
) -> Ruling:
    finding = Finding(
        rule=rule,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        kind=FindingKind.CONFIGURATION,
        title=title,
        message=message,
        location=location,
        fingerprint=hashlib.sha256(f"{rule} {identity}".encode()).hexdigest()[:32],
        reported_by=("scangate",),
    )
    return Ruling(finding, Severity.HIGH, RulingOutcome.BLOCKING, decision)
