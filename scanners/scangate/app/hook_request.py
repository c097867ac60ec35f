"""Decides what a hook scans: what is staged, the commits of a range, or everything.

pre-commit (https://pre-commit.com) does not say which files it is run for, since the hook takes none: a long list would be cut into
several runs, each with budgets of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from scangate.app.requests import ScanRequest
from scangate.app.session import Session
from scangate.errors import ScanError, UsageError
from scangate.scan.git import INDEX_VARIABLE, Repository

RANGE_VARIABLES = (("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"), ("PRE_COMMIT_ORIGIN", "PRE_COMMIT_SOURCE"))
"""Both ends of `pre-commit run --from-ref A --to-ref B` and of a push, as pre-commit names them today and did before."""
MARKER = "PRE_COMMIT"
NOTHING_STAGED = "nothing is staged: everything was scanned"


def resolve_hook_request(request: ScanRequest, session: Session, environ: Mapping[str, str]) -> tuple[ScanRequest, tuple[str, ...]]:
    """``request`` with what is to be scanned where it asks for all staged files, and a note on it. Raises UsageError."""
    if request.staged is None or request.staged or session.repository is None:
        return request, ()
    start, end = next((ends for names in RANGE_VARIABLES if all(ends := tuple(map(environ.get, names)))), (None, None))
    try:
        if request.since is None and start is not None and end is not None:
            return msgspec.structs.replace(request, since=start, until=_resolve(session.repository, end)), ()
        is_for_everything = _is_for_everything(session.repository, environ)
    except ScanError as error:
        raise UsageError(error.reason, "check that git works here: git status") from error
    return (msgspec.structs.replace(request, staged=None), (NOTHING_STAGED,)) if is_for_everything else (request, ())


def _resolve(repository: Repository, name: str) -> str:
    commit = repository.resolve_commit(name)
    if not commit:
        raise UsageError(f"no commit is named {name!r}", "fetch it: git fetch origin")
    return commit


def _is_for_everything(repository: Repository, environ: Mapping[str, str]) -> bool:
    """Whether the hook was not started for a commit; git's variable shows a commit that only removes files."""
    if environ.get(INDEX_VARIABLE) or repository.list_staged([]):  # git names the index to the hooks of a commit
        return False
    return bool(environ.get(MARKER)) or repository.is_index_clean()
