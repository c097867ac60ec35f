"""Keeps account of the policy's exceptions: which finding each accepts, which are expired, which accept nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from scanners import globs
from scanners.judge.hints import counted
from scanners.judge.names import covers_name
from scanners.judge.policy import PolicyException
from scanners.model import Finding

__all__ = ["Exceptions", "covers"]


def covers(entry: PolicyException, finding: Finding) -> bool:
    """Whether an exception is about a finding: every selector that it gives must match."""
    return (
        (not entry.rule or covers_name(entry.rule, finding.rule))
        and (not entry.path or globs.matches(entry.path, finding.location.path))
        and (not entry.fingerprint or entry.fingerprint == finding.fingerprint)
        and (not entry.advisory or entry.advisory.casefold() in _advisories(finding))
    )


def _advisories(finding: Finding) -> set[str]:
    """The names of the advisory behind a dependency finding: its rule's id and all aliases."""
    if finding.package is None:
        return set()
    return {name.casefold() for name in (finding.rule.partition(":")[2], *finding.package.aliases)}


def _other_name(entry: PolicyException, finding: Finding) -> str:
    """The alias that an exception's rule would match, were the finding called by it; empty if there is none."""
    if not entry.rule or finding.package is None:
        return ""
    names = [name for name in finding.package.aliases if covers_name(entry.rule, f"{finding.scanner}:{name}")]
    return names[0] if names and covers(msgspec.structs.replace(entry, rule=""), finding) else ""


class Exceptions:
    """The exceptions of one judgement; an entry holds up to and including the day it expires."""

    def __init__(self, entries: Sequence[PolicyException], today: dt.date) -> None:
        self.entries = entries
        self.today = today
        self.matched = [0] * len(entries)
        self.missed: dict[int, tuple[str, str]] = {}

    def accept(self, finding: Finding) -> PolicyException | None:
        """The first entry in force that accepts the finding; all that match it are counted as used."""
        accepted = None
        for index, entry in enumerate(self.entries):
            if covers(entry, finding):
                self.matched[index] += 1
                if accepted is None and entry.expires >= self.today:
                    accepted = entry
            elif name := _other_name(entry, finding):
                self.missed.setdefault(index, (name, finding.rule))
        return accepted

    def expired_for(self, finding: Finding) -> PolicyException | None:
        """The entry that would accept the finding had it not expired, the one that expired last."""
        expired = [entry for entry in self.entries if entry.expires < self.today and covers(entry, finding)]
        return max(expired, key=lambda entry: entry.expires, default=None)

    def notes(self) -> tuple[str, ...]:
        """What is to be said of expired and unused entries, in the order of the policy."""
        notes = []
        for index, (entry, matched) in enumerate(zip(self.entries, self.matched, strict=True)):
            name = _called(entry)
            if entry.expires < self.today:
                told = f"expired on {entry.expires.isoformat()}; {counted(matched, 'finding')} no longer accepted by it"
                notes.append(f"exception for {name} ({entry.owner}) {told}")
            elif not matched and index in self.missed:
                name_here, rule = self.missed[index]
                told = f"accepts nothing: {name_here} is told as {rule}; `advisory: {name_here}` matches it by any of its names"
                notes.append(f"exception for {name} ({entry.owner}) {told}")
            elif not matched:
                notes.append(f"exception for {name} ({entry.owner}) accepts nothing: remove it")
        return tuple(notes)


def _called(entry: PolicyException) -> str:
    selectors = ("rule", "path", "fingerprint", "advisory")
    return ", ".join(f"{name} {getattr(entry, name)}" for name in selectors if getattr(entry, name))
