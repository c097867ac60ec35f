"""The contents of a manifest as frozen values: pinned, skipped and unauditable dependencies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from scangate.model import (
    GapKind,
    SkipReason,
)

UPGRADE_HINT = "write it with another version of the tool, or exclude it with a reason"
REGENERATE_HINT = "regenerate the file with the tool that maintains it, or exclude it with a reason"
T = TypeVar("T")


class Pin(msgspec.Struct, frozen=True, order=True):
    """One release of one package, and the line that pins it.

    ``name`` and ``version`` are normalized (PEP 503, PEP 440). ``direct``: the project requires it itself. ``via``: one shortest
    chain of names from a direct dependency to the package's parent; empty for a direct dependency and where it is unknown.
    ``marker`` is recorded, never evaluated. ``index`` is the host of the index that the manifest names, empty for PyPI or none.
    ``resolved``: chosen by a resolver for this run; the manifest does not pin it. ``development``: only for work on the project,
    such as its tests.
    """

    name: str
    version: str
    line: int
    direct: bool = False
    via: tuple[str, ...] = ()
    marker: str = ""
    extras: tuple[str, ...] = ()
    index: str = ""
    resolved: bool = False
    development: bool = False


class AuditGap(msgspec.Struct, frozen=True):
    """A line that cannot be parsed, or a dependency that cannot be audited; ``name`` is normalized, empty if unknown.

    ``requirement`` is the range in PEP 508 form if a resolver may resolve it: the file names no index other than the default.
    """

    line: int
    kind: GapKind
    reason: str
    hint: str = ""
    name: str = ""
    requirement: str = ""


class SkippedDependency(msgspec.Struct, frozen=True, order=True):
    """A dependency that is deliberately not audited, and why."""

    name: str
    reason: SkipReason
    line: int


class Manifest(msgspec.Struct, frozen=True):
    """The dependencies in one file. ``project`` is the normalized name of its project, empty if the file names none.

    ``workspace_members`` are the names of the projects of this tree that a lock file covers, ``project_folders`` the folders of
    those that a requirements file installs. ``malformed``: the file as a whole could not be read.
    """

    path: str
    pins: tuple[Pin, ...] = ()
    gaps: tuple[AuditGap, ...] = ()
    skipped: tuple[SkippedDependency, ...] = ()
    project: str = ""
    workspace_members: frozenset[str] = frozenset()
    project_folders: frozenset[str] = frozenset()
    malformed: bool = False


def select(kind: type[T], items: Iterable[object]) -> tuple[T, ...]:
    """The distinct ``items`` of one type, in order."""
    return tuple(dict.fromkeys(item for item in items if isinstance(item, kind)))


class MalformedManifestError(Exception):
    """The file does not have the format that its name implies; ``line`` is 1 if unknown. Callers turn it into its ``gap``."""

    def __init__(self, reason: str, line: int = 1, kind: GapKind = GapKind.UNPARSABLE, hint: str = REGENERATE_HINT) -> None:
        super().__init__(reason)
        self.gap = AuditGap(max(line, 1), kind, reason, hint)


UNEXPECTED_DATA = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What code raises on data of a form that its author did not think of: it costs that file, never the others."""


def unexpected_form() -> AuditGap:
    """The gap of a file at which a reader failed with one of UNEXPECTED_DATA."""
    return AuditGap(1, GapKind.UNPARSABLE, "its content has an unexpected form", REGENERATE_HINT)
