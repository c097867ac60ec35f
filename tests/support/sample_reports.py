"""Reports a reader can check by eye: a pass, a failure, an incomplete run."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from scangate.model import (
    BUNDLED_ADVISORIES,
    COVERAGE,
    AffectedPackage,
    Analysis,
    AnalysisCoverage,
    Basis,
    Component,
    Confidence,
    ContentCoverage,
    Decision,
    FileSource,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    GapRuling,
    Location,
    Outcome,
    PolicyOrigin,
    PolicyProvenance,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Severity,
    SkippedPath,
    SkipReason,
    Targets,
    Verdict,
    derive_outcome,
)
from tests.support.decisions import budget, reason, unused_exception

__all__ = [
    "failing_report",
    "incomplete_report",
    "many_findings",
    "merged",
    "not_judged_report",
    "partly_covered_report",
    "passing_report",
    "replace_rulings",
]

SQL = Finding(
    rule="semgrep:python.flask.sql-injection",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    kind=FindingKind.CODE,
    title="SQL injection",
    message="a value from the request becomes part of an SQL statement: pass it as a parameter, cursor.execute(sql, (name,))",
    location=Location("app/db.py", 42, 42, 9, 74),
    cwe=(89,),
    evidence="    cursor.execute(f\"select * from users where name = '{name}'\")",
    help_url="https://cwe.mitre.org/data/definitions/89.html",
    fingerprint="5d41402abc4b2a76b9719d911017c592ae5d41402abc4b2a76b9719d911017c5",
    line_hash="39fa2ee980eb94b0:1",
)
SHELL = Finding(
    rule="bandit:B602",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    kind=FindingKind.CODE,
    title="subprocess popen with shell equals true",
    message="subprocess call with shell=True identified, security issue.",
    location=Location("app/jobs.py", 17, 17, 5, 40),
    cwe=(78,),
    evidence="subprocess.call(command, shell=True)",
    help_url="https://bandit.readthedocs.io/en/1.9.4/plugins/b602_subprocess_popen_with_shell_equals_true.html",
    fingerprint="7d793037a0760186574b0282f2f435e77d793037a0760186574b0282f2f435e7",
    line_hash="a1b2c3d4e5f60718:1",
)
HASH = Finding(
    rule="bandit:B324",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    kind=FindingKind.CODE,
    title="weak hash",
    message="Use of weak MD5 hash for security. Consider usedforsecurity=False",
    location=Location("app/cache.py", 8, 8),
    cwe=(327,),
    evidence="hashlib.md5(key)",
    fingerprint="9e107d9d372bb6826bd81d3542a419d69e107d9d372bb6826bd81d3542a419d6",
    line_hash="b1b2c3d4e5f60718:1",
)
TOKEN = Finding(
    rule="detect-secrets:AWSKeyDetector",
    severity=Severity.UNKNOWN,
    confidence=Confidence.MEDIUM,
    kind=FindingKind.SECRET,
    title="AWS access key",
    message="an AWS access key is in the code: revoke it and read it from a secret store",
    location=Location("tests/data/keys.txt", 3, 3),
    cwe=(798,),
    evidence="key = [redacted]",
    fingerprint="e4d909c290d0fb1ca068ffaddf22cbd0e4d909c290d0fb1ca068ffaddf22cbd0",
    tool_comment="pragma: allowlist secret",
)
FLASK = Finding(
    rule="pip-audit:CVE-2018-1000656",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    kind=FindingKind.DEPENDENCY,
    title="flask before 0.12.3 can be made to use too much memory",
    message="flask 0.12.2 is vulnerable: CVE-2018-1000656; fixed in 0.12.3",
    location=Location("requirements.txt", 4, 4),
    evidence="flask==0.12.2",
    fingerprint="c4ca4238a0b923820dcc509a6f75849bc4ca4238a0b923820dcc509a6f75849b",
    line_hash="c1b2c3d4e5f60718:1",
    affected_package=AffectedPackage(
        "flask",
        "0.12.2",
        ("0.12.3",),
        ("GHSA-562c-5r94-xh97",),
        "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
        "2018-08-20",
        "2.2.5",
        BUNDLED_ADVISORIES,
    ),
)
PINS = (
    Component("click", "6.7", "requirements.txt", 3),
    Component("flask", "0.12.2", "requirements.txt", 4, direct=True),
    Component("werkzeug", "0.14.1", "requirements.txt", 9, via=("flask",), resolved=True),
)
BROKEN = Gap(
    "semgrep", "app/old.py", GapKind.UNPARSABLE, "syntax error near line 3", 3, "fix the file, or exclude it with a reason"
)
LEGACY = Gap("semgrep", "docs/conf.py", GapKind.UNPARSABLE, "syntax error near line 1", 1)
LOCKED = Gap("targets", "data/dump.sql", GapKind.TOO_LARGE, "12 MiB, the limit is 1 MiB")


VENDORED = SkippedPath("vendor/a.js", SkipReason.EXCLUDED, detail="third-party code")
ALLOWLISTED = Decision(Basis.INLINE_COMMENT, comment="pragma: allowlist secret")


def failing_report() -> Report:
    """Two findings block, one of them raised by the policy; others are tolerated, suppressed and known; a gap counts."""
    rulings = (
        Ruling(SQL, Severity.CRITICAL, RulingOutcome.BLOCKING, budget(Severity.CRITICAL)),
        Ruling(SHELL, Severity.HIGH, RulingOutcome.BLOCKING, budget(Severity.HIGH)),
        Ruling(HASH, Severity.MEDIUM, RulingOutcome.TOLERATED, budget(Severity.MEDIUM, 1, 10)),
        Ruling(
            TOKEN, Severity.MEDIUM, RulingOutcome.SUPPRESSED, Decision(Basis.INLINE_COMMENT, comment="pragma: allowlist secret")
        ),
        Ruling(FLASK, Severity.HIGH, RulingOutcome.KNOWN, Decision(Basis.KNOWN, known_by="the baseline")),
    )
    gaps = (
        GapRuling(BROKEN, True, Decision(Basis.GAP_NOT_ALLOWED)),
        GapRuling(LEGACY, False, reason("docs are not shipped")),
        GapRuling(LOCKED, False, reason("data is not code")),
    )
    files = ("app/__init__.py", "app/cache.py", "app/db.py", "app/jobs.py", "setup.py")
    results = (
        ScanResult(
            "bandit",
            "1.9.4",
            ScanStatus.COMPLETE,
            files_given=5,
            analyzed_files=files,
            files_cached=3,
            findings=(SHELL, HASH),
            seconds=0.412,
        ),
        ScanResult(
            "semgrep",
            "1.182.0",
            ScanStatus.PARTIAL,
            files_given=7,
            analyzed_files=files,
            findings=(SQL,),
            gaps=(BROKEN, LEGACY),
            seconds=2.104,
        ),
        ScanResult(
            "detect-secrets",
            "1.5.0",
            ScanStatus.COMPLETE,
            files_given=1,
            analyzed_files=("tests/data/keys.txt",),
            findings=(TOKEN,),
            seconds=0.05,
        ),
        ScanResult(
            scanner="pip-audit",
            version="2.10.1",
            status=ScanStatus.COMPLETE,
            files_given=1,
            analyzed_files=("requirements.txt",),
            findings=(FLASK,),
            seconds=0.9,
            components=PINS,
        ),
    )
    verdict = Verdict(
        Outcome.FAIL, rulings, gaps, "baseline", "sha256:ab12", "qa", "2026-01-02", (unused_exception("rule bandit:B999"),)
    )
    return Report(
        verdict=verdict,
        results=results,
        targets=Targets(FileSource.FILE_SYSTEM, 9, (VENDORED,), gaps=(LOCKED,)),
        tool_version="0.1.0",
        root="/src",
        commit="3f2a91c0d5e84b6f9a7c1e2d3b4a5f60718293a4",
        started="2026-01-02T03:04:05Z",
        finished="2026-01-02T03:04:09Z",
        seconds=3.6,
        exit_code=1,
        scope={"excludes": [["vendor/**", 1]], "limits": {"bytes": 1048576}},
    )


def not_judged_report() -> Report:
    """The findings and gaps of the failing run, in a build whose target branch's policy cannot be read."""
    report = failing_report()
    not_judged = Decision(Basis.NOT_JUDGED)
    rulings = tuple(
        Ruling(ruling.finding, ruling.finding.severity, RulingOutcome.NOT_JUDGED, not_judged) for ruling in report.verdict.rulings
    )
    lost = Gap("policy", None, GapKind.UNREADABLE, "the change may have edited the policy, so no policy judged")
    gaps = [GapRuling(ruling.gap, False, not_judged) for ruling in report.verdict.gaps]
    gaps.append(GapRuling(lost, True, Decision(Basis.NOT_ANALYZED)))
    verdict = Verdict(
        Outcome.INCOMPLETE,
        tuple(sorted(rulings, key=Ruling.sort_key)),
        tuple(sorted(gaps, key=lambda ruling: ruling.gap.sort_key())),
        "none",
        "",
        "qa",
        "2026-01-02",
    )
    return msgspec.structs.replace(
        report,
        verdict=verdict,
        policy_provenance=PolicyProvenance(PolicyOrigin.NONE),
        exit_code=3,
    )


