"""The summary of a report as GitHub-flavoured Markdown, and comments on single findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from scangate.model import Analysis, GapRuling, Report, Ruling, RulingOutcome, ScanStatus
from scangate.report import escape, summary, wording
from scangate.report.coverage_text import describe_analysis, describe_not_analyzed, list_coverage
from scangate.report.decision_text import explain_decision, explain_tolerated_gap, list_notes, list_skipped
from scangate.report.secret_text import explain_doubt, explain_weight
from scangate.report.wording import pluralize

Item = TypeVar("Item")

MAX_FINDINGS = 20
MAX_GAPS = 10
MAX_NOTES = 10
MAX_PATHS = 3
MAX_TYPES = 20
MAX_TEXT_LENGTH = 200
MAX_HINT_LENGTH = 400


def render(report: Report) -> str:
    """The summary, without HTML tags; no text from the scanned tree is interpreted as markup."""
    next_step = wording.suggest_next_step(report)
    rulings = summary.sort_worst_first(report.verdict.rulings)
    blocks = [
        [f"## scangate: {escape_prose(wording.label_verdict(report))}"],
        [f"{escape_prose(wording.explain_verdict(report), 500)}."],
        [f"Next: {next_step}."] if next_step else [],
        _table(summary.list_table_rows(report)),
        _blocking(rulings),
        _not_judged(rulings),
        format_section(wording.describe_gap_counts(report), summary.group_gaps(report.verdict.gaps), format_gap, MAX_GAPS),
        _coverage(report),
        format_section("Notes", list_notes(report), _note, MAX_NOTES),
        format_section("Skipped paths", list_skipped(report), _note, MAX_NOTES),
        _footer(report),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def render_comment(ruling: Ruling) -> str:
    """A finding as a comment on its line of a change."""
    finding = ruling.finding
    lines = [
        f"**{ruling.severity.value}** {_escape_code(finding.rule)}{_merged(ruling)}: {escape_prose(finding.message, 1000)}",
        f"Why: {escape_prose(explain_decision(ruling.decision), 500)}.",
        *(f"Secret, {escape_prose(text, 500)}." for text in [explain_weight(finding)] if text),
        f"Details: {_escape_code(f'scangate explain {finding.fingerprint}')}",
    ]
    return "\n\n".join(lines) + "\n"


def render_comment_title(ruling: Ruling) -> str:
    """The plain text title of a comment on a finding."""
    return escape.terminal(ruling.finding.title or ruling.finding.rule)


def format_section(title: str, items: Sequence[Item], render_item: Callable[[Item], str], limit: int) -> list[str]:
    """A heading, the first ``limit`` items, and how many more there are; nothing if there are none."""
    more = [f"- and {len(items) - limit:,} more"] if len(items) > limit else []
    return [f"### {title}", "", *map(render_item, items[:limit]), *more] if items else []


def _note(text: str) -> str:
    return f"- {escape_prose(text)}"


def _table(parts: Iterable[summary.ScannerSummary]) -> list[str]:
    rows = list(map(_row, parts))
    return ["| scanner | files analyzed | gaps | findings | blocking |", "|---|--:|--:|--:|--:|", *rows] if rows else []


def _row(part: summary.ScannerSummary) -> str:
    """``-`` is what was not analyzed, 0 what was analyzed without findings."""
    result, counts = part.result, part.counts()
    analyzed = result is not None and (result.analyzed_files or result.status is ScanStatus.COMPLETE)
    cells = [f"{counts.gaps:,}", f"{counts.findings:,}", f"{counts.with_outcome(RulingOutcome.BLOCKING):,}"]
    if not analyzed and not part.rulings:
        cells[1:] = "-", "-"
    if result is not None and result.status is ScanStatus.SKIPPED and not part.gaps:
        cells[0] = "-"
    name = escape_prose(f"{part.scanner} {result.version if result is not None else ''}".strip())
    status = "" if result is None or result.status is ScanStatus.COMPLETE else f" ({result.status.value})"
    files = f"{len(result.analyzed_files):,}" if result is not None and analyzed else "-"
    return f"| {name}{status} | {files} | {' | '.join(cells)} |"


def _blocking(rulings: Iterable[Ruling]) -> list[str]:
    blocking = [ruling for ruling in rulings if ruling.outcome is RulingOutcome.BLOCKING]
    return format_section(pluralize(len(blocking), "blocking finding"), blocking, format_finding, MAX_FINDINGS)


def _not_judged(rulings: Iterable[Ruling]) -> list[str]:
    found = [ruling for ruling in rulings if ruling.outcome is RulingOutcome.NOT_JUDGED]
    return format_section(f"{pluralize(len(found), 'finding')} not judged", found, format_finding, MAX_FINDINGS)


def format_finding(ruling: Ruling) -> str:
    """A finding as an item of a list."""
    finding = ruling.finding
    rule, url = _escape_code(finding.rule), escape.web_url(finding.help_url)
    where = _escape_code(wording.format_location(finding.location.path, finding.location.line))
    linked = f"[{rule}](<{url}>)" if url else rule
    label = f" {wording.label_bundled_only(finding)}".rstrip()
    weight = f" ({escape_prose(text)})" if (text := explain_doubt(finding)) else ""
    return f"- **{ruling.severity.value}** {where} {linked}{_merged(ruling)}{label}: {escape_prose(finding.message)}{weight}"


def _merged(ruling: Ruling) -> str:
    return f" and {_escape_code(merged)}" if (merged := wording.list_merged_rules(ruling)) else ""


def format_gap(group: Sequence[GapRuling]) -> str:
    """Gaps that differ only in their location, as an item of a list."""
    gap = group[0].gap
    places = [_escape_code(wording.format_location(each.gap.path, each.gap.line)) for each in group if each.gap.path is not None]
    shown = ", ".join(places[:MAX_PATHS]) + (f" and {len(places) - MAX_PATHS:,} more" if len(places) > MAX_PATHS else "")
    reason = describe_not_analyzed(group) if summary.is_allowed_content(group[0]) else gap.reason
    text = f"- {escape_prose(gap.scanner)}, {gap.kind.value}: {escape_prose(reason)}" + (f" ({shown})" if shown else "")
    text += f"; hint: {escape_prose(gap.hint, MAX_HINT_LENGTH)}" if gap.hint and not summary.is_allowed_content(group[0]) else ""
    return text if group[0].blocking else f"{text}; {escape_prose(explain_tolerated_gap(group[0]))}"


def _coverage(report: Report) -> list[str]:
    """The content types, and which analyses were done; ``-`` is what they do not call for."""
    contents = list_coverage(report)
    if not contents:
        return []
    head = [
        "| content | files | " + " | ".join(analysis.value for analysis in Analysis) + " |",
        "|---|--:|" + "---|" * len(Analysis),
    ]
    rows = []
    for content in contents[:MAX_TYPES]:
        described = {each.analysis: escape_prose(describe_analysis(each, content.files)) for each in content.analyses}
        cells = " | ".join(described.get(analysis, "-") for analysis in Analysis)
        rows.append(f"| {escape_prose(content.content_type)} | {content.files:,} | {cells} |")
    more = ["", f"and {len(contents) - MAX_TYPES:,} more content types."] if len(contents) > MAX_TYPES else []
    return ["### Coverage", "", *head, *rows, *more]


def _footer(report: Report) -> list[str]:
    commit = f" Commit {_escape_code(report.commit)}." if report.commit else ""
    said = [wording.describe_policy_origin(report), wording.describe_base(report)]
    sources = "".join(f" {escape_prose(text[0].upper() + text[1:])}." for text in said if text)
    counts, files = wording.describe_outcome_counts(report), escape_prose(wording.describe_files(report))
    return [f"{counts}; {files}.{commit}{sources} scangate {escape_prose(report.tool_version)}."]


def escape_prose(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    """The text without markup, cut at ``limit`` characters."""
    return escape.markdown(escape.truncate(text, limit))


def _escape_code(text: str) -> str:
    return escape.markdown_code(escape.truncate_middle(text, MAX_TEXT_LENGTH))
