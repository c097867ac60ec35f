"""The console report: what blocks first, the verdict last; plain in a file, coloured where rich finds a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from scangate.model import (
    Decision,
    FileAccounting,
    GapRuling,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Severity,
    SkippedPath,
)
from scangate.report import escape, summary, wording
from scangate.report.decision_text import describe_note, explain_decision, explain_skip
from scangate.report.wording import pluralize

__all__ = ["print_report", "render", "render_rich"]

WIDTH = 100
MAX_BLOCKING = 50
MAX_RULES = 15
MAX_GROUPS = 30
MAX_PATHS = 5
MAX_MESSAGE_LINES = 4
MAX_NAME_LENGTH = 300

SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
    Severity.UNKNOWN: "magenta",
}
OUTCOME_STYLES = {Outcome.PASS: "bold green", Outcome.FAIL: "bold red", Outcome.INCOMPLETE: "bold yellow"}

Line = tuple[tuple[str, str], ...]
"""Pieces of one line, each with its style."""


def render(report: Report) -> str:
    """The report as plain text, one line end after each line; the same on every terminal."""
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in _lines(report))


def render_rich(report: Report, encoding: str = "utf-8") -> Text:
    """The report for a rich console; what ``encoding`` has no character for is shown as an escape."""
    page = Text(no_wrap=True, overflow="ignore", end="")
    for line in _lines(report):
        for text, style in line:
            page.append(text.encode(encoding, "backslashreplace").decode(encoding), style or None)
        page.append("\n")
    return page


def print_report(console: Console, report: Report) -> None:
    """Print the report; colour, terminal and NO_COLOR are the console's affair."""
    console.print(render_rich(report, console.encoding), soft_wrap=True, highlight=False, end="")


def _lines(report: Report) -> Iterable[Line]:
    ruled = summary.sort_worst_first(report.verdict.rulings)
    yield from _header(report)
    yield from _blocking([ruling for ruling in ruled if ruling.outcome is RulingOutcome.BLOCKING])
    yield from _by_rule("tolerated", [ruling for ruling in ruled if ruling.outcome is RulingOutcome.TOLERATED])
    yield from _by_rule("known", [ruling for ruling in ruled if ruling.outcome is RulingOutcome.KNOWN])
    yield from _gaps(summary.sort_gap_rulings(report))
    yield from _notes(report)
    yield from _scanners(summary.summarize_scanners(report))
    yield from _footer(report)


def _header(report: Report) -> Iterable[Line]:
    targets = report.targets
    pieces = [f"scangate {report.tool_version}", f"policy {wording.describe_policy(report)}"]
    pieces += [f"commit {report.commit[:12]}"] if report.commit else []
    pieces += [wording.describe_base(report)] if report.compared_revision is not None else []
    pieces += [
        f"{pluralize(targets.file_count, 'file')} from {targets.source}"
        if targets.source
        else pluralize(targets.file_count, "file")
    ]
    yield (_segment("  ".join(map(escape.ci_log, pieces)), "bold"),)


def _blocking(ruled: Sequence[Ruling]) -> Iterable[Line]:
    """The worst in full, as many as are read; of every severity how many there are."""
    room = MAX_BLOCKING
    for severity in Severity.worst_first():
        group = [ruling for ruling in ruled if ruling.severity is severity]
        if group:
            yield from _title(
                f"{severity.value}: {pluralize(len(group), 'finding')} {_conjugate(len(group), 'block')}",
                SEVERITY_STYLES[severity],
            )
        for decision, rulings in _group_by_decision(group[:room]).items():
            yield from _wrap(f"because {explain_decision(decision)}", "  ", "dim")
            said: set[tuple[str, str]] = set()
            for ruling in rulings:
                yield from _finding(ruling, said)
        yield from _format_remainder(len(group) - room, "finding")
        room = max(0, room - len(group))


