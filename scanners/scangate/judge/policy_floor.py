"""Finds where one policy is looser than another: the one definition of "tighter", field by field.

It is sound, not complete: if it finds nothing, the second policy never gives a better verdict on the same facts than the
first. Where that cannot be decided by counting, it reports a loosening.

| field | may only |
|---|---|
| budgets | go down; an additional override must be 0, or take from budgets that are all unlimited |
| unknown | go up, to a severity whose limits are all 0 (or from one that is unlimited) |
| severity | gain entries that raise to a severity whose limits are all 0 |
| exceptions, paths.exclude, coverage.allowed-gaps | lose entries, or gain ones that an entry of the floor covers |
| paths.exclude | also gain entries below paths.excludable of the floor |
| never-excepted | gain kinds |
| exception-owner-names, paths.excludable | lose entries; the former may be set where the floor has none |
| coverage.required | gain names |
| scanners | gain names; no enabled scanner is switched off, becomes `auto`, or gets less time or other options (some may go down) |
| limits | go up |
| exception-max-days, advisories.wait-days | go down |
| cache.keyed-only, baseline.ratchet | go from false to true |
| new-only | go from true to false |
| exception-unused, exception-owners, inline-suppressions, inline-until, new-suppressions, submodules | go to a stricter value |
| codeowners | change only if the floor does not require code owners |

An exception that accepts nothing may be removed, although that fixes what `exception-unused: fail` reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from scangate.judge.decode import DocumentPath
from scangate.judge.option_comparison import find_looser_options
from scangate.judge.policy import (
    AllowedGap,
    Budget,
    BudgetOverride,
    ExceptionOwners,
    InlineExpiry,
    InlineSuppressions,
    NewSuppressions,
    PathExclusion,
    Policy,
    PolicyException,
    SeverityRule,
    Submodules,
    UnusedExceptions,
)
from scangate.model import Severity

T = TypeVar("T")
EXCLUSIONS: DocumentPath = ("paths", "exclude")
EXCLUDABLE: DocumentPath = ("paths", "excludable")
OVERRIDES: DocumentPath = ("budgets", "overrides")
ALLOWED_GAPS: DocumentPath = ("coverage", "allowed-gaps")

OVERRIDE_SELECTORS = ("kind", "scanner", "path", "fixable", "history")

LOW_TO_HIGH, FALSE_FIRST, TRUE_FIRST = None, (False, True), (True, False)
Order = Sequence[Any] | None

# field of a policy, its path in the document, and its values from the loosest to the strictest (None: the higher, the stricter)
FIELDS: tuple[tuple[str, DocumentPath, Order], ...] = (
    ("max_file_size", ("limits", "max-file-size"), LOW_TO_HIGH),
    ("timeout", ("limits", "timeout"), LOW_TO_HIGH),
    ("signed_cache_only", ("cache", "keyed-only"), FALSE_FIRST),
    ("exception_unused", ("exception-unused",), tuple(UnusedExceptions)),
    ("exception_owners", ("exception-owners",), tuple(ExceptionOwners)),
    ("inline_suppressions", ("inline-suppressions",), tuple(InlineSuppressions)),
    ("inline_expiry", ("inline-until",), tuple(InlineExpiry)),
    ("new_suppressions", ("new-suppressions",), tuple(NewSuppressions)),
    ("submodules", ("submodules",), tuple(Submodules)),
    ("new_only", ("new-only",), TRUE_FIRST),
    ("baseline_ratchet", ("baseline", "ratchet"), FALSE_FIRST),
)
MAXIMA: tuple[tuple[str, DocumentPath], ...] = (
    ("exception_max_days", ("exception-max-days",)),
    ("cool_down_days", ("advisories", "wait-days")),
)


class Loosening(msgspec.Struct, frozen=True):
    """One thing that is looser than the floor: where the policy says it, where the floor does, and what it is.

    ``is_missing``: the policy does not have something of the floor, so that ``path`` is only where it would be.
    """

    path: DocumentPath
    floor_path: DocumentPath
    problem: str
    is_missing: bool = False


def find_loosenings(floor: Policy, policy: Policy) -> tuple[Loosening, ...]:
    """All that is looser in ``policy`` than in ``floor``; empty if it is at least as tight."""
    return tuple(found for check in CHECKS for found in check(floor, policy))


def _changed(path: DocumentPath, value: object, floor_value: object) -> Loosening:
    new, old = (_format(each) for each in (value, floor_value))
    return Loosening(path, path, f"{new}, where the floor has {old}")


def _format(value: Any) -> str:
    if value is None:
        return "unlimited"
    return str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))


def _budgets(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for severity, limit in policy.budget.limits:
        floor_limit = floor.budget.limit(severity)
        if exceeds(limit, floor_limit):
            yield _changed(("budgets", severity.value), limit, floor_limit)


def _overrides(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    pairs, extra = pair_entries(floor.overrides, policy.overrides, same_selector)
    for index in _unpaired(floor.overrides, pairs):
        yield Loosening(OVERRIDES, (*OVERRIDES, index), "a budget of the floor is missing", is_missing=True)
    for mine, theirs in pairs.items():
        for severity, limit in policy.overrides[mine].limits:
            floor_limit = floor.overrides[theirs].limit(severity)
            if exceeds(limit, floor_limit):
                problem = _changed((), limit, floor_limit).problem
                yield Loosening((*OVERRIDES, mine), (*OVERRIDES, theirs), problem)
    for index in extra:
        for severity, limit in policy.overrides[index].limits:
            if limit != 0 and not _all_limits(floor, severity, None):
                problem = f"an additional budget of {_format(limit)} {severity.value} findings"
                yield Loosening((*OVERRIDES, index, severity.value), ("budgets", severity.value), problem)


def _unknown(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    old, new = floor.unknown_severity, policy.unknown_severity
    if new != old and not (new > old and (_all_limits(policy, new, 0) or _all_limits(floor, old, None))):
        yield _changed(("unknown",), new, old)


def _severities(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    pairs, extra = pair_entries(floor.severity_rules, policy.severity_rules, same_rule)
    for index in _unpaired(floor.severity_rules, pairs):
        yield Loosening(("severity",), ("severity", index), "a severity of the floor is missing", is_missing=True)
    changed = [
        mine for mine, theirs in pairs.items() if policy.severity_rules[mine].severity is not floor.severity_rules[theirs].severity
    ]
    for index in [*changed, *extra]:
        severity = policy.severity_rules[index].severity
        if not _all_limits(policy, severity, 0):
            problem = f"it may lower a finding to {severity.value}, a severity with a budget"
            yield Loosening(("severity", index), ("severity",), problem)


def _lists(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    yield from _uncovered(("exceptions",), floor.exceptions, policy.exceptions, _covers_exception, "an exception")
    for found in _uncovered(EXCLUSIONS, floor.exclusions, policy.exclusions, _covers_exclusion, "an excluded path"):
        if not any(_is_below(policy.exclusions[int(found.path[-1])].path, folder) for folder in floor.excludable_paths):
            yield found
    yield from _uncovered(ALLOWED_GAPS, floor.allowed_gaps, policy.allowed_gaps, _covers_gap, "an allowed gap")


def _uncovered(
    path: DocumentPath, old: Iterable[T], new: Iterable[T], covers: Callable[[T, T], bool], what: str
) -> Iterator[Loosening]:
    for index, entry in enumerate(new):
        if not any(covers(each, entry) for each in old):
            yield Loosening((*path, index), path, f"{what} that the floor does not have")


def _required(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    path = ("coverage", "required")
    for name in sorted(set(floor.required_scanners) - set(policy.required_scanners)):
        yield Loosening(path, path, f"{name} is no longer required", is_missing=True)


def _scanners(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for old in (each for each in floor.scanners if each.enabled):
        new = policy.scanner(old.name)
        path = ("scanners", old.name)
        if new is None or not new.enabled:
            yield Loosening((*path, "enabled"), path, "switched off", is_missing=new is None)
        elif new.if_installed and not old.if_installed:
            yield Loosening((*path, "enabled"), path, "on only where it is installed")
        elif keys := find_looser_options(old.options, new.options):
            yield Loosening((*path, *keys[:1]), (*path, *keys[:1]), "different from the floor's option")
        elif new.timeout < old.timeout:
            yield Loosening((*path, "timeout"), path, _changed((), new.timeout, old.timeout).problem)


def _fields(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for field, path, order in FIELDS:
        new, old = getattr(policy, field), getattr(floor, field)
        if (new < old) if order is None else (order.index(new) < order.index(old)):
            yield _changed(path, new, old)
    for field, path in MAXIMA:
        if getattr(policy, field) > getattr(floor, field):
            yield _changed(path, getattr(policy, field), getattr(floor, field))
    for kind in sorted({kind.value for kind in floor.never_excepted} - {kind.value for kind in policy.never_excepted}):
        path = ("never-excepted",)
        yield Loosening(path, path, f"exceptions may accept findings of kind {kind}", is_missing=True)
    names = set(policy.exception_owner_names)
    if floor.exception_owner_names and not (names and names <= set(floor.exception_owner_names)):
        path = ("exception-owner-names",)
        yield Loosening(path, path, "owners that the floor does not name", is_missing=not names)
    for folder in sorted(set(policy.excludable_paths) - set(floor.excludable_paths)):
        yield Loosening(EXCLUDABLE, EXCLUDABLE, f"{folder} is not below which the floor lets paths be excluded")
    if floor.exception_owners is ExceptionOwners.CODEOWNERS and policy.codeowners_path != floor.codeowners_path:
        yield Loosening(("codeowners",), ("codeowners",), "not the file that the floor names")


CHECKS: tuple[Callable[[Policy, Policy], Iterator[Loosening]], ...] = (
    _budgets,
    _overrides,
    _unknown,
    _severities,
    _lists,
    _required,
    _scanners,
    _fields,
)


def exceeds(limit: int | None, floor_limit: int | None) -> bool:
    """Whether a limit is higher than the floor's; None is unlimited."""
    return floor_limit is not None and (limit is None or limit > floor_limit)


