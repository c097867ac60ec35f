"""The lines of one finding, or of all findings about one pin, on a console."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.model import BUNDLED_ADVISORIES, NoteKind, Ruling, RulingOutcome
from scangate.report import escape, wording
from scangate.report.decision_text import explain_decision, explain_remark
from scangate.report.layout import CUT, GAP, Line, Segment, cells, cut_around, flow, name, wrap
from scangate.report.pins import Entry, PinFindings
from scangate.report.remediation import split_message, suggest_fix
from scangate.report.secret_text import explain_doubt
from scangate.report.styles import SEVERITY_STYLES
from scangate.report.view import View

INDENT = "  "
MAX_EVIDENCE_LENGTH = 1000
TAB_SIZE = 4
MIN_TITLE_LENGTH = 4
MAX_ADVISORIES = 4
MAX_MESSAGE_LINES = 3
NOT_SHOWN = {NoteKind.SEVERITY_CHANGED}
"""Remarks on a decision that `scangate explain` makes, not a list."""


def entry_lines(entry: Entry, view: View) -> Iterable[Line]:
    """A finding or a pin: where, what, the line of code, and how to fix it."""
    if isinstance(entry, PinFindings):
        yield from pin_lines(entry, view)
    else:
        yield from finding_lines(entry, view)


def finding_lines(ruling: Ruling, view: View) -> Iterable[Line]:
    """Severity, place, rule and fingerprint; what is wrong; one line of evidence, of the way of request data, and of fix."""
    finding = ruling.finding
    what, fix = describe_and_fix(ruling)
    if view.details:
        what, fix = finding.message or finding.title, suggest_fix(finding.rule, finding)
    title = "; ".join(filter(None, [what, _also(ruling), explain_doubt(finding)]))
    yield from flow(list(head_segments(ruling, view)), view.columns)
    limit = 0 if view.details else 1 if fix else MAX_MESSAGE_LINES
    yield from ((Segment(line),) for line in wrap(title, view.columns, INDENT, limit=limit))
    yield from evidence_lines(ruling, view)
    if way := wording.summarize_flow(finding):
        yield from labelled("flow", way, view)
    if fix:
        yield from labelled("fix", fix, view)
    for note in list_remarks(ruling):
        yield from labelled("note", note, view, whole=True)
    if view.details:
        yield from _detail_lines(ruling, view)


def _detail_lines(ruling: Ruling, view: View) -> Iterable[Line]:
    """Why the policy ruled so, and the findings of the scanners that were merged."""
    yield from labelled("why", explain_decision(ruling.decision), view)
    for member in ruling.members:
        text = f"{member.finding.rule}: {wording.label_outcome(member.outcome)}, {member.finding.fingerprint}"
        yield from labelled("member", text, view)


def head_segments(ruling: Ruling, view: View) -> Iterable[Segment]:
    """``high``, ``app.py:24:20``, ``bandit:B602``, ``[c5a78f7d]``."""
    finding = ruling.finding
    location = finding.location
    yield severity_segment(ruling)
    where = wording.format_location(name(location.path), location.line, location.column)
    yield Segment(where, "bold", view.file_link(location.path))
    yield Segment(name(finding.rule), SEVERITY_STYLES[ruling.severity], escape.web_url(finding.help_url))
    if finding.fingerprint:
        yield Segment(f"[{escape.ci_log(wording.short_fingerprint(finding))}]", "dim")
    if ruling.outcome is not RulingOutcome.BLOCKING:
        yield Segment(f"({wording.label_outcome(ruling.outcome)})", "dim")


def severity_segment(entry: Entry) -> Segment:
    """The severity, so wide that places are below each other."""
    return Segment(f"{entry.severity.value:<8}", SEVERITY_STYLES[entry.severity])


def describe_and_fix(ruling: Ruling) -> tuple[str, str]:
    """What is wrong, and how to fix it: the known fix for the rule, else what the message says after what is wrong.

    What is wrong is the title of the rule, or the whole message if it does not say how to fix it.
    """
    finding = ruling.finding
    message = " ".join((finding.message or finding.title).split())
    fix = suggest_fix(finding.rule, finding)
    if not fix:
        message, fix = split_message(finding.rule, message)
    title = finding.title if len(finding.title) >= MIN_TITLE_LENGTH and finding.title != finding.rule else ""
    return (title or message if fix else message), fix


def _also(ruling: Ruling) -> str:
    merged = wording.list_merged_rules(ruling)
    return f"also {merged}" if merged else ""


def evidence_lines(ruling: Ruling, view: View) -> Iterable[Line]:
    """``24 | the line``, cut around the column."""
    finding = ruling.finding
    source = next((line for line in finding.evidence.splitlines() if line.strip()), "")
    if not source:
        return
    number = f"{INDENT}{finding.location.line} | "
    shown = escape.ci_log(source.strip()[:MAX_EVIDENCE_LENGTH].expandtabs(TAB_SIZE))
    # Evidence is without indentation, so that this is a little too far right; what is cut out has a third of its width before it.
    # Where the engine has cut the beginning off, the column comes after a third of what is left.
    position = len(shown) // 3 if shown.startswith(CUT) else max(finding.location.column - 1, 0)
    yield (Segment(number, "dim"), Segment(cut_around(shown, position, view.columns - len(number))))


def list_remarks(ruling: Ruling) -> Iterable[str]:
    """Why a comment or an exception does not accept the finding, and which rules of a merged one are not accepted."""
    remarks = [explain_remark(note) for each in ruling.per_scanner for note in each.decision.notes if note.kind not in NOT_SHOWN]
    if half := explain_missing_half(ruling):
        remarks.append(half)
    return dict.fromkeys(remarks)


def explain_missing_half(ruling: Ruling) -> str:
    """Which rules of a merged finding are suppressed, and which are not; empty unless there are both."""
    if ruling.outcome is RulingOutcome.SUPPRESSED:
        return ""
    covered = [each.finding.rule for each in ruling.members if each.outcome is RulingOutcome.SUPPRESSED]
    missing = [each.finding.rule for each in ruling.members if each.outcome is not RulingOutcome.SUPPRESSED]
    return f"only {', '.join(covered)} is suppressed; {', '.join(missing)} is missing" if covered and missing else ""


def pin_lines(pin: PinFindings, view: View) -> Iterable[Line]:
    """``requirements.txt:4  django 3.2.0 -> 3.2.25  fixes 25 advisories (7 high): CVE-..., +24``."""
    location = pin.finding.location
    where = wording.format_location(name(location.path), location.line, location.column)
    release = f"{name(pin.package.name)} {name(pin.package.version)}"
    number = f"{len(pin.rulings):,} {'advisory' if len(pin.rulings) == 1 else 'advisories'}"
    listed = ", ".join(f"{count:,} {severity.value}" for severity, count in pin.severities)
    severities = f" ({listed})" if len(pin.rulings) > 1 else ""
    if pin.upgrade:
        release, does = f"{release} -> {name(pin.upgrade)}", f"fixes {number}"
    else:
        does = f"{number}, no fixed release is known" if not _fixed_releases(pin) else number
    label = f" ({BUNDLED_ADVISORIES})" if pin.is_bundled_only else ""
    head = [
        severity_segment(pin),
        Segment(where, "bold", view.file_link(location.path)),
        Segment(release, SEVERITY_STYLES[pin.severity]),
        Segment(f"{does}{severities}{label}"),
    ]
    if pin.rulings[0].outcome is not RulingOutcome.BLOCKING:
        head.append(Segment(f"({wording.label_outcome(pin.rulings[0].outcome)})", "dim"))
    yield from flow(head, view.columns)
    if view.show_all:
        yield from _advisory_lines(pin, view)
    else:
        yield (Segment(INDENT), *_name_advisories(pin, view))
    for note in dict.fromkeys(remark for ruling in pin.rulings for remark in list_remarks(ruling)):
        yield from labelled("note", note, view, whole=True)


def _fixed_releases(pin: PinFindings) -> bool:
    return any(ruling.finding.affected_package and ruling.finding.affected_package.fixed_in for ruling in pin.rulings)


def _name_advisories(pin: PinFindings, view: View) -> Iterable[Segment]:
    """As many names as fit, how many more there are, and the option that shows them."""
    names, how = pin.advisories, f" ({view.more_option})"
    if len(names) == 1:
        yield Segment(name(names[0]), "", escape.web_url(pin.finding.help_url))
        if pin.finding.fingerprint:
            yield Segment(f"{GAP}[{escape.ci_log(wording.short_fingerprint(pin.finding))}]", "dim")
        return
    shown = [name(names[0])]
    for each in names[1:MAX_ADVISORIES]:
        if cells(", ".join([*shown, name(each)])) + len(f", +{len(names):,}{how}") > view.columns - len(INDENT):
            break
        shown.append(name(each))
    more = len(names) - len(shown)
    yield Segment(", ".join([*shown, *([f"+{more:,}{how}"] if more else [])]))


def _advisory_lines(pin: PinFindings, view: View) -> Iterable[Line]:
    for ruling in pin.rulings:
        finding = ruling.finding
        advisory = Segment(name(finding.rule.partition(":")[2]), "", escape.web_url(finding.help_url))
        fixed = ", ".join(finding.affected_package.fixed_in) if finding.affected_package is not None else ""
        segments = [Segment(f"{INDENT}{severity_segment(ruling).text}", SEVERITY_STYLES[ruling.severity]), advisory]
        if finding.fingerprint:
            segments.append(Segment(f"[{escape.ci_log(wording.short_fingerprint(finding))}]", "dim"))
        segments.append(Segment(f"fixed in {name(fixed)}" if fixed else "not fixed"))
        yield from flow(segments, view.columns, INDENT * 2)


def labelled(label: str, text: str, view: View, *, whole: bool = False) -> Iterable[Line]:
    """``fix: ...`` in ``view.fix_lines``, cut, or in as many lines as it needs if ``whole`` or the view shows details."""
    limit = 0 if whole or view.details else view.fix_lines
    lines = wrap(f"{label}: {text}", view.columns, INDENT, INDENT * 2, limit)
    yield from ((Segment(line),) for line in lines)
