"""Judges inline waivers, the tools' own and ours: which one is honoured under a policy on a day, and what is said of the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from scangate.judge.accepting import WARNING_DAYS
from scangate.judge.hints import counted
from scangate.judge.policy import Inline, Policy, Until
from scangate.model import Finding, Ignore

__all__ = ["WAIVED", "notes", "remarks", "waived"]

WAIVED = "waived inline"
MOST = 20  # notes on single waivers


def waived(finding: Finding, policy: Policy, today: dt.date) -> str | None:
    """Why an inline waiver keeps a finding from counting, None where none does."""
    if policy.inline is Inline.DENY:
        return None
    if finding.waiver:
        return f"{WAIVED}: {finding.waiver}"
    honoured = (ignore for ignore in finding.ignores if not _problem(ignore, policy, today))
    return next((f"{WAIVED}: {ignore.text}" for ignore in honoured), None)


def _problem(ignore: Ignore, policy: Policy, today: dt.date) -> str:
    """Why a waiver of ours is not honoured; empty where it is."""
    if ignore.fault:
        return ignore.fault
    if not ignore.rules:
        return "it names other rules"
    if not ignore.until:
        return "the policy wants an end: until=YYYY-MM-DD" if policy.inline_until is Until.REQUIRED else ""
    until = dt.date.fromisoformat(ignore.until)
    if until < today:
        return f"it ended on {ignore.until}"
    if (until - today).days > policy.exception_max_days:
        return f"it ends on {ignore.until}, more than the {counted(policy.exception_max_days, 'day')} away that the policy gives"
    return ""


def remarks(finding: Finding, policy: Policy, today: dt.date) -> list[str]:
    """Why the waivers that stand by a finding that counts do not keep it from counting."""
    if policy.inline is Inline.DENY:
        some = finding.waiver or any(ignore.rules for ignore in finding.ignores)
        return ["the policy does not accept inline waivers"] if some else []
    return [f"the waiver in line {ignore.line} does not hold: {_problem(ignore, policy, today)}" for ignore in finding.ignores]


def notes(findings: Iterable[Finding], policy: Policy, today: dt.date) -> tuple[str, ...]:
    """What is to be said of our own waivers, each once: written wrong, ended, without an end, or soon to end."""
    if policy.inline is Inline.DENY:
        return ()
    told = {
        (finding.location.path, ignore.line, what)
        for finding in findings
        for ignore in finding.ignores
        if (ignore.fault or ignore.rules) and (what := _told(ignore, policy, today))
    }
    first = [f"inline waiver in {path}:{line}: {what}" for path, line, what in sorted(told)]
    more = len(first) - MOST
    rest = [f"and {counted(more, 'inline waiver')} more that did not hold, or soon will not"] if more > 0 else []
    return (*first[:MOST], *rest)


def _told(ignore: Ignore, policy: Policy, today: dt.date) -> str:
    problem = _problem(ignore, policy, today)
    if problem:
        return f"not honoured: {problem}"
    left = (dt.date.fromisoformat(ignore.until) - today).days if ignore.until else WARNING_DAYS + 1
    if left > WARNING_DAYS:
        return ""
    return f"ends in {counted(left, 'day')}" if left else "ends today"
