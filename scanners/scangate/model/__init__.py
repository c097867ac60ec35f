"""The facts that every part of scangate shares: frozen values with invariants and no behaviour beyond them.

Paths are text, relative to the scanned root, with ``/``. Lines and columns count from 1, columns in characters; an end column is
exclusive, as in SARIF.
"""

from __future__ import annotations

from scangate.model.comparison import (
    ComparedFinding,
    ComparedGap,
    ComparisonStatus,
    DifferenceKind,
    ScanDifference,
    VerdictComparison,
)
from scangate.model.content import ANY_TYPE, Analysis, AnalysisCoverage, ContentCoverage, ContentFiles, Coverage
from scangate.model.decision import Basis, BudgetSelector, Decision, Note, NoteKind
from scangate.model.finding import (
    BUNDLED_ADVISORIES,
    AffectedPackage,
    Finding,
    FindingIdentity,
    FindingKind,
    FindingName,
    FormerRule,
    IgnoreComment,
    Introduction,
    RuleInfo,
)
from scangate.model.gap import COVERAGE, NEVER_ALLOWED, Gap, GapKind
from scangate.model.location import Location, PieceLines, PolicyLocation, Span
from scangate.model.report import (
    ComparedRevision,
    KnownSource,
    KnownSourceKind,
    PathOwners,
    PolicyOrigin,
    PolicyProvenance,
    Report,
    RunInfo,
)
from scangate.model.result import (
    CHANGE_SOURCES,
    Component,
    FileAccounting,
    FileReport,
    FileSource,
    ScannerRun,
    ScanResult,
    ScanStatus,
    SkippedPath,
    SkipReason,
    Targets,
    TargetsInfo,
)
from scangate.model.secret import Secret, SecretAssessment, SecretClass, SecretContext, SecretWeight
from scangate.model.severity import Confidence, Severity
from scangate.model.verdict import EXIT_CODES, WORST_FIRST, GapRuling, Outcome, Ruling, RulingOutcome, Verdict, derive_outcome

__all__ = [
    "ANY_TYPE",
    "BUNDLED_ADVISORIES",
    "CHANGE_SOURCES",
    "COVERAGE",
    "EXIT_CODES",
    "NEVER_ALLOWED",
    "WORST_FIRST",
    "AffectedPackage",
    "Analysis",
    "AnalysisCoverage",
    "Basis",
    "BudgetSelector",
    "ComparedFinding",
    "ComparedGap",
    "ComparedRevision",
    "ComparisonStatus",
    "Component",
    "Confidence",
    "ContentCoverage",
    "ContentFiles",
    "Coverage",
    "Decision",
    "DifferenceKind",
    "FileAccounting",
    "FileReport",
    "FileSource",
    "Finding",
    "FindingIdentity",
    "FindingKind",
    "FindingName",
    "FormerRule",
    "Gap",
    "GapKind",
    "GapRuling",
    "IgnoreComment",
    "Introduction",
    "KnownSource",
    "KnownSourceKind",
    "Location",
    "Note",
    "NoteKind",
    "Outcome",
    "PathOwners",
    "PieceLines",
    "PolicyLocation",
    "PolicyOrigin",
    "PolicyProvenance",
    "Report",
    "RuleInfo",
    "Ruling",
    "RulingOutcome",
    "RunInfo",
    "ScanDifference",
    "ScanResult",
    "ScanStatus",
    "ScannerRun",
    "Secret",
    "SecretAssessment",
    "SecretClass",
    "SecretContext",
    "SecretWeight",
    "Severity",
    "SkipReason",
    "SkippedPath",
    "Span",
    "Targets",
    "TargetsInfo",
    "Verdict",
    "VerdictComparison",
    "derive_outcome",
]
