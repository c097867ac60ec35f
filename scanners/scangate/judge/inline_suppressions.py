"""Decides whether an inline comment suppresses a finding: the tools' own comments, and ``scangate: ignore[RULE] -- REASON``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from scangate.judge.exceptions import EXPIRY_WARNING_DAYS
from scangate.judge.policy import InlineExpiry, InlineSuppressions, NewSuppressions, Policy
from scangate.model import Basis, Decision, Finding, IgnoreComment, Note, NoteKind, PolicyLocation

MAX_NOTES = 20
NO_END = "9999-12-31"


def find_inline_suppression(finding: Finding, policy: Policy, today: dt.date) -> Decision | None:
    """The decision of the inline comment that suppresses a finding, None if none does."""
    text = _honoured_comment(finding, policy, today)
    if text is None or (finding.suppression_is_new and policy.new_suppressions is NewSuppressions.DENY):
        return None
    notes = (Note(NoteKind.COMMENT_ADDED),) if finding.suppression_is_new else ()
    return Decision(Basis.INLINE_COMMENT, policy.locate("inline-suppressions"), comment=text, notes=notes)


def _honoured_comment(finding: Finding, policy: Policy, today: dt.date) -> str | None:
    """The comment that suppresses a finding if the policy counts those that a change adds; None if none does."""
    if _denying_key(finding, policy):
        return None
    honoured = (comment.text for comment in finding.ignore_comments if _rejection(comment, "", policy, today) is None)
    return finding.tool_comment or next(honoured, None)


def _denying_key(finding: Finding, policy: Policy) -> str:
    """The policy key by which no comment suppresses the finding; empty if comments may."""
    if policy.inline_suppressions is InlineSuppressions.DENY:
        return "inline-suppressions"
    return "never-excepted" if finding.kind in policy.never_excepted else ""


def suppressed_until(finding: Finding, policy: Policy, today: dt.date) -> str | None:
    """The last day on which a comment suppresses a finding (ISO 8601), ``NO_END``, or None if none does."""
    if _honoured_comment(finding, policy, today) is None:
        return None
    ends = [comment.expires or NO_END for comment in finding.ignore_comments if _rejection(comment, "", policy, today) is None]
    return NO_END if finding.tool_comment else max(ends)


def _rejection(comment: IgnoreComment, path: str, policy: Policy, today: dt.date) -> Note | None:
    """Why one of our comments does not apply, None if it does."""
    if comment.problem:
        return Note(NoteKind.COMMENT_INVALID, path=path, line=comment.line, text=comment.problem)
    if not comment.rules:
        return Note(NoteKind.COMMENT_OTHER_RULES, path=path, line=comment.line)
    if not comment.expires:
        required = policy.inline_expiry is InlineExpiry.REQUIRED
        return Note(NoteKind.COMMENT_WITHOUT_EXPIRY, path=path, line=comment.line) if required else None
    days_left = (dt.date.fromisoformat(comment.expires) - today).days
    if days_left < 0:
        return Note(NoteKind.COMMENT_EXPIRED, path=path, line=comment.line, expires=comment.expires)
    if days_left > policy.exception_max_days:
        days = policy.exception_max_days
        return Note(NoteKind.COMMENT_TOO_LONG, path=path, line=comment.line, expires=comment.expires, days=days)
    return None


def explain_rejections(finding: Finding, policy: Policy, today: dt.date) -> list[Note]:
    """Why the comments next to a finding do not suppress it."""
    if key := _denying_key(finding, policy):
        denied = finding.tool_comment or any(comment.rules for comment in finding.ignore_comments)
        return [Note(NoteKind.COMMENTS_DENIED, location=policy.locate(key))] if denied else []
    if finding.suppression_is_new and _honoured_comment(finding, policy, today) is not None:
        return [Note(NoteKind.COMMENT_ADDED_DENIED, location=policy.locate("new-suppressions"))]
    notes = (_rejection(comment, finding.location.path, policy, today) for comment in finding.ignore_comments)
    return [note for note in notes if note is not None]


def list_notes(findings: Sequence[Finding], policy: Policy, today: dt.date) -> list[Note]:
    """Notes on our own comments, one each: invalid, expired, without a required expiry, or soon to expire."""
    if policy.inline_suppressions is InlineSuppressions.DENY:
        return []
    notes = {
        note
        for finding in findings
        for comment in finding.ignore_comments
        if (comment.problem or comment.rules) and (note := _note(comment, finding.location.path, policy, today)) is not None
    }
    notes |= set(_added_notes(findings, policy, today))
    ordered = sorted(notes, key=lambda note: (note.path, note.line, note.kind.value, note.rule, note.text, note.expires))
    more = len(ordered) - MAX_NOTES
    return ordered[:MAX_NOTES] + ([Note(NoteKind.MORE_COMMENTS, count=more)] if more > 0 else [])


def _added_notes(findings: Iterable[Finding], policy: Policy, today: dt.date) -> Iterator[Note]:
    """The comments that the scanned change adds, whether they count or not."""
    denied = policy.new_suppressions is NewSuppressions.DENY
    kind = NoteKind.COMMENT_ADDED_DENIED if denied else NoteKind.COMMENT_ADDED
    for finding in findings:
        text = _honoured_comment(finding, policy, today) if finding.suppression_is_new else None
        if text is not None:
            location = policy.locate("new-suppressions") if denied else PolicyLocation()
            yield Note(
                kind, path=finding.location.path, line=finding.location.line, rule=finding.rule, text=text, location=location
            )


def _note(comment: IgnoreComment, path: str, policy: Policy, today: dt.date) -> Note | None:
    rejection = _rejection(comment, path, policy, today)
    if rejection is not None or not comment.expires:
        return rejection
    days = (dt.date.fromisoformat(comment.expires) - today).days
    if days > EXPIRY_WARNING_DAYS:
        return None
    return Note(NoteKind.COMMENT_EXPIRES_SOON, path=path, line=comment.line, expires=comment.expires, days=days)
