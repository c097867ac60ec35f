"""Settles what a scan is compared with and judged by: the revision asked for, or the branch that a pull request is for.

Where it cannot be known, everything counts as new, and that is told: never nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import msgspec

from scangate.cli import pull_request
from scangate.errors import Unreadable, UsageError
from scangate.model import Gap, GapKind, Since
from scangate.scan.git import Repository

__all__ = ["AUTO", "Past", "settle"]

AUTO = "auto"
FETCH = "git fetch"
WHOLE = f"{FETCH} --unshallow origin"
NAMED = "name the branch that it is for: scangate scan --since origin/main"


class Past(msgspec.Struct, frozen=True):
    """What came before a change.

    ``commit`` is what ``name`` names: its policy, baseline and owners hold; where it is empty, the work tree's. ``fork`` is where
    the change left it, empty where that is not known; ``compared`` says whether the findings there are known. ``missing`` tells
    why a pull request's build cannot know its revision, empty where it does; ``hint`` what would help.
    """

    name: str = ""
    commit: str = ""
    fork: str = ""
    compared: bool = False
    missing: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_compared(self) -> bool:
        """Whether there is anything to compare with."""
        return self.compared and bool(self.fork)

    @property
    def since(self) -> Since | None:
        """What reports say of it; None where it has no part in the run."""
        return Since(_shown(self.name), self.commit, self.fork if self.compared else "") if self.commit else None

    @property
    def label(self) -> str:
        """What findings that were there are known by."""
        return f"{_shown(self.name)} at {self.fork[:12]}"

    def gap(self) -> Gap | None:
        """What a build with ``missing`` has to tell where its policy lies in the repository: nobody knows whose word it is."""
        if not self.missing:
            return None
        reason = f"{self.missing}; so the policy could be the change's own"
        return Gap(
            "policy",
            None,
            GapKind.UNREADABLE,
            reason,
            hint="; or ".join(filter(None, (self.hint, "name a policy outside the repository: --policy FILE"))),
        )


def settle(wanted: str | None, repository: Repository | None, environ: Mapping[str, str]) -> Past:
    """The past that ``--since WANTED`` means (None where it was not given). UsageError where it names nothing."""
    if wanted not in (None, AUTO):
        return _named(wanted or "", repository)
    if not pull_request.is_build(environ):
        note = "--since auto: this is no pull request's build, there is nothing to compare with: every finding is judged"
        return Past(notes=(note,) if wanted else ())
    return _pull_request(repository, environ, compared=wanted is not None)


def _named(wanted: str, repository: Repository | None) -> Past:
    if repository is None:
        raise UsageError("--since needs a git repository", "scan everything instead: scangate scan .")
    try:
        commit = repository.resolve(wanted)
        if not commit:
            raise UsageError(f"no commit is named {_shown(wanted)}", _hint(repository))
        return _forked(Past(wanted, commit, compared=True), repository)
    except Unreadable as fault:
        hint = (
            f"give its whole name: git show-ref {shlex.quote(wanted)}"
            if fault.kind is GapKind.GARBAGE
            else "does git work here? git log"
        )
        raise UsageError(f"--since: {fault.reason}", hint) from fault


def _pull_request(repository: Repository | None, environ: Mapping[str, str], *, compared: bool) -> Past:
    """The branch as the clone knows it from its origin, else a local one of its name."""
    branch = pull_request.target(environ)
    name = f"origin/{_shown(branch)}"
    hint = f"{FETCH} origin {shlex.quote(_shown(f'+refs/heads/{branch}:refs/remotes/origin/{branch}'))}"
    if not branch:
        missing = "this is a pull request's build, and CodeBuild does not say what it wants to get into"
    elif repository is None:
        missing = f"this is a pull request's build, and there is no git repository to read {name} from"
    else:
        missing = f"this is a pull request's build, and git knows no {name}"
        try:
            for ref, known in ((f"refs/remotes/origin/{branch}", name), (f"refs/heads/{branch}", _shown(branch))):
                if commit := repository.resolve(ref):
                    return _forked(Past(known, commit, compared=compared), repository)
        except Unreadable as fault:
            missing = f"this is a pull request's build, and {fault.reason}"
    notes = (f"{missing}: every finding is judged",) if compared else ()
    return Past(name, missing=missing, hint=hint if branch else NAMED, compared=compared, notes=notes)


def _forked(past: Past, repository: Repository) -> Past:
    """``past`` with the commit that HEAD and it have in common."""
    head = repository.commit()
    fork = repository.merge_base(past.commit, head) if head else ""
    if fork or not past.compared:
        return msgspec.structs.replace(past, fork=fork)
    why = f"the history is cut off (a shallow clone, {WHOLE} mends it), so nobody knows where this change left {_shown(past.name)}"
    if not repository.is_shallow():
        why = f"this change and {_shown(past.name)} have no commit in common"
    return msgspec.structs.replace(past, notes=(f"{why}: every finding is judged",))


def _hint(repository: Repository) -> str:
    return f"fetch it, or the whole history: {WHOLE}" if repository.is_shallow() else "which there are: git branch --all"


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name[:200])
