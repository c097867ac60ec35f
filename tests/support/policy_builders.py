"""Small facts and small policies for the tests of the judge, made by hand or drawn by hypothesis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from hypothesis import strategies as st

from scangate.globs import Glob
from scangate.judge import policy_loader
from scangate.judge.policy import (
    AllowedGap,
    Budget,
    BudgetOverride,
    InlineExpiry,
    InlineSuppressions,
    PathExclusion,
    Policy,
    PolicyException,
    ScannerSettings,
    SeverityRule,
)
from scangate.judge.policy_yaml import Node
from scangate.model import (
    AffectedPackage,
    Confidence,
    FileSource,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    IgnoreComment,
    Location,
    Outcome,
    ScanResult,
    ScanStatus,
    Severity,
    Targets,
    Verdict,
)

TODAY = dt.date(2026, 11, 22)
SCANNERS = ("bandit", "detect-secrets", "pip-audit", "semgrep", "taint")
SEVERITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)
PATHS = ("a.py", "src/b.py", "tests/c.py")
RANK = {Outcome.PASS: 0, Outcome.INCOMPLETE: 1, Outcome.FAIL: 2}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """In the place of a scanner's own options."""

    skips: tuple[str, ...] = ()
    front_end: Literal["quick", "ordinary"] = "quick"
    threshold: float = 0.5
    entropy_exclude: tuple[Glob, ...] = ()
    advisories: Literal["auto", "local"] = "auto"
    max_age_days: Annotated[Annotated[int, msgspec.Meta(ge=0)] | None, msgspec.Meta(extra={"tighter": "lower"})] = None
    resolve: Annotated[bool, msgspec.Meta(extra={"trusted only": True})] = False
    keep_days: Annotated[Annotated[int, msgspec.Meta(ge=0)], msgspec.Meta(extra={"tighter": "lower"})] = 1


class CommandOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """In the place of the options of a block with a command line."""

    command: list[str]
    version: str = ""


def load_policy(spec: str | None, root: Path, environment: str | None = None, *, trusted: bool = False, scope: str = "") -> Policy:
    """`load` with the scanners known, on the tests' day."""
    options = dict.fromkeys((*SCANNERS, "betterleaks", "credsweeper", "osv", "zizmor"), Options)
    return policy_loader.load_policy(
        spec,
        root,
        environment,
        scanner_options=options,
        command_options=CommandOptions,
        trusted=trusted,
        today=TODAY,
        scope=scope,
    )


def to_plain(node: Node) -> Any:
    """A tree of values without its places."""
    if isinstance(node.value, dict):
        return {key: to_plain(value) for key, value in node.value.items()}
    return [to_plain(value) for value in node.value] if isinstance(node.value, list) else node.value


def make_finding(
    rule: str = "bandit:B602",
    severity: Severity = Severity.HIGH,
    path: str = "a.py",
    kind: FindingKind = FindingKind.CODE,
    waiver: str = "",
    **more: Any,
) -> Finding:
    more.setdefault("location", Location(path, more.pop("line", 1), more.pop("end_line", 99)))
    return Finding(rule, severity, Confidence.HIGH, kind, "a title", "a message", tool_comment=waiver, **more)


def make_result(
    scanner: str = "bandit", findings: Iterable[Finding] = (), gaps: Sequence[Gap] = (), skipped: bool = False
) -> ScanResult:
    """A result whose ledger adds up: it read all PATHS but those with a gap."""
    lost = {gap.path for gap in gaps if gap.path is not None}
    files = () if skipped else tuple(path for path in PATHS if path not in lost)
    status = ScanStatus.SKIPPED if skipped else ScanStatus.PARTIAL if gaps else ScanStatus.COMPLETE
    given = len(files) + len(lost)
    return ScanResult(scanner, "1", status, files_given=given, analyzed_files=files, findings=tuple(findings), gaps=tuple(gaps))


def make_policy(**changes: Any) -> Policy:
    """A policy that allows nothing but low and info findings, and requires nothing."""
    limits = tuple((severity, None if severity <= Severity.LOW else 0) for severity in SEVERITIES)
    base = Policy(
        name="test",
        environment="",
        scanners=tuple(ScannerSettings(name, True, 600, Options()) for name in SCANNERS),
        exclusions=(),
        max_file_size=1024,
        timeout=600,
        severity_rules=(),
        budget=Budget(limits),
        overrides=(),
        unknown_severity=Severity.HIGH,
        required_scanners=(),
        allowed_gaps=(),
        exceptions=(),
        exception_max_days=365,
        inline_suppressions=InlineSuppressions.REPORT,
        cool_down_days=0,
    )
    return msgspec.structs.replace(base, **changes)


def make_budget(**limits: int | None) -> Budget:
    """A general budget; a severity not named may have any number."""
    return Budget(tuple((severity, limits.get(severity.name.lower())) for severity in SEVERITIES))


def make_exception(**more: Any) -> PolicyException:
    more.setdefault("expires", TODAY + dt.timedelta(60))
    return PolicyException(reason="a reason", owner="an owner", **more)


TARGETS = Targets(FileSource.GIT_INDEX, len(PATHS))


def rank_outcome(verdict: Verdict) -> int:
    return RANK[verdict.outcome]


def make_package(days: int | None = None, **more: Any) -> AffectedPackage:
    """A package with a fault that was published so many days ago."""
    return AffectedPackage("p", "1", published="" if days is None else (TODAY - dt.timedelta(days)).isoformat(), **more)


# -- strategies --

RULES = st.sampled_from(["bandit:B1", "bandit:B2", "semgrep:x.y", "detect-secrets:AWS", "pip-audit:CVE-1"])
LIMITS = st.sampled_from([0, 0, 1, 3, None])
PATTERNS = st.sampled_from(["", "src/", "tests/**", "*.py", "a.py"])
NAMES = st.sampled_from(["", *SCANNERS])

