"""What a policy says of a finding: its severity, the budget that counts it, whether its path is left out; judges nothing.

A scan may tell thousands of findings of a few rules in a few files: what is the same for many of them is worked out once.
"""

from __future__ import annotations

from scangate import globs
from scangate.judge.name_patterns import matches_name
from scangate.judge.policy import Budget, BudgetOverride, PathExclusion, Policy
from scangate.model import Finding, FindingKind, Severity

__all__ = ["PolicyMatcher"]


class PolicyMatcher:
    """One policy's word on the findings and gaps of one judgement."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._severity_indices: dict[tuple[str, str], int | None] = {}
        self._exclusions: dict[tuple[str, str], PathExclusion | None] = {}
        self._budget_indices: dict[tuple[FindingKind, str, str, bool | None, Severity], int] = {}

    def severity_of(self, finding: Finding) -> Severity:
        """What the entry that values it says, else the scanner's own severity, else what UNKNOWN is worth."""
        entry = self.severity_rule_index(finding)
        if entry is not None:
            return self.policy.severity_rules[entry].severity
        return self.policy.unknown_severity if finding.severity is Severity.UNKNOWN else finding.severity

    def severity_rule_index(self, finding: Finding) -> int | None:
        """The place of the entry that gives a finding its severity: the last that matches."""
        key = (finding.rule, finding.location.path)
        if key not in self._severity_indices:
            rule, path = key
            entries = enumerate(self.policy.severity_rules)
            found = [
                i for i, each in entries if matches_name(each.rule, rule) and (not each.path or globs.matches(each.path, path))
            ]
            self._severity_indices[key] = found[-1] if found else None
        return self._severity_indices[key]

    def exclusion_of(self, scanner: str, path: str) -> PathExclusion | None:
        """The entry that leaves a path out for a scanner."""
        key = (scanner, path)
        if key not in self._exclusions:
            mine = (entry for entry in self.policy.exclusions if not entry.scanners or scanner in entry.scanners)
            self._exclusions[key] = next((entry for entry in mine if globs.matches(entry.path, path)), None)
        return self._exclusions[key]

    def budget_index(self, finding: Finding, severity: Severity) -> int:
        """The one budget that counts a finding: the last override that matches it and names its severity, else the general one,
        which is -1."""
        fixable = _is_fixable(finding)
        key = (finding.kind, finding.scanner, finding.location.path, fixable, severity)
        if key not in self._budget_indices:
            overrides = enumerate(self.policy.overrides)
            found = [index for index, each in overrides if each.covers(severity) and _selects(each, finding, fixable)]
            self._budget_indices[key] = found[-1] if found else -1
        return self._budget_indices[key]

    def budget_at(self, index: int) -> Budget:
        """The budget that `place` told."""
        return self.policy.budget if index < 0 else self.policy.overrides[index]

    def limit_for(self, finding: Finding) -> int | None:
        """How many of its kind may stand where a finding is; None for any number."""
        severity = self.severity_of(finding)
        return self.budget_at(self.budget_index(finding, severity)).limit(severity)


def _selects(override: BudgetOverride, finding: Finding, fixable: bool | None) -> bool:
    return (
        override.kind in (None, finding.kind)
        and override.scanner in ("", finding.scanner)
        and (not override.path or globs.matches(override.path, finding.location.path))
        and (override.fixable is None or override.fixable is fixable)
    )


def _is_fixable(finding: Finding) -> bool | None:
    """Whether a release without the fault is known, None where the finding is not about a package."""
    return None if finding.affected_package is None else bool(finding.affected_package.fixed_in)
