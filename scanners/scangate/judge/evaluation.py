"""Evaluates a scan: makes the verdict from what was found and what was actually analyzed, under one policy. Pure: no clock, no I/O.

Where no policy judges (`Policy.is_absent`), no finding is judged, and only gaps that no policy can allow block.

The reasons for a ruling apply in this order: the path is excluded; an exception accepts the finding; an inline comment suppresses
it (SUPPRESSED); the finding is known and the policy counts only new ones (KNOWN); its advisory is in the cool-down period; its
budget. An explicit acceptance comes before the baseline: an exception is not reported as unused because the baseline has
its findings, and when it expires, the baseline still applies. Budgets do not count suppressed and known findings. Every finding has
exactly one ruling; then the rulings on one weakness by several scanners are merged (`correlation`).

An additional finding or gap never improves a verdict, except that a finding that reappears is no longer gone from the baseline (see
`policy_findings.check_ratchet`). The order of the inputs changes nothing.

A budget counts weaknesses: one that several scanners report counts as often as the scanner that reports it most often. If the
policy puts its members into different budgets (by severity, kind or scanner), it counts in each, so that no member hides another.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence

from scangate.judge import inline_suppressions
from scangate.judge.codeowners import CodeOwners
from scangate.judge.correlation import list_merge_notes, merge_rulings
from scangate.judge.coverage import rule_coverage_gaps
from scangate.judge.exceptions import ExceptionLedger
from scangate.judge.finding_matching import ScannedPaths
from scangate.judge.policy import InlineSuppressions, Policy, UnusedExceptions
from scangate.judge.policy_findings import check_ratchet, check_unused_exceptions
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.judge.rulings import find_suppression, moved_to_stricter_path, rule_findings
from scangate.model import (
    CHANGE_SOURCES,
    NEVER_ALLOWED,
    Basis,
    ContentCoverage,
    Decision,
    FileSource,
    Finding,
    Gap,
    GapKind,
    GapRuling,
    KnownSource,
    KnownSourceKind,
    Note,
    NoteKind,
    Ruling,
    ScanResult,
    ScanStatus,
    Severity,
    SkipReason,
    Targets,
    Verdict,
    derive_outcome,
)


def evaluate(  # noqa: PLR0913 -- each is a fact that only the caller knows
    results: Sequence[ScanResult],
    targets: Targets,
    policy: Policy,
    today: dt.date,
    *,
    forced_gaps: Sequence[Gap] = (),
    owners: CodeOwners | None = None,
    known_sources: Sequence[KnownSource] = (),
    coverage: Sequence[ContentCoverage] = (),
    untouched: Container[str] = (),
) -> Verdict:
    """The verdict on ``results`` and ``targets`` under ``policy`` on the day ``today``.

    ``forced_gaps``: gaps that no policy can allow: what a scan under another policy skipped (see `scan_scope.find_scope_gaps`).
    ``owners``: the CODEOWNERS file, None if there is none. ``known_sources``: what became of the known findings (see
    `finding_matching.mark_known_findings`). ``coverage``: what was analyzed, see `coverage.measure_coverage`.
    ``untouched``: paths that were read for what a change touches, and that it does not touch itself.
    """
    exceptions = ExceptionLedger(policy, today, owners)
    matcher = PolicyMatcher(policy)
    findings = sorted((finding for result in results for finding in result.findings), key=Finding.sort_key)
    exceptions.follow_moved_findings(findings, ScannedPaths(results, targets))
    unmerged = rule_findings(findings, matcher, exceptions)
    rulings = merge_rulings(unmerged)
    incomplete = _incomplete_scanners(results, targets)
    if policy.exception_unused is UnusedExceptions.FAIL:
        rulings += check_unused_exceptions(exceptions, policy, incomplete)
    if policy.baseline_ratchet:
        rulings += check_ratchet(known_sources, policy)
    rulings = tuple(sorted(rulings, key=Ruling.sort_key))
    gaps = _rule_gaps(results, targets, matcher, forced_gaps, coverage, untouched)
    return Verdict(
        outcome=derive_outcome(rulings, gaps),
        rulings=rulings,
        gaps=gaps,
        policy=policy.name,
        policy_digest=policy.digest,
        environment=policy.environment,
        date=today.isoformat(),
        notes=(
            *exceptions.list_notes(incomplete),
            *inline_suppressions.list_notes(findings, policy, today),
            *_ruling_notes(unmerged, policy),
            *_known_source_notes(known_sources),
            *_dependency_notes(results, policy),
            *list_merge_notes(rulings),
        ),
    )


def _incomplete_scanners(results: Iterable[ScanResult], targets: Targets) -> tuple[str, ...]:
    """The scanners that did not scan everything, so that an unused exception may still have a finding."""
    unfinished = (ScanStatus.SKIPPED, ScanStatus.FAILED)
    is_partial = targets.source in CHANGE_SOURCES or bool(targets.scope)
    return tuple(result.scanner for result in results if is_partial or result.status in unfinished)


def find_unsuppressed(
    results: Sequence[ScanResult], targets: Targets, policy: Policy, today: dt.date, owners: CodeOwners | None = None
) -> tuple[Finding, ...]:
    """The scanners' own findings that nothing suppresses. Only these may enter a baseline, which would outlive an exception."""
    exceptions, matcher = ExceptionLedger(policy, today, owners), PolicyMatcher(policy)
    findings = [finding for result in results for finding in result.findings]
    exceptions.follow_moved_findings(findings, ScannedPaths(results, targets))
    return tuple(finding for finding in findings if find_suppression(finding, matcher, exceptions) is None)


