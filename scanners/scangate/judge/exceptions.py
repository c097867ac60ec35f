"""Keeps account of the policy's exceptions: which finding each accepts, which are expired or soon will be, which accept nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from scangate import globs
from scangate.judge.codeowners import CodeOwners
from scangate.judge.error_text import pluralize
from scangate.judge.finding_matching import KnownFinding, ScannedPaths, match_findings
from scangate.judge.name_patterns import matches_name
from scangate.judge.policy import FollowedFinding, PolicyException
from scangate.model import Finding

__all__ = ["EXPIRY_WARNING_DAYS", "ExceptionLedger", "describe_exception", "selects"]

EXPIRY_WARNING_DAYS = 14  # before an exception or an inline waiver ends


def selects(entry: PolicyException, finding: Finding) -> bool:
    """Whether an exception is about a finding: every selector that it gives must match."""
    return (
        (not entry.rule or matches_name(entry.rule, finding.rule))
        and (not entry.path or globs.matches(entry.path, finding.location.path))
        and (not entry.fingerprint or entry.fingerprint == finding.fingerprint)
        and (not entry.advisory or entry.advisory.casefold() in _advisories(finding))
    )


def _advisories(finding: Finding) -> set[str]:
    """The names of the advisory behind a dependency finding: its rule's id and all aliases."""
    if finding.affected_package is None:
        return set()
    return {name.casefold() for name in (finding.rule.partition(":")[2], *finding.affected_package.aliases)}


def _matching_alias(entry: PolicyException, finding: Finding) -> str:
    """The alias that an exception's rule would match, were the finding called by it; empty if there is none."""
    if not entry.rule or finding.affected_package is None:
        return ""
    names = [name for name in finding.affected_package.aliases if matches_name(entry.rule, f"{finding.scanner}:{name}")]
    return names[0] if names and selects(msgspec.structs.replace(entry, rule=""), finding) else ""


def _followed_finding(entry: PolicyException) -> KnownFinding:
    """What a followed finding was when it was accepted; a secret is never the same elsewhere, for nothing here tells its value."""
    follows = entry.follows or FollowedFinding("", "")
    return KnownFinding(follows.path, entry.rule, follows.content, follows.context, source=f"exception {entry.fingerprint}")


