"""Compares two verdicts: pure; findings are matched by the same records as with a baseline, see `finding_matching`.

A merged finding is the same if one of its members is: a scanner more or less that reports a weakness does not make it another one.
A verdict.json has no digests of secrets, so a secret is the same if its rule, its name and its place are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from scangate.judge.finding_matching import KnownFinding, ScannedPaths, match_findings
from scangate.model import (
    ComparedFinding,
    ComparedGap,
    ComparisonStatus,
    DifferenceKind,
    Finding,
    FindingIdentity,
    FindingKind,
    GapRuling,
    Report,
    ScanDifference,
    ScanResult,
    ScanStatus,
    VerdictComparison,
)

NO_DIGEST = "-"
"""In place of the digest of a secret, on both sides."""
NOT_RUN = "not run"


def compare_verdicts(old: Report, new: Report) -> VerdictComparison:
    """What ``new`` has that ``old`` has not, and the reverse; what ``new`` did not look for is not called fixed."""
    findings = tuple(sorted(_compare_findings(old, new), key=lambda each: each.ruling.sort_key()))
    gaps = tuple(sorted(_compare_gaps(old, new), key=lambda each: each.ruling.gap.sort_key()))
    return VerdictComparison(old, new, findings, gaps, tuple(sorted(_list_differences(old, new))))


def _compare_findings(old: Report, new: Report) -> Iterator[ComparedFinding]:
    scanned = ScannedPaths(new.results, new.targets)
    old_members = [(at, member.finding) for at, ruling in enumerate(old.verdict.rulings) for member in ruling.per_scanner]
    new_members = [(at, member.finding) for at, ruling in enumerate(new.verdict.rulings) for member in ruling.per_scanner]
    entries = [_as_known(finding) for _, finding in old_members]
    matches = match_findings([_comparable(finding) for _, finding in new_members], entries, scanned)
    before: dict[int, int] = {}
    for (at, _), entry in zip(new_members, matches, strict=True):
        if entry is not None:
            before.setdefault(at, old_members[entry][0])
    found_again = {old_members[entry][0] for entry in matches if entry is not None}
    for at, ruling in enumerate(new.verdict.rulings):
        if at in before:
            yield ComparedFinding(ComparisonStatus.UNCHANGED, ruling, old.verdict.rulings[before[at]])
        else:
            yield ComparedFinding(ComparisonStatus.NEW, ruling)
    scanners = {result.scanner for result in old.results}
    for at, ruling in enumerate(old.verdict.rulings):
        if at not in found_again:
            searched = [member.finding for member in ruling.per_scanner if member.finding.scanner in scanners]
            is_fixed = all(scanned.was_scanned(_as_known(finding)) for finding in searched)
            yield ComparedFinding(ComparisonStatus.FIXED if is_fixed else ComparisonStatus.NOT_COMPARED, ruling)


def _as_known(finding: Finding) -> KnownFinding:
    record = _record(finding)
    return KnownFinding(finding.location.path, finding.rule, record.content, record.context, record.secret)


def _comparable(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, identity=_record(finding))


def _record(finding: Finding) -> FindingIdentity:
    """The record by which the finding is matched; that of a finding that the policy makes is from its text."""
    record = finding.identity or FindingIdentity(finding.fingerprint or finding.message)
    return msgspec.structs.replace(record, secret=NO_DIGEST if finding.kind is FindingKind.SECRET else "")


def _compare_gaps(old: Report, new: Report) -> Iterator[ComparedGap]:
    """A gap is the same if scanner, path, kind and subject are; its line and its reason may have changed."""
    known: defaultdict[tuple[object, ...], list[GapRuling]] = defaultdict(list)
    for ruling in old.verdict.gaps:
        known[_gap_key(ruling)].append(ruling)
    for ruling in new.verdict.gaps:
        same = known[_gap_key(ruling)]
        yield ComparedGap(ComparisonStatus.UNCHANGED, ruling, same.pop(0)) if same else ComparedGap(ComparisonStatus.NEW, ruling)
    scanned, analyzed = ScannedPaths(new.results, new.targets), {path for run in new.results for path in run.analyzed_files}
    switched_off = {run.scanner for run in old.results} - {
        run.scanner for run in new.results if run.status is not ScanStatus.SKIPPED
    }
    for ruling in (ruling for left in known.values() for ruling in left):
        gap = ruling.gap
        is_closed = gap.scanner not in switched_off and (gap.path is None or gap.path in analyzed or scanned.is_gone(gap.path))
        yield ComparedGap(ComparisonStatus.FIXED if is_closed else ComparisonStatus.NOT_COMPARED, ruling)


def _gap_key(ruling: GapRuling) -> tuple[object, ...]:
    gap = ruling.gap
    return (gap.scanner, gap.path, gap.kind, gap.content_type, gap.analysis)


def _list_differences(old: Report, new: Report) -> Iterator[ScanDifference]:
    facts = [
        (DifferenceKind.VERSION, old.tool_version, new.tool_version),
        (DifferenceKind.POLICY, *_describe_policies(old, new)),
        (DifferenceKind.FILES, _describe_files(old), _describe_files(new)),
    ]
    yield from (ScanDifference(kind, before, after) for kind, before, after in facts if before != after)
    if old.finished and new.finished and old.finished > new.finished:
        yield ScanDifference(DifferenceKind.ORDER, old.finished, new.finished)
    yield from _compare_scanners(old.results, new.results)


def _describe_policies(old: Report, new: Report) -> tuple[str, str]:
    """Name, environment and floor of each policy; the digest as well if nothing else differs."""
    names = [
        " ".join(filter(None, (each.verdict.policy, each.verdict.environment, each.policy_provenance.floor))) for each in (old, new)
    ]
    digests = [each.verdict.policy_digest for each in (old, new)]
    if names[0] == names[1] and digests[0] != digests[1]:
        names = [f"{name} {digest[:12]}" for name, digest in zip(names, digests, strict=True)]
    return names[0], names[1]


def _describe_files(report: Report) -> str:
    scope = report.targets.scope or report.subdirectory
    return f"{report.targets.source.value} in {scope}" if scope else report.targets.source.value


def _compare_scanners(old: Iterable[ScanResult], new: Iterable[ScanResult]) -> Iterator[ScanDifference]:
    before, after = ({result.scanner: _describe_run(result) for result in results} for results in (old, new))
    for name in sorted({*before, *after}):
        was, now = before.get(name, NOT_RUN), after.get(name, NOT_RUN)
        if was != now:
            yield ScanDifference(DifferenceKind.SCANNER, was, now, name)


def _describe_run(result: ScanResult) -> str:
    """Its version, and how it ended if it did not run at all. A gap in a file is compared as a gap."""
    words: Sequence[str] = [result.version] if result.version else []
    if result.status in (ScanStatus.SKIPPED, ScanStatus.FAILED):
        words = [*words, result.status.value]
    return " ".join(words) or NOT_RUN
