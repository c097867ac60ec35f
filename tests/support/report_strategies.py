"""Reports as hypothesis makes them: ledgers that add up, verdicts that follow, the same facts in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

from scangate.model import (
    BUNDLED_ADVISORIES,
    COVERAGE,
    EXIT_CODES,
    WORST_FIRST,
    AffectedPackage,
    Analysis,
    AnalysisCoverage,
    Basis,
    ComparedRevision,
    Component,
    Confidence,
    ContentCoverage,
    Decision,
    FileAccounting,
    FileSource,
    Finding,
    FindingIdentity,
    FindingKind,
    FlowRole,
    FlowStep,
    FormerRule,
    Gap,
    GapKind,
    GapRuling,
    IgnoreComment,
    KnownSource,
    KnownSourceKind,
    Location,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    SecretAssessment,
    Severity,
    SkippedPath,
    SkipReason,
    Targets,
    Verdict,
)
from tests.support.decisions import reason, unused_exception
from tests.support.hostile_text import HOSTILE_TEXTS

__all__ = ["components", "findings", "gaps", "merge_rulings", "paths", "reports", "results", "shuffled", "texts", "verdicts"]

SCANNERS = ("bandit", "semgrep", "detect-secrets", "pip-audit", "trivy", "ruff")
SHORT_HOSTILE = tuple(text for text in HOSTILE_TEXTS if len(text) < 1000)
PATHS = ("app.py", "src/app.py", "src/web/views.py", "lib/\u4e2d.py", "infra/stack.yaml", "a b/c'd.py", "-dash.py", "x/\udc80.py")


def texts() -> st.SearchStrategy[str]:
    """Short and plain most of the time, hostile now and then."""
    return st.one_of(st.sampled_from(("", "plain", "use of a weak hash", "over the budget of 0")), st.sampled_from(SHORT_HOSTILE))


def paths() -> st.SearchStrategy[str]:
    """Paths relative to a root."""
    return st.one_of(st.sampled_from(PATHS), st.text(min_size=1, max_size=8).filter(lambda path: "/" not in path))


def skipped_paths() -> st.SearchStrategy[SkippedPath]:
    return st.builds(SkippedPath, paths(), st.sampled_from(SkipReason), detail=texts())


@st.composite
def locations(draw: st.DrawFn, path: str) -> Location:
    """A place in a file, with columns or without."""
    line = draw(st.integers(1, 40))
    return Location(path, line, line + draw(st.integers(0, 2)), draw(st.integers(0, 9)), draw(st.integers(0, 20)))


ignores = st.builds(
    IgnoreComment,
    st.integers(1, 40),
    texts(),
    st.sampled_from(((), ("*:B1", "bandit:B2"))),
    st.sampled_from(("", "2027-01-31")),
) | st.builds(IgnoreComment, st.just(3), texts(), problem=texts())
packages = st.builds(
    AffectedPackage,
    st.just("flask"),
    st.just("0.5"),
    st.sampled_from(((), ("1.0",))),
    st.just(("CVE-2018-1000656",)),
    st.just("CVSS:3.1/AV:N"),
    st.sampled_from(("", "2018-08-20")),
    st.sampled_from(("", "2.2.5")),
    st.sampled_from(("", "store", BUNDLED_ADVISORIES)),
)


@st.composite
def findings(draw: st.DrawFn, scanner: str, path: str) -> Finding:
    """A finding of ``scanner`` in ``path``."""
    return Finding(
        rule=f"{scanner}:{draw(st.sampled_from(('B1', 'B2', 'long.rule-id')))}",
        severity=draw(st.sampled_from(Severity)),
        confidence=draw(st.sampled_from(Confidence)),
        kind=draw(st.sampled_from(FindingKind)),
        title=draw(st.sampled_from(("weak hash", "shell injection"))),
        message=draw(texts()),
        location=draw(locations(path)),
        cwe=tuple(draw(st.lists(st.sampled_from((22, 78, 79)), max_size=2))),
        evidence=draw(texts()),
        help_url=draw(st.sampled_from(("", "https://example.org/rule", "javascript:alert(1)"))),
        fingerprint=draw(st.sampled_from(("", "aa" * 32, "bb" * 32))),
        line_hash=draw(st.sampled_from(("", "39fa2ee980eb94b0:1"))),
        tool_comment=draw(st.sampled_from(("", "# nosec"))),
        ignore_comments=tuple(draw(st.lists(ignores, max_size=2))),
        affected_package=draw(st.none() | packages),
        identity=draw(
            st.none() | st.builds(FindingIdentity, st.sampled_from(("c1", "c2")), st.sampled_from(("", "x1")), st.integers(1, 2))
        ),
        known_by=draw(st.sampled_from(("", "the baseline"))),
        previous_path=draw(st.sampled_from(("", "tests/t.py"))),
        assessment=draw(st.none() | st.builds(SecretAssessment)),
        flow=tuple(FlowStep(draw(locations(path)), role) for role in draw(st.sampled_from(((), tuple(FlowRole))))),
        former=draw(st.none() | st.builds(FormerRule, st.just(f"{scanner}:B0"), st.sampled_from(("", "dd" * 32)))),
    )


@st.composite
def components(draw: st.DrawFn, path: str) -> Component:
    """A release that ``path`` pins: names and versions that meet now and then, chains that lead somewhere or nowhere."""
    return Component(
        name=draw(st.sampled_from(("flask", "werkzeug", "click"))),
        version=draw(st.sampled_from(("0.5", "1.0"))),
        path=path,
        line=draw(st.integers(1, 5)),
        direct=draw(st.booleans()),
        via=draw(st.sampled_from(((), ("flask",), ("flask", "werkzeug"), ("nobody",)))),
        index=draw(st.sampled_from(("", "pypi.example.org"))),
        resolved=draw(st.booleans()),
    )


@st.composite
def gaps(draw: st.DrawFn, scanner: str, path: str | None) -> Gap:
    """A gap of ``scanner`` at ``path``."""
    kind = draw(st.sampled_from(GapKind))
    return Gap(scanner, path, kind, draw(texts()), draw(st.integers(0, 3)), draw(st.sampled_from(("", "pip install bandit"))))


@st.composite
def results(draw: st.DrawFn, scanner: str) -> ScanResult:
    """A scanner's run whose ledger adds up."""
    status = draw(st.sampled_from(ScanStatus))
    if status is ScanStatus.SKIPPED:
        return ScanResult(scanner, "", status, reason="the policy says no")
    given = draw(st.lists(paths(), unique=True, max_size=6))
    cut = 0 if status is ScanStatus.COMPLETE else draw(st.integers(0, len(given)))
    lost, read = given[:cut], given[cut:]
    missed = [draw(gaps(scanner, path)) for path in lost]
    if status is not ScanStatus.COMPLETE and (not missed or draw(st.booleans())):
        missed.append(draw(gaps(scanner, None)))
    found = [draw(findings(scanner, path)) for path in read for _ in range(draw(st.integers(0, 2)))]
    return ScanResult(
        scanner=scanner,
        version=draw(st.sampled_from(("", "1.9.4"))),
        status=status,
        accounting=draw(st.sampled_from(FileAccounting)),
        files_given=len(given),
        analyzed_files=tuple(read),
        files_cached=draw(st.integers(0, len(read))),
        findings=tuple(found),
        gaps=tuple(missed),
        skipped_paths=tuple(
            draw(st.lists(st.builds(SkippedPath, paths(), st.sampled_from(SkipReason), detail=texts()), max_size=2))
        ),
        seconds=draw(st.sampled_from((0.0, 1.5, 12.345))),
        components=tuple(draw(st.lists(paths().flatmap(components), max_size=3))),
    )


