"""Resolves a merged tree into a policy: fills in defaults, checks the whole, and computes the digest."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import msgspec
from msgspec import UnsetType

from scangate import globs
from scangate.content.catalog import CONTENT_TYPES
from scangate.judge import policy_schema
from scangate.judge.decode import DocumentPath, decode_node, format_path, struct_fields
from scangate.judge.error_text import pluralize, shorten, suggest
from scangate.judge.name_patterns import matches_name
from scangate.judge.policy import (
    AUTO,
    AllowedGap,
    Budget,
    BudgetOverride,
    ExceptionOwners,
    FollowedFinding,
    InlineExpiry,
    InlineSuppressions,
    NewSuppressions,
    PathExclusion,
    Policy,
    PolicyException,
    ScannerSettings,
    SeverityRule,
    Submodules,
    UnusedExceptions,
)
from scangate.judge.policy_merge import find_node, find_position
from scangate.judge.policy_schema import PolicyBlocks
from scangate.judge.policy_yaml import Node, make_policy_error
from scangate.model import COVERAGE, NEVER_ALLOWED, Analysis, FindingKind, GapKind, Severity

MAX_FILE_SIZE = 1024 * 1024  # bytes
TIMEOUT = 600  # seconds in all for one tool
EXCEPTION_MAX_DAYS = 365
COMMON_SCANNER_KEYS = frozenset({"enabled", "timeout"})
SEVERITIES = ("critical", "high", "medium", "low", "info")
SIZE_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
COMMAND_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
RESERVED_NAMES = frozenset({"targets", "scangate", COVERAGE})  # names in gaps that belong to no scanner
UNDECIDING_FIELDS = (
    *("name", "description", "digest", "sources", "locations", "in_tree", "is_bundled", "is_absent", "environments", "folders"),
)
"""The fields of a policy that change no decision, and so not its digest."""
CATCH_ALL_PROBE = "\x01/\x01"  # a path that only a pattern for every path matches


OTHER_NAMES = {
    "bash": "shell",
    "c#": "csharp",
    "c++": "cpp",
    "docker": "dockerfile",
    "golang": "go",
    "helm": "helm-template",
    "js": "javascript",
    "k8s": "kubernetes",
    "npm": "npm-manifest",
    "py": "python",
    "sh": "shell",
    "tf": "terraform",
    "ts": "typescript",
}
"""What authors of policies may call content types, for hints."""
KINDS_BY_SELECTOR = {
    "language": frozenset({GapKind.NOT_ANALYZED, GapKind.NOT_OPENED}),
    "analysis": frozenset({GapKind.NOT_ANALYZED}),
}
"""The kinds of gaps that a selector of an allowed gap is for."""
SCANNERS_WITHOUT_BLOCK = frozenset({"ecr", "inspector"})
"""What a policy can name, require and count, and no scan runs: findings come with ``gate --image`` and ``gate --sbom-scan``."""


class ScannerOptionTypes(msgspec.Struct, frozen=True):
    """The types that scanners' blocks are read into: by name, and the one of a block with a command line (None: not known)."""

    options: Mapping[str, type[Any]]
    command_options: type[Any] | None = None


