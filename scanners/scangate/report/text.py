"""The console report: what blocks first, the verdict last; plain in a file, coloured where rich finds a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from scangate.model import (
    Accounting,
    GapRuling,
    LeftOut,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    Severity,
    Status,
)
from scangate.report import escape, tally, wording
from scangate.report.wording import many

__all__ = ["print_to", "render", "renderable"]

WIDTH = 100
BLOCKING_SHOWN = 50
RULES_SHOWN = 15
GROUPS_SHOWN = 30
PATHS_SHOWN = 5
MESSAGE_LINES = 4
LONGEST_NAME = 300

STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
    Severity.UNKNOWN: "magenta",
}
VERDICTS = {Outcome.PASS: "bold green", Outcome.FAIL: "bold red", Outcome.INCOMPLETE: "bold yellow"}

Line = tuple[tuple[str, str], ...]
"""Pieces of one line, each with its style."""


def render(report: Report) -> str:
    """The report as plain text, one line end after each line; the same on every terminal."""
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in _lines(report))


def renderable(report: Report, encoding: str = "utf-8") -> Text:
    """The report for a rich console; what ``encoding`` has no character for is shown as an escape."""
    page = Text(no_wrap=True, overflow="ignore", end="")
    for line in _lines(report):
        for text, style in line:
            page.append(text.encode(encoding, "backslashreplace").decode(encoding), style or None)
        page.append("\n")
    return page


def print_to(console: Console, report: Report) -> None:
    """Print the report; colour, terminal and NO_COLOR are the console's affair."""
    console.print(renderable(report, console.encoding), soft_wrap=True, highlight=False, end="")


def _lines(report: Report) -> Iterable[Line]:
    ruled = tally.worst_first(report.verdict.rulings)
    yield from _head(report)
    yield from _blocking([ruling for ruling in ruled if ruling.outcome is RulingOutcome.BLOCKS])
    yield from _by_rule("tolerated", [ruling for ruling in ruled if ruling.outcome is RulingOutcome.TOLERATED])
    yield from _by_rule("known", [ruling for ruling in ruled if ruling.outcome is RulingOutcome.KNOWN])
    yield from _gaps(tally.gap_rulings(report))
    yield from _notes(report)
    yield from _scanners(tally.parts(report))
    yield from _foot(report)


def _head(report: Report) -> Iterable[Line]:
    targets = report.targets
    pieces = [f"scangate {report.tool_version}", f"policy {wording.policy(report)}"]
    pieces += [f"commit {report.commit[:12]}"] if report.commit else []
    pieces += [wording.since(report)] if report.since is not None else []
    pieces += [f"{many(targets.files, 'file')} from {targets.source}" if targets.source else many(targets.files, "file")]
    yield (_piece("  ".join(map(escape.ci, pieces)), "bold"),)


def _blocking(ruled: Sequence[Ruling]) -> Iterable[Line]:
    """The worst in full, as many as are read; of every severity how many there are."""
    room = BLOCKING_SHOWN
    for severity in tally.severities():
        group = [ruling for ruling in ruled if ruling.severity is severity]
        if group:
            yield from _title(
                f"{severity.name.lower()}: {many(len(group), 'finding')} {_verb(len(group), 'block')}", STYLES[severity]
            )
        for because, rulings in _by_reason(group[:room]).items():
            yield from _wrapped(f"because {because}", "  ", "dim")
            said: set[tuple[str, str]] = set()
            for ruling in rulings:
                yield from _finding(ruling, said)
        yield from _more(len(group) - room, "finding")
        room = max(0, room - len(group))


def _by_reason(ruled: Iterable[Ruling]) -> dict[str, list[Ruling]]:
    groups: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in ruled:
        groups[ruling.because].append(ruling)
    return groups


def _finding(ruling: Ruling, said: set[tuple[str, str]]) -> Iterable[Line]:
    """A finding; what its rule has to say is said once, and ``said`` remembers."""
    finding = ruling.finding
    where = wording.place(_name(finding.location.path), finding.location.line, finding.location.column)
    label = f"  ({wording.starter(finding)})" if wording.starter(finding) else ""
    also = f"  and {_name(wording.others(ruling))}" if ruling.members else ""
    yield (_piece(f"  {where}", "bold"), _piece(f"  {_name(finding.rule)}", STYLES[ruling.severity]), _piece(also + label, "dim"))
    if (finding.rule, finding.message) not in said:
        said.add((finding.rule, finding.message))
        yield from _wrapped(finding.message, "    ")
    source = next((line for line in finding.evidence.splitlines() if line.strip()), "")
    if source:
        yield (_piece("    | ", "dim"), _piece(escape.shorten(_source(source), WIDTH - 6)))


