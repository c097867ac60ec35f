"""What report.html shows, as data. The page is a function of this data alone, and contains it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from scangate.model import (
    Analysis,
    Basis,
    ContentCoverage,
    Decision,
    FindingKind,
    GapRuling,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    ScanStatus,
    Severity,
)
from scangate.report import escape, summary, wording
from scangate.report.coverage_text import (
    describe_analysis,
    describe_not_analyzed,
    list_coverage,
    list_mergeable,
    merge_hints,
    remaining_hint,
    summarize_coverage,
)
from scangate.report.decision_text import explain_decision, explain_tolerated_gap, list_notes, list_skipped
from scangate.report.html_findings import FindingTables, clean, clean_name, make_tables

SCHEMA = 1
MAX_GAP_GROUPS = 200
MAX_PLACES = 20
MAX_PINS = 200
MAX_SUPPRESSED = 100
MAX_NOTES = 200


class Tile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many findings have a severity or a kind, and how many of them are blocking."""

    name: str
    total: int
    blocking: int


class GapGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Gaps that differ only in their place. ``more``: how many places are not in ``places``. ``allowed``: why they do not block."""

    scanner: str
    kind: str
    blocking: bool
    count: int
    reason: str
    hint: str
    allowed: str
    places: tuple[str, ...]
    more: int


class HintBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines to add to a policy, and what for."""

    title: str
    lines: tuple[str, ...]


class ContentRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The coverage of a content type. ``cells``: one text for each analysis, empty where it is not called for. ``missing``: an
    analysis left out some file.
    """

    content_type: str
    files: int
    cells: tuple[str, ...]
    missing: bool


class ScannerRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a scanner ran. The numbers are texts: ``-`` where nothing was analyzed."""

    name: str
    version: str
    status: str
    files: str
    cached: str
    gaps: int
    findings: int
    blocking: int
    seconds: str
    reason: str


class Advisory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An advisory about a pinned release."""

    name: str
    url: str
    severity: str
    outcome: str
    title: str


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release that a line pins, and its advisories, the worst first. ``upgrade``: the release to choose, empty if none is known.

    ``worst``: the numbers of advisories by severity, in words.
    """

    place: str
    package: str
    version: str
    upgrade: str
    worst: str
    blocking: int
    advisories: tuple[Advisory, ...]


