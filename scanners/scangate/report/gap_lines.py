"""The lines of the gaps on a console: grouped, each group with what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from scangate.model import Gap, GapRuling, Report
from scangate.report import escape, summary, wording
from scangate.report.coverage_text import describe_not_analyzed, list_mergeable, merge_hints, remaining_hint
from scangate.report.decision_text import explain_tolerated_gap
from scangate.report.layout import Line, Segment, cells, name, wrap
from scangate.report.view import View

MAX_GROUPS = 10
MAX_PLACES = 4
MAX_REASON_LINES = 3


def gap_lines(report: Report, view: View) -> Iterable[Line]:
    """All blocking gaps by kind; those that the policy allows are a number, unless the view is verbose."""
    groups = _merge_scanners(summary.group_gaps(report.verdict.gaps))
    if not groups:
        return
    yield (Segment(wording.describe_gap_counts(report), "bold yellow" if groups[0][0].blocking else "bold"),)
    blocking = [group for group in groups if group[0].blocking]
    mergeable = list_mergeable(report.verdict.gaps)
    for group in blocking[: view.limit(MAX_GROUPS)]:
        yield from _group_lines(group, mergeable, view)
    if more := view.more(len(blocking) - MAX_GROUPS, "kind of gap", "kinds of gaps"):
        yield (Segment(f"  {more}", "dim"),)
    for title, lines in merge_hints(mergeable, report.policy_provenance.floor):
        yield from ((Segment(line, "bold"),) for line in wrap(title, view.columns, "  ", "  "))
        yield from ((Segment(f"    {escape.ci_log(line)}"),) for line in lines)  # never wrapped, so that it can be pasted
    allowed = [group for group in groups if not group[0].blocking]
    if view.verbose or view.show_all:
        for group in allowed[: view.limit(MAX_GROUPS)]:
            yield from _group_lines(group, mergeable, view)
        if more := view.more(len(allowed) - MAX_GROUPS, "kind of gap", "kinds of gaps"):
            yield (Segment(f"  {more}", "dim"),)
    elif allowed:
        yield from _count_allowed(allowed, view)


def _merge_scanners(groups: Iterable[Sequence[GapRuling]]) -> list[Sequence[GapRuling]]:
    """The groups; what several scanners say of the same places, in the same words, is one group."""
    merged: dict[tuple[object, ...], list[GapRuling]] = defaultdict(list)
    for group in groups:
        gap = group[0].gap
        places = tuple((ruling.gap.path, ruling.gap.line) for ruling in group)
        about = (gap.kind, gap.reason, gap.hint) if places != ((None, 0),) else (gap.scanner, gap.content_type, len(merged))
        merged[(group[0].blocking, group[0].decision, places, *about)].extend(group)
    return list(merged.values())


def _count_allowed(allowed: Sequence[Sequence[GapRuling]], view: View) -> Iterable[Line]:
    kinds = dict.fromkeys(f"{group[0].gap.scanner} {group[0].gap.kind.value}" for group in allowed)
    number = sum(map(len, allowed))
    named = ", ".join(list(kinds)[:MAX_PLACES]) + (", ..." if len(kinds) > MAX_PLACES else "")
    how = "not judged" if explain_tolerated_gap(allowed[0][0]) == "not judged" else "allowed by the policy"
    text = f"{number:,} {how}: {named} ({view.more_option} shows {'it' if number == 1 else 'them'})"
    yield from ((Segment(line, "dim"),) for line in wrap(text, view.columns, "  ", "    ", 2))


def _group_lines(group: Sequence[GapRuling], mergeable: Sequence[Gap], view: View) -> Iterable[Line]:
    gap, blocking = group[0].gap, group[0].blocking
    scanners = ", ".join(dict.fromkeys(name(ruling.gap.scanner) for ruling in group))
    head = f"  {scanners}: {gap.kind.value}"
    times = f"  x{len(group):,}" if len(group) > 1 else ""
    yield (Segment(head, "yellow" if blocking else "dim"), Segment(times, "dim"))
    if summary.is_allowed_content(group[0]):
        yield from _paragraph(describe_not_analyzed(group), view)
        yield from _paragraph(explain_tolerated_gap(group[0]), view, "dim")
        return
    yield from _paragraph(gap.reason, view, limit=MAX_REASON_LINES)
    yield from _place_lines(group, view)
    if hint := remaining_hint(gap, mergeable):
        yield from _paragraph(f"hint: {hint}", view)
    if not blocking:
        yield from _paragraph(explain_tolerated_gap(group[0]), view, "dim")


def _place_lines(group: Sequence[GapRuling], view: View) -> Iterable[Line]:
    """The places, as many in a line as fit."""
    places = list(dict.fromkeys((ruling.gap.path, ruling.gap.line) for ruling in group if ruling.gap.path is not None))
    line = ""
    for path, number in places[: view.limit(MAX_PLACES)]:
        place = wording.format_location(name(path or ""), number)
        if line and cells(line) + 2 + cells(place) > view.columns:
            yield (Segment(f"{line},"),)
            line = ""
        line = f"{line}, {place}" if line else f"    {place}"
    more = view.more(len(places) - MAX_PLACES, "place")
    if line:
        yield (Segment(line),)
    if more:
        yield (Segment(f"    {more}", "dim"),)


def _paragraph(text: str, view: View, style: str = "", limit: int = 0) -> Iterable[Line]:
    lines = wrap(text, view.columns, "    ", limit=0 if view.show_all else limit)
    yield from ((Segment(line, style),) for line in lines)
