"""Applies the policy's exceptions: which finding each accepts, which have expired or soon will, which accept nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from scangate import globs
from scangate.judge.codeowners import CodeOwners
from scangate.judge.finding_matching import KnownFinding, KnownOrigin, ScannedPaths, match_findings
from scangate.judge.name_patterns import matches_name
from scangate.judge.policy import ExceptionOwners, FollowedFinding, Policy, PolicyException
from scangate.model import Basis, Decision, Finding, KnownSourceKind, Note, NoteKind

EXPIRY_WARNING_DAYS = 14
SELECTORS = ("rule", "path", "fingerprint", "advisory")


def selects(entry: PolicyException, finding: Finding) -> bool:
    """Whether an exception is about a finding: all its selectors match."""
    return _selected_name(entry, finding) is not None


def _selected_name(entry: PolicyException, finding: Finding) -> int | None:
    """The index of the first of the finding's names that an exception selects; None if it is not about the finding."""
    is_elsewhere = (
        (entry.path and not globs.matches(entry.path, finding.location.path))
        or (entry.advisory and entry.advisory.casefold() not in _advisories(finding))
        or entry.history not in (None, finding.introduction is not None)
    )
    if is_elsewhere:
        return None
    matching = (
        index
        for index, name in enumerate(finding.names)
        if (not entry.rule or matches_name(entry.rule, name.rule))
        and (not entry.fingerprint or entry.fingerprint == name.fingerprint)
    )
    return next(matching, None)


def describe_exception(entry: PolicyException) -> str:
    """An exception's selectors: ``rule bandit:B101, path tests/``."""
    named = [f"{name} {getattr(entry, name)}" for name in SELECTORS if getattr(entry, name)]
    if entry.history is not None:
        named.append("in the history" if entry.history else "outside the history")
    return ", ".join(named)


def _advisories(finding: Finding) -> set[str]:
    """All names of a dependency finding's advisory, case-folded."""
    if finding.affected_package is None:
        return set()
    return {name.casefold() for name in (finding.rule.partition(":")[2], *finding.affected_package.aliases)}


def _matching_alias(entry: PolicyException, finding: Finding) -> str:
    """The advisory alias that the exception's rule would match if the finding's rule were named after it; empty if none."""
    if not entry.rule or finding.affected_package is None:
        return ""
    names = [name for name in finding.affected_package.aliases if matches_name(entry.rule, f"{finding.scanner}:{name}")]
    return names[0] if names and selects(msgspec.structs.replace(entry, rule=""), finding) else ""


def _followed_finding(entry: PolicyException) -> KnownFinding:
    """The finding as it was when it was accepted. A secret is never followed: the policy has no digest of its value."""
    follows = entry.follows or FollowedFinding("", "")
    origin = KnownOrigin(f"exception {entry.fingerprint}", KnownSourceKind.EXCEPTION)
    return KnownFinding(follows.path, entry.rule, follows.content, follows.context, source=origin)


