"""The console report: blocking findings first, the verdict last; plain text in a file, colours where rich finds a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from scangate.model import (
    CHANGE_SOURCES,
    Decision,
    FileAccounting,
    Gap,
    GapRuling,
    PolicyOrigin,
    PolicyProvenance,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Severity,
)
from scangate.report import escape, summary, wording
from scangate.report.coverage_text import describe_not_analyzed, list_mergeable, merge_hints, remaining_hint, summarize_coverage
from scangate.report.decision_text import explain_limit, explain_tolerated_gap, list_notes, list_skipped
from scangate.report.layout import Line, Segment, to_text
from scangate.report.secret_text import explain_doubt
from scangate.report.styles import OUTCOME_STYLES, SEVERITY_STYLES
from scangate.report.view import View
from scangate.report.wording import pluralize

WIDTH = 100
MAX_BLOCKING = 50
MAX_RULES = 15
MAX_GROUPS = 30
MAX_PATHS = 5
MAX_MESSAGE_LINES = 4
MAX_NAME_LENGTH = 300
MIN_TITLE_WIDTH = 16
COLUMNS = ("files", "cached", "gaps", "findings", "seconds")


def render(report: Report) -> str:
    """The report as plain text."""
    return to_text(tuple(Segment(*segment) for segment in line) for line in _lines(report))


_Line = tuple[tuple[str, str], ...]


def render_lines(report: Report, view: View) -> Iterable[Line]:
    """The report for a terminal."""
    del view
    for line in _lines(report):
        yield tuple(Segment(*segment) for segment in line)


def _lines(report: Report) -> Iterable[_Line]:
    rulings = summary.sort_worst_first(report.verdict.rulings)
    yield from _header(report)
    yield from _blocking([ruling for ruling in rulings if ruling.outcome is RulingOutcome.BLOCKING])
    for outcome in (RulingOutcome.NOT_JUDGED, RulingOutcome.TOLERATED, RulingOutcome.KNOWN):
        found = [ruling for ruling in rulings if ruling.outcome is outcome]
        label = wording.label_outcome(outcome)
        if found and outcome is RulingOutcome.KNOWN and report.targets.source in CHANGE_SOURCES:
            yield from _title(f"{label}: {pluralize(len(found), 'finding')}")
        else:
            yield from _by_rule(label, found)
    yield from _gaps(report)
    yield from _notes(report)
    yield from _scanners(summary.list_table_rows(report))
    yield from _coverage(report)
    yield from _footer(report)


def _header(report: Report) -> Iterable[_Line]:
    commit = f"commit {report.commit[:12]}" if report.commit else ""
    files, policy = wording.describe_files(report), f"policy {wording.describe_policy(report)}"
    parts = [f"scangate {report.tool_version}", policy, commit, wording.describe_base(report), files]
    yield (("  ".join(map(escape.ci_log, filter(None, parts))), "bold"),)
    if report.policy_provenance != PolicyProvenance(PolicyOrigin.BUNDLED):  # that one's name says it
        yield from _wrap(wording.describe_policy_origin(report), "", "dim")


def _blocking(rulings: Sequence[Ruling]) -> Iterable[_Line]:
    """The worst findings in full; of each severity at least the number."""
    room = MAX_BLOCKING
    by_decision = Counter(ruling.decision for ruling in rulings)
    for severity in Severity.worst_first():
        group = [ruling for ruling in rulings if ruling.severity is severity]
        if group:
            yield from _title(f"{severity.value}: {pluralize(len(group), 'blocking finding')}", SEVERITY_STYLES[severity])
        shown: dict[Decision, list[Ruling]] = defaultdict(list)
        for ruling in group[:room]:
            shown[ruling.decision].append(ruling)
        for decision, decided in shown.items():
            yield from _wrap(explain_limit(decision, by_decision[decision]), "  ", "dim")
            messages: set[tuple[str, str]] = set()
            for ruling in decided:
                yield from _finding(ruling, messages)
        yield from _remainder(len(group) - room, "finding")
        room = max(0, room - len(group))


def _finding(ruling: Ruling, shown_messages: set[tuple[str, str]]) -> Iterable[_Line]:
    """A finding; a message that is in ``shown_messages`` is not repeated."""
    finding = ruling.finding
    also = f"  and {_name(wording.list_merged_rules(ruling))}" if ruling.members else ""
    label = f"  {wording.label_bundled_only(finding)}"
    rule = (f"  {_name(finding.rule)}", SEVERITY_STYLES[ruling.severity])
    yield ((f"  {_place(ruling)}", "bold"), rule, (also + label, "dim"))
    if (finding.rule, finding.message) not in shown_messages:
        shown_messages.add((finding.rule, finding.message))
        yield from _wrap(finding.message, "    ")
    yield from _wrap(explain_doubt(finding), "    ", "dim")
    source = next((line for line in finding.evidence.splitlines() if line.strip()), "")
    if source:
        shown = escape.ci_log(source.expandtabs(4).strip()[:1000])
        yield (("    | ", "dim"), (escape.truncate(shown, WIDTH - 6), ""))


def _place(ruling: Ruling) -> str:
    location = ruling.finding.location
    return wording.format_location(_name(location.path), location.line, location.column)


def _by_rule(label: str, rulings: Sequence[Ruling]) -> Iterable[_Line]:
    """The number of findings of each rule."""
    groups: dict[tuple[Severity, str], list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        groups[ruling.severity, ruling.finding.rule].append(ruling)
    if not groups:
        return
    yield from _title(f"{label}: {pluralize(len(rulings), 'finding')}")
    order = sorted(groups.items(), key=lambda item: (-item[0][0].rank, -len(item[1]), item[0][1]))
    digits = max(len(f"{len(group):,}") for _, group in order)
    width = min(36, max(len(_name(rule)) for (_, rule), _ in order[:MAX_RULES]))
    for (severity, rule), group in order[:MAX_RULES]:
        files = {ruling.finding.location.path for ruling in group}
        where = _place(group[0]) if len(group) == 1 else f"in {pluralize(len(files), 'file')}"
        where += f" {max(wording.label_bundled_only(ruling.finding) for ruling in group)}".rstrip()
        head = f"  {len(group):>{digits},}  {_name(rule):<{width}}"
        room = WIDTH - 14 - len(head) - len(where)
        title = group[0].finding.title if room >= MIN_TITLE_WIDTH else ""
        shown = f"  {escape.ci_log(escape.truncate(title, room))}  " if title else "  "
        yield ((f"  {severity.value:<8}", SEVERITY_STYLES[severity]), (head, ""), (shown, "dim"), (where, ""))
    yield from _remainder(len(order) - MAX_RULES, "rule")


def _gaps(report: Report) -> Iterable[_Line]:
    groups = summary.group_gaps(report.verdict.gaps)
    if groups:
        yield from _title(wording.describe_gap_counts(report), "yellow")
    mergeable = list_mergeable(report.verdict.gaps)
    for group in groups[:MAX_GROUPS]:
        yield from _gap(group, mergeable)
    yield from _remainder(len(groups) - MAX_GROUPS, "kind of gap", "kinds of gaps")
    for title, lines in merge_hints(mergeable):
        yield ((f"  {title}", "bold"),)
        yield from (((f"    {escape.ci_log(line)}", ""),) for line in lines)  # never wrapped, so that it can be pasted


def _gap(group: Sequence[GapRuling], mergeable: Sequence[Gap]) -> Iterable[_Line]:
    gap, blocking = group[0].gap, group[0].blocking
    times = f"  x{len(group):,}" if len(group) > 1 else ""
    yield ((f"  {_name(gap.scanner)}: {gap.kind.value}", "yellow" if blocking else "dim"), (times, "dim"))
    if summary.is_allowed_content(group[0]):
        yield from _wrap(describe_not_analyzed(group), "    ")
        yield from _wrap(explain_tolerated_gap(group[0]), "    ", "dim")
        return
    yield from _wrap(gap.reason, "    ")
    places = [wording.format_location(_name(each.gap.path), each.gap.line) for each in group if each.gap.path is not None]
    yield from (((f"      {place}", ""),) for place in places[:MAX_PATHS])
    yield from _remainder(len(places) - MAX_PATHS, "place", indent="      ")
    if hint := remaining_hint(gap, mergeable):
        yield from _wrap(f"hint: {hint}", "    ")
    if not blocking:
        yield from _wrap(explain_tolerated_gap(group[0]), "    ", "dim")


def _notes(report: Report) -> Iterable[_Line]:
    notes = [*list_notes(report), *list_skipped(report)]
    if notes:
        yield from _title("notes")
    for note in notes[:MAX_GROUPS]:
        yield from _wrap(f"- {note}", "  ", hang="    ")
    yield from _remainder(len(notes) - MAX_GROUPS, "note")


def _scanners(shown: Sequence[summary.ScannerSummary]) -> Iterable[_Line]:
    names = [_scanner_name(part) for part in shown]
    width = max(map(len, names), default=0)
    if shown:
        yield from _title("".join((f"{'scanner':<{width}}", *(f"{column:>9}" for column in COLUMNS))), indent="  ")
    for part, name in zip(shown, names, strict=True):
        cells = "".join(f"{number:>9}" for number in _numbers(part))
        status = _status(part.result) if part.result is not None else ""
        yield ((f"  {name:<{width}}{cells}", ""), (f"  {status}", "yellow"))


def _scanner_name(part: summary.ScannerSummary) -> str:
    version = part.result.version if part.result else ""
    return escape.truncate(escape.ci_log(f"{part.scanner} {version}".strip()), 40)


def _numbers(part: summary.ScannerSummary) -> tuple[str, ...]:
    """The cells of COLUMNS: ``-`` is what was not analyzed, 0 what was analyzed without findings."""
    result = part.result
    gaps, findings = f"{len(part.gaps):,}", f"{len(part.rulings):,}"
    if result is None:
        return ("-", "-", gaps, findings, "-")
    if result.status is ScanStatus.SKIPPED:
        return ("-", "-", gaps if part.gaps else "-", findings if part.rulings else "-", "-")
    if result.status is ScanStatus.FAILED and not result.analyzed_files:
        return ("-", "-", gaps, findings if part.rulings else "-", f"{result.seconds:.1f}")
    return (f"{len(result.analyzed_files):,}", f"{result.files_cached:,}", gaps, findings, f"{result.seconds:.1f}")


def _status(result: ScanResult) -> str:
    words = [] if result.status is ScanStatus.COMPLETE else [result.status.value]
    words += (
        ["does not confirm which files it analyzed"]
        if result.accounting is FileAccounting.WHOLE_RUN and result.analyzed_files
        else []
    )
    return ": ".join(filter(None, [", ".join(words), escape.ci_log(escape.truncate(result.reason, 120))]))


def _coverage(report: Report) -> Iterable[_Line]:
    lines = summarize_coverage(report)
    if lines:
        yield ()
    for line in lines:
        yield from _wrap(line, "", hang="  ")


def _footer(report: Report) -> Iterable[_Line]:
    yield ()
    yield ((wording.describe_outcome_counts(report), ""), (f"  in {report.seconds:.1f} s", "dim"))
    if next_step := wording.suggest_next_step(report):
        yield ((f"next: {next_step}", ""),)
    outcome = report.verdict.outcome
    yield ((outcome.value, OUTCOME_STYLES[outcome]), (f": {escape.ci_log(wording.explain_verdict(report))}", ""))


def _title(text: str, style: str = "", indent: str = "") -> Iterable[_Line]:
    yield ()
    yield ((f"{indent}{text}", style if "bold" in style else f"bold {style}".strip()),)


def _wrap(text: str, indent: str, style: str = "", hang: str = "") -> Iterable[_Line]:
    plain, width = escape.terminal(text[:4000].replace("\n", " ")), WIDTH - max(len(indent), len(hang))
    lines = textwrap.wrap(plain, width, break_on_hyphens=False)  # names with hyphens can be copied
    for number, line in enumerate(lines[:MAX_MESSAGE_LINES]):
        cut = " ..." if number == MAX_MESSAGE_LINES - 1 and len(lines) > MAX_MESSAGE_LINES else ""
        # escaped line by line: after wrapping, text from the middle can be at the beginning of a line
        yield (((hang if number else indent) or indent, ""), (escape.ci_log(line) + cut, style))


def _remainder(number: int, noun: str, plural: str = "", indent: str = "  ") -> Iterable[_Line]:
    if number > 0:
        yield ((f"{indent}and {number:,} more {noun if number == 1 else plural or noun + 's'}", "dim"),)


def _name(text: str) -> str:
    """A path or rule, which is never wrapped so that it can be copied."""
    return escape.truncate_middle(escape.ci_log(text), MAX_NAME_LENGTH)
