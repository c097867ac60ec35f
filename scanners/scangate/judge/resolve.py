"""Makes a policy of a merged tree: fills in what nothing says, checks what only the whole can tell, and takes the digest."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import msgspec
from msgspec import UnsetType

from scangate import globs
from scangate.judge import blocks
from scangate.judge.blocks import Blocks
from scangate.judge.document import Node, error
from scangate.judge.hints import counted, nearest
from scangate.judge.merging import at, place_of
from scangate.judge.policy import (
    AllowedGap,
    Budget,
    Exclude,
    Follow,
    Inline,
    Override,
    Owners,
    Policy,
    PolicyException,
    ScannerSetting,
    SeverityRule,
    Until,
    Unused,
)
from scangate.judge.typed import Path, cast_to, fields_of, spelled
from scangate.model import NEVER_ALLOWED, GapKind, Kind, Severity

__all__ = ["COMMON", "Registry", "digest", "resolved"]

MAX_FILE_SIZE = 1024 * 1024  # bytes
TIMEOUT = 600  # seconds in all for one tool
EXCEPTION_MAX_DAYS = 365
COMMON = frozenset({"enabled", "timeout"})
SEVERITIES = ("critical", "high", "medium", "low", "info")
UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
COMMAND_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
RESERVED = frozenset({"targets", "scangate"})  # names that gaps carry which are no scanner's
ANYTHING = "\x01/\x01"  # a path that only a pattern for every path matches


WITHOUT_BLOCK = frozenset({"ecr"})
"""What a policy can name, require and count, and no scan runs: its findings come with ``gate --image``."""


class Registry(msgspec.Struct, frozen=True):
    """The types that scanners' blocks are read into: by name, and the one of a block with a command line (None: not known)."""

    options: Mapping[str, type[Any]]
    command: type[Any] | None = None


def resolved(tree: Node, environment: str, registry: Registry, today: dt.date) -> Policy:
    """The policy that a merged tree comes to, without its name, description, sources and origins."""
    said: Blocks = cast_to(tree, Blocks)
    budgets = _said(said.budgets, blocks.BudgetBlock())
    limits = _said(said.limits, blocks.Limits())
    coverage = _said(said.coverage, blocks.Coverage())
    timeout = _said(limits.timeout, TIMEOUT)
    policy = Policy(
        name="",
        environment=environment,
        scanners=_settings(tree, registry, timeout),
        excludes=_excludes(tree, _said(said.paths, blocks.Paths())),
        max_file_size=_size(_said(limits.max_file_size, MAX_FILE_SIZE)),
        timeout=timeout,
        severities=tuple(_severity(entry) for entry in _said(said.severity, ())),
        budget=Budget(tuple((Severity[name.upper()], _limit(getattr(budgets, name), 0)) for name in SEVERITIES)),
        overrides=tuple(_override(entry) for entry in _said(budgets.overrides, ())),
        unknown=_unknown(tree, said),
        required=tuple(sorted(set(_said(coverage.required, ())))),
        allowed_gaps=_allowed_gaps(tree, _said(coverage.allowed_gaps, ())),
        exceptions=_exceptions(tree, said, today),
        exception_max_days=_said(said.exception_max_days, EXCEPTION_MAX_DAYS),
        inline=Inline(_said(said.inline_suppressions, Inline.REPORT.value)),
        exception_unused=Unused(_said(said.exception_unused, Unused.REPORT.value)),
        exception_owners=Owners(_said(said.exception_owners, Owners.ANYONE.value)),
        codeowners=_said(said.codeowners, ""),
        inline_until=Until(_said(said.inline_until, Until.OPTIONAL.value)),
        wait_days=_said(_said(said.advisories, blocks.Advisories()).wait_days, 0),
        new_only=_said(said.new_only, True),
        ratchet=_said(_said(said.baseline, blocks.BaselineBlock()).ratchet, False),
        keyed_only=_said(_said(said.cache, blocks.CacheBlock()).keyed_only, False),
    )
    _check_names(tree, policy, registry)
    return msgspec.structs.replace(policy, digest=digest(policy))


