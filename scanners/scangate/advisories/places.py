"""Where a dependency comes from when it is no release of an index: the words for it, and whether a path stays in the tree."""

from __future__ import annotations

import posixpath

from scangate.advisories.manifest import Hole
from scangate.model import GapKind

__all__ = ["ADDRESS", "OWN", "PATH", "REPOSITORY", "elsewhere", "is_archive", "joined"]

ADDRESS = "comes from an address: no advisory names what lies there"
REPOSITORY = "comes from a repository: no advisory names its revisions"
PATH = "comes from a local path: no advisory names what lies there"
OWN = "a project of this tree: what it needs is read, it has no advisories of its own"
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")


def elsewhere(reason: str, line: int, name: str = "") -> Hole:
    """The hole of a dependency that comes from an address, a repository or a path."""
    return Hole(line, GapKind.UNPINNED, reason, "depend on a released version", name)


def is_archive(path: str) -> bool:
    """Whether a path is a built or packed distribution, going by its name."""
    return path.lower().endswith(_ARCHIVES)


def joined(folder: str, path: str) -> str | None:
    """The repository path of ``path`` as told from ``folder``; the root is the empty text, and None is outside of the tree."""
    if path.startswith(("/", "\\", "~")) or "://" in path or "\0" in path:
        return None
    whole = posixpath.normpath(posixpath.join(folder, path))
    if whole == ".." or whole.startswith("../"):
        return None
    return "" if whole == "." else whole