def _all_limits(policy: Policy, severity: Severity, value: int | None) -> bool:
    """Whether every budget that counts a severity has this limit."""
    budgets: tuple[Budget, ...] = (policy.budget, *policy.overrides)
    return all(budget.limit(severity) == value for budget in budgets if budget.covers(severity))


def pair_entries(old: Sequence[T], new: Sequence[T], same: Callable[[T, T], bool]) -> tuple[dict[int, int], list[int]]:
    """The old entries that are in the new list in the same order (new index to old), and the additional new indices."""
    pairs: dict[int, int] = {}
    for index, entry in enumerate(new):
        if len(pairs) < len(old) and same(old[len(pairs)], entry):
            pairs[index] = len(pairs)
    return pairs, [index for index in range(len(new)) if index not in pairs]


def _unpaired(entries: Sequence[object], pairs: dict[int, int]) -> list[int]:
    return [index for index in range(len(entries)) if index not in pairs.values()]


def same_selector(old: BudgetOverride, new: BudgetOverride) -> bool:
    """Whether two budgets count the same findings."""
    named = {severity for severity, _ in old.limits} == {severity for severity, _ in new.limits}
    return named and all(getattr(old, name) == getattr(new, name) for name in OVERRIDE_SELECTORS)


def same_rule(old: SeverityRule, new: SeverityRule) -> bool:
    """Whether two severities are for the same findings."""
    return (old.rule, old.path, old.history) == (new.rule, new.path, new.history)


