"""A floor bounds a policy that does not extend it: nothing of it is looser, and nothing of the policy is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from scangate.errors import PolicyError
from scangate.judge.evaluation import evaluate
from scangate.judge.policy import NewSuppressions, Policy
from scangate.judge.policy_bound import bound_policy
from scangate.judge.policy_dump import dump_policy
from scangate.judge.policy_files import list_bundled_policies
from scangate.judge.policy_floor import Loosening, find_loosenings
from scangate.model import FindingKind, IgnoreComment, NoteKind, RulingOutcome, ScanResult, Severity, Targets
from tests.support import policy_builders
from tests.support.policy_builders import (
    TARGETS,
    TODAY,
    load_policy,
    make_exception,
    make_finding,
    make_policy,
    make_result,
    rank_outcome,
)

OURS = IgnoreComment(1, "scangate: ignore[detect-secrets:x] -- a sample", ("detect-secrets:x",), "", "")
HEAD = "version: 1\nextends: baseline\n"
FLOOR = """\
version: 1
name: house
extends: strict
paths: {excludable: [vendor/, /third_party/]}
exception-max-days: 90
exception-owner-names: ["@acme/security", "*@acme.example"]
never-excepted: [secret]
new-suppressions: deny
budgets: {medium: 5}
"""
IN_TIME, LATE = "2026-12-31", "2027-06-30"


def bounded(root: Path, text: str, floor: str = FLOOR) -> Policy:
    """The policy ``text`` of a tree, bounded by a floor outside it."""
    (root / "floor.yaml").write_text(floor, encoding="utf-8")
    (root / "tree").mkdir(exist_ok=True)
    (root / "tree" / "scangate.yaml").write_text(text, encoding="utf-8")
    under = load_policy(str(root / "floor.yaml"), root / "tree")
    policy = load_policy(None, root / "tree")
    return bound_policy(under, policy, {"scangate.yaml"}, TODAY)


def refused(root: Path, text: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        bounded(root, HEAD + text)
    return caught.value


def without_exceptions(found: Iterable[Loosening]) -> list[Loosening]:
    return [each for each in found if each.path[0] != "exceptions"]


LOOSER = [
    ("budgets: {high: 1}", "scangate.yaml:3: budgets.high: 1, where the floor has 0"),
    ("budgets: {critical: unlimited, high: unlimited}", "and 1 more place"),
    ("budgets: {overrides: [{path: src/, high: 5}]}", "an additional budget of 5 high findings"),
    ("severity: [{rule: 'bandit:*', severity: low}]", "a severity with a budget"),
    ("unknown: low", "unknown: low, where the floor has high"),
    ("scanners: {semgrep: {enabled: false}}", "scanners.semgrep.enabled: switched off"),
    ("scanners: {bandit: {timeout: 5}}", "scanners.bandit.timeout"),
    ("coverage: {allowed-gaps: [{kind: crash, scanner: bandit, path: x/, reason: r}]}", "an allowed gap"),
    ("limits: {max-file-size: 10 KiB}", "limits.max-file-size"),
    ("new-suppressions: allow", "new-suppressions: allow, where the floor has deny"),
    ("inline-suppressions: allow", "inline-suppressions: allow, where the floor has report"),
    ("exception-max-days: 91", "exception-max-days: 91"),
    ("paths: {exclude: [{path: src/, reason: r}]}", "an excluded path"),
    ("paths: {exclude: [{path: third_party/, reason: r}]}", "an excluded path"),  # at any depth, not only at the top
    ("paths: {exclude: [{path: '**/vendor/', reason: r}]}", "an excluded path"),
    ("paths: {exclude: [{path: vendor, reason: r}]}", "an excluded path"),  # also a file of that name
    ("paths: {excludable: [src/]}", "paths.excludable: src/"),
    ("exception-owner-names: ['*']", "exception-owner-names"),
    (f"exceptions: [{{rule: a, reason: r, owner: me, expires: {IN_TIME}}}]", "an owner like *@acme.example or @acme/security"),
    (f"exceptions: [{{rule: a, reason: r, owner: me@acme.example, expires: {LATE}}}]", "at most 90 days"),
]


@pytest.mark.parametrize(("text", "message"), LOOSER)
def test_what_a_policy_says_itself_may_not_be_looser(tmp_path: Path, text: str, message: str) -> None:
    error = refused(tmp_path, text)
    assert error.message.startswith("scangate.yaml:3: ")
    assert message in error.message
    assert "floor house" in error.message
    assert error.hint


def test_every_place_is_named(tmp_path: Path) -> None:
    text = "budgets: {high: 1, critical: 2}\nunknown: low\nnew-suppressions: allow"
    assert refused(tmp_path, text).message.count("scangate.yaml:") == 4


TIGHTER = [
    "budgets: {medium: 3, low: 0}",
    "budgets: {overrides: [{path: src/, high: 0}]}",
    "unknown: critical",
    "coverage: {required: [bandit]}",
    "scanners: {bandit: {timeout: 700}}",
    "new-suppressions: deny",
    "inline-suppressions: deny",
    "exception-max-days: 30",
    "paths: {exclude: [{path: vendor/, reason: r}, {path: vendor/lib/x.py, reason: r}, {path: /third_party/y/, reason: r}]}",
    "paths: {excludable: [vendor/]}",
    "exception-owner-names: ['@acme/security']",
    f"exceptions: [{{rule: a, reason: r, owner: me@acme.example, expires: {IN_TIME}}}]",
    "never-excepted: [dependency]",
]


@pytest.mark.parametrize("text", TIGHTER)
def test_what_is_as_strict_is_kept(tmp_path: Path, text: str) -> None:
    policy = bounded(tmp_path, HEAD + text + "\n")
    assert without_exceptions(find_loosenings(load_policy(None, tmp_path / "tree"), policy)) == []
    floor = load_policy(str(tmp_path / "floor.yaml"), tmp_path / "tree")
    assert without_exceptions(find_loosenings(floor, policy)) == []


def test_what_a_policy_leaves_open_becomes_as_strict_as_the_floor(tmp_path: Path) -> None:
    policy = bounded(tmp_path, HEAD + f"exceptions: [{{rule: a, reason: r, owner: '@acme/security', expires: {IN_TIME}}}]\n")
    assert policy.budget.limit(Severity.MEDIUM) == 5
    assert policy.new_suppressions is NewSuppressions.DENY
    assert (policy.exception_max_days, policy.never_excepted) == (90, (FindingKind.SECRET,))
    assert [entry.rule for entry in policy.exceptions] == ["a"]
    assert policy.locate("budgets.medium").file.endswith("floor.yaml")
    assert policy.locate("exceptions[0]").file == "scangate.yaml"
    plain = load_policy(None, tmp_path / "tree")
    assert (policy.name, policy.digest != plain.digest) == (plain.name, True)
    (tmp_path / "shown.yaml").write_text(dump_policy(policy), encoding="utf-8")
    assert load_policy(str(tmp_path / "shown.yaml"), tmp_path / "tree").digest == policy.digest


def test_a_policy_that_extends_nothing_gets_the_floor_s_scanners(tmp_path: Path) -> None:
    policy = bounded(tmp_path, "version: 1\nunknown: high\nscanners: {bandit: {enabled: true}}\ncoverage: {required: [bandit]}\n")
    floor = load_policy(str(tmp_path / "floor.yaml"), tmp_path / "tree")
    assert set(policy.enabled_scanners()) == set(floor.enabled_scanners())
    assert policy.required_scanners == floor.required_scanners


@pytest.mark.parametrize("floor", list_bundled_policies())
@pytest.mark.parametrize("name", list_bundled_policies())
def test_bundled_policies_bound_each_other(floor: str, name: str, tmp_path: Path) -> None:
    under, policy = load_policy(floor, tmp_path), load_policy(name, tmp_path)
    both = bound_policy(under, policy, frozenset(), TODAY)
    assert find_loosenings(under, both) == ()
    assert find_loosenings(policy, both) == ()


@settings(max_examples=80, deadline=None)
@given(policy_builders.policies, policy_builders.policies, policy_builders.results(), policy_builders.targets)
def test_the_verdict_is_never_better_than_by_the_policy_or_by_the_floor(
    floor: Policy, policy: Policy, results: tuple[ScanResult, ...], targets: Targets
) -> None:
    policy = msgspec.structs.replace(policy, exceptions=())
    try:
        both = bound_policy(floor, policy, frozenset(), TODAY)
    except PolicyError:
        return  # refused is never a pass
    assert find_loosenings(floor, both) == ()
    rank = rank_outcome(evaluate(results, targets, both, TODAY))
    assert rank >= rank_outcome(evaluate(results, targets, floor, TODAY))
    assert rank >= rank_outcome(evaluate(results, targets, policy, TODAY))


def test_no_exception_accepts_a_kind_that_is_never_excepted() -> None:
    secret = make_finding(rule="detect-secrets:x", kind=FindingKind.SECRET, severity=Severity.HIGH)
    code = make_finding(rule="bandit:x", severity=Severity.HIGH)
    policy = make_policy(never_excepted=(FindingKind.SECRET,), exceptions=(make_exception(path="**"),))
    verdict = evaluate([make_result("bandit", [code]), make_result("detect-secrets", [secret])], TARGETS, policy, TODAY)
    outcomes = {ruling.finding.kind: ruling.outcome for ruling in verdict.rulings}
    assert outcomes == {FindingKind.SECRET: RulingOutcome.BLOCKING, FindingKind.CODE: RulingOutcome.SUPPRESSED}
    (blocking,) = [ruling for ruling in verdict.rulings if ruling.outcome is RulingOutcome.BLOCKING]
    assert [note.kind for note in blocking.decision.notes] == [NoteKind.EXCEPTION_NEVER]
    assert [note.kind for note in verdict.notes] == [NoteKind.EXCEPTION_NEVER]


@pytest.mark.parametrize("comment", [{"waiver": "# pragma: allowlist secret"}, {"ignore_comments": (OURS,)}])
def test_no_comment_accepts_a_kind_that_is_never_excepted(comment: dict[str, Any]) -> None:
    secret = make_finding(rule="detect-secrets:x", kind=FindingKind.SECRET, severity=Severity.HIGH, **comment)
    policy = make_policy(never_excepted=(FindingKind.SECRET,))
    verdict = evaluate([make_result("bandit"), make_result("detect-secrets", [secret])], TARGETS, policy, TODAY)
    (ruling,) = verdict.rulings
    assert ruling.outcome is RulingOutcome.BLOCKING
    assert [(note.kind, note.location.path) for note in ruling.decision.notes] == [(NoteKind.COMMENTS_DENIED, "never-excepted")]
    free = evaluate([make_result("bandit"), make_result("detect-secrets", [secret])], TARGETS, make_policy(), TODAY)
    assert [each.outcome for each in free.rulings] == [RulingOutcome.SUPPRESSED]


def test_the_owner_of_an_exception_has_one_of_the_names(tmp_path: Path) -> None:
    text = "exception-owner-names: ['@acme/*']\nexceptions: [{{rule: a, reason: r, owner: '{}', expires: 2026-12-01}}]\n"
    (tmp_path / "scangate.yaml").write_text(HEAD + text.format("@acme/team"))
    assert load_policy(None, tmp_path).exceptions[0].expires == dt.date(2026, 12, 1)
    (tmp_path / "scangate.yaml").write_text(HEAD + text.format("@other/team"))
    with pytest.raises(PolicyError, match=r"scangate.yaml:4:\d+: exceptions\[0\].owner: not one of the owners"):
        load_policy(None, tmp_path)
