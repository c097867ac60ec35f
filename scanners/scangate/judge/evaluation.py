"""Judges: from what was found and what was really read to one verdict, by one policy; asks neither the clock nor the disk.

A finding is ruled in this order, and the first that applies decides: its path is excluded, an exception accepts it, an inline
comment waives it (these three are SUPPRESSED); it was known before and the policy counts only what is new (KNOWN); its advisory is
too young to count; its budget. What somebody answers for by name comes before what merely was there: so an exception is not called
unused because a baseline knows its findings, and when it ends, the baseline still holds. No budget counts the suppressed and the
known, and every finding has exactly one ruling. Then those of several scanners on one fault become one (`correlate`).

A finding more or a gap more never makes a verdict better, but that a finding which is there again is no longer gone from the
baseline (see `stale`); the order of the inputs changes nothing.

A budget counts faults: one that several scanners tell counts as often as the scanner that tells most of it. Where the policy puts
its members in different budgets (by severity, kind or scanner), it counts in each of them, so that no member ever hides another.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from scangate import globs
from scangate.judge import inline_comments
from scangate.judge.baseline_ratchet import check_ratchet
from scangate.judge.codeowners import CodeOwners
from scangate.judge.correlation import describe_merged, merge_rulings, sort_findings
from scangate.judge.error_text import pluralize
from scangate.judge.exceptions import ExceptionLedger
from scangate.judge.finding_matching import BASELINE_NAME, ScannedPaths
from scangate.judge.name_patterns import matches_name
from scangate.judge.policy import AllowedGap, ExceptionOwners, InlineSuppressions, Policy, UnusedExceptions
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.judge.rulings import IN_COOL_DOWN, find_suppression, moved_to_stricter_path, rule_findings
from scangate.judge.unused_exceptions import check_unused_exceptions
from scangate.model import (
    INTERNAL,
    Finding,
    Gap,
    GapKind,
    GapRuling,
    KnownSource,
    Outcome,
    Ruling,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Severity,
    Targets,
    Verdict,
)

__all__ = ["evaluate", "find_moved_to_stricter_path", "find_unsuppressed"]

STAGED = "staged"


def evaluate(  # noqa: PLR0913 -- each is a fact of its own that only the caller knows
    results: Sequence[ScanResult],
    targets: Targets,
    policy: Policy,
    today: dt.date,
    *,
    forced_gaps: Sequence[Gap] = (),
    owners: CodeOwners | None = None,
    known_sources: Sequence[KnownSource] = (),
) -> Verdict:
    """The verdict on what ``results`` and ``targets`` state, under ``policy``, on the day ``today``.

    ``beyond`` are gaps that no policy can allow: what a scan under another policy left out (see `scope.would_read_more`).
    ``owners`` is what CODEOWNERS says, None where there is none; only a policy that wants an exception's owner to own asks it.
    Which findings were known before, they say themselves; ``known`` tells what became of the rest (see `matching.recognised`).
    """
    exceptions = ExceptionLedger(policy.exceptions, today, _required_owners(policy, owners))
    terms = PolicyMatcher(policy)
    findings = sort_findings(finding for result in results for finding in result.findings)
    exceptions.follow_moved_findings(findings, ScannedPaths(results, targets))
    told = rule_findings(findings, terms, exceptions)
    rulings = merge_rulings(told)
    unread = _incomplete_scanners(results, targets)
    if policy.exception_unused is UnusedExceptions.FAIL:
        rulings += check_unused_exceptions(exceptions, policy, unread)
    if policy.baseline_ratchet:
        rulings += check_ratchet(known_sources)
    gaps = _gap_rulings(results, targets, terms, forced_gaps)
    return Verdict(
        outcome=_outcome(rulings, gaps),
        rulings=rulings,
        gaps=gaps,
        policy=policy.name,
        policy_digest=policy.digest,
        environment=policy.environment,
        date=today.isoformat(),
        notes=(
            *exceptions.list_notes(unread),
            *inline_comments.list_notes(findings, policy, today),
            *_ruling_notes(told, policy),
            *_known_source_notes(known_sources),
            *sorted(_resolved_release_notes(results)),
            *sorted(_internal_dependency_notes(results, policy)),
            *filter(None, [describe_merged(rulings)]),
        ),
    )


def _required_owners(policy: Policy, owners: CodeOwners | None) -> CodeOwners | None:
    """Who is asked about an exception's owner: nobody, the file, or an empty one where the policy wants one and there is none."""
    return None if policy.exception_owners is ExceptionOwners.ANYONE else owners or CodeOwners("")


