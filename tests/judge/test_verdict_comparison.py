"""Two verdicts: what moved is the same, what was not looked for is not fixed, and different scans are named."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from scangate.judge.verdict_comparison import compare_verdicts
from scangate.model import (
    Basis,
    ComparisonStatus,
    Decision,
    DifferenceKind,
    FileSource,
    Finding,
    Gap,
    GapKind,
    GapRuling,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    ScanStatus,
    Severity,
    Targets,
    Verdict,
)
from tests.support.baseline_builders import found, result
from tests.support.decisions import budget

NEW, FIXED, UNCHANGED, NOT_COMPARED = ComparisonStatus
BLOCKING, TOLERATED = RulingOutcome.BLOCKING, RulingOutcome.TOLERATED
CRASH = Gap("bandit", "a.py", GapKind.CRASH, "ended with 1")


def ruled(finding: Finding, outcome: RulingOutcome = BLOCKING, *members: Finding) -> Ruling:
    rulings = tuple(Ruling(each, Severity.HIGH, outcome, budget(Severity.HIGH)) for each in (finding, *members))
    return msgspec.structs.replace(rulings[0], members=rulings if members else ())


def report(
    *rulings: Ruling,
    files: Sequence[str] = ("a.py",),
    gaps: Sequence[Gap] = (),
    source: FileSource = FileSource.GIT_INDEX,
    policy: str = "baseline",
) -> Report:
    """A run of bandit over ``files``, with these rulings."""
    scanned = result(*files, gaps=gaps)
    outcome = Outcome.FAIL if any(each.outcome is BLOCKING for each in rulings) else Outcome.PASS
    outcome = Outcome.INCOMPLETE if gaps and outcome is Outcome.PASS else outcome
    decided = tuple(GapRuling(gap, True, Decision(Basis.GAP_NOT_ALLOWED)) for gap in gaps)
    verdict = Verdict(outcome, tuple(rulings), decided, policy, "0" * 64, "", "2026-01-02")
    return Report(verdict, (scanned,), Targets(source, len(files)), tool_version="1.0.0", root="tree")


def statuses(old: Report, new: Report) -> list[ComparisonStatus]:
    return [each.status for each in compare_verdicts(old, new).findings]


def test_the_same_finding_on_another_line_is_unchanged() -> None:
    compared = compare_verdicts(report(ruled(found(line=3))), report(ruled(found(line=30))))
    (finding,) = compared.findings
    assert (finding.status, finding.previous_path) == (UNCHANGED, "")
    assert finding.ruling.finding.location.line == 30
    assert not compared.starts_blocking
    assert compared.differences == ()


def test_a_finding_in_a_renamed_file_is_unchanged() -> None:
    compared = compare_verdicts(report(ruled(found("a.py"))), report(ruled(found("b.py")), files=["b.py"]))
    assert [(each.status, each.previous_path) for each in compared.findings] == [(UNCHANGED, "a.py")]


def test_a_copy_is_new_where_the_original_is_still_there() -> None:
    new = report(ruled(found("a.py")), ruled(found("b.py")), files=["a.py", "b.py"])
    assert statuses(report(ruled(found("a.py"))), new) == [UNCHANGED, NEW]


def test_one_of_two_equal_findings_is_fixed() -> None:
    old = report(ruled(found(line=1)), ruled(found(line=9)))
    assert sorted(statuses(old, report(ruled(found(line=1))))) == [FIXED, UNCHANGED]


@pytest.mark.parametrize(
    "new",
    [
        report(files=["b.py"], source=FileSource.STAGED),
        report(files=[], gaps=[CRASH]),
        msgspec.structs.replace(report(), results=(msgspec.structs.replace(result(), status=ScanStatus.SKIPPED),)),
        msgspec.structs.replace(report(), results=()),
    ],
    ids=["other-files", "crashed", "switched-off", "not-run"],
)
def test_what_was_not_looked_for_is_not_fixed(new: Report) -> None:
    assert statuses(report(ruled(found())), new) == [NOT_COMPARED]
    assert statuses(report(ruled(found())), report()) == [FIXED]


def test_a_secret_is_matched_by_its_place() -> None:
    """A verdict.json has no digest of its value."""
    secret = msgspec.structs.replace(found(secret="1"), identity=found().identity)
    assert statuses(report(ruled(secret)), report(ruled(secret))) == [UNCHANGED]
    assert sorted(statuses(report(ruled(secret)), report(ruled(found())))) == [FIXED, NEW]  # not the same as code


def test_a_merged_finding_is_the_same_while_one_of_its_members_is() -> None:
    other = msgspec.structs.replace(found(content="d"), rule="semgrep:python-shell")
    alone, merged = report(ruled(found())), report(ruled(found(), BLOCKING, other))
    assert statuses(alone, merged) == [UNCHANGED]
    assert statuses(merged, alone) == [UNCHANGED]
    assert statuses(report(ruled(other)), merged) == [UNCHANGED]


def test_a_finding_of_the_policy_itself_is_compared() -> None:
    own = msgspec.structs.replace(found(), rule="scangate:unused-exception", identity=None, fingerprint="f")
    assert statuses(report(ruled(own)), report(ruled(own))) == [UNCHANGED]
    assert statuses(report(ruled(own)), report()) == [FIXED]


@pytest.mark.parametrize(
    ("before", "now", "starts"),
    [(None, BLOCKING, True), (TOLERATED, BLOCKING, True), (BLOCKING, BLOCKING, False), (None, TOLERATED, False)],
)
def test_only_what_did_not_block_before_starts_to_block(before: RulingOutcome | None, now: RulingOutcome, starts: bool) -> None:
    old = report(ruled(found(), before)) if before is not None else report()
    assert compare_verdicts(old, report(ruled(found(), now))).starts_blocking is starts


def test_a_gap_is_compared_by_its_subject() -> None:
    moved = msgspec.structs.replace(CRASH, line=7, reason="ended with 2")
    with_gap = report(files=[], gaps=[CRASH])
    compared = [
        compare_verdicts(with_gap, report(files=[], gaps=[moved])),
        compare_verdicts(report(), with_gap),
        compare_verdicts(with_gap, report()),
        compare_verdicts(with_gap, report(files=["b.py"], source=FileSource.STAGED)),
    ]
    assert [each.gaps[0].status for each in compared] == [UNCHANGED, NEW, FIXED, NOT_COMPARED]
    assert [each.starts_blocking for each in compared] == [False, True, False, False]


def test_different_scans_are_named() -> None:
    old = report()
    new = msgspec.structs.replace(
        report(policy="strict", source=FileSource.STAGED),
        results=(msgspec.structs.replace(result("a.py"), version="2"), result(scanner="semgrep")),
        tool_version="2.0.0",
    )
    found_differences = [(each.kind, each.name, each.old, each.new) for each in compare_verdicts(old, new).differences]
    assert found_differences == [
        (DifferenceKind.FILES, "", "git index and untracked files", "staged"),
        (DifferenceKind.POLICY, "", "baseline", "strict"),
        (DifferenceKind.SCANNER, "bandit", "1", "2"),
        (DifferenceKind.SCANNER, "semgrep", "not run", "1"),
        (DifferenceKind.VERSION, "", "1.0.0", "2.0.0"),
    ]


def test_a_policy_that_was_edited_is_named_by_its_digest() -> None:
    old, new = report(), report()
    new = msgspec.structs.replace(new, verdict=msgspec.structs.replace(new.verdict, policy_digest="1" * 64))
    (difference,) = compare_verdicts(old, new).differences
    assert (difference.old, difference.new) == (f"baseline {'0' * 12}", f"baseline {'1' * 12}")


def test_two_verdicts_in_the_wrong_order_are_noticed() -> None:
    old, new = (msgspec.structs.replace(report(), finished=f"2026-01-0{day}T00:00:00Z") for day in (3, 2))
    assert [each.kind for each in compare_verdicts(old, new).differences] == [DifferenceKind.ORDER]
