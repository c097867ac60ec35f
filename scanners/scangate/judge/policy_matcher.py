"""Applies a policy's rules to findings and gaps: the severity, the budget, the exclusion, the allowed gap. Results are cached.

A scan may have thousands of findings of a few rules in a few files, which all match alike.
"""

from __future__ import annotations

import msgspec

from scangate import globs
from scangate.judge.name_patterns import matches_name
from scangate.judge.policy import AllowedGap, Budget, BudgetOverride, Policy
from scangate.model import NEVER_ALLOWED, Basis, Decision, Finding, FindingKind, Gap, PolicyLocation, Severity


class PolicyMatcher:
    """One policy, applied to the findings and gaps of one evaluation."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._severity_indices: dict[tuple[tuple[str, ...], str, bool], int | None] = {}
        self._exclusions: dict[tuple[str, str], Decision | None] = {}
        self._budget_indices: dict[tuple[FindingKind, str, str, bool | None, bool, Severity], int] = {}

    def severity_of(self, finding: Finding) -> Severity:
        """The severity by the matching severity rule, else the scanner's, else what UNKNOWN counts as."""
        index = self.severity_rule_index(finding)
        if index is not None:
            return self.policy.severity_rules[index].severity
        return self.policy.unknown_severity if finding.severity is Severity.UNKNOWN else finding.severity

    def severity_rule_index(self, finding: Finding) -> int | None:
        """The last severity rule that matches a finding by its current name.

        Where there is none, or where it does not distinguish the names, the last one that matches by the former name.
        """
        rules = tuple(name.rule for name in finding.names)
        key = (rules, finding.location.path, finding.introduction is not None)
        if key not in self._severity_indices:
            current, *former = (self._matching_severity_rules(rule, *key[1:]) for rule in rules)
            for matching in former:
                current = matching if not current or current[-1] in matching else current
            self._severity_indices[key] = current[-1] if current else None
        return self._severity_indices[key]

    def _matching_severity_rules(self, rule: str, path: str, history: bool) -> list[int]:
        return [
            index
            for index, entry in enumerate(self.policy.severity_rules)
            if matches_name(entry.rule, rule)
            and (not entry.path or globs.matches(entry.path, path))
            and entry.history in (None, history)
        ]

    def severity_location(self, finding: Finding) -> PolicyLocation:
        """Where the policy changes the severity of a finding."""
        index = self.severity_rule_index(finding)
        return self.policy.locate("unknown" if index is None else f"severity[{index}]")

    def exclusion_of(self, scanner: str, path: str) -> Decision | None:
        """The decision of the first exclusion that matches a path for a scanner."""
        key = (scanner, path)
        if key not in self._exclusions:
            self._exclusions[key] = next(
                (
                    Decision(Basis.EXCLUSION, self.policy.locate(f"paths.exclude[{index}]"), reason=entry.reason)
                    for index, entry in enumerate(self.policy.exclusions)
                    if (not entry.scanners or scanner in entry.scanners) and globs.matches(entry.path, path)
                ),
                None,
            )
        return self._exclusions[key]

    def allowance_of(self, gap: Gap) -> Decision | None:
        """The decision of the first entry that allows a gap; where no policy judges, only gaps that none can allow block."""
        if self.policy.is_absent:
            return None if gap.kind in NEVER_ALLOWED else Decision(Basis.NOT_JUDGED)
        for index, entry in enumerate(self.policy.allowed_gaps):
            if entry.kind is gap.kind and _allows(entry, gap):
                return Decision(Basis.ALLOWED_GAP, self.policy.locate(f"coverage.allowed-gaps[{index}]"), reason=entry.reason)
        return None

    def gap_denial(self) -> Decision:
        """The decision about a gap that nothing allows."""
        if self.policy.is_absent:
            return Decision(Basis.NOT_JUDGED)
        return Decision(Basis.GAP_NOT_ALLOWED, self.policy.locate("coverage.allowed-gaps"))

    def budget_index(self, finding: Finding, severity: Severity) -> int:
        """The one budget that counts a finding: the last matching override with its severity, else -1, the general one."""
        fixable = _is_fixable(finding)
        key = (finding.kind, finding.scanner, finding.location.path, fixable, finding.introduction is not None, severity)
        if key not in self._budget_indices:
            overrides = enumerate(self.policy.overrides)
            matching = [index for index, each in overrides if each.covers(severity) and _selects(each, finding, fixable)]
            self._budget_indices[key] = matching[-1] if matching else -1
        return self._budget_indices[key]

    def budget_at(self, index: int) -> Budget:
        """The budget of a `budget_index`."""
        return self.policy.budget if index < 0 else self.policy.overrides[index]

    def budget_location(self, index: int, severity: Severity) -> PolicyLocation:
        """Where the policy sets the limit of a budget for a severity."""
        budget = "budgets" if index < 0 else f"budgets.overrides[{index}]"
        return self.policy.locate(f"{budget}.{severity.value}")

    def limit_for(self, finding: Finding) -> int | None:
        """The limit of the budget that counts a finding; None for unlimited."""
        severity = self.severity_of(finding)
        return self.budget_at(self.budget_index(finding, severity)).limit(severity)

    def is_stricter_now(self, finding: Finding) -> bool:
        """Whether the policy is stricter for a finding than for the same finding at its previous path."""
        before = msgspec.structs.replace(finding, location=msgspec.structs.replace(finding.location, path=finding.previous_path))
        if self.exclusion_of(before.scanner, before.location.path) or self.severity_of(finding) > self.severity_of(before):
            return True
        limit, limit_before = self.limit_for(finding), self.limit_for(before)
        return limit is not None and (limit_before is None or limit < limit_before)


def _allows(entry: AllowedGap, gap: Gap) -> bool:
    """Whether the selectors of an entry match a gap of its kind."""
    return (
        matches_name(entry.scanner or "*", gap.scanner)
        and (not entry.path or (gap.path is not None and globs.matches(entry.path, gap.path)))
        and (not entry.content_type or (bool(gap.content_type) and matches_name(entry.content_type, gap.content_type)))
        and entry.analysis in (None, gap.analysis)
    )


def _selects(override: BudgetOverride, finding: Finding, fixable: bool | None) -> bool:
    return (
        override.kind in (None, finding.kind)
        and override.scanner in ("", finding.scanner)
        and (not override.path or globs.matches(override.path, finding.location.path))
        and (override.fixable is None or override.fixable is fixable)
        and override.history in (None, finding.introduction is not None)
    )


def _is_fixable(finding: Finding) -> bool | None:
    """Whether a release without the vulnerability is known; None for a finding that is not about a package."""
    return None if finding.affected_package is None else bool(finding.affected_package.fixed_in)
