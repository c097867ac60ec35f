"""Where a dependency comes from when it is no release of an index: the words for it, and whether a path stays in the tree."""

from __future__ import annotations

import posixpath

from scangate.advisories.manifest import AuditGap
from scangate.model import GapKind

__all__ = ["FROM_PATH", "FROM_URL", "FROM_VCS", "WORKSPACE_MEMBER", "is_archive", "resolve_path", "unauditable_gap"]

FROM_URL = "comes from an address: no advisory names what lies there"
FROM_VCS = "comes from a repository: no advisory names its revisions"
FROM_PATH = "comes from a local path: no advisory names what lies there"
WORKSPACE_MEMBER = "a project of this tree: what it needs is read, it has no advisories of its own"
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")


def unauditable_gap(reason: str, line: int, name: str = "") -> AuditGap:
    """The hole of a dependency that comes from an address, a repository or a path."""
    return AuditGap(line, GapKind.UNPINNED, reason, "depend on a released version", name)


def is_archive(path: str) -> bool:
    """Whether a path is a built or packed distribution, going by its name."""
    return path.lower().endswith(_ARCHIVES)


def resolve_path(base: str, path: str) -> str | None:
    """The repository path of ``path`` as told from ``folder``; the root is the empty text, and None is outside of the tree."""
    if path.startswith(("/", "\\", "~")) or "://" in path or "\0" in path:
        return None
    whole = posixpath.normpath(posixpath.join(base, path))
    if whole == ".." or whole.startswith("../"):
        return None
    return "" if whole == "." else whole
