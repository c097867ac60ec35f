"""What differs between two verdicts: findings and gaps that are new, fixed or unchanged, and how the two scans differ."""

from __future__ import annotations

import msgspec

from scangate.model.report import Report
from scangate.model.string_enum import StrEnum
from scangate.model.verdict import GapRuling, Ruling, RulingOutcome


class ComparisonStatus(StrEnum):
    """Whether the old verdict, the new one, or both have a finding or a gap.

    NOT_COMPARED: only the old one has it, and the new scan did not look for it, so that it need not be fixed.
    """

    NEW = "new"
    FIXED = "fixed"
    UNCHANGED = "unchanged"
    NOT_COMPARED = "not-compared"


class ComparedFinding(msgspec.Struct, frozen=True):
    """``ruling``: of the new verdict, if that has the finding, else of the old one. ``before``: of the old one if both have it."""

    status: ComparisonStatus
    ruling: Ruling
    before: Ruling | None = None

    @property
    def starts_blocking(self) -> bool:
        """Whether it blocks now and did not before."""
        return _is_current(self.status) and _blocks(self.ruling) and (self.before is None or not _blocks(self.before))

    @property
    def stops_blocking(self) -> bool:
        """Whether both verdicts have it, and it blocked only before."""
        return self.before is not None and _blocks(self.before) and not _blocks(self.ruling)

    @property
    def previous_path(self) -> str:
        """Its path in the old verdict, empty if unchanged."""
        path = self.before.finding.location.path if self.before is not None else ""
        return path if path != self.ruling.finding.location.path else ""


class ComparedGap(msgspec.Struct, frozen=True):
    """As a `ComparedFinding`; a gap that is FIXED is closed, or what it was about does not exist any more."""

    status: ComparisonStatus
    ruling: GapRuling
    before: GapRuling | None = None

    @property
    def starts_blocking(self) -> bool:
        """Whether it blocks now and did not before."""
        return _is_current(self.status) and self.ruling.blocking and (self.before is None or not self.before.blocking)


class DifferenceKind(StrEnum):
    """In what two scans differ, apart from what they found."""

    VERSION = "version"  # of scangate
    POLICY = "policy"
    SCANNER = "scanner"  # name: which one; its version, or how it ended
    FILES = "files"  # which files were scanned
    ORDER = "order"  # the old one ended after the new one


class ScanDifference(msgspec.Struct, frozen=True, order=True):
    """One thing in which the two scans differ: what it was in the old one, and what it is in the new one."""

    kind: DifferenceKind
    old: str
    new: str
    name: str = ""


class VerdictComparison(msgspec.Struct, frozen=True):
    """Two verdicts, and what differs. ``findings`` and ``gaps`` have the order of the verdicts."""

    old: Report
    new: Report
    findings: tuple[ComparedFinding, ...]
    gaps: tuple[ComparedGap, ...]
    differences: tuple[ScanDifference, ...]

    @property
    def starts_blocking(self) -> bool:
        """Whether a finding or a gap blocks in the new verdict and not in the old one."""
        return any(each.starts_blocking for each in self.findings) or any(each.starts_blocking for each in self.gaps)

    def findings_with(self, status: ComparisonStatus) -> list[ComparedFinding]:
        """The findings with this status, the worst first."""
        found = [each for each in self.findings if each.status is status]
        return sorted(found, key=lambda each: each.ruling.badness())

    def gaps_with(self, status: ComparisonStatus) -> list[ComparedGap]:
        """The gaps with this status, the blocking ones first."""
        return sorted((each for each in self.gaps if each.status is status), key=lambda each: not each.ruling.blocking)


def _is_current(status: ComparisonStatus) -> bool:
    return status in (ComparisonStatus.NEW, ComparisonStatus.UNCHANGED)


def _blocks(ruling: Ruling) -> bool:
    return ruling.outcome is RulingOutcome.BLOCKING
