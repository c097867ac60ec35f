"""What "tighter" means: each field by hand, and the proof that nothing it lets through makes a verdict better."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.judge.evaluation import evaluate
from scangate.judge.policy import (
    AllowedGap,
    BudgetOverride,
    ExceptionOwners,
    InlineExpiry,
    InlineSuppressions,
    NewSuppressions,
    PathExclusion,
    Policy,
    ScannerSettings,
    SeverityRule,
    Submodules,
    UnusedExceptions,
)
from scangate.judge.policy_floor import find_loosenings
from scangate.model import Analysis, FindingKind, GapKind, ScanResult, Severity, Targets
from tests.support import policy_builders
from tests.support.policy_builders import TODAY, Options, make_budget, make_exception, make_policy, rank_outcome

CRASH, TIMEOUT = GapKind.CRASH, GapKind.TIMEOUT
HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
BANDIT = ScannerSettings("bandit", True, 600, Options())


def aged(days: int | None, **more: Any) -> tuple[ScannerSettings, ...]:
    return (ScannerSettings("pip-audit", True, 600, Options(max_age_days=days, **more)),)


def over(severity: Severity, limit: int | None, path: str = "src/") -> BudgetOverride:
    return BudgetOverride(((severity, limit),), path=path)


def unfixed(limit: int, fixable: bool | None = False) -> BudgetOverride:
    return BudgetOverride(((HIGH, limit),), fixable=fixable)


def of_history(limit: int, history: bool | None = True) -> BudgetOverride:
    return BudgetOverride(((HIGH, limit),), history=history)


def ignored(content_type: str = "", analysis: Analysis | None = None, path: str = "") -> AllowedGap:
    return AllowedGap(GapKind.NOT_ANALYZED, "r", path=path, content_type=content_type, analysis=analysis)


# field, floor's value, a value at least as tight, a looser one
CASES: list[tuple[str, Any, Any, Any]] = [
    ("budget", make_budget(high=2), make_budget(high=1), make_budget(high=3)),
    ("new_only", False, False, True),
    ("baseline_ratchet", True, True, False),
    ("budget", make_budget(high=2), make_budget(high=2), make_budget(high=None)),
    ("overrides", (), (over(HIGH, 0),), (over(HIGH, 1),)),
    ("overrides", (), (over(LOW, 5),), (over(HIGH, None),)),
    ("overrides", (over(HIGH, 3),), (over(HIGH, 2),), (over(HIGH, 4),)),
    ("overrides", (over(HIGH, 0),), (over(HIGH, 0), over(MEDIUM, 0)), (over(HIGH, 0, "lib/"),)),
    ("unknown_severity", MEDIUM, HIGH, LOW),
    ("unknown_severity", LOW, MEDIUM, Severity.INFO),
    ("severity_rules", (), (SeverityRule("a", HIGH),), (SeverityRule("a", LOW),)),
    ("severity_rules", (SeverityRule("a", LOW),), (SeverityRule("a", HIGH),), ()),
    ("exceptions", (), (), (make_exception(rule="a"),)),
    ("exceptions", (make_exception(rule="a"),), (make_exception(rule="a", path="src/"),), (make_exception(rule="b"),)),
    ("exceptions", (make_exception(rule="a"),), (), (make_exception(rule="a", expires=TODAY + dt.timedelta(61)),)),
    ("exclusions", (PathExclusion("a/", "r"),), (PathExclusion("a/", "other", ("bandit",)),), (PathExclusion("b/", "r"),)),
    ("exclusions", (PathExclusion("a/", "r", ("bandit",)),), (), (PathExclusion("a/", "r"),)),
    ("allowed_gaps", (AllowedGap(CRASH, "r"),), (AllowedGap(CRASH, "r", "b", "c"),), (AllowedGap(TIMEOUT, "r"),)),
    ("allowed_gaps", (AllowedGap(CRASH, "r", "b"),), (), (AllowedGap(CRASH, "r"),)),
    ("allowed_gaps", (ignored(),), (ignored("go", Analysis.CODE),), (ignored(), AllowedGap(CRASH, "r"))),
    ("allowed_gaps", (ignored("go"),), (ignored("go", Analysis.CODE),), (ignored("rust"),)),
    ("allowed_gaps", (ignored("go"),), (ignored("go", path="cmd/"),), (ignored(),)),
    ("allowed_gaps", (ignored("go", Analysis.CODE),), (ignored("go", Analysis.CODE),), (ignored("go"),)),
    ("allowed_gaps", (ignored("", Analysis.CODE),), (ignored("go", Analysis.CODE),), (ignored("go", Analysis.SECRETS),)),
    ("required_scanners", ("bandit",), ("bandit", "semgrep"), ("semgrep",)),
    ("scanners", (BANDIT,), (BANDIT, ScannerSettings("x", True, 1, None)), ()),
    ("scanners", (BANDIT,), (BANDIT,), (msgspec.structs.replace(BANDIT, if_installed=True),)),
    (
        "scanners",
        (msgspec.structs.replace(BANDIT, if_installed=True),),
        (BANDIT,),
        (msgspec.structs.replace(BANDIT, enabled=False),),
    ),
    (
        "scanners",
        (BANDIT,),
        (ScannerSettings("bandit", True, 700, Options()),),
        (ScannerSettings("bandit", False, 600, Options()),),
    ),
    ("scanners", (BANDIT,), (BANDIT,), (ScannerSettings("bandit", True, 600, Options(("B1",))),)),
    ("scanners", (BANDIT,), (BANDIT,), (ScannerSettings("bandit", True, 599, Options()),)),
    ("scanners", aged(30), aged(7), aged(31)),
    ("scanners", aged(30), aged(30), aged(None)),
    ("scanners", aged(None), aged(30), aged(30, advisories="local")),
    ("overrides", (unfixed(3),), (unfixed(2),), (unfixed(3, None),)),
    ("overrides", (unfixed(3),), (unfixed(3), unfixed(0, True)), (unfixed(3, True),)),
    ("overrides", (of_history(3),), (of_history(2),), (of_history(3, None),)),
    ("overrides", (of_history(3),), (of_history(3), of_history(0, False)), (of_history(3, False),)),
    ("overrides", (), (of_history(0),), (of_history(1),)),
    (
        "severity_rules",
        (SeverityRule("a", LOW, history=True),),
        (SeverityRule("a", HIGH, history=True),),
        (SeverityRule("a", LOW),),
    ),
    (
        "severity_rules",
        (SeverityRule("a", LOW, history=True),),
        (SeverityRule("a", LOW, history=True),),
        (SeverityRule("a", LOW, history=False),),
    ),
    (
        "exceptions",
        (make_exception(rule="a", history=True),),
        (make_exception(rule="a", path="src/", history=True),),
        (make_exception(rule="a"),),
    ),
    ("exceptions", (make_exception(rule="a"),), (make_exception(rule="a", history=True),), (make_exception(history=True),)),
    ("exceptions", (make_exception(rule="a", history=True),), (), (make_exception(rule="a", history=False),)),
    ("cool_down_days", 7, 6, 8),
    ("signed_cache_only", True, True, False),
    ("max_file_size", 1024, 2048, 512),
    ("timeout", 600, 700, 500),
    ("exception_max_days", 30, 30, 31),
    ("inline_suppressions", InlineSuppressions.REPORT, InlineSuppressions.DENY, InlineSuppressions.ALLOW),
    ("inline_expiry", InlineExpiry.REQUIRED, InlineExpiry.REQUIRED, InlineExpiry.OPTIONAL),
    ("new_suppressions", NewSuppressions.DENY, NewSuppressions.DENY, NewSuppressions.ALLOW),
    ("submodules", Submodules.SCAN, Submodules.SCAN, Submodules.REPORT),
    ("never_excepted", (FindingKind.SECRET,), (FindingKind.CODE, FindingKind.SECRET), (FindingKind.CODE,)),
    ("exception_owner_names", ("@a", "@b"), ("@b",), ("@a", "@c")),
    ("exception_owner_names", ("@a",), ("@a",), ()),
    ("excludable_paths", ("a/", "b/"), ("b/",), ("c/",)),
    ("exception_unused", UnusedExceptions.FAIL, UnusedExceptions.FAIL, UnusedExceptions.REPORT),
    ("exception_owners", ExceptionOwners.CODEOWNERS, ExceptionOwners.CODEOWNERS, ExceptionOwners.ANYONE),
]  # fmt: skip


@pytest.mark.parametrize(("field", "floor", "tight", "loose"), CASES)
def test_floor_checks_each_field(field: str, floor: Any, tight: Any, loose: Any) -> None:
    base = make_policy(**{field: floor})
    assert find_loosenings(base, base) == ()
    assert find_loosenings(base, make_policy(**{field: tight})) == ()
    (found,) = find_loosenings(base, make_policy(**{field: loose}))[:1]
    assert found.problem
    assert found.path


def test_the_table_speaks_of_every_field_that_decides() -> None:
    reported = {case[0] for case in CASES}
    silent = {"name", "environment", "environments", "description", "digest", "sources", "locations"}
    silent |= {"in_tree", "is_bundled", "is_absent", "folders"}
    assert reported | silent | {"codeowners_path"} == {field.name for field in msgspec.structs.fields(Policy)}


def test_paths_below_a_folder_that_the_floor_lists_may_be_excluded() -> None:
    floor = make_policy(excludable_paths=("vendor/", "/lib/", "a/b/"))
    for path in ("vendor/", "vendor/x", "/vendor/x/**", "/lib/", "lib/x/", "a/b/", "a/b/*.py"):
        assert find_loosenings(floor, make_policy(exclusions=(PathExclusion(path, "r"),))) == (), path
    for path in ("vendor", "lib/", "x/vendor/", "**/vendor/", "vendors/", "[v]endor/", "a/", "*"):
        assert find_loosenings(floor, make_policy(exclusions=(PathExclusion(path, "r"),))), path


def test_the_floor_names_the_file_of_owners_where_it_asks_for_owners() -> None:
    asked, elsewhere = make_policy(exception_owners=ExceptionOwners.CODEOWNERS), {"codeowners_path": "my/CODEOWNERS"}
    assert find_loosenings(asked, make_policy(exception_owners=ExceptionOwners.CODEOWNERS, **elsewhere))
    assert not find_loosenings(make_policy(), make_policy(**elsewhere))
    assert not find_loosenings(make_policy(), make_policy(exception_owners=ExceptionOwners.CODEOWNERS, **elsewhere))


def test_revaluing_may_not_fill_a_budget_that_has_room() -> None:
    """Two unknown findings worth low may block where ten low ones are allowed, and pass as part of three high ones."""
    floor = make_policy(budget=make_budget(high=3, low=10), unknown_severity=LOW)
    assert find_loosenings(floor, msgspec.structs.replace(floor, unknown_severity=HIGH))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """A policy and one that is at least as tight: field by field, a drawn value is taken where nothing gets looser."""
    floor = draw(policy_builders.policies)
    tight = floor
    for field in draw(st.permutations(sorted(policy_builders.POLICY_FIELDS))):
        changed = msgspec.structs.replace(tight, **{field: draw(policy_builders.POLICY_FIELDS[field])})
        if not find_loosenings(floor, changed):
            tight = changed
    return floor, tight


@settings(max_examples=60, deadline=None)
@given(pairs(), policy_builders.results(), policy_builders.targets)
def test_tightening_never_improves(pair: tuple[Policy, Policy], results: tuple[ScanResult, ...], targets: Targets) -> None:
    floor, tight = pair
    assert rank_outcome(evaluate(results, targets, tight, TODAY)) >= rank_outcome(evaluate(results, targets, floor, TODAY))


@settings(max_examples=60, deadline=None)
@given(policy_builders.policies, st.sampled_from(policy_builders.SEVERITIES), policy_builders.results(), policy_builders.targets)
def test_lower_budget_never_improves_the_verdict(
    under: Policy, severity: Severity, results: tuple[ScanResult, ...], targets: Targets
) -> None:
    limits = {each.name.lower(): limit for each, limit in under.budget.limits}
    name = severity.name.lower()
    limits[name] = max(0, limits[name] - 1) if limits[name] is not None else 3  # type: ignore[operator] # just looked at
    tight = msgspec.structs.replace(under, budget=make_budget(**limits))
    assert find_loosenings(under, tight) == ()
    assert rank_outcome(evaluate(results, targets, tight, TODAY)) >= rank_outcome(evaluate(results, targets, under, TODAY))


def test_a_kind_is_a_selector() -> None:
    floor = make_policy(overrides=(BudgetOverride(((HIGH, 0),), kind=FindingKind.SECRET),))
    assert find_loosenings(floor, make_policy(overrides=(BudgetOverride(((HIGH, 0),), kind=FindingKind.CODE),)))
