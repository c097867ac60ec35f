"""The console report: the verdict first and last, before it the worst findings, before those what else a reader should know."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from scangate.model import FileSource, Outcome, PolicyOrigin, PolicyProvenance, Report, Ruling, RulingOutcome, Severity
from scangate.report import escape, hook_text, summary, wording
from scangate.report.concise import verdict_line
from scangate.report.coverage_text import describe_content, list_coverage, summarize_coverage
from scangate.report.decision_text import explain_basis, list_actionable_notes, list_notes, list_skipped
from scangate.report.finding_lines import entry_lines
from scangate.report.gap_lines import gap_lines
from scangate.report.layout import Line, Segment, cells, cut_end, flow, name, to_text, wrap
from scangate.report.pins import count_findings, group_by_pin, sort_worst_last
from scangate.report.scanner_table import scanner_lines
from scangate.report.severity_table import table_lines
from scangate.report.styles import SEVERITY_STYLES
from scangate.report.view import View
from scangate.report.wording import pluralize

MAX_ENTRIES = 25
MAX_RULES = 15
MAX_NOTES = 6
MAX_REASONS = 6
MIN_TITLE_WIDTH = 16
WRITE_VERDICT = ", after scangate scan --output-dir scangate-reports"
MAX_RULE_WIDTH = 36
LISTED = (RulingOutcome.NOT_JUDGED, RulingOutcome.BLOCKING)
"""What is listed in every view; blocking findings come last."""
COUNTED = (RulingOutcome.SUPPRESSED, RulingOutcome.KNOWN, RulingOutcome.TOLERATED)
"""What is counted, listed by rule if the view is verbose, and in full if it shows all."""


def render(report: Report) -> str:
    """The report as plain text, in full."""
    return to_text(render_lines(report, View(show_all=True, verbose=True, details=True)))


def render_lines(report: Report, view: View) -> Iterable[Line]:
    """The report for a terminal; that of a hook if only what is staged was scanned."""
    if report.targets.source is FileSource.STAGED and not (view.show_all or view.verbose):
        yield from hook_text.render_lines(report, view)
        return
    sections = [
        [verdict_line(report), *_header(report, view)],
        *([*_by_outcome(report, outcome, view)] for outcome in COUNTED),
        [*_notes(report, view)],
        [*scanner_lines(report)] if view.verbose or view.show_all else [],
        [*_coverage(report, view)],
        [*table_lines(report, view)],
        [*gap_lines(report, view)],
        *([*_findings(report, outcome, view)] for outcome in LISTED),
        [*_footer(report, view)],
    ]
    shown = [section for section in sections if section]
    for number, section in enumerate(shown):
        if number:
            yield ()
        yield from section


def _header(report: Report, view: View) -> Iterable[Line]:
    commit = f"commit {report.commit[:12]}" if report.commit else ""
    parts = [f"scangate {report.tool_version}", f"policy {wording.describe_policy(report)}", commit]
    parts += [wording.describe_base(report), wording.describe_files(report), f"{report.seconds:.1f} s"]
    yield from flow([Segment(escape.ci_log(part), "dim") for part in parts if part], view.columns)
    if report.policy_provenance != PolicyProvenance(PolicyOrigin.BUNDLED):  # that one's name says it
        yield from ((Segment(line, "dim"),) for line in wrap(wording.describe_policy_origin(report), view.columns))


def _by_outcome(report: Report, outcome: RulingOutcome, view: View) -> Iterable[Line]:
    """What does not block: nothing, the numbers by rule, or all of it."""
    rulings = summary.sort_worst_first(ruling for ruling in report.verdict.rulings if ruling.outcome is outcome)
    if not rulings or not (view.show_all or view.verbose):
        return
    yield (Segment(f"{wording.label_outcome(outcome)}: {pluralize(len(rulings), 'finding')}", "bold"),)
    if not view.show_all:
        yield from _rule_lines(rulings, view)
        return
    for entry in sort_worst_last(group_by_pin(rulings)):
        yield from entry_lines(entry, view)


def _rule_lines(rulings: Sequence[Ruling], view: View) -> Iterable[Line]:
    """The number of findings of each rule."""
    groups: dict[tuple[Severity, str], list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        groups[ruling.severity, ruling.finding.rule].append(ruling)
    order = sorted(groups.items(), key=lambda item: (-item[0][0].rank, -len(item[1]), item[0][1]))
    shown = order[: view.limit(MAX_RULES)]
    digits = max(len(f"{len(group):,}") for _, group in shown)
    width = min(MAX_RULE_WIDTH, max(cells(name(rule)) for (_, rule), _ in shown))
    for (severity, rule), group in shown:
        files = {ruling.finding.location.path for ruling in group}
        first = group[0].finding
        where = name(wording.format_position(first.location)) if len(group) == 1 else f"in {pluralize(len(files), 'file')}"
        label = max(wording.label_bundled_only(ruling.finding) for ruling in group)
        head = f"  {len(group):>{digits},}  {name(rule):<{width}}"
        segments = [Segment(f"  {severity.value:<8}", SEVERITY_STYLES[severity]), Segment(head)]
        room = view.columns - 14 - cells(head) - cells(where) - cells(label)
        if room >= MIN_TITLE_WIDTH and first.title:
            segments.append(Segment(f"  {cut_end(escape.ci_log(first.title), room)}", "dim"))
        yield (*segments, Segment(f"  {where} {label}".rstrip()))
    if more := view.more(len(order) - MAX_RULES, "rule"):
        yield (Segment(f"  {more}", "dim"),)


def _notes(report: Report, view: View) -> Iterable[Line]:
    """What asks the reader to do something; all notes if the view shows all."""
    everything = [*list_notes(report), *list_skipped(report)]
    shown = everything if view.verbose or view.show_all else list_actionable_notes(report)
    notes = shown[: view.limit(MAX_NOTES)]
    if notes:
        yield (Segment("notes", "bold"),)
    for note in notes:
        yield from ((Segment(line),) for line in wrap(f"- {note}", view.columns, "  ", "    ", 0 if view.show_all else 3))
    if notes and (more := view.more(len(everything) - len(notes), "note")):
        yield (Segment(f"  {more}", "dim"),)


def _coverage(report: Report, view: View) -> Iterable[Line]:
    for line in summarize_coverage(report):
        yield from ((Segment(each),) for each in wrap(line, view.columns, "", "  "))
    if view.details:
        for content in list_coverage(report):
            text = f"{content.content_type}, {pluralize(content.files, 'file')}: {describe_content(content)}"
            yield from ((Segment(each, "dim"),) for each in wrap(text, view.columns, "  ", "    "))


def _findings(report: Report, outcome: RulingOutcome, view: View) -> Iterable[Line]:
    """The worst findings, the worst of them last; what is left out is counted before them."""
    rulings = [ruling for ruling in report.verdict.rulings if ruling.outcome is outcome]
    if not rulings:
        return
    entries = group_by_pin(rulings)
    shown, left_out = entries[: view.limit(MAX_ENTRIES)], entries[MAX_ENTRIES:] if not view.show_all else []
    yield (Segment(_title(outcome, len(rulings)), "bold red" if outcome is RulingOutcome.BLOCKING else "bold"),)
    yield from _reasons(rulings, view)
    if more := view.more(count_findings(left_out), "finding"):
        yield (Segment(f"  {more}; the worst are last", "dim"),)
    for entry in sort_worst_last(shown):
        yield from entry_lines(entry, view)


def _title(outcome: RulingOutcome, number: int) -> str:
    if outcome is RulingOutcome.BLOCKING:
        return pluralize(number, "blocking finding")
    return f"{pluralize(number, 'finding')} {wording.label_outcome(outcome)}"


def _reasons(rulings: Iterable[Ruling], view: View) -> Iterable[Line]:
    """Why the findings block: each limit once."""
    reasons = Counter(explain_basis(ruling.decision) for ruling in summary.sort_worst_first(rulings))
    for reason in list(reasons)[: view.limit(MAX_REASONS)]:
        yield from ((Segment(line, "dim"),) for line in wrap(reason, view.columns, "  ", "    "))
    if more := view.more(len(reasons) - MAX_REASONS, "reason"):
        yield (Segment(f"  {more}", "dim"),)


def _footer(report: Report, view: View) -> Iterable[Line]:
    counts = summary.count(report.verdict.rulings, report.verdict.gaps)
    others = sum(counts.with_outcome(outcome) for outcome in COUNTED)
    how = f" ({view.more_option} lists them)" if others and not view.show_all else ""
    text = f"{wording.describe_outcome_counts(report)}{how}"
    yield from ((Segment(line, "dim"),) for line in wrap(text, view.columns, "", "  "))
    if next_step := wording.suggest_next_step(report):
        yield from ((Segment(line),) for line in wrap(f"next: {next_step}", view.columns, "", "  "))
    if report.verdict.outcome is Outcome.FAIL:
        explain = f"scangate explain FINGERPRINT{WRITE_VERDICT if view.verdict is None else f' {view.verdict}'.rstrip()}"
        detail = f"one in detail: {escape.ci_log(explain)}; its whole fix: scangate rules RULE"
        yield from ((Segment(line, "dim"),) for line in wrap(detail, view.columns, "", "  "))
    yield verdict_line(report)