ignores = st.builds(
    IgnoreComment,
    st.integers(1, 3),
    st.just("scangate: ignore[...] -- a reason"),
    st.sampled_from([(), ("bandit:*",)]),
    st.sampled_from(["", *((TODAY + dt.timedelta(days)).isoformat() for days in (-1, 0, 40, 400))]),
) | st.builds(IgnoreComment, st.just(1), st.just("scangate: ignore"), problem=st.just("it names no rule"))
findings = st.builds(
    make_finding,
    RULES,
    st.sampled_from(list(Severity)),
    st.sampled_from(PATHS),
    st.sampled_from(list(FindingKind)),
    st.sampled_from(["", "", "# nosec"]),
    line=st.integers(1, 3),
    cwe=st.sampled_from([(), (20,), (78,), (77, 89), (89,)]),
    fingerprint=st.sampled_from(["", "f1", "f2"]),
    known_by=st.sampled_from(["", "", "the baseline"]),
    previous_path=st.sampled_from(["", *PATHS]),
    ignore_comments=st.lists(ignores, max_size=2).map(tuple),
    affected_package=st.sampled_from(
        [None, make_package(aliases=("GHSA-1",)), make_package(0, fixed_in=("2",)), make_package(5), make_package(-2)]
    ),
)
gaps = st.builds(
    Gap,
    st.sampled_from([*SCANNERS, "targets"]),
    st.sampled_from([None, *PATHS]),
    st.sampled_from(list(GapKind)),
    st.sampled_from(["one reason", "another"]),
)


@st.composite
def results(draw: st.DrawFn) -> tuple[ScanResult, ...]:
    """Up to four results, each of its own scanner."""
    made = []
    for name in draw(st.sets(st.sampled_from(SCANNERS))):
        own = [msgspec.structs.replace(gap, scanner=name) for gap in draw(st.lists(gaps, max_size=2))]
        found = [
            msgspec.structs.replace(finding, rule=f"{name}:{finding.rule.partition(':')[2]}")
            for finding in draw(st.lists(findings, max_size=4))
        ]
        made.append(make_result(name, found, own))
    return tuple(sorted(made, key=lambda item: item.scanner))


targets_gaps = gaps.map(lambda gap: msgspec.structs.replace(gap, scanner="targets"))
targets = st.builds(
    Targets,
    st.sampled_from([FileSource.GIT_INDEX, FileSource.STAGED]),
    st.integers(0, 3),
    gaps=st.lists(targets_gaps, max_size=1).map(tuple),
)
budgets = st.tuples(*[LIMITS] * len(SEVERITIES)).map(lambda limits: Budget(tuple(zip(SEVERITIES, limits, strict=True))))
overrides = st.builds(
    BudgetOverride,
    st.dictionaries(st.sampled_from(SEVERITIES), LIMITS, min_size=1, max_size=2).map(lambda limits: tuple(sorted(limits.items()))),
    st.sampled_from([None, *FindingKind]),
    NAMES,
    PATTERNS,
    st.sampled_from([None, None, True, False]),
)
excludes = st.builds(
    PathExclusion,
    st.sampled_from(["src/", "tests/**", "a.py"]),
    st.just("a reason"),
    st.sets(st.sampled_from(SCANNERS), max_size=2).map(lambda names: tuple(sorted(names))),
)
severity_rules = st.builds(SeverityRule, st.sampled_from(["bandit:*", "*", "semgrep:x.y"]), st.sampled_from(SEVERITIES), PATTERNS)
allowed_gaps = st.builds(AllowedGap, st.sampled_from(list(GapKind)), st.just("a reason"), NAMES, PATTERNS)
exceptions = st.builds(
    PolicyException,
    st.just("a reason"),
    st.just("an owner"),
    st.sampled_from([TODAY - dt.timedelta(1), TODAY, TODAY + dt.timedelta(9)]),
    rule=st.sampled_from(["", "bandit:*", "semgrep:x.y"]),
    path=PATTERNS,
    fingerprint=st.sampled_from(["", "f1"]),
    advisory=st.sampled_from(["", "ghsa-1"]),
)
settings_of = st.lists(
    st.builds(ScannerSettings, NAMES.filter(bool), st.booleans(), st.sampled_from([60, 600]), st.just(Options())), max_size=3
)
POLICY_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "scanners": settings_of.map(lambda entries: tuple({entry.name: entry for entry in entries}.values())),
    "exclusions": st.lists(excludes, max_size=2).map(tuple),
    "max_file_size": st.sampled_from([1024, 2048]),
    "timeout": st.sampled_from([60, 600]),
    "severity_rules": st.lists(severity_rules, max_size=2).map(tuple),
    "budget": budgets,
    "overrides": st.lists(overrides, max_size=2).map(tuple),
    "unknown_severity": st.sampled_from(SEVERITIES),
    "required_scanners": st.sets(st.sampled_from(SCANNERS), max_size=2).map(lambda names: tuple(sorted(names))),
    "allowed_gaps": st.lists(allowed_gaps, max_size=2).map(tuple),
    "exceptions": st.lists(exceptions, max_size=2).map(tuple),
    "exception_max_days": st.sampled_from([30, 365]),
    "inline_suppressions": st.sampled_from(list(InlineSuppressions)),
    "inline_expiry": st.sampled_from(list(InlineExpiry)),
    "cool_down_days": st.sampled_from([0, 1, 5, 6]),
    "new_only": st.booleans(),
    "baseline_ratchet": st.booleans(),
}
policies = st.fixed_dictionaries(POLICY_FIELDS).map(lambda fields: make_policy(**fields))