def merged() -> Report:
    """The failing run, in which bandit reports the SQL injection as well, at a severity that the policy tolerates."""
    report = failing_report()
    other = msgspec.structs.replace(
        SQL, rule="bandit:B608", severity=Severity.MEDIUM, title="hardcoded sql expressions", fingerprint="0cc175b9c0f1b6a8" * 4
    )
    first, *rest = report.verdict.rulings
    members = (first, Ruling(other, Severity.MEDIUM, RulingOutcome.TOLERATED, budget(Severity.MEDIUM, 1, 10)))
    reported = msgspec.structs.replace(SQL, reported_by=("semgrep", "bandit"))
    rulings = (Ruling(reported, first.severity, first.outcome, first.decision, members), *rest)
    results = tuple(
        msgspec.structs.replace(result, findings=(*result.findings, other)) if result.scanner == "bandit" else result
        for result in report.results
    )
    verdict = msgspec.structs.replace(report.verdict, rulings=rulings)
    return msgspec.structs.replace(report, verdict=verdict, results=results)


def passing_report() -> Report:
    """A clean run, one scanner switched off."""
    results = (
        ScanResult(
            "bandit", "1.9.4", ScanStatus.COMPLETE, files_given=2, analyzed_files=("app/a.py", "b.py"), files_cached=2, seconds=0.01
        ),
        ScanResult("pip-audit", "", ScanStatus.SKIPPED, reason="switched off by the policy"),
    )
    verdict = Verdict(Outcome.PASS, (), (), "baseline", "sha256:ab12", "", "2026-01-02")
    return Report(verdict, results, Targets(FileSource.GIT_INDEX, 2), tool_version="0.1.0", root="/src", seconds=0.1)


