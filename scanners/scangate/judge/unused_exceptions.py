"""Makes a finding, in the policy file, of each exception that accepts nothing, for a policy that fails the build for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath

from scangate.judge.exceptions import ExceptionLedger, describe_exception
from scangate.judge.policy import Policy
from scangate.model import Confidence, Finding, FindingKind, Location, Ruling, RulingOutcome, Severity

__all__ = ["RULE", "check_unused_exceptions"]

RULE = "scangate:unused-exception"


def check_unused_exceptions(exceptions: ExceptionLedger, policy: Policy, incomplete_scanners: Sequence[str]) -> tuple[Ruling, ...]:
    """A ruling that blocks for each exception in force that accepts nothing. ``unread``: scanners that did not read everything."""
    origins = dict(policy.origins)
    rulings = []
    for index, entry in exceptions.list_unused(incomplete_scanners):
        file, _, line = origins.get(f"exceptions[{index}].reason", "").rpartition(":")
        what = f"the exception for {describe_exception(entry)} ({entry.owner})"
        finding = Finding(
            rule=RULE,
            severity=Severity.HIGH,
            confidence=Confidence.HIGH,
            kind=FindingKind.CONFIGURATION,
            title="exception that accepts nothing",
            message=f"{what} accepts nothing: take it out of the policy",
            location=_policy_location(file, line),
            fingerprint=hashlib.sha256(f"{RULE} {what}".encode()).hexdigest()[:32],
            reported_by=("scangate",),
        )
        rulings.append(Ruling(finding, Severity.HIGH, RulingOutcome.BLOCKING, "the policy wants no exception that accepts nothing"))
    return tuple(rulings)


def _policy_location(file: str, line: str) -> Location:
    """The place in the policy; of a policy outside the tree, its name alone: a finding's path is below the root."""
    path = PurePosixPath(file or "policy")
    inside = not path.is_absolute() and ".." not in path.parts
    number = int(line) if line.isdecimal() else 1
    return Location(path.as_posix() if inside else path.name, number, number)
