"""What is known about an installation and a tree before a scan: facts, and what would make the scan INCOMPLETE."""

from __future__ import annotations

import msgspec

from scangate.model.string_enum import StrEnum


class CheckStatus(StrEnum):
    """PROBLEM: a scan would be INCOMPLETE, or would not start. WARNING: it would be worse than it could be."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class CheckArea(StrEnum):
    """What a check is about, in the order of every report."""

    PROGRAM = "program"
    ENVIRONMENT = "environment"
    REPOSITORY = "repository"
    POLICY = "policy"
    SCANNERS = "scanners"
    CACHES = "caches"
    NETWORK = "network"
    FILES = "files"
    COVERAGE = "coverage"


class Check(msgspec.Struct, frozen=True):
    """One fact: about what, what it is, and how to change it."""

    area: CheckArea
    name: str
    detail: str
    status: CheckStatus = CheckStatus.OK
    hint: str = ""


class Diagnosis(msgspec.Struct, frozen=True):
    """All checks, in the order of the areas."""

    checks: tuple[Check, ...]

    @property
    def has_problems(self) -> bool:
        """Whether a scan would be INCOMPLETE, or would not start."""
        return any(check.status is CheckStatus.PROBLEM for check in self.checks)