def incomplete_report() -> Report:
    """A scanner that is missing, in a run that was interrupted."""
    gaps = (
        Gap("bandit", None, GapKind.TOOL_MISSING, "bandit is not installed", hint="pip install bandit"),
        Gap("semgrep", "app/a.py", GapKind.INTERRUPTED, "interrupted by SIGTERM"),
    )
    results = (
        ScanResult("bandit", "", ScanStatus.FAILED, gaps=gaps[:1]),
        ScanResult("semgrep", "1.182.0", ScanStatus.PARTIAL, files_given=2, analyzed_files=("b.py",), gaps=gaps[1:], seconds=1.0),
    )
    ruled = tuple(GapRuling(gap, True, Decision(Basis.GAP_NOT_ALLOWED)) for gap in gaps)
    verdict = Verdict(Outcome.INCOMPLETE, (), ruled, "strict", "sha256:ab12", "", "2026-01-02")
    return Report(
        verdict,
        results,
        Targets(FileSource.GIT_INDEX, 2),
        tool_version="0.1.0",
        root="/src",
        seconds=2.0,
        interrupted="SIGTERM",
        exit_code=143,
    )


def partly_covered_report() -> Report:
    """A run that found nothing, over content of which no scanner analyzes a part; the policy accepts some of that."""
    hint = "add gosec: scanners: {gosec: {command: [gosec, -fmt=sarif, '-out={output}', '{root}/...'], analyzes: {go: [code]}}}"

    def gap(name: str, analysis: Analysis, files: int) -> Gap:
        reason = f"no scanner did the analysis of {name}: {files} files"
        return Gap(COVERAGE, None, GapKind.NOT_ANALYZED, reason, hint=hint, content_type=name, analysis=analysis, files=files)

    def row(name: str, files: int, *analyses: AnalysisCoverage) -> ContentCoverage:
        secrets = AnalysisCoverage(Analysis.SECRETS, files, ("detect-secrets",))
        return ContentCoverage(name, files, (*analyses, secrets))

    def paths(files: int) -> tuple[str, ...]:
        return tuple(f"src/f{number:03}" for number in range(files))

    configuration = Analysis.CONFIGURATION
    rows = (
        row("ansible", 6, AnalysisCoverage(configuration, not_analyzed=paths(6))),
        row("cloudformation", 2, AnalysisCoverage(configuration, 2, ("semgrep",), 19)),
        row("go", 4, AnalysisCoverage(Analysis.CODE, not_analyzed=paths(4))),
        ContentCoverage("image", 7),
        row("markdown", 12),
        row("npm-manifest", 1, AnalysisCoverage(Analysis.DEPENDENCIES, not_analyzed=paths(1))),
        row("python", 41, AnalysisCoverage(Analysis.CODE, 39, ("bandit", "semgrep"), 114)),
        row("ruby", 912, AnalysisCoverage(Analysis.CODE, not_analyzed=paths(912))),
        row("unknown", 3),
    )
    accepted = Decision(Basis.ALLOWED_GAP, reason="the web team has a gate of its own")
    gaps = (
        GapRuling(gap("go", Analysis.CODE, 4), True, Decision(Basis.GAP_NOT_ALLOWED)),
        GapRuling(gap("npm-manifest", Analysis.DEPENDENCIES, 1), False, accepted),
        GapRuling(gap("ansible", configuration, 6), True, Decision(Basis.GAP_NOT_ALLOWED)),
        GapRuling(gap("ruby", Analysis.CODE, 912), False, accepted),
    )
    verdict = Verdict(Outcome.INCOMPLETE, (), gaps, "strict", "sha256:ab12", "", "2026-01-02")
    return msgspec.structs.replace(
        passing_report(), verdict=verdict, targets=Targets(FileSource.GIT_INDEX, 988), exit_code=3, coverage=rows
    )