def _source(line: str) -> str:
    return escape.ci(line.expandtabs(4).strip()[:1000])


def _by_rule(outcome: str, ruled: Sequence[Ruling]) -> Iterable[Line]:
    """How often each rule was seen, for what does not block."""
    groups: dict[tuple[Severity, str], list[Ruling]] = defaultdict(list)
    for ruling in ruled:
        groups[ruling.severity, ruling.finding.rule].append(ruling)
    if not groups:
        return
    yield from _title(f"{outcome}: {many(len(ruled), 'finding')}")
    order = sorted(groups.items(), key=lambda item: (-item[0][0], -len(item[1]), item[0][1]))
    digits = max(len(f"{len(group):,}") for _, group in order)
    width = min(36, max(len(_name(rule)) for (_, rule), _ in order[:RULES_SHOWN]))
    for (severity, rule), group in order[:RULES_SHOWN]:
        files = {ruling.finding.location.path for ruling in group}
        one = group[0].finding.location
        where = wording.place(_name(one.path), one.line, one.column) if len(group) == 1 else f"in {many(len(files), 'file')}"
        head = f"  {len(group):>{digits},}  {_name(rule):<{width}}"
        labels = sorted({wording.starter(ruling.finding) for ruling in group} - {""})
        where += f" ({labels[0]})" if labels else ""
        title = _fitting(group[0].finding.title, WIDTH - 14 - len(head) - len(where))
        yield (_piece(f"  {severity.name.lower():<8}", STYLES[severity]), _piece(head), _piece(f"  {title}", "dim"), _piece(where))
    yield from _more(len(order) - RULES_SHOWN, "rule")


def _fitting(title: str, room: int) -> str:
    """A title in what a line has left, with the gap behind it; nothing where that is too little to be read."""
    return f"{escape.ci(escape.shorten(title, room))}  " if title and room >= 16 else ""


def _gaps(ruled: Sequence[GapRuling]) -> Iterable[Line]:
    groups: dict[tuple[str, ...], list[GapRuling]] = defaultdict(list)
    for ruling in ruled:
        allowed = "" if ruling.counts else ruling.because or "the policy allows it"
        groups[allowed, ruling.gap.scanner, ruling.gap.kind.value, ruling.gap.reason, ruling.gap.hint].append(ruling)
    if not groups:
        return
    counting = sum(ruling.counts for ruling in ruled)
    yield from _title(f"gaps: {many(len(ruled), 'thing')} not read, {counting:,} {_verb(counting, 'count')}", "yellow")
    for key in sorted(groups)[:GROUPS_SHOWN]:
        yield from _gap(groups[key], key[0])
    yield from _more(len(groups) - GROUPS_SHOWN, "kind of gap", "kinds of gaps")


def _gap(group: Sequence[GapRuling], allowed: str) -> Iterable[Line]:
    """Gaps that differ in their place alone."""
    gap = group[0].gap
    times = f"  x{len(group):,}" if len(group) > 1 else ""
    yield (_piece(f"  {_name(gap.scanner)}: {gap.kind.value}", "dim" if allowed else "yellow"), _piece(times, "dim"))
    yield from _wrapped(gap.reason, "    ")
    places = [wording.place(_name(each.gap.path), each.gap.line) for each in group if each.gap.path is not None]
    for each in places[:PATHS_SHOWN]:
        yield (_piece(f"      {each}"),)
    yield from _more(len(places) - PATHS_SHOWN, "place", indent="      ")
    if gap.hint:
        yield from _wrapped(f"hint: {gap.hint}", "    ")
    if allowed:
        yield from _wrapped(f"allowed: {allowed}", "    ", "dim")


def _notes(report: Report) -> Iterable[Line]:
    left = (*report.targets.left_out, *(left for result in report.results for left in result.left_out))
    notes = sorted({*report.verdict.notes, *report.targets.notes} - {""}) + _left_out(left)
    if notes:
        yield from _title("notes")
    for note in notes[:GROUPS_SHOWN]:
        yield from _wrapped(f"- {note}", "  ", hang="    ")
    yield from _more(len(notes) - GROUPS_SHOWN, "note")


def _left_out(left: Iterable[LeftOut]) -> list[str]:
    groups: dict[str, list[LeftOut]] = defaultdict(list)
    for each in left:
        groups[each.reason].append(each)
    notes = []
    for reason, paths in sorted(groups.items()):
        shares = Counter(each.scanner for each in paths if each.scanner)
        by_scanner = ", ".join(f"{scanner} {number:,}" for scanner, number in sorted(shares.items()))
        total = many(len({each.path for each in paths}), "path")
        notes.append(f"{total} left out on purpose{f' ({by_scanner})' if by_scanner else ''}: {reason}")
    return notes


