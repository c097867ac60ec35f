"""Records what a scan covered and what its policy excluded, and finds what another policy would have scanned in addition.

Strict rather than clever: an exclude that left out a file is missed unless the new policy has the same one, word for word, and a
scan that allowed an older advisory store than the new policy does is insufficient, even if the store was not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scangate import globs
from scangate.judge.error_text import pluralize, shorten
from scangate.judge.option_comparison import find_looser_options
from scangate.judge.policy import PathExclusion, Policy
from scangate.model import FileSource, Gap, GapKind, ScanResult, ScanStatus, SkippedPath


class _RecordedExclusion(msgspec.Struct, frozen=True):
    path: str
    scanners: tuple[str, ...]
    files: int


class _RecordedScanner(msgspec.Struct, frozen=True):
    options: Any
    rules: str = ""


class _RecordedScope(msgspec.Struct, frozen=True, rename="kebab"):
    """The record as in verdict.json under ``scope``; ``scanners`` are those that ran, ``too_large`` counts gaps.

    ``unsigned_results``: whether results, or what they depend on, are from an unsigned cache or unsigned shard files; None if it
    was not recorded.
    """

    excludes: tuple[_RecordedExclusion, ...]
    max_file_size: int
    too_large: int
    scanners: dict[str, _RecordedScanner]
    unsigned_results: bool | None = None


def record_scope(
    policy: Policy, results: Sequence[ScanResult], rules: Mapping[str, str] | None = None, *, unsigned_results: bool | None = None
) -> dict[str, Any]:
    """What the scan read, as plain JSON values. ``rules`` are digests of the rules by scanner, where it has rules of ours.

    ``unsigned_results``: whether results are from an unsigned cache or unsigned shard files; None if that is not known.
    """
    ran = {result.scanner for result in results if result.status is not ScanStatus.SKIPPED}
    left_out = [(result.scanner, left) for result in results for left in result.skipped_paths]
    scope = _RecordedScope(
        excludes=tuple(_RecordedExclusion(entry.path, entry.scanners, _count(entry, left_out)) for entry in policy.exclusions),
        max_file_size=policy.max_file_size,
        too_large=sum(gap.kind is GapKind.TOO_LARGE for result in results for gap in result.gaps),
        scanners={
            setting.name: _RecordedScanner(setting.options, (rules or {}).get(setting.name, ""))
            for setting in policy.scanners
            if setting.name in ran
        },
        unsigned_results=unsigned_results,
    )
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(scope, order="sorted"))
    return plain


def policy_for(policy: Policy, source: FileSource, results: Sequence[ScanResult]) -> Policy:
    """What of a policy is about a scan: in the history, only the scanners that have a result there, which search for secrets."""
    if source is not FileSource.HISTORY:
        return policy
    names = {result.scanner for result in results}
    return msgspec.structs.replace(
        policy,
        scanners=tuple(setting for setting in policy.scanners if setting.name in names),
        required_scanners=tuple(name for name in policy.required_scanners if name in names),
    )


def find_only_scanners(policy: Policy, only: Sequence[str]) -> tuple[str, ...]:
    """``only``, sorted, if it leaves out a scanner that the policy enables: then a verdict is scoped. Else nothing."""
    leaves_out = any(setting.enabled and setting.name not in only for setting in policy.scanners)
    return tuple(sorted(set(only))) if only and leaves_out else ()


def restrict_policy(policy: Policy, only: Sequence[str]) -> Policy:
    """What of a policy is about the scanners ``only``, each of which has to run; all of it if there are none."""
    if not only:
        return policy
    settings = tuple(setting for setting in policy.scanners if setting.name in only)
    return msgspec.structs.replace(policy, scanners=settings, required_scanners=tuple(only))


def _count(entry: PathExclusion, left_out: Sequence[tuple[str, SkippedPath]]) -> int:
    """How many files an exclude left out, counted for every exclude that matches, not only for the first."""
    paths = {
        left.path
        for scanner, left in left_out
        if (not entry.scanners or scanner in entry.scanners) and globs.matches(entry.path, left.path)
    }
    return len(paths)


def find_scope_gaps(
    scope: Mapping[str, Any], policy: Policy, rules: Mapping[str, str] | None = None, results: Sequence[ScanResult] = ()
) -> tuple[Gap, ...]:
    """The gaps that ``policy`` sees in a scan with this record; it cannot allow them (the `forced_gaps` of `evaluate`).

    ``results``: of the scan. Where the record does not say whether cached results were signed, they are taken for unsigned.
    """
    try:
        msgspec.json.encode(scope)  # options are compared as JSON, which lone surrogates are not
        known = msgspec.convert(dict(scope), _RecordedScope)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return (_gap("targets", "invalid record of what was scanned", policy),)
    missed = [
        *_excludes(known, policy),
        *_sizes(known, policy),
        *_scanners(known, policy, rules or {}),
        *_caches(known, policy, results),
    ]
    return tuple(sorted((_gap(scanner, reason, policy) for scanner, reason in missed), key=Gap.sort_key))


def _gap(scanner: str, reason: str, policy: Policy) -> Gap:
    hint = f"scan again under this policy: scangate scan --policy {policy.name}"
    return Gap(scanner, None, GapKind.UNREADABLE, reason, hint=hint)


def _excludes(scope: _RecordedScope, policy: Policy) -> Iterator[tuple[str, str]]:
    kept = {(entry.path, entry.scanners) for entry in policy.exclusions}
    for entry in scope.excludes:
        if entry.files and not kept & {(entry.path, entry.scanners), (entry.path, ())}:
            for scanner in entry.scanners or ("targets",):
                yield (scanner, f"the scan excluded {pluralize(entry.files, 'file')} in {entry.path}, which this policy does not")


def _sizes(scope: _RecordedScope, policy: Policy) -> Iterator[tuple[str, str]]:
    if scope.too_large and policy.max_file_size > scope.max_file_size:
        limits = f"{policy.max_file_size} bytes, the scan only up to {scope.max_file_size}"
        yield ("targets", f"this policy scans files up to {limits}; larger: {pluralize(scope.too_large, 'file')}")


def _scanners(scope: _RecordedScope, policy: Policy, rules: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for setting in policy.scanners:
        ran = scope.scanners.get(setting.name)
        if not setting.enabled or (ran is None and setting.if_installed):
            continue
        if ran is None:
            yield (setting.name, "the scan did not run this scanner, which this policy enables")
        elif keys := find_looser_options(setting.options, ran.options):
            yield (
                setting.name,
                f"the scan used options for this scanner that differ from this policy's: {', '.join(map(shorten, keys))}",
            )
        elif not has_rules(ran.rules, rules.get(setting.name, ran.rules)):
            yield (setting.name, "the scan used rules for this scanner that differ from the current ones")


def has_rules(ran: str, expected: str) -> bool:
    """Whether the rules of a scan include those expected. Rules of the user's own are recorded behind a plus sign."""
    return ran == expected or ("+" not in expected and ran.partition("+")[0] == expected)


def _caches(scope: _RecordedScope, policy: Policy, results: Sequence[ScanResult]) -> Iterator[tuple[str, str]]:
    if not policy.signed_cache_only:
        return
    if scope.unsigned_results:
        yield (
            "targets",
            "the scan used cached results or shard files that are not signed, and this policy accepts signed ones only",
        )
    elif scope.unsigned_results is None and any(result.files_cached for result in results):
        yield ("targets", "the scan used cached results and did not record whether they were signed, as this policy requires")
