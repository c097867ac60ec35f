"""Findings and baseline entries for the tests of matching."""

from __future__ import annotations

from collections.abc import Sequence

from scangate.judge.finding_matching import (
    KnownFinding,
    ScannedPaths,
)
from scangate.model import (
    FileSource,
    Finding,
    FindingIdentity,
    FindingKind,
    Gap,
    ScanResult,
    ScanStatus,
    SkippedPath,
    Targets,
)
from tests.support.policy_builders import make_finding

RULE = "bandit:B602"


def found(path: str = "a.py", content: str = "c", context: str = "x", secret: str = "", line: int = 1) -> Finding:
    kind = FindingKind.SECRET if secret else FindingKind.CODE
    return make_finding(RULE, path=path, kind=kind, line=line, identity=FindingIdentity(content, context, secret=secret))


def entry(path: str = "a.py", content: str = "c", context: str = "x", secret: str = "", count: int = 1) -> KnownFinding:
    return KnownFinding(path, RULE, content, context, secret, count)


def result(*files: str, gaps: Sequence[Gap] = (), left_out: Sequence[SkippedPath] = (), scanner: str = "bandit") -> ScanResult:
    status = ScanStatus.PARTIAL if gaps else ScanStatus.COMPLETE
    given = len(files) + len({gap.path for gap in gaps} - {None})
    return ScanResult(
        scanner, "1", status, files_given=given, analyzed_files=files, gaps=tuple(gaps), skipped_paths=tuple(left_out)
    )


def seen(*files: str, source: FileSource = FileSource.GIT_INDEX, **more: Sequence[Gap] | Sequence[SkippedPath]) -> ScannedPaths:
    return ScannedPaths([result(*files, **more)], Targets(source, len(files)))  # type: ignore[arg-type]