def _covers_exception(old: PolicyException, new: PolicyException) -> bool:
    selectors = ("rule", "path", "fingerprint", "advisory")
    if old.fingerprint and new.follows not in (None, old.follows):
        return False  # it may accept a finding that the fingerprint alone does not select
    is_within = old.history in (None, new.history) and all(getattr(old, name) in ("", getattr(new, name)) for name in selectors)
    return is_within and new.expires <= old.expires


def _covers_exclusion(old: PathExclusion, new: PathExclusion) -> bool:
    return old.path == new.path and (not old.scanners or (bool(new.scanners) and set(new.scanners) <= set(old.scanners)))


def _is_below(pattern: str, folder: str) -> bool:
    """Whether a pattern matches only what is in ``folder``, which ends with a slash and has no wildcard."""
    is_anchored, must_be_anchored = ("/" in text.rstrip("/") for text in (pattern, folder))
    inside = f"{pattern}/".replace("//", "/").lstrip("/").startswith(folder.lstrip("/"))
    return inside and (is_anchored or not must_be_anchored) and (pattern.endswith("/") or pattern.strip("/") != folder.strip("/"))


def _covers_gap(old: AllowedGap, new: AllowedGap) -> bool:
    selectors = ("scanner", "path", "content_type")
    same = old.kind is new.kind and old.analysis in (None, new.analysis)
    return same and all(getattr(old, name) in ("", getattr(new, name)) for name in selectors)
