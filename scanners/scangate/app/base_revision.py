"""Determines the revision that a scan is compared with: the one given, or the target branch of a pull request.

Policy, baseline and CODEOWNERS are read from it, too (`policy_checkout`). Where it cannot be determined, every finding counts as
new, and a note or a gap says why: an unknown target makes the verdict INCOMPLETE.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

import msgspec

from scangate.app.named_revision import resolve_revision
from scangate.ci import TARGET_VARIABLE, PullRequest, find_pull_request
from scangate.errors import ScanError, UsageError
from scangate.judge.finding_matching import KnownOrigin
from scangate.model import ComparedRevision, Gap, GapKind, KnownSourceKind
from scangate.scan.git import Repository

AUTO = "auto"
FETCH = "git fetch"
COMPLETE = f"{FETCH} --refetch --no-filter origin"
SET_HEAD = (
    f"{FETCH} origin '+refs/heads/*:refs/remotes/origin/*' && git remote set-head origin --auto, or set {TARGET_VARIABLE}=main"
)
UNSHALLOW = f"{FETCH} --unshallow origin"
MERGED = re.compile(r"GITHEAD_[0-9a-f]{40,64}")
EVERYTHING_NEW = "every finding counts as new"


class BaseRevision(msgspec.Struct, frozen=True):
    """The revision before a change.

    ``commit``: what ``name`` resolves to, empty where the work tree's policy, baseline and CODEOWNERS apply. ``merge_base``:
    where the change left it, empty if unknown. ``is_target``: it is the target of a pull request, not a revision that the user
    named. ``compared``: whether its findings are known. ``unresolved_reason``: why the target of a pull request is unknown, empty
    where it is not; ``hint``: how to fix that. ``parents``: further commits whose findings are known where those of this one are.
    ``target``: the target whose policy judges, if another revision was named.
    """

    name: str = ""
    commit: str = ""
    merge_base: str = ""
    is_target: bool = False
    compared: bool = False
    unresolved_reason: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    target: BaseRevision | None = None

    @property
    def judging(self) -> BaseRevision:
        """The revision whose policy, baseline and CODEOWNERS apply."""
        return self.target or self

    @property
    def is_comparable(self) -> bool:
        """Whether there are findings to compare with."""
        return self.compared and bool(self.merge_base)

    @property
    def reference(self) -> str:
        """The commit whose files the change is based on, as far as the clone has it; empty if there is none."""
        return self.merge_base or self.commit

    @property
    def since(self) -> ComparedRevision | None:
        """The revision as reports show it; None where no other revision was used."""
        merge_base = self.merge_base if self.compared else ""
        return ComparedRevision(_printable(self.name), self.commit, merge_base) if self.commit else None

    @property
    def printable_name(self) -> str:
        """The name for messages and reports."""
        return _printable(self.name)

    @property
    def label(self) -> str:
        """The name under which its findings are known."""
        return f"{_printable(self.name)} at {self.reference[:12]}"

    @property
    def origin(self) -> KnownOrigin:
        """Where its findings are known from."""
        return KnownOrigin(self.label, KnownSourceKind.REVISION)

    def provenance_gap(self, consequence: str, *hints: str) -> Gap | None:
        """The gap of a pull-request build whose target is unknown; ``consequence``: what follows from that."""
        if not self.unresolved_reason:
            return None
        reason = f"{self.unresolved_reason}; {consequence}"
        hint = "; or ".join(filter(None, (self.hint, *hints)))
        return Gap("policy", None, GapKind.UNREADABLE, reason, hint=hint)


def resolve_base(requested: str | None, repository: Repository | None, environ: Mapping[str, str], head: str = "") -> BaseRevision:
    """The base that ``--since REQUESTED`` names (None: not given) of ``head``, a commit, by default HEAD.

    In a pull-request build the target's policy judges, whatever revision is named: that could be one of the change itself.
    Raises UsageError for an unknown revision.
    """
    request = find_pull_request(environ)
    if requested not in (None, AUTO):
        target = None if request is None else _resolve_pull_request(request, repository, head, compared=False)
        named, ref = _resolve_named(requested or "", repository, head, is_change=target is not None)
        if request is None or target is None:
            return named
        is_other = target.commit != named.commit if target.commit else _may_be_own(named, ref, request)
        return msgspec.structs.replace(named, target=target) if is_other else named
    base = None if request is None else _resolve_pull_request(request, repository, head, compared=requested is not None)
    if base is not None:
        return base
    note = f"--since auto: this is not a pull-request build, so there is nothing to compare with: {EVERYTHING_NEW}"
    return BaseRevision(notes=(note,) if requested else ())


def resolve_staged_base(repository: Repository, environ: Mapping[str, str]) -> BaseRevision:
    """HEAD, whose findings a commit does not bring, and what is merged into it. Policy and baseline are not taken from there."""
    head = repository.head_commit()
    # git names what it merges to its hooks, and in MERGE_HEAD where it stopped for a conflict
    names = ["MERGE_HEAD", *(name.removeprefix("GITHEAD_") for name in environ if MERGED.fullmatch(name))]
    parents = {_resolve_merged(name, repository) for name in names} - {"", head} if head else set()
    return BaseRevision("HEAD", merge_base=head, compared=True, parents=tuple(sorted(parents))) if head else BaseRevision()


def _resolve_merged(name: str, repository: Repository) -> str:
    return repository.resolve_head(name) if name == "MERGE_HEAD" else repository.resolve_commit(name)


def _may_be_own(base: BaseRevision, ref: str, request: PullRequest) -> bool:
    """Whether a revision may be a commit of the change: one in its history that is no remote branch, or a branch of a fork."""
    if ref.startswith("refs/remotes/"):
        return bool(request.repository) and ref.startswith("refs/remotes/origin/")
    return base.merge_base == base.commit


def without_files(base: BaseRevision) -> BaseRevision:
    """``base`` where git has its commit, but not the policy files in it: a partial clone."""
    reason = f"this is a pull-request build, and the clone has {_printable(base.judging.name)} without its files"
    unreadable = BaseRevision(base.judging.name, unresolved_reason=reason, hint=COMPLETE, is_target=True)
    if base.target is not None:
        return msgspec.structs.replace(base, target=unreadable)
    notes = (*base.notes, f"{reason}: {EVERYTHING_NEW}") if base.compared else base.notes
    return msgspec.structs.replace(unreadable, compared=base.compared, notes=notes)


def _resolve_named(name: str, repository: Repository | None, head: str, *, is_change: bool) -> tuple[BaseRevision, str]:
    """The revision, and the full name of the ref that was meant."""
    if repository is None:
        raise UsageError("--since needs a git repository", "scan everything instead: scangate scan .")
    try:
        named = resolve_revision(name, repository, is_change=is_change)
        if not named.commit:
            raise UsageError(f"no commit is named {_printable(name)}", _fetch_hint(repository))
        return _with_merge_base(BaseRevision(named.name, named.commit, compared=True), repository, head), named.ref
    except ScanError as error:
        is_ambiguous = error.kind is GapKind.GARBAGE
        hint = f"give its full name: git show-ref {shlex.quote(name)}" if is_ambiguous else "check that git works here: git log"
        raise UsageError(f"--since: {error.reason}", hint) from error


def _resolve_pull_request(request: PullRequest, repository: Repository | None, head: str, *, compared: bool) -> BaseRevision | None:
    """The target branch; None for a build of the target itself, or of a branch that no remote repository has."""
    problem, hint, branch = "", "", request.target
    name = f"{_remote(request)}/{_printable(branch)}"
    try:
        if not branch and request.uses_default_branch and repository is not None:
            branch = repository.default_branch()
            name = f"{_remote(request)}/{_printable(branch)}"
        if (request.source or request.is_unnamed) and (repository is None or not repository.has_origin()):
            return None
        if not branch:
            problem, hint = _unnamed_target(request)
        elif repository is None:
            problem = f"there is no git repository to read {name} from"
        else:
            shown, commit = _find_target(request, repository, branch)
            has_its_name = request.source == branch
            is_head = bool(commit) and commit == (head or repository.head_commit())
            if is_head and (request.system == TARGET_VARIABLE or request.is_unnamed or has_its_name):
                return None
            if commit:
                notes = (_describe_other_commit(request, shown),) if has_its_name else ()
                base = BaseRevision(shown, commit, is_target=True, compared=compared, notes=notes)
                return _with_merge_base(base, repository, head)
            problem = f"git has no {name}"
    except ScanError as error:
        problem = error.reason
    reason = f"this is a pull-request build ({request.system}), and {problem}"
    notes = (f"{reason}: {EVERYTHING_NEW}",) if compared else ()
    hint = hint or _fetch_target_hint(request, branch)
    return BaseRevision(name, unresolved_reason=reason, hint=hint, is_target=True, compared=compared, notes=notes)


def _describe_other_commit(request: PullRequest, target: str) -> str:
    """The note where the branch that is built is only called like the target, as a fork's can be."""
    return f"{request.system} builds {_printable(request.source)}, and HEAD is not {target}, so this counts as a change"


