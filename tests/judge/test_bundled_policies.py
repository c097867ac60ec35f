"""The bundled policies: each stricter than the one before, each usable as a parent, each as its table says."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate import assets
from scangate.judge.evaluation import evaluate
from scangate.judge.policy import InlineExpiry, InlineSuppressions, NewSuppressions, Policy
from scangate.judge.policy_files import list_bundled_policies
from scangate.judge.policy_floor import find_loosenings
from scangate.judge.policy_json_schema import build_policy_schema
from scangate.judge.policy_yaml import parse_policy_yaml
from scangate.model import NEVER_ALLOWED, FindingKind, Gap, GapKind, Outcome, ScanResult, Severity, Targets
from tests.support import policy_builders
from tests.support.json_schema import complaints
from tests.support.policy_builders import (
    SCANNERS,
    TARGETS,
    TODAY,
    CommandOptions,
    Options,
    load_policy,
    make_finding,
    make_result,
    rank_outcome,
    to_plain,
)

LADDER = ("baseline", "strict", "dev", "qa", "staging", "production")
NOWHERE = Path("/nowhere")
RUNGS = {name: load_policy(name, NOWHERE) for name in LADDER}
FOLDER = assets.folder("policies")


def table() -> dict[str, dict[str, str]]:
    """The table in baseline's comment: gap kind to policy to word."""
    lines = [line.lstrip("# ").split() for line in (FOLDER / "baseline.yaml").read_text(encoding="utf-8").splitlines()]
    kinds = {kind.value for kind in GapKind}
    head = next(line for line in lines if tuple(line) == LADDER)
    return {line[0]: dict(zip(head, line[1:], strict=False)) for line in lines if line and line[0] in kinds}


@pytest.mark.smoke
def test_they_are_all_there() -> None:
    assert list_bundled_policies() == tuple(sorted(LADDER))
    for name, made in RUNGS.items():
        chain = LADDER[: LADDER.index(name) + 1]
        assert made.name == name
        assert (made.sources, made.in_tree) == (tuple(f"policies/{each}.yaml" for each in reversed(chain)), False)
        always = tuple(each.name for each in made.scanners if each.enabled and not each.if_installed)
        assert always == made.required_scanners == SCANNERS
        assert {each.name for each in made.scanners if each.if_installed} == {"betterleaks", "credsweeper", "osv", "zizmor"}
        assert made.description


def limits(name: str) -> dict[str, int | None]:
    return {severity.value: limit for severity, limit in RUNGS[name].budget.limits}


def test_the_values_that_the_policies_differ_in() -> None:
    """All others are baseline's; these were the values when each policy was a file of its own."""
    assert {severity: [limits(name)[severity] for name in LADDER] for severity in limits("baseline")} == {
        "critical": [0] * 6,
        "high": [0] * 6,
        "medium": [None, 20, 10, 5, 0, 0],
        "low": [None] * 5 + [20],
        "info": [None] * 6,
    }
    differing = {
        "cool_down_days": [0] * 6,
        "exception_max_days": [365, 365, 180, 180, 90, 30],
        "new_only": [True] * 5 + [False],
        "baseline_ratchet": [False] * 3 + [True] * 3,
        "signed_cache_only": [False] * 5 + [True],
        "unknown_severity": [Severity.HIGH] * 5 + [Severity.CRITICAL],
        "inline_suppressions": [InlineSuppressions.REPORT] * 4 + [InlineSuppressions.DENY] * 2,
        "inline_expiry": [InlineExpiry.OPTIONAL] * 4 + [InlineExpiry.REQUIRED] * 2,
        "new_suppressions": [NewSuppressions.ALLOW] * 3 + [NewSuppressions.DENY] * 3,
    }
    assert {field: [getattr(RUNGS[name], field) for name in LADDER] for field in differing} == differing
    assert [len(RUNGS[name].allowed_gaps) for name in LADDER] == [4, 2, 2, 1, 1, 1]
    assert [len(RUNGS[name].overrides) for name in LADDER] == [15, 15, 15, 15, 15, 16]
    assert all(limit == 0 for name in LADDER[1:] for each in RUNGS[name].overrides for _, limit in each.limits)
    own = {*differing, "name", "description", "digest", "sources", "locations", "folders", "budget", "overrides", "allowed_gaps"}
    for field in {each.name for each in msgspec.structs.fields(Policy)} - own:
        assert len({repr(getattr(RUNGS[name], field)) for name in LADDER}) == 1, field


@pytest.mark.parametrize(("below", "above"), list(pairwise(LADDER)))
def test_bundled_policies_are_increasingly_strict(below: str, above: str) -> None:
    assert find_loosenings(RUNGS[below], RUNGS[above]) == ()
    assert find_loosenings(RUNGS[above], RUNGS[below]) != ()