HEADS = ("files", "cached", "gaps", "findings", "seconds")


def _scanners(parts: Sequence[tally.Part]) -> Iterable[Line]:
    rows = [(_scanner_name(part), *_numbers(part), _status(part.result)) for part in parts if part.result is not None]
    own = parts[-1]
    if own.result is None and (own.gaps or own.rulings):
        rows.append((_scanner_name(own), *_numbers(own), ""))
    if not rows:
        return
    width = max(len(row[0]) for row in rows)
    yield from _title("".join((f"{'scanner':<{width}}", *(f"{head:>9}" for head in HEADS))), indent="  ")
    for name, *numbers, status in rows:
        cells = "".join(f"{number:>9}" for number in numbers)
        yield (_piece(f"  {name:<{width}}{cells}"), *((_piece(f"  {status}", "yellow"),) if status else ()))


def _scanner_name(part: tally.Part) -> str:
    version = part.result.version if part.result else ""
    return escape.shorten(escape.ci(f"{part.label} {version}".strip()), 40)


def _numbers(part: tally.Part) -> tuple[str, ...]:
    """``-`` is what was not looked at, 0 what was and came to nothing."""
    result = part.result
    gaps, findings = f"{len(part.gaps):,}", f"{len(part.rulings):,}"
    if result is None:
        return ("-", "-", gaps, findings, "-")
    if result.status is Status.SKIPPED:
        return ("-", "-", gaps if part.gaps else "-", findings if part.rulings else "-", "-")
    if result.status is Status.FAILED and not result.files:
        return ("-", "-", gaps, findings if part.rulings else "-", f"{result.seconds:.1f}")
    return (f"{len(result.files):,}", f"{result.cached:,}", gaps, findings, f"{result.seconds:.1f}")


def _status(result: ScanResult) -> str:
    words = [] if result.status is Status.COMPLETE else [result.status.value]
    if result.accounting is Accounting.WHOLE_RUN and result.files:
        words.append("attested by the run")
    said = ", ".join(words)
    why = escape.ci(escape.shorten(result.reason, 120))
    return f"{said}: {why}" if said and why else said or why


def _foot(report: Report) -> Iterable[Line]:
    totals = tally.count(report.verdict.rulings, report.verdict.gaps)
    yield ()
    suppressed = totals.of(RulingOutcome.SUPPRESSED)
    others = [f"{totals.of(outcome):,} {outcome.value}" for outcome in (RulingOutcome.TOLERATED, RulingOutcome.KNOWN)]
    others += filter(None, [wording.starter_count(report.verdict.rulings)])
    yield (_piece(", ".join([f"{suppressed:,} suppressed", *others])), _piece(f"  in {report.seconds:.1f} s", "dim"))
    if wording.next_step(report):
        yield (_piece(f"next: {wording.next_step(report)}"),)
    outcome = report.verdict.outcome
    yield (_piece(outcome.value, VERDICTS[outcome]), _piece(f": {escape.ci(wording.reason(report))}"))


def _title(text: str, style: str = "", indent: str = "") -> Iterable[Line]:
    yield ()
    yield (_piece(f"{indent}{text}", f"bold {style}".strip() if "bold" not in style else style),)


def _wrapped(text: str, indent: str, style: str = "", hang: str = "") -> Iterable[Line]:
    lines = textwrap.wrap(escape.terminal(text[:4000].replace("\n", " ")), WIDTH - max(len(indent), len(hang)))
    cut = len(lines) > MESSAGE_LINES
    for number, line in enumerate(lines[:MESSAGE_LINES]):
        last = cut and number == MESSAGE_LINES - 1
        # a wrapped line may open with what was in the middle: each is made harmless on its own
        yield (_piece((hang if number else indent) or indent, ""), _piece(escape.ci(line) + (" ..." if last else ""), style))


def _more(number: int, noun: str, plural: str = "", indent: str = "  ") -> Iterable[Line]:
    if number > 0:
        yield (_piece(f"{indent}and {number:,} more {noun if number == 1 else plural or noun + 's'}", "dim"),)


def _name(text: str) -> str:
    """A path or a rule's name: never wrapped, so that it can be copied; cut in the middle where it is absurdly long."""
    shown = escape.ci(text)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME // 2]}...{shown[-LONGEST_NAME // 2 :]}"


def _verb(number: int, verb: str) -> str:
    return f"{verb}s" if number == 1 else verb


def _piece(text: str, style: str = "") -> tuple[str, str]:
    return (text, style)
