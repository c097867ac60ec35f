"""Renders so many findings as SARIF, JUnit and JSON, for run.py to measure: ``python benchmarks/render.py NUMBER FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from scangate.model import (
    Basis,
    Confidence,
    Decision,
    FileSource,
    Finding,
    FindingKind,
    Location,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Severity,
    Targets,
    Verdict,
)
from scangate.report import FORMATS

FORMS = ("sarif", "junit", "json")


def report(number: int) -> Report:
    """A run of one scanner with so many findings, all of which block."""
    found = tuple(_finding(each) for each in range(number))
    files = tuple(sorted({finding.location.path for finding in found}))
    result = ScanResult("bandit", "1.9.4", ScanStatus.COMPLETE, files_given=len(files), analyzed_files=files, findings=found)
    rulings = tuple(
        Ruling(
            finding,
            finding.severity,
            RulingOutcome.BLOCKING,
            Decision(Basis.BUDGET, severity=finding.severity, count=number, limit=0),
        )
        for finding in found
    )
    verdict = Verdict(Outcome.FAIL, rulings, (), "baseline", "0" * 64, "", "2026-01-02")
    return Report(verdict, (result,), Targets(FileSource.GIT_INDEX, len(files)), tool_version="0", root="root", exit_code=1)


def _finding(number: int) -> Finding:
    return Finding(
        rule=f"bandit:B{100 + number % 40}",
        severity=list(Severity)[1 + number % 5],
        confidence=list(Confidence)[number % 4],
        kind=FindingKind.CODE,
        title=f"rule {number % 40}",
        message="a message of the length that messages have, about what is wrong here and what to do instead",
        location=Location(f"src/package{number % 20}/module{number % 300}.py", 1 + number // 3, 1 + number // 3, 5, 30),
        cwe=(78 + number % 5,),
        evidence="    subprocess.call(command, shell=True)",
        fingerprint=f"{number:064x}",
        line_hash=f"{number:016x}:1",
    )


def main(number: int, folder: Path) -> None:
    """Writes the three reports, one after the other."""
    made = report(number)
    for form in FORMS:
        (folder / f"report.{form}").write_text(FORMATS[form].render(made), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