def merge_rulings(*members: Ruling) -> Ruling:
    """One ruling for several: the finding is the first one, the outcome the worst."""
    worst = min(members, key=lambda ruling: WORST_FIRST.index(ruling.outcome))
    finding = msgspec.structs.replace(members[0].finding, reported_by=tuple(member.finding.scanner for member in members))
    return Ruling(finding, worst.severity, worst.outcome, worst.decision, members)


@st.composite
def verdicts(draw: st.DrawFn, found: Sequence[Finding], missed: Sequence[Gap], added: Sequence[Gap] = ()) -> Verdict:
    """A verdict on these findings and gaps; the policy has added some of the gaps."""
    outcomes, levels = st.sampled_from(RulingOutcome), st.sampled_from(Severity)
    ruled = [Ruling(finding, draw(levels), draw(outcomes), reason(draw(texts()))) for finding in found]
    if len(ruled) > 1 and draw(st.booleans()):
        ruled = [merge_rulings(ruled[0], ruled[1]), *ruled[2:]]
    gaps_ruled = tuple(GapRuling(gap, draw(st.booleans()), reason(draw(texts()))) for gap in missed)
    gaps_ruled += tuple(GapRuling(gap, True, Decision(Basis.REQUIRED_SCANNER)) for gap in added)
    outcome = Outcome.INCOMPLETE if any(gap.blocking for gap in gaps_ruled) else Outcome.PASS
    outcome = Outcome.FAIL if any(ruling.outcome is RulingOutcome.BLOCKING for ruling in ruled) else outcome
    environment = draw(st.sampled_from(("", "production")))
    notes = tuple(map(unused_exception, draw(st.lists(texts(), max_size=2))))
    return Verdict(outcome, tuple(ruled), gaps_ruled, "baseline", "sha256:ab12", environment, "2026-01-02", notes)


