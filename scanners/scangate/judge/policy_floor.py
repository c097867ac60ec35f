"""Says where one policy is looser than another: the one table of what "tighter" means, field by field.

What it lets through is sound, not complete: two policies between which it finds nothing looser give, on the same facts, a verdict
of the second that is never better than the first's. Where counting cannot tell, it says looser.

| field | may only |
|---|---|
| budgets | go down; an override more must be 0, or take from budgets that are all unlimited |
| unknown | go up, to a severity of which none may stand (or from one that is unlimited) |
| severity | gain entries that raise to a severity of which none may stand |
| exceptions, paths.exclude, coverage.allowed-gaps | lose entries, or gain ones that an entry of the floor already covers |
| coverage.required | gain names |
| scanners | gain names; none enabled is switched off, given less time or other options (those made for it may go down) |
| limits | go up: more is read |
| exception-max-days | go down |
| advisories.wait-days | go down |
| cache.keyed-only | go from false to true |
| exception-unused | go from report to fail |
| exception-owners | go from anyone to codeowners |
| codeowners | name another place only where the floor leaves owners to anyone |
| inline-suppressions | go from allow to report to deny |
| inline-until | go from optional to required |
| new-only | go from true to false |
| baseline.ratchet | go from false to true |

Left out on purpose: who removes an exception that accepts nothing mends what `exception-unused: fail` fails for.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from scangate.judge.decode import DocumentPath
from scangate.judge.error_text import pluralize
from scangate.judge.option_comparison import find_looser_options
from scangate.judge.policy import (
    AllowedGap,
    Budget,
    BudgetOverride,
    ExceptionOwners,
    InlineExpiry,
    InlineSuppressions,
    PathExclusion,
    Policy,
    PolicyException,
    SeverityRule,
    UnusedExceptions,
)
from scangate.model import Severity

__all__ = ["Loosening", "find_loosenings"]

T = TypeVar("T")
ORDERED_SETTINGS: dict[str, tuple[Callable[[Policy], enum.Enum], Sequence[enum.Enum]]] = {  # from the loosest to the strictest
    "exception-unused": (lambda policy: policy.exception_unused, tuple(UnusedExceptions)),
    "exception-owners": (lambda policy: policy.exception_owners, tuple(ExceptionOwners)),
    "inline-suppressions": (lambda policy: policy.inline_suppressions, tuple(InlineSuppressions)),
    "inline-until": (lambda policy: policy.inline_expiry, tuple(InlineExpiry)),
}


class Loosening(msgspec.Struct, frozen=True):
    """One thing that is looser than the floor: where it is said, where the floor says it, and what."""

    path: DocumentPath
    floor_path: DocumentPath
    problem: str


def find_loosenings(floor: Policy, policy: Policy) -> tuple[Loosening, ...]:
    """All that is looser in ``policy`` than in ``floor``; empty where it is at least as tight."""
    return tuple(found for check in CHECKS for found in check(floor, policy))


def _budgets(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for severity, limit in policy.budget.limits:
        most = floor.budget.limit(severity)
        if _exceeds(limit, most):
            path = ("budgets", severity.value)
            yield Loosening(path, path, f"{_format_limit(limit)}, where the floor has {_format_limit(most)}")


def _overrides(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    pairs, extra = _pair_entries(floor.overrides, policy.overrides, _same_selector)
    missing = [index for index in range(len(floor.overrides)) if index not in pairs.values()]
    path = ("budgets", "overrides")
    for index in missing:
        yield Loosening(path, (*path, index), "a budget of the floor is gone")
    for mine, theirs in pairs.items():
        for severity, limit in policy.overrides[mine].limits:
            most = floor.overrides[theirs].limit(severity)
            if _exceeds(limit, most):
                yield Loosening(
                    (*path, mine), (*path, theirs), f"{_format_limit(limit)}, where the floor has {_format_limit(most)}"
                )
    for index in extra:
        for severity, limit in policy.overrides[index].limits:
            if limit != 0 and not _unlimited(floor, severity):
                what = f"a budget of its own for {_format_limit(limit)} {severity.value} adds to the floor's"
                yield Loosening((*path, index, severity.value), ("budgets", severity.value), what)


def _unknown(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    old, new = floor.unknown_severity, policy.unknown_severity
    if new != old and not (new > old and (_allows_none(policy, new) or _unlimited(floor, old))):
        what = f"worth {new.value}, where the floor has {old.value}"
        yield Loosening(("unknown",), ("unknown",), what)


def _severities(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    pairs, extra = _pair_entries(floor.severity_rules, policy.severity_rules, _same_rule)
    for index in range(len(floor.severity_rules)):
        if index not in pairs.values():
            yield Loosening(("severity",), ("severity", index), "a severity of the floor is gone")
    changed = [
        mine for mine, theirs in pairs.items() if policy.severity_rules[mine].severity is not floor.severity_rules[theirs].severity
    ]
    for index in [*changed, *extra]:
        severity = policy.severity_rules[index].severity
        if not _allows_none(policy, severity):
            what = f"it may lower a finding to {severity.value}, of which some may stand"
            yield Loosening(("severity", index), ("severity",), what)


def _exceptions(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for index, entry in enumerate(policy.exceptions):
        if not any(_covers_exception(old, entry) for old in floor.exceptions):
            yield Loosening(("exceptions", index), ("exceptions",), "an exception that the floor does not have")


def _excludes(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for index, entry in enumerate(policy.exclusions):
        if not any(_covers_exclude(old, entry) for old in floor.exclusions):
            yield Loosening(("paths", "exclude", index), ("paths", "exclude"), "a path left out that the floor reads")


def _allowed_gaps(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    path = ("coverage", "allowed-gaps")
    for index, entry in enumerate(policy.allowed_gaps):
        if not any(_covers_gap(old, entry) for old in floor.allowed_gaps):
            yield Loosening((*path, index), path, f"a gap allowed ({entry.kind.value}) that the floor does not allow")


def _required(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for name in sorted(set(floor.required_scanners) - set(policy.required_scanners)):
        path = ("coverage", "required")
        yield Loosening(path, path, f"{name} is no longer required")


def _scanners(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for old in floor.scanners:
        new = policy.scanner(old.name)
        path = ("scanners", old.name)
        if not old.enabled:
            continue
        if new is None or not new.enabled:
            yield Loosening((*path, "enabled"), path, "switched off")
        elif keys := find_looser_options(old.options, new.options):
            yield Loosening((*path, *keys[:1]), (*path, *keys[:1]), "other options than the floor's")
        elif new.timeout < old.timeout:
            yield Loosening((*path, "timeout"), path, f"{_seconds(new.timeout)}, where the floor has {_seconds(old.timeout)}")


def _limits(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    if policy.max_file_size < floor.max_file_size:
        path = ("limits", "max-file-size")
        yield Loosening(path, path, f"{policy.max_file_size} bytes are read, where the floor reads {floor.max_file_size}")
    if policy.timeout < floor.timeout:
        path = ("limits", "timeout")
        yield Loosening(path, path, f"{_seconds(policy.timeout)}, where the floor has {_seconds(floor.timeout)}")


def _exception_lifetime(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    if policy.exception_max_days > floor.exception_max_days:
        path = ("exception-max-days",)
        yield Loosening(path, path, f"{policy.exception_max_days}, where the floor has {floor.exception_max_days}")


def _cool_down(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    if policy.cool_down_days > floor.cool_down_days:
        path = ("advisories", "wait-days")
        yield Loosening(path, path, f"{policy.cool_down_days}, where the floor has {floor.cool_down_days}")


def _settings(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    for key, (setting, order) in ORDERED_SETTINGS.items():
        new, old = setting(policy), setting(floor)
        if order.index(new) < order.index(old):
            yield Loosening((key,), (key,), f"{new.value}, where the floor has {old.value}")


def _codeowners(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    if floor.exception_owners is ExceptionOwners.CODEOWNERS and policy.codeowners_path != floor.codeowners_path:
        yield Loosening(("codeowners",), ("codeowners",), "another file of owners than the floor's")


def _new_only(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    if policy.new_only and not floor.new_only:
        path = ("new-only",)
        yield Loosening(path, path, "true, where the floor counts what is known, too")


def _ratchet(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    if floor.baseline_ratchet and not policy.baseline_ratchet:
        path = ("baseline", "ratchet")
        yield Loosening(path, path, "false, where the floor lets a baseline only shrink")


def _cache(floor: Policy, policy: Policy) -> Iterator[Loosening]:
    if floor.signed_cache_only and not policy.signed_cache_only:
        path = ("cache", "keyed-only")
        yield Loosening(path, path, "answers of earlier scans are used that nobody has signed")


CHECKS: tuple[Callable[[Policy, Policy], Iterator[Loosening]], ...] = (
    _budgets,
    _overrides,
    _unknown,
    _severities,
    _exceptions,
    _excludes,
    _allowed_gaps,
    _required,
    _scanners,
    _limits,
    _exception_lifetime,
    _cool_down,
    _cache,
    _settings,
    _codeowners,
    _new_only,
    _ratchet,
)


def _exceeds(limit: int | None, most: int | None) -> bool:
    return most is not None and (limit is None or limit > most)


def _format_limit(limit: int | None) -> str:
    return "unlimited" if limit is None else str(limit)


def _seconds(number: int) -> str:
    return pluralize(number, "second")


def _limits_for(policy: Policy, severity: Severity) -> list[int | None]:
    """The limits of all budgets that count a severity."""
    everyone: tuple[Budget, ...] = (policy.budget, *policy.overrides)
    return [budget.limit(severity) for budget in everyone if budget.covers(severity)]


def _allows_none(policy: Policy, severity: Severity) -> bool:
    return all(limit == 0 for limit in _limits_for(policy, severity))


def _unlimited(policy: Policy, severity: Severity) -> bool:
    return all(limit is None for limit in _limits_for(policy, severity))


def _pair_entries(old: Sequence[T], new: Sequence[T], same: Callable[[T, T], bool]) -> tuple[dict[int, int], list[int]]:
    """The old entries found again in the new, in the same order (new index to old), and the new ones that are more."""
    pairs: dict[int, int] = {}
    place = 0
    for index, entry in enumerate(new):
        if place < len(old) and same(old[place], entry):
            pairs[index] = place
            place += 1
    return pairs, [index for index in range(len(new)) if index not in pairs]


def _same_selector(old: BudgetOverride, new: BudgetOverride) -> bool:
    named = {severity for severity, _ in old.limits} == {severity for severity, _ in new.limits}
    return named and all(getattr(old, name) == getattr(new, name) for name in ("kind", "scanner", "path", "fixable"))


def _same_rule(old: SeverityRule, new: SeverityRule) -> bool:
    return (old.rule, old.path) == (new.rule, new.path)


def _covers_exception(old: PolicyException, new: PolicyException) -> bool:
    selectors = ("rule", "path", "fingerprint", "advisory")
    if old.fingerprint and new.follows not in (None, old.follows):
        return False  # it may accept what the fingerprint alone does not
    return new.expires <= old.expires and all(getattr(old, name) in ("", getattr(new, name)) for name in selectors)


def _covers_exclude(old: PathExclusion, new: PathExclusion) -> bool:
    return old.path == new.path and (not old.scanners or (bool(new.scanners) and set(new.scanners) <= set(old.scanners)))


def _covers_gap(old: AllowedGap, new: AllowedGap) -> bool:
    return old.kind is new.kind and old.scanner in ("", new.scanner) and old.path in ("", new.path)
