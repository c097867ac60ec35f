"""verdict.json: the whole run, field by field and versioned, complete enough that another policy can judge it again."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from scangate.model import (
    Component,
    Finding,
    Gap,
    Ignore,
    KnownBy,
    LeftOut,
    Package,
    Record,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    Since,
    Targets,
)
from scangate.report import tally
from scangate.report.reading import SCHEMA, Meta, read

__all__ = ["SCHEMA", "Meta", "read", "render"]

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
        "part": report.part,
        "commit": report.commit,
        "since": report.since and _since(report.since),
        "started": report.started,
        "finished": report.finished,
        "seconds": _seconds(report.seconds),
        "counts": _counts(report),
        "targets": _targets(report.targets),
        "scanners": [_scanner(part, part.result) for part in tally.parts(report) if part.result is not None],
        **_findings(report),
        "gaps": _gaps(report),
        "components": _components(report),
        "known": [_known_by(source) for source in sorted(report.known)],
        "notes": sorted(verdict.notes),
        "scope": {key: _json(value) for key, value in sorted(report.scope)},
    }
    return _laid_out(document)


def _counts(report: Report) -> dict[str, Any]:
    totals = tally.count(report.verdict.rulings, report.verdict.gaps)
    return {
        "findings": totals.findings,
        "gaps": totals.gaps,
        "gaps_that_count": totals.counting,
        "outcome": {outcome.value: totals.of(outcome) for outcome in RulingOutcome},
        "severity": {
            severity.name.lower(): {outcome.value: totals.at(severity, outcome) for outcome in RulingOutcome}
            for severity in tally.severities()
        },
    }


def _targets(targets: Targets) -> dict[str, Any]:
    return {
        "source": targets.source,
        "files": targets.files,
        "left_out": _left_out(targets.left_out),
        "notes": sorted(targets.notes),
    }


def _left_out(paths: Iterable[LeftOut]) -> list[dict[str, Any]]:
    groups = defaultdict(list)
    for left in paths:
        groups[left.reason, left.scanner].append(left.path)
    return [
        {"reason": reason, "scanner": scanner, "count": len(names), "paths": sorted(names)}
        for (reason, scanner), names in sorted(groups.items())
    ]


def _scanner(part: tally.Part, result: ScanResult) -> dict[str, Any]:
    return {
        "name": result.scanner,
        "version": result.version,
        "status": result.status.value,
        "reason": result.reason,
        "accounting": result.accounting.value,
        "given": result.given,
        "files": len(result.files),
        "cached": result.cached,
        "findings": len(part.rulings),
        "gaps": len(part.gaps),
        "components": len(result.components),
        "seconds": _seconds(result.seconds),
        "left_out": _left_out(result.left_out),
        "read": sorted(result.files),
    }


class _Written(list[str]):
    """Entries that are JSON already: of a hundred thousand the values need not all be there at once."""


def _findings(report: Report) -> dict[str, Any]:
    """The rulings, a merged one with its members; and findings that the scanners told and no ruling is about."""
    told = _told((result.scanner, result.findings) for result in report.results)
    ruled = _Written(_written(_ruling(ruling, told)) for ruling in tally.rulings(report))
    left = sorted(((fact, origin) for fact, origins in told.items() for origin in origins), key=_finding_key)
    return {"findings": ruled, "unruled": [{**_finding(finding), "origin": origin} for finding, origin in left]}


def _finding_key(left: tuple[Finding, str]) -> tuple[Any, ...]:
    return (tally.finding_key(left[0]), left[1])


def _ruling(ruling: Ruling, told: dict[Finding, list[str]]) -> dict[str, Any]:
    """A merged one has no origin: it is its members that were found."""
    members = [_judged(member, _origin(told, member.finding)) for member in ruling.members]
    return {**_judged(ruling, None if members else _origin(told, ruling.finding)), "members": members}


def _judged(ruling: Ruling, origin: str | None) -> dict[str, Any]:
    judged = {"outcome": ruling.outcome.value, "severity": ruling.severity.name.lower(), "because": ruling.because}
    return {**judged, **_finding(ruling.finding), "origin": origin}


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.location
    package = finding.package
    return {
        "rule": finding.rule,
        "scanner": finding.scanner,
        "original_severity": finding.severity.name.lower(),
        "confidence": finding.confidence.name.lower(),
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
        "waiver": finding.waiver,
        "ignores": [_ignore(ignore) for ignore in finding.ignores],
        "reported_by": list(finding.reported_by),
        "package": package and _package(package),
        "record": finding.record and _record(finding.record),
        "known": finding.known,
        "known_at": finding.known_at,
    }


def _record(record: Record) -> dict[str, Any]:
    """Without the digest of a secret's value: guesses at the value could be tried against it, and reports go everywhere."""
    return {"content": record.content, "context": record.context, "ordinal": record.ordinal}


