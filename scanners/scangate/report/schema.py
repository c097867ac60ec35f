"""Reads verdict.json back, strictly: what is missing, unknown, of another type or does not add up is an error."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal, NoReturn, TypeVar

import msgspec

from scangate.errors import UsageError
from scangate.model import (
    EXIT_CODES,
    AffectedPackage,
    ComparedRevision,
    Component,
    Confidence,
    Decision,
    FileAccounting,
    Finding,
    FindingIdentity,
    FindingKind,
    Gap,
    GapKind,
    GapRuling,
    IgnoreComment,
    KnownSource,
    Location,
    Note,
    Outcome,
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
)

__all__ = ["MAX_CHARACTERS", "SCHEMA", "RunInfo", "parse_report", "parse_scan"]

SCHEMA = 1
MAX_CHARACTERS = 256 * 1024 * 1024
HINT = "scan again: scangate scan --report json=verdict.json"


Value = TypeVar("Value")


class RunInfo(msgspec.Struct, frozen=True):
    """What verdict.json says of the run itself, named as in `Report`; of the root it has only the folder's name."""

    tool_version: str
    commit: str
    started: str
    finished: str
    seconds: float
    interrupted: str
    known_sources: tuple[KnownSource, ...] = ()
    compared_revision: ComparedRevision | None = None
    root: str = ""
    subdirectory: str = ""


_SeverityName = Literal["unknown", "info", "low", "medium", "high", "critical"]
_ConfidenceName = Literal["unknown", "low", "medium", "high"]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Tool(_Strict, frozen=True):
    name: str
    version: str


class _Policy(_Strict, frozen=True):
    name: str
    digest: str
    environment: str
    date: str


class _Counts(_Strict, frozen=True):
    findings: int
    gaps: int
    gaps_that_count: int
    outcome: dict[RulingOutcome, int]
    severity: dict[_SeverityName, dict[RulingOutcome, int]]


class _LeftOut(_Strict, frozen=True):
    reason: SkipReason
    detail: str
    scanner: str
    count: int
    paths: tuple[str, ...]


class _Targets(_Strict, frozen=True):
    source: str
    files: int
    left_out: tuple[_LeftOut, ...]
    notes: tuple[str, ...]


class _Scanner(_Strict, frozen=True):
    name: str
    version: str
    status: ScanStatus
    reason: str
    accounting: FileAccounting
    given: int
    files: int
    cached: int
    findings: int
    gaps: int
    components: int
    seconds: float
    left_out: tuple[_LeftOut, ...]
    read: tuple[str, ...]


class _Package(_Strict, frozen=True):
    name: str
    version: str
    fixed_in: tuple[str, ...]
    aliases: tuple[str, ...]
    cvss: str
    published: str
    upgrade: str
    told_by: str


class _Record(_Strict, frozen=True):
    content: str
    context: str
    ordinal: int


class _Since(_Strict, frozen=True):
    revision: str
    commit: str
    fork: str


class _KnownBy(_Strict, frozen=True):
    name: str
    findings: int
    matched: int
    gone: int
    file: str


class _Ignore(_Strict, frozen=True):
    line: int
    text: str
    rules: tuple[str, ...]
    until: str
    fault: str


class _Finding(_Strict, frozen=True):
    rule: str
    scanner: str
    original_severity: _SeverityName
    confidence: _ConfidenceName
    kind: FindingKind
    path: str
    line: int
    end_line: int
    column: int
    end_column: int
    title: str
    message: str
    cwe: tuple[int, ...]
    evidence: str
    help_url: str
    fingerprint: str
    line_hash: str
    waiver: str
    ignores: tuple[_Ignore, ...]
    reported_by: tuple[str, ...]
    package: _Package | None
    record: _Record | None
    known: str
    known_at: str
    origin: str | None


class _Member(_Finding, frozen=True):
    outcome: RulingOutcome
    severity: _SeverityName
    decision: Decision


class _Ruling(_Member, frozen=True):
    members: tuple[_Member, ...]

    def reported_findings(self) -> tuple[_Finding, ...]:
        """What scanners told: the members of a merged finding, else the finding itself. Raises ValueError for one of one member."""
        if len(self.members) == 1 or (self.members and self.origin is not None):
            raise ValueError(f"{self.rule} in {self.path} is not merged as findings are: two members or more, and no origin")
        return self.members or (self,)


class _Gap(_Strict, frozen=True):
    scanner: str
    path: str | None
    line: int
    kind: GapKind
    reason: str
    hint: str
    counts: bool | None
    decision: Decision | None
    origin: str | None


class _Component(_Strict, frozen=True):
    scanner: str
    name: str
    version: str
    path: str
    line: int
    direct: bool
    via: tuple[str, ...]
    index: str
    resolved: bool


