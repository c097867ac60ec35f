"""A policy shown is the policy: reading it again gives the same digest, and each value says where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.judge.policy import ExceptionOwners, UnusedExceptions
from scangate.judge.policy_dump import dump_policy
from tests.support.policy_builders import load_policy

FULL = """\
version: 1
name: mine
description: 'it''s: #1'
extends: production
scanners:
  bandit: {skips: [B101, "B1: #"], timeout: 30, threshold: 0.25}
  trivy: {command: [trivy, --format, sarif, "*"], version: "1.0"}
limits: {max-file-size: 2 MiB}
paths: {exclude: [{path: "a b/**", reason: "no: \\u2028 \\u00e9", scanners: [semgrep, bandit]}], excludable: [vendor/, "/a b/"]}
severity: [{rule: "bandit:*", severity: high, path: src/, reason: "true"}, {rule: b, severity: low, history: true}]
budgets:
  low: unlimited
  overrides:
    - {kind: code, scanner: bandit, path: tests/, low: 3}
    - {fixable: false, high: 1}
    - {kind: dependency, fixable: true, high: 0}
    - {history: true, path: tests/, high: 2}
    - {history: false, low: 1}
advisories: {wait-days: 3}
coverage:
  required: [trivy]
  allowed-gaps:
    - {kind: unpinned, scanner: pip*, path: x, reason: "123"}
    - {kind: not-analyzed, language: go, analysis: code, reason: r}
exceptions:
  - {rule: a, path: b, fingerprint: c, advisory: d, reason: "null", owner: "[o]", expires: 2026-12-01}
  - {rule: h, history: true, reason: r, owner: "[o]", expires: 2026-12-01}
exception-unused: fail
exception-owners: codeowners
codeowners: my/CODEOWNERS
exception-owner-names: ["[[]o]", "@a/*"]
never-excepted: [dependency, secret]
environments: {ci: {inline-suppressions: report, inline-until: optional}}
"""


@pytest.mark.parametrize("environment", [None, "ci"])
def test_dumped_policy_loads_to_the_same_policy(tmp_path: Path, environment: str | None) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "mine.yaml").write_text(FULL, encoding="utf-8")
    made = load_policy(str(tmp_path / "mine.yaml"), tmp_path / "tree", environment)
    shown = dump_policy(made)
    (tmp_path / "shown.yaml").write_text(shown, encoding="utf-8")
    again = load_policy(str(tmp_path / "shown.yaml"), tmp_path / "tree")
    assert (again.digest == made.digest) is (environment is None)  # the environment's name is part of the digest
    assert (again.inline_suppressions, again.inline_expiry) == (made.inline_suppressions, made.inline_expiry)
    assert (again.exception_unused, again.exception_owners, again.codeowners_path) == (
        UnusedExceptions.FAIL,
        ExceptionOwners.CODEOWNERS,
        "my/CODEOWNERS",
    )
    assert again.exception_owner_names == made.exception_owner_names
    assert (again.never_excepted, again.excludable_paths) == (made.never_excepted, made.excludable_paths)
    assert made.excludable_paths == ("/a b/", "vendor/")
    assert [entry.fixable for entry in made.overrides[-4:-2]] == [False, True]
    assert [entry.history for entry in made.overrides[-2:]] == [True, False]
    assert made.severity_rules[-1].history
    assert again.severity_rules == made.severity_rules
    assert {entry.history for entry in made.exceptions} == {None, True}
    assert (made.cool_down_days, again.cool_down_days) == (3, 3)
    assert (again.exceptions, again.scanners, again.overrides) == (made.exceptions, made.scanners, made.overrides)


def test_dump_shows_the_origin_of_each_value(tmp_path: Path) -> None:
    (tmp_path / "scangate.yaml").write_text("version: 1\nextends: strict\nbudgets: {medium: 3}\n")
    lines = dump_policy(load_policy(None, tmp_path)).splitlines()
    assert "  medium: 3  # scangate.yaml:3" in lines
    assert any(line.startswith("  high: 0  # policies/baseline.yaml:") for line in lines)
    assert "    timeout: 600  # default" in lines
    assert lines[1] == "# made of scangate.yaml, policies/strict.yaml, policies/baseline.yaml"
