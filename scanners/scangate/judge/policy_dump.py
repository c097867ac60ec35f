"""Dumps a resolved policy as YAML, each value with the file and line that sets it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scangate.judge.decode import DocumentPath, format_path
from scangate.judge.policy import AUTO, AllowedGap, Budget, BudgetOverride, Policy

PLAIN_SCALAR = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
YAML_KEYWORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
SORTED_LISTS = frozenset(
    {"required", "excludable", "exception-owner-names", "never-excepted"}
)  # lists that are sorted when resolved, so that their places no longer match


def dump_policy(policy: Policy) -> str:
    """The policy as a file that extends nothing: reading it gives the same digest (plain, without an environment)."""
    head = [f"# {policy.name}" + (f" in {policy.environment}" if policy.environment else "") + f", digest {policy.digest}"]
    head += [f"# made of {', '.join(policy.sources)}"] if policy.sources else []
    lines = [line for key, value in _document(policy).items() for line in _lines(key, value, (key,), policy)]
    return "\n".join([*head, *lines]) + "\n"


def _document(policy: Policy) -> dict[str, Any]:
    """The policy in the shape of a file, in the order of the documentation."""
    described = {"description": policy.description} if policy.description else {}
    return {
        "version": 1,
        "name": policy.name,
        **described,
        "scanners": {entry.name: _scanner(entry) for entry in policy.scanners},
        "paths": {
            "exclude": [_set_fields(entry, "path", "scanners", "reason") for entry in policy.exclusions],
            "excludable": list(policy.excludable_paths),
        },
        "limits": {"max-file-size": policy.max_file_size, "timeout": policy.timeout},
        "severity": [_set_fields(entry, "rule", "path", "history", "severity", "reason") for entry in policy.severity_rules],
        "budgets": {**_limits(policy.budget), "overrides": [_override(entry) for entry in policy.overrides]},
        "unknown": policy.unknown_severity.value,
        "new-only": policy.new_only,
        "baseline": {"ratchet": policy.baseline_ratchet},
        "advisories": {"wait-days": policy.cool_down_days},
        "cache": {"keyed-only": policy.signed_cache_only},
        "coverage": {
            "required": list(policy.required_scanners),
            "allowed-gaps": list(map(_allowed_gap, policy.allowed_gaps)),
        },
        "exceptions": [
            _set_fields(entry, "rule", "path", "fingerprint", "advisory", "history", "follows", "reason", "owner", "expires")
            for entry in policy.exceptions
        ],
        "exception-max-days": policy.exception_max_days,
        "exception-unused": policy.exception_unused.value,
        "exception-owners": policy.exception_owners.value,
        **({"codeowners": policy.codeowners_path} if policy.codeowners_path else {}),
        "exception-owner-names": list(policy.exception_owner_names),
        "never-excepted": [kind.value for kind in policy.never_excepted],
        "inline-suppressions": policy.inline_suppressions.value,
        "inline-until": policy.inline_expiry.value,
        "new-suppressions": policy.new_suppressions.value,
        "submodules": policy.submodules.value,
    }


def _scanner(entry: Any) -> dict[str, Any]:
    options = msgspec.to_builtins(entry.options)
    given = {key: value for key, value in options.items() if value is not None}
    return {"enabled": AUTO if entry.if_installed else entry.enabled, "timeout": entry.timeout, **given}


def _set_fields(entry: Any, *names: str) -> dict[str, Any]:
    """The fields that are set, as plain values."""
    return {
        name: msgspec.to_builtins(getattr(entry, name)) for name in names if getattr(entry, name) or getattr(entry, name) is False
    }


def _limits(budget: Budget) -> dict[str, Any]:
    return {severity.value: "unlimited" if limit is None else limit for severity, limit in budget.limits}


def _allowed_gap(entry: AllowedGap) -> dict[str, Any]:
    language = {"language": entry.content_type} if entry.content_type else {}
    return {**_set_fields(entry, "kind", "scanner"), **language, **_set_fields(entry, "analysis", "path", "reason")}


def _override(entry: BudgetOverride) -> dict[str, Any]:
    return {**_set_fields(entry, "kind", "scanner", "path", "fixable", "history"), **_limits(entry)}


def _lines(key: str, value: Any, path: DocumentPath, policy: Policy) -> Iterator[str]:
    """The lines of one entry of a mapping."""
    if isinstance(value, (Mapping, list, tuple)) and value:
        yield f"{format_scalar(key)}:"
        for line in _inner(value, path, policy):
            yield f"  {line}"
    else:
        empty = "{}" if isinstance(value, Mapping) else "[]"
        text = empty if isinstance(value, (Mapping, list, tuple)) else format_scalar(value)
        yield f"{format_scalar(key)}: {text}{_origin(path, policy, value)}"


def _inner(value: Any, path: DocumentPath, policy: Policy) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _lines(str(key), item, (*path, str(key)), policy)
        return
    for index, item in enumerate(value):
        if isinstance(item, Mapping) and item:
            for number, line in enumerate(_inner(item, (*path, index), policy)):
                yield f"{'- ' if number == 0 else '  '}{line}"
        else:
            yield f"- {format_scalar(item)}{_origin((*path, index), policy, item)}"


def _origin(path: DocumentPath, policy: Policy, value: Any) -> str:
    """A comment with the file and line that set a value, or ``default``."""
    if isinstance(value, (Mapping, list, tuple)) or SORTED_LISTS & set(path) or path[-1] in ("version", "name", "description"):
        return ""
    if isinstance(path[-1], int) and path[-2] == "scanners":
        return ""
    location = policy.locate(format_path(path))
    return f"  # {location.file}:{location.line}" if location.file else "  # default"


def format_scalar(value: Any) -> str:
    """A plain value; text in quotes unless it can be nothing else."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if not isinstance(value, str):
        return str(value)
    if PLAIN_SCALAR.fullmatch(value) and value.lower() not in YAML_KEYWORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(f"\\u{ord(sign):04x}" if sign in "\x85\xa0\u2028\u2029\ufeff" else sign for sign in quoted)