@st.composite
def scans(draw: st.DrawFn) -> tuple[ScanResult, ...]:
    """Scans that all four ran in, with few gaps, so that the policies differ."""
    made = []
    for name in SCANNERS:
        own = draw(st.lists(policy_builders.findings.filter(lambda each: each.severity < Severity.HIGH), max_size=7))
        gaps = draw(
            st.lists(
                st.sampled_from([GapKind.TOO_LARGE, GapKind.UNPINNED]).map(lambda kind: Gap("x", "a.py", kind, "r")), max_size=1
            )
        )
        made.append(make_result(name, own, gaps))
    return tuple(made)


@settings(max_examples=60, deadline=None)
@given(st.one_of(scans(), policy_builders.results()), policy_builders.targets)
def test_going_up_never_improves(results: tuple[ScanResult, ...], targets: Targets) -> None:
    """But for findings that moved: only a policy that is less strict for the previous path has a reason not to know them."""
    results = tuple(
        msgspec.structs.replace(each, findings=tuple(msgspec.structs.replace(found, previous_path="") for found in each.findings))
        for each in results
    )
    ranks = [rank_outcome(evaluate(results, targets, RUNGS[name], TODAY)) for name in LADDER]
    assert ranks == sorted(ranks)


SCANS: dict[str, list[ScanResult]] = {
    "strict": [make_result("bandit", [make_finding(severity=Severity.MEDIUM, line=line) for line in range(1, 22)])],
    "dev": [make_result("bandit", [make_finding(severity=Severity.MEDIUM, line=line) for line in range(1, 12)])],
    "qa": [make_result("bandit", gaps=[Gap("pip-audit", "a.py", GapKind.UNPINNED, "r")])],
    "staging": [make_result("bandit", [make_finding(waiver="# nosec")])],
    "production": [make_result("bandit", [make_finding(severity=Severity.LOW, kind=FindingKind.SECRET)])],
}


@pytest.mark.parametrize("name", SCANS)
def test_a_scan_that_passes_below_and_not_here(name: str) -> None:
    scan = SCANS[name] + [make_result(scanner) for scanner in SCANNERS[1:]]
    below = LADDER[LADDER.index(name) - 1]
    assert evaluate(scan, TARGETS, RUNGS[below], TODAY).outcome is Outcome.PASS
    assert evaluate(scan, TARGETS, RUNGS[name], TODAY).outcome is not Outcome.PASS


@pytest.mark.parametrize("name", LADDER)
@pytest.mark.parametrize("kind", list(GapKind))
def test_table_covers_every_gap_kind(name: str, kind: GapKind) -> None:
    scan = [make_result("bandit", gaps=[Gap("bandit", "a.py", kind, "r")]), *(make_result(scanner) for scanner in SCANNERS[1:])]
    passes = evaluate(scan, TARGETS, RUNGS[name], TODAY).outcome is Outcome.PASS
    assert table()[kind.value][name] == ("allowed" if passes else "counts")
    assert not (passes and kind in NEVER_ALLOWED)


@pytest.mark.parametrize("name", LADDER)
def test_secret_finding_fails(name: str) -> None:
    scan = [
        make_result("detect-secrets", [make_finding("detect-secrets:x", Severity.MEDIUM, kind=FindingKind.SECRET)]),
        *map(make_result, SCANNERS),
    ]
    assert evaluate(scan, TARGETS, RUNGS[name], TODAY).outcome is Outcome.FAIL


@pytest.mark.parametrize("name", LADDER)
def test_each_fits_the_schema(name: str) -> None:
    document = to_plain(parse_policy_yaml((FOLDER / f"{name}.yaml").read_bytes(), name))
    assert complaints(document, build_policy_schema(dict.fromkeys((*SCANNERS, "osv"), Options), CommandOptions)) == []
    assert document.get("extends", "baseline") in LADDER


@pytest.mark.parametrize("name", LADDER)
def test_bundled_policy_can_be_extended(name: str, tmp_path: Path) -> None:
    last = TODAY + dt.timedelta(RUNGS[name].exception_max_days)
    text = f"version: 1\nextends: {name}\npaths: {{exclude: [{{path: vendor/, reason: not ours}}]}}\n"
    text += f"exceptions: [{{rule: 'bandit:B101', reason: r, owner: o, expires: {last}}}]\n"
    (tmp_path / "scangate.yaml").write_text(text)
    made = load_policy(None, tmp_path)
    assert [entry.path for entry in made.exclusions] == ["vendor/"]
    assert len(made.exceptions) == 1
    assert made.budget == RUNGS[name].budget
