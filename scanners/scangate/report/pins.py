"""Groups the findings about dependencies by pin: one release at one line of a manifest, with all its advisories."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from scangate.model import AffectedPackage, Finding, Ruling, Severity
from scangate.report import summary


class PinFindings(msgspec.Struct, frozen=True):
    """The rulings on one pinned release, the worst first; at least one."""

    package: AffectedPackage
    rulings: tuple[Ruling, ...]

    @property
    def severity(self) -> Severity:
        return self.rulings[0].severity

    @property
    def finding(self) -> Finding:
        """The worst of the findings."""
        return self.rulings[0].finding

    @property
    def advisories(self) -> list[str]:
        """The names of the advisories without their scanner, the worst first."""
        return list(dict.fromkeys(ruling.finding.rule.partition(":")[2] for ruling in self.rulings))

    @property
    def upgrade(self) -> str:
        """The nearest release without a known vulnerability, or what fixes the only one; empty if none is known."""
        packages = [ruling.finding.affected_package for ruling in self.rulings]
        upgrades = Counter(package.upgrade for package in packages if package is not None and package.upgrade)
        if upgrades:
            return max(upgrades, key=lambda version: (upgrades[version], version))
        return " or ".join(self.package.fixed_in) if len(self.rulings) == 1 else ""

    @property
    def severities(self) -> list[tuple[Severity, int]]:
        """How many of the findings have which severity, the worst first."""
        counts = Counter(ruling.severity for ruling in self.rulings)
        return [(severity, counts[severity]) for severity in Severity.worst_first() if counts[severity]]

    @property
    def is_bundled_only(self) -> bool:
        """Whether only the bundled advisories report the findings."""
        return all(summary.is_bundled_only(ruling.finding) for ruling in self.rulings)


Entry = Ruling | PinFindings
"""What a list of findings shows as one: a finding, or all findings of a pin."""


def group_by_pin(rulings: Iterable[Ruling]) -> list[Entry]:
    """The findings, those of one pin as one entry; the worst entry first, else in the order given."""
    entries: dict[tuple[str, ...], list[Ruling]] = defaultdict(list)
    for number, ruling in enumerate(rulings):
        entries[_pin_key(ruling) or ("", str(number))].append(ruling)
    made = [_make_entry(members) for members in entries.values()]
    return sorted(made, key=lambda entry: -entry.severity.rank)


def sort_worst_last(entries: Iterable[Entry]) -> list[Entry]:
    """The order for a terminal, where the eye is at the end; what is equally bad stays in order."""
    return sorted(entries, key=lambda entry: entry.severity.rank)


def count_findings(entries: Iterable[Entry]) -> int:
    """The number of findings in the entries."""
    return sum(len(entry.rulings) if isinstance(entry, PinFindings) else 1 for entry in entries)


def _pin_key(ruling: Ruling) -> tuple[str, ...]:
    """What the findings of one pin have in common; empty for a finding that is not about a package."""
    finding = ruling.finding
    package = finding.affected_package
    if package is None:
        return ()
    return (finding.location.path, str(finding.location.line), package.name, package.version, ruling.outcome.value)


def _make_entry(rulings: Sequence[Ruling]) -> Entry:
    package = rulings[0].finding.affected_package
    if package is None:
        return rulings[0]
    return PinFindings(package, tuple(sorted(rulings, key=lambda each: -each.severity.rank)))