def digest(policy: Policy) -> str:
    """SHA-256 (hex) of all that decides: not of names, descriptions or the files it was made of."""
    content = msgspec.to_builtins(policy)
    for name in ("name", "description", "digest", "sources", "origins", "in_tree"):
        content.pop(name)
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _said(value: Any, otherwise: Any) -> Any:
    return otherwise if isinstance(value, UnsetType) else value


def _wrong(tree: Node, path: Path, what: str, hint: str) -> NoReturn:
    raise error(place_of(tree, path), spelled(path), what, hint)


def _settings(tree: Node, registry: Registry, timeout: int) -> tuple[ScannerSetting, ...]:
    block = at(tree, ("scanners",))
    entries = block.value if isinstance(block.value, dict) and "scanners" in (tree.keys or {}) else {}
    settings = tuple(_setting(name, entries[name], block, registry, timeout) for name in sorted(entries))
    if not any(setting.enabled for setting in settings):
        _wrong(
            tree, ("scanners",), "no scanner is enabled, so nothing would be judged", "extend a bundled policy: `extends: baseline`"
        )
    return settings


def _setting(name: str, node: Node, block: Node, registry: Registry, timeout: int) -> ScannerSetting:
    path = ("scanners", name)
    entries = node.value
    if not isinstance(entries, dict):
        raise error(node.place, spelled(path), "expected a mapping of names to values", f"write `{name}: {{enabled: true}}`")
    command = name not in registry.options
    kind = registry.command if command else registry.options[name]
    if kind is None or (command and "command" not in entries):
        hint = nearest(name, registry.options) + ("" if registry.command is None else "; any other name needs a `command`")
        raise error(block.keys.get(name, node.place), spelled(path), "unknown scanner", hint)
    if command and (name in RESERVED or not COMMAND_NAME.fullmatch(name)):
        raise error(
            block.keys.get(name, node.place), spelled(path), "not a scanner's name", "use lower-case letters, digits and hyphens"
        )
    own = fields_of(kind)
    for key in entries:
        if key not in COMMON and key not in own:
            raise error(node.keys[key], spelled((*path, key)), "unknown key", nearest(key, {*own, *COMMON}))
    common = cast_to(_part(node, COMMON), blocks.ScannerBlock, path)
    options = cast_to(_part(node, own.keys() - COMMON), kind, path)
    return ScannerSetting(name, _said(common.enabled, True), _said(common.timeout, timeout), options, command)


def _part(node: Node, names: Iterable[str]) -> Node:
    """The mapping with only those keys."""
    entries = node.value if isinstance(node.value, dict) else {}
    return Node({key: entries[key] for key in entries if key in set(names)}, node.place, node.keys)


def _size(value: int | str) -> int:
    if isinstance(value, int):
        return value
    number, unit = re.fullmatch(r"([0-9]+) ?([A-Za-z]+)", value).groups()  # type: ignore[union-attr] # the type's pattern saw to it
    return int(number) * UNITS[unit]


def _limit(value: Any, otherwise: int | None) -> int | None:
    return otherwise if isinstance(value, UnsetType) else None if value == "unlimited" else int(value)


def _severity(entry: blocks.SeverityEntry) -> SeverityRule:
    return SeverityRule(entry.rule, Severity[entry.severity.upper()], _said(entry.path, ""), _said(entry.reason, ""))


def _override(entry: blocks.OverrideEntry) -> Override:
    named = [(Severity[name.upper()], getattr(entry, name)) for name in SEVERITIES]
    limits = tuple((severity, _limit(value, None)) for severity, value in named if not isinstance(value, UnsetType))
    kind = None if isinstance(entry.kind, UnsetType) else Kind(entry.kind)
    return Override(limits, kind, _said(entry.scanner, ""), _said(entry.path, ""), _said(entry.fixable, None))


