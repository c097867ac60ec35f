"""verdict.json: the whole run, field by field and versioned, complete enough that another policy can judge it again."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from scangate.model import (
    AffectedPackage,
    ComparedRevision,
    Component,
    Finding,
    FindingIdentity,
    Gap,
    IgnoreComment,
    KnownSource,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    Severity,
    SkippedPath,
    Targets,
)
from scangate.report import summary
from scangate.report.schema import SCHEMA, RunInfo, parse_scan

__all__ = ["SCHEMA", "RunInfo", "parse_scan", "render"]

Fact = TypeVar("Fact", bound=Hashable)


def render(report: Report) -> str:
    """The document: one line a key, and one line an entry of the long lists, so that two of them can be compared.

    It is plain ASCII. A byte of a path that is no UTF-8 stands as the escape of a lone surrogate, as Python hands it on: nothing
    else brings the same path back.
    """
    verdict = report.verdict
    document = {
        "schema": SCHEMA,
        "tool": {"name": "scangate", "version": report.tool_version},
        "outcome": verdict.outcome.value,
        "exit_code": report.exit_code,
        "interrupted": report.interrupted,
        "policy": {
            "name": verdict.policy,
            "digest": verdict.policy_digest,
            "environment": verdict.environment,
            "date": verdict.date,
        },
        "root": report.root.rstrip("/").rpartition("/")[2],
        "part": report.subdirectory,
        "commit": report.commit,
        "since": report.compared_revision and _since(report.compared_revision),
        "started": report.started,
        "finished": report.finished,
        "seconds": _round_seconds(report.seconds),
        "counts": _counts(report),
        "targets": _targets(report.targets),
        "scanners": [_scanner(part, part.result) for part in summary.summarize_scanners(report) if part.result is not None],
        **_findings(report),
        "gaps": _gaps(report),
        "components": _components(report),
        "known": [_known_by(source) for source in sorted(report.known_sources)],
        "notes": sorted(msgspec.to_builtins(verdict.notes), key=str),
        "scope": {key: _sort_keys(value) for key, value in sorted(report.scope)},
    }
    return _format_document(document)


def _counts(report: Report) -> dict[str, Any]:
    totals = summary.count(report.verdict.rulings, report.verdict.gaps)
    return {
        "findings": totals.findings,
        "gaps": totals.gaps,
        "gaps_that_count": totals.blocking_gaps,
        "outcome": {outcome.value: totals.with_outcome(outcome) for outcome in RulingOutcome},
        "severity": {
            severity.value: {outcome.value: totals.with_severity(severity, outcome) for outcome in RulingOutcome}
            for severity in Severity.worst_first()
        },
    }


def _targets(targets: Targets) -> dict[str, Any]:
    return {
        "source": targets.source,
        "files": targets.file_count,
        "left_out": _left_out(targets.skipped_paths),
        "notes": sorted(targets.notes),
    }


def _left_out(paths: Iterable[SkippedPath]) -> list[dict[str, Any]]:
    groups = defaultdict(list)
    for left in paths:
        groups[left.reason.value, left.detail, left.scanner].append(left.path)
    return [
        {"reason": reason, "detail": detail, "scanner": scanner, "count": len(names), "paths": sorted(names)}
        for (reason, detail, scanner), names in sorted(groups.items())
    ]


def _scanner(part: summary.ScannerSummary, result: ScanResult) -> dict[str, Any]:
    return {
        "name": result.scanner,
        "version": result.version,
        "status": result.status.value,
        "reason": result.reason,
        "accounting": result.accounting.value,
        "given": result.files_given,
        "files": len(result.analyzed_files),
        "cached": result.files_cached,
        "findings": len(part.rulings),
        "gaps": len(part.gaps),
        "components": len(result.components),
        "seconds": _round_seconds(result.seconds),
        "left_out": _left_out(result.skipped_paths),
        "read": sorted(result.analyzed_files),
    }


class _EncodedEntries(list[str]):
    """Entries that are JSON already: of a hundred thousand the values need not all be there at once."""


def _findings(report: Report) -> dict[str, Any]:
    """The rulings, a merged one with its members; and findings that the scanners told and no ruling is about."""
    told = _by_origin((result.scanner, result.findings) for result in report.results)
    ruled = _EncodedEntries(_encode_entry(_ruling(ruling, told)) for ruling in summary.sort_rulings(report))
    left = sorted(((fact, origin) for fact, origins in told.items() for origin in origins), key=_finding_key)
    return {"findings": ruled, "unruled": [{**_finding(finding), "origin": origin} for finding, origin in left]}


def _finding_key(left: tuple[Finding, str]) -> tuple[Any, ...]:
    return (summary.finding_sort_key(left[0]), left[1])


def _ruling(ruling: Ruling, told: dict[Finding, list[str]]) -> dict[str, Any]:
    """A merged one has no origin: it is its members that were found."""
    members = [_ruling_entry(member, _take_origin(told, member.finding)) for member in ruling.members]
    return {**_ruling_entry(ruling, None if members else _take_origin(told, ruling.finding)), "members": members}


def _ruling_entry(ruling: Ruling, origin: str | None) -> dict[str, Any]:
    judged = {
        "outcome": ruling.outcome.value,
        "severity": ruling.severity.value,
        "decision": msgspec.to_builtins(ruling.decision),
    }
    return {**judged, **_finding(ruling.finding), "origin": origin}


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.location
    package = finding.affected_package
    return {
        "rule": finding.rule,
        "scanner": finding.scanner,
        "original_severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "kind": finding.kind.value,
        "path": place.path,
        "line": place.line,
        "end_line": place.end_line,
        "column": place.column,
        "end_column": place.end_column,
        "title": finding.title,
        "message": finding.message,
        "cwe": list(finding.cwe),
        "evidence": finding.evidence,
        "help_url": finding.help_url,
        "fingerprint": finding.fingerprint,
        "line_hash": finding.line_hash,
        "waiver": finding.tool_comment,
        "ignores": [_ignore(ignore) for ignore in finding.ignore_comments],
        "reported_by": list(finding.reported_by),
        "package": package and _package(package),
        "record": finding.identity and _record(finding.identity),
        "known": finding.known_by,
        "known_at": finding.previous_path,
    }


def _record(record: FindingIdentity) -> dict[str, Any]:
    """Without the digest of a secret's value: guesses at the value could be tried against it, and reports go everywhere."""
    return {"content": record.content, "context": record.context, "ordinal": record.ordinal}


