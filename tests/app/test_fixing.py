"""Changes that no scan proves are undone, whatever keeps the scan from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from scangate.app import fixing
from scangate.app.events import Events
from scangate.app.fixing import FileFix, FixPlan, FixResult, UndoReason, apply_fixes
from scangate.app.interruption import Interruption
from scangate.app.requests import ScanRequest
from scangate.errors import UsageError
from scangate.fixes.change import Change
from scangate.model import Basis, Decision, Finding, FindingIdentity, Gap, GapKind, GapRuling, Report
from scangate.tools.source_edits import Edit
from tests.support.policy_builders import make_finding
from tests.support.sample_reports import passing_report

BEFORE, AFTER = b"old text\n", b"new text\n"


def finding(content: str, path: str = "a.py") -> Finding:
    return make_finding(path=path, line=1, identity=FindingIdentity(content))


def report(*findings: Finding, gaps: tuple[Gap, ...] = ()) -> Report:
    passed = passing_report()
    result = msgspec.structs.replace(passed.results[0], findings=findings)
    rulings = tuple(GapRuling(gap, False, Decision(Basis.ALLOWED_GAP)) for gap in gaps)
    verdict = msgspec.structs.replace(passed.verdict, gaps=rulings)
    return msgspec.structs.replace(passed, results=(result,), verdict=verdict)


@pytest.fixture
def apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Report, Report | Exception], FixResult]:
    file = tmp_path / "a.py"
    file.write_bytes(BEFORE)

    def run(first: Report, second: Report | Exception) -> FixResult:
        def scan(*_: object) -> Report:
            assert file.read_bytes() == AFTER
            if isinstance(second, Exception):
                raise second
            return second

        monkeypatch.setattr(fixing, "scan", scan)
        change = Change("a.py", 1, "new for old", (Edit(0, 3, b"new"),), (finding("x"),))
        fix = FileFix("a.py", BEFORE, (change,))
        return apply_fixes(FixPlan(tmp_path, first, (fix,)), [fix], ScanRequest(root=tmp_path), Events(), Interruption())

    return run


def test_a_proven_change_stays(apply: Callable[[Report, Report | Exception], FixResult], tmp_path: Path) -> None:
    result = apply(report(finding("x"), finding("y"), finding("x", "b.py")), report(finding("y"), finding("x", "b.py")))
    assert (len(result.fixed), result.undone, (tmp_path / "a.py").read_bytes()) == (1, (), AFTER)


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (report(finding("x")), UndoReason.STILL_FOUND),
        (report(finding("new")), UndoReason.NEW_FINDING),
        (report(gaps=(Gap("bandit", "a.py", GapKind.UNPARSABLE, "why"),)), UndoReason.NOT_ANALYZED),
        (report(gaps=(Gap("targets", None, GapKind.INTERRUPTED, "why"),)), UndoReason.NOT_ANALYZED),
    ],
)
def test_a_change_that_is_not_proven_is_undone(
    after: Report, reason: UndoReason, apply: Callable[[Report, Report | Exception], FixResult], tmp_path: Path
) -> None:
    result = apply(report(finding("x")), after)
    assert [found for _, found in result.undone] == [reason]
    assert (result.fixed, (tmp_path / "a.py").read_bytes()) == ((), BEFORE)


def test_a_scan_that_ends_early_leaves_the_files_as_they_were(
    apply: Callable[[Report, Report | Exception], FixResult], tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        apply(report(finding("x")), UsageError("no"))
    assert (tmp_path / "a.py").read_bytes() == BEFORE
