"""A project that was scanned once for the tests that only read its reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.command import CommandResult


@dataclass(frozen=True, slots=True)
class ScannedProject:
    """A tree, the policy, what the scan printed, and the folder with its reports."""

    tree: Path
    policy: Path
    result: CommandResult
    out: Path
