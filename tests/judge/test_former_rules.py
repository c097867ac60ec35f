"""What was accepted or known under the rule that reported a secret before still is; nothing else becomes so."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from scangate.judge.baseline import update_entries
from scangate.judge.evaluation import evaluate
from scangate.judge.exceptions import ExceptionLedger, selects
from scangate.judge.finding_matching import KnownFinding, ScannedPaths, collect_known_findings, match_findings
from scangate.judge.policy import FollowedFinding, PolicyException, SeverityRule
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.model import (
    FileReport,
    Finding,
    FindingIdentity,
    FindingKind,
    FormerRule,
    Location,
    Outcome,
    Secret,
    Severity,
    Span,
)
from scangate.plugin import SourceFile
from scangate.scan.redaction import Redactor
from tests.support.baseline_builders import result, seen
from tests.support.policy_builders import TARGETS, TODAY, make_exception, make_finding, make_policy

OLD, NEW = "detect-secrets:secret-keyword", "detect-secrets:url-password"
PREFIX = 'db_url = "db://ann:'
VALUES = ("Zq8hunter77xY", "pT5kBrass19Lo")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def scanned(folder: Path, rule: str, former: str = "", values: tuple[str, ...] = VALUES) -> tuple[Finding, ...]:
    """The findings in a file with one secret a line, as the engine makes them."""
    (folder / "a").write_text("".join(f'{PREFIX}{value}@host"\n' for value in values))
    found, secrets = [], []
    for line, value in enumerate(values, start=1):
        span = Span(line, len(PREFIX) + 1, line, len(PREFIX) + 1 + len(value))
        place = Location("a.py", line, line, span.column, span.end_column)
        secrets.append(Secret((span,), (rule,)))
        found.append(make_finding(rule, location=place, kind=FindingKind.SECRET, former=FormerRule(former) if former else None))
    report = FileReport("a.py", tuple(found), secrets=tuple(secrets))
    redactor = Redactor([SourceFile("a.py", folder / "a")], b"a salt of 16 byt")
    redactor.add_secrets([report])
    return tuple(redactor.redact_by_file([report])["a.py"])


def known_as(finding: Finding) -> KnownFinding:
    (known,) = collect_known_findings([finding])
    return known


def test_a_baseline_of_the_former_rule_keeps_a_secret_known(folder: Path) -> None:
    baseline = collect_known_findings(scanned(folder, OLD))
    found = scanned(folder, NEW, OLD)
    assert None not in match_findings(found, baseline)
    assert match_findings(scanned(folder, NEW), baseline) == (None, None), "it has no former rule"
    assert match_findings(scanned(folder, NEW, "detect-secrets:other"), baseline) == (None, None)
    assert match_findings(scanned(folder, NEW, OLD, ("an0therValue", *VALUES)), baseline)[0] is None


def test_an_entry_of_the_former_rule_covers_no_more_than_it_counts(folder: Path) -> None:
    found = scanned(folder, NEW, OLD, VALUES[:1] * 3)
    entries = collect_known_findings(scanned(folder, OLD, values=VALUES[:1] * 2))
    assert [entry.count for entry in entries] == [2]
    assert sorted(match_findings(found, entries), key=str) == [0, 0, None]


def test_an_entry_of_the_current_rule_comes_first(folder: Path) -> None:
    (found,) = scanned(folder, NEW, OLD, VALUES[:1])
    former, current = known_as(scanned(folder, OLD, values=VALUES[:1])[0]), known_as(found)
    assert match_findings([found], [former, current]) == (1,)
    plain = scanned(folder, OLD, values=VALUES[:1])[0]
    assert match_findings([found, plain], [former, current]) == (1, 0), "the former entry is left for a finding of that rule"


def test_a_secret_is_found_again_under_its_former_rule_where_its_file_was_moved(folder: Path) -> None:
    (found,) = scanned(folder, NEW, OLD, VALUES[:1])
    moved = msgspec.structs.replace(known_as(scanned(folder, OLD, values=VALUES[:1])[0]), path="old.py")
    scan = ScannedPaths([result("a.py", scanner="detect-secrets")], TARGETS)
    assert match_findings([found], [moved], scan) == (0,)


def test_an_updated_baseline_has_the_current_rule(folder: Path) -> None:
    found = scanned(folder, NEW, OLD)
    entries = update_entries(collect_known_findings(scanned(folder, OLD)), found, seen("a.py"))
    assert entries == collect_known_findings(found)
    assert {entry.rule for entry in entries} == {NEW}


def accepts(found: tuple[Finding, ...], **selectors: str) -> list[bool]:
    return [selects(make_exception(**selectors), each) for each in found]


def test_an_exception_that_names_the_former_rule_accepts_what_it_did(folder: Path) -> None:
    before, after = scanned(folder, OLD), scanned(folder, NEW, OLD)
    for pattern in (OLD, "detect-secrets:secret-*", "detect-secrets:*"):
        assert accepts(after, rule=pattern) == accepts(before, rule=pattern) == [True, True]
    assert accepts(after, rule="detect-secrets:base64-*") == [False, False]
    assert accepts(scanned(folder, NEW), rule=OLD) == [False, False]


def test_an_exception_by_a_former_fingerprint_accepts_its_one_finding(folder: Path) -> None:
    before, after = scanned(folder, OLD), scanned(folder, NEW, OLD)
    for number, old in enumerate(before):
        expected = [index == number for index in range(len(after))]
        assert accepts(after, fingerprint=old.fingerprint) == expected
        assert accepts(after, fingerprint=old.fingerprint, rule=OLD) == expected
        assert accepts(after, fingerprint=old.fingerprint, rule=NEW) == [False, False], "rule and fingerprint are of one name"
    assert {each.fingerprint for each in before}.isdisjoint(each.fingerprint for each in after)


def test_an_exception_does_not_follow_another_finding_while_a_former_fingerprint_is_there() -> None:
    there = make_finding(NEW, fingerprint="n1", identity=FindingIdentity("new"), former=FormerRule(OLD, "f1", "content"))
    twin = make_finding(OLD, path="b.py", fingerprint="f9", identity=FindingIdentity("content"))
    entry = make_exception(rule=OLD, fingerprint="f1", follows=FollowedFinding("old.py", "content"))
    ledger = ExceptionLedger(make_policy(exceptions=(entry,)), TODAY)
    ledger.follow_moved_findings([there, twin], ScannedPaths([result("a.py", "b.py", scanner="detect-secrets")], TARGETS))
    assert [ledger.accept(each) is not None for each in (there, twin)] == [True, False]


def test_an_exception_follows_a_moved_finding_by_its_former_rule() -> None:
    moved = make_finding(
        NEW, path="b.py", fingerprint="n1", identity=FindingIdentity("new"), former=FormerRule(OLD, "f2", "content")
    )
    entry = make_exception(rule=OLD, fingerprint="f1", follows=FollowedFinding("a.py", "content"))
    ledger = ExceptionLedger(make_policy(exceptions=(entry,)), TODAY)
    ledger.follow_moved_findings([moved], ScannedPaths([result("b.py", scanner="detect-secrets")], TARGETS))
    assert ledger.accept(moved) is not None


def accepting(found: Finding, *entries: PolicyException) -> str:
    ledger = ExceptionLedger(make_policy(exceptions=entries), TODAY)
    decision = ledger.accept(found)
    assert ledger.match_counts == [1] * len(entries), "all of them are used"
    return "" if decision is None else decision.reason


def test_an_exception_for_the_current_rule_decides_before_one_for_the_former(folder: Path) -> None:
    (found,) = scanned(folder, NEW, OLD, VALUES[:1])
    former, current = (
        msgspec.structs.replace(make_exception(rule=rule), reason=reason) for rule, reason in ((OLD, "former"), (NEW, "current"))
    )
    assert accepting(found, former, current) == "current"
    assert accepting(found, former) == "former"


def severity(found: Finding, *rules: tuple[str, Severity]) -> Severity:
    return PolicyMatcher(make_policy(severity_rules=tuple(SeverityRule(*rule) for rule in rules))).severity_of(found)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([(OLD, Severity.LOW)], Severity.LOW),
        ([(OLD, Severity.LOW), (NEW, Severity.CRITICAL)], Severity.CRITICAL),
        ([(NEW, Severity.CRITICAL), (OLD, Severity.LOW)], Severity.CRITICAL),
        ([("detect-secrets:*", Severity.CRITICAL), (OLD, Severity.LOW)], Severity.LOW),
        ([(OLD, Severity.LOW), ("detect-secrets:*", Severity.CRITICAL)], Severity.CRITICAL),
        ([(NEW, Severity.MEDIUM), ("detect-secrets:*", Severity.CRITICAL)], Severity.CRITICAL),
        ([("detect-secrets:base64-*", Severity.LOW)], Severity.HIGH),
    ],
)
def test_a_severity_rule_for_the_former_rule_applies_unless_one_is_for_the_current(
    rules: list[tuple[str, Severity]], expected: Severity
) -> None:
    assert severity(make_finding(NEW, former=FormerRule(OLD)), *rules) is expected


def test_findings_of_one_rule_with_another_former_rule_are_judged_apart() -> None:
    rules = (SeverityRule(OLD, Severity.LOW),)
    found = (make_finding(NEW, former=FormerRule(OLD)), make_finding(NEW, line=2))
    policy = make_policy(severity_rules=rules)
    scan = result("a.py", scanner="detect-secrets")
    verdict = evaluate([msgspec.structs.replace(scan, findings=found)], TARGETS, policy, TODAY)
    assert verdict.outcome is Outcome.FAIL
    assert [ruling.severity for ruling in verdict.rulings] == [Severity.LOW, Severity.HIGH]
