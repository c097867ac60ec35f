"""Settles what a scan is compared with and judged by: the revision asked for, or the branch that a pull request is for.

Where it cannot be known, everything counts as new, and that is told: never nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import msgspec

from scangate import ci
from scangate.errors import ScanError, UsageError
from scangate.model import ComparedRevision, Gap, GapKind
from scangate.printable import replace_unprintable
from scangate.scan.git import Repository

__all__ = ["AUTO", "BaseRevision", "resolve_base"]

AUTO = "auto"
FETCH = "git fetch"
UNSHALLOW = f"{FETCH} --unshallow origin"
NAME_BRANCH_HINT = "name the branch that it is for: scangate scan --since origin/main"


class BaseRevision(msgspec.Struct, frozen=True):
    """What came before a change.

    ``commit`` is what ``name`` names: its policy, baseline and owners hold; where it is empty, the work tree's. ``fork`` is where
    the change left it, empty where that is not known; ``compared`` says whether the findings there are known. ``missing`` tells
    why a pull request's build cannot know its revision, empty where it does; ``hint`` what would help.
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
        """Whether there is anything to compare with."""
        return self.compared and bool(self.merge_base)

    @property
    def since(self) -> ComparedRevision | None:
        """What reports say of it; None where it has no part in the run."""
        return (
            ComparedRevision(_printable(self.name), self.commit, self.merge_base if self.compared else "") if self.commit else None
        )

    @property
    def label(self) -> str:
        """What findings that were there are known by."""
        return f"{_printable(self.name)} at {self.merge_base[:12]}"

    def provenance_gap(self) -> Gap | None:
        """What a build with ``missing`` has to tell where its policy lies in the repository: nobody knows whose word it is."""
        if not self.unresolved_reason:
            return None
        reason = f"{self.unresolved_reason}; so the policy could be the change's own"
        return Gap(
            "policy",
            None,
            GapKind.UNREADABLE,
            reason,
            hint="; or ".join(filter(None, (self.hint, "name a policy outside the repository: --policy FILE"))),
        )


def resolve_base(requested: str | None, repository: Repository | None, environ: Mapping[str, str]) -> BaseRevision:
    """The past that ``--since WANTED`` means (None where it was not given). UsageError where it names nothing."""
    if requested not in (None, AUTO):
        return _resolve_named(requested or "", repository)
    if not ci.is_pull_request(environ):
        note = "--since auto: this is no pull request's build, there is nothing to compare with: every finding is judged"
        return BaseRevision(notes=(note,) if requested else ())
    return _resolve_pull_request(repository, environ, compared=requested is not None)


def _resolve_named(requested: str, repository: Repository | None) -> BaseRevision:
    if repository is None:
        raise UsageError("--since needs a git repository", "scan everything instead: scangate scan .")
    try:
        commit = repository.resolve_commit(requested)
        if not commit:
            raise UsageError(f"no commit is named {_printable(requested)}", _fetch_hint(repository))
        return _with_merge_base(BaseRevision(requested, commit, compared=True), repository)
    except ScanError as fault:
        hint = (
            f"give its whole name: git show-ref {shlex.quote(requested)}"
            if fault.kind is GapKind.GARBAGE
            else "does git work here? git log"
        )
        raise UsageError(f"--since: {fault.reason}", hint) from fault


def _resolve_pull_request(repository: Repository | None, environ: Mapping[str, str], *, compared: bool) -> BaseRevision:
    """The branch as the clone knows it from its origin, else a local one of its name."""
    branch = ci.target_branch(environ)
    name = f"origin/{_printable(branch)}"
    hint = f"{FETCH} origin {shlex.quote(_printable(f'+refs/heads/{branch}:refs/remotes/origin/{branch}'))}"
    if not branch:
        missing = "this is a pull request's build, and CodeBuild does not say what it wants to get into"
    elif repository is None:
        missing = f"this is a pull request's build, and there is no git repository to read {name} from"
    else:
        missing = f"this is a pull request's build, and git knows no {name}"
        try:
            for ref, known in ((f"refs/remotes/origin/{branch}", name), (f"refs/heads/{branch}", _printable(branch))):
                if commit := repository.resolve_commit(ref):
                    return _with_merge_base(BaseRevision(known, commit, compared=compared), repository)
        except ScanError as fault:
            missing = f"this is a pull request's build, and {fault.reason}"
    notes = (f"{missing}: every finding is judged",) if compared else ()
    return BaseRevision(name, unresolved_reason=missing, hint=hint if branch else NAME_BRANCH_HINT, compared=compared, notes=notes)


def _with_merge_base(base: BaseRevision, repository: Repository) -> BaseRevision:
    """``past`` with the commit that HEAD and it have in common."""
    head = repository.head_commit()
    fork = repository.merge_base(base.commit, head) if head else ""
    if fork or not base.compared:
        return msgspec.structs.replace(base, merge_base=fork)
    why = f"the clone is shallow, so the merge base with {_printable(base.name)} is not known ({UNSHALLOW} fetches it)"
    if not repository.is_shallow():
        why = f"this change and {_printable(base.name)} have no commit in common"
    return msgspec.structs.replace(base, notes=(f"{why}: every finding is judged",))


def _fetch_hint(repository: Repository) -> str:
    return f"fetch it, or the whole history: {UNSHALLOW}" if repository.is_shallow() else "which there are: git branch --all"


def _printable(name: str) -> str:
    return replace_unprintable(name[:200])