def find_moved_to_stricter_path(
    results: Iterable[ScanResult], policy: Policy, today: dt.date, owners: CodeOwners | None = None
) -> frozenset[Finding]:
    """The known findings that moved to a path for which the policy is stricter; a baseline does not follow them."""
    exceptions, matcher = ExceptionLedger(policy, today, owners), PolicyMatcher(policy)
    findings = (finding for result in results for finding in result.findings)
    return frozenset(finding for finding in findings if moved_to_stricter_path(finding, matcher, exceptions))


# -- gaps --


def _rule_gaps(  # noqa: PLR0913, PLR0917 -- those of `evaluate`
    results: Sequence[ScanResult],
    targets: Targets,
    matcher: PolicyMatcher,
    forced_gaps: Sequence[Gap],
    coverage: Sequence[ContentCoverage],
    untouched: Container[str],
) -> tuple[GapRuling, ...]:
    policy = matcher.policy
    reported = [gap for result in results for gap in result.gaps] + list(targets.gaps)
    required = Decision(Basis.REQUIRED_SCANNER, policy.locate("coverage.required"))
    rulings = [_rule_gap(gap, matcher, untouched) for gap in reported]
    rulings += [GapRuling(gap, True, required) for gap in _missing_required(results, policy)]
    rulings += [GapRuling(gap, True, Decision(Basis.NOTHING_SCANNED)) for gap in _nothing_scanned(results, targets)]
    rulings += [GapRuling(gap, True, Decision(Basis.NOT_ANALYZED)) for gap in forced_gaps]
    rulings += rule_coverage_gaps(coverage, matcher)
    return tuple(sorted(rulings, key=lambda ruling: (ruling.gap.sort_key(), ruling.decision.basis.value)))


def _missing_required(results: Sequence[ScanResult], policy: Policy) -> Iterator[Gap]:
    """A gap for each scanner that the policy requires and that did not run."""
    ran = {result.scanner for result in results if result.status is not ScanStatus.SKIPPED}
    for name in policy.required_scanners:
        if name not in ran:
            hint = "run it, or replace the list in the policy: coverage: {required: {replace: [...]}}"
            yield Gap(name, None, GapKind.NOT_RUN, "required by the policy, but it did not run", hint=hint)