def _since(since: ComparedRevision) -> dict[str, Any]:
    return {"revision": since.revision, "commit": since.commit, "fork": since.merge_base}


def _known_by(source: KnownSource) -> dict[str, Any]:
    return {"name": source.name, "findings": source.findings, "matched": source.matched, "gone": source.gone, "file": source.file}


def _ignore(ignore: IgnoreComment) -> dict[str, Any]:
    return {
        "line": ignore.line,
        "text": ignore.text,
        "rules": list(ignore.rules),
        "until": ignore.expires,
        "fault": ignore.problem,
    }


def _package(package: AffectedPackage) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "fixed_in": list(package.fixed_in),
        "aliases": list(package.aliases),
        "cvss": package.cvss,
        "published": package.published,
        "upgrade": package.upgrade,
        "told_by": package.source,
    }


def _gaps(report: Report) -> list[dict[str, Any]]:
    """The gaps and what the policy makes of each; ``counts`` is null for one that was told and never judged."""
    told = _by_origin([(result.scanner, result.gaps) for result in report.results] + [(TARGETS_ORIGIN, report.targets.gaps)])
    entries = []
    for ruling in summary.sort_gap_rulings(report):
        judged = {"counts": ruling.blocking, "decision": msgspec.to_builtins(ruling.decision)}
        entries.append({**_gap(ruling.gap), **judged, "origin": _take_origin(told, ruling.gap)})
    left = sorted(((gap, origin) for gap, origins in told.items() for origin in origins), key=_gap_entry_key)
    return entries + [{**_gap(gap), "counts": None, "decision": None, "origin": origin} for gap, origin in left]


def _components(report: Report) -> list[dict[str, Any]]:
    """What the repository depends on, by the scanner that told it."""
    return [
        {"scanner": result.scanner, **_component(component)}
        for result in summary.sort_results(report)
        for component in sorted(result.components)
    ]


def _component(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "version": component.version,
        "path": component.path,
        "line": component.line,
        "direct": component.direct,
        "via": list(component.via),
        "index": component.index,
        "resolved": component.resolved,
    }


def _gap_entry_key(left: tuple[Gap, str]) -> tuple[Any, ...]:
    return (summary.gap_sort_key(left[0]), left[1])


TARGETS_ORIGIN = ""
"""The origin of a gap of the list of files. A scanner's has its name; one the policy added has null, and is not read back."""


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "scanner": gap.scanner,
        "path": gap.path,
        "line": gap.line,
        "kind": gap.kind.value,
        "reason": gap.reason,
        "hint": gap.hint,
    }


def _by_origin(sources: Iterable[tuple[str, Iterable[Fact]]]) -> dict[Fact, list[str]]:
    told: dict[Fact, list[str]] = defaultdict(list)
    for origin, facts in sorted(sources, key=lambda source: source[0], reverse=True):
        for fact in facts:
            told[fact].append(origin)
    return told


def _take_origin(told: dict[Fact, list[str]], fact: Fact) -> str | None:
    """Who told this; taken off the list, so that equal facts are told as often as they were."""
    origins = told.get(fact)
    return origins.pop() if origins else None


def _round_seconds(seconds: float) -> float:
    return round(seconds, 3) if math.isfinite(seconds) else 0.0


def _sort_keys(value: Any) -> Any:
    """A scope's value with its keys in order; raises TypeError for what JSON has no form for."""
    if isinstance(value, Mapping):
        return {str(key): _sort_keys(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sort_keys(each) for each in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a scope holds JSON values, not {type(value).__name__}")


def _format_document(document: Mapping[str, Any]) -> str:
    return "{\n" + ",\n".join(f" {json.dumps(key)}: {_format_value(value)}" for key, value in document.items()) + "\n}\n"


def _format_value(value: Any) -> str:
    if isinstance(value, list) and value:
        lines = value if isinstance(value, _EncodedEntries) else map(_encode_entry, value)
        return "[\n" + ",\n".join(f"  {line}" for line in lines) + "\n ]"
    return json.dumps(value, allow_nan=False)


def _encode_entry(value: Any) -> str:
    """One of many entries, as compact ASCII. msgspec is the fast way there, but for what is no ASCII, or no text in UTF-8."""
    try:
        written = msgspec.json.encode(value)
    except UnicodeEncodeError:
        written = b""
    return written.decode("ascii") if written.isascii() and written else json.dumps(value, allow_nan=False, separators=(",", ":"))
