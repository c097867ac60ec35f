"""The summary people read in a pull request or before an approval: the verdict first, then why, short enough to be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from scangate.model import GapRuling, Report, Ruling, RulingOutcome, ScanStatus
from scangate.report import escape, summary, wording
from scangate.report.decision_text import describe_note, explain_decision
from scangate.report.wording import pluralize

__all__ = ["render", "render_comment", "render_comment_title"]

MAX_FINDINGS = 20
MAX_GAPS = 10
MAX_NOTES = 10
MAX_PATHS = 3
MAX_TEXT_LENGTH = 200


def render(report: Report) -> str:
    """GitHub-flavoured Markdown without a single tag; nothing in it that comes from the scanned tree is read as markup."""
    ruled = summary.sort_worst_first(report.verdict.rulings)
    blocks = [
        [f"## scangate: {report.verdict.outcome.value}"],
        [f"{_escape_prose(wording.explain_verdict(report), 500)}."],
        [f"Next: {wording.suggest_next_step(report)}."] if wording.suggest_next_step(report) else [],
        _table(summary.summarize_scanners(report)),
        _blocking([ruling for ruling in ruled if ruling.outcome is RulingOutcome.BLOCKING]),
        _gaps(summary.sort_gap_rulings(report)),
        _notes(sorted({*map(describe_note, report.verdict.notes), *report.targets.notes} - {""})),
        _counts(report),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def render_comment(ruling: Ruling) -> str:
    """One finding as a comment on its own line of a change."""
    finding = ruling.finding
    also = f" and {_escape_code(wording.list_merged_rules(ruling))}" if ruling.members else ""
    lines = [f"**{ruling.severity.value}** {_escape_code(finding.rule)}{also}: {_escape_prose(finding.message, 1000)}"]
    lines += [
        f"Blocks: {_escape_prose(explain_decision(ruling.decision), 500)}.",
        f"To see more: {_escape_code(f'scangate explain {finding.fingerprint}')}",
    ]
    return "\n\n".join(lines) + "\n"


def render_comment_title(ruling: Ruling) -> str:
    """What such a comment is headed by where it has a head of its own: plain text, no Markdown."""
    return escape.terminal(ruling.finding.title or ruling.finding.rule)


def _table(parts: Iterable[summary.ScannerSummary]) -> list[str]:
    rows = [_row(part) for part in parts if part.result is not None or part.gaps or part.rulings]
    head = ["| scanner | files read | gaps | findings | blocking |", "|---|--:|--:|--:|--:|"]
    return head + rows if rows else []


def _row(part: summary.ScannerSummary) -> str:
    """``-`` is what was not looked at, 0 what was and came to nothing."""
    result, totals = part.result, part.counts()
    read = (
        "-"
        if result is None or not (result.analyzed_files or result.status is ScanStatus.COMPLETE)
        else f"{len(result.analyzed_files):,}"
    )
    unseen = read == "-" and not part.rulings
    findings, blocking = ("-", "-") if unseen else (f"{totals.findings:,}", f"{totals.with_outcome(RulingOutcome.BLOCKING):,}")
    name = f"{part.scanner} {result.version}".strip() if result is not None else part.label
    status = "" if result is None or result.status is ScanStatus.COMPLETE else f" ({result.status.value})"
    gaps = "-" if result is not None and result.status is ScanStatus.SKIPPED and not part.gaps else f"{totals.gaps:,}"
    return f"| {_escape_prose(name)}{status} | {read} | {gaps} | {findings} | {blocking} |"


def _blocking(rulings: Sequence[Ruling]) -> list[str]:
    if not rulings:
        return []
    lines = [f"### {pluralize(len(rulings), 'finding')} {'blocks' if len(rulings) == 1 else 'block'}", ""]
    lines += [_finding(ruling) for ruling in rulings[:MAX_FINDINGS]]
    return lines + _format_remainder(len(rulings) - MAX_FINDINGS)


def _finding(ruling: Ruling) -> str:
    finding = ruling.finding
    rule, url = _escape_code(finding.rule), escape.web_url(finding.help_url)
    where = _escape_code(wording.format_location(finding.location.path, finding.location.line))
    label = f" ({wording.label_bundled_only(finding)})" if wording.label_bundled_only(finding) else ""
    named = f"[{rule}](<{url}>)" if url else rule
    also = f" and {_escape_code(wording.list_merged_rules(ruling))}" if ruling.members else ""
    return f"- **{ruling.severity.value}** {where} {named}{also}{label}: {_escape_prose(finding.message)}"


def _gaps(rulings: Sequence[GapRuling]) -> list[str]:
    groups: dict[tuple[bool, str, str, str, str], list[GapRuling]] = defaultdict(list)
    for ruling in rulings:
        allowed = "" if ruling.blocking else explain_decision(ruling.decision)
        groups[not ruling.blocking, ruling.gap.scanner, ruling.gap.kind.value, ruling.gap.reason, allowed].append(ruling)
    if not groups:
        return []
    counting = sum(ruling.blocking for ruling in rulings)
    lines = [f"### {pluralize(len(rulings), 'gap')}, {counting:,} {'counts' if counting == 1 else 'count'}", ""]
    lines += [_gap(groups[key]) for key in sorted(groups)[:MAX_GAPS]]
    return lines + _format_remainder(len(groups) - MAX_GAPS)


def _gap(group: Sequence[GapRuling]) -> str:
    """Gaps that differ in their place alone."""
    gap = group[0].gap
    places = [_escape_code(wording.format_location(each.gap.path, each.gap.line)) for each in group if each.gap.path is not None]
    shown = ", ".join(places[:MAX_PATHS]) + (f" and {len(places) - MAX_PATHS:,} more" if len(places) > MAX_PATHS else "")
    said = f"- {_escape_prose(gap.scanner)}, {gap.kind.value}: {_escape_prose(gap.reason)}" + (f" ({shown})" if shown else "")
    said += f"; hint: {_escape_prose(gap.hint)}" if gap.hint else ""
    return said if group[0].blocking else f"{said}; allowed: {_escape_prose(explain_decision(group[0].decision))}"


def _notes(notes: Sequence[str]) -> list[str]:
    if not notes:
        return []
    return [
        "### Notes",
        "",
        *(f"- {_escape_prose(note)}" for note in notes[:MAX_NOTES]),
        *_format_remainder(len(notes) - MAX_NOTES),
    ]


def _counts(report: Report) -> list[str]:
    totals = summary.count(report.verdict.rulings, report.verdict.gaps)
    order = (RulingOutcome.SUPPRESSED, RulingOutcome.TOLERATED, RulingOutcome.KNOWN)
    numbers = [f"{totals.with_outcome(outcome):,} {outcome.value}" for outcome in order]
    said = ", ".join(filter(None, [*numbers, wording.describe_bundled_only_count(report.verdict.rulings)]))
    commit = f" Commit {_escape_code(report.commit)}." if report.commit else ""
    files = f"{pluralize(report.targets.file_count, 'file')} from {_escape_prose(report.targets.source)}"
    since = f" Judged {_escape_prose(wording.describe_base(report))}." if report.compared_revision is not None else ""
    return [f"{said}; {files}.{commit}{since} scangate {_escape_prose(report.tool_version)}."]


def _format_remainder(number: int) -> list[str]:
    return [f"- and {number:,} more"] if number > 0 else []


def _escape_prose(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    return escape.markdown(escape.truncate(text, limit))


def _escape_code(text: str) -> str:
    return escape.markdown_code(
        text if len(text) <= MAX_TEXT_LENGTH else f"{text[: MAX_TEXT_LENGTH // 2]}...{text[-MAX_TEXT_LENGTH // 2 :]}"
    )