def _nothing_scanned(results: Sequence[ScanResult], targets: Targets) -> Iterator[Gap]:
    """A gap if no scanner was given any file, except for commits that only remove files."""
    is_change = targets.source in CHANGE_SOURCES and (targets.source is not FileSource.HISTORY or not targets.file_count)
    if is_change or any(result.files_given for result in results):
        return
    if targets.file_count == 0:
        hint = "check that this is the right directory; `git ls-files` lists the tracked files"
        yield Gap("targets", None, GapKind.UNREADABLE, "no file to scan", hint=hint)
    else:
        hint = "`scangate policy show` lists the enabled scanners and the excluded paths"
        yield Gap("targets", None, GapKind.UNREADABLE, "no enabled scanner analyzes any of the files", hint=hint)


def _rule_gap(gap: Gap, matcher: PolicyMatcher, untouched: Container[str]) -> GapRuling:
    exclusion = matcher.exclusion_of(gap.scanner, gap.path) if gap.path is not None else None
    if exclusion is None and gap.kind is GapKind.NESTED_REPOSITORY:  # the path is a folder: an exclude of all below it covers it
        exclusion = matcher.exclusion_of(gap.scanner, f"{gap.path}/.git")
    allowance = exclusion or matcher.allowance_of(gap)
    if allowance is not None:
        return GapRuling(gap, False, allowance)
    if gap.path in untouched and gap.kind not in NEVER_ALLOWED:
        return GapRuling(gap, False, Decision(Basis.UNTOUCHED))
    return GapRuling(gap, True, matcher.gap_denial())


# -- notes --


def _ruling_notes(rulings: Sequence[Ruling], policy: Policy) -> Iterator[Note]:
    """How many findings have a changed severity, are in the cool-down period, or are suppressed inline."""
    changed = Counter(
        ruling.finding.rule for ruling in rulings if ruling.finding.severity not in (ruling.severity, Severity.UNKNOWN)
    )
    if changed:
        yield Note(NoteKind.SEVERITIES_CHANGED, counts=_counts(changed))
    by_basis = {
        basis: Counter(ruling.finding.scanner for ruling in rulings if ruling.decision.basis is basis)
        for basis in (Basis.COOL_DOWN, Basis.INLINE_COMMENT)
    }
    if by_basis[Basis.COOL_DOWN]:
        yield Note(NoteKind.IN_COOL_DOWN, days=policy.cool_down_days, counts=_counts(by_basis[Basis.COOL_DOWN]))
    if by_basis[Basis.INLINE_COMMENT] and policy.inline_suppressions is InlineSuppressions.REPORT:
        yield Note(NoteKind.SUPPRESSED_INLINE, counts=_counts(by_basis[Basis.INLINE_COMMENT]))


def _counts(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counter.items()))


def _known_source_notes(known_sources: Iterable[KnownSource]) -> Iterator[Note]:
    for source in known_sources:
        missed = source.findings - source.matched - source.gone
        counts = (("matched", source.matched), ("gone", source.gone), ("not looked for", missed))
        kind = NoteKind.BASELINE if source.kind is KnownSourceKind.BASELINE else NoteKind.KNOWN_SOURCE
        yield Note(kind, name=source.name, count=source.findings, counts=counts)


def _dependency_notes(results: Iterable[ScanResult], policy: Policy) -> Iterator[Note]:
    """What the audit covers less firmly: releases that a resolver chose on this day, and names that the policy calls internal."""
    for result in sorted(results, key=lambda result: result.scanner):
        resolved = sum(component.resolved for component in result.components)
        if resolved:
            yield Note(NoteKind.RESOLVED_RELEASES, name=result.scanner, count=resolved)
        internal = sum(skipped.reason is SkipReason.INTERNAL_DEPENDENCY for skipped in result.skipped_paths)
        if internal:
            counts = (("audited", len(result.components)),)
            yield Note(NoteKind.INTERNAL_DEPENDENCIES, name=result.scanner, count=internal, counts=counts, in_tree=policy.in_tree)
