"""Bounds a policy by a floor that it need not extend: `policy_floor` says what is looser, and here it is tightened or refused.

What a policy's own files say may not be looser than the floor: that is an error with every such place. What they leave to a bundled
policy, or to a default, becomes as strict as the floor, or is an error where neither of the two is the stricter one. An exception
is allowed within the floor's own limits: its owner, its longest life, and the kinds of findings that no exception accepts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from scangate.errors import PolicyError
from scangate.judge.decode import DocumentPath, format_path
from scangate.judge.error_text import pluralize
from scangate.judge.name_patterns import matches_name
from scangate.judge.option_comparison import find_looser_options
from scangate.judge.policy import Budget, BudgetOverride, ExceptionOwners, Limits, Policy, PolicyException, ScannerSettings
from scangate.judge.policy_floor import (
    ALLOWED_GAPS,
    EXCLUSIONS,
    FIELDS,
    MAXIMA,
    OVERRIDES,
    Loosening,
    exceeds,
    find_loosenings,
    pair_entries,
    same_rule,
    same_selector,
)
from scangate.judge.policy_resolution import compute_digest
from scangate.model import FindingKind, PolicyLocation

Picks = list[tuple[Policy, int]]
"""The entries of a list: whose it is, and its index there."""


def bound_policy(floor: Policy, policy: Policy, own_files: Collection[str], today: dt.date) -> Policy:
    """``policy``, at least as strict as ``floor``. ``own_files``: the names of its files that do not come with the package.

    Raises PolicyError, with all that is looser, if one of these files says it, and if something of either would be lost.
    """
    refused = [found for found in _find_violations(floor, policy, today) if _is_said(found, policy, own_files)]
    bounded = policy if refused else _tighten(floor, policy)
    refused = refused or _find_violations(floor, bounded, today)
    if refused:
        raise _make_error(floor, bounded, refused)
    if lost := find_loosenings(policy, bounded):
        place = _nearest(policy, lost[0].floor_path)
        message = f"{place.file}:{place.line}: {format_path(lost[0].path)}: cannot be combined with the floor {floor.name}"
        raise PolicyError(message, "extend the floor's own parent, or say in the policy what the floor says")
    return msgspec.structs.replace(bounded, digest=compute_digest(bounded))


def _find_violations(floor: Policy, policy: Policy, today: dt.date) -> list[Loosening]:
    return [found for found in find_loosenings(floor, policy) if not _is_permitted(found, floor, policy, today)]


def _is_permitted(found: Loosening, floor: Policy, policy: Policy, today: dt.date) -> bool:
    """Whether it is an exception within the floor's limits."""
    if found.path[0] != "exceptions":
        return False
    entry = policy.exceptions[int(found.path[-1])]
    return _has_allowed_owner(entry, floor) and (entry.expires - today).days <= floor.exception_max_days


def _has_allowed_owner(entry: PolicyException, floor: Policy) -> bool:
    return not floor.exception_owner_names or any(matches_name(name, entry.owner) for name in floor.exception_owner_names)


def _is_said(found: Loosening, policy: Policy, own_files: Collection[str]) -> bool:
    location = policy.locations.get(format_path(found.path))
    return not found.is_missing and location is not None and location.file in own_files


def _make_error(floor: Policy, policy: Policy, found: Iterable[Loosening]) -> PolicyError:
    places = [_describe(each, floor, policy) for each in found]
    first, rest = places[0], places[1:]
    more = f"; and {pluralize(len(rest), 'more place')}: {'; '.join(rest)}" if rest else ""
    return PolicyError(f"{first}{more}", f"remove what is looser than the floor {floor.name}, or ask for a change of the floor")


def _describe(found: Loosening, floor: Policy, policy: Policy) -> str:
    here = _nearest(policy, found.path)
    there = _nearest(floor, found.floor_path)
    problem = found.problem
    if found.path[0] == "exceptions":
        problem = f"an exception beyond the floor's limits: {_describe_limits(floor)}"
    bound = f"{there.file}:{there.line}" if there.file else "its default"
    return f"{here.file}:{here.line}: {format_path(found.path)}: {problem} (floor {floor.name}, {bound})"


def _describe_limits(floor: Policy) -> str:
    owners = f", an owner like {' or '.join(floor.exception_owner_names)}" if floor.exception_owner_names else ""
    return f"at most {pluralize(floor.exception_max_days, 'day')}{owners}"


def _nearest(policy: Policy, path: DocumentPath) -> PolicyLocation:
    """Where the policy says the value, or what contains it."""
    steps = [format_path(path[:length]) for length in range(len(path), -1, -1)]
    return next((policy.locations[step] for step in steps if step in policy.locations), PolicyLocation(format_path(path)))


# -- tightening --


def _tighten(floor: Policy, policy: Policy) -> Policy:
    """``policy`` with the stricter value of each field; entries of lists that loosen the floor are left out."""
    from_floor = {format_path(found.path) for found in find_loosenings(floor, policy)}
    locations = dict(policy.locations)
    for path in from_floor:
        if path in floor.locations:
            locations[path] = floor.locations[path]
        elif not path.endswith("]"):
            locations.pop(path, None)
    budget = Budget(tuple((severity, _stricter(limit, floor.budget.limit(severity))) for severity, limit in policy.budget.limits))
    bounded = msgspec.structs.replace(
        policy,
        locations=locations,
        folders={**floor.folders, **policy.folders},
        budget=budget,
        unknown_severity=floor.unknown_severity if "unknown" in from_floor else policy.unknown_severity,
        required_scanners=tuple(sorted({*policy.required_scanners, *floor.required_scanners})),
        scanners=_tighten_scanners(floor, policy),
        never_excepted=tuple(kind for kind in FindingKind if kind in {*policy.never_excepted, *floor.never_excepted}),
        exception_owner_names=(
            floor.exception_owner_names if "exception-owner-names" in from_floor else policy.exception_owner_names
        ),
        excludable_paths=tuple(path for path in policy.excludable_paths if path in floor.excludable_paths),
        **_tighten_fields(floor, policy),
    )
    bounded = _tighten_overrides(floor, bounded)
    bounded = _tighten_severities(floor, bounded)
    return _without_uncovered(floor, bounded)