def many_findings(number: int, outcome: RulingOutcome = RulingOutcome.BLOCKING) -> Report:
    """A run of one scanner with so many findings."""
    found = tuple(
        Finding(
            rule=f"bandit:B{100 + each % 40}",
            severity=list(Severity)[1 + each % 5],
            confidence=list(Confidence)[each % 4],
            kind=FindingKind.CODE,
            title=f"rule {each % 40}",
            message="a message of the length that messages have, about what is wrong here and what to do instead",
            location=Location(f"src/package{each % 20}/module{each % 300}.py", 1 + each // 3, 1 + each // 3, 5, 30),
            cwe=(78 + each % 5,),
            evidence="    subprocess.call(command, shell=True)",
            fingerprint=f"{each:064x}",
            line_hash=f"{each:016x}:1",
        )
        for each in range(number)
    )
    files = tuple(sorted({finding.location.path for finding in found}))
    result = ScanResult("bandit", "1.9.4", ScanStatus.COMPLETE, files_given=len(files), analyzed_files=files, findings=found)
    rulings = tuple(Ruling(finding, finding.severity, outcome, budget(finding.severity, number)) for finding in found)
    verdict = Verdict(
        Outcome.FAIL if outcome is RulingOutcome.BLOCKING else Outcome.PASS,
        rulings,
        (),
        "baseline",
        "sha256:ab12",
        "",
        "2026-01-02",
    )
    return Report(verdict, (result,), Targets(FileSource.GIT_INDEX, len(files)), tool_version="0.1.0", root="/src")


def replace_rulings(report: Report, rulings: tuple[Ruling, ...]) -> Report:
    """The report with these findings, and the outcome that follows from them."""
    outcome = derive_outcome(rulings, report.verdict.gaps)
    return msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=rulings, outcome=outcome))


SAMPLES: Mapping[str, Report] = {
    "failing": failing_report(),
    "merged": merged(),
    "passing": passing_report(),
    "incomplete": incomplete_report(),
    "not_judged": not_judged_report(),
    "partly_covered": partly_covered_report(),
}
"""Every kind of small report that is shown by every format."""
