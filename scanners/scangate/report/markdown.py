"""The summary people read in a pull request or before an approval: the verdict first, then why, short enough to be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from scangate.model import GapRuling, Report, Ruling, RulingOutcome, Status
from scangate.report import escape, tally, wording
from scangate.report.wording import many

__all__ = ["remark", "render", "title"]

FINDINGS_SHOWN = 20
GAPS_SHOWN = 10
NOTES_SHOWN = 10
PATHS_SHOWN = 3
LONGEST = 200


def render(report: Report) -> str:
    """GitHub-flavoured Markdown without a single tag; nothing in it that comes from the scanned tree is read as markup."""
    ruled = tally.worst_first(report.verdict.rulings)
    blocks = [
        [f"## scangate: {report.verdict.outcome.value}"],
        [f"{_prose(wording.reason(report), 500)}."],
        [f"Next: {wording.next_step(report)}."] if wording.next_step(report) else [],
        _table(tally.parts(report)),
        _blocking([ruling for ruling in ruled if ruling.outcome is RulingOutcome.BLOCKS]),
        _gaps(tally.gap_rulings(report)),
        _notes(sorted({*report.verdict.notes, *report.targets.notes} - {""})),
        _counts(report),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def remark(ruling: Ruling) -> str:
    """One finding as a comment on its own line of a change."""
    finding = ruling.finding
    also = f" and {_code(wording.others(ruling))}" if ruling.members else ""
    lines = [f"**{ruling.severity.name.lower()}** {_code(finding.rule)}{also}: {_prose(finding.message, 1000)}"]
    lines += [f"Blocks: {_prose(ruling.because, 500)}.", f"To see more: {_code(f'scangate explain {finding.fingerprint}')}"]
    return "\n\n".join(lines) + "\n"


def title(ruling: Ruling) -> str:
    """What such a comment is headed by where it has a head of its own: plain text, no Markdown."""
    return escape.terminal(ruling.finding.title or ruling.finding.rule)


def _table(parts: Iterable[tally.Part]) -> list[str]:
    rows = [_row(part) for part in parts if part.result is not None or part.gaps or part.rulings]
    head = ["| scanner | files read | gaps | findings | blocking |", "|---|--:|--:|--:|--:|"]
    return head + rows if rows else []


def _row(part: tally.Part) -> str:
    """``-`` is what was not looked at, 0 what was and came to nothing."""
    result, totals = part.result, part.tally()
    read = "-" if result is None or not (result.files or result.status is Status.COMPLETE) else f"{len(result.files):,}"
    unseen = read == "-" and not part.rulings
    findings, blocking = ("-", "-") if unseen else (f"{totals.findings:,}", f"{totals.of(RulingOutcome.BLOCKS):,}")
    name = f"{part.scanner} {result.version}".strip() if result is not None else part.label
    status = "" if result is None or result.status is Status.COMPLETE else f" ({result.status.value})"
    gaps = "-" if result is not None and result.status is Status.SKIPPED and not part.gaps else f"{totals.gaps:,}"
    return f"| {_prose(name)}{status} | {read} | {gaps} | {findings} | {blocking} |"


def _blocking(ruled: Sequence[Ruling]) -> list[str]:
    if not ruled:
        return []
    lines = [f"### {many(len(ruled), 'finding')} {'blocks' if len(ruled) == 1 else 'block'}", ""]
    lines += [_finding(ruling) for ruling in ruled[:FINDINGS_SHOWN]]
    return lines + _more(len(ruled) - FINDINGS_SHOWN)


def _finding(ruling: Ruling) -> str:
    finding = ruling.finding
    rule, url = _code(finding.rule), escape.link(finding.help_url)
    where = _code(wording.place(finding.location.path, finding.location.line))
    label = f" ({wording.starter(finding)})" if wording.starter(finding) else ""
    named = f"[{rule}](<{url}>)" if url else rule
    also = f" and {_code(wording.others(ruling))}" if ruling.members else ""
    return f"- **{ruling.severity.name.lower()}** {where} {named}{also}{label}: {_prose(finding.message)}"


def _gaps(ruled: Sequence[GapRuling]) -> list[str]:
    groups: dict[tuple[bool, str, str, str, str], list[GapRuling]] = defaultdict(list)
    for ruling in ruled:
        allowed = "" if ruling.counts else ruling.because
        groups[not ruling.counts, ruling.gap.scanner, ruling.gap.kind.value, ruling.gap.reason, allowed].append(ruling)
    if not groups:
        return []
    counting = sum(ruling.counts for ruling in ruled)
    lines = [f"### {many(len(ruled), 'gap')}, {counting:,} {'counts' if counting == 1 else 'count'}", ""]
    lines += [_gap(groups[key]) for key in sorted(groups)[:GAPS_SHOWN]]
    return lines + _more(len(groups) - GAPS_SHOWN)


def _gap(group: Sequence[GapRuling]) -> str:
    """Gaps that differ in their place alone."""
    gap = group[0].gap
    places = [_code(wording.place(each.gap.path, each.gap.line)) for each in group if each.gap.path is not None]
    shown = ", ".join(places[:PATHS_SHOWN]) + (f" and {len(places) - PATHS_SHOWN:,} more" if len(places) > PATHS_SHOWN else "")
    said = f"- {_prose(gap.scanner)}, {gap.kind.value}: {_prose(gap.reason)}" + (f" ({shown})" if shown else "")
    said += f"; hint: {_prose(gap.hint)}" if gap.hint else ""
    return said if group[0].counts else f"{said}; allowed: {_prose(group[0].because)}"


def _notes(notes: Sequence[str]) -> list[str]:
    if not notes:
        return []
    return ["### Notes", "", *(f"- {_prose(note)}" for note in notes[:NOTES_SHOWN]), *_more(len(notes) - NOTES_SHOWN)]


def _counts(report: Report) -> list[str]:
    totals = tally.count(report.verdict.rulings, report.verdict.gaps)
    order = (RulingOutcome.SUPPRESSED, RulingOutcome.TOLERATED, RulingOutcome.KNOWN)
    numbers = [f"{totals.of(outcome):,} {outcome.value}" for outcome in order]
    said = ", ".join(filter(None, [*numbers, wording.starter_count(report.verdict.rulings)]))
    commit = f" Commit {_code(report.commit)}." if report.commit else ""
    files = f"{many(report.targets.files, 'file')} from {_prose(report.targets.source)}"
    since = f" Judged {_prose(wording.since(report))}." if report.since is not None else ""
    return [f"{said}; {files}.{commit}{since} scangate {_prose(report.tool_version)}."]


def _more(number: int) -> list[str]:
    return [f"- and {number:,} more"] if number > 0 else []


def _prose(text: str, most: int = LONGEST) -> str:
    return escape.markdown(escape.shorten(text, most))


def _code(text: str) -> str:
    return escape.code(text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}...{text[-LONGEST // 2 :]}")
