"""Classifies where a dependency comes from if not from an index, and resolves paths within the tree."""

from __future__ import annotations

import enum
import posixpath

from scangate.advisories.manifest import AuditGap
from scangate.model import GapKind

_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")


class Origin(enum.Enum):
    """Where a dependency comes from. Advisories cover releases on an index only; the value is why the others are gaps."""

    INDEX = ""
    URL = "installed from a URL: advisories cover released versions only"
    VCS = "installed from a version control repository: advisories cover released versions only"
    PATH = "installed from a local path: advisories cover released versions only"
    ABSENT = "installed from a folder in which no project file was scanned"
    UNKNOWN = "the lock file does not say where it comes from"


def unauditable_gap(origin: Origin, line: int, name: str = "") -> AuditGap:
    """The gap for a dependency that does not come from an index."""
    hint = "add the project to the repository, or depend on a released version"
    return AuditGap(line, GapKind.UNPINNED, origin.value, hint if origin is Origin.ABSENT else "depend on a released version", name)


def is_archive(path: str) -> bool:
    """Whether a path is a built or packed distribution, by its name."""
    return path.lower().endswith(_ARCHIVES)


def resolve_path(base: str, path: str) -> str | None:
    """The repository path of ``path`` relative to ``base``; the root is the empty string, None is outside the tree."""
    if path.startswith(("/", "\\", "~")) or "://" in path or "\0" in path:
        return None
    whole = posixpath.normpath(posixpath.join(base, path))
    if whole == ".." or whole.startswith("../"):
        return None
    return "" if whole == "." else whole


def find_origin(*, vcs: str, url: str, path: str) -> Origin:
    """The origin of a locked package, by the first of its fields that is set."""
    return Origin.VCS if vcs else Origin.URL if url else Origin.PATH if path else Origin.INDEX
