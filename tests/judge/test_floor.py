"""What "tighter" means: each field by hand, and the proof that nothing it lets through makes a verdict better."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.judge.floor import TABLE, loosened
from scangate.judge.gate import judge
from scangate.judge.policy import (
    AllowedGap,
    Exclude,
    Inline,
    Override,
    Owners,
    Policy,
    ScannerSetting,
    SeverityRule,
    Until,
    Unused,
)
from scangate.model import GapKind, Kind, ScanResult, Severity, Targets

from . import facts
from .facts import TODAY, Options, accepted, budget, policy, rank

CRASH, TIMEOUT = GapKind.CRASH, GapKind.TIMEOUT
HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
BANDIT = ScannerSetting("bandit", True, 600, Options())


def aged(days: int | None, **more: Any) -> tuple[ScannerSetting, ...]:
    return (ScannerSetting("pip-audit", True, 600, Options(max_age_days=days, **more)),)


def over(severity: Severity, limit: int | None, path: str = "src/") -> Override:
    return Override(((severity, limit),), path=path)


def unfixed(limit: int, fixable: bool | None = False) -> Override:
    return Override(((HIGH, limit),), fixable=fixable)


# field, floor's value, a value at least as tight, a looser one
CASES: list[tuple[str, Any, Any, Any]] = [
    ("budget", budget(high=2), budget(high=1), budget(high=3)),
    ("new_only", False, False, True),
    ("ratchet", True, True, False),
    ("budget", budget(high=2), budget(high=2), budget(high=None)),
    ("overrides", (), (over(HIGH, 0),), (over(HIGH, 1),)),
    ("overrides", (), (over(LOW, 5),), (over(HIGH, None),)),
    ("overrides", (over(HIGH, 3),), (over(HIGH, 2),), (over(HIGH, 4),)),
    ("overrides", (over(HIGH, 0),), (over(HIGH, 0), over(MEDIUM, 0)), (over(HIGH, 0, "lib/"),)),
    ("unknown", MEDIUM, HIGH, LOW),
    ("unknown", LOW, MEDIUM, Severity.INFO),
    ("severities", (), (SeverityRule("a", HIGH),), (SeverityRule("a", LOW),)),
    ("severities", (SeverityRule("a", LOW),), (SeverityRule("a", HIGH),), ()),
    ("exceptions", (), (), (accepted(rule="a"),)),
    ("exceptions", (accepted(rule="a"),), (accepted(rule="a", path="src/"),), (accepted(rule="b"),)),
    ("exceptions", (accepted(rule="a"),), (), (accepted(rule="a", expires=TODAY + dt.timedelta(61)),)),
    ("excludes", (Exclude("a/", "r"),), (Exclude("a/", "other", ("bandit",)),), (Exclude("b/", "r"),)),
    ("excludes", (Exclude("a/", "r", ("bandit",)),), (), (Exclude("a/", "r"),)),
    ("allowed_gaps", (AllowedGap(CRASH, "r"),), (AllowedGap(CRASH, "r", "b", "c"),), (AllowedGap(TIMEOUT, "r"),)),
    ("allowed_gaps", (AllowedGap(CRASH, "r", "b"),), (), (AllowedGap(CRASH, "r"),)),
    ("required", ("bandit",), ("bandit", "semgrep"), ("semgrep",)),
    ("scanners", (BANDIT,), (BANDIT, ScannerSetting("x", True, 1, None)), ()),
    ("scanners", (BANDIT,), (ScannerSetting("bandit", True, 700, Options()),), (ScannerSetting("bandit", False, 600, Options()),)),
    ("scanners", (BANDIT,), (BANDIT,), (ScannerSetting("bandit", True, 600, Options(("B1",))),)),
    ("scanners", (BANDIT,), (BANDIT,), (ScannerSetting("bandit", True, 599, Options()),)),
    ("scanners", aged(30), aged(7), aged(31)),
    ("scanners", aged(30), aged(30), aged(None)),
    ("scanners", aged(None), aged(30), aged(30, advisories="local")),
    ("overrides", (unfixed(3),), (unfixed(2),), (unfixed(3, None),)),
    ("overrides", (unfixed(3),), (unfixed(3), unfixed(0, True)), (unfixed(3, True),)),
    ("wait_days", 7, 6, 8),
    ("keyed_only", True, True, False),
    ("max_file_size", 1024, 2048, 512),
    ("timeout", 600, 700, 500),
    ("exception_max_days", 30, 30, 31),
    ("inline", Inline.REPORT, Inline.DENY, Inline.ALLOW),
    ("inline_until", Until.REQUIRED, Until.REQUIRED, Until.OPTIONAL),
    ("exception_unused", Unused.FAIL, Unused.FAIL, Unused.REPORT),
    ("exception_owners", Owners.CODEOWNERS, Owners.CODEOWNERS, Owners.ANYONE),
]  # fmt: skip


@pytest.mark.parametrize(("field", "floor", "tight", "loose"), CASES)
def test_each_field(field: str, floor: Any, tight: Any, loose: Any) -> None:
    base = policy(**{field: floor})
    assert loosened(base, base) == ()
    assert loosened(base, policy(**{field: tight})) == ()
    (found,) = loosened(base, policy(**{field: loose}))[:1]
    assert found.what
    assert found.path


def test_the_table_speaks_of_every_field_that_decides() -> None:
    told = {case[0] for case in CASES}
    silent = {"name", "environment", "description", "digest", "sources", "origins", "in_tree"}
    assert told | silent | {"codeowners"} == {field.name for field in msgspec.structs.fields(Policy)}
    assert len(TABLE) == 17


def test_the_floor_names_the_file_of_owners_where_it_asks_for_owners() -> None:
    asked, elsewhere = policy(exception_owners=Owners.CODEOWNERS), {"codeowners": "my/CODEOWNERS"}
    assert loosened(asked, policy(exception_owners=Owners.CODEOWNERS, **elsewhere))
    assert not loosened(policy(), policy(**elsewhere))
    assert not loosened(policy(), policy(exception_owners=Owners.CODEOWNERS, **elsewhere))


def test_revaluing_may_not_fill_a_budget_that_has_room() -> None:
    """Two unknown findings worth low may block where ten low ones are allowed, and pass as part of three high ones."""
    floor = policy(budget=budget(high=3, low=10), unknown=LOW)
    assert loosened(floor, msgspec.structs.replace(floor, unknown=HIGH))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """A policy and one that is at least as tight: field by field, a drawn value is taken where nothing gets looser."""
    floor = draw(facts.policies)
    tight = floor
    for field in draw(st.permutations(sorted(facts.FIELDS))):
        changed = msgspec.structs.replace(tight, **{field: draw(facts.FIELDS[field])})
        if not loosened(floor, changed):
            tight = changed
    return floor, tight


@settings(max_examples=60, deadline=None)
@given(pairs(), facts.results(), facts.targets)
def test_tightening_never_improves(pair: tuple[Policy, Policy], results: tuple[ScanResult, ...], targets: Targets) -> None:
    floor, tight = pair
    assert rank(judge(results, targets, tight, TODAY)) >= rank(judge(results, targets, floor, TODAY))


@settings(max_examples=60, deadline=None)
@given(facts.policies, st.sampled_from(facts.SEVERITIES), facts.results(), facts.targets)
def test_one_finding_less_allowed_never_improves(
    under: Policy, severity: Severity, results: tuple[ScanResult, ...], targets: Targets
) -> None:
    limits = {each.name.lower(): limit for each, limit in under.budget.limits}
    name = severity.name.lower()
    limits[name] = max(0, limits[name] - 1) if limits[name] is not None else 3  # type: ignore[operator] # just looked at
    tight = msgspec.structs.replace(under, budget=budget(**limits))
    assert loosened(under, tight) == ()
    assert rank(judge(results, targets, tight, TODAY)) >= rank(judge(results, targets, under, TODAY))


def test_a_kind_is_a_selector() -> None:
    floor = policy(overrides=(Override(((HIGH, 0),), kind=Kind.SECRET),))
    assert loosened(floor, policy(overrides=(Override(((HIGH, 0),), kind=Kind.CODE),)))
