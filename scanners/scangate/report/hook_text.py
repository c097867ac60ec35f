"""The console report of a hook: what the commit brings, how to fix or accept it, and how to commit all the same."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scangate.model import FindingKind, NoteKind, Report, Ruling, RulingOutcome
from scangate.report import escape, summary
from scangate.report.concise import verdict_line
from scangate.report.decision_text import describe_note
from scangate.report.finding_lines import INDENT, entry_lines
from scangate.report.gap_lines import gap_lines
from scangate.report.layout import Line, Segment, wrap
from scangate.report.pins import Entry, PinFindings, count_findings, group_by_pin, sort_worst_last
from scangate.report.view import Acceptance, View, list_rules_to_name
from scangate.report.wording import pluralize

MAX_ENTRIES = 5
MAX_NOTES = 3
MAX_RULES = 3
FIX_LINES = 2
WAIVE_OPTIONS = "--reason TEXT --owner NAME --expires 90d"
EXCEPTION = "an exception counts in a pull request when the target branch has it"
SHOWN = {RulingOutcome.BLOCKING, RulingOutcome.NOT_JUDGED}
NOTES = {NoteKind.COMMENT_ADDED, NoteKind.COMMENT_ADDED_DENIED, NoteKind.COMMENT_INVALID, NoteKind.NOT_STAGED}


def render_lines(report: Report, view: View) -> Iterable[Line]:
    """Findings of before the commit are a number; the worst new ones come last, before the verdict."""
    rulings = summary.sort_worst_first(ruling for ruling in report.verdict.rulings if ruling.outcome in SHOWN)
    entries = group_by_pin(rulings)
    yield from ((Segment(line, "bold"),) for line in wrap(_describe_commit(report, len(rulings)), view.columns, "", INDENT))
    if any(gap.blocking for gap in report.verdict.gaps):
        yield from gap_lines(report, view)
    for note in _list_notes(report)[:MAX_NOTES]:
        yield from ((Segment(line),) for line in wrap(f"note: {note}", view.columns, "", INDENT))
    if more := view.more(count_findings(entries[MAX_ENTRIES:]), "finding"):
        yield (Segment(f"{more}; the worst are last", "dim"),)
    for entry in sort_worst_last(entries[:MAX_ENTRIES]):
        yield from entry_lines(entry, msgspec.structs.replace(view, fix_lines=FIX_LINES))
        if view.acceptance is not None:
            for way in suggest_acceptance(entry, view.acceptance, view.more_option):
                yield (Segment(f"{INDENT}accept: {escape.ci_log(way)}"),)
    if entries and view.acceptance is not None:
        yield from ((Segment(line),) for line in _advice(view.acceptance, view))
    if entries and view.verdict is not None:
        yield (Segment(f"one in detail: {escape.ci_log(f'scangate explain FINGERPRINT {view.verdict}'.rstrip())}", "dim"),)
    yield verdict_line(report)


def _describe_commit(report: Report, brought: int) -> str:
    known = summary.count(report.verdict.rulings, report.verdict.gaps).with_outcome(RulingOutcome.KNOWN)
    older = f"{pluralize(known, 'older finding')} in its files not counted" if known else "no older finding in its files"
    return f"scangate: the commit adds {pluralize(brought, 'blocking finding')}; {older}"


def _list_notes(report: Report) -> list[str]:
    return sorted({describe_note(note) for note in report.verdict.notes if note.kind in NOTES})


def suggest_acceptance(entry: Entry, acceptance: Acceptance, more_option: str) -> list[str]:
    """The comment that accepts all of a finding, or the commands that make exceptions where no comment can, one for each rule."""
    rulings = entry.rulings if isinstance(entry, PinFindings) else entry.per_scanner
    rules = list_rules_to_name(rulings)
    if acceptance.comments and acceptance.added_comments and len(rules) <= MAX_RULES:
        comment = acceptance.format_comment(rulings[0].finding.location.path, rules, acceptance.until)
        if comment:
            return [comment]
    names = list(dict.fromkeys(_waive_name(ruling) for ruling in rulings if ruling.outcome in SHOWN))
    commands = [f"scangate waive {name} {WAIVE_OPTIONS}" for name in names]
    if len(commands) <= MAX_RULES:
        return commands
    return [commands[0], f"the same for {len(commands) - 1:,} more advisories ({more_option} lists them)"]


def _waive_name(ruling: Ruling) -> str:
    """What ``scangate waive`` calls the finding: a dependency's advisory, else the fingerprint."""
    finding = ruling.finding
    if finding.kind is FindingKind.DEPENDENCY:
        return finding.rule.partition(":")[2]
    return finding.fingerprint or finding.rule


def _advice(acceptance: Acceptance, view: View) -> Iterable[str]:
    """What accepting means in a pull request, and how to skip the hook."""
    if not acceptance.comments:
        text = f"the policy accepts no inline comments; {EXCEPTION}"
    elif not acceptance.added_comments:
        text = f"a pull-request build does not count a comment that the change adds; {EXCEPTION}"
    else:
        text = (
            "put the comment at the end of the finding's first or last line, or alone on the line above, with your reason; it is "
            "accepted in pull-request builds as well, which report that the change adds it; within a multi-line string no comment "
            "works: use scangate waive"
        )
    yield from wrap(f"to accept: {text}", view.columns, "", INDENT)
    yield from wrap(f"to skip the hook once: {acceptance.skip_command} (builds still scan the commit)", view.columns, "", INDENT)
