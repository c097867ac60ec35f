"""Places: which lines of a policy a ruling follows from."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.judge.evaluation import evaluate
from scangate.judge.places import places
from scangate.model import Finding, FindingKind, Severity
from tests.support.policy_builders import TARGETS, TODAY, load_policy, make_finding, make_result

POLICY = """\
version: 1
extends: baseline
paths:
  exclude: [{path: vendor/, reason: not ours}]
severity:
  - {rule: "bandit:B602", path: src/, severity: low}
budgets:
  low: 3
  overrides:
    - {kind: secret, path: src/, high: 7}
exceptions:
  - {rule: "bandit:B999", reason: r, owner: o, expires: 2026-11-22}
"""
BASELINE = load_policy("baseline", Path("/nowhere"))
"""The entries of a parent come before one's own."""


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            make_finding("bandit:B602", path="src/b.py"),
            [(f"severity[{len(BASELINE.severity_rules)}]", ":6"), ("budgets.low", ":8")],
        ),
        (
            make_finding("semgrep:x", kind=FindingKind.SECRET, path="src/b.py"),
            [(f"budgets.overrides[{len(BASELINE.overrides)}].high", ":10")],
        ),
        (make_finding("bandit:B999"), [("exceptions[0]", ":12")]),
        (make_finding("bandit:B1", path="vendor/b.py"), [("paths.exclude[0]", ":4")]),
        (make_finding("bandit:B1", Severity.UNKNOWN), [("unknown", ""), ("budgets.high", "")]),
        (make_finding("bandit:B1", waiver="# nosec"), [("inline-suppressions", "")]),
    ],
)
def test_a_ruling_is_traced_to_the_lines_that_made_it(found: Finding, said: list[tuple[str, str]], tmp_path: Path) -> None:
    """The line in the policy's own file; what it leaves to its parent is named by the parent's file."""
    (tmp_path / "scangate.yaml").write_text(POLICY)
    policy = load_policy(None, tmp_path)
    (ruling,) = evaluate([make_result(findings=[found])], TARGETS, policy, TODAY).rulings
    traced = places(ruling, policy)
    assert [path for path, _ in traced] == [path for path, _ in said]
    for (_, origin), (_, line) in zip(traced, said, strict=True):
        assert origin.endswith(f"scangate.yaml{line}") if line else origin.startswith("policies/baseline.yaml:")