def _since(since: Since) -> dict[str, Any]:
    return {"revision": since.revision, "commit": since.commit, "fork": since.fork}


def _known_by(source: KnownBy) -> dict[str, Any]:
    return {"name": source.name, "findings": source.findings, "matched": source.matched, "gone": source.gone, "file": source.file}


def _ignore(ignore: Ignore) -> dict[str, Any]:
    return {
        "line": ignore.line,
        "text": ignore.text,
        "rules": list(ignore.rules),
        "until": ignore.until,
        "fault": ignore.fault,
    }


def _package(package: Package) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "fixed_in": list(package.fixed_in),
        "aliases": list(package.aliases),
        "cvss": package.cvss,
        "published": package.published,
        "upgrade": package.upgrade,
        "told_by": package.told_by,
    }


def _gaps(report: Report) -> list[dict[str, Any]]:
    """The gaps and what the policy makes of each; ``counts`` is null for one that was told and never judged."""
    told = _told([(result.scanner, result.gaps) for result in report.results] + [(TARGETS, report.targets.gaps)])
    entries = []
    for ruling in tally.gap_rulings(report):
        judged = {"counts": ruling.counts, "because": ruling.because}
        entries.append({**_gap(ruling.gap), **judged, "origin": _origin(told, ruling.gap)})
    left = sorted(((gap, origin) for gap, origins in told.items() for origin in origins), key=_left_key)
    return entries + [{**_gap(gap), "counts": None, "because": "", "origin": origin} for gap, origin in left]


def _components(report: Report) -> list[dict[str, Any]]:
    """What the repository depends on, by the scanner that told it."""
    return [
        {"scanner": result.scanner, **_component(component)}
        for result in tally.results(report)
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


def _left_key(left: tuple[Gap, str]) -> tuple[Any, ...]:
    return (tally.gap_key(left[0]), left[1])


TARGETS = ""
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


def _told(sources: Iterable[tuple[str, Iterable[Fact]]]) -> dict[Fact, list[str]]:
    told: dict[Fact, list[str]] = defaultdict(list)
    for origin, facts in sorted(sources, key=lambda source: source[0], reverse=True):
        for fact in facts:
            told[fact].append(origin)
    return told


def _origin(told: dict[Fact, list[str]], fact: Fact) -> str | None:
    """Who told this; taken off the list, so that equal facts are told as often as they were."""
    origins = told.get(fact)
    return origins.pop() if origins else None


def _seconds(seconds: float) -> float:
    return round(seconds, 3) if math.isfinite(seconds) else 0.0


def _json(value: Any) -> Any:
    """A scope's value with its keys in order; raises TypeError for what JSON has no form for."""
    if isinstance(value, Mapping):
        return {str(key): _json(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a scope holds JSON values, not {type(value).__name__}")


def _laid_out(document: Mapping[str, Any]) -> str:
    return "{\n" + ",\n".join(f" {json.dumps(key)}: {_entry(value)}" for key, value in document.items()) + "\n}\n"


def _entry(value: Any) -> str:
    if isinstance(value, list) and value:
        lines = value if isinstance(value, _Written) else map(_written, value)
        return "[\n" + ",\n".join(f"  {line}" for line in lines) + "\n ]"
    return json.dumps(value, allow_nan=False)


def _written(value: Any) -> str:
    """One of many entries, as compact ASCII. msgspec is the fast way there, but for what is no ASCII, or no text in UTF-8."""
    try:
        written = msgspec.json.encode(value)
    except UnicodeEncodeError:
        written = b""
    return written.decode("ascii") if written.isascii() and written else json.dumps(value, allow_nan=False, separators=(",", ":"))
