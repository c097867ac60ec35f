"""Resolves the revision that ``--since`` names: branches first, because an author can push a tag of any name.

git itself prefers a tag to a branch, and takes one where the clone lacks the branch that was meant (gitrevisions(7)).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

import msgspec

from scangate.errors import UsageError
from scangate.printable import replace_unprintable
from scangate.scan.git import Repository

_PARTS = re.compile(r"(?P<base>.*?)(?P<suffix>(?:[~^:]|@\{).*)?", re.DOTALL)
_HEAD = re.compile(r"(?:[A-Z]+_)*HEAD")
_FULL_NAME = re.compile(r"refs/.+|(?:heads|tags|remotes)/.+", re.DOTALL)
_COMMIT_ID, _FULL_ID = re.compile(r"[0-9a-f]{7,64}"), re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DESCRIBED = re.compile(r"(?:.*-g)?[0-9a-f]{4,64}", re.DOTALL)
_VERSION = re.compile(r"v?[0-9]+(?:\.[0-9]+){2,}[0-9A-Za-z.+_-]*|v[0-9]+\.[0-9]+")
_REMOTE, _BRANCH, _TAG = "refs/remotes/", "refs/heads/", "refs/tags/"
_OTHER_NAMES = "compare with the target: --since auto; or name a branch of origin, or the full id of a commit"
_USUAL_REMOTES = {"origin", "target"}  # see `base_revision`


class NamedRevision(msgspec.Struct, frozen=True):
    """What a name means. ``name``: for reports. ``commit``: empty if there is none. ``ref``: its full name; empty for an id."""

    name: str
    commit: str
    ref: str = ""


def resolve_revision(requested: str, repository: Repository, *, is_change: bool) -> NamedRevision:
    """The commit of ``requested``. Where a branch could be meant and there is none, no tag takes its place.

    ``is_change``: in a pull-request build a tag raises UsageError. Raises ScanError for an ambiguous name.
    """
    match = _PARTS.fullmatch(requested)
    base, suffix = (match["base"], match["suffix"] or "") if match else (requested, "")
    base = "HEAD" if base == "@" else base
    if not base:  # @{-1}, @{upstream}
        return NamedRevision(requested, repository.resolve_commit(requested))
    if _HEAD.fullmatch(base):
        return NamedRevision(requested, _follow(repository.resolve_head(base), base, suffix, repository))
    found = _find(_branches(base, repository), repository)
    if found is None and not _FULL_ID.fullmatch(base):
        found = _find_other(base, repository)
    if found is not None:
        if is_change and not found.ref.startswith((_REMOTE, _BRANCH)):
            raise UsageError(f"{_shown(found.name)} is not a branch, so the author of this change may have pushed it", _OTHER_NAMES)
        return NamedRevision(f"{found.name}{suffix}", _follow(found.commit, found.ref, suffix, repository), found.ref)
    is_id = _DESCRIBED.fullmatch(base) and not _FULL_NAME.fullmatch(base)
    return NamedRevision(requested, repository.resolve_commit(requested) if is_id else "")


def _branches(base: str, repository: Repository) -> tuple[str, ...]:
    """The refs that are meant by a name, the most trusted one first: anybody may have pushed origin's branch ``origin/main``."""
    if base.startswith("refs/"):
        return (base,)
    if _FULL_NAME.fullmatch(base):
        return (f"refs/{base}",)
    if _has_remote_form(base, repository):
        return (f"{_REMOTE}{base}",)
    if _COMMIT_ID.fullmatch(base):
        return ()
    return (f"{_REMOTE}{base}", f"{_REMOTE}origin/{base}", f"{_BRANCH}{base}", f"{_REMOTE}{base}/HEAD")


def _has_remote_form(base: str, repository: Repository) -> bool:
    remote, slash, _ = base.partition("/")
    return bool(slash) and (remote in _USUAL_REMOTES or remote in repository.list_remotes())


def _find(refs: Iterable[str], repository: Repository) -> NamedRevision | None:
    """The first of ``refs`` that exists."""
    found = (NamedRevision(_display(ref), repository.resolve_ref(ref), ref) for ref in refs)
    return next((each for each in found if each.commit), None)


def _display(ref: str) -> str:
    if ref.startswith(_TAG):
        return f"tag {ref.removeprefix(_TAG)}"
    is_clear = ref.startswith(_BRANCH) and ref.removeprefix(_BRANCH).partition("/")[0] not in _USUAL_REMOTES
    return ref.removeprefix(_BRANCH if is_clear else _REMOTE)


def _find_other(base: str, repository: Repository) -> NamedRevision | None:
    """The tag that has the name. Raises UsageError where a branch, or a commit, may have been meant by it."""
    is_id = bool(_COMMIT_ID.fullmatch(base))
    prefixes = (_TAG, "refs/", *((_BRANCH, _REMOTE) if is_id else ()))  # as git looks for it
    found = _find((f"{prefix}{base}" for prefix in prefixes), repository)
    if found is None:
        return None
    is_branch_s = bool(_FULL_NAME.fullmatch(base)) or _has_remote_form(base, repository)
    if not (is_id or is_branch_s) and (_VERSION.fullmatch(base) or not repository.has_origin()):
        return found
    kind = "a tag" if found.ref.startswith(_TAG) else f"the ref {_shown(found.ref)}"
    fix = "give the full id of the commit" if is_id else _hint(base)
    raise UsageError(
        f"{_shown(base)} is {kind} here, and a {'commit' if is_id else 'branch'} may be meant",
        f"{fix}; for the former: --since {_shown(found.ref)}",
    )


def _hint(base: str) -> str:
    branch = re.sub(r"^(?:refs/)?(?:heads/|remotes/|tags/)?(?:origin/)?", "", base)
    return f"fetch the branch: git fetch origin {shlex.quote(_shown(f'+{_BRANCH}{branch}:{_REMOTE}origin/{branch}'))}"


def _shown(name: str) -> str:
    return replace_unprintable(name[:200])


def _follow(commit: str, ref: str, suffix: str, repository: Repository) -> str:
    """The commit that a suffix such as ``~1`` leads to."""
    if not commit or not suffix:
        return commit
    return repository.resolve_commit(f"{ref if suffix.startswith('@') else commit}{suffix}")
