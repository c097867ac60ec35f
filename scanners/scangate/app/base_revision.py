"""Determines the revision that a scan is compared with: the one given, or the target branch of a pull request.

Policy, baseline and CODEOWNERS are read from it, too (`policy_checkout`). Where it cannot be determined, every finding counts as
new, and a note or a gap says why: an unknown target makes the verdict INCOMPLETE.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import msgspec

from scangate import ci
from scangate.errors import ScanError, UsageError
from scangate.judge.finding_matching import KnownOrigin
from scangate.model import ComparedRevision, Gap, GapKind, KnownSourceKind
from scangate.scan.git import Repository

AUTO = "auto"
FETCH = "git fetch"
UNSHALLOW = f"{FETCH} --unshallow origin"
EVERYTHING_NEW = "every finding counts as new"


class BaseRevision(msgspec.Struct, frozen=True):
    """The revision before a change.

    ``commit``: what ``name`` resolves to, empty where the work tree's policy, baseline and CODEOWNERS apply. ``merge_base``:
    where the change left it, empty if unknown. ``compared``: whether its findings are known. ``unresolved_reason``: why the target
    of a pull request is unknown, empty where it is not; ``hint``: how to fix that.
    """

    name: str = ""
    commit: str = ""
    merge_base: str = ""
    compared: bool = False
    unresolved_reason: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_comparable(self) -> bool:
        """Whether there are findings to compare with."""
        return self.compared and bool(self.merge_base)

    @property
    def since(self) -> ComparedRevision | None:
        """The revision as reports show it; None where no other revision was used."""
        merge_base = self.merge_base if self.compared else ""
        return ComparedRevision(_printable(self.name), self.commit, merge_base) if self.commit else None

    @property
    def label(self) -> str:
        """The name under which its findings are known."""
        return f"{_printable(self.name)} at {self.merge_base[:12]}"

    @property
    def origin(self) -> KnownOrigin:
        """Where its findings are known from."""
        return KnownOrigin(self.label, KnownSourceKind.REVISION)

    def provenance_gap(self, edited: str, *hints: str) -> Gap | None:
        """The gap of a pull-request build whose target is unknown, and that uses the work tree's ``edited``."""
        if not self.unresolved_reason:
            return None
        reason = f"{self.unresolved_reason}; the change may have edited {edited}"
        hint = "; or ".join(filter(None, (self.hint, *hints)))
        return Gap("policy", None, GapKind.UNREADABLE, reason, hint=hint)


def resolve_base(requested: str | None, repository: Repository | None, environ: Mapping[str, str]) -> BaseRevision:
    """The base that ``--since REQUESTED`` names (None: not given). Raises UsageError for an unknown revision."""
    if requested not in (None, AUTO):
        return _resolve_named(requested or "", repository)
    if ci.is_pull_request(environ):
        return _resolve_pull_request(repository, environ, compared=requested is not None)
    note = f"--since auto: this is not a pull-request build, so there is nothing to compare with: {EVERYTHING_NEW}"
    return BaseRevision(notes=(note,) if requested else ())


def _resolve_named(name: str, repository: Repository | None) -> BaseRevision:
    if repository is None:
        raise UsageError("--since needs a git repository", "scan everything instead: scangate scan .")
    try:
        commit = repository.resolve_commit(name)
        if not commit:
            raise UsageError(f"no commit is named {_printable(name)}", _fetch_hint(repository))
        return _with_merge_base(BaseRevision(name, commit, compared=True), repository)
    except ScanError as error:
        is_ambiguous = error.kind is GapKind.GARBAGE
        hint = f"give its full name: git show-ref {shlex.quote(name)}" if is_ambiguous else "check that git works here: git log"
        raise UsageError(f"--since: {error.reason}", hint) from error


def _resolve_pull_request(repository: Repository | None, environ: Mapping[str, str], *, compared: bool) -> BaseRevision:
    """The target branch as fetched from origin, else a local branch of its name."""
    branch = ci.target_branch(environ)
    name = f"origin/{_printable(branch)}"
    hint = f"{FETCH} origin {shlex.quote(_printable(f'+refs/heads/{branch}:refs/remotes/origin/{branch}'))}"
    if not branch:
        problem = "CodeBuild does not say which branch it targets"
        hint = "name the target branch: scangate scan --since origin/main"
    elif repository is None:
        problem = f"there is no git repository to read {name} from"
    else:
        problem = f"git has no {name}"
        try:
            for ref, shown in ((f"refs/remotes/origin/{branch}", name), (f"refs/heads/{branch}", _printable(branch))):
                if commit := repository.resolve_commit(ref):
                    return _with_merge_base(BaseRevision(shown, commit, compared=compared), repository)
        except ScanError as error:
            problem = error.reason
    reason = f"this is a pull-request build, and {problem}"
    notes = (f"{reason}: {EVERYTHING_NEW}",) if compared else ()
    return BaseRevision(name, unresolved_reason=reason, hint=hint, compared=compared, notes=notes)


def _with_merge_base(base: BaseRevision, repository: Repository) -> BaseRevision:
    head = repository.head_commit()
    merge_base = repository.merge_base(base.commit, head) if head else ""
    if merge_base or not base.compared:
        return msgspec.structs.replace(base, merge_base=merge_base)
    name = _printable(base.name)
    reason = f"this change and {name} have no common commit"
    if repository.is_shallow():
        reason = f"the clone is shallow ({UNSHALLOW} fixes that), so the merge base with {name} is unknown"
    return msgspec.structs.replace(base, notes=(f"{reason}: {EVERYTHING_NEW}",))


def _fetch_hint(repository: Repository) -> str:
    return f"fetch it, or the whole history: {UNSHALLOW}" if repository.is_shallow() else "list the branches: git branch --all"


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name[:200])
