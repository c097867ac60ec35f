"""The schema of verdict.json: the typed document, its conversion from and to a `Report`, and its JSON Schema.

The document consists of the structs of `scangate.model`. An additive change keeps ``SCHEMA``; any other change raises it (see
docs/reference/compatibility.md).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import Any, TypeVar

import msgspec

from scangate.errors import UsageError
from scangate.model import (
    COVERAGE,
    Basis,
    Finding,
    Gap,
    GapRuling,
    Note,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    RunInfo,
    ScannerRun,
    ScanResult,
    Severity,
    Targets,
    TargetsInfo,
    Verdict,
    exit_code_of,
)
from scangate.report import summary
from scangate.report.decision_text import describe_note
from scangate.strict_json import describe_error, parse_json

SCHEMA = 2
SCHEMA_ID = f"https://scangate.dev/schemas/verdict-{SCHEMA}.json"
MAX_CHARACTERS = 256 * 1024 * 1024
HINT = "scan again: scangate scan --report json=verdict.json"
POLICY_GAPS = {Basis.REQUIRED_SCANNER, Basis.NOTHING_SCANNED, Basis.NOT_ANALYZED, Basis.REPORT_NOT_WRITTEN}
"""Why the policy adds a gap: no scanner reported it."""
TARGETS = "targets"
"""The ``scanner`` of a gap in the list of files."""

StructType = TypeVar("StructType", bound=msgspec.Struct)


class Totals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many findings and gaps there are."""

    findings: int
    gaps: int
    blocking_gaps: int
    by_outcome: dict[RulingOutcome, int]
    by_severity: dict[Severity, dict[RulingOutcome, int]]


class Document(RunInfo, frozen=True):
    """verdict.json. ``findings`` are the verdict's rulings; the scanners' own findings and gaps are those in the rulings."""

    schema: int
    outcome: Outcome
    policy: str
    policy_digest: str
    environment: str
    date: str
    counts: Totals
    targets: TargetsInfo
    notes: tuple[Note, ...]
    scanners: tuple[ScannerRun, ...]
    rulings: tuple[Ruling, ...] = msgspec.field(name="findings")
    gaps: tuple[GapRuling, ...]


def from_report(report: Report) -> Document:
    """The document of a report. Raises ValueError if the verdict does not rule on everything that the scanners reported."""
    verdict = report.verdict
    document = Document(
        schema=SCHEMA,
        counts=_totals(verdict),
        targets=msgspec.structs.replace(
            TargetsInfo(**_fields(report.targets, TargetsInfo)),
            skipped_paths=tuple(sorted(report.targets.skipped_paths)),
            notes=tuple(sorted(report.targets.notes)),
        ),
        scanners=tuple(_scanner_run(result) for result in summary.sort_results(report)),
        **_fields(verdict, Verdict),
        **_fields(report, RunInfo),
    )
    document = msgspec.structs.replace(
        document,
        root=report.root.rstrip("/").rpartition("/")[2],
        seconds=_round_seconds(report.seconds),
        known_sources=tuple(sorted(report.known_sources)),
        coverage=None if report.coverage is None else tuple(sorted(report.coverage)),
        code_owners=tuple(sorted(report.code_owners)),
        notes=tuple(sorted(verdict.notes, key=describe_note)),
        rulings=tuple(map(_without_secrets, verdict.rulings)),
    )
    _check_complete(document, report)
    return document


def parse_report(text: str) -> Report:
    """The whole run, as it was judged. Raises UsageError for a document that scangate did not write, or that was changed."""
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"verdict.json is too large: {len(text):,} characters, the limit is {MAX_CHARACTERS:,}", HINT)
    try:
        plain = parse_json(text)
        schema = plain.get("schema") if isinstance(plain, dict) else None
        if type(schema) is int and schema != SCHEMA:
            hint = "scan again, or use the version of scangate that wrote it"
            raise UsageError(f"verdict.json has schema {schema}, this version of scangate reads schema {SCHEMA}", hint)
        return _to_report(msgspec.convert(plain, Document))
    except ValueError as error:
        raise UsageError(f"verdict.json is invalid: {describe_error(error)}", HINT) from error


def verdict_json_schema() -> dict[str, Any]:
    """The JSON Schema of verdict.json, without the fields that are never written."""
    schema = msgspec.json.schema(Document)
    definitions = schema["$defs"]
    del definitions["Finding"]["properties"]["match_span"], definitions["FindingIdentity"]["properties"]["secret"]
    definitions.pop("Span", None)
    definitions["Document"]["properties"]["schema"] = {"const": SCHEMA}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": "scangate verdict.json", **schema}