def _unknown(tree: Node, said: Blocks) -> Severity:
    if isinstance(said.unknown, UnsetType):
        raise error(tree.place, "unknown", "missing", "say what a finding of unknown severity is worth: `unknown: high`")
    return Severity[said.unknown.upper()]


def _excludes(tree: Node, paths: blocks.Paths) -> tuple[Exclude, ...]:
    entries = _said(paths.exclude, ())
    for index, entry in enumerate(entries):
        if isinstance(entry.scanners, UnsetType) and globs.matches(entry.path, ANYTHING):
            _wrong(
                tree, ("paths", "exclude", index, "path"), "it leaves out every file", "name a folder or a kind of file: `vendor/`"
            )
    return tuple(Exclude(entry.path, entry.reason, tuple(sorted(set(_said(entry.scanners, ()))))) for entry in entries)


def _allowed_gaps(tree: Node, entries: Iterable[blocks.Allowed]) -> tuple[AllowedGap, ...]:
    found = [AllowedGap(GapKind(entry.kind), entry.reason, _said(entry.scanner, ""), _said(entry.path, "")) for entry in entries]
    for index, gap in enumerate(found):
        if gap.kind in NEVER_ALLOWED and not _is_narrow(gap):
            what = f"a {gap.kind.value} may stand only where one scanner and a path are named"
            _wrong(tree, ("coverage", "allowed-gaps", index), what, "add `scanner: NAME` without `*` and `path: FOLDER/`")
    return tuple(found)


def _is_narrow(gap: AllowedGap) -> bool:
    """Whether an entry is about one scanner and some paths, not about all."""
    return bool(gap.scanner and gap.path) and not set("*?[") & set(gap.scanner) and not globs.matches(gap.path, ANYTHING)


def _exceptions(tree: Node, said: Blocks, today: dt.date) -> tuple[PolicyException, ...]:
    days = _said(said.exception_max_days, EXCEPTION_MAX_DAYS)
    last = today + dt.timedelta(days=days)
    entries: list[blocks.ExceptionEntry] = _said(said.exceptions, [])
    for index, entry in enumerate(entries):
        if entry.expires > last:
            what = f"more than {counted(days, 'day')} away, the longest life the policy gives an exception"
            _wrong(tree, ("exceptions", index, "expires"), what, f"expires: {last.isoformat()}")
        if not isinstance(entry.follows, UnsetType) and (
            isinstance(entry.fingerprint, UnsetType) or isinstance(entry.rule, UnsetType) or "*" in entry.rule
        ):
            what = "only a finding that is named by its fingerprint and its rule can be followed"
            _wrong(
                tree, ("exceptions", index, "follows"), what, "write it with `scangate waive FINGERPRINT --verdict verdict.json`"
            )
    return tuple(
        PolicyException(
            reason=entry.reason,
            owner=entry.owner,
            expires=entry.expires,
            rule=_said(entry.rule, ""),
            path=_said(entry.path, ""),
            fingerprint=_said(entry.fingerprint, ""),
            advisory=_said(entry.advisory, ""),
            follows=_follow(entry.follows),
        )
        for entry in entries
    )


def _follow(block: blocks.FollowBlock | UnsetType) -> Follow | None:
    return None if isinstance(block, UnsetType) else Follow(block.path, block.content, _said(block.context, ""))


def _check_names(tree: Node, policy: Policy, registry: Registry) -> None:
    """Every scanner that is named anywhere is one that there is: a typing error must not switch a rule off."""
    known = {*registry.options, *(setting.name for setting in policy.scanners), *WITHOUT_BLOCK}
    excludes = [
        (("paths", "exclude", index, "scanners"), name) for index, entry in enumerate(policy.excludes) for name in entry.scanners
    ]
    overrides = [(("budgets", "overrides", index, "scanner"), entry.scanner) for index, entry in enumerate(policy.overrides)]
    required = [(("coverage", "required"), name) for name in policy.required]
    named: list[tuple[Path, str]] = [*excludes, *overrides, *required]
    for path, name in named:
        if name and name not in known:
            _wrong(tree, path, f"unknown scanner `{name}`", nearest(name, known))
