"""The sentences for decisions, notes and skipped paths."""

from __future__ import annotations

import msgspec
import pytest

from scangate.model import (
    Basis,
    BudgetSelector,
    Decision,
    Note,
    NoteKind,
    PolicyLocation,
    Severity,
    SkippedPath,
    SkipReason,
)
from scangate.report.decision_text import (
    describe_note,
    explain_decision,
    explain_skip,
    format_policy_location,
    list_policy_locations,
    list_skipped,
)
from tests.support.sample_reports import passing_report

HIGH = Severity.HIGH
ON_FINDINGS = {NoteKind.SEVERITY_CHANGED, NoteKind.KNOWN_COUNTED, NoteKind.STRICTER_PATH, NoteKind.COMMENTS_DENIED}
ON_VERDICTS = set(NoteKind) - ON_FINDINGS - {NoteKind.COMMENT_OTHER_RULES}
ON_BOTH = {kind for kind in NoteKind if kind.value.startswith("comment-") and kind is not NoteKind.COMMENT_EXPIRES_SOON} | {
    NoteKind.EXCEPTION_EXPIRED,
    NoteKind.EXCEPTION_NOT_OWNER,
    NoteKind.EXCEPTION_NO_CODEOWNERS,
}


def note(kind: NoteKind) -> Note:
    counts = (("matched", 1), ("gone", 1), ("not looked for", 1), ("audited", 1))
    return Note(kind, name="n", owner="o", path="a.py", line=3, lines=(4,), expires="2026-12-01", days=2, counts=counts, text="t")


@pytest.mark.parametrize("basis", Basis)
def test_every_basis_has_a_sentence(basis: Basis) -> None:
    assert explain_decision(Decision(basis, reason="a reason", limit=1))


@pytest.mark.parametrize("kind", NoteKind)
def test_every_note_has_a_sentence_where_it_is_used(kind: NoteKind) -> None:
    if kind in ON_VERDICTS:
        assert describe_note(note(kind))
    if kind in ON_FINDINGS | ON_BOTH:
        assert explain_decision(Decision(Basis.BUDGET, limit=0, notes=(note(kind),))).count("; ") == 1


@pytest.mark.parametrize("reason", SkipReason)
def test_every_reason_for_a_skipped_path_has_a_text(reason: SkipReason) -> None:
    assert explain_skip(SkippedPath("a", reason, detail="why")).endswith(": why")


def test_skipped_paths_are_counted_by_reason_and_scanner() -> None:
    report = passing_report()
    (result, *others), own = report.results, SkippedPath("r.json", SkipReason.OWN_OUTPUT)
    excluded = tuple(SkippedPath(path, SkipReason.EXCLUDED, result.scanner, "copies") for path in ("v/a.py", "v/b.py"))
    results = (msgspec.structs.replace(result, skipped_paths=excluded), *others)
    report = msgspec.structs.replace(report, results=results, targets=msgspec.structs.replace(report.targets, skipped_paths=(own,)))
    lines = [line for line in list_skipped(report) if line.endswith((explain_skip(own), explain_skip(excluded[0])))]
    assert sorted(line.partition(":")[0] for line in lines) == ["1 path skipped", f"2 paths skipped ({result.scanner} 2)"]


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        (Decision(Basis.BUDGET, severity=HIGH, count=2, limit=0), "2 high findings, 0 allowed"),
        (Decision(Basis.BUDGET, severity=HIGH, count=1, limit=0), "1 high finding, 0 allowed"),
        (Decision(Basis.BUDGET, severity=HIGH, count=1, limit=5), "1 of 5 allowed high findings"),
        (Decision(Basis.BUDGET, severity=HIGH, count=1), "the policy does not limit high findings"),
        (
            Decision(
                Basis.BUDGET,
                severity=HIGH,
                count=2,
                limit=1,
                selector=BudgetSelector(path="src/", fixable=False),
                reported_worse=1,
            ),
            "2 high findings without a fixed release in src/, 1 allowed; 1 reported at a higher severity by another scanner",
        ),
        (Decision(Basis.COOL_DOWN, count=0, limit=7), "advisory published today, cool-down period 7 days"),
        (
            Decision(Basis.EXCEPTION, owner="o", reason="r", expires="2026-12-01", notes=(note(NoteKind.COMMENT_EXPIRED),)),
            "accepted until 2026-12-01 by o: r; the inline comment in line 3 does not apply: it expired on 2026-12-01",
        ),
    ],
)
def test_sentences(decision: Decision, sentence: str) -> None:
    assert explain_decision(decision) == sentence


def test_policy_locations_are_listed_once_and_name_file_and_line() -> None:
    budget, rule = PolicyLocation("budgets.high", "scangate.yaml", 3), PolicyLocation("severity[0]")
    notes = (
        Note(NoteKind.SEVERITY_CHANGED, location=rule),
        Note(NoteKind.STRICTER_PATH),
        Note(NoteKind.KNOWN_COUNTED, location=rule),
    )
    locations = list_policy_locations(Decision(Basis.BUDGET, budget, notes=notes))
    assert [format_policy_location(each) for each in locations] == ["scangate.yaml:3  budgets.high", "severity[0] (default)"]