def _incomplete_scanners(results: Iterable[ScanResult], targets: Targets) -> tuple[str, ...]:
    """The scanners that did not read all there is, so that what an exception is about may only not have been looked for."""
    return tuple(
        result.scanner for result in results if targets.source == STAGED or result.status in (ScanStatus.SKIPPED, ScanStatus.FAILED)
    )


def find_unsuppressed(
    results: Iterable[ScanResult], policy: Policy, today: dt.date, owners: CodeOwners | None = None
) -> tuple[Finding, ...]:
    """The findings that nothing suppresses, each scanner's own: what a baseline may hold, so that it outlives no exception."""
    exceptions = ExceptionLedger(policy.exceptions, today, _required_owners(policy, owners))
    findings, terms = (finding for result in results for finding in result.findings), PolicyMatcher(policy)
    return tuple(finding for finding in findings if find_suppression(finding, terms, exceptions) is None)


def find_moved_to_stricter_path(
    results: Iterable[ScanResult], policy: Policy, today: dt.date, owners: CodeOwners | None = None
) -> frozenset[Finding]:
    """The findings that were known at another path, where the policy goes easier on them: a baseline does not follow those."""
    exceptions = ExceptionLedger(policy.exceptions, today, _required_owners(policy, owners))
    terms = PolicyMatcher(policy)
    return frozenset(
        finding for result in results for finding in result.findings if moved_to_stricter_path(finding, terms, exceptions)
    )


def _outcome(rulings: Iterable[Ruling], gaps: Iterable[GapRuling]) -> Outcome:
    if any(ruling.outcome is RulingOutcome.BLOCKING for ruling in rulings):
        return Outcome.FAIL
    return Outcome.INCOMPLETE if any(ruling.blocking for ruling in gaps) else Outcome.PASS


# -- gaps --


def _gap_rulings(
    results: Sequence[ScanResult], targets: Targets, matcher: PolicyMatcher, forced_gaps: Sequence[Gap]
) -> tuple[GapRuling, ...]:
    stated = [gap for result in results for gap in result.gaps] + list(targets.gaps)
    rulings = [_rule_gap(gap, matcher) for gap in stated]
    rulings += [GapRuling(gap, True, "the policy requires this scanner") for gap in _missing_required(results, matcher.policy)]
    rulings += [GapRuling(gap, True, "nothing to scan is not a pass") for gap in _nothing_scanned(results, targets)]
    rulings += [GapRuling(gap, True, "what was not read cannot be judged") for gap in forced_gaps]
    return tuple(sorted(rulings, key=lambda ruling: (ruling.gap.sort_key(), ruling.gap.hint, ruling.because)))


def _missing_required(results: Sequence[ScanResult], policy: Policy) -> Iterator[Gap]:
    """A gap for each scanner that the policy requires and that did not run."""
    ran = {result.scanner for result in results if result.status is not ScanStatus.SKIPPED}
    for name in policy.required_scanners:
        if name not in ran:
            hint = "let it run, or take it out of `coverage: required`"
            yield Gap(name, None, GapKind.TOOL_MISSING, "required by the policy, but not run", hint=hint)