class _Document(_Strict, frozen=True):
    schema: int
    tool: _Tool
    outcome: Outcome
    exit_code: int
    interrupted: str
    policy: _Policy
    root: str
    part: str
    commit: str
    since: _Since | None
    started: str
    finished: str
    seconds: float
    counts: _Counts
    targets: _Targets
    scanners: tuple[_Scanner, ...]
    findings: tuple[_Ruling, ...]
    unruled: tuple[_Finding, ...]
    gaps: tuple[_Gap, ...]
    components: tuple[_Component, ...]
    known: tuple[_KnownBy, ...]
    notes: tuple[Note, ...]
    scope: dict[str, Any]


def parse_scan(text: str) -> tuple[tuple[ScanResult, ...], Targets, tuple[tuple[str, Any], ...], RunInfo]:
    """What was scanned, as the scanners told it: results, targets, scope, and the run's own facts.

    Everything comes back in the reports' order, seconds to the millisecond, a scope as JSON has it. The rulings do not come back:
    another policy makes its own. Raises UsageError for a document that is not one of ours, or was changed.
    """
    return _parse(text, lambda document: (_results(document), _targets(document), _scope(document), _meta(document)))


def parse_report(text: str) -> Report:
    """The whole run, as it was judged then. UsageError as for `read`, and where the outcome or the exit code does not follow."""
    return _parse(text, _report)


def _parse(text: str, convert: Callable[[_Document], Value]) -> Value:
    """What ``look`` makes of the document. UsageError where it is not one of ours, or was changed."""
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"verdict.json is too large: {len(text):,} characters, at most {MAX_CHARACTERS:,} are read", HINT)
    try:
        document = _document(text)
        _check_counts(document)
        return convert(document)
    except (ValueError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"verdict.json cannot be believed: {' '.join(said.split())}", HINT) from error


def _document(text: str) -> _Document:
    # not msgspec's own reader: it refuses the lone surrogates that stand for bytes in paths
    plain = json.loads(text, object_pairs_hook=_reject_duplicate_keys, parse_constant=_reject_constant)
    schema = plain.get("schema") if isinstance(plain, dict) else None
    if type(schema) is int and schema != SCHEMA:
        hint = "use the scangate that wrote it, or scan again with this one"
        raise UsageError(f"verdict.json has schema {schema}, and this scangate reads schema {SCHEMA}", hint)
    return msgspec.convert(plain, _Document)


def _reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return entries


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _check_counts(document: _Document) -> None:
    """Raise ValueError where the numbers in the document are not those of its lists, or an origin is no scanner of the run."""
    counts = document.counts
    pairs = [
        ("counts.findings", counts.findings, len(document.findings)),
        ("counts.gaps", counts.gaps, sum(gap.counts is not None for gap in document.gaps)),
        ("counts.gaps_that_count", counts.gaps_that_count, sum(gap.counts is True for gap in document.gaps)),
        ("scanners[].name", len({scanner.name for scanner in document.scanners}), len(document.scanners)),
    ]
    pairs += [(f"{scanner.name}: files", scanner.files, len(scanner.read)) for scanner in document.scanners]
    stated = Counter(component.scanner for component in document.components)
    pairs += [(f"{scanner.name}: components", scanner.components, stated[scanner.name]) for scanner in document.scanners]
    groups = [*document.targets.left_out, *(group for scanner in document.scanners for group in scanner.left_out)]
    pairs += [(f"left out, {group.reason}", group.count, len(group.paths)) for group in groups]
    for name, said, counted in pairs:
        if said != counted:
            raise ValueError(f"{name} is {said}, but {counted} are listed")
    known = {scanner.name for scanner in document.scanners} | {None}
    origins: set[str | None] = {entry.origin for entry in _reported_findings(document)}
    origins |= {component.scanner for component in document.components}
    strangers = (origins - known) | ({gap.origin for gap in document.gaps} - known - {""})
    if strangers:
        raise ValueError(f"{min(map(str, strangers))} found something, but is none of the scanners")


def _report(document: _Document) -> Report:
    expected = EXIT_CODES[document.outcome]
    if document.exit_code != expected and not document.interrupted:
        raise ValueError(f"the exit code {document.exit_code} does not follow from {document.outcome.value}")
    return Report(
        verdict=_verdict(document),
        results=_results(document),
        targets=_targets(document),
        exit_code=document.exit_code,
        scope=_scope(document),
        **msgspec.structs.asdict(_meta(document)),
    )


def _verdict(document: _Document) -> Verdict:
    """The judgement as it stands there; a Verdict refuses an outcome that does not follow from its rulings."""
    return Verdict(
        outcome=document.outcome,
        rulings=tuple(_ruling(entry) for entry in document.findings),
        gaps=tuple(
            GapRuling(_gap(entry), entry.counts, entry.decision)
            for entry in document.gaps
            if entry.counts is not None and entry.decision is not None
        ),
        policy=document.policy.name,
        policy_digest=document.policy.digest,
        environment=document.policy.environment,
        date=document.policy.date,
        notes=document.notes,
    )


