"""What a policy says of a finding: its severity, the budget that counts it, whether its path is left out; judges nothing.

A scan may tell thousands of findings of a few rules in a few files: what is the same for many of them is worked out once.
"""

from __future__ import annotations

from scangate import globs
from scangate.judge.names import covers_name
from scangate.judge.policy import Budget, Exclude, Override, Policy
from scangate.model import Finding, Kind, Severity

__all__ = ["Terms"]


class Terms:
    """One policy's word on the findings and gaps of one judgement."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._entries: dict[tuple[str, str], int | None] = {}
        self._excludes: dict[tuple[str, str], Exclude | None] = {}
        self._places: dict[tuple[Kind, str, str, bool | None, Severity], int] = {}

    def severity(self, finding: Finding) -> Severity:
        """What the entry that values it says, else the scanner's own severity, else what UNKNOWN is worth."""
        entry = self.valued_by(finding)
        if entry is not None:
            return self.policy.severities[entry].severity
        return self.policy.unknown if finding.severity is Severity.UNKNOWN else finding.severity

    def valued_by(self, finding: Finding) -> int | None:
        """The place of the entry that gives a finding its severity: the last that matches."""
        key = (finding.rule, finding.location.path)
        if key not in self._entries:
            rule, path = key
            entries = enumerate(self.policy.severities)
            found = [i for i, each in entries if covers_name(each.rule, rule) and (not each.path or globs.matches(each.path, path))]
            self._entries[key] = found[-1] if found else None
        return self._entries[key]

    def excluded(self, scanner: str, path: str) -> Exclude | None:
        """The entry that leaves a path out for a scanner."""
        key = (scanner, path)
        if key not in self._excludes:
            mine = (entry for entry in self.policy.excludes if not entry.scanners or scanner in entry.scanners)
            self._excludes[key] = next((entry for entry in mine if globs.matches(entry.path, path)), None)
        return self._excludes[key]

    def place(self, finding: Finding, severity: Severity) -> int:
        """The one budget that counts a finding: the last override that matches it and names its severity, else the general one,
        which is -1."""
        fixable = _fixable(finding)
        key = (finding.kind, finding.scanner, finding.location.path, fixable, severity)
        if key not in self._places:
            overrides = enumerate(self.policy.overrides)
            found = [index for index, each in overrides if each.names(severity) and _selects(each, finding, fixable)]
            self._places[key] = found[-1] if found else -1
        return self._places[key]

    def budget(self, place: int) -> Budget:
        """The budget that `place` told."""
        return self.policy.budget if place < 0 else self.policy.overrides[place]

    def limit(self, finding: Finding) -> int | None:
        """How many of its kind may stand where a finding is; None for any number."""
        severity = self.severity(finding)
        return self.budget(self.place(finding, severity)).limit(severity)


def _selects(override: Override, finding: Finding, fixable: bool | None) -> bool:
    return (
        override.kind in (None, finding.kind)
        and override.scanner in ("", finding.scanner)
        and (not override.path or globs.matches(override.path, finding.location.path))
        and (override.fixable is None or override.fixable is fixable)
    )


def _fixable(finding: Finding) -> bool | None:
    """Whether a release without the fault is known, None where the finding is not about a package."""
    return None if finding.package is None else bool(finding.package.fixed_in)