class ExceptionLedger:
    """The exceptions of one judgement; an entry holds up to and including the day it expires.

    ``owners``: where the policy asks for it, who owns what; an entry then accepts only what its owner owns. None: nobody is asked.
    """

    def __init__(self, entries: Sequence[PolicyException], today: dt.date, owners: CodeOwners | None = None) -> None:
        self.entries = entries
        self.today = today
        self.owners = owners
        self.match_counts = [0] * len(entries)
        self.unowned_paths: list[set[str]] = [set() for _ in entries]
        self.alias_hints: dict[int, tuple[str, str]] = {}
        self.followed_findings: dict[int, int] = {}  # by the identity of a finding of this judgement: the entry that follows it
        self.moved_to: dict[int, str] = {}

    def follow_moved_findings(self, findings: Sequence[Finding], scanned_paths: ScannedPaths) -> None:
        """Looks for what became of each finding that has no longer the fingerprint by which it was accepted.

        To be asked before the first `accept`. One that is matched by some entry already is nobody's to take, an entry takes one at
        most, and those in force take theirs before the expired.
        """
        left = [finding for finding in findings if not any(selects(entry, finding) for entry in self.entries if entry.fingerprint)]
        there = {finding.fingerprint for finding in findings}
        lost = [index for index, entry in enumerate(self.entries) if entry.follows is not None and entry.fingerprint not in there]
        for in_force in (True, False):
            wanted = [index for index in lost if (self.entries[index].expires >= self.today) is in_force]
            able = [finding for finding in left if id(finding) not in self.followed_findings]
            matched = (
                match_findings(able, [_followed_finding(self.entries[index]) for index in wanted], scanned_paths) if wanted else ()
            )
            for finding, at in zip(able, matched, strict=bool(wanted)):
                if at is not None:
                    self.followed_findings[id(finding)] = wanted[at]

    def _selects(self, index: int, finding: Finding) -> bool:
        entry = self.entries[index]
        if self.followed_findings.get(id(finding)) == index:
            return selects(msgspec.structs.replace(entry, fingerprint=finding.fingerprint), finding)
        return selects(entry, finding)

    def accept(self, finding: Finding) -> PolicyException | None:
        """The first entry in force that accepts the finding; all that match it are counted as used."""
        accepted = None
        for index, entry in enumerate(self.entries):
            if self._selects(index, finding):
                self.match_counts[index] += 1
                if self.followed_findings.get(id(finding)) == index:
                    self.moved_to[index] = finding.location.path
                if not self._is_owned(entry, finding):
                    self.unowned_paths[index].add(finding.location.path)
                elif accepted is None and entry.expires >= self.today:
                    accepted = entry
            elif name := _matching_alias(entry, finding):
                self.alias_hints.setdefault(index, (name, finding.rule))
        return accepted

    def would_accept(self, finding: Finding) -> bool:
        """Whether an entry in force is about a finding as it stands, followed or not; it counts as used by none."""
        return any(
            selects(entry, finding) and entry.expires >= self.today and self._is_owned(entry, finding) for entry in self.entries
        )

    def _is_owned(self, entry: PolicyException, finding: Finding) -> bool:
        return self.owners is None or self.owners.owns(entry.owner, finding.location.path)

    def explain_rejections(self, finding: Finding) -> list[str]:
        """Why no entry accepts a finding that some entry is about: the one that expired last, and those of strangers."""
        about = [entry for index, entry in enumerate(self.entries) if self._selects(index, finding)]
        if not about:
            return []
        expired = [entry for entry in about if entry.expires < self.today]
        last = max(expired, key=lambda entry: entry.expires, default=None)
        strangers = {entry.owner for entry in about if entry.expires >= self.today and not self._is_owned(entry, finding)}
        remarks = [] if last is None else [f"its exception expired on {last.expires.isoformat()}"]
        return [*remarks, *(self._owner_remark(owner) for owner in sorted(strangers))]

    def _owner_remark(self, owner: str) -> str:
        place = self.owners.path if self.owners is not None and self.owners.path else ""
        if not place:
            return f"its exception by {owner} does not count without a CODEOWNERS file"
        return f"its exception by {owner} does not count: {place} does not name {owner} for this path"

    def list_notes(self, incomplete_scanners: Sequence[str] = ()) -> tuple[str, ...]:
        """What is to be said of entries that ended, soon will, accept nothing or belong to strangers, in the order of the policy.

        ``unread`` are the scanners that did not run: an entry about one of them is not called unused.
        """
        told = [(entry, self._note(index, entry, incomplete_scanners)) for index, entry in enumerate(self.entries)]
        notes = [f"exception for {describe_exception(entry)} ({entry.owner}) {what}" for entry, what in told if what]
        return (*notes, *(self.owners.list_notes() if self.owners is not None else ()))

    def _note(self, index: int, entry: PolicyException, incomplete_scanners: Sequence[str]) -> str:
        left = (entry.expires - self.today).days
        if left < 0:
            gone = pluralize(self.match_counts[index], "finding")
            return f"expired on {entry.expires.isoformat()}; {gone} no longer accepted by it"
        if self.unowned_paths[index]:
            places = sorted(self.unowned_paths[index])
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            if not self.owners or not self.owners.path:
                return "accepts nothing: the policy wants an owner by CODEOWNERS, and there is no such file"
            return f"does not accept {places[0]}{more}: {self.owners.path} names another owner"
        if not self.match_counts[index]:
            return self._unused_note(index) if self._was_scanned(entry, incomplete_scanners) else ""
        when = f"in {pluralize(left, 'day')}" if left else "today"
        ends = [f"expires {when}, on {entry.expires.isoformat()}"] if left <= EXPIRY_WARNING_DAYS else []
        moved = [f"has followed its finding, which is now in {self.moved_to[index]}"] if index in self.moved_to else []
        return "; ".join([*moved, *ends])

    def _unused_note(self, index: int) -> str:
        if index not in self.alias_hints:
            return "accepts nothing: remove it"
        name, rule = self.alias_hints[index]
        return f"accepts nothing: {name} is told as {rule}; `advisory: {name}` matches it by any of its names"

    def list_unused(self, incomplete_scanners: Sequence[str] = ()) -> list[tuple[int, PolicyException]]:
        """The entries in force that match nothing, with their places in the policy's list."""
        return [
            (index, entry)
            for index, entry in enumerate(self.entries)
            if not self.match_counts[index] and entry.expires >= self.today and self._was_scanned(entry, incomplete_scanners)
        ]

    @staticmethod
    def _was_scanned(entry: PolicyException, incomplete_scanners: Sequence[str]) -> bool:
        """Whether all that might have found what an entry is about did run."""
        about = entry.rule.partition(":")[0] or "*"
        return not any(matches_name(about, scanner) for scanner in incomplete_scanners)


def describe_exception(entry: PolicyException) -> str:
    """An exception by its selectors."""
    selectors = ("rule", "path", "fingerprint", "advisory")
    return ", ".join(f"{name} {getattr(entry, name)}" for name in selectors if getattr(entry, name))