class ExceptionLedger:
    """The exceptions of one evaluation and what each accepted. An exception applies up to and including the day it expires.

    Where the policy requires code owners, an exception accepts only findings in files that its owner owns.
    """

    def __init__(self, policy: Policy, today: dt.date, owners: CodeOwners | None = None) -> None:
        """``owners``: the CODEOWNERS file, None if there is none."""
        self.policy = policy
        self.entries = policy.exceptions
        self.today = today
        self.owners = None if policy.exception_owners is ExceptionOwners.ANYONE else owners or CodeOwners("")
        self.match_counts = [0] * len(self.entries)
        self.unowned_paths: list[set[str]] = [set() for _ in self.entries]
        self.never_accepted: list[set[str]] = [set() for _ in self.entries]
        self.alias_hints: dict[int, tuple[str, str]] = {}
        self.followed_findings: dict[int, int] = {}  # id() of a finding of this evaluation -> index of the entry that follows it
        self.moved_to: dict[int, str] = {}

    def follow_moved_findings(self, findings: Sequence[Finding], scanned_paths: ScannedPaths) -> None:
        """Find the findings that no longer have the fingerprint by which they were accepted. Call it before the first `accept`.

        A finding that another entry selects by fingerprint is not followed, an entry follows at most one finding, and entries in
        force come before expired ones.
        """
        candidates = [
            finding for finding in findings if not any(selects(entry, finding) for entry in self.entries if entry.fingerprint)
        ]
        fingerprints = {name.fingerprint for finding in findings for name in finding.names}
        lost = [
            index for index, entry in enumerate(self.entries) if entry.follows is not None and entry.fingerprint not in fingerprints
        ]
        for in_force in (True, False):
            indices = [index for index in lost if (self.entries[index].expires >= self.today) is in_force]
            free = [finding for finding in candidates if id(finding) not in self.followed_findings]
            known = [_followed_finding(self.entries[index]) for index in indices]
            for finding, match in zip(free, match_findings(free, known, scanned_paths), strict=True):
                if match is not None:
                    self.followed_findings[id(finding)] = indices[match]

    def accept(self, finding: Finding) -> Decision | None:
        """The decision of the first entry in force that accepts the finding, by its current name if there is one.

        Every entry that selects the finding counts as used.
        """
        accepting: list[tuple[int, int]] = []  # the index of the name, and of the entry
        for index, entry in enumerate(self.entries):
            name = self._selected_name(index, finding)
            if name is not None:
                self.match_counts[index] += 1
                if self.followed_findings.get(id(finding)) == index:
                    self.moved_to[index] = finding.location.path
                if finding.kind in self.policy.never_excepted:
                    self.never_accepted[index].add(finding.location.path)
                elif not self._is_owned(entry, finding):
                    self.unowned_paths[index].add(finding.location.path)
                elif entry.expires >= self.today:
                    accepting.append((name, index))
            elif alias := _matching_alias(entry, finding):
                self.alias_hints.setdefault(index, (alias, finding.rule))
        if not accepting:
            return None
        _, accepted = min(accepting)
        entry = self.entries[accepted]
        location = self.policy.locate(f"exceptions[{accepted}]")
        return Decision(Basis.EXCEPTION, location, owner=entry.owner, reason=entry.reason, expires=entry.expires.isoformat())

    def would_accept(self, finding: Finding) -> bool:
        """Whether an entry in force selects a finding as it is, without following it or counting the entry as used."""
        return finding.kind not in self.policy.never_excepted and any(
            selects(entry, finding) and entry.expires >= self.today and self._is_owned(entry, finding) for entry in self.entries
        )

    def _selected_name(self, index: int, finding: Finding) -> int | None:
        entry = self.entries[index]
        if self.followed_findings.get(id(finding)) == index:
            entry = msgspec.structs.replace(entry, fingerprint="")
        return _selected_name(entry, finding)

    def _is_owned(self, entry: PolicyException, finding: Finding) -> bool:
        return self.owners is None or self.owners.owns(entry.owner, finding.location.path)

    def explain_rejections(self, finding: Finding) -> list[Note]:
        """Why the entries that select a finding do not accept it: the one that expired last, and those of non-owners."""
        about = [index for index in range(len(self.entries)) if self._selected_name(index, finding) is not None]
        if about and finding.kind in self.policy.never_excepted:
            return [Note(NoteKind.EXCEPTION_NEVER, text=finding.kind.value, location=self.policy.locate("never-excepted"))]
        expired = [index for index in about if self.entries[index].expires < self.today]
        last = max(expired, key=lambda index: self.entries[index].expires, default=None)
        notes = [] if last is None else [self._note(NoteKind.EXCEPTION_EXPIRED, last)]
        by_owner = {
            self.entries[index].owner: index
            for index in reversed(about)
            if index not in expired and not self._is_owned(self.entries[index], finding)
        }
        return notes + [self._owner_note(by_owner[owner], (finding.location.path,)) for owner in sorted(by_owner)]

    def _note(self, kind: NoteKind, index: int, **facts: object) -> Note:
        entry = self.entries[index]
        note = Note(
            kind,
            name=describe_exception(entry),
            owner=entry.owner,
            expires=entry.expires.isoformat(),
            location=self.policy.locate(f"exceptions[{index}]"),
        )
        return msgspec.structs.replace(note, **facts)

    def _owner_note(self, index: int, paths: Sequence[str]) -> Note:
        if self.owners is None or not self.owners.path:
            return self._note(NoteKind.EXCEPTION_NO_CODEOWNERS, index)
        return self._note(NoteKind.EXCEPTION_NOT_OWNER, index, path=paths[0], count=len(paths), text=self.owners.path)

    def list_notes(self, incomplete_scanners: Sequence[str] = ()) -> list[Note]:
        """Notes on entries that expired, soon will, accept nothing or belong to non-owners, in the order of the policy.

        An entry about one of ``incomplete_scanners`` is not reported as unused.
        """
        notes = [note for index in range(len(self.entries)) for note in self._entry_notes(index, incomplete_scanners)]
        return notes + (self.owners.list_notes() if self.owners is not None else [])

    def _entry_notes(self, index: int, incomplete_scanners: Sequence[str]) -> list[Note]:
        entry = self.entries[index]
        days_left = (entry.expires - self.today).days
        if days_left < 0:
            return [self._note(NoteKind.EXCEPTION_EXPIRED, index, count=self.match_counts[index])]
        if self.never_accepted[index]:
            paths = sorted(self.never_accepted[index])
            return [self._note(NoteKind.EXCEPTION_NEVER, index, path=paths[0], count=len(paths))]
        if self.unowned_paths[index]:
            return [self._owner_note(index, sorted(self.unowned_paths[index]))]
        if not self.match_counts[index]:
            return [self._unused_note(index)] if _was_scanned(entry, incomplete_scanners) else []
        moved_to = self.moved_to.get(index, "")
        if days_left <= EXPIRY_WARNING_DAYS:
            return [self._note(NoteKind.EXCEPTION_EXPIRES_SOON, index, days=days_left, path=moved_to)]
        return [self._note(NoteKind.EXCEPTION_FOLLOWED, index, path=moved_to)] if moved_to else []

    def _unused_note(self, index: int) -> Note:
        if index not in self.alias_hints:
            return self._note(NoteKind.EXCEPTION_UNUSED, index)
        alias, rule = self.alias_hints[index]
        return self._note(NoteKind.EXCEPTION_OTHER_NAME, index, text=alias, rule=rule)

    def list_unused(self, incomplete_scanners: Sequence[str] = ()) -> list[tuple[int, PolicyException]]:
        """The entries in force that select nothing, with their index."""
        return [
            (index, entry)
            for index, entry in enumerate(self.entries)
            if not self.match_counts[index] and entry.expires >= self.today and _was_scanned(entry, incomplete_scanners)
        ]


def _was_scanned(entry: PolicyException, incomplete_scanners: Sequence[str]) -> bool:
    """Whether every scanner that could report what an entry is about ran completely."""
    about = entry.rule.partition(":")[0] or "*"
    return not any(matches_name(about, scanner) for scanner in incomplete_scanners)