def resolve_policy(tree: Node, environment: str, registry: ScannerOptionTypes, today: dt.date) -> Policy:
    """The policy that a merged tree comes to, without its name, description, sources and origins."""
    said: PolicyBlocks = decode_node(tree, PolicyBlocks)
    budgets = _value_or(said.budgets, policy_schema.BudgetBlock())
    limits = _value_or(said.limits, policy_schema.LimitsBlock())
    coverage = _value_or(said.coverage, policy_schema.CoverageBlock())
    timeout = _value_or(limits.timeout, TIMEOUT)
    policy = Policy(
        name="",
        environment=environment,
        scanners=_settings(tree, registry, timeout),
        exclusions=_excludes(tree, _value_or(said.paths, policy_schema.PathsBlock())),
        max_file_size=_parse_size(_value_or(limits.max_file_size, MAX_FILE_SIZE)),
        timeout=timeout,
        severity_rules=tuple(_severity(entry) for entry in _value_or(said.severity, ())),
        budget=_budget(budgets),
        overrides=tuple(_override(entry) for entry in _value_or(budgets.overrides, ())),
        unknown_severity=_unknown(tree, said),
        required_scanners=tuple(sorted(set(_value_or(coverage.required, ())))),
        allowed_gaps=_allowed_gaps(tree, _value_or(coverage.allowed_gaps, ())),
        exceptions=_exceptions(tree, said, today),
        exception_max_days=_value_or(said.exception_max_days, EXCEPTION_MAX_DAYS),
        inline_suppressions=InlineSuppressions(_value_or(said.inline_suppressions, InlineSuppressions.REPORT.value)),
        exception_unused=UnusedExceptions(_value_or(said.exception_unused, UnusedExceptions.REPORT.value)),
        exception_owners=ExceptionOwners(_value_or(said.exception_owners, ExceptionOwners.ANYONE.value)),
        codeowners_path=_value_or(said.codeowners, ""),
        exception_owner_names=tuple(sorted(set(_value_or(said.exception_owner_names, ())))),
        never_excepted=tuple(kind for kind in FindingKind if kind.value in _value_or(said.never_excepted, ())),
        excludable_paths=tuple(sorted(set(_value_or(_value_or(said.paths, policy_schema.PathsBlock()).excludable, ())))),
        inline_expiry=InlineExpiry(_value_or(said.inline_until, InlineExpiry.OPTIONAL.value)),
        new_suppressions=NewSuppressions(_value_or(said.new_suppressions, NewSuppressions.ALLOW.value)),
        submodules=Submodules(_value_or(said.submodules, Submodules.REPORT.value)),
        cool_down_days=_value_or(_value_or(said.advisories, policy_schema.AdvisoriesBlock()).wait_days, 0),
        new_only=_value_or(said.new_only, True),
        baseline_ratchet=_value_or(_value_or(said.baseline, policy_schema.BaselineBlock()).ratchet, False),
        signed_cache_only=_value_or(_value_or(said.cache, policy_schema.CacheBlock()).keyed_only, False),
    )
    _check_names(tree, policy, registry)
    return msgspec.structs.replace(policy, digest=compute_digest(policy))


def compute_digest(policy: Policy) -> str:
    """SHA-256 (hex) of all that decides: not of names, descriptions or the files it was made of."""
    content = msgspec.to_builtins(policy)
    for name in UNDECIDING_FIELDS:
        content.pop(name)
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def as_absent(policy: Policy, name: str, environment: str) -> Policy:
    """``policy`` for a run that no policy judges: it scans the same, changes no severity, and has no digest."""
    return msgspec.structs.replace(
        policy,
        name=name,
        environment=environment,
        description="",
        digest="",
        sources=(),
        locations={},
        severity_rules=(),
        is_absent=True,
    )


def _value_or(value: Any, otherwise: Any) -> Any:
    return otherwise if isinstance(value, UnsetType) else value


def _fail(tree: Node, path: DocumentPath, what: str, hint: str) -> NoReturn:
    raise make_policy_error(find_position(tree, path), format_path(path), what, hint)


def _settings(tree: Node, registry: ScannerOptionTypes, timeout: int) -> tuple[ScannerSettings, ...]:
    block = find_node(tree, ("scanners",))
    entries = block.value if isinstance(block.value, dict) and "scanners" in (tree.key_positions or {}) else {}
    settings = tuple(_setting(name, entries[name], block, registry, timeout) for name in sorted(entries))
    if not any(setting.enabled and not setting.if_installed for setting in settings):
        _fail(tree, ("scanners",), "no scanner is enabled", "extend a bundled policy: `extends: baseline`")
    return settings


def _setting(name: str, node: Node, block: Node, registry: ScannerOptionTypes, timeout: int) -> ScannerSettings:
    path = ("scanners", name)
    entries = node.value
    if not isinstance(entries, dict):
        raise make_policy_error(
            node.position, format_path(path), "expected a mapping of names to values", f"write `{name}: {{enabled: true}}`"
        )
    command = name not in registry.options
    kind = registry.command_options if command else registry.options[name]
    if kind is None or (command and "command" not in entries):
        hint = suggest(name, registry.options) + ("" if registry.command_options is None else "; any other name needs a `command`")
        raise make_policy_error(block.key_positions.get(name, node.position), format_path(path), "unknown scanner", hint)
    if command and (name in RESERVED_NAMES or not COMMAND_NAME.fullmatch(name)):
        raise make_policy_error(
            block.key_positions.get(name, node.position),
            format_path(path),
            "not a valid name of a scanner",
            "use lower-case letters, digits and hyphens",
        )
    own = struct_fields(kind)
    for key in entries:
        if key not in COMMON_SCANNER_KEYS and key not in own:
            raise make_policy_error(
                node.key_positions[key], format_path((*path, key)), "unknown key", suggest(key, {*own, *COMMON_SCANNER_KEYS})
            )
    common = decode_node(_select_keys(node, COMMON_SCANNER_KEYS), policy_schema.ScannerBlock, path)
    options = decode_node(_select_keys(node, own.keys() - COMMON_SCANNER_KEYS), kind, path)
    enabled = _value_or(common.enabled, True)
    return ScannerSettings(name, bool(enabled), _value_or(common.timeout, timeout), options, command, enabled == AUTO)


