"""Finds the inline suppressions that a change adds, by comparing its findings with those of the revision before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

from scangate.judge.finding_matching import KnownFinding, KnownOrigin, ScannedPaths, match_findings
from scangate.judge.inline_suppressions import suppressed_until
from scangate.judge.policy import Policy
from scangate.model import Finding, FindingIdentity, KnownSourceKind, ScanResult, Targets

ORIGIN = KnownOrigin("the suppressions before the change", KnownSourceKind.REVISION)


def mark_new_suppressions(
    results: Sequence[ScanResult], targets: Targets, before: Sequence[Finding], policy: Policy, today: dt.date
) -> tuple[ScanResult, ...]:
    """``results`` with `Finding.suppression_is_new` where the change adds the comment that suppresses the finding.

    ``before``: the findings of the revision that the change is based on. A suppressed finding is the same as one there by its
    identity, so a comment that moved with its line, or with its file, is not new. One that suppresses for a longer time is.
    """
    ends = {id(finding): end for finding, end in _suppressed(_findings(results), policy, today)}
    old = [
        (_record(finding, finding.identity), end)
        for finding, end in _suppressed(before, policy, today)
        if finding.identity is not None
    ]
    suppressed = [finding for finding in _findings(results) if id(finding) in ends]
    matches = match_findings(suppressed, [record for record, _ in old], ScannedPaths(results, targets))
    new = {
        id(finding)
        for finding, match in zip(suppressed, matches, strict=True)
        if match is None or ends[id(finding)] > old[match][1]
    }
    return tuple(
        msgspec.structs.replace(result, findings=tuple(_mark(finding, id(finding) in new) for finding in result.findings))
        for result in results
    )


def _findings(results: Sequence[ScanResult]) -> list[Finding]:
    return [finding for result in results for finding in result.findings]


def _suppressed(findings: Sequence[Finding], policy: Policy, today: dt.date) -> Iterator[tuple[Finding, str]]:
    for finding in findings:
        end = suppressed_until(finding, policy, today)
        if end is not None:
            yield finding, end


def _record(finding: Finding, identity: FindingIdentity) -> KnownFinding:
    return KnownFinding(finding.location.path, finding.rule, identity.content, identity.context, identity.secret, source=ORIGIN)


def _mark(finding: Finding, is_new: bool) -> Finding:
    return msgspec.structs.replace(finding, suppression_is_new=True) if is_new else finding
