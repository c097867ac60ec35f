"""The gap for conda's own packages, which no advisory service that scangate asks knows."""

from __future__ import annotations

from scangate.advisories.manifest import AuditGap
from scangate.model import GapKind

_HINT = "install them with pip, or allow the gap for this file with a reason: coverage: {allowed-gaps: [...]}"


def conda_gap(line: int, count: int) -> AuditGap:
    """One gap for ``count`` packages of a file, at the first of them."""
    packages = "1 package of conda is" if count == 1 else f"{count:,} packages of conda are"
    return AuditGap(line, GapKind.ADVISORY_UNANSWERED, f"{packages} not audited: the advisories are about packages of PyPI", _HINT)
