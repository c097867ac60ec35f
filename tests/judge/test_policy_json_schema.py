"""The schema for editors: valid itself, and in agreement with the reader as far as one file shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from scangate.errors import PolicyError
from scangate.judge.policy_json_schema import build_policy_schema
from scangate.judge.policy_yaml import parse_policy_yaml
from tests.support.json_schema import complaints
from tests.support.policy_builders import SCANNERS, CommandOptions, Options, load_policy, to_plain

SCHEMA = build_policy_schema(dict.fromkeys(SCANNERS, Options), CommandOptions)
HEAD = "version: 1\nunknown: high\nscanners: {bandit: {}}\n"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert "$ref" not in SCHEMA


def test_without_command_blocks_an_unknown_scanner_is_refused() -> None:
    plainly = build_policy_schema(dict.fromkeys(SCANNERS, Options))
    assert complaints({"version": 1, "unknown": "high", "scanners": {"x": {"command": ["x"]}}}, plainly)


def test_options_that_share_a_name_are_kept_apart() -> None:
    blocks = SCHEMA["properties"]["scanners"]["properties"]
    assert set(blocks) == set(SCANNERS)
    assert set(blocks["bandit"]["properties"]) == {
        "enabled",
        "timeout",
        "skips",
        "front-end",
        "threshold",
        "entropy-exclude",
        "advisories",
        "max-age-days",
        "keep-days",
        "resolve",
    }


GOOD = [
    HEAD,
    "version: 1\nextends: strict\n",
    HEAD + "budgets: {critical: 0, high: unlimited, overrides: [{kind: secret, path: a/, low: 0}]}\n",
    HEAD + "exceptions: [{rule: a, reason: r, owner: o, expires: 2026-12-01}]\n",
    HEAD + "limits: {max-file-size: 10 MiB, timeout: 60}\n",
    HEAD + "budgets: {overrides: [{fixable: false, high: 3}, {fixable: true, kind: dependency, high: 0}]}\n",
    HEAD + "advisories: {wait-days: 0}\nenvironments: {dev: {advisories: {wait-days: 7}}}\n",
    HEAD.replace("{}", "{max-age-days: 0}"),
    HEAD.replace("{}", "{max-age-days: null}"),
    HEAD.replace("{}", "{keep-days: 0}"),
    HEAD + "limits: {max-file-size: 1000}\n",
    HEAD + "environments: {production: {budgets: {low: 0}, scanners: {semgrep: {enabled: true}}}}\n",
    HEAD + "coverage: {required: [bandit], allowed-gaps: [{kind: too-large, reason: r, path: '*.json'}]}\n",
    HEAD.replace("{}", "{enabled: true, timeout: 5, skips: [B1], front-end: ordinary, threshold: 1}"),
]
BAD = [
    "unknown: high\nscanners: {bandit: {}}\n",
    HEAD + "budgets: {overrides: [{fixable: sometimes, high: 3}]}\n",
    HEAD + "advisories: {wait-days: -1}\n",
    HEAD + "advisories: {wait: 1}\n",
    HEAD.replace("{}", "{max-age-days: -1}"),
    HEAD.replace("{}", "{keep-days: -1}"),
    HEAD.replace("{}", "{keep-days: null}"),
    "version: 2\nextends: strict\n",
    "version: true\nextends: strict\n",
    "version: 1\nscanners: {bandit: {}}\n",
    "version: 1\nunknown: high\n",
    HEAD + "only-new: true\n",
    HEAD + "budgets: {high: -1}\n",
    HEAD + "budgets: {high: many}\n",
    HEAD + "budgets: {high: true}\n",
    HEAD + "budgets: {overrides: [{high: 0}]}\n",
    HEAD + "budgets:\n",
    HEAD + "paths: {exclude: [{path: a}]}\n",
    HEAD + "paths: {exclude: [{path: a, reason: ' '}]}\n",
    HEAD + "paths: {exclude: [a]}\n",
    HEAD + "exceptions: [{rule: a, reason: r, owner: o}]\n",
    HEAD + "exceptions: [{reason: r, owner: o, expires: 2026-12-01}]\n",
    HEAD + "exceptions: [{rule: a, reason: r, owner: o, expires: 2026-02-30}]\n",
    HEAD + "limits: {max-file-size: 1 MB}\n",
    HEAD + "limits: {timeout: 0}\n",
    HEAD + "inline-suppressions: maybe\n",
    HEAD + "coverage: {allowed-gaps: [{kind: interrupted, reason: r}]}\n",
    HEAD + "environments: {dev: {extends: strict}}\n",
    HEAD + "environments: {'a b': {}}\n",
    HEAD.replace("{}", "{skip: []}"),
    HEAD.replace("{}", "{timeout: x}"),
    HEAD.replace("bandit: {}", "ruff: {comand: [x]}"),
]


@pytest.mark.parametrize("text", GOOD)
def test_both_accept(text: str, tmp_path: Path) -> None:
    (tmp_path / "scangate.yaml").write_text(text)
    assert load_policy(None, tmp_path)
    assert complaints(to_plain(parse_policy_yaml(text.encode(), "p")), SCHEMA) == []


@pytest.mark.parametrize("text", BAD)
def test_both_refuse(text: str, tmp_path: Path) -> None:
    (tmp_path / "scangate.yaml").write_text(text)
    with pytest.raises(PolicyError):
        load_policy(None, tmp_path)
    assert complaints(to_plain(parse_policy_yaml(text.encode(), "p")), SCHEMA)