def _ruling(entry: _Member) -> Ruling:
    members = tuple(map(_ruling, entry.members)) if isinstance(entry, _Ruling) else ()
    return Ruling(_finding(entry), Severity[entry.severity.upper()], entry.outcome, entry.decision, members)


def _reported_findings(document: _Document) -> list[_Finding]:
    return [*(told for entry in document.findings for told in entry.reported_findings()), *document.unruled]


def _results(document: _Document) -> tuple[ScanResult, ...]:
    findings: dict[str | None, list[Finding]] = {}
    for entry in sorted(_reported_findings(document), key=lambda entry: entry.origin or ""):
        findings.setdefault(entry.origin, []).append(_finding(entry))
    return tuple(_result(scanner, findings.get(scanner.name, []), document) for scanner in document.scanners)


def _result(scanner: _Scanner, findings: list[Finding], document: _Document) -> ScanResult:
    return ScanResult(
        scanner=scanner.name,
        version=scanner.version,
        status=scanner.status,
        accounting=scanner.accounting,
        files_given=scanner.given,
        analyzed_files=scanner.read,
        files_cached=scanner.cached,
        findings=tuple(sorted(findings, key=Finding.sort_key)),
        gaps=_gaps(document, scanner.name),
        skipped_paths=_left_out(scanner.left_out),
        seconds=scanner.seconds,
        reason=scanner.reason,
        components=tuple(sorted(_component(entry) for entry in document.components if entry.scanner == scanner.name)),
    )


def _component(entry: _Component) -> Component:
    return Component(entry.name, entry.version, entry.path, entry.line, entry.direct, entry.via, entry.index, entry.resolved)


def _finding(entry: _Finding) -> Finding:
    finding = Finding(
        rule=entry.rule,
        severity=Severity[entry.original_severity.upper()],
        confidence=Confidence[entry.confidence.upper()],
        kind=entry.kind,
        title=entry.title,
        message=entry.message,
        location=Location(entry.path, entry.line, entry.end_line, entry.column, entry.end_column),
        cwe=entry.cwe,
        evidence=entry.evidence,
        help_url=entry.help_url,
        fingerprint=entry.fingerprint,
        line_hash=entry.line_hash,
        tool_comment=entry.waiver,
        ignore_comments=tuple(IgnoreComment(each.line, each.text, each.rules, each.until, each.fault) for each in entry.ignores),
        reported_by=entry.reported_by,
        affected_package=None if entry.package is None else _package(entry.package),
        identity=None
        if entry.record is None
        else FindingIdentity(entry.record.content, entry.record.context, entry.record.ordinal),
        known_by=entry.known,
        previous_path=entry.known_at,
    )
    if finding.scanner != entry.scanner:
        raise ValueError(f"rule {finding.rule} is not one of scanner {entry.scanner}")
    return finding


def _package(entry: _Package) -> AffectedPackage:
    ids = (entry.fixed_in, entry.aliases)
    return AffectedPackage(entry.name, entry.version, *ids, entry.cvss, entry.published, entry.upgrade, entry.told_by)


def _gaps(document: _Document, origin: str) -> tuple[Gap, ...]:
    found = (entry for entry in document.gaps if entry.origin == origin)
    return tuple(sorted(map(_gap, found), key=Gap.sort_key))


def _gap(entry: _Gap) -> Gap:
    return Gap(entry.scanner, entry.path, entry.kind, entry.reason, entry.line, entry.hint)


def _left_out(groups: Iterable[_LeftOut]) -> tuple[SkippedPath, ...]:
    return tuple(sorted(SkippedPath(path, group.reason, group.scanner, group.detail) for group in groups for path in group.paths))


def _targets(document: _Document) -> Targets:
    targets = document.targets
    return Targets(targets.source, targets.files, _left_out(targets.left_out), _gaps(document, ""), targets.notes)


def _scope(document: _Document) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(document.scope.items()))


def _since(since: _Since | None) -> ComparedRevision | None:
    return None if since is None else ComparedRevision(since.revision, since.commit, since.fork)


def _meta(document: _Document) -> RunInfo:
    return RunInfo(
        tool_version=document.tool.version,
        commit=document.commit,
        compared_revision=_since(document.since),
        started=document.started,
        finished=document.finished,
        seconds=document.seconds,
        interrupted=document.interrupted,
        known_sources=tuple(
            sorted(KnownSource(each.name, each.findings, each.matched, each.gone, each.file) for each in document.known)
        ),
        root=document.root,
        subdirectory=document.part,
    )
