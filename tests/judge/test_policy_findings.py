"""Findings about the policy's own files: which there are, where they are, and that they stay the same from scan to scan."""

from __future__ import annotations

import datetime as dt

import pytest

from scangate.judge.exceptions import ExceptionLedger
from scangate.judge.policy_findings import STALE_BASELINE, UNUSED_EXCEPTION, check_ratchet, check_unused_exceptions
from scangate.model import (
    Basis,
    Confidence,
    Decision,
    FindingKind,
    KnownSource,
    KnownSourceKind,
    Location,
    PolicyLocation,
    Ruling,
    RulingOutcome,
    Severity,
)
from tests.support.policy_builders import TODAY, make_exception, make_policy

RATCHET = PolicyLocation("baseline.ratchet", "scangate.yaml", 3)


def stale(*sources: KnownSource) -> tuple[Ruling, ...]:
    return check_ratchet(sources, make_policy(locations={"baseline.ratchet": RATCHET}))


def test_only_a_baseline_with_findings_that_are_gone_is_stale() -> None:
    gone, kept = (
        KnownSource("the baseline", KnownSourceKind.BASELINE, 5, 2, 2, "sub/b.json"),
        KnownSource("the baseline", KnownSourceKind.BASELINE, 5, 2, 0, "sub/b.json"),
    )
    (ruling,) = stale(KnownSource("revision main", KnownSourceKind.REVISION, 5, 2, 2), gone, kept)
    assert (ruling.severity, ruling.outcome) == (Severity.HIGH, RulingOutcome.BLOCKING)
    assert ruling.decision == Decision(Basis.BASELINE_RATCHET, RATCHET, count=2)
    found = ruling.finding
    assert (found.rule, found.severity, found.confidence, found.kind) == (
        STALE_BASELINE,
        Severity.HIGH,
        Confidence.HIGH,
        FindingKind.CONFIGURATION,
    )
    assert (found.location, found.reported_by) == (Location("b.json"), ("scangate",))
    assert "2 findings" in found.message
    assert found.title


def test_stale_baseline_keeps_its_fingerprint_while_its_file_does() -> None:
    one, more, other, unnamed = (
        stale(KnownSource("the baseline", KnownSourceKind.BASELINE, 5, 2, gone, file))[0].finding
        for gone, file in ((1, "b.json"), (2, "b.json"), (1, "c.json"), (1, ""))
    )
    assert one.fingerprint == more.fingerprint
    assert len({one.fingerprint, other.fingerprint, unnamed.fingerprint}) == 3
    assert len(one.fingerprint) == 32
    assert unnamed.location == Location("baseline")


@pytest.mark.parametrize(
    ("file", "line", "place"),
    [
        ("conf/scangate.yaml", 12, Location("conf/scangate.yaml", 12, 12)),
        ("/etc/scangate.yaml", 12, Location("scangate.yaml", 12, 12)),
        ("../scangate.yaml", 0, Location("scangate.yaml", 1, 1)),
        ("", 0, Location("policy", 1, 1)),
    ],
)
def test_unused_exception_is_a_finding_in_the_policy_file(file: str, line: int, place: Location) -> None:
    entries = (make_exception(rule="bandit:B1"), make_exception(rule="bandit:B2", expires=TODAY - dt.timedelta(1)))
    locations = {
        "exceptions[0]": PolicyLocation("exceptions[0]", file, 11),
        "exceptions[0].reason": PolicyLocation("exceptions[0].reason", file, line),
    }
    policy = make_policy(exceptions=entries, locations=locations)
    (ruling,) = check_unused_exceptions(ExceptionLedger(policy, TODAY), policy, ())
    assert (ruling.severity, ruling.outcome) == (Severity.HIGH, RulingOutcome.BLOCKING)
    assert ruling.decision == Decision(Basis.UNUSED_EXCEPTION, locations["exceptions[0]"])
    assert (ruling.finding.rule, ruling.finding.location) == (UNUSED_EXCEPTION, place)
    assert "rule bandit:B1" in ruling.finding.message
    assert "an owner" in ruling.finding.message
    assert ruling.finding.title
    assert check_unused_exceptions(ExceptionLedger(policy, TODAY), policy, ("bandit",)) == ()


def test_each_unused_exception_has_a_fingerprint_of_its_own() -> None:
    policy = make_policy(exceptions=(make_exception(rule="bandit:B1"), make_exception(rule="bandit:B2")))
    fingerprints = [ruling.finding.fingerprint for ruling in check_unused_exceptions(ExceptionLedger(policy, TODAY), policy, ())]
    assert len(set(fingerprints)) == 2
