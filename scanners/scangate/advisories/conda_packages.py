"""The gap for conda's own packages: the advisories are about packages of PyPI, whose names and versions differ."""

from __future__ import annotations

from scangate.advisories.manifest import AuditGap
from scangate.content.scanner_suggestions import accept_gap
from scangate.model import GapKind
from scangate.printable import replace_unprintable


def conda_gap(path: str, line: int, count: int, *, is_pinned: bool) -> AuditGap:
    """One gap for ``count`` packages of the file at ``path``, at the first of them. ``is_pinned``: one has an exact version."""
    packages = "1 package of conda is" if count == 1 else f"{count:,} packages of conda are"
    kind = GapKind.ADVISORY_UNANSWERED if is_pinned else GapKind.UNPINNED
    accepted = f"{{kind: {kind.value}, path: {replace_unprintable(path)}, reason: ...}}"
    hint = f"install them with pip, or {accept_gap(accepted)}"
    return AuditGap(line, kind, f"{packages} not audited: the advisories are about packages of PyPI", hint)