def _select_keys(node: Node, names: Iterable[str]) -> Node:
    """The mapping with only those keys."""
    entries = node.value if isinstance(node.value, dict) else {}
    return Node({key: entries[key] for key in entries if key in set(names)}, node.position, node.key_positions)


def _parse_size(value: int | str) -> int:
    if isinstance(value, int):
        return value
    number, unit = re.fullmatch(r"([0-9]+) ?([A-Za-z]+)", value).groups()  # type: ignore[union-attr] # the type's pattern saw to it
    return int(number) * SIZE_UNITS[unit]


def _budget(budgets: policy_schema.BudgetBlock) -> Budget:
    """The general limits. Lowering a finding to info must not make it block, so an absent info has the limit of low."""
    limits = {Severity(name): _parse_limit(getattr(budgets, name), 0) for name in SEVERITIES}
    limits[Severity.INFO] = _parse_limit(budgets.info, limits[Severity.LOW])
    return Budget(tuple(limits.items()))


def _parse_limit(value: Any, otherwise: int | None) -> int | None:
    return otherwise if isinstance(value, UnsetType) else None if value == "unlimited" else int(value)


def _severity(entry: policy_schema.SeverityEntry) -> SeverityRule:
    path, reason = _value_or(entry.path, ""), _value_or(entry.reason, "")
    return SeverityRule(entry.rule, Severity(entry.severity), path, reason, _value_or(entry.history, None))


def _override(entry: policy_schema.OverrideEntry) -> BudgetOverride:
    named = [(Severity(name), getattr(entry, name)) for name in SEVERITIES]
    limits = tuple((severity, _parse_limit(value, None)) for severity, value in named if not isinstance(value, UnsetType))
    kind = None if isinstance(entry.kind, UnsetType) else FindingKind(entry.kind)
    fixable, history = _value_or(entry.fixable, None), _value_or(entry.history, None)
    return BudgetOverride(limits, kind, _value_or(entry.scanner, ""), _value_or(entry.path, ""), fixable, history)


def _unknown(tree: Node, said: PolicyBlocks) -> Severity:
    if isinstance(said.unknown, UnsetType):
        raise make_policy_error(tree.position, "unknown", "missing", "set the severity that UNKNOWN counts as: `unknown: high`")
    return Severity(said.unknown)


def _excludes(tree: Node, paths: policy_schema.PathsBlock) -> tuple[PathExclusion, ...]:
    entries = _value_or(paths.exclude, ())
    for index, entry in enumerate(entries):
        if isinstance(entry.scanners, UnsetType) and globs.matches(entry.path, CATCH_ALL_PROBE):
            _fail(
                tree,
                ("paths", "exclude", index, "path"),
                "this pattern excludes every file",
                "name a folder or a kind of file: `vendor/`",
            )
    return tuple(PathExclusion(entry.path, entry.reason, tuple(sorted(set(_value_or(entry.scanners, ()))))) for entry in entries)


def _allowed_gaps(tree: Node, entries: Iterable[policy_schema.AllowedGapEntry]) -> tuple[AllowedGap, ...]:
    found = [_allowed_gap(entry) for entry in entries]
    for index, gap in enumerate(found):
        _check_content(tree, ("coverage", "allowed-gaps", index), gap)
        if gap.kind in NEVER_ALLOWED and not _is_narrow(gap):
            what = f"a {gap.kind.value} is allowed only for one named scanner and a path"
            _fail(tree, ("coverage", "allowed-gaps", index), what, "add `scanner: NAME` without `*` and `path: FOLDER/`")
    return tuple(found)


def _allowed_gap(entry: policy_schema.AllowedGapEntry) -> AllowedGap:
    return AllowedGap(
        GapKind(entry.kind),
        entry.reason,
        _value_or(entry.scanner, ""),
        _value_or(entry.path, ""),
        _value_or(entry.language, ""),
        None if isinstance(entry.analysis, UnsetType) else Analysis(entry.analysis),
    )


