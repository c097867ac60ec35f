"""The callbacks by which a use case reports its progress and warnings to its caller."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scangate.judge.policy import Policy

COMMITS = "commits"
"""In the place of a scanner in the progress of a history, while its commits are listed."""


class Events:
    """Override what you want to see; by default nothing is shown."""

    def on_progress(self, scanner: str, done: int, total: int) -> None:
        """Called when ``done`` of the ``total`` files of a scanner are scanned."""

    def on_policy(self, root: Path, policy: Policy, scanners: Iterable[str]) -> None:
        """Called once, before the scan, with the policy and the names of all installed scanners."""

    def on_warning(self, message: str, hint: str = "") -> None:
        """Called for a problem that does not stop the scan, such as a cache that cannot be used."""