def _group_by_decision(rulings: Iterable[Ruling]) -> dict[Decision, list[Ruling]]:
    groups: dict[Decision, list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        groups[ruling.decision].append(ruling)
    return groups


def _finding(ruling: Ruling, shown_messages: set[tuple[str, str]]) -> Iterable[Line]:
    """A finding; what its rule has to say is said once, and ``said`` remembers."""
    finding = ruling.finding
    where = wording.format_location(_shorten_name(finding.location.path), finding.location.line, finding.location.column)
    label = f"  ({wording.label_bundled_only(finding)})" if wording.label_bundled_only(finding) else ""
    also = f"  and {_shorten_name(wording.list_merged_rules(ruling))}" if ruling.members else ""
    yield (
        _segment(f"  {where}", "bold"),
        _segment(f"  {_shorten_name(finding.rule)}", SEVERITY_STYLES[ruling.severity]),
        _segment(also + label, "dim"),
    )
    if (finding.rule, finding.message) not in shown_messages:
        shown_messages.add((finding.rule, finding.message))
        yield from _wrap(finding.message, "    ")
    source = next((line for line in finding.evidence.splitlines() if line.strip()), "")
    if source:
        yield (_segment("    | ", "dim"), _segment(escape.truncate(_escape_source(source), WIDTH - 6)))


def _escape_source(line: str) -> str:
    return escape.ci_log(line.expandtabs(4).strip()[:1000])


def _by_rule(outcome: str, rulings: Sequence[Ruling]) -> Iterable[Line]:
    """How often each rule was seen, for what does not block."""
    groups: dict[tuple[Severity, str], list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        groups[ruling.severity, ruling.finding.rule].append(ruling)
    if not groups:
        return
    yield from _title(f"{outcome}: {pluralize(len(rulings), 'finding')}")
    order = sorted(groups.items(), key=lambda item: (-item[0][0].rank, -len(item[1]), item[0][1]))
    digits = max(len(f"{len(group):,}") for _, group in order)
    width = min(36, max(len(_shorten_name(rule)) for (_, rule), _ in order[:MAX_RULES]))
    for (severity, rule), group in order[:MAX_RULES]:
        files = {ruling.finding.location.path for ruling in group}
        one = group[0].finding.location
        where = (
            wording.format_location(_shorten_name(one.path), one.line, one.column)
            if len(group) == 1
            else f"in {pluralize(len(files), 'file')}"
        )
        head = f"  {len(group):>{digits},}  {_shorten_name(rule):<{width}}"
        labels = sorted({wording.label_bundled_only(ruling.finding) for ruling in group} - {""})
        where += f" ({labels[0]})" if labels else ""
        title = _fit_title(group[0].finding.title, WIDTH - 14 - len(head) - len(where))
        yield (
            _segment(f"  {severity.value:<8}", SEVERITY_STYLES[severity]),
            _segment(head),
            _segment(f"  {title}", "dim"),
            _segment(where),
        )
    yield from _format_remainder(len(order) - MAX_RULES, "rule")


def _fit_title(title: str, room: int) -> str:
    """A title in what a line has left, with the gap behind it; nothing where that is too little to be read."""
    return f"{escape.ci_log(escape.truncate(title, room))}  " if title and room >= 16 else ""


def _gaps(rulings: Sequence[GapRuling]) -> Iterable[Line]:
    groups: dict[tuple[str, ...], list[GapRuling]] = defaultdict(list)
    for ruling in rulings:
        allowed = "" if ruling.blocking else explain_decision(ruling.decision) or "the policy allows it"
        groups[allowed, ruling.gap.scanner, ruling.gap.kind.value, ruling.gap.reason, ruling.gap.hint].append(ruling)
    if not groups:
        return
    counting = sum(ruling.blocking for ruling in rulings)
    yield from _title(f"gaps: {pluralize(len(rulings), 'thing')} not read, {counting:,} {_conjugate(counting, 'count')}", "yellow")
    for key in sorted(groups)[:MAX_GROUPS]:
        yield from _gap(groups[key], key[0])
    yield from _format_remainder(len(groups) - MAX_GROUPS, "kind of gap", "kinds of gaps")


def _gap(group: Sequence[GapRuling], allowed: str) -> Iterable[Line]:
    """Gaps that differ in their place alone."""
    gap = group[0].gap
    times = f"  x{len(group):,}" if len(group) > 1 else ""
    yield (_segment(f"  {_shorten_name(gap.scanner)}: {gap.kind.value}", "dim" if allowed else "yellow"), _segment(times, "dim"))
    yield from _wrap(gap.reason, "    ")
    places = [wording.format_location(_shorten_name(each.gap.path), each.gap.line) for each in group if each.gap.path is not None]
    for each in places[:MAX_PATHS]:
        yield (_segment(f"      {each}"),)
    yield from _format_remainder(len(places) - MAX_PATHS, "place", indent="      ")
    if gap.hint:
        yield from _wrap(f"hint: {gap.hint}", "    ")
    if allowed:
        yield from _wrap(f"allowed: {allowed}", "    ", "dim")


def _notes(report: Report) -> Iterable[Line]:
    left = (*report.targets.skipped_paths, *(left for result in report.results for left in result.skipped_paths))
    notes = sorted({*map(describe_note, report.verdict.notes), *report.targets.notes} - {""}) + _left_out(left)
    if notes:
        yield from _title("notes")
    for note in notes[:MAX_GROUPS]:
        yield from _wrap(f"- {note}", "  ", hang="    ")
    yield from _format_remainder(len(notes) - MAX_GROUPS, "note")


def _left_out(left: Iterable[SkippedPath]) -> list[str]:
    groups: dict[str, list[SkippedPath]] = defaultdict(list)
    for each in left:
        groups[explain_skip(each)].append(each)
    notes = []
    for reason, paths in sorted(groups.items()):
        shares = Counter(each.scanner for each in paths if each.scanner)
        by_scanner = ", ".join(f"{scanner} {number:,}" for scanner, number in sorted(shares.items()))
        total = pluralize(len({each.path for each in paths}), "path")
        notes.append(f"{total} skipped{f' ({by_scanner})' if by_scanner else ''}: {reason}")
    return notes


COLUMNS = ("files", "cached", "gaps", "findings", "seconds")


def _scanners(parts: Sequence[summary.ScannerSummary]) -> Iterable[Line]:
    rows = [(_scanner_name(part), *_format_counts(part), _status(part.result)) for part in parts if part.result is not None]
    own = parts[-1]
    if own.result is None and (own.gaps or own.rulings):
        rows.append((_scanner_name(own), *_format_counts(own), ""))
    if not rows:
        return
    width = max(len(row[0]) for row in rows)
    yield from _title("".join((f"{'scanner':<{width}}", *(f"{head:>9}" for head in COLUMNS))), indent="  ")
    for name, *numbers, status in rows:
        cells = "".join(f"{number:>9}" for number in numbers)
        yield (_segment(f"  {name:<{width}}{cells}"), *((_segment(f"  {status}", "yellow"),) if status else ()))


def _scanner_name(part: summary.ScannerSummary) -> str:
    version = part.result.version if part.result else ""
    return escape.truncate(escape.ci_log(f"{part.label} {version}".strip()), 40)


def _format_counts(part: summary.ScannerSummary) -> tuple[str, ...]:
    """``-`` is what was not looked at, 0 what was and came to nothing."""
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
    if result.accounting is FileAccounting.WHOLE_RUN and result.analyzed_files:
        words.append("attested by the run")
    said = ", ".join(words)
    why = escape.ci_log(escape.truncate(result.reason, 120))
    return f"{said}: {why}" if said and why else said or why


def _footer(report: Report) -> Iterable[Line]:
    totals = summary.count(report.verdict.rulings, report.verdict.gaps)
    yield ()
    suppressed = totals.with_outcome(RulingOutcome.SUPPRESSED)
    others = [f"{totals.with_outcome(outcome):,} {outcome.value}" for outcome in (RulingOutcome.TOLERATED, RulingOutcome.KNOWN)]
    others += filter(None, [wording.describe_bundled_only_count(report.verdict.rulings)])
    yield (_segment(", ".join([f"{suppressed:,} suppressed", *others])), _segment(f"  in {report.seconds:.1f} s", "dim"))
    if wording.suggest_next_step(report):
        yield (_segment(f"next: {wording.suggest_next_step(report)}"),)
    outcome = report.verdict.outcome
    yield (_segment(outcome.value, OUTCOME_STYLES[outcome]), _segment(f": {escape.ci_log(wording.explain_verdict(report))}"))


def _title(text: str, style: str = "", indent: str = "") -> Iterable[Line]:
    yield ()
    yield (_segment(f"{indent}{text}", f"bold {style}".strip() if "bold" not in style else style),)


def _wrap(text: str, indent: str, style: str = "", hang: str = "") -> Iterable[Line]:
    lines = textwrap.wrap(escape.terminal(text[:4000].replace("\n", " ")), WIDTH - max(len(indent), len(hang)))
    cut = len(lines) > MAX_MESSAGE_LINES
    for number, line in enumerate(lines[:MAX_MESSAGE_LINES]):
        last = cut and number == MAX_MESSAGE_LINES - 1
        # a wrapped line may open with what was in the middle: each is made harmless on its own
        yield (
            _segment((hang if number else indent) or indent, ""),
            _segment(escape.ci_log(line) + (" ..." if last else ""), style),
        )


def _format_remainder(number: int, noun: str, plural: str = "", indent: str = "  ") -> Iterable[Line]:
    if number > 0:
        yield (_segment(f"{indent}and {number:,} more {noun if number == 1 else plural or noun + 's'}", "dim"),)


def _shorten_name(text: str) -> str:
    """A path or a rule's name: never wrapped, so that it can be copied; cut in the middle where it is absurdly long."""
    shown = escape.ci_log(text)
    return shown if len(shown) <= MAX_NAME_LENGTH else f"{shown[: MAX_NAME_LENGTH // 2]}...{shown[-MAX_NAME_LENGTH // 2 :]}"


def _conjugate(number: int, verb: str) -> str:
    return f"{verb}s" if number == 1 else verb


def _segment(text: str, style: str = "") -> tuple[str, str]:
    return (text, style)