analyses = st.builds(
    AnalysisCoverage,
    st.sampled_from(Analysis),
    st.integers(0, 2000),
    st.sampled_from(((), ("bandit", "semgrep"))),
    st.integers(0, 2000),
    st.lists(paths(), max_size=4).map(tuple),
    st.sampled_from(((), ("trivy",))),
    st.sampled_from(((), ("ruff",))),
)
content_types = st.sampled_from(("python", "go", "npm-manifest", "unknown", "image"))
coverage = st.none() | st.lists(
    st.builds(
        ContentCoverage,
        content_types,
        st.integers(1, 2000),
        st.lists(analyses, max_size=4, unique_by=lambda each: each.analysis).map(tuple),
    ),
    max_size=4,
    unique_by=lambda each: each.content_type,
).map(tuple)


def coverage_gaps() -> st.SearchStrategy[Gap]:
    """What no scanner analyzed."""
    return st.builds(
        Gap,
        st.just(COVERAGE),
        st.none(),
        st.just(GapKind.NOT_ANALYZED),
        texts(),
        hint=texts(),
        content_type=content_types,
        analysis=st.sampled_from(Analysis),
        files=st.integers(1, 2000),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A whole run: some scanners, their findings (two of them merged now and then), gaps of all, a verdict."""
    names = draw(st.lists(st.sampled_from(SCANNERS), unique=True, max_size=3))
    runs = [draw(results(name)) for name in names]
    found = [finding for run in runs for finding in run.findings]
    targets = Targets(
        source=draw(st.sampled_from((FileSource.GIT_INDEX, FileSource.FILE_SYSTEM))),
        file_count=draw(st.integers(0, 2000)),
        skipped_paths=tuple(
            draw(st.lists(st.builds(SkippedPath, paths(), st.sampled_from(SkipReason), detail=texts()), max_size=3))
        ),
        gaps=tuple(draw(st.lists(paths().flatmap(lambda path: gaps("targets", path)), max_size=2))),
        notes=tuple(draw(st.lists(texts(), max_size=1))),
    )
    missed = [gap for run in runs for gap in run.gaps] + list(targets.gaps) + draw(st.lists(coverage_gaps(), max_size=3))
    required = draw(st.lists(st.sampled_from(SCANNERS).flatmap(lambda name: gaps(name, None)), max_size=1))
    verdict = draw(verdicts(found, missed, required))
    interrupted = draw(st.sampled_from(("", "SIGTERM")))
    return Report(
        verdict=verdict,
        results=tuple(runs),
        targets=targets,
        tool_version="0.1.0",
        root="/somewhere",
        commit=draw(st.sampled_from(("", "3f2a91c0" * 5))),
        started="2026-01-02T03:04:05Z",
        finished="2026-01-02T03:05:06Z",
        seconds=61.5,
        interrupted=interrupted,
        exit_code=143 if interrupted else EXIT_CODES[verdict.outcome],
        known_sources=tuple(
            draw(
                st.sampled_from(
                    (
                        (),
                        (
                            KnownSource("the baseline", KnownSourceKind.BASELINE, 3, 1, 1),
                            KnownSource("revision main", KnownSourceKind.REVISION, 2, 2, 0),
                        ),
                    )
                )
            )
        ),
        compared_revision=draw(
            st.sampled_from((None, ComparedRevision("origin/main", "ab" * 20), ComparedRevision("main|x", "ab" * 20, "cd" * 20)))
        ),
        scope={"limits": {"bytes": 1048576}, "excludes": [["docs/**", 3]]},
        coverage=draw(coverage),
    )


@st.composite
def shuffled(draw: st.DrawFn, report: Report) -> Report:
    """The same report with everything that is a set in another order."""

    def mixed(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(draw(st.permutations(values)))

    def mixed_run(run: ScanResult) -> ScanResult:
        changed = {
            name: mixed(getattr(run, name)) for name in ("analyzed_files", "findings", "gaps", "skipped_paths", "components")
        }
        return msgspec.structs.replace(run, **changed)

    targets = {name: mixed(getattr(report.targets, name)) for name in ("skipped_paths", "gaps", "notes")}
    verdict = {name: mixed(getattr(report.verdict, name)) for name in ("notes",)}
    return msgspec.structs.replace(
        report,
        verdict=msgspec.structs.replace(report.verdict, **verdict),
        results=mixed([mixed_run(run) for run in report.results]),
        targets=msgspec.structs.replace(report.targets, **targets),
        known_sources=mixed(report.known_sources),
        coverage=None if report.coverage is None else mixed(report.coverage),
    )