def _fields(struct: msgspec.Struct, of: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields of ``struct`` that ``of`` has as well."""
    return {name: getattr(struct, name) for name in of.__struct_fields__}


def _totals(verdict: Verdict) -> Totals:
    counts = summary.count(verdict.rulings, verdict.gaps)
    return Totals(
        findings=counts.findings,
        gaps=counts.gaps,
        blocking_gaps=counts.blocking_gaps,
        by_outcome={outcome: counts.with_outcome(outcome) for outcome in RulingOutcome},
        by_severity={
            severity: {outcome: counts.with_severity(severity, outcome) for outcome in RulingOutcome}
            for severity in Severity.worst_first()
        },
    )


def _scanner_run(result: ScanResult) -> ScannerRun:
    return msgspec.structs.replace(
        ScannerRun(**_fields(result, ScannerRun)),
        analyzed_files=tuple(sorted(result.analyzed_files)),
        skipped_paths=tuple(sorted(result.skipped_paths)),
        components=tuple(sorted(result.components)),
        seconds=_round_seconds(result.seconds),
    )


def _round_seconds(seconds: float) -> float:
    return round(seconds, 3) if math.isfinite(seconds) else 0.0


def _without_secrets(ruling: Ruling) -> Ruling:
    """The ruling without digests of secrets: values could be guessed and compared with them, and reports are widely distributed."""
    identity = ruling.finding.identity
    if identity is not None and identity.secret:
        finding = msgspec.structs.replace(ruling.finding, identity=msgspec.structs.replace(identity, secret=""))
        ruling = msgspec.structs.replace(ruling, finding=finding)
    return msgspec.structs.replace(ruling, members=tuple(map(_without_secrets, ruling.members))) if ruling.members else ruling


def _check_complete(document: Document, report: Report) -> None:
    findings, gaps = _reported(document)
    expected = Counter({result.scanner: len(result.findings) for result in report.results})
    if Counter({name: len(found) for name, found in findings.items()}) != expected:
        raise ValueError("the verdict does not rule on just the findings that the scanners reported")
    expected = Counter({result.scanner: len(result.gaps) for result in report.results})
    expected[TARGETS] += len(report.targets.gaps)
    if Counter({name: len(found) for name, found in gaps.items()}) != expected:
        raise ValueError("the verdict does not rule on just the gaps that the scanners and the list of files reported")


def _reported(document: Document) -> tuple[dict[str, list[Finding]], dict[str, list[Gap]]]:
    """The findings and gaps that are not the policy's own, by scanner."""
    scanners = {run.scanner for run in document.scanners}
    findings: dict[str, list[Finding]] = defaultdict(list)
    for ruling in document.rulings:
        for each in ruling.per_scanner:
            if each.finding.scanner in scanners or each.finding.scanner != summary.SCANGATE:
                findings[each.finding.scanner].append(each.finding)
    gaps: dict[str, list[Gap]] = defaultdict(list)
    for gap_ruling in document.gaps:
        if gap_ruling.decision.basis not in POLICY_GAPS and gap_ruling.gap.scanner != COVERAGE:
            gaps[gap_ruling.gap.scanner].append(gap_ruling.gap)
    return findings, gaps


def _to_report(document: Document) -> Report:
    """Raises ValueError if the document contradicts itself. `ScanResult` and `Verdict` check their own invariants."""
    verdict = Verdict(**_fields(document, Verdict))
    if document.counts != _totals(verdict):
        raise ValueError("`counts` are not the numbers of findings and gaps in the document")
    expected = exit_code_of(document.outcome, is_scoped=bool(document.only_scanners))
    if document.exit_code != expected and not document.interrupted:
        raise ValueError(f"the exit code {document.exit_code} does not follow from {document.outcome.value}")
    if len({run.scanner for run in document.scanners}) < len(document.scanners):
        raise ValueError("`scanners` lists one twice")
    findings, gaps = _reported(document)
    results = tuple(
        ScanResult(
            **_fields(run, ScannerRun),
            findings=tuple(sorted(findings.pop(run.scanner, ()), key=Finding.sort_key)),
            gaps=tuple(sorted(gaps.pop(run.scanner, ()), key=Gap.sort_key)),
        )
        for run in document.scanners
    )
    targets = Targets(**_fields(document.targets, TargetsInfo), gaps=tuple(sorted(gaps.pop(TARGETS, ()), key=Gap.sort_key)))
    unknown = sorted({*findings, *gaps})
    if unknown:
        raise ValueError(f"`scanners` does not list {unknown[0]}")
    return Report(verdict=verdict, results=results, targets=targets, **_fields(document, RunInfo))