def _nothing_scanned(results: Sequence[ScanResult], targets: Targets) -> Iterator[Gap]:
    """A gap where no scanner was given any file: nothing to scan is not a pass, except for a commit that only removes."""
    if targets.source == STAGED or any(result.files_given for result in results):
        return
    if targets.file_count == 0:
        hint = "is this the right folder? `git status` tells what git sees there"
        yield Gap("targets", None, GapKind.UNREADABLE, "no file to scan", hint=hint)
    else:
        hint = "`scangate policy show` tells which scanners are enabled and which paths are left out"
        yield Gap("targets", None, GapKind.UNREADABLE, "no scanner was given a file to read", hint=hint)


def _rule_gap(gap: Gap, matcher: PolicyMatcher) -> GapRuling:
    exclude = matcher.exclusion_of(gap.scanner, gap.path) if gap.path is not None else None
    if exclude:
        return GapRuling(gap, False, f"the policy leaves this path out: {exclude.reason}")
    for allowed in matcher.policy.allowed_gaps:
        if _allows(allowed, gap):
            return GapRuling(gap, False, allowed.reason)
    return GapRuling(gap, True, f"the policy allows no {gap.kind.value} here")


def _allows(allowed: AllowedGap, gap: Gap) -> bool:
    if allowed.kind is not gap.kind or not matches_name(allowed.scanner or "*", gap.scanner):
        return False
    return not allowed.path or (gap.path is not None and globs.matches(allowed.path, gap.path))


# -- what was known --


def _known_source_notes(known: Iterable[KnownSource]) -> Iterator[str]:
    for source in known:
        left = source.findings - source.matched
        told = f"{source.name} knows {pluralize(source.findings, 'finding')}: {source.matched} still there"
        told += f", {source.gone} gone" if left else ""
        told += f", {left - source.gone} not looked for" if left > source.gone else ""
        yield told + (": scangate baseline update takes out what is gone" if source.name == BASELINE_NAME and source.gone else "")


# -- notes --


def _ruling_notes(rulings: Iterable[Ruling], policy: Policy) -> Iterator[str]:
    """What the policy wants said of the findings: waivers taken, severities changed, faults too young to count."""
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for ruling in rulings:
        finding = ruling.finding
        if ruling.outcome is RulingOutcome.SUPPRESSED and ruling.because.startswith(inline_comments.SUPPRESSED_INLINE):
            tally[inline_comments.SUPPRESSED_INLINE][finding.scanner] += 1
        if ruling.outcome is RulingOutcome.TOLERATED and ruling.because.startswith(f"{IN_COOL_DOWN} "):
            tally[f"{IN_COOL_DOWN} less than {pluralize(policy.cool_down_days, 'day')} ago, not counted yet"][finding.scanner] += 1
        if finding.severity not in (ruling.severity, Severity.UNKNOWN):
            tally["given another severity by the policy"][finding.rule] += 1
    for what in sorted(tally):
        if what == inline_comments.SUPPRESSED_INLINE and policy.inline_suppressions is not InlineSuppressions.REPORT:
            continue
        told = ", ".join(f"{name} {number}" for name, number in sorted(tally[what].items()))
        yield f"{pluralize(tally[what].total(), 'finding')} {what}: {told}"


def _resolved_release_notes(results: Iterable[ScanResult]) -> Iterator[str]:
    """What was audited as a resolver had it on this day: an installation on another may take other releases."""
    for result in results:
        taken = sum(component.resolved for component in result.components)
        if taken:
            yield f"{pluralize(taken, 'release')} resolved for this scan, not pinned, says {result.scanner}: lock them to be sure"


def _internal_dependency_notes(results: Iterable[ScanResult], policy: Policy) -> Iterator[str]:
    """How much of the dependencies nobody was asked about because of their names: a policy may call every name internal."""
    for result in results:
        omitted = sum(left.reason == INTERNAL for left in result.skipped_paths)
        whose = "a policy in the scanned tree" if policy.in_tree else "the policy"
        if omitted:
            audited = pluralize(len(result.components), "release")
            yield f"{result.scanner} was given {audited}, and not {pluralize(omitted, 'line')} that {whose} calls internal"