class Suppressed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A suppressed finding: how, why, by whom and until when; ``owner`` and ``expires`` are empty if nothing says it."""

    severity: str
    rule: str
    place: str
    basis: str
    reason: str
    owner: str
    expires: str


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the section about the run."""

    label: str
    text: str


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything on the page. A field named after a list, with ``more``, says how many entries are left out of it."""

    schema: int
    tool_version: str
    name: str
    commit: str
    day: str
    outcome: Outcome
    label: str
    reason: str
    next_step: str
    interrupted: str
    counts: str
    severities: tuple[Tile, ...]
    kinds: tuple[Tile, ...]
    outcomes: tuple[tuple[str, int], ...]
    gaps_total: int
    gaps_blocking: int
    gaps: tuple[GapGroup, ...]
    more_gaps: int
    hints: tuple[HintBlock, ...]
    coverage: tuple[str, ...]
    analyses: tuple[str, ...]
    contents: tuple[ContentRow, ...]
    contents_missing: int
    scanners: tuple[ScannerRow, ...]
    pins: tuple[Pin, ...]
    more_pins: int
    suppressed: tuple[Suppressed, ...]
    more_suppressed: int
    notes: tuple[str, ...]
    more_notes: int
    run: tuple[Fact, ...]
    findings: FindingTables


def make_page(report: Report) -> Page:
    """The data of the page of ``report``."""
    verdict = report.verdict
    rulings = summary.sort_worst_first(verdict.rulings)
    counts = summary.count(rulings, verdict.gaps)
    groups, pins = summary.group_gaps(verdict.gaps), _group_by_pin(rulings)
    suppressed = [ruling for ruling in rulings if ruling.outcome is RulingOutcome.SUPPRESSED]
    notes = [*list_notes(report), *list_skipped(report)]
    contents = [_content_row(each) for each in list_coverage(report)]
    return Page(
        schema=SCHEMA,
        tool_version=clean_name(report.tool_version),
        name=clean_name("/".join(filter(None, (report.root.rstrip("/").rpartition("/")[2], report.subdirectory)))),
        commit=clean_name(report.commit),
        day=clean_name(report.started[:10]),
        outcome=verdict.outcome,
        label=clean(wording.label_verdict(report)),
        reason=clean(wording.explain_verdict(report)),
        next_step=clean(wording.suggest_next_step(report)),
        interrupted=clean_name(report.interrupted),
        counts=clean(wording.describe_outcome_counts(report)),
        severities=_tiles([ruling.severity for ruling in rulings], rulings, Severity.worst_first()),
        kinds=_tiles([ruling.finding.kind for ruling in rulings], rulings, tuple(FindingKind)),
        outcomes=tuple((wording.label_outcome(outcome), counts.with_outcome(outcome)) for outcome in RulingOutcome),
        gaps_total=counts.gaps,
        gaps_blocking=counts.blocking_gaps,
        gaps=_gap_groups(groups, verdict.gaps),
        more_gaps=max(0, len(groups) - MAX_GAP_GROUPS),
        hints=tuple(
            HintBlock(clean(title), tuple(map(clean, lines)))
            for title, lines in merge_hints(list_mergeable(verdict.gaps), report.policy_provenance.floor)
        ),
        coverage=tuple(map(clean, summarize_coverage(report))),
        analyses=tuple(analysis.value for analysis in Analysis),
        contents=tuple(contents),
        contents_missing=sum(content.missing for content in contents),
        scanners=tuple(map(_scanner_row, summary.list_table_rows(report))),
        pins=tuple(_pin(*key, group) for key, group in pins[:MAX_PINS]),
        more_pins=max(0, len(pins) - MAX_PINS),
        suppressed=tuple(map(_suppressed, suppressed[:MAX_SUPPRESSED])),
        more_suppressed=max(0, len(suppressed) - MAX_SUPPRESSED),
        notes=tuple(map(clean, notes[:MAX_NOTES])),
        more_notes=max(0, len(notes) - MAX_NOTES),
        run=tuple(Fact(label, clean(text)) for label, text in _run_facts(report) if text),
        findings=make_tables(rulings, {each.path: each.owners for each in report.code_owners}),
    )


def _tiles(values: Sequence[object], rulings: Sequence[Ruling], names: Sequence[Severity | FindingKind]) -> tuple[Tile, ...]:
    total = Counter(values)
    blocking = Counter(value for value, ruling in zip(values, rulings, strict=True) if ruling.outcome is RulingOutcome.BLOCKING)
    return tuple(Tile(name.value, total[name], blocking[name]) for name in names)


def _gap_groups(groups: Sequence[Sequence[GapRuling]], gaps: Sequence[GapRuling]) -> tuple[GapGroup, ...]:
    mergeable = list_mergeable(gaps)
    found = []
    for group in groups[:MAX_GAP_GROUPS]:
        gap, is_content = group[0].gap, summary.is_allowed_content(group[0])
        places = [wording.format_location(each.gap.path, each.gap.line) for each in group if each.gap.path is not None]
        found.append(
            GapGroup(
                scanner=clean_name(gap.scanner),
                kind=gap.kind.value,
                blocking=group[0].blocking,
                count=len(group),
                reason=clean(describe_not_analyzed(group) if is_content else gap.reason),
                hint="" if is_content else clean(remaining_hint(gap, mergeable)),
                allowed="" if group[0].blocking else clean(explain_tolerated_gap(group[0])),
                places=tuple(map(clean_name, places[:MAX_PLACES])),
                more=max(0, len(places) - MAX_PLACES),
            )
        )
    return tuple(found)


def _content_row(content: ContentCoverage) -> ContentRow:
    described = {each.analysis: clean(describe_analysis(each, content.files)) for each in content.analyses}
    missing = any(each.files < content.files for each in content.analyses)
    return ContentRow(
        clean_name(content.content_type), content.files, tuple(described.get(analysis, "") for analysis in Analysis), missing
    )


def _scanner_row(part: summary.ScannerSummary) -> ScannerRow:
    result, counts = part.result, part.counts()
    analyzed = result is not None and (bool(result.analyzed_files) or result.status is ScanStatus.COMPLETE)
    ran = result is not None and analyzed
    return ScannerRow(
        name=clean_name(part.scanner),
        version=clean_name(result.version) if result is not None else "",
        status=result.status.value if result is not None else "",
        files=f"{len(result.analyzed_files):,}" if result is not None and ran else "-",
        cached=f"{result.files_cached:,}" if result is not None and ran else "-",
        gaps=counts.gaps,
        findings=counts.findings,
        blocking=counts.with_outcome(RulingOutcome.BLOCKING),
        seconds=f"{result.seconds:.1f}" if result is not None and ran else "-",
        reason=clean(result.reason) if result is not None else "",
    )


def _group_by_pin(rulings: Sequence[Ruling]) -> list[tuple[tuple[str, int, str, str], list[Ruling]]]:
    """The findings about each pinned release: path, line, name and version, in the order of the worst finding."""
    groups: dict[tuple[str, int, str, str], list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        package = ruling.finding.affected_package
        if package is not None:
            location = ruling.finding.location
            groups[location.path, location.line, package.name, package.version].append(ruling)
    return list(groups.items())


def _pin(path: str, line: int, name: str, version: str, group: Sequence[Ruling]) -> Pin:
    packages = [ruling.finding.affected_package for ruling in group if ruling.finding.affected_package is not None]
    upgrades = sorted({package.upgrade for package in packages if package.upgrade})
    counts = Counter(ruling.severity for ruling in group)
    return Pin(
        place=clean_name(wording.format_location(path, line)),
        package=clean_name(name),
        version=clean_name(version),
        upgrade=clean_name(", ".join(upgrades)),
        worst=", ".join(f"{counts[severity]:,} {severity.value}" for severity in Severity.worst_first() if counts[severity]),
        blocking=sum(ruling.outcome is RulingOutcome.BLOCKING for ruling in group),
        advisories=tuple(map(_advisory, group)),
    )


def _advisory(ruling: Ruling) -> Advisory:
    finding = ruling.finding
    name = clean_name(finding.rule.partition(":")[2])
    return Advisory(
        name, escape.web_url(finding.help_url), ruling.severity.value, wording.label_outcome(ruling.outcome), clean(finding.title)
    )


def _suppressed(ruling: Ruling) -> Suppressed:
    decision, finding = ruling.decision, ruling.finding
    labels = {Basis.EXCEPTION: "exception", Basis.INLINE_COMMENT: "inline comment", Basis.EXCLUSION: "exclusion"}
    return Suppressed(
        severity=ruling.severity.value,
        rule=clean_name(finding.rule),
        place=clean_name(wording.format_position(finding.location)),
        basis=labels.get(decision.basis, "policy"),
        reason=clean(decision.reason or decision.comment or explain_decision(decision)),
        owner=clean_name(decision.owner),
        expires=clean_name(decision.expires or _comment_expiry(ruling, decision)),
    )


def _comment_expiry(ruling: Ruling, decision: Decision) -> str:
    """The last day of the inline comment that decided; empty for no end."""
    comments = (comment for comment in ruling.finding.ignore_comments if comment.text == decision.comment)
    return next((comment.expires for comment in comments if comment.expires), "")


def _run_facts(report: Report) -> list[tuple[str, str]]:
    """What was scanned, when, with what, and whose policy judged."""
    return [
        ("policy", wording.describe_policy(report)),
        ("policy from", wording.describe_policy_origin(report)),
        ("policy digest", report.verdict.policy_digest),
        ("compared", wording.describe_base(report)),
        ("commit", report.commit),
        ("files", wording.describe_files(report)),
        ("started", report.started),
        ("finished", report.finished),
        ("duration", f"{report.seconds:.1f} s"),
        ("interrupted by", report.interrupted),
        ("exit code", str(report.exit_code)),
        ("approval", "a failed build is left for a person to approve" if report.needs_approval else ""),
        ("scangate", report.tool_version),
    ]