def _check_content(tree: Node, path: DocumentPath, gap: AllowedGap) -> None:
    """An entry with a selector that can match nothing is a mistake: its author expects that it accepts something."""
    if gap.content_type and not any(matches_name(gap.content_type, name) for name in CONTENT_TYPES):
        name = gap.content_type.lower()
        near = [OTHER_NAMES[name]] if name in OTHER_NAMES else difflib.get_close_matches(name, CONTENT_TYPES, n=1)
        hint = f"did you mean `{near[0]}`? to list them: scangate scanners --types" if near else "scangate scanners --types"
        _fail(tree, (*path, "language"), f"unknown content type `{shorten(gap.content_type)}`", hint)
    for key, value in (("language", gap.content_type), ("analysis", gap.analysis)):
        if value and gap.kind not in KINDS_BY_SELECTOR[key]:
            kinds = " and ".join(sorted(kind.value for kind in KINDS_BY_SELECTOR[key]))
            _fail(tree, (*path, key), f"a gap of kind {gap.kind.value} has no such selector", f"`{key}` is for {kinds}")


def _is_narrow(gap: AllowedGap) -> bool:
    """Whether an entry is about one scanner and some paths, not about all."""
    return bool(gap.scanner and gap.path) and not set("*?[") & set(gap.scanner) and not globs.matches(gap.path, CATCH_ALL_PROBE)


def _exceptions(tree: Node, said: PolicyBlocks, today: dt.date) -> tuple[PolicyException, ...]:
    days = _value_or(said.exception_max_days, EXCEPTION_MAX_DAYS)
    last = today + dt.timedelta(days=days)
    entries: list[policy_schema.ExceptionEntry] = _value_or(said.exceptions, [])
    owners: list[str] = _value_or(said.exception_owner_names, [])
    for index, entry in enumerate(entries):
        if owners and not any(matches_name(name, entry.owner) for name in owners):
            what = "not one of the owners that the policy allows for an exception"
            _fail(tree, ("exceptions", index, "owner"), what, f"allowed: {', '.join(map(shorten, sorted(owners)))}")
        if entry.expires > last:
            what = f"more than {pluralize(days, 'day')} away, the most that the policy allows for an exception"
            _fail(tree, ("exceptions", index, "expires"), what, f"expires: {last.isoformat()}")
        if not isinstance(entry.follows, UnsetType) and (
            isinstance(entry.fingerprint, UnsetType) or isinstance(entry.rule, UnsetType) or "*" in entry.rule
        ):
            what = "only a finding selected by its fingerprint and its rule can be followed"
            _fail(tree, ("exceptions", index, "follows"), what, "write it with `scangate waive FINGERPRINT --verdict verdict.json`")
    return tuple(
        PolicyException(
            reason=entry.reason,
            owner=entry.owner,
            expires=entry.expires,
            rule=_value_or(entry.rule, ""),
            path=_value_or(entry.path, ""),
            fingerprint=_value_or(entry.fingerprint, ""),
            advisory=_value_or(entry.advisory, ""),
            history=_value_or(entry.history, None),
            follows=_follow(entry.follows),
        )
        for entry in entries
    )


def _follow(block: policy_schema.FollowsBlock | UnsetType) -> FollowedFinding | None:
    return None if isinstance(block, UnsetType) else FollowedFinding(block.path, block.content, _value_or(block.context, ""))


def _check_names(tree: Node, policy: Policy, registry: ScannerOptionTypes) -> None:
    """Every scanner that is named anywhere is one that there is: a typing error must not switch a rule off."""
    known = {*registry.options, *(setting.name for setting in policy.scanners), *SCANNERS_WITHOUT_BLOCK}
    excludes = [
        (("paths", "exclude", index, "scanners"), name) for index, entry in enumerate(policy.exclusions) for name in entry.scanners
    ]
    overrides = [(("budgets", "overrides", index, "scanner"), entry.scanner) for index, entry in enumerate(policy.overrides)]
    required = [(("coverage", "required"), name) for name in policy.required_scanners]
    named: list[tuple[DocumentPath, str]] = [*excludes, *overrides, *required]
    for path, name in named:
        if name and name not in known:
            _fail(tree, path, f"unknown scanner `{name}`", suggest(name, known))
