"""Makes the sentences for decisions and notes, in one place; every format escapes them for its own language."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Callable

from scangate.model import (
    Basis,
    BudgetSelector,
    Decision,
    GapRuling,
    Note,
    NoteKind,
    PolicyLocation,
    Report,
    SkippedPath,
    SkipReason,
)
from scangate.report.wording import pluralize


def explain_decision(decision: Decision) -> str:
    """Why the policy ruled so, in one line, with the notes that belong to it."""
    return "; ".join([explain_basis(decision), *map(explain_remark, decision.notes)])


def explain_basis(decision: Decision) -> str:
    """As `explain_decision`, without the notes, which belong to one finding."""
    return DECISIONS[decision.basis](decision)


def list_policy_locations(decision: Decision) -> list[PolicyLocation]:
    """The places in the policy that led to a decision, without repetition."""
    locations = [decision.location, *(note.location for note in decision.notes)]
    return [location for location in dict.fromkeys(locations) if location.path]


def format_policy_location(location: PolicyLocation) -> str:
    """``scangate.yaml:12  budgets.high``."""
    return f"{location.file}:{location.line}  {location.path}" if location.file else f"{location.path} (default)"


def explain_tolerated_gap(ruling: GapRuling) -> str:
    """Why a gap does not block."""
    return "not judged" if ruling.decision.basis is Basis.NOT_JUDGED else f"allowed: {explain_decision(ruling.decision)}"


def explain_skip(skipped: SkippedPath) -> str:
    """Why a path was not scanned."""
    return f"{SKIPS[skipped.reason]}: {skipped.detail}" if skipped.detail else SKIPS[skipped.reason]


def explain_limit(decision: Decision, shown: int) -> str:
    """As `explain_decision`, without the number of findings over the budget if it is the number of findings shown."""
    if decision.basis is not Basis.BUDGET or decision.limit is None or decision.count != shown or decision.notes:
        return explain_decision(decision)
    return f"the policy allows {decision.limit:,}{_selection(decision.selector)}"


def list_notes(report: Report) -> list[str]:
    """The notes of the verdict and of the list of files, sorted."""
    return sorted({*map(describe_note, report.verdict.notes), *report.targets.notes} - {""})


def list_actionable_notes(report: Report) -> list[str]:
    """Those of `list_notes` that ask the reader to do something, sorted."""
    return sorted({describe_note(note) for note in report.verdict.notes if note.kind not in INFORMATIVE_NOTES} - {""})


def list_skipped(report: Report) -> list[str]:
    """How many paths were skipped for each reason, and by which scanners; sorted by reason."""
    groups: dict[str, list[SkippedPath]] = defaultdict(list)
    for each in (*report.targets.skipped_paths, *(path for result in report.results for path in result.skipped_paths)):
        groups[explain_skip(each)].append(each)
    lines = []
    for reason, paths in sorted(groups.items()):
        counts = Counter(each.scanner for each in paths if each.scanner)
        by_scanner = ", ".join(f"{scanner} {number:,}" for scanner, number in sorted(counts.items()))
        total = pluralize(len({each.path for each in paths}), "path")
        lines.append(f"{total} skipped{f' ({by_scanner})' if by_scanner else ''}: {reason}")
    return lines


# -- decisions --


def _budget(decision: Decision) -> str:
    findings = f"{decision.severity.value} findings{_selection(decision.selector)}"
    if decision.limit is None:
        return f"the policy does not limit {findings}"
    noun = findings.replace("findings", "finding", 1) if decision.count == 1 else findings
    worse = f"; {decision.reported_worse:,} reported at a higher severity by another scanner" if decision.reported_worse else ""
    if decision.count > decision.limit:
        return f"{decision.count:,} {noun}, {decision.limit:,} allowed{worse}"
    return f"{decision.count:,} of {decision.limit:,} allowed {findings}{worse}"


def _selection(selector: BudgetSelector) -> str:
    """Which findings a budget override counts, as words after the noun."""
    text = f" of kind {selector.kind.value}" if selector.kind else ""
    text += "" if selector.fixable is None else " with a fixed release" if selector.fixable else " without a fixed release"
    text += "" if selector.history is None else " in the history" if selector.history else " outside the history"
    return text + (f" of {selector.scanner}" if selector.scanner else "") + (f" in {selector.path}" if selector.path else "")


def _cool_down(decision: Decision) -> str:
    published = f"{pluralize(decision.count, 'day')} ago" if decision.count else "today"
    return f"advisory published {published}, cool-down period {pluralize(decision.limit or 0, 'day')}"


DECISIONS: dict[Basis, Callable[[Decision], str]] = {
    Basis.EXCLUSION: lambda decision: f"excluded by the policy: {decision.reason}",
    Basis.EXCEPTION: lambda decision: f"accepted until {decision.expires} by {decision.owner}: {decision.reason}",
    Basis.INLINE_COMMENT: lambda decision: f"suppressed inline: {decision.comment}",
    Basis.KNOWN: lambda decision: f"known: in {decision.known_by}",
    Basis.COOL_DOWN: _cool_down,
    Basis.BUDGET: _budget,
    Basis.UNUSED_EXCEPTION: lambda _: "the policy fails the build for unused exceptions",
    Basis.BASELINE_RATCHET: lambda _: "the policy requires that findings that are gone are removed from the baseline",
    Basis.NOT_JUDGED: lambda _: "no policy judged",
    Basis.ALLOWED_GAP: lambda decision: decision.reason,
    Basis.UNTOUCHED: lambda _: "in a file that this change does not touch",
    Basis.GAP_NOT_ALLOWED: lambda _: "the policy does not allow this gap",
    Basis.REQUIRED_SCANNER: lambda _: "the policy requires this scanner",
    Basis.NOTHING_SCANNED: lambda _: "an empty scan does not pass",
    Basis.NOT_ANALYZED: lambda _: "not everything was analyzed",
    Basis.REPORT_NOT_WRITTEN: lambda _: "the verdict cannot be read",
}


SKIPS: dict[SkipReason, str] = {
    SkipReason.EXCLUDED: "excluded by the policy",
    SkipReason.INTERNAL_DEPENDENCY: "internal dependency by the policy, not audited",
    SkipReason.WORKSPACE_MEMBER: "a project of this repository; its dependencies are audited",
    SkipReason.BUILD_REQUIREMENT: "a build requirement, not installed with the project",
    SkipReason.CONSTRAINT: "a constraint, which installs nothing",
    SkipReason.CONSTRAINT_OF_REQUIREMENT: "a constraint, audited with its requirement",
    SkipReason.OWN_OUTPUT: "scangate's own output",
    SkipReason.LINK_WITHIN_TREE: "symbolic link to another path of the tree, which is scanned under its own name",
    SkipReason.NOT_IN_WORK_TREE: "in the index, but not in the work tree",
    SkipReason.GIT_DATA: "git's own data",
}


# -- notes --


def explain_remark(note: Note) -> str:
    """A note that belongs to a decision."""
    if note.kind in COMMENT_PROBLEMS:
        return f"the inline comment in line {note.line} does not apply: {COMMENT_PROBLEMS[note.kind](note)}"
    return REMARKS[note.kind](note)


def describe_note(note: Note) -> str:
    """A note of a verdict in one line."""
    if note.kind in COMMENT_PROBLEMS:
        return f"inline comment in {note.path}:{note.line} does not apply: {COMMENT_PROBLEMS[note.kind](note)}"
    if note.kind in EXCEPTION_NOTES:
        return f"exception for {note.name} ({note.owner}) {EXCEPTION_NOTES[note.kind](note)}"
    return NOTES[note.kind](note)


def _in_days(days: int) -> str:
    return f"in {pluralize(days, 'day')}" if days else "today"


def _exception_expires_soon(note: Note) -> str:
    moved = f"; its finding is now in {note.path}" if note.path else ""
    return f"expires {_in_days(note.days)}, on {note.expires}{moved}"


def _not_owner(note: Note) -> str:
    return f"does not accept {note.path}{_more(note)}: {note.text} names another owner"


def _more(note: Note) -> str:
    return f" and {note.count - 1:,} more" if note.count > 1 else ""


def _counts(note: Note) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in note.counts)


def _findings(note: Note) -> str:
    return pluralize(sum(number for _, number in note.counts), "finding")


def _known_source(note: Note) -> str:
    if not note.count:
        return f"{note.name} has no findings"
    counts = Counter(dict(note.counts))
    parts = [f"{counts['matched']:,} still present"]
    parts += [f"{counts[name]:,} {name}" for name in ("gone", "not looked for") if counts[name]]
    removable = note.kind is NoteKind.BASELINE and counts["gone"]
    update = "; to remove those that are gone: scangate baseline update" if removable else ""
    return f"{note.name} has {pluralize(note.count, 'finding')}: {', '.join(parts)}{update}"


def _internal_dependencies(note: Note) -> str:
    policy = "a policy in the scanned tree" if note.in_tree else "the policy"
    audited = pluralize(Counter(dict(note.counts))["audited"], "release")
    return f"{note.name} audited {audited}; {pluralize(note.count, 'requirement')} not audited, as {policy} declares them internal"


def _codeowners_invalid(note: Note) -> str:
    lines = ", ".join(map(str, note.lines[:5])) + (", ..." if len(note.lines) > 5 else "")
    return f"{note.path}: invalid {'line' if len(note.lines) == 1 else 'lines'} ignored: {lines}"


COMMENT_PROBLEMS: dict[NoteKind, Callable[[Note], str]] = {
    NoteKind.COMMENT_INVALID: lambda note: note.text,
    NoteKind.COMMENT_OTHER_RULES: lambda _: "it names other rules",
    NoteKind.COMMENT_WITHOUT_EXPIRY: lambda _: "the policy requires an expiry date: until=YYYY-MM-DD",
    NoteKind.COMMENT_EXPIRED: lambda note: f"it expired on {note.expires}",
    NoteKind.COMMENT_TOO_LONG: lambda note: (
        f"it expires on {note.expires}, later than the {pluralize(note.days, 'day')} that the policy allows"
    ),
}
REMARKS: dict[NoteKind, Callable[[Note], str]] = {
    NoteKind.SEVERITY_CHANGED: lambda note: f"severity changed by the policy from {note.severity.value}",
    NoteKind.KNOWN_COUNTED: lambda note: f"in {note.name}, but the policy counts known findings",
    NoteKind.STRICTER_PATH: lambda note: f"known at {note.path}, where the policy is less strict",
    NoteKind.COMMENTS_DENIED: lambda _: "the policy does not accept an inline comment for this finding",
    NoteKind.COMMENT_ADDED: lambda _: "this change adds the comment",
    NoteKind.COMMENT_ADDED_DENIED: lambda _: "this change adds the inline comment, and the policy does not count those",
    NoteKind.EXCEPTION_EXPIRED: lambda note: f"its exception expired on {note.expires}",
    NoteKind.EXCEPTION_NEVER: lambda note: f"the policy lets no exception accept a finding of kind {note.text}",
    NoteKind.EXCEPTION_NO_CODEOWNERS: lambda note: f"the exception by {note.owner} needs a CODEOWNERS file, and there is none",
    NoteKind.EXCEPTION_NOT_OWNER: lambda note: (
        f"the exception by {note.owner} does not apply: {note.text} does not name {note.owner} for this path"
    ),
}
INFORMATIVE_NOTES = {
    NoteKind.SUPPRESSED_INLINE,
    NoteKind.IN_COOL_DOWN,
    NoteKind.SEVERITIES_CHANGED,
    NoteKind.KNOWN_SOURCE,
    NoteKind.RESOLVED_RELEASES,
    NoteKind.INTERNAL_DEPENDENCIES,
    NoteKind.MERGED_FINDINGS,
    NoteKind.EXCEPTION_FOLLOWED,
}
"""What a short report counts only."""
EXCEPTION_NOTES: dict[NoteKind, Callable[[Note], str]] = {
    NoteKind.EXCEPTION_EXPIRED: lambda note: f"expired on {note.expires}; it no longer accepts {pluralize(note.count, 'finding')}",
    NoteKind.EXCEPTION_EXPIRES_SOON: _exception_expires_soon,
    NoteKind.EXCEPTION_FOLLOWED: lambda note: f"followed its finding to {note.path}",
    NoteKind.EXCEPTION_UNUSED: lambda _: "accepts nothing: remove it",
    NoteKind.EXCEPTION_OTHER_NAME: lambda note: (
        f"accepts nothing: {note.text} is reported as {note.rule}; `advisory: {note.text}` matches all its names"
    ),
    NoteKind.EXCEPTION_NO_CODEOWNERS: lambda _: "accepts nothing: the policy requires code owners, and there is no CODEOWNERS file",
    NoteKind.EXCEPTION_NOT_OWNER: _not_owner,
    NoteKind.EXCEPTION_NEVER: lambda note: (
        f"does not accept {note.path}{_more(note)}: the policy lets no exception accept findings of that kind"
    ),
}
NOTES: dict[NoteKind, Callable[[Note], str]] = {
    NoteKind.COMMENT_EXPIRES_SOON: lambda note: f"inline comment in {note.path}:{note.line} expires {_in_days(note.days)}",
    NoteKind.COMMENT_ADDED: lambda note: (
        f"this change adds a suppression of {note.rule} in {note.path}:{note.line}, which counts: {note.text}"
    ),
    NoteKind.COMMENT_ADDED_DENIED: lambda note: (
        f"this change adds a suppression of {note.rule} in {note.path}:{note.line}, which the policy does not count: {note.text}"
    ),
    NoteKind.MORE_COMMENTS: lambda note: f"{pluralize(note.count, 'more inline comment')} with a note",
    NoteKind.CODEOWNERS_INVALID: _codeowners_invalid,
    NoteKind.NOT_STAGED: lambda note: (
        f"{note.path} has changes that are not staged, and what is staged was scanned: git add {shlex.quote(note.path)}"
    ),
    NoteKind.POLICY_CHANGED: lambda note: (
        f"this change {note.text} {note.path}: it takes effect after the merge; until then {note.name}'s version applies"
    ),
    NoteKind.SUPPRESSED_INLINE: lambda note: f"{_findings(note)} suppressed inline: {_counts(note)}",
    NoteKind.IN_COOL_DOWN: lambda note: (
        f"{_findings(note)} published less than {pluralize(note.days, 'day')} ago, not counted yet: {_counts(note)}"
    ),
    NoteKind.SEVERITIES_CHANGED: lambda note: f"{_findings(note)} with a severity changed by the policy: {_counts(note)}",
    NoteKind.BASELINE: _known_source,
    NoteKind.KNOWN_SOURCE: _known_source,
    NoteKind.RESOLVED_RELEASES: lambda note: (
        f"{note.name}: {pluralize(note.count, 'release')} not pinned, resolved for this scan; add a lock file to be sure"
    ),
    NoteKind.INTERNAL_DEPENDENCIES: _internal_dependencies,
    NoteKind.MERGED_FINDINGS: lambda note: (
        f"{pluralize(note.count, 'finding')} reported by several scanners merged: {_counts(note)}"
    ),
}
