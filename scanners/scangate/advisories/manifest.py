"""What a manifest says of dependencies: pins, holes and what was left out; frozen values without behaviour."""

from __future__ import annotations

import msgspec

from scangate.model import GapKind

__all__ = ["AuditGap", "Manifest", "Pin", "SkippedDependency"]


class Pin(msgspec.Struct, frozen=True, order=True):
    """One release of one package, and the line that says so.

    ``name`` and ``version`` are canonical (PEP 503, PEP 440). ``direct``: the project asks for it itself. ``via``: one shortest
    chain of names that brings it in, from a direct dependency to the package just above; empty for a direct one, and where it is
    not known. ``marker`` is told, never evaluated. ``index`` is the host of the index that the manifest names, empty for PyPI or
    where it names none. ``resolved``: a resolver took the release for this run, the manifest pins none.
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


class AuditGap(msgspec.Struct, frozen=True):
    """A line that cannot be read, or that names what cannot be audited; ``name`` is canonical, empty where none is known.

    ``want`` is the range as PEP 508 writes it, where it may be resolved: it is one of the usual index, as far as the file tells.
    """

    line: int
    kind: GapKind
    reason: str
    hint: str = ""
    name: str = ""
    requirement: str = ""


class SkippedDependency(msgspec.Struct, frozen=True, order=True):
    """A dependency that is not audited on purpose, and why."""

    name: str
    reason: str
    line: int


class Manifest(msgspec.Struct, frozen=True):
    """All that one file says. ``project`` is the canonical name of the project it belongs to, empty where it names none.

    ``own`` are the projects of this tree that the file covers (a lock's workspace members).
    """

    path: str
    pins: tuple[Pin, ...] = ()
    gaps: tuple[AuditGap, ...] = ()
    skipped: tuple[SkippedDependency, ...] = ()
    project: str = ""
    workspace_members: frozenset[str] = frozenset()