def _remote(request: PullRequest) -> str:
    """The name under which remote-tracking branches of the target's repository are."""
    return "target" if request.repository else "origin"


def _find_target(request: PullRequest, repository: Repository, branch: str) -> tuple[str, str]:
    """The name and the commit of the target branch; both are empty if the clone does not have it.

    A local branch may be the change's own, so it is not taken where there is a remote repository.
    """
    remote = _remote(request)
    refs = {f"{remote}/{_printable(branch)}": f"refs/remotes/{remote}/{branch}"}
    if remote == "origin" and not repository.has_origin():
        refs[_printable(branch)] = f"refs/heads/{branch}"
    found = ((shown, repository.resolve_ref(ref)) for shown, ref in refs.items())
    return next((each for each in found if each[1]), ("", ""))


def _unnamed_target(request: PullRequest) -> tuple[str, str]:
    """Problem and hint where no variable names the target branch."""
    if request.uses_default_branch:
        return f"origin has no default branch here, and {TARGET_VARIABLE} is not set", SET_HEAD
    hint = f"name the target branch: {TARGET_VARIABLE}=main, or scangate scan --since origin/main"
    return f"no variable names one branch that it targets, nor does {TARGET_VARIABLE}", hint


def _fetch_target_hint(request: PullRequest, branch: str) -> str:
    """The command that fetches the target branch, and the setting that makes the CI system do it."""
    remote, source = _remote(request), request.repository or "origin"
    source = "URL" if source == "unknown" else source
    refspec = shlex.quote(_printable(f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"))
    setting = f"; or set {request.full_clone}" if request.full_clone and remote == "origin" else ""
    return f"{FETCH} {source} {refspec}{setting}"


def _with_merge_base(base: BaseRevision, repository: Repository, head: str = "") -> BaseRevision:
    head = head or repository.head_commit()
    merge_base = repository.merge_base(base.commit, head) if head else ""
    if merge_base or not base.compared:
        return msgspec.structs.replace(base, merge_base=merge_base)
    name = _printable(base.name)
    reason = f"this change and {name} have no common commit"
    if repository.is_shallow():
        reason = f"the clone is shallow ({UNSHALLOW} fixes that), so the merge base with {name} is unknown"
    return msgspec.structs.replace(base, notes=(*base.notes, f"{reason}: {EVERYTHING_NEW}"))


def _fetch_hint(repository: Repository) -> str:
    return f"fetch it, or the whole history: {UNSHALLOW}" if repository.is_shallow() else "list the branches: git branch --all"


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name[:200])