def _stricter(limit: int | None, floor_limit: int | None) -> int | None:
    return floor_limit if exceeds(limit, floor_limit) else limit


def _tighten_fields(floor: Policy, policy: Policy) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, _, order in FIELDS:
        pair = (getattr(policy, field), getattr(floor, field))
        values[field] = max(pair) if order is None else max(pair, key=order.index)
    values |= {field: min(getattr(policy, field), getattr(floor, field)) for field, _ in MAXIMA}
    if floor.exception_owners is ExceptionOwners.CODEOWNERS:
        values["codeowners_path"] = floor.codeowners_path
    return values


def _tighten_scanners(floor: Policy, policy: Policy) -> tuple[ScannerSettings, ...]:
    settings = {setting.name: setting for setting in policy.scanners}
    for old in (each for each in floor.scanners if each.enabled):
        new = settings.get(old.name)
        if new is None or not new.enabled:
            settings[old.name] = old
            continue
        options = old.options if find_looser_options(old.options, new.options) else new.options
        timeout = max(new.timeout, old.timeout)
        if_installed = new.if_installed and old.if_installed
        settings[old.name] = msgspec.structs.replace(
            new, options=options, timeout=timeout, is_command=old.is_command, if_installed=if_installed
        )
    return tuple(settings[name] for name in sorted(settings))


def _tighten_overrides(floor: Policy, policy: Policy) -> Policy:
    """The floor's budgets with the stricter limits, then those of the policy, without a finding that the floor would count."""
    pairs, extra = pair_entries(floor.overrides, policy.overrides, same_selector)
    mine = {theirs: index for index, theirs in pairs.items()}
    picks: Picks = []
    entries: list[BudgetOverride] = []
    for index, entry in enumerate(floor.overrides):
        own = mine.get(index)
        limits = entry.limits if own is None else _stricter_limits(policy.overrides[own], entry)
        is_own = own is not None and limits == policy.overrides[own].limits
        picks.append((policy, own) if is_own and own is not None else (floor, index))
        entries.append(msgspec.structs.replace(entry, limits=limits))
    looser = {found.path[2:] for found in find_loosenings(floor, policy) if found.path[:2] == OVERRIDES}
    for index in extra:
        picks.append((policy, index))
        limits = tuple((each, 0 if (index, each.value) in looser else limit) for each, limit in policy.overrides[index].limits)
        entries.append(msgspec.structs.replace(policy.overrides[index], limits=limits))
    if tuple(entries) == policy.overrides:
        return policy
    return msgspec.structs.replace(policy, overrides=tuple(entries), locations=_relocate(policy, OVERRIDES, picks))


def _stricter_limits(mine: BudgetOverride, theirs: BudgetOverride) -> Limits:
    return tuple((severity, _stricter(limit, theirs.limit(severity))) for severity, limit in mine.limits)


def _tighten_severities(floor: Policy, policy: Policy) -> Policy:
    """The floor's severities, then those of the policy, where one is missing or changed."""
    if not any(found.path[0] == "severity" for found in find_loosenings(floor, policy)):
        return policy
    _, extra = pair_entries(floor.severity_rules, policy.severity_rules, same_rule)
    zero = {severity for severity, limit in policy.budget.limits if limit == 0}
    kept = [index for index in extra if policy.severity_rules[index].severity in zero]
    picks: Picks = [(floor, index) for index in range(len(floor.severity_rules))] + [(policy, index) for index in kept]
    rules = tuple(source.severity_rules[index] for source, index in picks)
    return msgspec.structs.replace(policy, severity_rules=rules, locations=_relocate(policy, ("severity",), picks))


def _without_uncovered(floor: Policy, policy: Policy) -> Policy:
    """``policy`` without excluded paths and allowed gaps that the floor does not cover; its own files say none of them."""
    for path, field in ((EXCLUSIONS, "exclusions"), (ALLOWED_GAPS, "allowed_gaps")):
        entries: Sequence[Any] = getattr(policy, field)
        dropped = {found.path[-1] for found in find_loosenings(floor, policy) if found.path[:-1] == path}
        picks: Picks = [(policy, index) for index in range(len(entries)) if index not in dropped]
        if dropped:
            kept = tuple(entries[index] for _, index in picks)
            policy = msgspec.structs.replace(policy, **{field: kept}, locations=_relocate(policy, path, picks))
    return policy


def _relocate(policy: Policy, path: DocumentPath, picks: Picks) -> dict[str, PolicyLocation]:
    """The locations of ``policy`` where the list at ``path`` consists of ``picks``."""
    prefix = f"{format_path(path)}["
    locations = {name: location for name, location in policy.locations.items() if not name.startswith(prefix)}
    for new, (source, old) in enumerate(picks):
        start = f"{prefix}{old}]"
        for name, location in source.locations.items():
            if name.startswith(start):
                locations[f"{prefix}{new}]{name[len(start) :]}"] = location
    return locations
