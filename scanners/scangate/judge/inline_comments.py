"""Judges inline waivers, the tools' own and ours: which one is honoured under a policy on a day, and what is said of the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from scangate.judge.error_text import pluralize
from scangate.judge.exceptions import EXPIRY_WARNING_DAYS
from scangate.judge.policy import InlineExpiry, InlineSuppressions, Policy
from scangate.model import Finding, IgnoreComment

__all__ = ["SUPPRESSED_INLINE", "explain_rejections", "find_suppression", "list_notes"]

SUPPRESSED_INLINE = "waived inline"
MAX_NOTES = 20  # notes on single waivers


def find_suppression(finding: Finding, policy: Policy, today: dt.date) -> str | None:
    """Why an inline waiver keeps a finding from counting, None where none does."""
    if policy.inline_suppressions is InlineSuppressions.DENY:
        return None
    if finding.tool_comment:
        return f"{SUPPRESSED_INLINE}: {finding.tool_comment}"
    honoured = (ignore for ignore in finding.ignore_comments if not _rejection_reason(ignore, policy, today))
    return next((f"{SUPPRESSED_INLINE}: {ignore.text}" for ignore in honoured), None)


def _rejection_reason(ignore: IgnoreComment, policy: Policy, today: dt.date) -> str:
    """Why a waiver of ours is not honoured; empty where it is."""
    if ignore.problem:
        return ignore.problem
    if not ignore.rules:
        return "it names other rules"
    if not ignore.expires:
        return "the policy wants an end: until=YYYY-MM-DD" if policy.inline_expiry is InlineExpiry.REQUIRED else ""
    until = dt.date.fromisoformat(ignore.expires)
    if until < today:
        return f"it ended on {ignore.expires}"
    if (until - today).days > policy.exception_max_days:
        return (
            f"it ends on {ignore.expires}, more than the {pluralize(policy.exception_max_days, 'day')} away that the policy gives"
        )
    return ""


def explain_rejections(finding: Finding, policy: Policy, today: dt.date) -> list[str]:
    """Why the waivers that stand by a finding that counts do not keep it from counting."""
    if policy.inline_suppressions is InlineSuppressions.DENY:
        some = finding.tool_comment or any(ignore.rules for ignore in finding.ignore_comments)
        return ["the policy does not accept inline waivers"] if some else []
    return [
        f"the waiver in line {ignore.line} does not hold: {_rejection_reason(ignore, policy, today)}"
        for ignore in finding.ignore_comments
    ]


def list_notes(findings: Iterable[Finding], policy: Policy, today: dt.date) -> tuple[str, ...]:
    """What is to be said of our own waivers, each once: written wrong, ended, without an end, or soon to end."""
    if policy.inline_suppressions is InlineSuppressions.DENY:
        return ()
    told = {
        (finding.location.path, ignore.line, what)
        for finding in findings
        for ignore in finding.ignore_comments
        if (ignore.problem or ignore.rules) and (what := _note(ignore, policy, today))
    }
    first = [f"inline waiver in {path}:{line}: {what}" for path, line, what in sorted(told)]
    more = len(first) - MAX_NOTES
    rest = [f"and {pluralize(more, 'inline waiver')} more that did not hold, or soon will not"] if more > 0 else []
    return (*first[:MAX_NOTES], *rest)


def _note(ignore: IgnoreComment, policy: Policy, today: dt.date) -> str:
    problem = _rejection_reason(ignore, policy, today)
    if problem:
        return f"not honoured: {problem}"
    left = (dt.date.fromisoformat(ignore.expires) - today).days if ignore.expires else EXPIRY_WARNING_DAYS + 1
    if left > EXPIRY_WARNING_DAYS:
        return ""
    return f"ends in {pluralize(left, 'day')}" if left else "ends today"
